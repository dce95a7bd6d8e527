//! The one write path: every change of a cell, from whatever door, goes through [`Tx::append`].

mod merge;
mod rows;

use super::{Tx, fault, on};
use crate::access::{Action, Permit};
use crate::cell::{Address, SheetKey};
use crate::change::{Author, CellChange, ChangeSet, Door, NO_HASH};
use crate::criteria::CriteriaSet;
use crate::failure::{Conflict, Failure};
use crate::id::{ChangeId, GrantId, OperationId, RowId, opaque};
use crate::import::MAX_CELLS;
use crate::sheet::Cells;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A criteria set, as a sheet's head names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Follows {
    /// `id@version`.
    pub set: String,
    /// How many categories it has.
    pub asked: i64,
}

/// A change that somebody wants.
pub struct NewChange {
    /// Which sheet and layer.
    pub key: SheetKey,
    /// The revision the writer started from.
    pub base: i64,
    /// Cells with the texts they shall have. Rows may be placeholders; all cells of a new row use the same one.
    pub cells: Vec<(Address, String)>,
    /// Who.
    pub author: Author,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// Through which door.
    pub door: Door,
    /// What the door adds.
    pub source: String,
    /// Groups change sets of one act.
    pub operation: OperationId,
    /// The criteria set in force, for a sheet that has none yet.
    pub criteria: Follows,
    /// The loaded sets by key: an answer is about a category of the sheet's.
    pub sets: BTreeMap<String, Arc<CriteriaSet>>,
    /// The set that the sheet follows from this change on.
    pub moves_to: Option<Follows>,
    /// Random bytes for the change set's id and the cells' salts.
    pub seed: [u8; 16],
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The revision that now stands. The one before, where nothing had to be written.
    pub number: i64,
    /// The change set's opaque id; none where nothing had to be written.
    pub id: Option<ChangeId>,
    /// The cells that changed, with their texts.
    pub cells: Vec<(Address, String)>,
    /// Those of them that were merged with somebody else's change.
    pub merged: Vec<Address>,
    /// Placeholder to the row's number.
    pub rows: BTreeMap<String, RowId>,
}

/// The head as it stood, with the number that this change takes.
#[derive(sqlx::FromRow)]
struct Head {
    number: i64,
    hash: String,
    criteria: String,
    moved: i64,
}

/// Everything known while one change set is made.
struct Draft<'a> {
    change: &'a NewChange,
    grant: Option<&'a GrantId>,
    layer: String,
    head: Head,
    current: Cells,
    changes: BTreeMap<Address, String>,
    merged: Vec<Address>,
    conflicts: Vec<Conflict>,
}

impl Tx {
    /// Merges a change into the sheet and appends it. Either everything that was asked is in, or nothing is.
    ///
    /// # Errors
    /// [`Failure::Conflict`] with every cell that cannot be merged; [`Failure::Invalid`] or [`Failure::TooLong`] naming
    /// the cell; [`Failure::NotFound`] for an unknown service, a foreign layer or a row that is not there.
    pub async fn append(&mut self, permit: &Permit, change: &NewChange) -> Result<Written, Failure> {
        if !matches!(permit.action(), Action::WriteCells | Action::ApplyImport | Action::UndoOthers) {
            return Err(Failure::NotFound);
        }
        permit.covers(permit.action(), &change.key.layer)?;
        if change.cells.len() > MAX_CELLS {
            return Err(Failure::invalid("cells", &change.cells.len().to_string()));
        }
        for (address, _) in &change.cells {
            crate::schema::declared_in(&change.key.layer, address)?;
        }
        let layer = change.key.layer.key();
        let head = self.take_number(change, &layer).await?;
        let current = self.cells(&change.key.service, &layer).await?;
        asks(change, &head.criteria)?;
        let (asked, rows) = self.number_rows(change, &layer, &current).await?;
        let mut draft = Draft {
            change,
            grant: permit.grant(),
            layer,
            head,
            current,
            changes: BTreeMap::new(),
            merged: vec![],
            conflicts: vec![],
        };
        self.merge_all(&mut draft, asked).await?;
        if !draft.conflicts.is_empty() {
            return Err(Failure::Conflict { cells: draft.conflicts });
        }
        let number = draft.head.number;
        if draft.changes.is_empty() && change.moves_to.is_none() {
            self.give_back(change, &draft.layer).await?;
            return Ok(Written { number: number - 1, id: None, cells: vec![], merged: vec![], rows });
        }
        let set = seal(&draft)?;
        let hash = self.store(&set, &mut draft).await?;
        self.audit_change(&set, &hash).await?;
        if let Some(follows) = &change.moves_to {
            self.follow_set(&set, &draft.layer, follows).await?;
        }
        self.wake(&set.key, number).await?;
        let cells = draft.changes.into_iter().collect();
        Ok(Written { number, id: Some(set.id), cells, merged: draft.merged, rows })
    }

