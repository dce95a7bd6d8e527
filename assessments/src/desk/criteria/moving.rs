//! The cells of a sheet under another criteria set.

use super::Moved;
use crate::cell::Address;
use crate::criteria::{Category, CriteriaSet, Crosswalk};
use crate::guardrail::{GuardrailLink, parse_links, write_links};
use crate::id::RowId;
use crate::lang::Lang;
use crate::schema::{self, Choice, Field, Kind, Section};
use crate::sheet::Cells;
use std::collections::{BTreeMap, BTreeSet};

/// One answer that goes to a category of the new set.
struct Source<'a> {
    category: &'a Category,
    row: RowId,
}

/// The cells to write, and what they come to.
pub(super) fn cells(
    now: &Cells,
    from: &CriteriaSet,
    to: &CriteriaSet,
    walk: &Crosswalk,
) -> (Vec<(Address, String)>, Moved) {
    let mut moved = Moved {
        from: from.key(),
        to: to.key(),
        answers: BTreeMap::new(),
        joined: vec![],
        undecided: vec![],
        notes: vec![],
        number: None,
    };
    let Some(section) = schema::section("criteria") else { return (vec![], moved) };
    let answered = now.used_rows("criteria");
    let (mut texts, mut lost) = (Cells::new(), Vec::new());
    let mut goes: BTreeMap<&str, Vec<Source>> = BTreeMap::new();
    for category in &from.categories {
        let Some(row) = answered.iter().find(|row| row.as_str() == category.id) else { continue };
        let targets = walk.map.get(&category.id).cloned().unwrap_or_default();
        if targets.is_empty() {
            lost.push(Source { category, row: row.clone() });
            continue;
        }
        for target in to.categories.iter().filter(|c| targets.contains(&c.id)) {
            goes.entry(&target.id).or_default().push(Source { category, row: row.clone() });
        }
        moved.answers.insert(category.id.clone(), targets);
    }
    for (target, sources) in &goes {
        let Ok(row) = RowId::parse(target) else { continue };
        for field in section.fields {
            fill(now, walk, field, &row, sources, &mut texts, &mut moved);
        }
    }
    let mut out = BTreeMap::new();
    for (address, _) in now.iter().filter(|(a, _)| a.section == "criteria") {
        out.insert(address.clone(), texts.text(address).to_owned());
    }
    out.extend(texts.iter().map(|(a, c)| (a.clone(), c.value.clone())));
    references(now, walk, &mut out);
    for (n, source) in lost.iter().enumerate() {
        note(now, section, source, n + 1, &mut out);
        moved.notes.push(source.category.id.clone());
    }
    (out.into_iter().collect(), moved)
}

/// One field of one new answer.
fn fill(
    now: &Cells,
    walk: &Crosswalk,
    field: &Field,
    row: &RowId,
    sources: &[Source],
    texts: &mut Cells,
    moved: &mut Moved,
) {
    for lang in field.langs() {
        let at = |row: &RowId| Address::new("criteria", row.clone(), field.key, *lang);
        let there: Vec<(&Source, &str)> =
            sources.iter().map(|s| (s, now.text(&at(&s.row)))).filter(|(_, text)| !text.is_empty()).collect();
        let mut different: Vec<&str> = Vec::new();
        for (_, text) in &there {
            if !different.contains(text) {
                different.push(text);
            }
        }
        let address = at(row);
        let text = match (different.as_slice(), field.kind) {
            ([], _) => String::new(),
            ([one], Kind::Reference("criteria")) => pointed(one, walk),
            ([one], _) => (*one).to_owned(),
            (_, Kind::Choice(_)) => {
                moved.undecided.push(address.to_string());
                continue;
            }
            // The earliest day: what was looked at last year is not as good as looked at today.
            (all, Kind::Date) => all.iter().min().copied().unwrap_or_default().to_owned(),
            (all, Kind::Short) => all.join(" / "),
            (all, Kind::Choices(list)) => {
                let keys: BTreeSet<&str> = all.iter().flat_map(|t| t.split(',')).collect();
                list.iter().map(|c| c.key).filter(|k| keys.contains(k)).collect::<Vec<_>>().join(",")
            }
            (all, Kind::Guardrails) => guardrails(all),
            (all, Kind::Links) => joined(all.iter().flat_map(|t| t.lines()), "\n"),
            (all, Kind::Reference(_)) => {
                let pointed: Vec<String> = all.iter().map(|t| pointed(t, walk)).collect();
                joined(pointed.iter().flat_map(|t| t.split(',')), ",")
            }
            (_, Kind::Markdown) => {
                let part = |(s, text): &(&Source, &str)| format!("{}\n\n{text}", heading(s, lang.unwrap_or(Lang::Ja)));
                there.iter().map(part).collect::<Vec<_>>().join("\n\n")
            }
        };
        if different.len() > 1 {
            moved.joined.push(address.to_string());
        }
        texts.set(address, text, 0);
    }
    if field.key == "summary" {
        choices(now, row, sources, texts);
    }
}

