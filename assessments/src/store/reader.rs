//! One connection for questions that follow one another: to get one and to give it back costs as much as a small question.

use super::{Db, Pool, fault};
use crate::failure::Failure;
use sqlx::pool::PoolConnection;
use sqlx::{Postgres, Sqlite};

/// A connection that reads. It goes back when it is dropped. Nobody may wait for another one, or for a write, while they
/// hold it: with as many as there are connections, all would wait for ever.
pub enum Reader {
    /// To SQLite.
    Sqlite(PoolConnection<Sqlite>),
    /// To PostgreSQL.
    Postgres(PoolConnection<Postgres>),
}

impl Db {
    /// A connection to read over.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn reader(&self) -> Result<Reader, Failure> {
        Ok(match &self.read {
            Pool::Sqlite(p) => Reader::Sqlite(p.acquire().await.map_err(fault)?),
            Pool::Postgres(p) => Reader::Postgres(p.acquire().await.map_err(fault)?),
        })
    }
}
