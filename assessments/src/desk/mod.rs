//! Everything that a signed-in person can do, one verb each: ask for the permit, do the work, append the change.
//!
//! Pages, plain forms, server functions, the API and the command line call these verbs and nothing below them, so that
//! permission, merge and events are the same through every door.

mod audit;
mod check;
mod criteria;
mod exchange;
mod factors;
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

pub use audit::AUDIT_ACTIONS;
pub use check::CheckReport;
pub use criteria::Moved;
pub use exchange::{Applied, Choices, Exported, Format, Preview};
pub use factors::{Enrolment, Factor, STEP_MINUTES, SignIn};
pub use find::{Found, FoundCell};
pub use live::{Event, visible};
pub use members::Invited;
pub use read::{Facets, GuardrailPage, LeaningAnswer, Page, SheetView};
pub use services::NewService;
pub use sign_in::{MIN_PASSWORD, SESSION_DAYS, SignedIn};
pub use world::{RealWorld, World};
pub use write::WriteInput;

use crate::access::{Action, Actor, Permit, permit};
use crate::cell::Layer;
use crate::failure::Failure;
use crate::id::{OperationId, opaque};
use crate::library::Catalogue;
use crate::search::Search;
use crate::store::Db;
use std::sync::{Arc, RwLock};

/// The desk. Cheap to clone; one per program.
#[derive(Clone)]
pub struct Desk {
    db: Db,
    search: Search,
    catalogue: Arc<Catalogue>,
    criteria: Arc<RwLock<criteria::Sets>>,
    world: Arc<dyn World>,
    live: live::Hub,
}

impl Desk {
    /// Opens the desk over a database and an index, and loads the criteria sets.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database or the library cannot be read.
    pub async fn open(db: Db, search: Search, world: Arc<dyn World>) -> Result<Desk, Failure> {
        let sets = criteria::Sets::read(&db).await?;
        Ok(Desk {
            db,
            search,
            catalogue: Catalogue::shipped()?,
            criteria: Arc::new(RwLock::new(sets)),
            world,
            live: live::Hub::new(),
        })
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
