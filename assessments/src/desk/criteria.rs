//! Criteria sets: loading them, which one new sheets follow, and moving a sheet to another one.

mod moving;
mod risks;

use super::{Desk, WriteInput};
use crate::access::{Action, Actor, permit};
use crate::cell::{Layer, SheetKey};
use crate::change::Door;
use crate::criteria::{CriteriaSet, Crosswalk};
use crate::failure::Failure;
use crate::store::{Db, Follows};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

/// The loaded sets, and the one that new sheets follow.
#[derive(Clone)]
pub(super) struct Sets {
    all: BTreeMap<String, Arc<CriteriaSet>>,
    in_force: Arc<CriteriaSet>,
}

impl Sets {
    pub(super) async fn read(db: &Db) -> Result<Sets, Failure> {
        let shipped = crate::library::default_criteria()?;
        let mut all = BTreeMap::from([(shipped.key(), shipped.clone())]);
        for set in db.criteria_sets().await? {
            all.insert(set.key(), Arc::new(set));
        }
        let chosen = db.criteria_in_force().await?.and_then(|key| all.get(&key).cloned());
        Ok(Sets { all, in_force: chosen.unwrap_or(shipped) })
    }
}

impl From<&CriteriaSet> for Follows {
    fn from(set: &CriteriaSet) -> Follows {
        Follows { set: set.key(), asked: i64::try_from(set.categories.len()).unwrap_or(i64::MAX) }
    }
}

/// What moving a sheet to another criteria set does, or did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// `id@version` that the sheet followed.
    pub from: String,
    /// `id@version` that it follows then.
    pub to: String,
    /// Answered categories of the old set, each with where its answer goes.
    pub answers: BTreeMap<String, Vec<String>>,
    /// Cells of the new set that several answers share: texts stand under the old categories' names, lists are joined.
    pub joined: Vec<String>,
    /// Cells that stay empty, because the answers that meet there choose differently. What each chose stands in the summary.
    pub undecided: Vec<String>,
    /// Answered categories without a counterpart; their texts become usage notes.
    pub notes: Vec<String>,
    /// The revision that the move made; none where it was only tried.
    pub number: Option<i64>,
}

impl Desk {
    /// The criteria set `id@version`; the one in force where `key` is empty or unknown.
    pub fn criteria(&self, key: &str) -> Arc<CriteriaSet> {
        let sets = self.criteria.read().unwrap_or_else(PoisonError::into_inner);
        sets.all.get(key).unwrap_or(&sets.in_force).clone()
    }

    /// All criteria sets that are loaded.
    pub fn criteria_sets(&self) -> Vec<Arc<CriteriaSet>> {
        self.criteria.read().unwrap_or_else(PoisonError::into_inner).all.values().cloned().collect()
    }

    /// All of them by key, as a write checks its rows against.
    pub(super) fn criteria_by_key(&self) -> BTreeMap<String, Arc<CriteriaSet>> {
        self.criteria.read().unwrap_or_else(PoisonError::into_inner).all.clone()
    }

    /// Reads the sets anew: another process may have loaded or chosen one.
    pub(super) async fn follow_criteria(&self) -> Result<(), Failure> {
        let sets = Sets::read(&self.db).await?;
        *self.criteria.write().unwrap_or_else(PoisonError::into_inner) = sets;
        Ok(())
    }

    fn loaded(&self, key: &str) -> Result<Arc<CriteriaSet>, Failure> {
        self.criteria_sets().into_iter().find(|s| s.key() == key).ok_or_else(|| Failure::invalid("criteria", key))
    }

    /// Loads a criteria set.
    ///
    /// # Errors
    /// [`Failure::Exists`] where this version is there with other contents.
    pub async fn load_criteria(&self, actor: &Actor, set: CriteriaSet) -> Result<(), Failure> {
        let permit = permit(actor, Action::ManageCriteria, &Layer::Shared)?;
        let shipped = crate::library::default_criteria()?;
        if set.key() == shipped.key() && set != *shipped {
            return Err(Failure::Exists { place: set.key() });
        }
        let mut tx = self.db.begin().await?;
        tx.add_criteria(&permit, &set, self.world.now()).await?;
        tx.audit(actor, &self.entry("load_criteria", &set.key(), "").under(&permit)).await?;
        tx.commit().await?;
        self.follow_criteria().await
    }

