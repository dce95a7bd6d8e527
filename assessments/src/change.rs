//! Change sets: everything that happens to cells, appended and never edited, chained by hashes.

use crate::cell::{Address, SheetKey};
use crate::id::{ChangeId, GrantId, OperationId, PersonId};
use crate::sheet::Cells;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// From which door a change came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// The editor in the browser.
    Browser,
    /// A plain form.
    Form,
    /// The HTTP API.
    Api,
    /// A workbook.
    Workbook,
    /// The command line.
    CommandLine,
    /// The library that ships with the program.
    Library,
    /// Restoring a revision.
    Restore,
    /// Undoing a change set.
    Undo,
}

impl Door {
    /// All doors.
    pub const ALL: [Door; 8] = [
        Door::Browser,
        Door::Form,
        Door::Api,
        Door::Workbook,
        Door::CommandLine,
        Door::Library,
        Door::Restore,
        Door::Undo,
    ];

    /// As stored.
    pub fn key(self) -> &'static str {
        match self {
            Door::Browser => "browser",
            Door::Form => "form",
            Door::Api => "api",
            Door::Workbook => "workbook",
            Door::CommandLine => "command_line",
            Door::Library => "library",
            Door::Restore => "restore",
            Door::Undo => "undo",
        }
    }

    /// The door in words.
    pub fn label(self, lang: crate::lang::Lang) -> &'static str {
        let (ja, en) = match self {
            Door::Browser => ("画面", "Browser"),
            Door::Form => ("フォーム", "Form"),
            Door::Api => ("API", "API"),
            Door::Workbook => ("Excel", "Excel"),
            Door::CommandLine => ("コマンドライン", "Command line"),
            Door::Library => ("同梱ライブラリ", "Shipped library"),
            Door::Restore => ("復元", "Restore"),
            Door::Undo => ("取消", "Undo"),
        };
        lang.pick(ja, en)
    }

    /// Reads what [`Door::key`] wrote.
    pub fn parse(text: &str) -> Option<Door> {
        Door::ALL.into_iter().find(|d| d.key() == text)
    }
}

/// Who wrote: a person, or the command line, which acts for nobody in particular.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The person; none for the command line and the library.
    pub person: Option<PersonId>,
    /// As shown, at the time of writing.
    pub name: String,
}

/// One cell's change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellChange {
    /// Which cell.
    pub address: Address,
    /// What stood there; empty for nothing. `None`: erased from history on request.
    pub old: Option<String>,
    /// What stands there now. `None`: erased from history on request.
    pub new: Option<String>,
    /// Salt of this cell's hash, 16 bytes as hexadecimal: nobody can guess an erased text from its hash.
    pub salt: String,
}

impl CellChange {
    /// The hash that enters the chain in place of the text.
    pub fn hash(&self) -> String {
        let mut sha = Sha256::new();
        for part in [
            &self.salt,
            &self.address.to_string(),
            self.old.as_deref().unwrap_or(""),
            self.new.as_deref().unwrap_or(""),
        ] {
            sha.update((part.len() as u64).to_be_bytes());
            sha.update(part.as_bytes());
        }
        hex(&sha.finalize())
    }
}

/// A change set as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeSet {
    /// Opaque identifier.
    pub id: ChangeId,
    /// Which sheet and layer.
    pub key: SheetKey,
    /// 1, 2, 3, ... within the (sheet, layer); the revision that this change set made.
    pub number: i64,
    /// The revision its writer started from.
    pub base: i64,
    /// Who.
    pub author: Author,
    /// When.
    pub at: DateTime<Utc>,
    /// Why, in the writer's words; may be empty.
    pub reason: String,
    /// Through which door.
    pub door: Door,
    /// What the door adds: a file's name, the number that was restored or undone.
    pub source: String,
    /// Groups change sets written by one act.
    pub operation: OperationId,
    /// Criteria set and version in force, `id@version`.
    pub criteria: String,
    /// The grant under which it was written; none where a role allows it.
    #[serde(default)]
    pub grant: Option<GrantId>,
    /// The cells.
    pub cells: Vec<CellChange>,
    /// Hash of the change set before; 64 zeros for the first.
    pub previous: String,
    /// Hash over `previous` and the canonical bytes.
    pub hash: String,
}

/// The `previous` of a first change set.
pub const NO_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What is hashed: everything but the texts, which stand as salted hashes.
#[derive(Serialize)]
struct Canonical<'a> {
    id: &'a str,
    service: &'a str,
    layer: String,
    number: i64,
    base: i64,
    person: Option<&'a str>,
    author: &'a str,
    at: String,
    reason: &'a str,
    door: &'a str,
    source: &'a str,
    operation: &'a str,
    criteria: &'a str,
    cells: Vec<(String, String)>,
    /// Left out where there is none, so that change sets of before there were grants keep their bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<&'a str>,
}

