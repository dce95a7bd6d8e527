//! What sheets are compared by: choices and guardrails of part 2, with the revision that they were read at.

use super::{Db, Pool, fault, on};
use crate::access::{Action, Permit};
use crate::cell::Layer;
use crate::failure::Failure;
use crate::id::ServiceId;
use crate::lang::Label;
use crate::similar::Profile;
use std::collections::BTreeMap;

/// A sheet's line for comparing: newest revision and names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileRow {
    /// The service.
    pub service: ServiceId,
    /// Its newest revision.
    pub number: i64,
    /// Its name.
    pub name: Label,
    /// Who offers it.
    pub provider: String,
    /// Its group, English first.
    pub group: String,
    /// The criteria set that it follows.
    pub criteria: String,
}

type Line = (String, i64, String, String, String, String, String, String);

/// Sheets whose cells are read with one statement; more are read together with all others.
const FEW: usize = 200;

const CELLS: &str = "SELECT service, row_id, field, value FROM cells WHERE layer = 'shared' AND section = 'criteria'
    AND field IN ('availability', 'responsibility', 'modes', 'guardrails')";

impl Db {
    /// Every sheet of the common text with an answer.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn profile_rows(&self, permit: &Permit) -> Result<Vec<ProfileRow>, Failure> {
        permit.covers(Action::ReadSheet, &Layer::Shared)?;
        let lines: Vec<Line> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT h.service, h.number, v.name_ja, v.name_en, v.provider, v.group_ja, v.group_en, h.criteria FROM heads h
             JOIN services v ON v.id = h.service WHERE h.layer = 'shared' AND h.answered > 0 ORDER BY h.service")
            .fetch_all(p).await)
        .map_err(fault)?;
        lines
            .into_iter()
            .map(|(service, number, ja, en, provider, group_ja, group_en, criteria)| {
                Ok(ProfileRow {
                    service: ServiceId::parse(&service)?,
                    number,
                    name: Label { ja, en },
                    provider,
                    group: if group_en.is_empty() { group_ja } else { group_en },
                    criteria,
                })
            })
            .collect()
    }

    /// The profiles of some sheets, by service id.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn profiles(&self, permit: &Permit, of: &[&ProfileRow]) -> Result<BTreeMap<String, Profile>, Failure> {
        permit.covers(Action::ReadSheet, &Layer::Shared)?;
        let mut out: BTreeMap<String, Profile> = of
            .iter()
            .map(|row| {
                let (criteria, group) = (row.criteria.clone(), row.group.clone());
                (row.service.to_string(), Profile { criteria, group, ..Profile::default() })
            })
            .collect();
        if of.is_empty() {
            return Ok(out);
        }
        let cells: Vec<(String, String, String, String)> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new(CELLS);
            if of.len() <= FEW {
                q.push(" AND service IN (");
                let mut list = q.separated(", ");
                for row in of {
                    list.push_bind(row.service.as_str());
                }
                q.push(")");
            }
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        for (service, category, field, value) in cells {
            if let Some(profile) = out.get_mut(&service) {
                profile.take(&category, &field, &value);
            }
        }
        Ok(out)
    }
}
