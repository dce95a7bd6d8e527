//! A sheet: its head and its tabs, which are links.

pub mod criteria;
pub mod diagram;
pub mod history;
pub mod notes;
pub mod overview;
pub mod scenarios;
pub mod table;

use super::Visit;
use super::cell::{CellInput, cell};
use super::shell::{Place, page};
use crate::islands::SheetDesk;
use crate::words::{common, fill, sheet};
use assessments::access::{Action, permit};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::desk::SheetView;
use assessments::failure::Failure;
use assessments::id::{InstitutionId, RowId, ServiceId};
use assessments::lang::Label;
use assessments::schema;
use assessments::sheet::Cells;
use leptos::prelude::*;

/// A part of the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// Facts, diagram, answers at a glance.
    Overview,
    /// Part 1.
    Scenarios,
    /// Part 2.
    Criteria,
    /// Part 3.
    Notes,
    /// Guardrails by category.
    Guardrails,
    /// Changes.
    History,
}

impl Tab {
    /// The path's last part; empty for the overview.
    pub fn path(self) -> &'static str {
        match self {
            Tab::Overview => "",
            Tab::Scenarios => "/scenarios",
            Tab::Criteria => "/criteria",
            Tab::Notes => "/notes",
            Tab::Guardrails => "/guardrails",
            Tab::History => "/history",
        }
    }
}

/// What a sheet's page is drawn from.
pub struct Opened<'a> {
    /// The visit.
    pub visit: &'a Visit,
    /// The common text.
    pub view: SheetView,
    /// The reader's own layers: institution, name, cells.
    pub own: Vec<(InstitutionId, Label, Cells)>,
    /// Whether the reader may write the common text.
    pub editable: bool,
}

impl Opened<'_> {
    /// The service's id.
    pub fn id(&self) -> &str {
        self.view.key.service.as_str()
    }

    /// Rows of a section.
    pub fn rows(&self, section: &str) -> Vec<RowId> {
        schema::section(section).map(|s| self.view.cells.rows(s, &self.view.criteria)).unwrap_or_default()
    }

    /// A cell of the common text.
    pub fn cell(&self, section: &str, row: &RowId, field: &str, label: Option<&'static str>) -> AnyView {
        let Some(declared) = schema::field(section, field) else { return ().into_any() };
        let shown = self.view.cells.shown(section, row, field, self.visit.lang);
        let lang = declared.bilingual.then_some(self.visit.lang);
        let address = Address::new(section, row.clone(), field, lang);
        let input = CellInput {
            address,
            field: declared,
            text: shown.text,
            other: shown.other,
            service: self.id(),
            criteria: &self.view.criteria,
            many: false,
            editable: self.editable,
            label,
        };
        cell(self.visit, input)
    }

    /// The same with the field's own label; nothing where it is empty and cannot be written.
    pub fn labelled(&self, section: &str, row: &RowId, field: &str) -> AnyView {
        let label = schema::field(section, field).map(|f| f.label(self.visit.lang));
        if !self.editable && self.view.cells.shown(section, row, field, self.visit.lang).text.is_empty() {
            return ().into_any();
        }
        self.cell(section, row, field, label)
    }
}

/// Reads what a sheet's page needs.
///
/// # Errors
/// [`Failure::NotFound`] for an unknown service.
pub async fn open<'a>(visit: &'a Visit, service: &str) -> Result<Opened<'a>, Failure> {
    let actor = visit.actor()?;
    let service = ServiceId::parse(service).map_err(|_| Failure::NotFound)?;
    let view = visit.desk.sheet(actor, &SheetKey::shared(service.clone())).await?;
    let mut own = Vec::new();
    for (id, name) in &visit.institutions {
        let key = SheetKey { service: service.clone(), layer: Layer::Institution(id.clone()) };
        let cells = visit.desk.sheet(actor, &key).await?.cells;
        if !cells.is_empty() {
            own.push((id.clone(), name.clone(), cells));
        }
    }
    let editable = permit(actor, Action::WriteCells, &Layer::Shared).is_ok();
    Ok(Opened { visit, view, own, editable })
}

