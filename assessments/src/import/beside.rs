//! What a file brings beside the cells of the common sheet: columns of its owner, copies of a table, and what is kept of
//! a reading.

use super::{Counts, Finding, Place, Plan};
use crate::failure::Failure;
use crate::id::ServiceId;
use serde::{Deserialize, Serialize};

/// A column that the common sheet does not have: the institution's own. It never goes into the common text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnColumn {
    /// Section of the table beside which it stands.
    pub section: String,
    /// Its header, as the file writes it.
    pub header: String,
    /// Where the header stands.
    pub place: Place,
    /// Its texts, at most 1,000.
    pub texts: Vec<OwnText>,
}

/// A text of such a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnText {
    /// Row of the section: `K03`, `N-02`; empty where the row is nobody's.
    pub row: String,
    /// Where it stands.
    pub cell: String,
    /// What it says.
    pub text: String,
}

/// Where an institution keeps a column of its own, in its own layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    /// Its note on the service, row by row under the column's header.
    Note,
    /// The compensating control of the row's category.
    Control,
    /// The accepted risk of the row's category.
    Accepted,
}

impl Keep {
    /// All of them.
    pub const ALL: [Keep; 3] = [Keep::Note, Keep::Control, Keep::Accepted];

    /// `note`, `control`, `accepted`: also the key of the field.
    pub fn key(self) -> &'static str {
        match self {
            Keep::Note => "note",
            Keep::Control => "control",
            Keep::Accepted => "accepted",
        }
    }

    /// Reads a key.
    pub fn parse(text: &str) -> Option<Keep> {
        Keep::ALL.into_iter().find(|k| k.key() == text)
    }

    /// Whether a column of this section can be kept there: only answers have a category.
    pub fn fits(self, section: &str) -> bool {
        self == Keep::Note || section == "criteria"
    }
}

impl OwnColumn {
    /// `Sheet!BI3`: which column of the file it is.
    pub fn key(&self) -> String {
        format!("{}!{}", self.place.sheet, self.place.cell)
    }
}

/// A table of which a file has several copies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copies {
    /// Its section.
    pub section: String,
    /// Sheets that hold one each; the first is read while nobody has said another.
    pub sheets: Vec<String>,
}

/// What reading one of several files came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRead {
    /// The service that it is about, where that is known.
    pub service: Option<ServiceId>,
    /// Numbers of its preview.
    pub counts: Counts,
    /// What the reader must be told.
    pub findings: Vec<Finding>,
    /// The profile that read it.
    pub profile: String,
    /// Category names whose category is a guess or missing.
    pub unsure: usize,
    /// Whether a question about its sheets is open.
    pub asks: bool,
    /// Columns of the institution's own.
    pub own: usize,
    /// Why it cannot be taken, or not yet.
    pub failure: Option<Failure>,
}

impl FileRead {
    /// What a preview came to.
    pub fn of(service: ServiceId, plan: Plan) -> FileRead {
        FileRead {
            service: Some(service),
            counts: plan.counts(),
            unsure: plan.mapping.iter().filter(|m| m.confidence < 60).count(),
            asks: !plan.copies.is_empty(),
            own: plan.own.len(),
            profile: plan.profile,
            findings: plan.findings,
            failure: None,
        }
    }

    /// Whether applying it would change something and nothing stands in the way.
    pub fn is_ready(&self) -> bool {
        self.failure.is_none() && !self.asks && self.counts.added + self.counts.changed > 0
    }
}
