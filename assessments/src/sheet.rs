//! A sheet as a table of cells.

use crate::cell::{Address, ORDER};
use crate::change::hex;
use crate::criteria::CriteriaSet;
use crate::id::RowId;
use crate::lang::Lang;
use crate::schema::{self, Rows, Section};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// A cell's present text and the revision that wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// The text; never empty in a table of cells.
    pub value: String,
    /// Number of the change set that wrote it.
    pub number: i64,
}

/// The cells of one (sheet, layer). Empty cells are not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cells(BTreeMap<Address, Cell>);

/// A text as a reader gets it: in their language, or in the other one, marked so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown<'a> {
    /// The text; empty where there is none in either language.
    pub text: &'a str,
    /// The language of the text, where it is not the reader's.
    pub other: Option<Lang>,
}

/// The texts of a row.
pub struct InRow<'a>(Vec<(&'a str, Option<Lang>, &'a str)>);

impl<'a> InRow<'a> {
    /// The text of a field; empty where there is none.
    pub fn text(&self, field: &str, lang: Option<Lang>) -> &'a str {
        self.0.iter().find(|(f, l, _)| *f == field && *l == lang).map_or("", |(.., text)| text)
    }
}

impl Cells {
    /// No cells.
    pub fn new() -> Self {
        Self::default()
    }

    /// A cell's text; empty where there is none.
    pub fn text(&self, address: &Address) -> &str {
        self.0.get(address).map_or("", |c| c.value.as_str())
    }

    /// The cells of a row that say something, by their fields and languages: one look-up for all of them.
    pub fn in_row(&self, section: &str, row: &RowId) -> InRow<'_> {
        let first = Address::new(section, row.clone(), "", None);
        let cells = self.0.range(&first..);
        let here = cells.take_while(|(a, _)| a.section == first.section && a.row == first.row);
        InRow(here.map(|(a, c)| (a.field.as_str(), a.lang, c.value.as_str())).collect())
    }

    /// A cell.
    pub fn get(&self, address: &Address) -> Option<&Cell> {
        self.0.get(address)
    }

    /// The text of a field that has no language.
    pub fn plain(&self, section: &str, row: &RowId, field: &str) -> &str {
        self.text(&Address::new(section, row.clone(), field, None))
    }

    /// The text of a field as a reader of `lang` gets it; for fields of either kind.
    pub fn shown(&self, section: &str, row: &RowId, field: &str, lang: Lang) -> Shown<'_> {
        let bilingual = schema::field(section, field).is_none_or(|f| f.bilingual);
        if !bilingual {
            return Shown { text: self.plain(section, row, field), other: None };
        }
        let in_lang = |l| self.text(&Address::new(section, row.clone(), field, Some(l)));
        match (in_lang(lang), in_lang(lang.other())) {
            ("", "") => Shown { text: "", other: None },
            ("", text) => Shown { text, other: Some(lang.other()) },
            (text, _) => Shown { text, other: None },
        }
    }

    /// Writes a cell. An empty text takes it away.
    pub fn set(&mut self, address: Address, value: String, number: i64) {
        if value.is_empty() {
            self.0.remove(&address);
        } else {
            self.0.insert(address, Cell { value, number });
        }
    }

    /// All cells in the order of their addresses.
    pub fn iter(&self) -> impl Iterator<Item = (&Address, &Cell)> {
        self.0.iter()
    }

    /// How many cells there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rows of a section, in order: the criteria set's categories, or the free rows that exist.
    pub fn rows(&self, section: &Section, criteria: &CriteriaSet) -> Vec<RowId> {
        match section.rows {
            Rows::One => vec![RowId::service()],
            Rows::Criteria => criteria.categories.iter().filter_map(|c| RowId::parse(&c.id).ok()).collect(),
            Rows::Free(_) => {
                let mut rows: Vec<(&str, &RowId)> = self
                    .0
                    .iter()
                    .filter(|(a, _)| a.section == section.key && a.field == ORDER)
                    .map(|(a, c)| (c.value.as_str(), &a.row))
                    .collect();
                rows.sort();
                rows.into_iter().map(|(_, row)| row.clone()).collect()
            }
        }
    }

    /// Whether a row exists: free rows need their order cell, the others are always there.
    pub fn has_row(&self, section: &str, row: &RowId) -> bool {
        match schema::section(section).map(|s| s.rows) {
            Some(Rows::Free(_)) => !self.text(&Address::order(section, row.clone())).is_empty(),
            _ => true,
        }
    }

    /// Every row id that a section has ever had a cell for here, deleted ones included.
    pub fn used_rows(&self, section: &str) -> BTreeSet<RowId> {
        self.0.keys().filter(|a| a.section == section).map(|a| a.row.clone()).collect()
    }

    /// How many categories have an availability.
    pub fn answered(&self) -> usize {
        self.0.keys().filter(|a| a.section == "criteria" && a.field == "availability").count()
    }

    /// The order text that puts a row at the end of a section.
    pub fn order_at_end(&self, section: &str) -> String {
        let last = self
            .0
            .iter()
            .filter(|(a, _)| a.section == section && a.field == ORDER)
            .map(|(_, c)| c.value.as_str())
            .max();
        order_after(last.unwrap_or(""))
    }
}

impl FromIterator<(Address, Cell)> for Cells {
    fn from_iter<T: IntoIterator<Item = (Address, Cell)>>(cells: T) -> Self {
        Self(cells.into_iter().filter(|(_, c)| !c.value.is_empty()).collect())
    }
}

