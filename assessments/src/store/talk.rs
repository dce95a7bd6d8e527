//! Comments in threads: reading them, for people and for the search index.
//!
//! A thread belongs to a layer like a cell does. Every method for people takes permits, and sees only the threads of their
//! layers; writing stands in [`write`].

mod write;

pub use write::{NewComment, NewThread};

use super::{Db, Pool, fault, on};
use crate::access::{Action, Permit};
use crate::cell::{Address, Layer, SheetKey};
use crate::change::Author;
use crate::failure::Failure;
use crate::id::{PersonId, ServiceId};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// A thread with its comments, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// Id. Opaque.
    pub id: String,
    /// Which sheet and layer.
    pub key: SheetKey,
    /// On which cell, whatever its language; none for the sheet as a whole.
    pub address: Option<Address>,
    /// The criteria set that the sheet followed then.
    pub criteria: String,
    /// The revision of the common text then.
    pub revision: i64,
    /// Who opened it.
    pub author: Author,
    /// When.
    pub opened_at: DateTime<Utc>,
    /// When something was last said or decided in it.
    pub changed_at: DateTime<Utc>,
    /// When it was resolved, and by whom.
    pub resolved: Option<(DateTime<Utc>, String)>,
    /// Its comments.
    pub comments: Vec<Comment>,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Id. Opaque.
    pub id: String,
    /// Who wrote it.
    pub author: Author,
    /// When.
    pub at: DateTime<Utc>,
    /// Markdown; empty once it was deleted.
    pub text: String,
    /// When it was last edited.
    pub edited_at: Option<DateTime<Utc>>,
    /// Earlier texts with the moment at which each was replaced, oldest first.
    pub versions: Vec<(String, DateTime<Utc>)>,
    /// When it was deleted, and by whom.
    pub deleted: Option<(DateTime<Utc>, String)>,
    /// Whom it names: handle to name.
    pub mentions: BTreeMap<String, String>,
}

/// A comment as the search index reads it. Deleted ones are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentDoc {
    /// Its id.
    pub id: String,
    /// Its thread's id.
    pub thread: String,
    /// On which cell, without a language; none for the sheet as a whole.
    pub address: Option<Address>,
    /// The criteria set that the sheet followed when the thread was opened.
    pub criteria: String,
    /// Markdown.
    pub text: String,
    /// Who wrote it.
    pub author: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether its thread is resolved.
    pub resolved: bool,
}

/// Which threads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TalkFilter {
    /// Of this service only.
    pub service: Option<ServiceId>,
    /// This one only.
    pub thread: Option<String>,
    /// Those on this cell, as `section/row/field`; an empty text for those on the whole sheet.
    pub address: Option<String>,
    /// Only those that are resolved, or that are not.
    pub resolved: Option<bool>,
    /// Those in which this person has written, or is named.
    pub with: Option<PersonId>,
}

/// The permits' layers as stored. A permit for something else opens nothing.
pub(super) fn layers(permits: &[Permit]) -> Result<Vec<String>, Failure> {
    permits
        .iter()
        .map(|p| p.covers(Action::ReadSheet, p.layer()).map(|()| p.layer().key()))
        .collect::<Result<Vec<_>, _>>()
}

/// Adds ` column IN (...)`; nothing fits an empty list.
macro_rules! one_of {
    ($q:expr, $column:literal, $values:expr) => {{
        $q.push(concat!(" ", $column, " IN (''"));
        for value in $values.iter() {
            $q.push(", ").push_bind(value.clone());
        }
        $q.push(")");
    }};
}
pub(super) use one_of;

type ThreadRow = (
    String,
    String,
    String,
    String,
    String,
    i64,
    Option<String>,
    String,
    DateTime<Utc>,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    String,
);

type CommentRow = (
    String,
    String,
    Option<String>,
    String,
    DateTime<Utc>,
    String,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
    String,
);

fn author(person: Option<String>, name: String) -> Result<Author, Failure> {
    Ok(Author { person: person.as_deref().map(PersonId::parse).transpose()?, name })
}

