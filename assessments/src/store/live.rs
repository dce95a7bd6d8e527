//! What open pages and the other servers of one database need to know of change sets: who and where, without a text.

use super::{Db, Pool, Tx, fault, on};
use crate::access::{Action, Permit};
use crate::cell::{Address, SheetKey};
use crate::change::{Author, ChangeSet, Door};
use crate::failure::Failure;
use crate::id::{ChangeId, OperationId, PersonId, ServiceId};
use sqlx::postgres::PgListener;
use std::collections::BTreeMap;

/// A change set without its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveLine {
    /// Its number in its (sheet, layer).
    pub number: i64,
    /// Its opaque id.
    pub id: ChangeId,
    /// Who wrote it.
    pub author: Author,
    /// Which cells.
    pub addresses: Vec<Address>,
}

/// Begins the name of the channel of one database schema: two installations in one database do not hear each other.
const CHANNEL: &str = "kyohyo_";

/// An open ear for what the other servers of this database do.
pub struct Listener(PgListener);

impl Listener {
    /// The next message. `None`: the connection was lost and stands again; what was said meanwhile is not repeated.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer any more.
    pub async fn hear(&mut self) -> Result<Option<String>, Failure> {
        Ok(self.0.try_recv().await.map_err(fault)?.map(|heard| heard.payload().to_owned()))
    }
}

