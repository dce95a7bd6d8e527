//! What the demonstration shows of searching and collecting: a basket with a remark and a cell that changes afterwards, and
//! a saved search in which something is new.

use super::super::{BasketChange, Desk};
use crate::access::Actor;
use crate::cell::{Address, Layer};
use crate::failure::Failure;
use crate::id::{InstitutionId, ServiceId};
use crate::lang::Lang;
use crate::search::State;
use crate::store::BasketCellKey;

impl Desk {
    /// Collects and saves as somebody of an institution who prepares a review.
    pub(super) async fn demo_find(&self, actor: &Actor, institution: &InstitutionId) -> Result<(), Failure> {
        let own = Layer::Institution(institution.clone());
        let cell = |layer: &Layer, service: &str, address: &str| {
            let (service, address) = (ServiceId::parse(service)?, Address::parse(address)?);
            Ok::<_, Failure>(BasketCellKey { service, layer: layer.clone(), address })
        };
        let keys = cell(&Layer::Shared, "s3", "criteria/K09/limits/ja")?;
        let cells = [
            cell(&Layer::Shared, "s3", "criteria/K07/summary/ja")?,
            keys.clone(),
            cell(&Layer::Shared, "rds", "criteria/K07/availability")?,
            cell(&own, "s3", "criteria/K07/limits/ja")?,
        ];
        let basket = self.add_basket(actor, "暗号化と鍵の確認").await?;
        self.collect(actor, Some(&basket), &cells, Lang::Ja).await?;
        let remark = "削除予約の運用が書かれたら取り直す。".to_owned();
        self.change_in_basket(actor, &basket, &keys, &BasketChange::Remark(remark)).await?;
        let state = State { text: "鍵".into(), ..State::default() };
        self.save_search(actor, "鍵の管理の動き", &state.query(), Some(institution)).await?;
        Ok(())
    }
}