    /// Loads a crosswalk between two loaded sets.
    ///
    /// # Errors
    /// [`Failure::Invalid`] where a set or a category of it does not exist.
    pub async fn load_crosswalk(&self, actor: &Actor, walk: &Crosswalk) -> Result<(), Failure> {
        let permit = permit(actor, Action::ManageCriteria, &Layer::Shared)?;
        let (from, to) = (self.loaded(&walk.from)?, self.loaded(&walk.to)?);
        for (old, new) in &walk.map {
            if from.category(old).is_none() {
                return Err(Failure::invalid("crosswalk", old));
            }
            if let Some(odd) = new.iter().find(|c| to.category(c).is_none()) {
                return Err(Failure::invalid("crosswalk", odd));
            }
        }
        let mut tx = self.db.begin().await?;
        tx.add_crosswalk(&permit, walk).await?;
        tx.audit(actor, &self.entry("load_crosswalk", &walk.from, &walk.to).under(&permit)).await?;
        tx.commit().await
    }

    /// Has sheets that nobody has written in yet follow a set. The others stay with theirs until they are moved.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for a set that is not loaded.
    pub async fn use_criteria(&self, actor: &Actor, key: &str) -> Result<(), Failure> {
        let permit = permit(actor, Action::ManageCriteria, &Layer::Shared)?;
        self.loaded(key)?;
        let mut tx = self.db.begin().await?;
        tx.use_criteria(&permit, key).await?;
        tx.audit(actor, &self.entry("use_criteria", key, "").under(&permit)).await?;
        tx.commit().await?;
        self.follow_criteria().await
    }

    /// Moves a sheet to another criteria set by the crosswalk between the two, as one change set that can be undone. No
    /// word is lost: see [`Moved`]. With `dry_run` it only says what it would do. An institution moves its own layer.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for a set that is not loaded, or where the two have no crosswalk; [`Failure::Conflict`] where
    /// somebody wrote meanwhile.
    pub async fn move_criteria(
        &self,
        actor: &Actor,
        key: &SheetKey,
        to: &str,
        dry_run: bool,
    ) -> Result<Moved, Failure> {
        let ruled = match key.layer {
            Layer::Shared => Some(permit(actor, Action::ManageCriteria, &key.layer)?),
            Layer::Institution(_) => None,
        };
        let writes = permit(actor, Action::WriteCells, &key.layer)?;
        let (view, to) = (self.sheet(actor, key).await?, self.loaded(to)?);
        let from = view.criteria.clone();
        let walk = self.db.crosswalk(&from.key(), &to.key()).await?;
        let walk = walk.ok_or_else(|| Failure::invalid("crosswalk", &format!("{} > {}", from.key(), to.key())))?;
        let (mut cells, mut moved) = moving::cells(&view.cells, &from, &to, &walk);
        cells.extend(risks::cells(&view.cells, &from, &walk));
        if dry_run {
            return Ok(moved);
        }
        let input = WriteInput {
            key: key.clone(),
            base: view.number,
            cells,
            reason: format!("{} → {}", from.key(), to.key()),
            door: Door::CommandLine,
            source: String::new(),
        };
        let mut tx = self.db.begin().await?;
        let written =
            self.append_moving(&mut tx, actor, &writes, &input, &self.operation()?, Some(to.as_ref().into())).await?;
        let to_key = to.key();
        let entry = self.entry_in(&key.layer, "move_criteria", key.service.as_str(), &to_key);
        let entry = entry.about(key.service.as_str()).under(ruled.as_ref().unwrap_or(&writes));
        tx.audit(actor, &entry).await?;
        tx.commit().await?;
        self.tell(actor, key, &written);
        moved.number = Some(written.number);
        Ok(moved)
    }
}
