//! Everything that a signed-in person can do, one verb each: ask for the permit, do the work, append the change.
//!
//! Pages, plain forms, server functions, the API and the command line call these verbs and nothing below them, so that
//! permission, merge and events are the same through every door.

mod across;
mod adoption;
mod anchors;
mod assignments;
mod audit;
mod baskets;
mod check;
mod copying;
mod criteria;
mod csv_file;
mod elevation;
mod exchange;
mod factors;
mod find;
mod held;
mod inbox;
mod indexing;
mod live;
mod mail;
mod members;
mod people;
mod presence;
mod provider;
mod publication;
mod read;
mod review;
mod saved;
mod seed;
mod services;
mod sign_in;
mod similar;
mod synonyms;
mod talk;
mod templates;
mod tokens;
mod turns;
mod undo;
mod visitor;
mod world;
mod write;

pub use across::{Across, AcrossColumn};
pub use adoption::{
    AdoptionFilter, AdoptionLine, AdoptionOverview, AdoptionView, ApprovalLine, ApprovalView, DueRisk, FileState,
    PrepareInput, Proposal, ProposalInput, SystemLine, UpstreamChange, Verified,
};
pub use assignments::{Assigned, Plan, Share, by_viewpoint, round_robin};
pub use audit::{AUDIT_ACTIONS, AuditFacets};
pub use baskets::{BasketChange, BasketView, MAX_BASKET_CELLS, MAX_BASKETS, MAX_NAME, MAX_REMARK};
pub use check::CheckReport;
pub use copying::{CopyParts, TAKEN_OVER, taken_over};
pub use criteria::Moved;
pub use exchange::{Applied, Batch, BatchFile, Bundle, Choices, Exported, Format, Intake, List, Preview, Received};
pub use factors::{Enrolment, Factor, STEP_MINUTES, SignIn};
pub use find::{Found, FoundCell, Suggestions};
pub use held::{HELD_DAYS, MOST_HELD};
pub use inbox::{InboxItem, InboxKind};
pub use live::{Event, News, ToldChange, Watch};
pub use mail::{Mail, Told};
pub use members::Invited;
pub use presence::{Present, Seat};
pub use provider::{Begun, Claims, PROVIDER_MINUTES};
pub use publication::{Published, SheetState, Unsettled};
pub use read::{Facets, GuardrailPage, LeaningAnswer, Page, RowView, SheetView};
pub use review::{ChangeAsked, Progress, ReviewToGive, RoundState, RoundView};
pub use saved::{Changed, MAX_SAVED, SavedView};
pub use services::NewService;
pub use sign_in::{MIN_PASSWORD, SessionLimits, SignedIn};
pub use similar::SimilarSheet;
pub use synonyms::SynonymTable;
pub use talk::{Addressee, EDIT_MINUTES};
pub use templates::{FilledFile, TemplateUpload, TemplateView};
pub use tokens::{TOKEN_DAYS, TokenWanted};
pub use visitor::Visitor;
pub use world::{RealWorld, World};
pub use write::WriteInput;

use crate::access::{Action, Actor, Permit, permit};
use crate::cell::Layer;
use crate::failure::Failure;
use crate::id::{OperationId, opaque};
use crate::library::Catalogue;
use crate::search::Search;
use crate::store::Db;
use std::sync::{Arc, Mutex, OnceLock, RwLock};
use std::time::Instant;

/// The desk. Cheap to clone; one per program.
#[derive(Clone)]
pub struct Desk {
    db: Db,
    search: Search,
    catalogue: Arc<Catalogue>,
    criteria: Arc<RwLock<criteria::Sets>>,
    world: Arc<dyn World>,
    live: live::Hub,
    tabs: presence::Board,
    origin: Arc<OnceLock<String>>,
    said: presence::Said,
    /// The file in which anchors of the audit are kept.
    anchors: Arc<OnceLock<std::path::PathBuf>>,
    limits: SessionLimits,
    profiles: similar::Profiles,
    /// When a search last asked whether the synonyms changed.
    synonyms_asked: Arc<Mutex<Option<Instant>>>,
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
            tabs: presence::Board::default(),
            origin: Arc::default(),
            said: presence::Said::default(),
            anchors: Arc::default(),
            limits: SessionLimits::default(),
            profiles: similar::Profiles::default(),
            synonyms_asked: Arc::default(),
        })
    }

    /// The same desk with other limits of sessions.
    pub fn with_session_limits(mut self, limits: SessionLimits) -> Desk {
        self.limits = limits;
        self
    }

    /// How long sessions last.
    pub fn session_limits(&self) -> SessionLimits {
        self.limits
    }

    /// The guardrail catalogue.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The database, for the program's own commands (backup).
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Forgets what searches found before, so that what comes next is as for the first time (for measuring).
    pub fn forget_answers(&self) {
        self.search.forget();
    }

    /// What the clock says: pages show how long something still is.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.world.now()
    }

    fn shared(&self, actor: &Actor, action: Action) -> Result<Permit, Failure> {
        permit(actor, action, &Layer::Shared)
    }

    fn operation(&self) -> Result<OperationId, Failure> {
        OperationId::parse(&opaque(self.world.random()))
    }
}
