//! The server's half of the wire: a few lines each, over the desk.

use super::{CellNow, GuardrailHit, Saved, Suggestion, commands};
use crate::pages::{Visit, cell, draw, forms, search};
use assessments::cell::{Address, SheetKey};
use assessments::change::Door;
use assessments::desk::{SheetView, WriteInput};
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::lang::Lang;
use assessments::schema;
use assessments::store::ServiceFilter;
use leptos::prelude::use_context;

/// Most commands that the palette shows before anything is typed.
const COMMANDS: usize = 17;

fn visit() -> Result<Visit, Failure> {
    use_context::<Visit>().ok_or(Failure::SignedOut)
}

fn key(service: &str) -> Result<SheetKey, Failure> {
    Ok(SheetKey::shared(ServiceId::parse(service).map_err(|_| Failure::NotFound)?))
}

fn html(visit: &Visit, view: &SheetView, lang: Lang, address: &Address, text: &str) -> String {
    address
        .declared()
        .map(|field| draw(|| cell::body(&visit.desk, &view.criteria, lang, field, text)))
        .unwrap_or_default()
}

pub(super) async fn read_cell(service: &str, address: &str, lang: Lang) -> Result<CellNow, Failure> {
    let visit = visit()?;
    let address = Address::parse(address)?;
    schema::declared(&address)?;
    let view = visit.desk.sheet(visit.actor()?, &key(service)?).await?;
    let text = view.cells.text(&address).to_owned();
    let shown = view.cells.shown(&address.section, &address.row, &address.field, lang);
    let choices = address
        .declared()
        .map(|f| f.choices().iter().map(|c| (c.key.to_owned(), c.marked(lang))).collect())
        .unwrap_or_default();
    Ok(CellNow { html: html(&visit, &view, lang, &address, shown.text), text, number: view.number, choices })
}

pub(super) async fn save_cell(
    service: &str,
    address: &str,
    text: String,
    base: i64,
    reason: String,
    lang: Lang,
) -> Result<Saved, Failure> {
    let visit = visit()?;
    let address = Address::parse(address)?;
    let input = WriteInput {
        key: key(service)?,
        base,
        cells: vec![(address.clone(), text)],
        reason,
        door: Door::Browser,
        source: String::new(),
    };
    let written = visit.desk.write(visit.actor()?, &input).await?;
    let view = visit.desk.sheet(visit.actor()?, &input.key).await?;
    let text = view.cells.text(&address).to_owned();
    Ok(Saved {
        html: html(&visit, &view, lang, &address, &text),
        text,
        number: written.number,
        merged: !written.merged.is_empty(),
    })
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
    commands.truncate(3);
    let filter = ServiceFilter { text: text.trim().to_owned(), ..ServiceFilter::default() };
    let services = visit.desk.services(actor, &filter, 1, 5).await?.items.into_iter().map(|s| Suggestion {
        url: format!("/services/{}", s.id),
        title: s.name.get(lang).to_owned(),
        detail: s.provider,
    });
    let guardrails = visit.desk.guardrails(actor, &text, None, 1, 4)?.items.into_iter().map(|g| Suggestion {
        url: format!("/guardrail?id={}", crate::pages::shell::escape(&g.id.to_string())),
        title: g.id.native.clone(),
        detail: g.id.mechanism.name().into(),
    });
    let cells = visit.desk.suggest(actor, &text, 6).await?.into_iter().map(|(service, found)| Suggestion {
        url: search::url(service.as_str(), &found.address),
        title: format!("{service} · {}", search::place(&visit, &found.criteria, &found.address)),
        detail: found.text.chars().take(80).collect(),
    });
    Ok(services.chain(commands).chain(guardrails).chain(cells).collect())
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
