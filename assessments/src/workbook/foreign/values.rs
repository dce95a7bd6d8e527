//! What a text of a row is in its field.

use super::category::{SURE, by_id};
use super::detect::Table;
use super::numbers::before_excel;
use super::profile::Role;
use super::rows::{MAX_LABEL, Reader, Said, plain};
use super::texts::Source;
use crate::cell::Address;
use crate::id::RowId;
use crate::lang::Lang;
use crate::schema::{Field, Kind};
use crate::workbook::{grid::Origin, marks};
use std::collections::{BTreeMap, BTreeSet};
use unicode_normalization::UnicodeNormalization;

impl Reader<'_> {
    /// Takes a text for a field of a row, or tells why not.
    pub fn value(
        &mut self,
        table: &Table<'_>,
        row: &RowId,
        field: &'static Field,
        said: &Said<'_>,
        source: &Source,
        by_default: &str,
    ) {
        if table.layout.ignores(field, said.text) {
            return;
        }
        let at = table.view.place(said.at);
        let address = |key: &str, lang| Address::new(table.section.key, row.clone(), key, lang);
        let own = address(field.key, field.bilingual.then_some(self.profile.lang));
        let value = match field.kind {
            Kind::Choice(list) => {
                let (key, rest) = marks::choice(field, list, said.text);
                let key = match key {
                    None if marks::is_dash(said.text) => return,
                    Some("can_enable") if marks::is_yes(by_default) => Some("on_default"),
                    key => key,
                };
                let to = address(if field.key == "kind" { "remarks" } else { "limits" }, Some(self.profile.lang));
                if key.is_some() && !rest.is_empty() && to.declared().is_some() {
                    self.texts.add(to, self.footnotes.get(&rest).cloned().unwrap_or(rest), at.clone(), source);
                }
                key.map(str::to_owned)
            }
            Kind::Choices(_) => crate::workbook::own::value::stored(field, said.text),
            Kind::Reference("criteria") => {
                let (first, others) = self.named_categories(said.text);
                let note = address("note", Some(self.profile.lang));
                if let Some(others) = others.filter(|_| note.declared().is_some()) {
                    self.texts.add(note, others, at.clone(), source);
                }
                first
            }
            Kind::Reference(section) => self.named_rows(section, said.text),
            Kind::Date => Some(date(said.text)),
            Kind::Short if said.origin == Origin::Date => {
                self.says.excel_converted(&at, said.text, None);
                return;
            }
            _ => Some(said.text.to_owned()),
        };
        match value {
            Some(value) if crate::canonical::check(&own, field, &value).is_ok() => {
                self.texts.add(own, value, at, source);
            }
            _ => {
                let code = if field.key == "availability" { "unknown_mark" } else { "not_understood" };
                self.says.not_understood(code, &at, (field.ja, field.en), said.text);
            }
        }
    }

    /// A number that came back as a date: what it was, where its neighbours make it plain.
    pub fn converted(
        &mut self,
        table: &Table<'_>,
        row: u32,
        id: &RowId,
        field: &'static Field,
        said: &Said<'_>,
        source: &Source,
    ) {
        let near = |row: Option<u32>| row.map_or("", |r| table.view.text(r, said.at.col));
        let was = before_excel(said.text, near(row.checked_sub(1)), near(row.checked_add(1)));
        let at = table.view.place(said.at);
        self.says.excel_converted(&at, said.text, was.as_deref());
        if let Some(text) = was {
            self.texts.add(Address::new(table.section.key, id.clone(), field.key, None), text, at, source);
        }
    }

    /// The categories that a note names, by the file's own numbers or by name: the first, and a line for the others.
    fn named_categories(&self, text: &str) -> (Option<String>, Option<String>) {
        let of = |part: &str| -> Option<(String, String)> {
            let known = self.numbers.get(&plain(part)).filter(|(category, _)| !category.is_empty());
            known.cloned().or_else(|| {
                let (category, sure) = self.categories.propose(part);
                (sure >= SURE).then(|| (category, String::new()))
            })
        };
        if text.len() > MAX_LABEL {
            return (None, None);
        }
        let parts: Vec<&str> =
            text.split([',', '、', '，', '・', '\n', ';']).map(str::trim).filter(|p| !p.is_empty()).collect();
        let found: Vec<Option<(String, String)>> = parts.iter().map(|p| of(p)).collect();
        let first = found.iter().flatten().next().map(|(category, _)| category.clone());
        let mut others: Vec<String> = Vec::new();
        let mut skipped = false;
        for (part, found) in parts.iter().zip(&found) {
            match found {
                Some((category, _)) if Some(category) == first.as_ref() && !skipped => skipped = true,
                Some((category, _)) if Some(category) == first.as_ref() => {}
                Some((category, name)) if name.is_empty() => others.push(category.clone()),
                Some((category, name)) => others.push(format!("{category} {name}")),
                None => others.push((*part).to_owned()),
            }
        }
        let line = |list: String| match self.profile.lang {
            Lang::Ja => format!("ほかに対応する管理策：{list}"),
            Lang::En => format!("Other controls: {list}"),
        };
        (first, (!others.is_empty()).then(|| line(others.join(self.profile.lang.pick("、", ", ")))))
    }

    /// Rows of another section that a text names by the file's numbers.
    fn named_rows(&self, section: &str, text: &str) -> Option<String> {
        if text.len() > MAX_LABEL {
            return None;
        }
        let parts = text.split([',', '、', '，', '\n']).map(plain).filter(|p| !p.is_empty());
        let rows: Option<Vec<String>> =
            parts.map(|p| self.groups.get(&(section.to_owned(), p)).map(ToString::to_string)).collect();
        rows.filter(|r| !r.is_empty()).map(|r| r.join(","))
    }

    /// A column told as a whole: which rows have which value, as an answer of the category that the profile names.
    pub fn whole(&mut self, table: &Table<'_>) {
        let (Some(whole), Some(framework)) = (&table.layout.whole, &self.profile.framework) else { return };
        let wanted: Vec<String> = whole.column.iter().map(|c| super::fold_label(c)).collect();
        let is = |col: &u32| table.folded(*col).is_some_and(|label| wanted.iter().any(|w| w == label));
        let Some(col) = (0..=table.view.last.col).find(is) else { return };
        let Some(row) = by_id(&whole.id, framework, self.criteria).and_then(|id| RowId::parse(&id).ok()) else {
            return;
        };
        let head = table.column(&Role::Head);
        let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
        let (mut places, mut known) = (BTreeMap::new(), BTreeSet::new());
        for at in table.first..=table.view.last.row {
            let (value, name) = (table.view.text(at, col), head.map_or("", |h| table.view.text(at, h)));
            if self.profile.is_blank(value) || name.is_empty() {
                continue;
            }
            if !known.insert((value, name)) {
                continue;
            }
            if !self.texts.room.take(value.len() + name.len()) {
                return;
            }
            let place = *places.entry(value).or_insert(groups.len());
            match groups.get_mut(place) {
                Some((_, names)) => names.push(name),
                None => groups.push((value, vec![name])),
            }
        }
        let lines: Vec<String> = groups.iter().map(|(v, names)| format!("- **{v}**: {}", names.join("; "))).collect();
        if !lines.is_empty() {
            let at = crate::workbook::grid::At { row: table.first.saturating_sub(1), col };
            let address = Address::new(table.section.key, row, "summary", Some(self.profile.lang));
            self.texts.add(
                address,
                lines.join("\n"),
                table.view.place(at),
                &Source { row: usize::MAX, ..Source::default() },
            );
        }
    }

    /// A sheet of labels and values: each goes where the profile says.
    pub fn pairs(&mut self, table: &Table<'_>) {
        let (Some(key), Some(value)) = (table.column(&Role::Key), table.column(&Role::Value)) else { return };
        for row in table.first..=table.view.last.row {
            let (label, text) = (table.view.text(row, key).trim(), table.view.text(row, value).trim());
            let place = table.view.place(crate::workbook::grid::At { row, col: value });
            if label.is_empty() || self.profile.is_blank(text) {
                if !label.is_empty() || !text.is_empty() {
                    self.says.row_without_place(&place, &format!("{label} {text}"));
                }
                continue;
            }
            let target = table.layout.pairs.get(label).or_else(|| table.layout.pairs.get("*"));
            match target.and_then(|t| self.target(t)) {
                Some(to) if matches!(to.declared().map(|f| f.kind), Some(Kind::Markdown)) => {
                    let source =
                        Source { row: usize::MAX - 1 - row as usize, head: label.to_owned(), label: String::new() };
                    self.texts.add(to, text.to_owned(), place, &source);
                }
                Some(to) => self.texts.add(to, text.to_owned(), place, &Source::default()),
                None => self.says.row_without_place(&place, &format!("{label} {text}")),
            }
        }
    }

    fn target(&self, target: &str) -> Option<Address> {
        let lang = Some(self.profile.lang);
        match target.split_once('/')? {
            ("framework", id) => {
                let category = by_id(id, self.profile.framework.as_deref()?, self.criteria)?;
                Some(Address::new("criteria", RowId::parse(&category).ok()?, "summary", lang))
            }
            (section, field) => {
                let bilingual = crate::schema::field(section, field)?.bilingual;
                Some(Address::new(section, RowId::service(), field, lang.filter(|_| bilingual)))
            }
        }
    }
}

/// A day as it is stored, from the forms that people type.
fn date(text: &str) -> String {
    let plain: String = text.nfkc().collect();
    let day = plain.trim().split(' ').next().unwrap_or("").trim_end_matches('日');
    let parts: Vec<&str> = day.split(['/', '-', '.', '年', '月']).collect();
    match parts.as_slice() {
        [y, m, d] if y.len() == 4 => format!("{y}-{m:0>2}-{d:0>2}"),
        _ => text.trim().to_owned(),
    }
}