    /// Takes the next number under the head's lock.
    async fn take_number(&mut self, change: &NewChange, layer: &str) -> Result<Head, Failure> {
        let service = change.key.service.as_str();
        let known: Option<(String,)> = on!(Tx, self, t => sqlx::query_as("SELECT id FROM services WHERE id = $1")
            .bind(service).fetch_optional(&mut **t).await)
        .map_err(fault)?;
        if known.is_none() {
            return Err(Failure::NotFound);
        }
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO heads (service, layer, number, hash, criteria, asked, answered, changed_at, changed_by)
             VALUES ($1, $2, 0, $3, $4, $5, 0, $6, $7) ON CONFLICT (service, layer) DO NOTHING")
            .bind(service).bind(layer).bind(NO_HASH).bind(&change.criteria.set).bind(change.criteria.asked).bind(change.at).bind(&change.author.name)
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)?;
        on!(Tx, self, t => sqlx::query_as(
            "UPDATE heads SET number = number + 1 WHERE service = $1 AND layer = $2 RETURNING number, hash, criteria, moved")
            .bind(service).bind(layer).fetch_one(&mut **t).await)
        .map_err(fault)
    }

    /// Nothing had to be written: the number is not used up.
    async fn give_back(&mut self, change: &NewChange, layer: &str) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query("UPDATE heads SET number = number - 1 WHERE service = $1 AND layer = $2")
            .bind(change.key.service.as_str()).bind(layer).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// The sheet follows another criteria set from this change on.
    async fn follow_set(&mut self, set: &ChangeSet, layer: &str, follows: &Follows) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query(
            "UPDATE heads SET criteria = $3, asked = $4, moved = $5 WHERE service = $1 AND layer = $2")
            .bind(set.key.service.as_str()).bind(layer).bind(&follows.set).bind(follows.asked).bind(set.number)
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Stores it at the end of its chain, and gives back its hash.
    async fn store(&mut self, set: &ChangeSet, draft: &mut Draft<'_>) -> Result<String, Failure> {
        let mut set = set.clone();
        let previous = set.previous.clone();
        let (canonical, hashes) = set.seal(&previous);
        let (service, layer) = (set.key.service.as_str(), draft.layer.as_str());
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO change_sets (id, service, layer, number, base, person, author, at, reason, door, source, operation,
               criteria, canonical, previous, hash, elevation)
             VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17)")
            .bind(set.id.as_str()).bind(service).bind(layer).bind(set.number).bind(set.base)
            .bind(set.author.person.as_ref().map(|p| p.as_str())).bind(&set.author.name).bind(set.at).bind(&set.reason)
            .bind(set.door.key()).bind(&set.source).bind(set.operation.as_str()).bind(&set.criteria).bind(&canonical)
            .bind(&set.previous).bind(&set.hash).bind(set.grant.as_ref().map(GrantId::as_str))
            .execute(&mut **t).await.map(|_| ())).map_err(fault)?;
        for (ord, (change, hash)) in set.cells.iter().zip(&hashes).enumerate() {
            let text = change.new.as_deref().unwrap_or_default();
            on!(Tx, self, t => sqlx::query(
                "INSERT INTO cell_changes (service, layer, number, ord, address, salt, hash, old_text, new_text)
                 VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)")
                .bind(service).bind(layer).bind(set.number).bind(ord as i64).bind(change.address.to_string())
                .bind(&change.salt).bind(hash).bind(&change.old).bind(&change.new).execute(&mut **t).await.map(|_| ()))
            .map_err(fault)?;
            self.put_cell(service, layer, &change.address, text, set.number).await?;
            draft.current.set(change.address.clone(), text.to_owned(), set.number);
        }
        on!(Tx, self, t => sqlx::query(
            "UPDATE heads SET hash = $3, answered = $4, changed_at = $5, changed_by = $6 WHERE service = $1 AND layer = $2")
            .bind(service).bind(layer).bind(&set.hash).bind(draft.current.answered() as i64).bind(set.at)
            .bind(&set.author.name).execute(&mut **t).await.map(|_| ())).map_err(fault)?;
        let facts = set.cells.iter().any(|c| c.address.section == "facts");
        if facts && set.key.layer == crate::cell::Layer::Shared {
            self.list_facts(service, &draft.current).await?;
        }
        Ok(set.hash)
    }

    async fn put_cell(
        &mut self,
        service: &str,
        layer: &str,
        address: &Address,
        text: &str,
        number: i64,
    ) -> Result<(), Failure> {
        let lang = address.lang.map_or("", crate::lang::Lang::code);
        if text.is_empty() {
            return on!(Tx, self, t => sqlx::query(
                "DELETE FROM cells WHERE service = $1 AND layer = $2 AND section = $3 AND row_id = $4 AND field = $5 AND lang = $6")
                .bind(service).bind(layer).bind(&address.section).bind(address.row.as_str()).bind(&address.field).bind(lang)
                .execute(&mut **t).await.map(|_| ())).map_err(fault);
        }
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO cells (service, layer, section, row_id, field, lang, value, number) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)
             ON CONFLICT (service, layer, section, row_id, field, lang) DO UPDATE SET value = excluded.value, number = excluded.number")
            .bind(service).bind(layer).bind(&address.section).bind(address.row.as_str()).bind(&address.field).bind(lang)
            .bind(text).bind(number).execute(&mut **t).await.map(|_| ())).map_err(fault)
    }
}

