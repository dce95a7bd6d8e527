//! Mail about what is unread. What a mail says is gathered when it is sent, by what its reader may read then; about a private
//! layer it says only that there is something, since a firm's mail is not the layer.

use super::{Desk, InboxItem, InboxKind};
use crate::access::Actor;
use crate::cell::{Address, Layer};
use crate::elevation::{Elevation, Scope};
use crate::failure::Failure;
use crate::id::{PersonId, opaque};
use crate::lang::{Label, Lang};
use crate::store::{MailSetting, Notice, NoticeKind, Often, Tx, Waiting};
use crate::{markdown, mention};
use chrono::{DateTime, Duration, Utc};

/// What comes within this time goes into one mail.
const GATHER: i64 = 60;
/// When the daily mail goes out, in hours of Japanese time.
const MORNING: i64 = 8;
/// How long one server may take to send a mail before another tries.
const CLAIM_MINUTES: i64 = 5;
/// Longest wait between two tries, in minutes.
const LONGEST_WAIT: i64 = 360;
/// After so many days of failing a mail is given up; what it would have said stays in the inbox.
const GIVE_UP_DAYS: i64 = 7;
/// Most mails taken at once.
const BATCH: i64 = 50;

/// Something that a mail tells.
#[derive(Clone, Debug, PartialEq, Eq)]
// At most a batch of them is held at a time.
#[allow(clippy::large_enum_variant)]
pub enum Told {
    /// A comment of the common layer.
    Comment {
        /// Why it is told.
        kind: NoticeKind,
        /// The service's name.
        service: Label,
        /// The service's id, for the link.
        id: String,
        /// On which cell.
        address: Option<Address>,
        /// The criteria set that the sheet followed then.
        criteria: String,
        /// The thread, for the link.
        thread: String,
        /// Who wrote it.
        author: String,
        /// Plain text.
        text: String,
    },
    /// Something of the common layer that waits for its reader's doing.
    Task {
        /// What.
        kind: InboxKind,
        /// What it is about: a service's name, mostly.
        title: Label,
        /// On which cell, with the criteria set that has it.
        place: Option<(String, Address)>,
        /// By which day.
        due: Option<String>,
        /// Where to go.
        url: String,
    },
    /// Somebody granted a right to themselves in an emergency. It is told whatever its reader wants of mail.
    Alarm {
        /// Who, and which right, in the common part; nothing of it about a private layer.
        what: Option<(String, Scope)>,
        /// When.
        at: DateTime<Utc>,
    },
    /// Something in a private layer: only that there is something.
    Private,
}

/// A mail to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Its line in the outbox; the message's id too.
    pub id: String,
    /// Address.
    pub to: String,
    /// Display name.
    pub name: String,
    /// Language.
    pub lang: Lang,
    /// What it tells, oldest first; what is private stands once.
    pub told: Vec<Told>,
    person: PersonId,
    notices: Vec<String>,
    items: Vec<String>,
    made_at: DateTime<Utc>,
    attempts: i64,
}

impl Desk {
    /// How often the actor wants mail.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] for nobody.
    pub async fn mail_setting(&self, actor: &Actor) -> Result<MailSetting, Failure> {
        self.db.mail_setting(actor.person.as_ref().ok_or(Failure::SignedOut)?).await
    }

    /// Keeps how often the actor wants mail. What waits already goes out by the new wish; off means that none of it does.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] for nobody.
    pub async fn set_mail(&self, actor: &Actor, setting: MailSetting) -> Result<(), Failure> {
        let person = actor.person.as_ref().ok_or(Failure::SignedOut)?;
        let mut tx = self.db.begin().await?;
        tx.set_mail(person, setting).await?;
        tx.move_mail(person, due(setting.often, self.world.now())).await?;
        tx.commit().await
    }

