//! What was said to somebody, what they have seen of it, and whom one can name.

use super::talk::{layers, one_of, place};
use super::{Db, Pool, Reader, Tx, fault, on};
use crate::access::{Action, Permit};
use crate::cell::{Address, Layer, SheetKey};
use crate::failure::Failure;
use crate::id::{PersonId, ServiceId};
use crate::lang::Label;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// Why somebody is told of a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// It names them.
    Mention,
    /// It stands in a thread in which they wrote.
    Reply,
}

impl NoticeKind {
    /// As stored.
    pub fn key(self) -> &'static str {
        match self {
            NoticeKind::Mention => "mention",
            NoticeKind::Reply => "reply",
        }
    }
}

/// A comment that was said to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Id.
    pub id: String,
    /// Why.
    pub kind: NoticeKind,
    /// Which sheet and layer.
    pub key: SheetKey,
    /// The service's name.
    pub name: Label,
    /// On which cell; none for the sheet as a whole.
    pub address: Option<Address>,
    /// The criteria set that the sheet followed then.
    pub criteria: String,
    /// The thread.
    pub thread: String,
    /// The comment.
    pub comment: String,
    /// Who wrote it.
    pub author: String,
    /// Markdown.
    pub text: String,
    /// Whom it names: handle to name.
    pub mentions: BTreeMap<String, String>,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether its reader has not seen it yet.
    pub unread: bool,
}

/// A person with one place where they hold a role: the institution's id, or an empty text for the installation.
pub struct Known {
    /// Id.
    pub id: PersonId,
    /// E-mail address.
    pub email: String,
    /// Display name.
    pub name: String,
    /// Where.
    pub institution: String,
    /// The institution's name.
    pub institution_name: Label,
}

type NoticeRow = (
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    DateTime<Utc>,
    bool,
);

fn notice(row: NoticeRow) -> Result<Notice, Failure> {
    let (id, kind, service, layer, ja, en, address, criteria, thread, comment, author, text, at, unread) = row;
    Ok(Notice {
        id,
        kind: if kind == NoticeKind::Mention.key() { NoticeKind::Mention } else { NoticeKind::Reply },
        key: SheetKey { service: ServiceId::parse(&service)?, layer: Layer::parse(&layer)? },
        name: Label { ja, en },
        address: place(&address)?,
        criteria,
        thread,
        comment,
        author,
        text,
        mentions: BTreeMap::new(),
        at,
        unread,
    })
}

impl Db {
    /// The active people with a role in the permit's layer, a line for each place where they hold one: whom one can name
    /// there. In an institution's layer, only that institution's.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a permit of something else.
    pub async fn known_people(&self, permit: &Permit) -> Result<Vec<Known>, Failure> {
        permit.covers(Action::ReadSheet, permit.layer())?;
        let (everywhere, own) = match permit.layer() {
            Layer::Shared => (true, String::new()),
            Layer::Institution(id) => (false, id.to_string()),
        };
        type Row = (String, String, String, String, String, String);
        let rows: Vec<Row> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT DISTINCT p.id, p.email, p.name, r.institution, COALESCE(i.name_ja, ''), COALESCE(i.name_en, '')
             FROM people p JOIN roles r ON r.person = p.id LEFT JOIN institutions i ON i.id = r.institution
             WHERE p.active AND ($1 OR r.institution = $2) ORDER BY p.name, p.id, r.institution")
            .bind(everywhere).bind(own).fetch_all(p).await)
        .map_err(fault)?;
        rows.into_iter()
            .map(|(id, email, name, institution, ja, en)| {
                Ok(Known { id: PersonId::parse(&id)?, email, name, institution, institution_name: Label { ja, en } })
            })
            .collect()
    }

    /// What was said to a person in the permits' layers, the newest first.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a permit of something else.
    pub async fn notices(&self, permits: &[Permit], person: &PersonId, limit: i64) -> Result<Vec<Notice>, Failure> {
        let layers = layers(permits)?;
        let rows: Vec<NoticeRow> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new(
                "SELECT n.id, n.kind, t.service, t.layer, v.name_ja, v.name_en, t.address, t.criteria, t.id, c.id, c.author,
                        c.text, n.at, n.read_at IS NULL
                 FROM notices n JOIN comments c ON c.id = n.comment JOIN threads t ON t.id = n.thread
                 JOIN services v ON v.id = t.service WHERE n.person = ");
            q.push_bind(person.to_string()).push(" AND");
            one_of!(q, "t.layer", layers);
            q.push(" ORDER BY n.at DESC, n.id LIMIT ").push_bind(limit);
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        let mut notices = rows.into_iter().map(notice).collect::<Result<Vec<_>, _>>()?;
        let comments: Vec<String> = notices.iter().map(|n| n.comment.clone()).collect();
        let mentions: Vec<(String, String, String)> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new("SELECT comment, handle, name FROM mentions WHERE");
            one_of!(q, "comment", comments);
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        for (comment, handle, name) in mentions {
            for notice in notices.iter_mut().filter(|n| n.comment == comment) {
                notice.mentions.insert(handle.clone(), name.clone());
            }
        }
        Ok(notices)
    }

    /// The keys of what else of the inbox a person has seen.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn inbox_reads(&self, person: &PersonId) -> Result<BTreeSet<String>, Failure> {
        let rows: Vec<(String,)> = on!(Pool, &self.read, p =>
            sqlx::query_as("SELECT item FROM inbox_reads WHERE person = $1").bind(person.as_str()).fetch_all(p).await)
        .map_err(fault)?;
        Ok(rows.into_iter().map(|(item,)| item).collect())
    }
}

