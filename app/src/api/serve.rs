//! The server's half of the wire: a few lines each, over the desk.

use super::{CellNow, GuardrailHit, Saved, Suggestion, commands};
use crate::pages::{Visit, across, cell, draw, forms, search};
use crate::words::{common, find};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::change::Door;
use assessments::desk::{RowView, WriteInput};
use assessments::failure::Failure;
use assessments::id::{InstitutionId, ServiceId};
use assessments::lang::Lang;
use assessments::schema;
use leptos::prelude::use_context;

/// Most commands that the palette shows before anything is typed.
const COMMANDS: usize = 20;

fn visit() -> Result<Visit, Failure> {
    use_context::<Visit>().ok_or(Failure::SignedOut)
}

/// A sheet's common text, or an institution's layer of it where one is named.
fn key(service: &str, layer: &str) -> Result<SheetKey, Failure> {
    let mut key = SheetKey::shared(ServiceId::parse(service).map_err(|_| Failure::NotFound)?);
    if !layer.is_empty() {
        key.layer = Layer::Institution(InstitutionId::parse(layer).map_err(|_| Failure::NotFound)?);
    }
    Ok(key)
}

fn html(visit: &Visit, view: &RowView, lang: Lang, address: &Address, text: &str) -> String {
    address
        .declared()
        .map(|field| draw(|| cell::body(&visit.desk, &view.criteria, lang, field, text)))
        .unwrap_or_default()
}

pub(super) async fn read_cell(service: &str, layer: &str, address: &str, lang: Lang) -> Result<CellNow, Failure> {
    let visit = visit()?;
    let (address, key) = (Address::parse(address)?, key(service, layer)?);
    schema::declared(&address)?;
    let view = visit.desk.row(visit.actor()?, &key, &address).await?;
    // After the layer was found: whether it is the reader's is told before what can stand there.
    schema::declared_in(&key.layer, &address)?;
    let text = view.cells.text(&address).to_owned();
    // A page of the common text shows the other language where there is nothing in the reader's; an own cell is one text.
    let shown = view.cells.shown(&address.section, &address.row, &address.field, lang).text;
    let shown = if key.layer == Layer::Shared { shown } else { &text };
    let choices = address
        .declared()
        .map(|f| f.choices().iter().map(|c| (c.key.to_owned(), c.marked(lang))).collect())
        .unwrap_or_default();
    Ok(CellNow { html: html(&visit, &view, lang, &address, shown), text, number: view.number, choices })
}

pub(super) async fn save_cell(
    (service, layer): (&str, &str),
    address: &str,
    text: String,
    base: i64,
    reason: String,
    lang: Lang,
) -> Result<Saved, Failure> {
    let visit = visit()?;
    let address = Address::parse(address)?;
    let input = WriteInput {
        key: key(service, layer)?,
        base,
        cells: vec![(address.clone(), text)],
        reason,
        door: Door::Browser,
        source: String::new(),
    };
    let written = visit.desk.write(visit.actor()?, &input).await?;
    let view = visit.desk.row(visit.actor()?, &input.key, &address).await?;
    let text = view.cells.text(&address).to_owned();
    Ok(Saved {
        html: html(&visit, &view, lang, &address, &text),
        text,
        number: written.number,
        merged: !written.merged.is_empty(),
    })
}

pub(super) fn edits(service: &str, layer: &str, tab: &str, address: &str) -> Result<(), Failure> {
    let visit = visit()?;
    let key = key(service, layer)?;
    let cell = (!address.is_empty()).then(|| Address::parse(address)).transpose()?;
    if let Some(cell) = &cell {
        schema::declared_in(&key.layer, cell)?;
    }
    visit.desk.edits(visit.actor()?, tab, &key, cell.as_ref())
}

pub(super) fn show_markdown(text: &str) -> Result<String, Failure> {
    visit()?.actor()?;
    let cut: String = text.chars().take(schema::MAX_UNITS).collect();
    Ok(assessments::markdown::to_html(&cut))
}