/// That the answers are about categories of the sheet's set. Taking an answer away is always possible.
fn asks(change: &NewChange, follows: &str) -> Result<(), Failure> {
    let key = change.moves_to.as_ref().map_or(follows, |to| &to.set);
    let Some(set) = change.sets.get(key) else { return Err(Failure::invalid("criteria", key)) };
    let odd = change
        .cells
        .iter()
        .find(|(a, text)| a.of_criteria() && !text.is_empty() && set.category(a.row.as_str()).is_none());
    odd.map_or(Ok(()), |(address, _)| Err(Failure::invalid("address", &address.to_string())))
}

/// Puts the change set together; salts and id come from the seed.
fn seal(draft: &Draft<'_>) -> Result<ChangeSet, Failure> {
    let (change, number) = (draft.change, draft.head.number);
    let criteria = change.moves_to.as_ref().map_or(&draft.head.criteria, |follows| &follows.set);
    let derive = |what: &str| {
        let hash = crate::change::link_hash(&crate::change::hex(&change.seed), what.as_bytes());
        hash.get(..32).unwrap_or_default().to_owned()
    };
    let cells = draft.changes.iter().map(|(address, new)| CellChange {
        address: address.clone(),
        old: Some(draft.current.text(address).to_owned()),
        new: Some(new.clone()),
        salt: derive(&format!("{number}/{address}")),
    });
    let mut id = [0; 16];
    for (slot, byte) in
        id.iter_mut().zip(derive(&format!("id/{}/{}/{number}", change.key.service, draft.layer)).into_bytes().chunks(2))
    {
        *slot = u8::from_str_radix(std::str::from_utf8(byte).unwrap_or("0"), 16).unwrap_or(0);
    }
    Ok(ChangeSet {
        id: ChangeId::parse(&opaque(id))?,
        key: change.key.clone(),
        number,
        base: change.base,
        author: change.author.clone(),
        at: change.at,
        reason: change.reason.chars().take(2_000).collect(),
        door: change.door,
        source: change.source.chars().take(300).collect(),
        operation: change.operation.clone(),
        criteria: criteria.clone(),
        grant: draft.grant.cloned(),
        cells: cells.collect(),
        previous: draft.head.hash.clone(),
        hash: String::new(),
    })
}
