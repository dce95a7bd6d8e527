//! A service's adoption by one institution: the decision, the risks beside the common answers, the approvals.

use super::own_cell::OwnCell;
use super::{approval_url, by_at, cause_words, others, private_head, standing, url, verdict, whose};
use crate::pages::Visit;
use crate::pages::cell::chip;
use crate::pages::sheet::{Opened, Tab, frame, open};
use crate::pages::templates;
use crate::words::{adoption, common, fill, sheet as sheet_words};
use assessments::access::{Action, permit};
use assessments::adoption::{field, risks};
use assessments::cell::{Address, Layer};
use assessments::criteria::{Category, CriteriaSet};
use assessments::desk::{AdoptionView, ApprovalLine};
use assessments::failure::Failure;
use assessments::id::RowId;
use assessments::link::escape;
use assessments::markdown;
use assessments::schema;
use assessments::sheet::Cells;
use leptos::prelude::*;
use std::sync::Arc;

/// What the page is drawn from.
struct Drawn<'a> {
    opened: &'a Opened<'a>,
    view: AdoptionView,
    name: String,
    /// The common text beside the risks: its words, cells and criteria set.
    beside: (String, Cells, Arc<CriteriaSet>),
    writes: bool,
    prepares: bool,
}

/// The adoption of a service; with what could not be taken back where that was asked.
///
/// # Errors
/// [`Failure::NotFound`] for an institution that is not the reader's, and for an unknown service.
pub async fn adopted(
    visit: &Visit,
    service: &str,
    institution: &str,
    done: &str,
    refused: Option<&Failure>,
) -> Result<String, Failure> {
    let (id, name) = whose(visit, institution)?;
    let mut opened = open(visit, service).await?;
    opened.place = Some(id.clone());
    let actor = visit.actor()?;
    let view = visit.desk.adoption(actor, &id, &opened.view.key.service).await?;
    let w = adoption(visit.lang);
    let pinned = view.in_force().map(|l| l.approval.version.clone());
    let newest = view.newest.as_ref().map(|n| n.publication.version.clone());
    let beside = match pinned.or(newest) {
        Some(version) => {
            let found = visit.desk.published(actor, &opened.view.key.service, &version).await?;
            (fill(w.version, &[&version]), found.cells, found.criteria)
        }
        None => (w.working.to_owned(), opened.view.cells.clone(), opened.view.criteria.clone()),
    };
    let layer = Layer::Institution(id.clone());
    let past = super::own_history::read(visit, &view, permit(actor, Action::WriteCells, &layer).is_ok()).await?;
    let offered = templates::offered(visit, &id).await;
    let drawn = Drawn {
        opened: &opened,
        view,
        name: name.get(visit.lang).to_owned(),
        beside,
        writes: past.writes,
        prepares: permit(actor, Action::PrepareApproval, &layer).is_ok(),
    };
    Ok(frame(&opened, Tab::Adoption, super::said(visit.lang, done), || {
        view! {
            {others(visit, &format!("/services/{}/adoption", opened.id()), &id)}
            {super::own_history::refused(&past, &drawn.view, refused)}
            <div class="stack">
                {decision(&drawn)}
                {templates::fill_links(visit.lang, &offered, &id, opened.id(), None)}
                {approvals(&drawn)}
                {responses(&drawn)}
                {super::own_history::section(&past, &drawn.view, &drawn.name)}
            </div>
        }
    }))
}

impl Drawn<'_> {
    fn own_cell(&self) -> OwnCell<'_> {
        OwnCell { visit: self.opened.visit, view: &self.view.own, writes: self.writes }
    }
}

