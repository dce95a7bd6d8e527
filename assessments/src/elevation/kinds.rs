//! The words of elevated access: what can be asked for, where a request stands, what can be done with it.

use crate::access::Action;
use serde::{Deserialize, Serialize};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Publish a version without the approvals that a round asks for.
    PublishWithoutQuorum,
    /// Load criteria sets and crosswalks, put one in force, move sheets.
    ManageCriteria,
    /// Read and export the whole audit of the common part.
    ReadAudit,
    /// Decide on an institution's approvals while its approvers are away.
    TakeOverApproval,
    /// Read an institution's layer.
    ReadLayer,
    /// Read and write in an institution's layer.
    WorkInLayer,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Scope; 6] = [
        Scope::PublishWithoutQuorum,
        Scope::ManageCriteria,
        Scope::ReadAudit,
        Scope::TakeOverApproval,
        Scope::ReadLayer,
        Scope::WorkInLayer,
    ];

    /// As stored.
    pub fn key(self) -> &'static str {
        match self {
            Scope::PublishWithoutQuorum => "publish_without_quorum",
            Scope::ManageCriteria => "manage_criteria",
            Scope::ReadAudit => "read_audit",
            Scope::TakeOverApproval => "take_over_approval",
            Scope::ReadLayer => "read_layer",
            Scope::WorkInLayer => "work_in_layer",
        }
    }

    /// Reads a key.
    pub fn parse(text: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|s| s.key() == text)
    }

    /// Whether it is a right over the installation and not in an institution's layer.
    pub fn is_common(self) -> bool {
        matches!(self, Scope::PublishWithoutQuorum | Scope::ManageCriteria | Scope::ReadAudit)
    }

    /// What it allows.
    pub fn actions(self) -> &'static [Action] {
        match self {
            Scope::PublishWithoutQuorum => &[Action::PublishWithoutQuorum],
            Scope::ManageCriteria => &[Action::ManageCriteria],
            Scope::ReadAudit => &[Action::ReadAudit],
            Scope::TakeOverApproval => &[Action::TakeOverApproval, Action::ReadSheet],
            Scope::ReadLayer => &[Action::ReadSheet, Action::Export],
            Scope::WorkInLayer => &[Action::ReadSheet, Action::Export, Action::WriteCells, Action::Comment],
        }
    }
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for somebody else's decision.
    Pending,
    /// Granted; its person begins when they need it.
    Approved,
    /// Granted from a fixed time on that is still to come.
    Scheduled,
    /// The right holds now.
    Active,
    /// Its time is over, or its person ended it.
    Ended,
    /// Refused.
    Rejected,
    /// Withdrawn by its person before it held.
    Cancelled,
    /// Nobody decided, or nobody began, in time.
    Expired,
    /// Taken away by somebody else.
    Revoked,
}

impl State {
    /// All states, in their order.
    pub const ALL: [State; 9] = [
        State::Pending,
        State::Approved,
        State::Scheduled,
        State::Active,
        State::Ended,
        State::Rejected,
        State::Cancelled,
        State::Expired,
        State::Revoked,
    ];

    /// As in addresses and JSON.
    pub fn key(self) -> &'static str {
        match self {
            State::Pending => "pending",
            State::Approved => "approved",
            State::Scheduled => "scheduled",
            State::Active => "active",
            State::Ended => "ended",
            State::Rejected => "rejected",
            State::Cancelled => "cancelled",
            State::Expired => "expired",
            State::Revoked => "revoked",
        }
    }

    /// Reads a key.
    pub fn parse(text: &str) -> Option<State> {
        State::ALL.into_iter().find(|s| s.key() == text)
    }

    /// How far along it is. Only a higher one follows; the last ones are never left.
    pub fn rank(self) -> u8 {
        match self {
            State::Pending => 0,
            State::Approved => 1,
            State::Scheduled => 2,
            State::Active => 3,
            State::Ended | State::Rejected | State::Cancelled | State::Expired | State::Revoked => 4,
        }
    }
}

/// How a right was stopped before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// Withdrawn by its person before it held.
    Cancelled,
    /// Ended by its person.
    Ended,
    /// Taken away by somebody else.
    Revoked,
}

impl Stop {
    /// As stored.
    pub fn key(self) -> &'static str {
        match self {
            Stop::Cancelled => "cancelled",
            Stop::Ended => "ended",
            Stop::Revoked => "revoked",
        }
    }

    /// Reads a key.
    pub fn parse(text: &str) -> Option<Stop> {
        [Stop::Cancelled, Stop::Ended, Stop::Revoked].into_iter().find(|s| s.key() == text)
    }

    pub(super) fn state(self) -> State {
        match self {
            Stop::Cancelled => State::Cancelled,
            Stop::Ended => State::Ended,
            Stop::Revoked => State::Revoked,
        }
    }
}

/// What can be done with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Another person grants it.
    Approve,
    /// Another person refuses it.
    Reject,
    /// Its person grants it to themselves in an emergency. It holds at once.
    Emergency,
    /// Its person begins.
    Begin,
    /// Its person withdraws it.
    Cancel,
    /// Its person ends it.
    End,
    /// Another person takes it away.
    Revoke,
    /// Another person reviews it afterwards and closes it.
    Review,
}

impl Verb {
    /// All verbs.
    pub const ALL: [Verb; 8] = [
        Verb::Approve,
        Verb::Reject,
        Verb::Emergency,
        Verb::Begin,
        Verb::Cancel,
        Verb::End,
        Verb::Revoke,
        Verb::Review,
    ];

    /// As in forms and in the audit (`elevation_approve`).
    pub fn key(self) -> &'static str {
        match self {
            Verb::Approve => "approve",
            Verb::Reject => "reject",
            Verb::Emergency => "emergency",
            Verb::Begin => "begin",
            Verb::Cancel => "cancel",
            Verb::End => "end",
            Verb::Revoke => "revoke",
            Verb::Review => "review",
        }
    }

    /// Reads a key.
    pub fn parse(text: &str) -> Option<Verb> {
        Verb::ALL.into_iter().find(|v| v.key() == text)
    }

    /// Whether it is for the person who asked, and not for somebody else.
    pub fn is_own(self) -> bool {
        matches!(self, Verb::Emergency | Verb::Begin | Verb::Cancel | Verb::End)
    }

    /// In which states it is possible. A review needs a right that held: see `Elevation::to_review`.
    pub fn fits(self, state: State) -> bool {
        match self {
            Verb::Approve | Verb::Reject | Verb::Emergency => state == State::Pending,
            Verb::Begin => state == State::Approved,
            Verb::Cancel => matches!(state, State::Pending | State::Approved | State::Scheduled),
            Verb::End => state == State::Active,
            Verb::Revoke => matches!(state, State::Approved | State::Scheduled | State::Active),
            Verb::Review => matches!(state, State::Ended | State::Revoked),
        }
    }
}
