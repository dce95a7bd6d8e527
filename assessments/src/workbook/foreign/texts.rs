//! Texts on their way to cells: several rows of a file may go to one cell, none is dropped.

use super::say::Says;
use crate::canonical;
use crate::cell::Address;
use crate::failure::Failure;
use crate::import::{DraftCell, Place, Room};
use crate::lang::Lang;
use crate::schema::{Choice, Field, Kind, MAX_UNITS};
use std::collections::{BTreeMap, BTreeSet};

/// Which row of a file a text comes from, and what that row is about.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// Counts the rows of the file.
    pub row: usize,
    /// What the row is about: goes ahead of its texts.
    pub head: String,
    /// The category's name in the file.
    pub label: String,
}

struct Entry {
    text: String,
    place: Place,
    source: Source,
}

impl Entry {
    fn bytes(&self) -> usize {
        self.text.len() + self.source.head.len() + self.source.label.len()
    }
}

/// Collects texts by cell, in the file's order.
pub struct Texts {
    /// What may still be taken.
    pub room: Room,
    lang: Lang,
    cells: Vec<(Address, Vec<Entry>)>,
    known: BTreeMap<Address, usize>,
    used: BTreeSet<(usize, Place)>,
}

impl Texts {
    /// Nothing yet; `lang` is the language of heads and marks.
    pub fn new(lang: Lang) -> Self {
        Self { room: Room::default(), lang, cells: vec![], known: BTreeMap::new(), used: BTreeSet::new() }
    }

    /// Adds a text, where there is room; one that was taken from this very place for this cell (merged rows) counts once.
    pub fn add(&mut self, address: Address, text: String, place: Place, source: &Source) {
        let next = self.cells.len();
        let at = *self.known.get(&address).unwrap_or(&next);
        if !self.used.insert((at, place.clone())) {
            return;
        }
        let entry = Entry { text, place, source: source.clone() };
        if !self.room.take(entry.bytes()) {
            return;
        }
        match self.cells.get_mut(at) {
            Some((_, entries)) => entries.push(entry),
            None => {
                self.known.insert(address.clone(), at);
                self.cells.push((address, vec![entry]));
            }
        }
    }

    /// The cells. Values of which only one can stand are left out where rows differ, and told.
    ///
    /// # Errors
    /// [`Failure::Refused`] `too_much_for_a_sheet` where there was no room for all of them.
    pub fn finish(self, says: &mut Says) -> Result<Vec<DraftCell>, Failure> {
        self.room.check()?;
        let marks = self.marks();
        let Self { lang, cells, .. } = self;
        let mut out = Vec::new();
        for (address, entries) in cells {
            let (Some(field), Some(first)) = (address.declared(), entries.first()) else { continue };
            let text = match field.kind {
                Kind::Markdown => list(&entries, lang, marks.get(&address)),
                Kind::Short => joined(distinct(&entries).into_iter(), " / "),
                Kind::Links | Kind::Guardrails => lines(&entries),
                _ => match single(&entries, field) {
                    Ok(text) => text,
                    Err(all) => {
                        says.marks_differ(&first.place, (field.ja, field.en), &all);
                        continue;
                    }
                },
            };
            match canonical::check(&address, field, &text) {
                Ok(text) if text.is_empty() => {}
                Ok(text) => out.push(DraftCell { place: first.place.clone(), address, text }),
                Err(Failure::TooLong { .. }) => {
                    says.not_understood("too_long", &first.place, (field.ja, field.en), &text)
                }
                Err(_) => says.not_understood("not_understood", &first.place, (field.ja, field.en), &text),
            }
        }
        Ok(out)
    }

    /// For each summary whose rows differ in availability: the word of each row, so that it is not lost.
    fn marks(&self) -> BTreeMap<Address, BTreeMap<usize, String>> {
        let mut out = BTreeMap::new();
        for (address, entries) in self.cells.iter().filter(|(a, _)| a.field == "availability") {
            let keys: BTreeSet<&str> = entries.iter().map(|e| e.text.as_str()).collect();
            let Some(field) = address.declared().filter(|_| keys.len() > 1) else { continue };
            let word = |e: &Entry| word(field.choices(), &e.text, self.lang);
            let words = entries.iter().map(|e| (e.source.row, word(e))).collect();
            out.insert(Address::new(&address.section, address.row.clone(), "summary", Some(self.lang)), words);
        }
        out
    }
}

fn word(choices: &[Choice], key: &str, lang: Lang) -> String {
    choices.iter().find(|c| c.key == key).map_or_else(|| key.to_owned(), |c| c.marked(lang))
}

fn distinct(entries: &[Entry]) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    entries.iter().map(|e| e.text.as_str()).filter(|t| seen.insert(*t)).collect()
}

