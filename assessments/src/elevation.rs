//! Elevated access: a right for a time, asked for by one person and granted by another.
//!
//! Pure: time comes in. What is stored of a request are the acts upon it (decision, beginning, stop, review) with their
//! times; its state follows from them and the clock. So nothing has to run for a right to end, and no state is left
//! backwards: an act is added only where the state allows it, and none is ever taken away.

mod kinds;

pub use kinds::{Scope, State, Stop, Verb};

use crate::access::{Action, Grant};
use crate::cell::Layer;
use crate::failure::Failure;
use crate::id::{GrantId, PersonId};
use crate::lang::Lang;
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

/// The longest that a right is lent for, in hours, where the installation sets nothing shorter.
pub const MOST_HOURS: i64 = 24;
/// How long a request without a fixed start waits for its decision, and an approved one for its beginning, in hours.
pub const WAIT_HOURS: i64 = 24;
/// A request counts as unanswered after this many minutes: then nobody is there.
pub const NOBODY_MINUTES: i64 = 15;
/// Characters of the longest reason or comment.
pub const MOST_TEXT: usize = 2_000;

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// Which right.
    pub scope: Scope,
    /// In which layer.
    pub layer: Layer,
    /// Why.
    pub reason: String,
    /// The ticket that it belongs to.
    pub ticket: String,
    /// From when; none for: when its person begins.
    pub start: Option<DateTime<Utc>>,
    /// For how long.
    pub minutes: i64,
}

impl Wish {
    /// That it can be asked for at all, with `most` hours as the installation's limit.
    ///
    /// # Errors
    /// [`Failure::Invalid`] naming the field.
    pub fn check(&self, now: DateTime<Utc>, most: i64) -> Result<(), Failure> {
        if self.scope.is_common() != (self.layer == Layer::Shared) {
            return Err(Failure::invalid("scope", self.scope.key()));
        }
        filled("reason", &self.reason)?;
        if self.ticket.chars().count() > 200 {
            return Err(Failure::invalid("ticket", &self.ticket));
        }
        if !(1..=most.clamp(1, MOST_HOURS) * 60).contains(&self.minutes) {
            return Err(Failure::invalid("minutes", &self.minutes.to_string()));
        }
        // What lies in the past cannot be granted; what lies far ahead is another request.
        let fits = |start: DateTime<Utc>| start > now - Duration::minutes(5) && start < now + Duration::days(31);
        match self.start {
            Some(start) if !fits(start) => Err(Failure::invalid("start", &start.to_rfc3339())),
            _ => Ok(()),
        }
    }
}

/// That a text is there and not too long.
fn filled(place: &str, text: &str) -> Result<(), Failure> {
    if text.trim().is_empty() || text.chars().count() > MOST_TEXT {
        return Err(Failure::invalid(place, text));
    }
    Ok(())
}

/// Somebody's act upon a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Who; none for the command line and for the program itself.
    pub by: Option<PersonId>,
    /// As shown then.
    pub name: String,
    /// When.
    pub at: DateTime<Utc>,
    /// In their words.
    pub comment: String,
}

/// From when to when a right holds; the end does not belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The beginning.
    pub from: DateTime<Utc>,
    /// The end.
    pub until: DateTime<Utc>,
}

/// A request, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elevation {
    /// Its id, which is the grant's too.
    pub id: GrantId,
    /// Whose.
    pub person: PersonId,
    /// Their name, as shown then.
    pub name: String,
    /// What they ask for.
    pub wish: Wish,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// Whether its person granted it to themselves in an emergency.
    pub emergency: bool,
    /// Whether it was granted, and the act.
    pub decision: Option<(bool, Act)>,
    /// From when to when it holds; none before that is known.
    pub window: Option<Window>,
    /// That it was stopped before its time.
    pub stop: Option<(Stop, Act)>,
    /// The review that closes it.
    pub review: Option<Act>,
}

impl Elevation {
    /// A fresh request.
    pub fn ask(id: GrantId, person: PersonId, name: &str, wish: Wish, now: DateTime<Utc>) -> Elevation {
        Elevation {
            id,
            person,
            name: name.to_owned(),
            wish,
            asked_at: now,
            emergency: false,
            decision: None,
            window: None,
            stop: None,
            review: None,
        }
    }

    /// Until when somebody must decide.
    pub fn answer_by(&self) -> DateTime<Utc> {
        match self.wish.start {
            Some(start) => start + Duration::minutes(self.wish.minutes),
            None => self.asked_at + Duration::hours(WAIT_HOURS),
        }
    }

    /// Where it stands.
    pub fn state(&self, now: DateTime<Utc>) -> State {
        match (&self.decision, &self.stop, &self.window) {
            (Some((false, _)), ..) => State::Rejected,
            (_, Some((stop, _)), _) => stop.state(),
            (None, ..) if now >= self.answer_by() => State::Expired,
            (None, ..) => State::Pending,
            (Some((_, act)), _, None) if now >= act.at + Duration::hours(WAIT_HOURS) => State::Expired,
            (Some(_), _, None) => State::Approved,
            (.., Some(window)) if now < window.from => State::Scheduled,
            (.., Some(window)) if now < window.until => State::Active,
            _ => State::Ended,
        }
    }