    /// Puts a mail about a notice into the outbox, where its reader wants one.
    pub(super) async fn queue_mail(&self, tx: &mut Tx, person: &PersonId) -> Result<(), Failure> {
        let often = tx.mail_setting(person).await?.often;
        if often == Often::Off {
            return Ok(());
        }
        let now = self.world.now();
        tx.queue_mail(&opaque(self.world.random()), person, now, due(often, now)).await
    }

    /// Puts a mail about an emergency into the outbox of each of these people, to go out at once: it is queued whatever they
    /// want of mail.
    pub(super) async fn alarm_by_mail(&self, tx: &mut Tx, people: &[PersonId]) -> Result<(), Failure> {
        let now = self.world.now();
        for person in people {
            tx.queue_mail(&opaque(self.world.random()), person, now, now).await?;
        }
        Ok(())
    }

    /// Takes the mails that are due. Each is this caller's for some minutes, who says then whether it was sent.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn take_mail(&self) -> Result<Vec<Mail>, Failure> {
        let now = self.world.now();
        self.every_morning(now).await?;
        let mut mails = Vec::new();
        for waiting in self.db.mail_due(now, BATCH).await? {
            let mut tx = self.db.begin().await?;
            if !tx.claim_mail(&waiting.id, now, now + Duration::minutes(CLAIM_MINUTES)).await? {
                continue;
            }
            tx.commit().await?;
            match self.compose(&waiting).await? {
                Some(mail) => mails.push(mail),
                None => self.end(&waiting.id, "moot", now).await?,
            }
        }
        Ok(mails)
    }

    /// What a mail says now; none where it has nothing to say any more, or its reader wants none.
    async fn compose(&self, waiting: &Waiting) -> Result<Option<Mail>, Failure> {
        let setting = self.db.mail_setting(&waiting.person).await?;
        let (Some(actor), Some(to)) =
            (self.db.actor(&waiting.person, self.world.now()).await?, self.db.mail_address(&waiting.person).await?)
        else {
            return Ok(None);
        };
        let Ok(permits) = self.reads(&actor) else { return Ok(None) };
        let seen = self.db.inbox_reads(&waiting.person).await?;
        let mut alarms = self.elevation_alarms(&actor).await?;
        alarms.retain(|e| !seen.contains(&told_key(&alarm_key(e))));
        // Who wants no mail is still told of an emergency, and of nothing else.
        let quiet = setting.often == Often::Off;
        if quiet && alarms.is_empty() {
            return Ok(None);
        }
        let unmailed = self.db.unmailed(&waiting.person).await?;
        let mut notices = self.db.notices(&permits, &waiting.person, 500).await?;
        notices.retain(|n| !quiet && unmailed.contains(&n.id));
        notices.reverse();
        let mut tasks = self.waits_for(&actor, &waiting.person).await?;
        tasks.retain(|item| !quiet && !seen.contains(&item.key) && !seen.contains(&told_key(&item.key)));
        let ids = notices.iter().map(|n| n.id.clone()).collect();
        let items = tasks.iter().map(|item| item.key.clone()).chain(alarms.iter().map(alarm_key)).collect();
        let mut told: Vec<Told> = alarms.into_iter().map(alarm).collect();
        for next in notices.into_iter().map(said).chain(tasks.into_iter().map(task)) {
            if next != Told::Private || !told.contains(&Told::Private) {
                told.push(next);
            }
        }
        let Waiting { id, made_at, attempts, person } = waiting.clone();
        let (name, lang) = (actor.name, setting.lang);
        let mail = Mail { id, to, name, lang, told, person, notices: ids, items, made_at, attempts };
        Ok((!mail.told.is_empty()).then_some(mail))
    }

    /// Whoever wants mail gets one in the morning, where something waits for them that no mail told them of.
    async fn every_morning(&self, now: DateTime<Utc>) -> Result<(), Failure> {
        for person in self.db.without_mail().await? {
            let mut tx = self.db.begin().await?;
            tx.queue_mail(&opaque(self.world.random()), &person, now, due(Often::Daily, now)).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// A mail was taken by the mail server: what it told is not told again.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn mail_sent(&self, mail: &Mail) -> Result<(), Failure> {
        self.end_telling(mail, "sent").await
    }

    async fn end_telling(&self, mail: &Mail, outcome: &str) -> Result<(), Failure> {
        let now = self.world.now();
        let mut tx = self.db.begin().await?;
        for notice in &mail.notices {
            tx.mailed(notice, now).await?;
        }
        for item in &mail.items {
            tx.mark_item(&mail.person, &told_key(item), Some(now)).await?;
        }
        tx.end_mail(&mail.id, outcome, now).await?;
        tx.commit().await
    }

    async fn end(&self, id: &str, outcome: &str, now: DateTime<Utc>) -> Result<(), Failure> {
        let mut tx = self.db.begin().await?;
        tx.end_mail(id, outcome, now).await?;
        tx.commit().await
    }

    /// A mail could not be sent: it is tried again after a wait that doubles each time, for a week.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn mail_failed(&self, mail: &Mail, error: &str) -> Result<(), Failure> {
        let now = self.world.now();
        if now - mail.made_at > Duration::days(GIVE_UP_DAYS) {
            return self.end_telling(mail, "given_up").await;
        }
        let wait = 1_i64.checked_shl(u32::try_from(mail.attempts).unwrap_or(u32::MAX)).unwrap_or(LONGEST_WAIT);
        let wait = if wait <= 0 { LONGEST_WAIT } else { wait.min(LONGEST_WAIT) };
        let error: String = error.chars().filter(|c| !c.is_control()).take(500).collect();
        let mut tx = self.db.begin().await?;
        tx.mail_failed(&mail.id, &error, now + Duration::minutes(wait)).await?;
        tx.commit().await
    }
}