/// A sheet's page around one part.
pub fn frame<V: IntoView>(opened: &Opened<'_>, tab: Tab, flash: Option<String>, body: impl FnOnce() -> V) -> String {
    let visit = opened.visit;
    let name = opened.view.service.name.get(visit.lang).to_owned();
    page(visit, &name, Place::Services, || {
        let person = visit.actor.as_ref().and_then(|a| a.person.as_ref()).map(ToString::to_string).unwrap_or_default();
        view! {
            {head(opened)}
            {tabs(opened, tab)}
            {flash.map(|f| view! { <p class="note" data-tone="good" role="status">{f}</p> })}
            {body()}
            <SheetDesk service=opened.id().to_owned() number=opened.view.number lang=visit.lang person=person editable=opened.editable/>
        }
    })
}

fn head(opened: &Opened<'_>) -> impl IntoView + use<> {
    let (visit, view) = (opened.visit, &opened.view);
    let (w, s) = (common(visit.lang), sheet(visit.lang));
    let facts = RowId::service();
    let region = |field: &str| {
        schema::field("facts", field)?.choices().iter().find(|c| c.key == view.cells.plain("facts", &facts, field))
    };
    let (tokyo, osaka) = (region("tokyo"), region("osaka"));
    let service = &view.service;
    let id = opened.id().to_owned();
    let export = |format: &str| format!("/services/{id}/export?format={format}");
    view! {
        <div class="head">
            <div>
                <h1>{service.name.get(visit.lang).to_owned()}</h1>
                <p class="facts">
                    <span><b>{service.provider.clone()}</b>" "{service.group.get(visit.lang).to_owned()}</span>
                    {tokyo.map(|c| view! { <span>{s.tokyo}" "{c.marked(visit.lang)}</span> })}
                    {osaka.map(|c| view! { <span>{s.osaka}" "{c.marked(visit.lang)}</span> })}
                    <span>{fill(s.answered, &[&service.answered, &view.criteria.categories.len()])}</span>
                    <span>{fill(s.revision, &[&view.number])}</span>
                    <span>{s.criteria_set}" "<span class="mono">{view.criteria.key()}</span>
                        {view.criteria.is_reconstruction().then(|| format!("（{}）", w.reconstruction))}</span>
                </p>
            </div>
            <div class="actions">
                {opened.editable.then(|| view! { <a class="btn" href=format!("/import?service={}", opened.id())>{s.import}</a> })}
                <a class="btn" data-kind="primary" href=export("xlsx")>{s.export}</a>
                <a class="btn" data-kind="quiet" href=export("md")>{s.export_md}</a>
                <a class="btn" data-kind="quiet" href=export("json")>{s.export_json}</a>
            </div>
        </div>
    }
}

fn tabs(opened: &Opened<'_>, tab: Tab) -> impl IntoView + use<> {
    let s = sheet(opened.visit.lang);
    let id = opened.id().to_owned();
    let count = |section: &str| opened.rows(section).len();
    let link = |at: Tab, word: &'static str, count: Option<String>| {
        view! {
            <a href=format!("/services/{id}{}", at.path()) aria-current=(at == tab).then_some("page")>{word}{count.map(|c| view! { <small>{c}</small> })}</a>
        }
    };
    view! {
        <nav class="tabs" aria-label=s.tabs>
            {link(Tab::Overview, s.tab_overview, None)}
            {link(Tab::Scenarios, s.tab_scenarios, Some(format!("{}・{}", count("scenarios"), count("paths"))))}
            {link(Tab::Criteria, s.tab_criteria, Some(opened.view.service.answered.to_string()))}
            {link(Tab::Notes, s.tab_notes, Some(count("notes").to_string()))}
            {link(Tab::Guardrails, s.tab_guardrails, None)}
            {link(Tab::History, s.tab_history, None)}
        </nav>
    }
}