/// Adds where what a person was told in layers and has not seen stands.
macro_rules! unread {
    ($q:expr, $layers:expr, $person:expr) => {{
        $q.push(" FROM notices WHERE read_at IS NULL AND person = ").push_bind($person.to_string()).push(" AND");
        one_of!($q, "layer", $layers);
    }};
}
pub(super) use unread;

impl Reader {
    /// How much of what was said to a person in these layers they have not seen.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a permit of something else.
    pub async fn unread(&mut self, permits: &[Permit], person: &PersonId) -> Result<i64, Failure> {
        let layers = layers(permits)?;
        on!(Reader, self, c => {
            let mut q = sqlx::QueryBuilder::new("SELECT COUNT(*)");
            unread!(q, layers, person);
            q.build_query_scalar().fetch_one(&mut **c).await
        })
        .map_err(fault)
    }
}

impl Tx {
    /// Tells somebody of a comment of the permit's layer. Whoever was told already is not told twice.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a permit of something else.
    #[allow(clippy::too_many_arguments)] // A row's columns.
    pub async fn add_notice(
        &mut self,
        permit: &Permit,
        id: &str,
        person: &PersonId,
        kind: NoticeKind,
        thread: &str,
        comment: &str,
        at: DateTime<Utc>,
    ) -> Result<bool, Failure> {
        permit.covers(Action::Comment, permit.layer())?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO notices (id, person, kind, comment, thread, layer, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (person, comment) DO NOTHING")
            .bind(id).bind(person.as_str()).bind(kind.key()).bind(comment).bind(thread).bind(permit.layer().key()).bind(at)
            .execute(&mut **t).await.map(|r| r.rows_affected() == 1))
        .map_err(fault)
    }

    /// A person has seen, or has not seen yet, one notice of theirs; without an id: all of them.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn mark_notices(
        &mut self,
        person: &PersonId,
        id: Option<&str>,
        read_at: Option<DateTime<Utc>>,
    ) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query(
            "UPDATE notices SET read_at = $4 WHERE person = $1 AND ($2 OR id = $3) AND (read_at IS NULL) = $5")
            .bind(person.as_str()).bind(id.is_none()).bind(id.unwrap_or("")).bind(read_at).bind(read_at.is_some())
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// A person has read a thread: they have seen what was said to them in it.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn mark_thread(&mut self, person: &PersonId, thread: &str, at: DateTime<Utc>) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query("UPDATE notices SET read_at = $3 WHERE person = $1 AND thread = $2 AND read_at IS NULL")
            .bind(person.as_str()).bind(thread).bind(at).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// A person has seen, or not seen, something else of their inbox.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn mark_item(
        &mut self,
        person: &PersonId,
        item: &str,
        read_at: Option<DateTime<Utc>>,
    ) -> Result<(), Failure> {
        match read_at {
            Some(at) => on!(Tx, self, t => sqlx::query(
                "INSERT INTO inbox_reads (person, item, at) VALUES ($1, $2, $3) ON CONFLICT (person, item) DO NOTHING")
                .bind(person.as_str()).bind(item).bind(at).execute(&mut **t).await.map(|_| ())),
            None => on!(Tx, self, t => sqlx::query("DELETE FROM inbox_reads WHERE person = $1 AND item = $2")
                .bind(person.as_str()).bind(item).execute(&mut **t).await.map(|_| ())),
        }
        .map_err(fault)
    }
}
