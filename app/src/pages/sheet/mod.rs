//! A sheet: its head and its tabs, which are links.

pub mod criteria;
pub mod diagram;
pub mod history;
pub mod notes;
pub mod overview;
pub mod scenarios;
pub mod similar;
pub mod table;
mod taken;

use super::Visit;
use super::cell::{CellInput, cell};
use super::shell::{Place, page};
use crate::islands::SheetDesk;
use crate::words::{common, fill, review, sheet, together};
use assessments::access::{Action, permit};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::desk::{Assigned, SheetState, SheetView, taken_over};
use assessments::failure::Failure;
use assessments::id::{InstitutionId, RowId, ServiceId};
use assessments::lang::Label;
use assessments::schema;
use assessments::sheet::Cells;
use leptos::prelude::*;
use std::collections::BTreeMap;

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
    /// The reader's institution's own decision.
    Adoption,
    /// Guardrails by category.
    Guardrails,
    /// Comments.
    Talk,
    /// What changed since the last version, and what reviewers say.
    Review,
    /// Published versions.
    Versions,
    /// Which institution writes what.
    Assignments,
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
            Tab::Adoption => "/adoption",
            Tab::Guardrails => "/guardrails",
            Tab::Talk => "/talk",
            Tab::Review => "/review",
            Tab::Versions => "/versions",
            Tab::Assignments => "/assignments",
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
    /// Where the page's live stream goes on from.
    pub cursor: String,
    /// The reader's own last change that stands.
    pub last_own: Option<i64>,
    /// The institution whose own page this is: who reads it is not shown to anybody else.
    pub place: Option<InstitutionId>,
    /// Open threads by place: `section/row/field`, an empty text for the sheet as a whole.
    pub talk: BTreeMap<String, i64>,
    /// Where it stands between two versions.
    pub state: SheetState,
    /// Which institution works on which category.
    pub assigned: BTreeMap<RowId, Assigned>,
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
        let place = Address { lang: None, ..address.clone() }.to_string();
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
            talk: Some(self.talk.get(&place).copied().unwrap_or(0)),
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
    // The cursor before the text: what is written between the two is told to the page, and not lost.
    let cursor = visit.desk.cursor(actor, &service).await?;
    let common = SheetKey::shared(service.clone());
    let view = visit.desk.sheet(actor, &common).await?;
    let mut own = Vec::new();
    for (id, name) in &visit.institutions {
        let key = SheetKey { service: service.clone(), layer: Layer::Institution(id.clone()) };
        let cells = visit.desk.sheet(actor, &key).await?.cells;
        if !cells.is_empty() {
            own.push((id.clone(), name.clone(), cells));
        }
    }
    let editable = permit(actor, Action::WriteCells, &Layer::Shared).is_ok();
    let last_own = if editable { visit.desk.last_own(actor, &common).await? } else { None };
    let talk = visit.desk.talk_counts(actor, &service, &view.criteria.key()).await?;
    let state = visit.desk.state_of(actor, &view).await?;
    let assigned = visit.desk.assignments(actor, &service).await?;
    let assigned = assigned.into_iter().map(|a| (a.assignment.row.clone(), a)).collect();
    Ok(Opened { visit, view, own, editable, cursor, last_own, place: None, talk, state, assigned })
}

/// A sheet's page around one part.
pub fn frame<V: IntoView>(opened: &Opened<'_>, tab: Tab, flash: Option<String>, body: impl FnOnce() -> V) -> String {
    let visit = opened.visit;
    let name = opened.view.service.name.get(visit.lang).to_owned();
    page(visit, &name, Place::Services, || {
        let person = visit.actor.as_ref().and_then(|a| a.person.as_ref()).map(ToString::to_string).unwrap_or_default();
        view! {
            {head(opened)}
            {crate::pages::presence::also_here(visit, &opened.view.key.service).ok()}
            {tabs(opened, tab)}
            {flash.map(|f| view! { <p class="note" data-tone="good" role="status">{f}</p> })}
            {body()}
            <SheetDesk service=opened.id().to_owned() cursor=opened.cursor.clone() lang=visit.lang person=person editable=opened.editable || opened.place.is_some() place=opened.place.as_ref().map(ToString::to_string).unwrap_or_default()/>
        }
    })
}

