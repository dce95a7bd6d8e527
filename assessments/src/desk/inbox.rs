//! The inbox: what is addressed to one person, from every source, as one list.
//!
//! A source is a function that reads what it has for the actor and says it as [`InboxItem`]s. Whether an item was seen is its
//! reader's own matter: notices carry it themselves, everything else by its key.

mod tasks;

use super::Desk;
use crate::access::{Action, Actor, permit};
use crate::cell::{Address, Layer, SheetKey};
use crate::failure::Failure;
use crate::id::PersonId;
use crate::lang::Label;
use crate::store::{Notice, NoticeKind};
use crate::{markdown, mention};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

/// Most items of one source.
const MOST: i64 = 200;
/// Letters of a comment that an item shows.
const EXCERPT: usize = 160;

/// Why something is in the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum InboxKind {
    /// A comment names its reader.
    Mention,
    /// An answer in a thread in which they wrote.
    Reply,
    /// A review round waits for their answer.
    Review,
    /// A reviewer asks for a change in what they wrote.
    Changes,
    /// A text of theirs met a conflict and could not be saved.
    Conflict,
    /// Categories of a sheet were given to their institution.
    Assignment,
    /// An answer whose review day has passed: they verified it last, or their institution has its category.
    Overdue,
    /// An institution's approval waits for their decision.
    Approval,
    /// An approval of theirs no longer holds.
    Outdated,
    /// Somebody asks for a right for a time, and they may decide.
    Elevation,
    /// A right for a time is over, and they may review it.
    ElevationReview,
}

impl InboxKind {
    /// All, in the order of the page's filter.
    pub const ALL: &[InboxKind] = &[
        InboxKind::Mention,
        InboxKind::Reply,
        InboxKind::Review,
        InboxKind::Changes,
        InboxKind::Conflict,
        InboxKind::Assignment,
        InboxKind::Overdue,
        InboxKind::Approval,
        InboxKind::Outdated,
        InboxKind::Elevation,
        InboxKind::ElevationReview,
    ];

    /// As in addresses.
    pub fn key(self) -> &'static str {
        match self {
            InboxKind::Mention => "mention",
            InboxKind::Reply => "reply",
            InboxKind::Review => "review",
            InboxKind::Changes => "changes",
            InboxKind::Conflict => "conflict",
            InboxKind::Assignment => "assignment",
            InboxKind::Overdue => "overdue",
            InboxKind::Approval => "approval",
            InboxKind::Outdated => "outdated",
            InboxKind::Elevation => "elevation",
            InboxKind::ElevationReview => "elevation_review",
        }
    }

    /// Reads a key.
    pub fn parse(text: &str) -> Option<InboxKind> {
        InboxKind::ALL.iter().copied().find(|k| k.key() == text)
    }
}

/// Something that is addressed to its reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxItem {
    /// What it is known by, for marking it.
    pub key: String,
    /// Why it is here.
    pub kind: InboxKind,
    /// What it is about: a service's name, mostly.
    pub title: Label,
    /// In whose layer it stands.
    pub layer: Layer,
    /// On which cell, with the criteria set that has it.
    pub place: Option<(String, Address)>,
    /// By whom; empty where it came by itself.
    pub who: String,
    /// A piece of what was said.
    pub text: String,
    /// Since when.
    pub at: DateTime<Utc>,
    /// By which day something is to be done: `2026-12-01`.
    pub due: Option<String>,
    /// Where to go.
    pub url: String,
    /// Whether its reader has not seen it yet.
    pub unread: bool,
}

impl Desk {
    /// Everything that is addressed to the actor: what is unread first, the newest first.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] for nobody in particular; [`Failure::NotFound`] for somebody who may read nothing.
    pub async fn inbox(&self, actor: &Actor) -> Result<Vec<InboxItem>, Failure> {
        let person = actor.person.as_ref().ok_or(Failure::SignedOut)?;
        let mut items = self.said_to(actor, person).await?;
        items.extend(self.waits_for(actor, person).await?);
        let seen = self.db.inbox_reads(person).await?;
        for item in &mut items {
            item.unread = item.unread && !seen.contains(&item.key);
        }
        items.sort_by(|a, b| (b.unread, b.at, &a.key).cmp(&(a.unread, a.at, &b.key)));
        Ok(items)
    }