impl Db {
    /// Listens to the other servers. `None` on the embedded database, which has one.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn listen(&self) -> Result<Option<Listener>, Failure> {
        let Pool::Postgres(pool) = &self.read else { return Ok(None) };
        let schema: String =
            sqlx::query_scalar("SELECT current_schema()::text").fetch_one(pool).await.map_err(fault)?;
        let mut listener = PgListener::connect_with(pool).await.map_err(fault)?;
        listener.listen(&format!("{CHANNEL}{schema}")).await.map_err(fault)?;
        Ok(Some(Listener(listener)))
    }

    /// Says something to the other servers; nothing on the embedded database.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn say(&self, message: &str) -> Result<(), Failure> {
        let Pool::Postgres(pool) = &self.read else { return Ok(()) };
        let said = sqlx::query("SELECT pg_notify($1 || current_schema(), $2)").bind(CHANNEL).bind(message);
        said.execute(pool).await.map(|_| ()).map_err(fault)
    }

    /// Change sets of a sheet in the permit's layer after `after`, the oldest first.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn lines_after(
        &self,
        permit: &Permit,
        service: &ServiceId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<LiveLine>, Failure> {
        permit.covers(Action::ReadSheet, permit.layer())?;
        let layer = permit.layer().key();
        let rows: Vec<(i64, String, Option<String>, String)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT number, id, person, author FROM change_sets WHERE service = $1 AND layer = $2 AND number > $3
             ORDER BY number LIMIT $4")
            .bind(service.as_str()).bind(&layer).bind(after).bind(limit).fetch_all(p).await)
        .map_err(fault)?;
        let Some((last, ..)) = rows.last() else { return Ok(vec![]) };
        let cells: Vec<(i64, String)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT number, address FROM cell_changes WHERE service = $1 AND layer = $2 AND number > $3 AND number <= $4
             ORDER BY number, ord")
            .bind(service.as_str()).bind(&layer).bind(after).bind(last).fetch_all(p).await)
        .map_err(fault)?;
        let mut addresses: BTreeMap<i64, Vec<Address>> = BTreeMap::new();
        for (number, address) in cells {
            addresses.entry(number).or_default().push(Address::parse(&address)?);
        }
        let line = |(number, id, person, author): (i64, String, Option<String>, String)| {
            let person = person.as_deref().map(PersonId::parse).transpose()?;
            let addresses = addresses.remove(&number).unwrap_or_default();
            Ok(LiveLine { number, id: ChangeId::parse(&id)?, author: Author { person, name: author }, addresses })
        };
        rows.into_iter().map(line).collect()
    }

    /// The newest change set of a sheet in the permit's layer.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn newest(&self, permit: &Permit, service: &ServiceId) -> Result<Option<(i64, ChangeId)>, Failure> {
        permit.covers(Action::ReadSheet, permit.layer())?;
        let row: Option<(i64, String)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT number, id FROM change_sets WHERE service = $1 AND layer = $2 ORDER BY number DESC LIMIT 1")
            .bind(service.as_str()).bind(permit.layer().key()).fetch_optional(p).await)
        .map_err(fault)?;
        row.map(|(number, id)| Ok((number, ChangeId::parse(&id)?))).transpose()
    }

    /// Which number a change set has, where it is one of this sheet in the permit's layer.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn number_of(&self, permit: &Permit, service: &ServiceId, id: &ChangeId) -> Result<Option<i64>, Failure> {
        permit.covers(Action::ReadSheet, permit.layer())?;
        on!(Pool, &self.read, p => sqlx::query_scalar(
            "SELECT number FROM change_sets WHERE id = $1 AND service = $2 AND layer = $3")
            .bind(id.as_str()).bind(service.as_str()).bind(permit.layer().key()).fetch_optional(p).await)
        .map_err(fault)
    }

    /// The number of a person's last change that stands: neither an undo, nor undone. Looks back to `since`.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn last_of(
        &self,
        permit: &Permit,
        service: &ServiceId,
        person: &PersonId,
        since: i64,
    ) -> Result<Option<i64>, Failure> {
        permit.covers(Action::ReadSheet, permit.layer())?;
        on!(Pool, &self.read, p => sqlx::query_scalar(
            "SELECT s.number FROM change_sets s
             WHERE s.service = $1 AND s.layer = $2 AND s.person = $3 AND s.number > $4 AND s.door <> $5 AND NOT EXISTS
               (SELECT 1 FROM change_sets u WHERE u.service = s.service AND u.layer = s.layer AND u.number > s.number
                  AND u.door = $5 AND u.source = CAST(s.number AS TEXT))
             ORDER BY s.number DESC LIMIT 1")
            .bind(service.as_str()).bind(permit.layer().key()).bind(person.as_str()).bind(since).bind(Door::Undo.key())
            .fetch_optional(p).await)
        .map_err(fault)
    }

    /// The change sets that one act wrote in the permit's layer, the newest of each sheet first.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn operation(&self, permit: &Permit, operation: &OperationId) -> Result<Vec<ChangeSet>, Failure> {
        permit.covers(Action::ReadSheet, permit.layer())?;
        let rows: Vec<(String, i64)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT service, number FROM change_sets WHERE operation = $1 AND layer = $2 ORDER BY service, number DESC")
            .bind(operation.as_str()).bind(permit.layer().key()).fetch_all(p).await)
        .map_err(fault)?;
        let mut sets = Vec::with_capacity(rows.len());
        for (service, number) in rows {
            let filter = super::ChangeFilter {
                service: Some(ServiceId::parse(&service)?),
                number: Some(number),
                limit: 1,
                ..super::ChangeFilter::default()
            };
            sets.extend(self.changes(permit, &filter).await?);
        }
        Ok(sets)
    }

    /// How many change sets each of these acts wrote in the permit's layer.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn operation_sizes(
        &self,
        permit: &Permit,
        operations: &[OperationId],
    ) -> Result<BTreeMap<OperationId, i64>, Failure> {
        permit.covers(Action::ReadSheet, permit.layer())?;
        if operations.is_empty() {
            return Ok(BTreeMap::new());
        }
        let rows: Vec<(String, i64)> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new("SELECT operation, COUNT(*) FROM change_sets WHERE layer = ");
            q.push_bind(permit.layer().key()).push(" AND operation IN (");
            let mut list = q.separated(", ");
            for operation in operations {
                list.push_bind(operation.as_str());
            }
            q.push(") GROUP BY operation");
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        rows.into_iter().map(|(operation, n)| Ok((OperationId::parse(&operation)?, n))).collect()
    }
}

impl Tx {
    /// Wakes the other servers once this write is committed, never before: which sheet, which layer, which number.
    pub(super) async fn wake(&mut self, key: &SheetKey, number: i64) -> Result<(), Failure> {
        self.shout(&format!("c {} {} {number}", key.service, key.layer.key())).await
    }

    /// The same for what was said: which sheet, which layer.
    pub(super) async fn wake_talk(&mut self, service: &str, layer: &str) -> Result<(), Failure> {
        self.shout(&format!("t {service} {layer}")).await
    }

    async fn shout(&mut self, message: &str) -> Result<(), Failure> {
        let Tx::Postgres(t) = self else { return Ok(()) };
        let said = sqlx::query("SELECT pg_notify($1 || current_schema(), $2)").bind(CHANNEL).bind(message);
        said.execute(&mut **t).await.map(|_| ()).map_err(fault)
    }
}