/// Links of several rows, each once.
fn lines(entries: &[Entry]) -> String {
    let mut seen = BTreeSet::new();
    let lines = entries.iter().flat_map(|e| e.text.lines()).filter(|l| !l.trim().is_empty() && seen.insert(l.trim()));
    joined(lines, "\n")
}

/// Texts in a row, up to what is longer than any cell may be: the rest would only be in memory twice.
pub fn joined<T: AsRef<str>>(texts: impl Iterator<Item = T>, between: &str) -> String {
    let mut out = String::new();
    for (number, text) in texts.enumerate() {
        out.push_str(if number == 0 { "" } else { between });
        out.push_str(text.as_ref());
        // A character has at most three bytes for each of its UTF-16 units.
        if out.len() > 3 * MAX_UNITS {
            break;
        }
    }
    out
}

/// The one value of all rows, or what each row says.
fn single(entries: &[Entry], field: &Field) -> Result<String, String> {
    match distinct(entries).as_slice() {
        [only] => Ok((*only).to_owned()),
        _ => {
            let said = |e: &Entry| format!("{} {}", e.place.cell, word(field.choices(), &e.text, Lang::Ja));
            Err(joined(entries.iter().map(said), "、"))
        }
    }
}

/// One row's text as it is; several rows as a list in the file's order, each under what it is about.
fn list(entries: &[Entry], lang: Lang, marks: Option<&BTreeMap<usize, String>>) -> String {
    let mut rows: Vec<(&Source, Vec<&str>)> = Vec::new();
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    for entry in entries {
        let place = *places.entry(entry.source.row).or_insert(rows.len());
        match rows.get_mut(place) {
            Some((_, texts)) if texts.contains(&entry.text.as_str()) => {}
            Some((_, texts)) => texts.push(&entry.text),
            None => rows.push((&entry.source, vec![&entry.text])),
        }
    }
    let labels: BTreeSet<&str> = rows.iter().map(|(s, _)| s.label.as_str()).collect();
    let item = |(source, texts): &(&Source, Vec<&str>)| {
        let text = joined(texts.iter(), "\n");
        let head = match (source.head.is_empty(), labels.len() > 1) {
            (true, true) => source.label.as_str(),
            _ => source.head.as_str(),
        };
        let mark = marks.and_then(|m| m.get(&source.row)).map(|w| match lang {
            Lang::Ja => format!("（{w}）"),
            Lang::En => format!(" ({w})"),
        });
        let (head, mark) = (head.replace('*', "\\*"), mark.unwrap_or_default());
        match (head.is_empty(), mark.is_empty()) {
            (true, true) => text,
            (true, false) => format!("{}{}{text}", mark.trim(), lang.pick("", " ")),
            _ => format!("**{head}**{mark}{}{text}", lang.pick("：", ": ")),
        }
    };
    match rows.as_slice() {
        [only] => item(only),
        _ => joined(rows.iter().map(|r| format!("- {}", item(r).replace('\n', "\n  "))), "\n"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(cell: &str) -> Place {
        Place { sheet: "表".into(), cell: cell.into() }
    }

    fn row(row: usize, head: &str) -> Source {
        Source { row, head: head.into(), label: String::new() }
    }

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    #[test]
    fn rows_of_one_category_become_a_list_and_keep_what_differs() {
        let mut texts = Texts::new(Lang::Ja);
        for (n, (head, key, text)) in
            [("甲", "can_enable", "一\n二"), ("乙", "not_offered", "三"), ("丙", "not_offered", "三")]
                .into_iter()
                .enumerate()
        {
            let cell = format!("B{n}");
            texts.add(address("criteria/K07/availability"), key.into(), at(&cell), &row(n, head));
            texts.add(address("criteria/K07/summary/ja"), text.into(), at(&cell), &row(n, head));
        }
        let mut says = Says::default();
        let cells = texts.finish(&mut says).unwrap();
        assert_eq!(cells.len(), 1);
        assert_eq!(
            cells[0].text,
            "- **甲**（○ 設定で可能）：一\n  二\n- **乙**（× 提供なし）：三\n- **丙**（× 提供なし）：三"
        );
        let told = &says.findings[0];
        assert_eq!(told.code, "marks_differ");
        assert!(told.ja.contains("B0 ○ 設定で可能、B1 × 提供なし、B2 × 提供なし"), "{}", told.ja);
    }

    #[test]
    fn a_merged_text_counts_once_and_one_row_is_no_list() {
        let mut texts = Texts::new(Lang::En);
        for n in 0..3 {
            texts.add(address("criteria/K07/limits/en"), "a".into(), at("B1"), &row(n, "X*"));
        }
        assert_eq!(texts.finish(&mut Says::default()).unwrap()[0].text, "**X\\***: a");
    }
}