/// A thread's place as stored.
pub(super) fn place(text: &str) -> Result<Option<Address>, Failure> {
    if text.is_empty() { Ok(None) } else { Address::parse(text).map(Some) }
}

fn thread(row: ThreadRow) -> Result<Thread, Failure> {
    let (id, service, layer, address, criteria, revision, person, name, opened_at, changed_at, resolved_at, by) = row;
    Ok(Thread {
        id,
        key: SheetKey { service: ServiceId::parse(&service)?, layer: Layer::parse(&layer)? },
        address: place(&address)?,
        criteria,
        revision,
        author: author(person, name)?,
        opened_at,
        changed_at,
        resolved: resolved_at.map(|at| (at, by)),
        comments: vec![],
    })
}

macro_rules! narrowed {
    ($q:expr, $layers:expr, $filter:expr) => {{
        one_of!($q, "t.layer", $layers);
        if let Some(service) = &$filter.service {
            $q.push(" AND t.service = ").push_bind(service.to_string());
        }
        if let Some(id) = &$filter.thread {
            $q.push(" AND t.id = ").push_bind(id.clone());
        }
        if let Some(address) = &$filter.address {
            $q.push(" AND t.address = ").push_bind(address.clone());
        }
        match $filter.resolved {
            Some(true) => _ = $q.push(" AND t.resolved_at IS NOT NULL"),
            Some(false) => _ = $q.push(" AND t.resolved_at IS NULL"),
            None => {}
        }
        if let Some(person) = &$filter.with {
            $q.push(" AND (EXISTS (SELECT 1 FROM comments c WHERE c.thread = t.id AND c.person = ")
                .push_bind(person.to_string())
                .push(") OR EXISTS (SELECT 1 FROM notices n WHERE n.thread = t.id AND n.person = ")
                .push_bind(person.to_string())
                .push("))");
        }
    }};
}

