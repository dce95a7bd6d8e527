//! What an import would do: the same types for the workbook reader, the preview page and the command line.

mod as_criteria;
mod beside;
mod room;
mod ways;

pub use as_criteria::as_criteria;
pub use beside::{Copies, FileRead, Keep, OwnColumn, OwnText};
pub use room::{MAX_CELLS, MAX_TEXT, Room};
pub use ways::way_on;

use crate::canonical;
use crate::cell::Address;
use crate::id::ExportId;
use crate::lang::Lang;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Good to know.
    Info,
    /// Look at it.
    Warning,
    /// Something was not taken.
    Error,
}

/// Something that a reader of a file must be told, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How much it matters.
    pub level: Level,
    /// Stable code: `unknown_mark`, `unmapped_id`, `own_column`, ...
    pub code: String,
    /// Sheet name, or empty.
    pub sheet: String,
    /// `B7`, or empty.
    pub cell: String,
    /// What was read and what was expected, Japanese.
    pub ja: String,
    /// The same in English.
    pub en: String,
}

impl Finding {
    /// The message in a language.
    pub fn message(&self, lang: Lang) -> &str {
        lang.pick(&self.ja, &self.en)
    }
}

/// Where in the file a text stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Sheet name.
    pub sheet: String,
    /// `B7`.
    pub cell: String,
}

/// One text that a file holds for a cell. Blank cells of a file are not in a draft: a blank never erases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftCell {
    /// Which cell; the row may be a placeholder.
    pub address: Address,
    /// The text, in stored form (choices as keys).
    pub text: String,
    /// Where it was read.
    pub place: Place,
}

/// A category name of a foreign file and what it was taken for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// As the file writes it: `7 保管データの暗号化`, `DP-4`.
    pub label: String,
    /// Category of the criteria set; empty where none fits.
    pub category: String,
    /// 0 to 100; 100 where a person or a profile said so.
    pub confidence: u8,
    /// The group under which the file has it, such as a viewpoint; empty where it has none.
    #[serde(default)]
    pub group: String,
    /// Where it stands.
    pub place: Place,
}

/// What a file says, before it is compared with anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Our own export's id, where the file is one.
    pub export: Option<ExportId>,
    /// The service id that the file carries, where it is our own export.
    pub service: Option<String>,
    /// The service's name as the file writes it, where it does.
    pub service_name: String,
    /// Who offers the service, where the layout is one provider's; empty where it may be anybody's.
    pub provider: String,
    /// The layout profile that read it: `kyohyo`, `wg`, `mcsb`.
    pub profile: String,
    /// Texts.
    pub cells: Vec<DraftCell>,
    /// Rows of the exported revision that the file no longer has: proposed for deletion, never deleted by itself.
    pub missing_rows: Vec<Address>,
    /// For rows pasted from another export: (section/row) to the export they came from.
    pub row_base: BTreeMap<String, ExportId>,
    /// For the same rows: the hash of their base that they carry, where they do.
    pub row_hash: BTreeMap<String, String>,
    /// Cells that the file leaves blank and its export did not; erased only where somebody says so for the cell.
    pub blanks: Vec<DraftCell>,
    /// Columns that are the institution's own.
    pub own: Vec<OwnColumn>,
    /// Tables of which the file has several copies, while nobody has said which to read.
    pub copies: Vec<Copies>,
    /// How the file's categories were taken.
    pub mapping: Vec<Mapping>,
    /// What the reader must be told.
    pub findings: Vec<Finding>,
}

/// What would happen to a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Empty now, filled by the file.
    Added,
    /// Changed by the file.
    Changed,
    /// Changed by the file and, elsewhere in the text, by somebody here: merged.
    Merged,
    /// The same already.
    Unchanged,
    /// Changed on both sides in the same words.
    Conflict,
    /// A row that the file no longer has.
    ProposedDeletion,
    /// The file leaves it blank: it stays, unless somebody says so for this cell.
    Blank,
}

/// One cell of a preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedCell {
    /// Which cell.
    pub address: Address,
    /// What would happen.
    pub outcome: Outcome,
    /// What the file's export had, where it is known.
    pub base: Option<String>,
    /// What stands here now.
    pub current: String,
    /// What the file has.
    pub file: String,
    /// What would stand here.
    pub result: String,
    /// Where in the file.
    pub place: Place,
}

