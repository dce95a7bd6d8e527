//! Who else is here: names in the sheet's head, and a mark on each cell that somebody else has open.
//!
//! Calm on purpose: who comes and goes is only shown. What is said aloud is said in an open editor, to the person whose
//! cell it is about.

use super::live::ears;
use super::state::Desk;
use crate::islands::browser::{all, by_id, document};
use crate::words::{editor as words, fill};
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::BTreeMap;
use web_sys::{Element, HtmlElement};

/// Somebody who is here, as the stream tells it.
#[derive(Clone, Deserialize)]
pub(super) struct Line {
    who: String,
    /// The reader's institution in whose layer they are; empty for the common text.
    layer: String,
    cells: Vec<String>,
}

thread_local! {
    static NOW: RefCell<Option<(Desk, Vec<Line>)>> = const { RefCell::new(None) };
}

/// Shows who is here now.
pub(super) fn show(desk: &Desk, people: Vec<Line>) {
    let lang = desk.lang;
    head(&people);
    let mut cells: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in people.iter().filter(|line| line.layer == desk.layer) {
        for cell in &line.cells {
            cells.entry(cell).or_default().push(&line.who);
        }
    }
    let between = lang.pick("、", ", ");
    for cell in all(".cell[data-cell]") {
        let address = cell.get_attribute("data-cell").unwrap_or_default();
        let names = cells.get(address.as_str()).map(|names| names.join(between));
        mark(&cell, names.as_deref().map(|names| fill(words(lang).edited_by, &[&names])));
        if let Some(ears) = ears(&address) {
            leptos::prelude::Set::set(&ears.edited_by, names);
        }
    }
    NOW.with_borrow_mut(|now| *now = Some((desk.clone(), people)));
}

/// Shows the same again, to an editor that has just opened.
pub(super) fn again() {
    if let Some((desk, people)) = NOW.with_borrow_mut(Option::take) {
        show(&desk, people);
    }
}

fn element(name: &str) -> Option<Element> {
    document()?.create_element(name).ok()
}

/// The names in the sheet's head.
fn head(people: &[Line]) {
    let Some(place) = by_id("also-here") else { return };
    place.set_hidden(people.is_empty());
    let Some(list) = place.query_selector("ul").ok().flatten() else { return };
    list.set_inner_html("");
    for line in people {
        let Some(item) = element("li") else { return };
        item.set_text_content(Some(&line.who));
        if !line.layer.is_empty() {
            let _ = item.set_attribute("data-private", "");
        }
        let _ = list.append_child(&item);
    }
}

/// The mark on a cell, or none.
fn mark(cell: &HtmlElement, text: Option<String>) {
    let there = cell.query_selector(".edited-by").ok().flatten();
    match (there, text) {
        (Some(there), Some(text)) => {
            if there.text_content().as_deref() != Some(&text) {
                there.set_text_content(Some(&text));
            }
        }
        (Some(there), None) => there.remove(),
        (None, Some(text)) => {
            let Some(line) = element("p") else { return };
            line.set_class_name("edited-by");
            line.set_text_content(Some(&text));
            let _ = cell.append_child(&line);
        }
        (None, None) => {}
    }
}
