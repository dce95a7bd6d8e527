//! What the demonstration shows of elevated access: one that was used and reviewed, and one that waits.

use super::super::Desk;
use crate::access::{Action, Actor, permit};
use crate::cell::Layer;
use crate::elevation::{Act, Elevation, Scope, Verb, Wish};
use crate::failure::Failure;
use crate::id::{GrantId, opaque};
use chrono::{DateTime, Duration, Utc};

impl Desk {
    /// The administrator once looked into A銀行's layer, and asks again.
    pub(super) async fn demo_elevation(&self, manager: &Actor) -> Result<(), Failure> {
        // A demonstration without a first start has no administrator.
        let Ok(chief) = self.person("admin@localhost").await else { return Ok(()) };
        let (Some(person), Some(layer)) = (chief.person.clone(), manager.institutions.keys().next().cloned()) else {
            return Ok(());
        };
        let layer = Layer::Institution(layer);
        let now = self.now();
        let used = self.used(&chief, manager, &layer, now - Duration::days(3))?;
        let asks = permit(&chief, Action::RequestElevation, &Layer::Shared)?;
        let decides = permit(manager, Action::DecideElevation, &layer)?;
        let mut tx = self.db.begin().await?;
        tx.add_elevation(&asks, &used).await?;
        tx.put_elevation(&decides, &used).await?;
        let wish = Wish {
            scope: Scope::ReadLayer,
            layer: layer.clone(),
            reason: "バックアップからの復元後、非公開の記載が揃っているかを一緒に確認するため".into(),
            ticket: "OPS-1183".into(),
            start: None,
            minutes: 120,
        };
        let id = GrantId::parse(&opaque(self.world.random()))?;
        let waiting = Elevation::ask(id, person, &chief.name, wish, now);
        tx.add_elevation(&asks, &waiting).await?;
        for (request, kind, who) in [
            (&used, "elevation_request", &chief),
            (&used, "elevation_review", manager),
            (&waiting, "elevation_request", &chief),
        ] {
            tx.audit(who, &self.entry_in(&layer, kind, request.id.as_str(), &request.wish.reason)).await?;
        }
        tx.commit().await
    }

    fn used(&self, chief: &Actor, manager: &Actor, layer: &Layer, at: DateTime<Utc>) -> Result<Elevation, Failure> {
        let wish = Wish {
            scope: Scope::ReadLayer,
            layer: layer.clone(),
            reason: "検索に自機関の記載が出ないとの問い合わせの調査".into(),
            ticket: "OPS-1121".into(),
            start: None,
            minutes: 60,
        };
        let person = chief.person.clone().ok_or(Failure::NotFound)?;
        let act = |who: &Actor, minutes: i64, comment: &str| Act {
            by: who.person.clone(),
            name: who.name.clone(),
            at: at + Duration::minutes(minutes),
            comment: comment.into(),
        };
        Elevation::ask(GrantId::parse(&opaque(self.world.random()))?, person, &chief.name, wish, at)
            .act(Verb::Approve, act(manager, 12, "運用部門に確認済み"))?
            .act(Verb::Begin, act(chief, 20, ""))?
            .act(Verb::End, act(chief, 47, ""))?
            .act(Verb::Review, act(manager, 1_460, "操作は閲覧のみ。索引の再作成で解消したことを確認した"))
    }
}