/// Under which key it is kept that a mail told of an item of the inbox.
fn told_key(item: &str) -> String {
    format!("mail:{item}")
}

fn alarm_key(emergency: &Elevation) -> String {
    format!("alarm:{}", emergency.id)
}

fn alarm(emergency: Elevation) -> Told {
    let at = emergency.decision.as_ref().map_or(emergency.asked_at, |(_, act)| act.at);
    let what = (emergency.wish.layer == Layer::Shared).then_some((emergency.name, emergency.wish.scope));
    Told::Alarm { what, at }
}

fn said(notice: Notice) -> Told {
    match &notice.key.layer {
        Layer::Institution(_) => Told::Private,
        Layer::Shared => Told::Comment {
            kind: notice.kind,
            service: notice.name,
            id: notice.key.service.to_string(),
            address: notice.address,
            criteria: notice.criteria,
            thread: notice.thread,
            author: notice.author,
            text: mention::spoken(&markdown::to_plain(&notice.text), &notice.mentions),
        },
    }
}

fn task(item: InboxItem) -> Told {
    match &item.layer {
        Layer::Institution(_) => Told::Private,
        Layer::Shared => {
            Told::Task { kind: item.kind, title: item.title, place: item.place, due: item.due, url: item.url }
        }
    }
}

/// When a mail that is made now goes out.
fn due(often: Often, now: DateTime<Utc>) -> DateTime<Utc> {
    if often != Often::Daily {
        return now + Duration::seconds(GATHER);
    }
    let day = 86_400;
    let morning = (MORNING - 9) * 3_600;
    let since = (now.timestamp() - morning).rem_euclid(day);
    now + Duration::seconds(day - since)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_daily_mail_goes_out_at_eight_in_japan() {
        for (now, then) in [
            ("2026-11-24T22:59:59Z", "2026-11-24T23:00:00Z"),
            ("2026-11-24T23:00:00Z", "2026-11-25T23:00:00Z"),
            ("2026-11-24T03:00:00Z", "2026-11-24T23:00:00Z"),
        ] {
            let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
            assert_eq!(due(Often::Daily, at(now)), at(then), "{now}");
        }
    }
}
