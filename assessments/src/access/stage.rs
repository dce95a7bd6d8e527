//! Where the state of a thing decides beside the role: review rounds and internal approvals. (Requests for elevated access:
//! [`crate::elevation::Verb::fits`].)

use super::Action;
use crate::adoption::State;

/// How a thing stands, as far as permission asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A review round that waits for answers.
    RoundOpen,
    /// A review round with the answers that it asks for.
    RoundApproved,
    /// A review round that published a version or was closed.
    RoundEnded,
    /// An internal approval.
    Approval(State),
}

impl Stage {
    /// Every stage, in the order of the table.
    pub fn all() -> Vec<Stage> {
        let rounds = [Stage::RoundOpen, Stage::RoundApproved, Stage::RoundEnded];
        rounds.into_iter().chain(State::ALL.map(Stage::Approval)).collect()
    }

    /// A round's: `ended` is empty while it runs.
    pub fn round(ended: &str, approved: bool) -> Stage {
        match (ended.is_empty(), approved) {
            (false, _) => Stage::RoundEnded,
            (true, false) => Stage::RoundOpen,
            (true, true) => Stage::RoundApproved,
        }
    }

    /// As in the policy's table.
    pub fn key(self) -> String {
        match self {
            Stage::RoundOpen => "round open".into(),
            Stage::RoundApproved => "round approved".into(),
            Stage::RoundEnded => "round ended".into(),
            Stage::Approval(state) => format!("approval {}", state.key()),
        }
    }

    /// Whether an action that a role or a grant allows is possible in this state.
    pub fn fits(self, action: Action) -> bool {
        match action {
            Action::Review | Action::ManageRounds => matches!(self, Stage::RoundOpen | Stage::RoundApproved),
            Action::Publish => self == Stage::RoundApproved,
            Action::PublishWithoutQuorum => !matches!(self, Stage::Approval(_)),
            Action::PrepareApproval => matches!(self, Stage::Approval(State::Draft | State::Waiting)),
            Action::DecideApproval | Action::TakeOverApproval => self == Stage::Approval(State::Waiting),
            _ => false,
        }
    }
}