/// The same for a text that does not change any more: nothing on it follows the live sheet.
pub fn still<V: IntoView>(opened: &Opened<'_>, tab: Tab, title: &str, body: impl FnOnce() -> V) -> String {
    let name = format!("{title} · {}", opened.view.service.name.get(opened.visit.lang));
    page(opened.visit, &name, Place::Services, || view! { {head(opened)} {tabs(opened, tab)} {body()} })
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
                {standing(opened)}
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
                {opened.last_own.filter(|_| opened.place.is_none()).map(|last| undo_last(visit, opened.id(), None, last))}
                <a class="btn" data-kind="primary" href=export("xlsx")>{s.export}</a>
                <a class="btn" data-kind="quiet" href=export("md")>{s.export_md}</a>
                <a class="btn" data-kind="quiet" href=export("json")>{s.export_json}</a>
            </div>
        </div>
    }
}

/// The button that takes the reader's own last change back: that of revision `last`, in the common text or in the layer
/// of an institution of theirs.
pub fn undo_last(visit: &Visit, service: &str, own: Option<&InstitutionId>, last: i64) -> impl IntoView + use<> {
    let w = together(visit.lang);
    let own = own.map(ToString::to_string);
    view! {
        <form method="post" action=format!("/services/{service}/undo-last")>
            <input type="hidden" name="seen" value=last.to_string()/>
            <input type="hidden" name="back" value=visit.path.clone()/>
            {own.map(|id| view! { <input type="hidden" name="institution" value=id/> })}
            <button class="btn" data-kind="quiet" title=fill(w.undo_last_of, &[&last])>{w.undo_last}</button>
        </form>
    }
}

/// Where the sheet stands: its version, a running review, and what somebody should look at.
fn standing(opened: &Opened<'_>) -> impl IntoView + use<> {
    let visit = opened.visit;
    let (r, id, state) = (review(visit.lang), opened.id().to_owned(), &opened.state);
    let taken = taken_over(&opened.view.cells, &opened.view.criteria).len();
    let overdue = overdue(opened).len();
    let version = state.published.as_ref().map(|p| {
        let since = (state.changed > 0).then(|| format!("（{}）", fill(r.changed_since, &[&state.changed])));
        view! { <a class="chip" data-tone="good" href=format!("/services/{id}/versions/{}", p.version)>{fill(r.published, &[&p.version])}{since}</a> }
    });
    let working = match (&state.round, &state.published) {
        (Some(_), _) => Some(("info", r.state_review)),
        (None, None) => Some(("line", r.state_working)),
        (None, Some(_)) => None,
    };
    view! {
        <p class="row standing">
            {version}
            {working.map(|(tone, word)| view! { <a class="chip" data-tone=tone href=format!("/services/{id}/review")>{word}</a> })}
            {(taken > 0).then(|| view! { <a class="chip" data-tone="warn" href=format!("/services/{id}/criteria?only=taken_over")>{fill(r.unconfirmed, &[&taken])}</a> })}
            {(overdue > 0).then(|| view! { <a class="chip" data-tone="warn" href=format!("/services/{id}#overdue")>{fill(r.overdue_here, &[&overdue])}</a> })}
        </p>
    }
}

/// The answers of this sheet whose review day has passed, with their days, the longest overdue first.
pub fn overdue(opened: &Opened<'_>) -> Vec<(String, RowId)> {
    let today = opened.visit.desk.today();
    let mut out: Vec<(String, RowId)> = opened
        .rows("criteria")
        .into_iter()
        .map(|row| (opened.view.cells.plain("criteria", &row, "review_by").to_owned(), row))
        .filter(|(day, _)| !day.is_empty() && *day < today)
        .collect();
    out.sort();
    out
}

fn tabs(opened: &Opened<'_>, tab: Tab) -> impl IntoView + use<> {
    let (s, r) = (sheet(opened.visit.lang), review(opened.visit.lang));
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
            {(!opened.visit.institutions.is_empty()).then(|| link(Tab::Adoption, crate::words::adoption(opened.visit.lang).tab, None))}
            {link(Tab::Talk, crate::words::talk(opened.visit.lang).title, Some(opened.talk.values().sum::<i64>().to_string()))}
            {link(Tab::Assignments, r.tab_assignments, (!opened.assigned.is_empty()).then(|| opened.assigned.len().to_string()))}
            {link(Tab::Review, r.tab_review, (opened.state.changed > 0).then(|| opened.state.changed.to_string()))}
            {link(Tab::Versions, r.tab_versions, None)}
            {link(Tab::History, s.tab_history, None)}
        </nav>
    }
}
