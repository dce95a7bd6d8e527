//! What goes over the wire: declared once, for serde and for the OpenAPI document.

use assessments::change::ChangeSet;
use assessments::failure::Conflict;
use assessments::lang::Label;
use assessments::store::{ServiceRow, Written};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A name in both languages; one of them may be empty.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(example = json!({ "ja": "鍵保管庫", "en": "Key Vault" }))]
pub struct Name {
    /// Japanese.
    #[schema(max_length = 200)]
    pub ja: String,
    /// English.
    #[schema(max_length = 200)]
    pub en: String,
}

impl From<Label> for Name {
    fn from(label: Label) -> Name {
        Name { ja: label.ja, en: label.en }
    }
}

/// A page of a list.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Page<T: ToSchema> {
    /// What is on it.
    pub items: Vec<T>,
    /// Send this as `cursor` for the next page; not there on the last one. Opaque: its form may change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A line of the list of sheets.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SheetLine {
    /// The service's id.
    #[schema(example = "s3")]
    pub service: String,
    /// The service's name.
    pub name: Name,
    /// Who offers it.
    #[schema(example = "AWS")]
    pub provider: String,
    /// Its group.
    pub group: Name,
    /// The criteria set that the sheet follows; empty where nothing was written.
    pub criteria: String,
    /// Categories with an answer.
    pub answered: i64,
    /// Categories that are asked.
    pub asked: i64,
    /// Newest revision of the common text.
    pub revision: i64,
    /// When it was last changed.
    pub changed_at: Option<String>,
}

impl From<ServiceRow> for SheetLine {
    fn from(row: ServiceRow) -> SheetLine {
        SheetLine {
            service: row.id.to_string(),
            name: row.name.into(),
            provider: row.provider,
            group: row.group.into(),
            criteria: row.criteria,
            answered: row.answered,
            asked: row.asked,
            revision: row.number,
            changed_at: row.changed_at.map(|at| at.to_rfc3339()),
        }
    }
}

/// A cell.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Cell {
    /// section/row/field, and the language of a bilingual field.
    #[schema(example = "criteria/K07/summary/ja")]
    pub address: String,
    /// Its text; choices by their key.
    pub text: String,
    /// The revision that wrote it; 0 for an empty cell.
    pub revision: i64,
}

/// A sheet in one layer.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Sheet {
    /// The service's id.
    pub service: String,
    /// `shared`, or `i:` and the institution's id.
    pub layer: String,
    /// The service's name.
    pub name: Name,
    /// The criteria set that it follows.
    pub criteria: String,
    /// Its revision; the same as in the ETag.
    pub revision: i64,
    /// Its cells; empty ones are not in it.
    pub cells: Vec<Cell>,
}

/// One cell's wish: the text that it shall have; an empty one takes the cell away.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CellWrite {
    /// Which cell. A new row is written as `new-1`, `new-2`, ... and gets its number.
    #[schema(example = "criteria/K07/summary/ja", max_length = 200)]
    pub address: String,
    /// The text.
    #[schema(max_length = 32000)]
    pub text: String,
}

/// A change: all of it is written, or nothing.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "cells": [{ "address": "criteria/K07/summary/ja", "text": "保存時の暗号化は既定で有効です。" }], "reason": "定期点検"
}))]
pub struct Change {
    /// The cells.
    #[schema(min_items = 1)]
    pub cells: Vec<CellWrite>,
    /// Why.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub reason: String,
}

/// What was written.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Saved {
    /// The revision that stands now; the same as in the ETag.
    pub revision: i64,
    /// The cells that changed, as they stand.
    pub cells: Vec<Cell>,
    /// Those that were merged with somebody else's change.
    pub merged: Vec<String>,
    /// Numbers of new rows, by what they were called in the request: `notes/new-1`.
    pub rows: BTreeMap<String, String>,
}

impl From<Written> for Saved {
    fn from(written: Written) -> Saved {
        let cell = |(address, text): (assessments::cell::Address, String)| Cell {
            address: address.to_string(),
            text,
            revision: written.number,
        };
        Saved {
            revision: written.number,
            cells: written.cells.into_iter().map(cell).collect(),
            merged: written.merged.iter().map(ToString::to_string).collect(),
            rows: written.rows.into_iter().map(|(new, row)| (new, row.to_string())).collect(),
        }
    }
}

/// A cell that somebody else changed in the same words.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct CellConflict {
    /// Which cell.
    pub address: String,
    /// What the request started from.
    pub base: String,
    /// What stands there now.
    pub theirs: String,
    /// What the request wanted.
    pub yours: String,
    /// The revision that holds `theirs`: merge, and send it as If-Match.
    pub revision: i64,
    /// Who wrote `theirs`.
    pub author: String,
}

impl From<Conflict> for CellConflict {
    fn from(c: Conflict) -> CellConflict {
        let Conflict { address, base, theirs, yours, number, author } = c;
        CellConflict { address, base, theirs, yours, revision: number, author }
    }
}

/// A cell in a change set.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct CellChange {
    /// Which cell.
    pub address: String,
    /// What stood there; null where it was erased from history on request.
    pub old: Option<String>,
    /// What stands there since; null where it was erased from history on request.
    pub new: Option<String>,
}

/// A change set: what one act wrote in one sheet and layer.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ChangeSetLine {
    /// Opaque.
    pub id: String,
    /// The service's id.
    pub service: String,
    /// The revision that it made.
    pub revision: i64,
    /// Who.
    pub author: String,
    /// When.
    pub at: String,
    /// Why.
    pub reason: String,
    /// Through which door: browser, form, api, workbook, command_line, library, restore, undo.
    pub door: String,
    /// What the door adds: a file's name, the revision that was restored or undone.
    pub source: String,
    /// The same for all that one act wrote.
    pub operation: String,
    /// The cells.
    pub cells: Vec<CellChange>,
    /// Its link of the hash chain.
    pub hash: String,
}

impl From<ChangeSet> for ChangeSetLine {
    fn from(set: ChangeSet) -> ChangeSetLine {
        let cell =
            |c: assessments::change::CellChange| CellChange { address: c.address.to_string(), old: c.old, new: c.new };
        ChangeSetLine {
            id: set.id.to_string(),
            service: set.key.service.to_string(),
            revision: set.number,
            author: set.author.name,
            at: set.at.to_rfc3339(),
            reason: set.reason,
            door: set.door.key().into(),
            source: set.source,
            operation: set.operation.to_string(),
            cells: set.cells.into_iter().map(cell).collect(),
            hash: set.hash,
        }
    }
}
