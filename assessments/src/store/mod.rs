//! SQL, one noun a file; the only place that names sqlx. Every statement is written once and runs on SQLite and
//! PostgreSQL: `$n` placeholders, ON CONFLICT, RETURNING, no dates, JSON or ILIKE in SQL.
//!
//! A [`Db`] reads; a [`Tx`] is a write: on SQLite there is one at a time. Methods that write, or read what belongs to a
//! layer, take the [`Permit`](crate::access::Permit) of that layer.

mod across;
mod actors;
mod adoptions;
mod answers;
mod approvals;
mod assignments;
mod audit;
mod baskets;
mod cells;
mod changes;
mod elevations;
mod exchange;
mod factors;
mod held;
mod identities;
mod lists;
mod live;
mod members;
mod notices;
mod outbox;
mod overdue;
mod own;
mod people;
mod publications;
mod reader;
mod rounds;
mod saved;
mod settings;
mod similar;
mod synonyms;
mod talk;
mod templates;
mod tokens;
mod write;

pub use across::AcrossFilter;
pub use actors::SessionRow;
pub use adoptions::{AdoptionRow, System};
pub use answers::Answers;
pub use approvals::{AnswerRow, Approval, ApprovalFilter, Decision, FrozenFile};
pub use assignments::{Assignment, Standing};
pub use audit::{AuditEntry, AuditFilter, AuditRow};
pub use baskets::{BasketCellKey, BasketCellRow, BasketRow};
pub use changes::{ChainReport, ChangeFilter, NewsLine};
pub use elevations::ElevationFilter;
pub use exchange::{ExportRecord, ImportRecord};
pub use factors::SecondFactor;
pub use held::HeldText;
pub use identities::{Held, Identity, ProviderStep};
pub use lists::{AcrossRow, Backlink, MatrixRow, ServiceFilter, ServiceName, ServiceRow};
pub use live::{Listener, LiveLine};
pub use members::{InstitutionRow, Member, OwnSession};
pub use notices::{Known, Notice, NoticeKind};
pub use outbox::{MailSetting, Often, Waiting};
pub use overdue::OverdueRow;
pub use people::{NewPerson, Person};
pub use publications::{CellDifference, Publication};
pub use reader::Reader;
pub use rounds::{Given, Reviewer, Round};
pub use saved::SavedRow;
pub use similar::ProfileRow;
pub use synonyms::StoredGroup;
pub use talk::{Comment, CommentDoc, NewComment, NewThread, TalkFilter, Thread};
pub use templates::{NewTemplate, TemplateRow};
pub use tokens::{NewToken, TokenRow};
pub use write::{Follows, NewChange, Written};

use crate::failure::Failure;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// Runs one statement on whichever database it is.
macro_rules! on {
    ($kind:ident, $target:expr, $c:ident => $body:expr) => {
        match $target {
            $kind::Sqlite($c) => $body,
            $kind::Postgres($c) => $body,
        }
    };
}
pub(crate) use on;

/// A pool of one of the two databases.
#[derive(Clone)]
pub enum Pool {
    /// The embedded default.
    Sqlite(SqlitePool),
    /// For many institutions and several application servers.
    Postgres(PgPool),
}

/// A database.
#[derive(Clone)]
pub struct Db {
    pub(crate) read: Pool,
    pub(crate) write: Pool,
}

/// A write. Dropped without [`Tx::commit`], nothing of it happened.
pub enum Tx {
    /// On SQLite.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    /// Opens and migrates the embedded database in a file, creating it if it is missing.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the file cannot be opened or is no database of ours.
    pub async fn sqlite(file: &Path) -> Result<Db, Failure> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An acknowledged save survives the machine's power, not only the program's death.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(30))
            // A connection's own cache; the system's holds the rest. There are seven of them.
            .pragma("cache_size", "-2000")
            .pragma("mmap_size", "0");
        // A file does not hang up: asking each connection whether it is still there would double a small question.
        let pool = |most| SqlitePoolOptions::new().max_connections(most).test_before_acquire(false);
        let write = pool(1).connect_with(options.clone()).await.map_err(fault)?;
        let read = pool(6).connect_with(options).await.map_err(fault)?;
        let db = Db { read: Pool::Sqlite(read), write: Pool::Sqlite(write) };
        db.migrate().await?;
        Ok(db)
    }

    /// Opens and migrates a PostgreSQL database.
    ///
    /// # Errors
    /// [`Failure::Internal`] where it cannot be reached or migrated.
    pub async fn postgres(url: &str) -> Result<Db, Failure> {
        let pool = PgPoolOptions::new().max_connections(16).connect(url).await.map_err(fault)?;
        let db = Db { read: Pool::Postgres(pool.clone()), write: Pool::Postgres(pool) };
        db.migrate().await?;
        Ok(db)
    }

    async fn migrate(&self) -> Result<(), Failure> {
        on!(Pool, &self.write, p => MIGRATIONS.run(p).await).map_err(|e| fault(sqlx::Error::Migrate(Box::new(e))))
    }

    /// Begins a write.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn begin(&self) -> Result<Tx, Failure> {
        Ok(match &self.write {
            // Immediate: two writers queue at the start instead of failing at the first write.
            Pool::Sqlite(p) => Tx::Sqlite(p.begin_with("BEGIN IMMEDIATE").await.map_err(fault)?),
            Pool::Postgres(p) => Tx::Postgres(p.begin().await.map_err(fault)?),
        })
    }

    /// Whether this is the embedded database.
    pub fn is_embedded(&self) -> bool {
        matches!(self.read, Pool::Sqlite(_))
    }

    /// Writes a copy of the embedded database, consistent while others write.
    ///
    /// # Errors
    /// [`Failure::Invalid`] on PostgreSQL, which has its own tools; [`Failure::Internal`] where the file cannot be made.
    pub async fn backup(&self, to: &Path) -> Result<(), Failure> {
        let Pool::Sqlite(pool) = &self.write else {
            return Err(Failure::invalid("database", "postgres: use pg_dump"));
        };
        let to = to.to_str().ok_or_else(|| Failure::invalid("path", &to.to_string_lossy()))?;
        sqlx::query("VACUUM INTO $1").bind(to).execute(pool).await.map_err(fault)?;
        Ok(())
    }

    /// Closes every connection, so that the file can be moved.
    pub async fn close(&self) {
        on!(Pool, &self.read, p => p.close().await);
        on!(Pool, &self.write, p => p.close().await);
    }
}

impl Tx {
    /// Makes the write last.
    ///
    /// # Errors
    /// [`Failure::Internal`] where it does not; then nothing of it happened.
    pub async fn commit(self) -> Result<(), Failure> {
        on!(Tx, self, t => t.commit().await).map_err(fault)
    }
}

static FAULTS: AtomicU64 = AtomicU64::new(1);

/// A database error as our fault: the detail goes to the log under a number, the reader gets the number.
pub(crate) fn fault(error: sqlx::Error) -> Failure {
    let operation = format!("db-{}", FAULTS.fetch_add(1, Ordering::Relaxed));
    tracing::error!(%operation, %error, "database");
    Failure::Internal { operation }
}