impl ChangeSet {
    /// The canonical bytes, stored beside the change set and hashed. `hashes` are the cells' hashes as stored, since
    /// those of erased cells cannot be computed again.
    pub fn canonical(&self, hashes: &[String]) -> Vec<u8> {
        let canonical = Canonical {
            id: self.id.as_str(),
            service: self.key.service.as_str(),
            layer: self.key.layer.key(),
            number: self.number,
            base: self.base,
            person: self.author.person.as_ref().map(PersonId::as_str),
            author: &self.author.name,
            at: self.at.to_rfc3339_opts(SecondsFormat::Millis, true),
            reason: &self.reason,
            door: self.door.key(),
            source: &self.source,
            operation: self.operation.as_str(),
            criteria: &self.criteria,
            cells: self.cells.iter().zip(hashes).map(|(c, h)| (c.address.to_string(), h.clone())).collect(),
            grant: self.grant.as_ref().map(GrantId::as_str),
        };
        serde_json::to_vec(&canonical).unwrap_or_default()
    }

    /// Sets `previous` and `hash`, and returns the canonical bytes with the cells' hashes.
    pub fn seal(&mut self, previous: &str) -> (Vec<u8>, Vec<String>) {
        let hashes: Vec<String> = self.cells.iter().map(CellChange::hash).collect();
        let bytes = self.canonical(&hashes);
        self.previous = previous.to_owned();
        self.hash = link_hash(previous, &bytes);
        (bytes, hashes)
    }

    /// Applies the new texts to a table of cells.
    pub fn apply_to(&self, cells: &mut Cells) {
        for change in &self.cells {
            if let Some(new) = &change.new {
                cells.set(change.address.clone(), new.clone(), self.number);
            }
        }
    }
}

/// The chain's hash: over the hash before and the canonical bytes.
pub fn link_hash(previous: &str, bytes: &[u8]) -> String {
    let mut sha = Sha256::new();
    sha.update(previous.as_bytes());
    sha.update(b"\n");
    sha.update(bytes);
    hex(&sha.finalize())
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::id::ServiceId;

    fn change_set() -> ChangeSet {
        ChangeSet {
            id: ChangeId::parse("c1").unwrap(),
            key: SheetKey::shared(ServiceId::parse("s3").unwrap()),
            number: 1,
            base: 0,
            author: Author { person: None, name: "command line".into() },
            at: DateTime::from_timestamp(1_795_000_000, 0).unwrap(),
            reason: String::new(),
            door: Door::CommandLine,
            source: String::new(),
            operation: OperationId::parse("o1").unwrap(),
            criteria: "reconstructed-7x19@0.1.0".into(),
            grant: None,
            cells: vec![CellChange {
                address: Address::parse("criteria/K07/summary/ja").unwrap(),
                old: Some(String::new()),
                new: Some("秘密".into()),
                salt: "00".repeat(16),
            }],
            previous: String::new(),
            hash: String::new(),
        }
    }

    #[test]
    fn the_chain_holds_after_a_text_was_erased_and_breaks_after_any_other_change() {
        let mut set = change_set();
        let (bytes, hashes) = set.seal(NO_HASH);
        set.cells[0].new = None;
        assert_eq!(set.canonical(&hashes), bytes);
        assert_eq!(link_hash(NO_HASH, &bytes), set.hash);
        set.reason = "other".into();
        assert_ne!(set.canonical(&hashes), bytes);
    }

    #[test]
    fn the_canonical_bytes_hold_no_text_of_a_cell() {
        let (bytes, _) = change_set().seal(NO_HASH);
        assert!(!String::from_utf8(bytes).unwrap().contains("秘密"));
    }

    #[test]
    fn a_grant_is_in_the_bytes_and_its_absence_leaves_no_trace() {
        let mut set = change_set();
        let (before, hashes) = set.seal(NO_HASH);
        assert!(!String::from_utf8_lossy(&before).contains("grant"), "bytes of before there were grants stay");
        set.grant = GrantId::parse("g1").ok();
        let with = set.canonical(&hashes);
        assert!(String::from_utf8_lossy(&with).ends_with(r#","grant":"g1"}"#));
    }

    #[test]
    fn doors_read_back() {
        for door in Door::ALL {
            assert_eq!(Door::parse(door.key()), Some(door));
        }
    }
}
