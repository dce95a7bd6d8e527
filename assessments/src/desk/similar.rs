//! Services like this one: the sheets whose answers are nearest.
//!
//! Profiles of all sheets are kept in memory, each with the revision it was read at; a question reads the heads and those
//! profiles that are behind, and compares. Only the common text takes part: what institutions think of a service says
//! nothing here.

use super::Desk;
use super::sign_in::blocking;
use crate::access::{Action, Actor};
use crate::failure::Failure;
use crate::id::ServiceId;
use crate::lang::Label;
use crate::similar::{Likeness, Profile, likeness, score};
use crate::store::ProfileRow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// A sheet that is like another.
#[derive(Clone, Debug, PartialEq)]
pub struct SimilarSheet {
    /// The service.
    pub service: ServiceId,
    /// Its name.
    pub name: Label,
    /// Who offers it.
    pub provider: String,
    /// How alike, and in what.
    pub likeness: Likeness,
}

/// What was read of each sheet, at which revision.
#[derive(Clone, Default)]
pub(super) struct Profiles(Arc<Mutex<BTreeMap<String, Known>>>);

/// A profile and what it was read at: revision and group.
#[derive(Clone)]
struct Known {
    number: i64,
    profile: Arc<Profile>,
}

impl Profiles {
    fn known(&self) -> BTreeMap<String, Known> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    fn keep(&self, known: BTreeMap<String, Known>) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = known;
    }
}

impl Desk {
    /// The sheets of the common text that are most like a service's, the nearest first.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn similar(
        &self,
        actor: &Actor,
        service: &ServiceId,
        limit: usize,
    ) -> Result<Vec<SimilarSheet>, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        let rows = self.db.profile_rows(&permit).await?;
        if !rows.iter().any(|row| row.service == *service) {
            return Ok(vec![]);
        }
        let mut known = self.profiles.known();
        let behind: Vec<&ProfileRow> = rows.iter().filter(|row| is_behind(&known, row)).collect();
        if !behind.is_empty() {
            let mut read = self.db.profiles(&permit, &behind).await?;
            for row in behind {
                if let Some(profile) = read.remove(row.service.as_str()) {
                    let profile = Arc::new(profile);
                    known.insert(row.service.to_string(), Known { number: row.number, profile });
                }
            }
            self.profiles.keep(known.clone());
        }
        let service = service.clone();
        blocking(move || nearest(&rows, &known, &service, limit)).await
    }
}

fn is_behind(known: &BTreeMap<String, Known>, row: &ProfileRow) -> bool {
    known.get(row.service.as_str()).is_none_or(|k| k.number != row.number)
}

fn nearest(
    rows: &[ProfileRow],
    known: &BTreeMap<String, Known>,
    service: &ServiceId,
    limit: usize,
) -> Vec<SimilarSheet> {
    let Some(own) = known.get(service.as_str()) else { return vec![] };
    let mut ranked: Vec<(&ProfileRow, &Profile, f64)> = rows
        .iter()
        .filter(|row| row.service != *service)
        .filter_map(|row| {
            let profile = &*known.get(row.service.as_str())?.profile;
            Some((row, profile, score(&own.profile, profile)?))
        })
        .collect();
    ranked.sort_by(|(a, _, x), (b, _, y)| y.total_cmp(x).then_with(|| a.service.cmp(&b.service)));
    ranked
        .into_iter()
        .take(limit)
        .filter_map(|(row, profile, _)| Some((row, likeness(&own.profile, profile)?)))
        .map(|(row, likeness)| SimilarSheet {
            service: row.service.clone(),
            name: row.name.clone(),
            provider: row.provider.clone(),
            likeness,
        })
        .collect()
}