impl Db {
    /// Threads of the permits' layers with their comments, those first in which something happened last; and how many fit.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a permit of something else.
    pub async fn threads(
        &self,
        permits: &[Permit],
        filter: &TalkFilter,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<Thread>, i64), Failure> {
        let layers = layers(permits)?;
        let rows: Vec<ThreadRow> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new(
                "SELECT t.id, t.service, t.layer, t.address, t.criteria, t.revision, t.person, t.author, t.opened_at,
                        t.changed_at, t.resolved_at, t.resolved_by FROM threads t WHERE");
            narrowed!(q, layers, filter);
            q.push(" ORDER BY t.changed_at DESC, t.id LIMIT ").push_bind(limit).push(" OFFSET ").push_bind(offset);
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        let total: i64 = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new("SELECT COUNT(*) FROM threads t WHERE");
            narrowed!(q, layers, filter);
            q.build_query_scalar().fetch_one(p).await
        })
        .map_err(fault)?;
        let mut threads = rows.into_iter().map(thread).collect::<Result<Vec<_>, _>>()?;
        self.fill(&mut threads).await?;
        Ok((threads, total))
    }

    /// Puts the comments into threads that the reader may see.
    async fn fill(&self, threads: &mut [Thread]) -> Result<(), Failure> {
        let ids: Vec<String> = threads.iter().map(|t| t.id.clone()).collect();
        let rows: Vec<CommentRow> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new(
                "SELECT id, thread, person, author, at, text, edited_at, deleted_at, deleted_by FROM comments WHERE");
            one_of!(q, "thread", ids);
            q.push(" ORDER BY thread, ord");
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        let versions: Vec<(String, String, DateTime<Utc>)> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new(
                "SELECT v.comment, v.text, v.at FROM comment_versions v JOIN comments c ON c.id = v.comment WHERE");
            one_of!(q, "c.thread", ids);
            q.push(" ORDER BY v.comment, v.ord");
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        let mentions: Vec<(String, String, String)> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new(
                "SELECT m.comment, m.handle, m.name FROM mentions m JOIN comments c ON c.id = m.comment WHERE");
            one_of!(q, "c.thread", ids);
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        for (id, thread, person, name, at, text, edited_at, deleted_at, by) in rows {
            let own = |other: &String| *other == id;
            let comment = Comment {
                author: author(person, name)?,
                at,
                text,
                edited_at,
                versions: versions.iter().filter(|v| own(&v.0)).map(|v| (v.1.clone(), v.2)).collect(),
                deleted: deleted_at.map(|at| (at, by)),
                mentions: mentions.iter().filter(|m| own(&m.0)).map(|m| (m.1.clone(), m.2.clone())).collect(),
                id: id.clone(),
            };
            if let Some(thread) = threads.iter_mut().find(|t| t.id == thread) {
                thread.comments.push(comment);
            }
        }
        Ok(())
    }

    /// The thread of a comment, where it is of the permits' layers.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where it is not there for this reader.
    pub async fn thread_of(&self, permits: &[Permit], comment: &str) -> Result<Thread, Failure> {
        let thread: Option<String> = on!(Pool, &self.read, p =>
            sqlx::query_scalar("SELECT thread FROM comments WHERE id = $1").bind(comment).fetch_optional(p).await)
        .map_err(fault)?;
        let filter = TalkFilter { thread: Some(thread.ok_or(Failure::NotFound)?), ..TalkFilter::default() };
        self.threads(permits, &filter, 0, 1).await?.0.pop().ok_or(Failure::NotFound)
    }

    /// Open threads of a service by place, in the permits' layers: (place as stored, criteria set, how many).
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a permit of something else.
    pub async fn open_threads(
        &self,
        permits: &[Permit],
        service: &ServiceId,
    ) -> Result<Vec<(String, String, i64)>, Failure> {
        let layers = layers(permits)?;
        on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new(
                "SELECT address, criteria, COUNT(*) FROM threads WHERE resolved_at IS NULL AND service = ");
            q.push_bind(service.to_string()).push(" AND");
            one_of!(q, "layer", layers);
            q.push(" GROUP BY address, criteria");
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)
    }

    /// The comments of a sheet in a layer, with the number that [`Db::talk_numbers`] gives for them. For the program's own
    /// followers (index), never for a reader.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn comments_of(&self, key: &SheetKey) -> Result<(i64, Vec<CommentDoc>), Failure> {
        type Row = (String, String, String, String, String, String, DateTime<Utc>, bool);
        let (service, layer) = (key.service.as_str(), key.layer.key());
        // The number first: what comes in between is read twice, never missed.
        let number: Option<i64> = on!(Pool, &self.read, p =>
            sqlx::query_scalar("SELECT number FROM talk_heads WHERE service = $1 AND layer = $2")
            .bind(service).bind(&layer).fetch_optional(p).await)
        .map_err(fault)?;
        let rows: Vec<Row> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT c.id, c.thread, t.address, t.criteria, c.text, c.author, c.at, t.resolved_at IS NOT NULL
             FROM comments c JOIN threads t ON t.id = c.thread
             WHERE t.service = $1 AND t.layer = $2 AND c.deleted_at IS NULL ORDER BY c.at, c.id")
            .bind(service).bind(&layer).fetch_all(p).await)
        .map_err(fault)?;
        let doc = |(id, thread, address, criteria, text, author, at, resolved): Row| {
            Ok(CommentDoc { id, thread, address: place(&address)?, criteria, text, author, at, resolved })
        };
        Ok((number.unwrap_or(0), rows.into_iter().map(doc).collect::<Result<_, Failure>>()?))
    }

    /// Every (sheet, layer) in which something was said, with the number of its last change. For the program's own followers.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn talk_numbers(&self) -> Result<Vec<(SheetKey, i64)>, Failure> {
        let rows: Vec<(String, String, i64)> = on!(Pool, &self.read, p =>
            sqlx::query_as("SELECT service, layer, number FROM talk_heads ORDER BY layer, service").fetch_all(p).await)
        .map_err(fault)?;
        rows.into_iter()
            .map(|(s, l, n)| Ok((SheetKey { service: ServiceId::parse(&s)?, layer: Layer::parse(&l)? }, n)))
            .collect()
    }
}
