//! What the desk keeps: drafts on this device, and the marks that it puts on cells.

use crate::islands::browser::{all, by_id, document, storage, window};
use assessments::lang::Lang;
use serde::{Deserialize, Serialize};
use web_sys::HtmlElement;

/// One page's desk.
#[derive(Clone)]
pub struct Desk {
    /// The service.
    pub service: String,
    /// The reader's institution in whose layer the page's cells stand; empty for the common text.
    pub layer: String,
    /// The reader's language.
    pub lang: Lang,
    /// Whose drafts these are: two people who share a device do not see each other's.
    pub person: String,
}

/// Text that was typed and not saved.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Draft {
    /// What was typed.
    pub text: String,
    /// The revision it was started from.
    pub base: i64,
}

fn prefix(desk: &Desk) -> String {
    // The common text's drafts keep the name that they always had.
    let own = if desk.layer.is_empty() { "" } else { "@" };
    format!("kyohyo:{}:{}{own}{}:", desk.person, desk.service, desk.layer)
}

/// Keeps a draft.
pub fn keep(desk: &Desk, address: &str, draft: &Draft) {
    if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(draft)) {
        let _ = storage.set_item(&format!("{}{address}", prefix(desk)), &text);
    }
}

/// Forgets a draft, once it is saved or given up.
pub fn forget(desk: &Desk, address: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&format!("{}{address}", prefix(desk)));
    }
}

/// The drafts of this page's cells.
pub fn drafts(desk: &Desk) -> Vec<(HtmlElement, Draft)> {
    let Some(storage) = storage() else { return vec![] };
    all(".cell[data-editable]")
        .into_iter()
        .filter_map(|cell| {
            let address = cell.get_attribute("data-cell")?;
            let text = storage.get_item(&format!("{}{address}", prefix(desk))).ok().flatten()?;
            Some((cell, serde_json::from_str(&text).ok()?))
        })
        .collect()
}

/// Says to the style sheet that script runs. The tools of the cells then leave the flow and the page gets shorter: the
/// cell that the address names is brought back, where the reader was looking at it.
pub fn mark_live() {
    let named = window().and_then(|w| w.location().hash().ok());
    let named = named.and_then(|hash| by_id(hash.trim_start_matches('#')));
    let height = window().and_then(|w| w.inner_height().ok()?.as_f64()).unwrap_or(0.0);
    let named = named.filter(|e| (0.0..height).contains(&e.get_bounding_client_rect().top()));
    if let Some(root) = document().and_then(|d| d.document_element()) {
        let _ = root.set_attribute("data-live", "");
    }
    if let Some(element) = named {
        element.scroll_into_view();
    }
}

/// Shows the text of a revision in a cell, unless a newer one stands there: answers may come in another order than they
/// were asked for. The HTML comes from the server, which made it safe.
pub fn show(cell: &HtmlElement, number: i64, html: &str, empty: bool) {
    let shown = cell.get_attribute("data-at").and_then(|at| at.parse::<i64>().ok());
    if shown.is_some_and(|shown| shown > number) {
        return;
    }
    let _ = cell.set_attribute("data-at", &number.to_string());
    if let Ok(Some(body)) = cell.query_selector(".cell-body") {
        body.set_inner_html(html);
        let _ = body.remove_attribute("lang");
    }
    if let Ok(Some(other)) = cell.query_selector(".other-lang") {
        other.remove();
    }
    let _ = if empty { cell.set_attribute("data-empty", "") } else { cell.remove_attribute("data-empty") };
}

/// Writes a line under a cell's text: saved at, changed by.
pub fn remark(cell: &HtmlElement, text: &str, state: &str) {
    let Some(document) = document() else { return };
    let line = match cell.query_selector(".remark").ok().flatten() {
        Some(line) => line,
        None => {
            let Ok(line) = document.create_element("p") else { return };
            line.set_class_name("remark saved");
            let _ = line.set_attribute("role", "status");
            let _ = cell.append_child(&line);
            line
        }
    };
    let _ = line.set_attribute("data-state", state);
    line.set_text_content(Some(text));
}
