//! Rows that were pasted from another export find the base that they came from.

use super::super::Desk;
use crate::access::{Action, Actor, permit};
use crate::cell::SheetKey;
use crate::failure::Failure;
use crate::id::RowId;
use crate::import::{Draft, Finding, Level};
use crate::schema;
use crate::sheet::Cells;
use crate::workbook;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Exported revisions among which a row's base is looked for, newest first.
const LOOK_BACK: i64 = 60;

impl Desk {
    /// The bases of rows that came from other exports, by `section/row`, and the revision of each: that of the export
    /// that the table names, else the newest exported one in which the row reads as its hash says.
    pub(super) async fn older_rows(
        &self,
        actor: &Actor,
        key: &SheetKey,
        draft: &Draft,
    ) -> Result<(BTreeMap<String, Arc<Cells>>, BTreeMap<String, i64>), Failure> {
        let (mut bases, mut told) = (BTreeMap::new(), BTreeMap::new());
        let hash = |row: &str| draft.row_hash.get(row).cloned().unwrap_or_default();
        let mut wanted = Vec::new();
        // A pasted table names one export in every row: its sheet is put together once.
        let mut exports = BTreeMap::new();
        for (row, export) in &draft.row_base {
            if !exports.contains_key(export) {
                let base = match export.as_str() {
                    workbook::own::UNKNOWN_EXPORT => None,
                    _ => self.export_base(actor, export).await?.filter(|(record, _)| record.key == *key),
                };
                exports.insert(export, base.map(|(record, cells)| (record, Arc::new(cells))));
            }
            match exports.get(export).cloned().flatten() {
                Some((record, cells)) if hash(row).is_empty() || hashed(&cells, row) == hash(row) => {
                    told.insert(row.clone(), record.number);
                    bases.insert(row.clone(), cells);
                }
                _ if !hash(row).is_empty() => wanted.push(row.clone()),
                _ => {}
            }
        }
        if wanted.is_empty() {
            return Ok((bases, told));
        }
        let permit = permit(actor, Action::PreviewImport, &key.layer)?;
        for number in self.db.exported_numbers(&permit, &key.service, LOOK_BACK).await? {
            if wanted.is_empty() {
                break;
            }
            let cells = Arc::new(self.sheet_at(actor, key, number).await?);
            wanted.retain(|row| {
                let fits = hashed(&cells, row) == hash(row);
                if fits {
                    told.insert(row.clone(), number);
                    bases.insert(row.clone(), cells.clone());
                }
                !fits
            });
        }
        Ok((bases, told))
    }
}

fn hashed(cells: &Cells, row: &str) -> String {
    let found = row.split_once('/').and_then(|(section, id)| Some((schema::section(section)?, RowId::parse(id).ok()?)));
    found.map_or_else(String::new, |(section, id)| workbook::row_hash(cells, section, &id))
}

/// What the reader is told of such rows, now that their base is known.
pub(super) fn tell(findings: &mut [Finding], told: &BTreeMap<String, i64>) {
    for (row, number) in told {
        let id = row.rsplit('/').next().unwrap_or(row);
        let of_row = |f: &&mut Finding| {
            f.code == "other_revision" && (f.en.contains(&format!("Row {id} ")) || f.ja.starts_with(&format!("{id} ")))
        };
        for finding in findings.iter_mut().filter(of_row) {
            finding.level = Level::Info;
            finding.code = "older_row".into();
            finding.ja = format!(
                "{id} の行は第 {number} 版の出力から貼り付けられています。その版から変わったところだけを取り込みます。"
            );
            finding.en =
                format!("Row {id} comes from the export of revision {number}. Only what differs from that is taken.");
        }
    }
}