fn heading(source: &Source, lang: Lang) -> String {
    format!("**{} {}**", source.category.id, source.category.name(lang))
}

/// Where answers that meet chose differently, the summary says what each chose.
fn choices(now: &Cells, row: &RowId, sources: &[Source], texts: &mut Cells) {
    let Some(section) = schema::section("criteria") else { return };
    let mut lines: BTreeMap<Lang, Vec<String>> = BTreeMap::new();
    for field in section.fields.iter().filter(|f| matches!(f.kind, Kind::Choice(_))) {
        let chosen: Vec<(&Source, &Choice)> = sources
            .iter()
            .filter_map(|s| {
                let key = now.plain("criteria", &s.row, field.key);
                Some((s, field.choices().iter().find(|c| c.key == key)?))
            })
            .collect();
        if chosen.iter().all(|(_, c)| Some(c.key) == chosen.first().map(|(_, first)| first.key)) {
            continue;
        }
        for lang in Lang::ALL {
            let line = |(s, c): &(&Source, &Choice)| {
                format!("- {} {}: {} {}", s.category.id, s.category.name(lang), field.label(lang), c.marked(lang))
            };
            lines.entry(lang).or_default().extend(chosen.iter().map(line));
        }
    }
    for (lang, lines) in lines {
        let address = Address::new("criteria", row.clone(), "summary", Some(lang));
        let list = lines.join("\n");
        let text = match texts.text(&address) {
            "" => list,
            text => format!("{list}\n\n{text}"),
        };
        texts.set(address, text, 0);
    }
}

fn joined<'a>(parts: impl Iterator<Item = &'a str>, between: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    for part in parts.map(str::trim).filter(|p| !p.is_empty()) {
        if !out.contains(&part) {
            out.push(part);
        }
    }
    out.join(between)
}

/// Links of several answers. One guardrail that two of them name stands once, with both reasons.
fn guardrails(texts: &[&str]) -> String {
    let mut links: Vec<GuardrailLink> = Vec::new();
    for link in texts.iter().flat_map(|t| parse_links(t).unwrap_or_default()) {
        let Some(there) = links.iter_mut().find(|l| l.id.folded() == link.id.folded()) else {
            links.push(link);
            continue;
        };
        there.reason_ja = joined([there.reason_ja.as_str(), &link.reason_ja].into_iter(), " / ");
        there.reason_en = joined([there.reason_en.as_str(), &link.reason_en].into_iter(), " / ");
        there.coverage =
            if link.coverage == there.coverage { link.coverage } else { crate::guardrail::Coverage::Partial };
    }
    write_links(&links)
}

/// References to categories of this sheet, by the crosswalk. Those of other services stay: theirs may follow another set.
fn pointed(text: &str, walk: &Crosswalk) -> String {
    let mut out: Vec<String> = Vec::new();
    for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        match walk.map.get(part).filter(|targets| !targets.is_empty()) {
            Some(targets) => out.extend(targets.iter().cloned()),
            None => out.push(part.to_owned()),
        }
    }
    joined(out.iter().map(String::as_str), ",")
}

/// References from the other sections.
fn references(now: &Cells, walk: &Crosswalk, out: &mut BTreeMap<Address, String>) {
    for (address, cell) in now.iter().filter(|(a, _)| a.section != "criteria") {
        if address.declared().is_some_and(|f| f.kind == Kind::Reference("criteria")) {
            out.insert(address.clone(), pointed(&cell.value, walk));
        }
    }
}

/// An answer without a counterpart as a usage note, so that somebody finds its words and decides.
fn note(now: &Cells, section: &Section, source: &Source, number: usize, out: &mut BTreeMap<Address, String>) {
    let Ok(row) = RowId::parse(&format!("new-{number}")) else { return };
    for lang in Lang::ALL {
        let mut parts = vec![heading(source, lang)];
        for field in section.fields {
            let address = Address::new("criteria", source.row.clone(), field.key, field.bilingual.then_some(lang));
            let text = now.text(&address);
            if text.is_empty() {
                continue;
            }
            let words = match field.kind {
                Kind::Choice(list) | Kind::Choices(list) => {
                    let keys: Vec<&str> = text.split(',').collect();
                    let words = list.iter().filter(|c| keys.contains(&c.key)).map(|c| c.label(lang));
                    words.collect::<Vec<_>>().join(", ")
                }
                Kind::Guardrails | Kind::Links => {
                    text.lines().map(|line| format!("\n- {line}")).collect::<Vec<_>>().concat()
                }
                Kind::Markdown => format!("\n\n{text}"),
                _ => text.to_owned(),
            };
            parts.push(format!("**{}**: {words}", field.label(lang)));
        }
        out.insert(Address::new("notes", row.clone(), "note", Some(lang)), parts.join("\n\n"));
    }
}