/// The hash that a publication and an approval pin: SHA-256 over the criteria set's key and every cell that is not empty,
/// by address as a text, each part with its length before it. It depends on what stands there and on nothing else: not on
/// who wrote it, when, or at which revision, so that a text that was changed and changed back has its old hash again.
pub fn content_hash(cells: &Cells, criteria: &str) -> String {
    let mut texts: Vec<(String, &str)> = cells.iter().map(|(a, c)| (a.to_string(), c.value.as_str())).collect();
    texts.sort();
    let mut sha = Sha256::new();
    let mut part = |text: &str| {
        sha.update((text.len() as u64).to_be_bytes());
        sha.update(text.as_bytes());
    };
    part("kyohyo-content-1");
    part(criteria);
    for (address, text) in &texts {
        part(address);
        part(text);
    }
    hex(&sha.finalize())
}

/// The order text of the `n`th row of a fresh list, from 0: `0010`, `0020`, ... leaving room between.
pub fn order_of(n: usize) -> String {
    format!("{:06}", (n + 1) * 10)
}

/// An order text behind `last`.
pub fn order_after(last: &str) -> String {
    let number: usize = last.get(..6).and_then(|t| t.parse().ok()).unwrap_or(0);
    format!("{:06}", (number / 10 + 1) * 10)
}

/// An order text between two neighbours, either of which may be missing (empty).
pub fn order_between(before: &str, after: &str) -> String {
    if after.is_empty() {
        return order_after(before);
    }
    // Digits as a fraction: longer texts sort between shorter ones.
    let mut out = String::new();
    let (b, a) = (before.as_bytes(), after.as_bytes());
    let mut bounded = true;
    for i in 0..64 {
        let low = b.get(i).map_or(0, |d| d.saturating_sub(b'0').min(9));
        let high = if bounded { a.get(i).map_or(0, |d| d.saturating_sub(b'0').min(9)) } else { 10 };
        if high > low + 1 {
            out.push(char::from(b'0' + low + (high - low) / 2));
            return out;
        }
        out.push(char::from(b'0' + low));
        if high > low {
            bounded = false;
        }
    }
    out.push('5');
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_reader_gets_the_other_language_where_their_own_is_missing() {
        let mut cells = Cells::new();
        cells.set(Address::parse("criteria/K07/summary/ja").unwrap(), "暗号化".into(), 1);
        let row = RowId::parse("K07").unwrap();
        assert_eq!(cells.shown("criteria", &row, "summary", Lang::En), Shown { text: "暗号化", other: Some(Lang::Ja) });
        assert_eq!(cells.shown("criteria", &row, "summary", Lang::Ja).other, None);
        assert_eq!(cells.shown("criteria", &row, "limits", Lang::Ja).text, "");
    }

    #[test]
    fn the_content_hash_is_of_what_stands_there_and_nothing_else() {
        let at = |text: &str| Address::parse(text).unwrap();
        let mut cells = Cells::new();
        cells.set(at("criteria/K07/summary/ja"), "暗号化".into(), 1);
        cells.set(at("criteria/K07/summary/en"), "Encryption".into(), 1);
        let hash = content_hash(&cells, "x@1");
        // Pinned: an approval of last year must still verify.
        assert_eq!(hash, "ff3fe2caffc9cc4c3dc461eb6b11352b43cf991d8a254cd98a17628092c4a435");
        cells.set(at("criteria/K07/summary/ja"), "別".into(), 2);
        assert_ne!(content_hash(&cells, "x@1"), hash);
        cells.set(at("criteria/K07/summary/ja"), "暗号化".into(), 3);
        assert_eq!(content_hash(&cells, "x@1"), hash, "the revision does not count");
        assert_ne!(content_hash(&cells, "x@2"), hash, "the criteria set does");
        cells.set(at("criteria/K08/summary/ja"), "x".into(), 4);
        assert_ne!(content_hash(&cells, "x@1"), hash);
        cells.set(at("criteria/K08/summary/ja"), String::new(), 5);
        assert_eq!(content_hash(&cells, "x@1"), hash, "an emptied cell is as one that never was");
    }

    #[test]
    fn rows_stand_in_their_order_and_a_row_without_order_is_gone() {
        let mut cells = Cells::new();
        cells.set(Address::parse("scenarios/S-02/order").unwrap(), order_of(0), 1);
        cells.set(Address::parse("scenarios/S-01/order").unwrap(), order_of(1), 1);
        cells.set(Address::parse("scenarios/S-03/title/ja").unwrap(), "消えた行".into(), 1);
        let set = CriteriaSet {
            id: "x".into(),
            version: "1".into(),
            provenance: String::new(),
            editions: BTreeMap::new(),
            framework_names: BTreeMap::new(),
            viewpoints: vec![],
            categories: vec![],
        };
        let rows = cells.rows(schema::section("scenarios").unwrap(), &set);
        assert_eq!(rows.iter().map(RowId::as_str).collect::<Vec<_>>(), ["S-02", "S-01"]);
    }

    proptest! {
        #[test]
        fn there_is_always_an_order_between_two(a in "[0-9]{6}", b in "[0-9]{6}") {
            prop_assume!(a < b);
            let middle = order_between(&a, &b);
            prop_assert!(a < middle && middle < b, "{a} {middle} {b}");
            let again = order_between(&a, &middle);
            prop_assert!(a < again && again < middle, "{a} {again} {middle}");
        }
    }
}