pub(super) fn differences(address: &str, base: &str, texts: &[String], lang: Lang) -> Result<Vec<String>, Failure> {
    visit()?.actor()?;
    let address = Address::parse(address)?;
    let long = |text: &str| text.encode_utf16().count() > schema::MAX_UNITS;
    if texts.len() > 3 || long(base) || texts.iter().any(|text| long(text)) {
        return Err(Failure::invalid("text", &address.to_string()));
    }
    Ok(texts.iter().map(|text| draw(|| forms::cell_diff(lang, &address, base, text))).collect())
}

pub(super) async fn suggest(text: &str, here: &str, lang: Lang) -> Result<Vec<Suggestion>, Failure> {
    let visit = visit()?;
    let text: String = text.chars().take(100).collect();
    let actor = visit.actor()?;
    let mut commands = commands::fitting(&visit, &text, here, lang);
    if text.trim().is_empty() {
        commands.truncate(COMMANDS);
        return Ok(commands);
    }
    let found = visit.desk.suggestions(actor, text.trim(), 5, visit.lang).await?;
    let (w, f) = (common(lang), find(lang));
    let services = found.services.into_iter().map(|s| Suggestion {
        group: w.services.into(),
        url: format!("/services/{}", s.id),
        title: s.name.get(lang).to_owned(),
        detail: s.provider,
    });
    let categories = found.categories.into_iter().map(|(set, id, name)| Suggestion {
        group: f.facet_category.into(),
        url: across::url(&visit, &visit.desk.criteria(&set), &id),
        title: format!("{id} {}", name.get(lang)),
        detail: String::new(),
    });
    let guardrails = found.guardrails.into_iter().map(|g| Suggestion {
        group: w.guardrails.into(),
        url: format!("/guardrail?id={}", assessments::link::escape(&g.id.to_string())),
        title: g.id.native.clone(),
        detail: g.id.mechanism.name().into(),
    });
    let cells = found.cells.into_iter().filter_map(|hit| {
        let (service, address) = (hit.service.as_ref()?, hit.address.as_ref()?);
        let own = if hit.layer == Layer::Shared { String::new() } else { format!("{} · ", w.private) };
        let text: String = hit.text.chars().take(80).collect();
        Some(Suggestion {
            group: f.cells.into(),
            url: search::url(service.as_str(), address),
            title: format!("{} · {}", hit.title.get(lang), search::place(&visit, &hit.criteria, address)),
            detail: format!("{own}{text}"),
        })
    });
    // A category is a page as well: it stands among the categories, once.
    let mut named: Vec<Suggestion> = categories.collect();
    let (pages, commands): (Vec<Suggestion>, Vec<Suggestion>) =
        commands.into_iter().partition(|c| c.url.starts_with("/categories/"));
    named.extend(pages.into_iter().map(|c| Suggestion { group: f.facet_category.into(), detail: String::new(), ..c }));
    let mut seen = std::collections::BTreeSet::new();
    named.retain(|c| seen.insert(c.url.clone()));
    named.truncate(4);
    let commands = commands.into_iter().take(3);
    Ok(services.chain(named).chain(commands).chain(guardrails).chain(cells).collect())
}

pub(super) fn find_guardrails(text: &str, lang: Lang) -> Result<Vec<GuardrailHit>, Failure> {
    let visit = visit()?;
    let text: String = text.chars().take(200).collect();
    let found = visit.desk.guardrails(visit.actor()?, &text, None, 1, 12)?;
    let hit = |g: assessments::guardrail::Guardrail| GuardrailHit {
        detail: format!("{} · {}", g.id.mechanism.name(), cell::mode(&g.mode).map_or("", |c| c.label(lang))),
        id: g.id.to_string(),
        name: g.name,
    };
    Ok(found.items.into_iter().map(hit).collect())
}