fn decision(d: &Drawn<'_>) -> impl IntoView + use<> {
    let visit = d.opened.visit;
    let (w, s) = (adoption(visit.lang), sheet_words(visit.lang));
    let (cells, service, id) = (&d.view.own.cells, d.opened.id().to_owned(), d.view.institution.clone());
    let section = schema::section("adoption").map_or(&[][..], |s| s.fields);
    let empty = section.iter().all(|f| field(cells, f.key).is_empty());
    let query = format!("?institution={}", escape(id.as_str()));
    let form = format!("/services/{service}/adoption/edit{query}");
    let row = |key: &str| d.own_cell().draw(&Address::new("adoption", RowId::service(), key, None), &form);
    let note = !field(cells, "note").is_empty();
    let prepare = d.prepares && d.view.newest.is_some() && d.view.under_way().is_none();
    view! {
        <section class="panel private-panel" aria-label=fill(w.of, &[&d.name])>
            {private_head(visit, fill(w.of, &[&d.name]), &d.name)}
            {empty.then(|| view! { <p class="empty">{w.empty}</p> })}
            <div class="verdict">{row("verdict")}</div>
            <div class="own-cells">{section.iter().skip(1).map(|f| row(f.key)).collect_view()}</div>
            <div class="actions">
                {d.writes.then(|| view! { <a class="btn" data-kind="primary" href=form.clone()>{w.edit}</a> })}
                {prepare.then(|| view! { <a class="btn" href=format!("/services/{service}/adoption/prepare{query}")>{w.prepare}</a> })}
                {(note && d.opened.editable).then(|| view! { <a class="btn" data-kind="quiet" href=format!("/services/{service}/adoption/propose{query}&cell=adoption/service/note")>{w.propose}</a> })}
                <a class="btn" data-kind="quiet" href=format!("/services/{service}/export?layer=i:{id}")>{w.export_own}</a>
            </div>
            <p class="small muted">{fill(s.revision, &[&d.view.own.number])}</p>
        </section>
    }
}

fn approvals(d: &Drawn<'_>) -> impl IntoView + use<> {
    let visit = d.opened.visit;
    let w = adoption(visit.lang);
    let causes = d.view.in_force().filter(|l| !l.causes.is_empty()).map(|l| {
        let url = approval_url(l.approval.id.as_str(), &d.view.institution);
        let lines =
            l.causes.iter().map(|c| view! { <li>{cause_words(visit, &l.approval.criteria, c)}</li> }).collect_view();
        view! {
            <div class="note" data-tone="warn"><p><b>{w.causes}</b></p><ul class="plain-list">{lines}</ul>
                <p><a href=url>{w.changes_title}</a></p></div>
        }
    });
    let rows = d.view.approvals.iter().map(|l| approval_row(d, l)).collect_view();
    view! {
        <section class="panel private-panel" aria-label=w.approvals>
            {private_head(visit, w.approvals.to_owned(), &d.name)}
            {causes}
            {d.view.newest.is_none().then(|| view! { <p class="small">{w.nothing_published}</p> })}
            {if d.view.approvals.is_empty() {
                view! { <p class="empty">{w.approvals_empty}</p> }.into_any()
            } else {
                view! {
                    <table class="list">
                        <thead><tr><th scope="col">{w.col_state}</th><th scope="col">{w.col_version}</th><th scope="col">{w.col_verdict}</th>
                            <th scope="col">{w.col_prepared}</th><th scope="col">{w.col_decided}</th><th scope="col">{w.col_until}</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                }.into_any()
            }}
        </section>
    }
}

fn approval_row(d: &Drawn<'_>, l: &ApprovalLine) -> impl IntoView + use<> {
    let visit = d.opened.visit;
    let (w, a) = (adoption(visit.lang), &l.approval);
    let decided = a.decided.as_ref().zip(a.decided_at).map(|(who, at)| by_at(visit.lang, who, at));
    view! {
        <tr>
            <th scope="row" data-label=w.col_state>{standing(visit.lang, l.standing)}</th>
            <td data-label=w.col_version><a class="mono" href=approval_url(a.id.as_str(), &d.view.institution)>{a.version.clone()}</a></td>
            <td data-label=w.col_verdict>{verdict(visit.lang, &a.verdict)}</td>
            <td data-label=w.col_prepared>{by_at(visit.lang, &a.prepared, a.prepared_at)}</td>
            <td data-label=w.col_decided>{decided.unwrap_or_else(|| "—".into())}</td>
            <td data-label=w.col_until><time class="mono" datetime=a.valid_until.clone()>{a.valid_until.clone()}</time></td>
        </tr>
    }
}

