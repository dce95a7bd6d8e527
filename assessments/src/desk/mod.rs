//! Everything that a signed-in person can do, one verb each: ask for the permit, do the work, append the change.
//!
//! Pages, plain forms, server functions, the API and the command line call these verbs and nothing below them, so that
//! permission, merge and events are the same through every door.

mod check;
mod exchange;
mod find;
mod live;
mod members;
mod people;
mod read;
mod seed;
mod services;
mod sign_in;
mod world;
mod write;

pub use check::CheckReport;
pub use exchange::{Applied, Choices, Exported, Format, Preview};
pub use find::{Found, FoundCell};
pub use live::{Event, visible};
pub use members::Invited;
pub use read::{Facets, GuardrailPage, Page, SheetView};
pub use services::NewService;
pub use sign_in::{MIN_PASSWORD, SESSION_DAYS, SignedIn};
pub use world::{RealWorld, World};
pub use write::WriteInput;

use crate::access::{Action, Actor, Permit, permit};
use crate::cell::Layer;
use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::id::{OperationId, opaque};
use crate::library::Catalogue;
use crate::search::Search;
use crate::store::Db;
use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

/// The desk. Cheap to clone; one per program.
#[derive(Clone)]
pub struct Desk {
    db: Db,
    search: Search,
    catalogue: Arc<Catalogue>,
    criteria: Arc<RwLock<BTreeMap<String, Arc<CriteriaSet>>>>,
    default_criteria: Arc<CriteriaSet>,
    world: Arc<dyn World>,
    live: live::Hub,
}

impl Desk {
    /// Opens the desk over a database and an index, and loads the criteria sets.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database or the library cannot be read.
    pub async fn open(db: Db, search: Search, world: Arc<dyn World>) -> Result<Desk, Failure> {
        let default_criteria = crate::library::default_criteria()?;
        let mut sets = BTreeMap::from([(default_criteria.key(), default_criteria.clone())]);
        for set in db.criteria_sets().await? {
            sets.insert(set.key(), Arc::new(set));
        }
        Ok(Desk {
            db,
            search,
            catalogue: Catalogue::shipped()?,
            criteria: Arc::new(RwLock::new(sets)),
            default_criteria,
            world,
            live: live::Hub::new(),
        })
    }

    /// The criteria set `id@version`; the default one where `key` is empty or unknown.
    pub fn criteria(&self, key: &str) -> Arc<CriteriaSet> {
        let sets = self.criteria.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        sets.get(key).cloned().unwrap_or_else(|| self.default_criteria.clone())
    }

    /// All criteria sets that are loaded.
    pub fn criteria_sets(&self) -> Vec<Arc<CriteriaSet>> {
        self.criteria.read().unwrap_or_else(std::sync::PoisonError::into_inner).values().cloned().collect()
    }

    /// The guardrail catalogue.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The database, for the program's own commands (backup).
    pub fn db(&self) -> &Db {
        &self.db
    }

    fn shared(&self, actor: &Actor, action: Action) -> Result<Permit, Failure> {
        permit(actor, action, &Layer::Shared)
    }

    fn operation(&self) -> Result<OperationId, Failure> {
        OperationId::parse(&opaque(self.world.random()))
    }
}
