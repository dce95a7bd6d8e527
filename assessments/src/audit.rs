//! The audit's chain: what the hash of an entry covers, and the walk that verifies it. Pure, so that an auditor's file
//! verifies without a database.

pub mod anchors;
pub mod file;

use crate::change::{NO_HASH, link_hash};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// The form in which new entries are hashed. Entries of before keep theirs: see [`Entry::canonical`].
pub const VERSION: i64 = 2;

/// An entry as it is chained.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// 1, 2, 3, ... within the layer.
    pub number: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// The person's id; none for the command line.
    pub person: Option<String>,
    /// Who, as shown then.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what: an id.
    pub subject: String,
    /// More words.
    pub detail: String,
    /// The form of the hash.
    pub version: i64,
    /// The service that it is about; empty for none.
    pub service: String,
    /// The revision that a change set made; 0 for none.
    pub revision: i64,
    /// Through which door a change set came; empty for none.
    pub door: String,
    /// The operation of a change set; empty for none.
    pub operation: String,
    /// The grant under which it was done; empty for none.
    pub elevation: String,
    /// The hash of the change set; empty for none.
    pub change_hash: String,
    /// The link of the chain.
    pub hash: String,
}

impl Entry {
    /// What the hash covers. Version 1 is what entries were made of before there were grants and change sets in the audit;
    /// a changed version changes the bytes, so that nobody can turn one into the other.
    pub fn canonical(&self, layer: &str) -> Vec<u8> {
        let at = self.at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let what = (&self.person, &self.actor, &self.action, &self.subject, &self.detail);
        let bytes = if self.version < 2 {
            serde_json::to_vec(&(self.number, at, layer, what.0, what.1, what.2, what.3, what.4))
        } else {
            let about = (&self.service, self.revision, &self.door, &self.operation);
            serde_json::to_vec(&(self.version, self.number, at, layer, what, about, &self.elevation, &self.change_hash))
        };
        bytes.unwrap_or_default()
    }

    /// The hash that it must have after `previous`.
    pub fn link(&self, layer: &str, previous: &str) -> String {
        link_hash(previous, &self.canonical(layer))
    }
}

/// What kind of thing does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An entry is not what was chained.
    Changed,
    /// An entry is not there.
    Missing,
    /// An entry stands in another place than its number says.
    Reordered,
    /// The end is not there.
    Truncated,
    /// An anchor says something else.
    Anchor,
    /// A line cannot be read.
    Unreadable,
}

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What kind.
    pub kind: Kind,
    /// The entry's number, where one is meant.
    pub number: i64,
    /// In a sentence.
    pub text: String,
}

/// A walk over a chain, entry by entry in the order of their numbers.
#[derive(Clone, Debug)]
pub struct Walk {
    layer: String,
    number: i64,
    previous: String,
    /// Entries walked.
    pub entries: usize,
    /// What does not hold.
    pub faults: Vec<Fault>,
}

impl Walk {
    /// At the beginning of a layer's chain.
    pub fn new(layer: &str) -> Walk {
        Walk { layer: layer.to_owned(), number: 0, previous: NO_HASH.to_owned(), entries: 0, faults: vec![] }
    }

    fn fault(&mut self, kind: Kind, number: i64, text: &str) {
        self.faults.push(Fault { kind, number, text: format!("audit {}: {text}", self.layer) });
    }

    /// The next entry. `claimed` is the hash of the one before as a file says it beside the entry: with it, the entry
    /// after a gap can still be verified.
    pub fn step(&mut self, entry: &Entry, claimed: Option<&str>) {
        for gone in (self.number + 1)..entry.number.min(self.number + 1_000) {
            self.fault(Kind::Missing, gone, &format!("entry {gone} is missing"));
        }
        let after_gap = entry.number != self.number + 1;
        let base = match claimed {
            Some(claimed) => {
                if claimed != self.previous && !after_gap {
                    let text = format!("entry {} does not follow from entry {}", entry.number, self.number);
                    self.fault(Kind::Changed, self.number.max(1), &text);
                }
                claimed.to_owned()
            }
            None => self.previous.clone(),
        };
        if entry.hash != entry.link(&self.layer, &base) {
            self.fault(Kind::Changed, entry.number, &format!("entry {} does not match its hash", entry.number));
        }
        self.number = entry.number;
        self.previous.clone_from(&entry.hash);
        self.entries += 1;
    }

    /// The end: what the head says must be where the walk came to.
    pub fn end(&mut self, number: i64, hash: &str) {
        if self.number != number || self.previous != hash {
            let text = format!("the head says {number}, the chain ends at {}", self.number);
            self.fault(Kind::Truncated, self.number + 1, &text);
        }
    }
}
