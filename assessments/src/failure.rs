//! The one error of the whole program: a code, a sentence in both languages, and a way on for the reader.

mod not_yet;
mod outside;
mod sentences;
mod template;

use crate::lang::Lang;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A cell that could not be merged, with the three texts a person needs to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The cell's address.
    pub address: String,
    /// What the writer started from.
    pub base: String,
    /// What stands there now.
    pub theirs: String,
    /// What the writer wants.
    pub yours: String,
    /// Number of the revision that holds `theirs`: name it as the base of the merged text.
    pub number: i64,
    /// Who wrote `theirs`, by display name; empty where unknown.
    pub author: String,
}

/// Everything that can go wrong, typed end to end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Failure {
    /// Nobody is signed in, or the session is over.
    SignedOut,
    /// Sign-in refused. The same for an unknown address and a wrong password.
    BadCredentials,
    /// The code of the second factor is wrong, was used, or is too old.
    WrongCode,
    /// Too many attempts; wait this many seconds.
    SlowDown {
        /// Seconds until the next attempt is looked at.
        seconds: u64,
    },
    /// The one-time link was used, is too old, or never existed.
    DeadLink,
    /// Not there, or not for this reader: the two are not told apart.
    NotFound,
    /// Visible to the reader, but this verb needs a role that they do not hold.
    Forbidden {
        /// What was asked, by the policy's key.
        action: String,
    },
    /// The person may, but the token that was used does not have a scope for it.
    OutOfScope {
        /// What was asked, by the policy's key.
        action: String,
    },
    /// A request of a form that this door does not take: why, by a code.
    Request {
        /// `method`, `media_type`, `too_large`, `malformed`, `no_revision`, `unknown_revision`, `cookie`.
        reason: String,
        /// What was seen, shortened.
        detail: String,
    },
    /// Signing in through the institution's provider did not work: why, by a code.
    Provider {
        /// `state`, `expired`, `denied`, `unreachable`, `answer`, `link_first`, `taken`, `inactive`, `only_way`, `off`.
        reason: String,
        /// What was seen, shortened.
        detail: String,
    },
    /// A value of the wrong form.
    Invalid {
        /// Which field or thing.
        place: String,
        /// What was read, shortened.
        read: String,
    },
    /// A text longer than a cell can hold.
    TooLong {
        /// Which cell.
        place: String,
        /// Length in UTF-16 units.
        units: usize,
        /// Most units.
        most: usize,
    },
    /// Cells that changed meanwhile and could not be merged. Nothing of the change set was written.
    Conflict {
        /// Each with base, theirs and yours.
        cells: Vec<Conflict>,
    },
    /// None of one's own changes stands that could be taken back.
    NothingToUndo,
    /// Elevated access that cannot be asked for, decided on or used so.
    Elevation {
        /// Why: `own`, `state`, `unreviewed`, `present`.
        reason: String,
    },
    /// The same kind of thing exists already.
    Exists {
        /// What.
        place: String,
    },
    /// As much as there may be.
    Full {
        /// Of what.
        place: String,
        /// How many there may be.
        most: usize,
    },
    /// The records stand so that this cannot be done now: why, by a key.
    NotYet {
        /// `nothing_changed`, `no_quorum`, `objection`, `round_open`, `round_ended`, `own_change`, `moved_on`, ...
        reason: String,
    },
    /// A file that cannot be taken: why, by the guard's code.
    Refused {
        /// The guard's code: `encrypted`, `legacy_xls`, `too_large`, `not_a_workbook`, ...
        reason: String,
        /// What was seen, shortened.
        detail: String,
    },
    /// The workbook does not say which service it is about; these fit.
    WhichService {
        /// Service ids.
        candidates: Vec<String>,
        /// The import that waits for the answer, so that the file need not be sent again; empty where none does.
        #[serde(default)]
        import: String,
    },
    /// There is no service of that id.
    UnknownService {
        /// What was asked for.
        id: String,
        /// Ids that look like it.
        candidates: Vec<String>,
    },
    /// A comment names somebody who is not there, or cannot read it: the two are not told apart.
    Addressee {
        /// As it was written.
        handle: String,
    },
    /// The time in which this could be done is over.
    TooLate {
        /// How long there was.
        minutes: i64,
    },
    /// What an institution's rules for adoption and approval do not allow.
    Rule {
        /// Which rule.
        rule: crate::adoption::Rule,
        /// What was met: a day, a number, a name.
        detail: String,
    },
    /// A file of the machine that cannot be read or written.
    File {
        /// Its path, as given.
        place: String,
        /// What the operating system says.
        detail: String,
    },
    /// The request came from another site, or without the page's own mark.
    CrossSite,
    /// The other side could not be reached or answered something else.
    Transport {
        /// What was seen.
        detail: String,
    },
    /// Our fault. The number leads to the log.
    Internal {
        /// Operation number to quote.
        operation: String,
    },
}