/// Every category: the common answer, and what the institution makes of it.
fn responses(d: &Drawn<'_>) -> impl IntoView + use<> {
    let visit = d.opened.visit;
    let (w, s) = (adoption(visit.lang), sheet_words(visit.lang));
    let rows = d.beside.2.categories.iter().filter_map(|c| response(d, c)).collect_view();
    view! {
        <section class="panel private-panel" aria-label=w.risks_title>
            {private_head(visit, w.risks_title.to_owned(), &d.name)}
            <p class="small">{fill(w.risks_lead, &[&d.beside.0])}</p>
            <table class="list responses">
                <thead><tr><th scope="col">{s.category}</th><th scope="col">{w.common_answer}</th><th scope="col">{w.own_response}</th><th scope="col">{w.owner_until}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

fn response(d: &Drawn<'_>, c: &Category) -> Option<AnyView> {
    let visit = d.opened.visit;
    let lang = visit.lang;
    let (w, p) = (adoption(lang), common(lang));
    let row = RowId::parse(&c.id).ok()?;
    let risk = risks(&d.view.own.cells).iter().any(|r| r.row == row);
    let availability = schema::availability(d.beside.1.plain("criteria", &row, "availability"));
    let summary = d.beside.1.shown("criteria", &row, "limits", lang).text.to_owned();
    let service = d.opened.id().to_owned();
    let institution = escape(d.view.institution.as_str());
    let edit = format!("/services/{service}/adoption/edit?institution={institution}&row={}", c.id);
    let own = |key: &str| d.own_cell().draw(&Address::new("risks", row.clone(), key, None), &edit);
    Some(
        view! {
            <tr id=format!("risks-{row}")>
                <th scope="row" data-label=sheet_words(lang).category><a class="mono small" href=format!("/services/{service}/criteria#{row}")>{c.id.clone()}</a>" "{c.name(lang).to_owned()}</th>
                <td data-label=w.common_answer>{match availability {
                    Some(choice) => chip(choice, lang).into_any(),
                    None => view! { <span class="muted">{p.unanswered}</span> }.into_any(),
                }}
                    {(!summary.is_empty()).then(|| view! { <div class="prose small" inner_html=markdown::to_html(&summary)></div> })}</td>
                <td data-label=w.own_response>
                    {own("control")}{own("accepted")}
                    {notes(d, &row)}
                    {d.writes.then(|| view! { <p class="row small"><a href=edit.clone() aria-label=format!("{} {}", w.edit_risk, c.id)>{if risk { p.edit } else { w.edit_risk }}</a></p> })}
                </td>
                <td data-label=w.owner_until>{own("owner")}{own("expires")}</td>
            </tr>
        }
        .into_any(),
    )
}

/// The institution's own notes on one category's answer, and what can be done with them.
fn notes(d: &Drawn<'_>, row: &RowId) -> impl IntoView + use<> {
    let visit = d.opened.visit;
    let (w, p, lang) = (adoption(visit.lang), common(visit.lang), visit.lang);
    let fields = schema::section("criteria").map_or(&[][..], |s| s.fields);
    let service = d.opened.id().to_owned();
    let institution = escape(d.view.institution.as_str());
    let own = &d.view.own.cells;
    let found: Vec<_> = fields
        .iter()
        .filter(|f| matches!(f.kind, schema::Kind::Markdown | schema::Kind::Short))
        .flat_map(|f| f.langs().iter().map(move |l| (f, Address::new("criteria", row.clone(), f.key, *l))))
        .filter(|(_, a)| !own.text(a).is_empty())
        .map(|(f, address)| {
            let edit = format!("/services/{service}/edit?cell={address}&institution={institution}");
            let propose = format!("/services/{service}/adoption/propose?cell={address}&institution={institution}");
            let name = format!("{row} {}", f.label(lang));
            view! {
                <div>{d.own_cell().draw(&address, &edit)}
                    <p class="row small">{d.writes.then(|| view! { <a href=edit aria-label=format!("{} {name}", p.edit)>{p.edit}</a> })}
                        {d.opened.editable.then(|| view! { <a href=propose aria-label=format!("{} {name}", w.propose)>{w.propose}</a> })}</p></div>
            }
        })
        .collect();
    let write = (d.writes && found.is_empty()).then(|| {
        let address = Address::new("criteria", row.clone(), "limits", Some(lang));
        let href = format!("/services/{service}/edit?cell={address}&institution={institution}");
        let cell = d.own_cell().draw(&address, &href);
        view! { {cell}<p class="row small"><a href=href aria-label=format!("{} {row}", w.write_note)>{w.write_note}</a></p> }
    });
    view! { {found}{write} }
}

/// The way back to the adoption from a page about it.
pub(super) fn crumbs(
    visit: &Visit,
    service: &str,
    name: &str,
    id: &assessments::id::InstitutionId,
) -> impl IntoView + use<> {
    let (w, s) = (adoption(visit.lang), sheet_words(visit.lang));
    view! {
        <nav class="crumbs" aria-label=s.tabs><a href=format!("/services/{service}")>{name.to_owned()}</a>" › "<a href=url(service, id)>{w.tab}</a></nav>
    }
}