    /// Marks one item of the actor's inbox, or all of them, as seen or not.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] for nobody; [`Failure::NotFound`] for an item that is not in it.
    pub async fn mark_inbox(&self, actor: &Actor, key: Option<&str>, read: bool) -> Result<(), Failure> {
        let person = actor.person.as_ref().ok_or(Failure::SignedOut)?;
        let items = self.inbox(actor).await?;
        let read_at = read.then(|| self.world.now());
        let mut tx = self.db.begin().await?;
        let mut marked = false;
        for item in items.iter().filter(|i| key.is_none_or(|key| i.key == key)) {
            marked = true;
            match item.key.strip_prefix("notice:") {
                Some(_) if key.is_none() => {}
                Some(id) => tx.mark_notices(person, Some(id), read_at).await?,
                None => tx.mark_item(person, &item.key, read_at).await?,
            }
        }
        if key.is_none() {
            // With those that are too many for the page.
            tx.mark_notices(person, None, read_at).await?;
        } else if !marked {
            return Err(Failure::NotFound);
        }
        tx.commit().await
    }

    /// The actor has a thread before them: what was said to them in it is seen.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn mark_thread(&self, actor: &Actor, thread: &str) -> Result<(), Failure> {
        let Some(person) = &actor.person else { return Ok(()) };
        let mut tx = self.db.begin().await?;
        tx.mark_thread(person, thread, self.world.now()).await?;
        tx.commit().await
    }

    /// What waits for the actor's doing.
    pub(super) async fn waits_for(&self, actor: &Actor, person: &PersonId) -> Result<Vec<InboxItem>, Failure> {
        let mut items = self.overdue_of(actor, person).await?;
        items.extend(self.conflicts_of(actor).await?);
        items.extend(self.to_do(actor).await?);
        Ok(items)
    }

    /// Source: comments that name the actor, or answer them.
    async fn said_to(&self, actor: &Actor, person: &PersonId) -> Result<Vec<InboxItem>, Failure> {
        let notices = self.db.notices(&self.reads(actor)?, person, MOST).await?;
        Ok(notices.into_iter().map(said).collect())
    }

    /// Source: answers whose review day has passed, of those that the actor verified last, and of the categories that their
    /// institutions have.
    async fn overdue_of(&self, actor: &Actor, person: &PersonId) -> Result<Vec<InboxItem>, Failure> {
        let permit = permit(actor, Action::ReadSheet, &Layer::Shared)?;
        let mut rows = self.db.overdue_of(&permit, &self.today(), person, MOST).await?;
        let given: Vec<crate::desk::Share> =
            self.shares(actor).await?.into_iter().filter(|s| actor.institutions.contains_key(&s.institution)).collect();
        if !given.is_empty() {
            let (all, _) = self.db.overdue(&permit, &self.today(), 0, 1_000).await?;
            let theirs =
                |r: &crate::store::OverdueRow| given.iter().any(|s| s.service == r.service && s.rows.contains(&r.row));
            rows.extend(all.into_iter().filter(|r| theirs(r)));
            rows.sort_by(|a, b| (&a.review_by, &a.service, &a.row).cmp(&(&b.review_by, &b.service, &b.row)));
            rows.dedup();
        }
        let item = |row: crate::store::OverdueRow| {
            let address = Address::new("criteria", row.row.clone(), "review_by", None);
            InboxItem {
                // Another day is another item: what was seen then is unread again.
                key: format!("overdue:{}:{}:{}", row.service, row.row, row.review_by),
                kind: InboxKind::Overdue,
                title: row.name,
                layer: Layer::Shared,
                who: String::new(),
                text: String::new(),
                at: midnight(&row.review_by),
                url: format!("/services/{}/criteria#{}", row.service, address.anchor()),
                place: Some((row.criteria, address)),
                due: Some(row.review_by),
                unread: true,
            }
        };
        Ok(rows.into_iter().map(item).collect())
    }
}

/// The beginning of a day in Japan.
fn midnight(day: &str) -> DateTime<Utc> {
    let day = day.parse::<NaiveDate>().unwrap_or_default();
    day.and_time(NaiveTime::MIN).and_utc() - chrono::Duration::hours(9)
}

fn said(notice: Notice) -> InboxItem {
    let kind = match notice.kind {
        NoticeKind::Mention => InboxKind::Mention,
        NoticeKind::Reply => InboxKind::Reply,
    };
    InboxItem {
        key: format!("notice:{}", notice.id),
        kind,
        title: notice.name,
        url: thread_url(&notice.key, &notice.thread, &notice.comment),
        layer: notice.key.layer,
        place: notice.address.map(|a| (notice.criteria, a)),
        who: notice.author,
        text: excerpt(&mention::spoken(&markdown::to_plain(&notice.text), &notice.mentions)),
        at: notice.at,
        due: None,
        unread: notice.unread,
    }
}

/// Where a comment is read.
fn thread_url(key: &SheetKey, thread: &str, comment: &str) -> String {
    format!("/services/{}/talk?thread={thread}#c-{comment}", key.service)
}

/// The beginning of a text in one line.
pub(super) fn excerpt(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= EXCERPT {
        return line;
    }
    line.chars().take(EXCERPT).chain(['…']).collect()
}
