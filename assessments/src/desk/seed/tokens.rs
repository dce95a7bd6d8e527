//! Tokens of the demonstration: to look at. What opens anything is thrown away.

use super::super::{Desk, TokenWanted};
use crate::access::{Actor, Scope};
use crate::failure::Failure;
use crate::id::InstitutionId;
use std::collections::BTreeSet;

impl Desk {
    /// Two tokens of somebody's, one bound to their institution.
    pub(super) async fn demo_tokens(&self, actor: &Actor, institution: &InstitutionId) -> Result<(), Failure> {
        let weekly = TokenWanted {
            name: "週次の集計".into(),
            scopes: BTreeSet::from([Scope::Read, Scope::Export]),
            days: 180,
            institution: None,
        };
        let nightly = TokenWanted {
            name: "設定収集の連携".into(),
            scopes: BTreeSet::from([Scope::Write, Scope::Import]),
            days: 90,
            institution: Some(institution.clone()),
        };
        for wanted in [weekly, nightly] {
            self.make_token(actor, &wanted).await?;
        }
        Ok(())
    }
}