fn short(text: &str) -> String {
    let mut out: String = text.chars().filter(|c| !c.is_control()).take(80).collect();
    if text.chars().count() > 80 {
        out.push('…');
    }
    out
}

impl Failure {
    /// A value of the wrong form.
    pub fn invalid(place: &str, read: &str) -> Failure {
        Failure::Invalid { place: place.into(), read: short(read) }
    }

    /// Something that has to wait for something else.
    pub fn not_yet(reason: &str) -> Failure {
        Failure::NotYet { reason: reason.into() }
    }

    /// Elevated access that is refused.
    pub fn elevation(reason: &str) -> Failure {
        Failure::Elevation { reason: reason.into() }
    }

    /// A refused file.
    pub fn refused(reason: &str, detail: impl AsRef<str>) -> Failure {
        Failure::Refused { reason: reason.into(), detail: short(detail.as_ref()) }
    }

    /// A request of the wrong form.
    pub fn request(reason: &str, detail: &str) -> Failure {
        Failure::Request { reason: reason.into(), detail: short(detail) }
    }

    /// A sign-in through the provider that did not work.
    pub fn provider(reason: &str, detail: impl AsRef<str>) -> Failure {
        Failure::Provider { reason: reason.into(), detail: short(detail.as_ref()) }
    }

    /// The stable code, as in JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Failure::SignedOut => "signed_out",
            Failure::BadCredentials => "bad_credentials",
            Failure::WrongCode => "wrong_code",
            Failure::SlowDown { .. } => "slow_down",
            Failure::DeadLink => "dead_link",
            Failure::NotFound => "not_found",
            Failure::Forbidden { .. } => "forbidden",
            Failure::OutOfScope { .. } => "out_of_scope",
            Failure::Request { .. } => "request",
            Failure::Provider { .. } => "provider",
            Failure::Invalid { .. } => "invalid",
            Failure::TooLong { .. } => "too_long",
            Failure::Conflict { .. } => "conflict",
            Failure::NothingToUndo => "nothing_to_undo",
            Failure::Elevation { .. } => "elevation",
            Failure::Exists { .. } => "exists",
            Failure::NotYet { .. } => "not_yet",
            Failure::Full { .. } => "full",
            Failure::Refused { .. } => "refused",
            Failure::WhichService { .. } => "which_service",
            Failure::UnknownService { .. } => "unknown_service",
            Failure::Addressee { .. } => "addressee",
            Failure::TooLate { .. } => "too_late",
            Failure::Rule { rule, .. } => rule.code(),
            Failure::File { .. } => "file",
            Failure::CrossSite => "cross_site",
            Failure::Transport { .. } => "transport",
            Failure::Internal { .. } => "internal",
        }
    }

    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Failure::SignedOut => 401,
            Failure::BadCredentials | Failure::WrongCode | Failure::DeadLink => 403,
            Failure::SlowDown { .. } => 429,
            Failure::NotFound | Failure::UnknownService { .. } => 404,
            Failure::Forbidden { .. } | Failure::OutOfScope { .. } | Failure::CrossSite => 403,
            Failure::Request { reason, .. } => match reason.as_str() {
                "method" => 405,
                "media_type" => 415,
                "too_large" => 413,
                "no_revision" => 428,
                "unknown_revision" => 412,
                _ => 400,
            },
            Failure::Provider { reason, .. } => match reason.as_str() {
                "unreachable" | "answer" => 502,
                "off" => 404,
                _ => 403,
            },
            Failure::Invalid { .. }
            | Failure::TooLong { .. }
            | Failure::Refused { .. }
            | Failure::WhichService { .. }
            | Failure::Addressee { .. }
            | Failure::File { .. } => 422,
            Failure::Conflict { .. } | Failure::Exists { .. } | Failure::Full { .. } | Failure::NotYet { .. } => 409,
            Failure::TooLate { .. } => 409,
            Failure::NothingToUndo => 409,
            Failure::Elevation { .. } => 409,
            Failure::Rule { rule, .. } => rule.status(),
            Failure::Transport { .. } => 502,
            Failure::Internal { .. } => 500,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Lang::En))
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn json_carries_the_code_and_reads_back() {
        let failure = Failure::Conflict {
            cells: vec![Conflict {
                address: "criteria/K07/summary/ja".into(),
                base: "a".into(),
                theirs: "b".into(),
                yours: "c".into(),
                number: 3,
                author: "佐藤".into(),
            }],
        };
        let text = serde_json::to_string(&failure).unwrap();
        assert!(text.contains(r#""code":"conflict""#));
        assert_eq!(serde_json::from_str::<Failure>(&text).unwrap(), failure);
    }

    #[test]
    fn what_was_read_is_shortened_and_harmless_in_a_terminal() {
        let Failure::Invalid { read, .. } = Failure::invalid("x", &format!("\u{1b}[31m{}", "あ".repeat(500))) else {
            unreachable!()
        };
        assert!(read.chars().count() <= 81 && !read.contains('\u{1b}'));
    }
}
