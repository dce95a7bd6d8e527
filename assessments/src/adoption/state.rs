//! In which state an approval is.

use super::Cause;
use crate::lang::Lang;
use serde::{Deserialize, Serialize};

/// What people made of an approval, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Being prepared.
    Draft,
    /// Waits for somebody else to decide.
    Waiting,
    /// Approved.
    Approved,
    /// Turned down.
    Rejected,
    /// Taken back before it was decided.
    Withdrawn,
    /// A later approval of the same service took its place.
    Superseded,
}

impl State {
    /// All states.
    pub const ALL: [State; 6] =
        [State::Draft, State::Waiting, State::Approved, State::Rejected, State::Withdrawn, State::Superseded];

    /// As stored.
    pub fn key(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Waiting => "waiting",
            State::Approved => "approved",
            State::Rejected => "rejected",
            State::Withdrawn => "withdrawn",
            State::Superseded => "superseded",
        }
    }

    /// Reads what [`State::key`] wrote.
    pub fn parse(text: &str) -> Option<State> {
        State::ALL.into_iter().find(|s| s.key() == text)
    }
}

/// How an approval stands today: an approved one may have run out, or what it was given for may have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// As stored, and nothing to add.
    As(State),
    /// Approved, and what it was given for has changed.
    Outdated,
    /// Approved until a day that has passed.
    Expired,
}

impl Standing {
    /// As in JSON, filters and styles.
    pub fn key(self) -> &'static str {
        match self {
            Standing::As(state) => state.key(),
            Standing::Outdated => "outdated",
            Standing::Expired => "expired",
        }
    }

    /// Whether an approval in force stands behind the service.
    pub fn holds(self) -> bool {
        self == Standing::As(State::Approved)
    }

    /// In words.
    pub fn label(self, lang: Lang) -> &'static str {
        let (ja, en) = match self {
            Standing::As(State::Draft) => ("準備中", "Draft"),
            Standing::As(State::Waiting) => ("決裁待ち", "Waiting for a decision"),
            Standing::As(State::Approved) => ("承認済み", "Approved"),
            Standing::As(State::Rejected) => ("却下", "Rejected"),
            Standing::As(State::Withdrawn) => ("取下げ", "Withdrawn"),
            Standing::As(State::Superseded) => ("後の承認に置換え", "Superseded"),
            Standing::Outdated => ("要見直し", "Outdated"),
            Standing::Expired => ("期限切れ", "Expired"),
        };
        lang.pick(ja, en)
    }

    /// The mark before the word.
    pub fn mark(self) -> &'static str {
        match self {
            Standing::As(State::Approved) => "●",
            Standing::As(State::Waiting) => "◐",
            Standing::Outdated | Standing::Expired => "▲",
            Standing::As(State::Rejected) => "×",
            Standing::As(State::Draft | State::Withdrawn | State::Superseded) => "○",
        }
    }
}

/// How an approval stands today.
#[must_use]
pub fn standing(state: State, valid_until: &str, today: &str, causes: &[Cause]) -> Standing {
    match state {
        State::Approved if valid_until < today => Standing::Expired,
        State::Approved if !causes.is_empty() => Standing::Outdated,
        other => Standing::As(other),
    }
}

/// What an institution made of one change upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Taken into the adoption: the verdict holds with it.
    Accepted,
    /// Seen, to be weighed at the next review.
    Noted,
}

impl Answer {
    /// As stored.
    pub fn key(self) -> &'static str {
        match self {
            Answer::Accepted => "accepted",
            Answer::Noted => "noted",
        }
    }

    /// Reads what [`Answer::key`] wrote.
    pub fn parse(text: &str) -> Option<Answer> {
        [Answer::Accepted, Answer::Noted].into_iter().find(|a| a.key() == text)
    }

    /// In words.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Answer::Accepted => lang.pick("採用判断に反映", "Accepted into the adoption"),
            Answer::Noted => lang.pick("記録のみ", "Noted"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_approved_one_runs_out_or_is_outdated() {
        let cause = [Cause::AdoptionChanged { cells: vec![] }];
        assert_eq!(standing(State::Approved, "2026-12-01", "2026-11-24", &[]), Standing::As(State::Approved));
        assert_eq!(standing(State::Approved, "2026-11-24", "2026-11-24", &[]), Standing::As(State::Approved));
        assert_eq!(standing(State::Approved, "2026-11-23", "2026-11-24", &cause), Standing::Expired);
        assert_eq!(standing(State::Approved, "2026-12-01", "2026-11-24", &cause), Standing::Outdated);
        assert_eq!(standing(State::Rejected, "2026-11-23", "2026-11-24", &cause), Standing::As(State::Rejected));
    }
}