    /// When the right was over, where it held at all.
    pub fn over_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let window = self.window?;
        let end = self.stop.as_ref().map_or(window.until, |(_, act)| act.at.min(window.until));
        (end >= window.from && end <= now).then_some(end)
    }

    /// Whether somebody other than its person has to review it: it held, it is over, and nobody did.
    pub fn to_review(&self, now: DateTime<Utc>) -> bool {
        self.review.is_none() && self.over_at(now).is_some()
    }

    /// Whether it is an emergency that nobody has reviewed.
    pub fn unreviewed_emergency(&self) -> bool {
        self.emergency && self.review.is_none()
    }

    /// Whether a verb is possible for somebody now. `by` is the person; none for the command line.
    pub fn allows(&self, verb: Verb, by: Option<&PersonId>, now: DateTime<Utc>) -> bool {
        let own = by == Some(&self.person);
        own == verb.is_own() && verb.fits(self.state(now)) && (verb != Verb::Review || self.to_review(now))
    }

    /// Does it. A comment is needed for refusing, taking away, reviewing and the emergency.
    ///
    /// # Errors
    /// [`Failure::Elevation`] with `own` for deciding on one's own request or acting on somebody else's as if it were,
    /// with `state` where it is too late or too early; [`Failure::Invalid`] for a comment that is missing.
    pub fn act(&self, verb: Verb, act: Act) -> Result<Elevation, Failure> {
        if (act.by.as_ref() == Some(&self.person)) != verb.is_own() {
            return Err(Failure::elevation("own"));
        }
        if !self.allows(verb, act.by.as_ref(), act.at) {
            return Err(Failure::elevation("state"));
        }
        if matches!(verb, Verb::Reject | Verb::Revoke | Verb::Review | Verb::Emergency) {
            filled("comment", &act.comment)?;
        }
        if act.comment.chars().count() > MOST_TEXT {
            return Err(Failure::invalid("comment", &act.comment));
        }
        let mut next = self.clone();
        let length = Duration::minutes(self.wish.minutes);
        let from_now = Window { from: act.at, until: act.at + length };
        match verb {
            Verb::Approve => {
                // A late approval shortens what was asked for; it moves nothing.
                next.window = self.wish.start.map(|start| Window { from: start.max(act.at), until: start + length });
                next.decision = Some((true, act));
            }
            Verb::Reject => next.decision = Some((false, act)),
            Verb::Emergency => {
                next.window = Some(from_now);
                next.emergency = true;
                next.decision = Some((true, act));
            }
            Verb::Begin => next.window = Some(from_now),
            Verb::Cancel => next.stop = Some((Stop::Cancelled, act)),
            Verb::End => next.stop = Some((Stop::Ended, act)),
            Verb::Revoke => next.stop = Some((Stop::Revoked, act)),
            Verb::Review => next.review = Some(act),
        }
        Ok(next)
    }

    /// Its person is let go: what waits is refused, what holds or would hold is taken away. Nothing, where it is over.
    pub fn drop_for(&self, act: Act) -> Option<Elevation> {
        let mut next = self.clone();
        match self.state(act.at) {
            State::Pending => next.decision = Some((false, act)),
            State::Approved | State::Scheduled | State::Active => next.stop = Some((Stop::Revoked, act)),
            _ => return None,
        }
        Some(next)
    }

    /// What it lends now: nothing but while it is active.
    pub fn grants(&self, now: DateTime<Utc>) -> Vec<Grant> {
        let (State::Active, Some(window)) = (self.state(now), self.window) else { return vec![] };
        let grant = |action: &Action| Grant {
            id: self.id.clone(),
            action: *action,
            layer: self.wish.layer.clone(),
            until: window.until,
        };
        self.wish.scope.actions().iter().map(grant).collect()
    }
}

/// Why something about elevated access was refused, and the way on.
pub(crate) fn refusal(reason: &str, lang: Lang) -> (&'static str, &'static str) {
    let (ja, en, way_ja, way_en) = match reason {
        "own" => (
            "自分の申請は自分で決裁・点検できず、他の人の申請を代わりに使うこともできません。",
            "Nobody decides on or reviews their own request, or uses somebody else’s.",
            "決裁できる別の人に依頼してください。",
            "Ask somebody else who can decide.",
        ),
        "unreviewed" => (
            "点検の済んでいない緊急利用があるため、新しい申請はできません。",
            "An emergency of yours has not been reviewed yet, so nothing more can be requested.",
            "別の人に点検を依頼してください。ほかに誰もいなければ、管理者か調整役をもう一人招待してください。",
            "Ask somebody else to review it. Where there is nobody, invite a second administrator or coordinator.",
        ),
        "present" => (
            "決裁できる人が今サインインしているため、緊急の自己承認はできません。",
            "Somebody who can decide is signed in, so you cannot approve this yourself.",
            "その人に決裁を依頼してください。申請から15分たっても決裁されなければ自己承認できます。",
            "Ask them to decide. If they have not done so within 15 minutes of the request, you can approve it yourself.",
        ),
        _ => (
            "この申請は、その操作ができる状態ではなくなっています。",
            "The request is no longer in a state that allows this.",
            "一覧で今の状態を確かめてください。",
            "Look at its present state in the list.",
        ),
    };
    (lang.pick(ja, en), lang.pick(way_ja, way_en))
}

#[cfg(test)]
mod tests;