/// A preview: what applying would do, cell by cell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Revision that `current` was read at; the base of the change set.
    pub number: i64,
    /// Cells, in the order of the sheet.
    pub cells: Vec<PlannedCell>,
    /// What the reader must be told.
    pub findings: Vec<Finding>,
    /// How the file's categories were taken; corrected by the reader and remembered.
    pub mapping: Vec<Mapping>,
    /// The profile that read it.
    pub profile: String,
    /// Columns that are the institution's own.
    pub own: Vec<OwnColumn>,
    /// Tables of which the file has several copies, while nobody has said which to read.
    pub copies: Vec<Copies>,
}

/// Numbers of a preview.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Cells that would be filled.
    pub added: usize,
    /// Cells that would change, merged ones included.
    pub changed: usize,
    /// Cells that are the same.
    pub unchanged: usize,
    /// Cells that need a decision.
    pub conflicts: usize,
    /// Rows that the file no longer has.
    pub proposed_deletions: usize,
    /// Cells that the file leaves blank.
    #[serde(default)]
    pub blank: usize,
    /// Findings of level error: texts that were not taken.
    pub not_understood: usize,
}

impl Counts {
    /// All of them, in the order of the fields.
    pub fn each(self) -> [usize; 7] {
        let Counts { added, changed, unchanged, conflicts, proposed_deletions, blank, not_understood } = self;
        [added, changed, unchanged, conflicts, proposed_deletions, blank, not_understood]
    }
}

impl Plan {
    /// Counts by outcome.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for cell in &self.cells {
            match cell.outcome {
                Outcome::Added => counts.added += 1,
                Outcome::Changed | Outcome::Merged => counts.changed += 1,
                Outcome::Unchanged => counts.unchanged += 1,
                Outcome::Conflict => counts.conflicts += 1,
                Outcome::ProposedDeletion => counts.proposed_deletions += 1,
                Outcome::Blank => counts.blank += 1,
            }
        }
        counts.not_understood = self.findings.iter().filter(|f| f.level == Level::Error).count();
        counts
    }
}

/// Decides one cell from the text of the export (where known), the file, and what stands here.
///
/// A file that says the same as its export has not touched the cell: what stands here stays. Without a base the file
/// fills what is empty and changes what differs, shown as such.
pub fn outcome(address: &Address, base: Option<&str>, current: &str, file: &str) -> (Outcome, String) {
    use crate::merge::{Merged, three_way};
    if canonical::same(current, file) || base.is_some_and(|b| canonical::same(b, file)) {
        return (Outcome::Unchanged, current.to_owned());
    }
    if current.is_empty() && base.is_none_or(str::is_empty) {
        return (Outcome::Added, file.to_owned());
    }
    let Some(base) = base else {
        return (Outcome::Changed, file.to_owned());
    };
    if canonical::same(base, current) {
        return (Outcome::Changed, file.to_owned());
    }
    let kind = address.declared().map_or(crate::schema::Kind::Markdown, |f| f.kind);
    match three_way(kind, base, current, file) {
        Merged::Clean(text) => (Outcome::Merged, text),
        Merged::Conflict => (Outcome::Conflict, current.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::untouched_in_the_file(Some("a"), "b", "a", Outcome::Unchanged, "b")]
    #[case::edited_in_the_file(Some("a"), "a", "c", Outcome::Changed, "c")]
    #[case::edited_on_both_sides(Some("x 1"), "x 2", "x 3", Outcome::Conflict, "x 2")]
    #[case::merged(Some("甲 乙 丙"), "A 乙 丙", "甲 乙 C", Outcome::Merged, "A 乙 C")]
    #[case::filled(Some(""), "", "c", Outcome::Added, "c")]
    #[case::foreign_and_different(None, "b", "c", Outcome::Changed, "c")]
    #[case::saved_by_another_program(Some("a\nb"), "a\nb", "a \r\nb", Outcome::Unchanged, "a\nb")]
    fn a_cell(
        #[case] base: Option<&str>,
        #[case] current: &str,
        #[case] file: &str,
        #[case] outcome: Outcome,
        #[case] result: &str,
    ) {
        let address = Address::parse("criteria/K07/summary/ja").unwrap();
        assert_eq!(super::outcome(&address, base, current, file), (outcome, result.to_owned()));
    }
}
