//! The plain form of one cell: works with script off, keeps what was typed, shows a conflict with all three texts.

use super::error::notice;
use super::shell::{Place, page};
use super::{Refused, Visit};
use crate::words::{common, pages, sheet};
use assessments::access::{Action, permit};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::diff::{Run, by_word};
use assessments::failure::{Conflict, Failure};
use assessments::id::ServiceId;
use assessments::lang::Lang;
use assessments::schema::{self, Field, Kind};
use leptos::prelude::*;

/// The form of one cell.
///
/// # Errors
/// [`Failure::NotFound`] for a cell that the schema or the sheet does not have; [`Failure::Forbidden`] for a reader.
pub async fn edit(visit: &Visit, service: &str, address: &str, refused: Option<&Refused>) -> Result<String, Failure> {
    let actor = visit.actor()?;
    permit(actor, Action::WriteCells, &Layer::Shared)?;
    let key = SheetKey::shared(ServiceId::parse(service).map_err(|_| Failure::NotFound)?);
    let address = Address::parse(address).map_err(|_| Failure::NotFound)?;
    schema::declared(&address).map_err(|_| Failure::NotFound)?;
    let field = address.declared().ok_or(Failure::NotFound)?;
    let view = visit.desk.sheet(actor, &key).await?;
    let conflict = refused.and_then(|r| match &r.failure {
        Failure::Conflict { cells } => cells.first().cloned(),
        _ => None,
    });
    // After a conflict the form goes on from what stands there now, with the writer's own text still in it.
    let number = match (&conflict, refused.and_then(|r| r.typed("base"))) {
        (Some(c), _) => c.number,
        (None, Some(base)) => base.parse().unwrap_or(view.number),
        (None, None) => view.number,
    };
    let text = refused.and_then(|r| r.typed("text")).unwrap_or(view.cells.text(&address)).to_owned();
    let reason = refused.and_then(|r| r.typed("reason")).unwrap_or("").to_owned();
    let (w, s) = (common(visit.lang), sheet(visit.lang));
    let name = view.service.name.get(visit.lang).to_owned();
    let title = format!("{} · {name}", s.edit_title);
    let back = super::search::url(service, &address);
    Ok(page(visit, &title, Place::Services, || {
        let category = view.criteria.category(address.row.as_str()).filter(|_| address.section == "criteria");
        view! {
            <nav class="crumbs" aria-label=s.tabs><a href=format!("/services/{service}")>{name}</a>" › "<a href=back.clone()>{super::search::place(visit, &view.criteria.key(), &address)}</a></nav>
            <h1>{field.label(visit.lang)}{address.lang.map(|l| if l == Lang::Ja { "（日本語）" } else { " (English)" })}</h1>
            {category.map(|c| super::across::question(visit, &view.criteria, c))}
            {refused.map(|r| notice(visit, &r.failure))}
            {conflict.as_ref().map(|c| three(visit, &address, c))}
            <form class="form wide" method="post" action=format!("/services/{service}/edit")>
                <input type="hidden" name="cell" value=address.to_string()/>
                <input type="hidden" name="base" value=number.to_string()/>
                {input(visit, field, &text, address.lang)}
                <label>{s.reason}<input type="text" name="reason" value=reason maxlength="2000"/></label>
                <p class="row"><button class="btn" data-kind="primary">{w.save}</button><a class="btn" data-kind="quiet" href=back>{w.cancel}</a></p>
            </form>
        }
    }))
}

/// The three texts of a conflict, with what each side changed.
fn three(visit: &Visit, address: &Address, c: &Conflict) -> impl IntoView + use<> {
    let p = pages(visit.lang);
    let pane = |title: &'static str, text: &str| {
        let runs = cell_diff(visit.lang, address, &c.base, text);
        view! { <section><h3>{title}</h3><div class="diff">{runs}</div></section> }
    };
    view! {
        <div class="conflict" role="group" aria-label=p.conflict_title>
            {pane(p.base, &c.base)}
            {pane(p.theirs, &c.theirs)}
            {pane(p.yours, &c.yours)}
        </div>
    }
}

/// A difference by word, marked with `ins` and `del`.
pub fn diff(old: &str, new: &str) -> impl IntoView + use<> {
    by_word(old, new)
        .into_iter()
        .map(|run| match run {
            Run::Same(t) => view! { <span>{t}</span> }.into_any(),
            Run::Gone(t) => view! { <del>{t}</del> }.into_any(),
            Run::New(t) => view! { <ins>{t}</ins> }.into_any(),
        })
        .collect_view()
}

/// The difference of two texts of a cell, in words: a choice reads as on the sheet and not as its key.
pub fn cell_diff(lang: Lang, address: &Address, old: &str, new: &str) -> impl IntoView + use<> {
    let spoken = |text: &str| address.declared().map_or_else(|| text.to_owned(), |field| field.spoken(lang, text));
    diff(&spoken(old), &spoken(new))
}

/// The control for a field's kind.
pub fn input(visit: &Visit, field: &'static Field, text: &str, lang: Option<Lang>) -> AnyView {
    let s = sheet(visit.lang);
    let label = field.label(visit.lang);
    let text = text.to_owned();
    let area = |hint: &'static str| {
        view! {
            <label>{label}<textarea name="text" rows="10" lang=lang.map(Lang::code) aria-describedby="hint">{text.clone()}</textarea></label>
            <p class="hint" id="hint">{hint}</p>
        }
        .into_any()
    };
    match field.kind {
        Kind::Markdown => area(s.edit_hint),
        Kind::Links => area(s.links_hint),
        Kind::Guardrails => area(s.guardrails_hint),
        Kind::Choice(list) => {
            let options = list.iter().map(|c| view! { <option value=c.key selected={c.key == text}>{c.marked(visit.lang)}</option> }).collect_view();
            view! { <label>{label}<select name="text"><option value="">{s.edit_choice_none}</option>{options}</select></label> }.into_any()
        }
        Kind::Choices(list) => {
            let keys: Vec<&str> = text.split(',').collect();
            let boxes = list
                .iter()
                .map(|c| view! { <label class="check"><input type="checkbox" name="text" value=c.key checked=keys.contains(&c.key)/>{c.label(visit.lang)}</label> })
                .collect_view();
            view! { <fieldset><legend>{label}</legend>{boxes}</fieldset> }.into_any()
        }
        Kind::Date => view! { <label>{label}<input type="date" name="text" value=text/></label> }.into_any(),
        Kind::Short => view! { <label>{label}<input type="text" name="text" value=text lang=lang.map(Lang::code)/></label> }.into_any(),
        Kind::Reference(_) => view! {
            <label>{label}<input type="text" name="text" value=text aria-describedby="hint"/></label><p class="hint" id="hint">{s.reference_hint}</p>
        }
        .into_any(),
    }
}
