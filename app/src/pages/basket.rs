//! Baskets: the list of them, putting a cell into one, and the button that does.

mod one;

pub use one::one;

use super::error::notice;
use super::shell::{Place, head, moment, page};
use super::{Refused, Visit};
use crate::words::{Find, common, fill, find};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::link::escape;
use assessments::schema;
use assessments::store::BasketRow;
use leptos::prelude::*;

/// What a form did, said on the page that it leads to: words of ours by a key, never a text from the address.
pub fn said(visit: &Visit, done: &str) -> Option<String> {
    let f = find(visit.lang);
    match done.split_once('-').unwrap_or((done, "")) {
        ("collected", "0") => Some(f.collected_already.into()),
        ("collected", n) => Some(fill(f.collected, &[&n.parse::<u32>().ok()?])),
        ("kept", _) => Some(f.saved.into()),
        ("removed", _) => Some(f.removed.into()),
        _ => None,
    }
}

/// What was done, above a page, with the way to the basket.
pub fn flash(visit: &Visit, done: &str) -> AnyView {
    let f = find(visit.lang);
    let to_basket = done.starts_with("collected");
    match said(visit, done) {
        Some(words) => view! {
            <p class="note" data-tone="good" role="status">{words}{to_basket.then(|| view! { " "<a href="/basket">{f.basket}</a> })}</p>
        }
        .into_any(),
        None => ().into_any(),
    }
}

/// What a page's buttons to collect send: one form for all of them.
pub fn collect_form(visit: &Visit) -> impl IntoView + use<> {
    view! { <form method="post" action="/basket/collect" id="collect"><input type="hidden" name="back" value=without_done(&visit.path)/></form> }
}

/// The button that puts a cell into the basket that was changed last; the page has [`collect_form`]. `of` names the cell
/// for those who hear the page.
pub fn collect_button(
    visit: &Visit,
    service: &ServiceId,
    layer: &Layer,
    address: &Address,
    of: &str,
) -> impl IntoView + use<> {
    let f = find(visit.lang);
    let may = visit.actor.as_ref().is_some_and(|a| a.person.is_some());
    may.then(|| {
        view! {
            <button class="btn tool collect" data-kind="quiet" form="collect" name="cell" value=cell_key(service, layer, address)
                id=anchor(service, layer, address) aria-label=fill(f.collect_of, &[&of])>"＋ "{f.collect}</button>
        }
    })
}

/// A cell in one form field: `s3 shared criteria/K07/summary/ja`.
pub fn cell_key(service: &ServiceId, layer: &Layer, address: &Address) -> String {
    format!("{service} {} {address}", layer.key())
}

/// The button's id, so that collecting leads back to the very place.
pub fn anchor(service: &ServiceId, layer: &Layer, address: &Address) -> String {
    format!("take-{service}-{}-{}", layer.key().replace(':', "-"), address.anchor())
}

/// A page's address without what was done before.
pub fn without_done(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let rest: Vec<&str> = query.split('&').filter(|p| !p.is_empty() && !p.starts_with("done=")).collect();
    if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) }
}

/// The baskets that somebody has.
///
/// # Errors
/// [`Failure::SignedOut`] where nobody is signed in.
pub async fn list(visit: &Visit, done: &str, refused: Option<&Refused>) -> Result<String, Failure> {
    let actor = visit.actor()?;
    let baskets = visit.desk.baskets(actor).await?;
    let f = find(visit.lang);
    Ok(page(visit, f.baskets, Place::None, || {
        view! {
            {head(f.baskets.into(), Some(f.baskets_lead.into()), ().into_any())}
            {flash(visit, done)}
            {refused.map(|r| notice(visit, &r.failure))}
            {if baskets.is_empty() {
                view! { <p class="empty">{f.baskets_empty}" "<a href="/search">{common(visit.lang).search}</a></p> }.into_any()
            } else {
                view! { <ul class="plain-list baskets">{baskets.iter().map(|b| entry(visit, b)).collect_view()}</ul> }.into_any()
            }}
            <form class="filters form-panel" method="post" action="/basket">
                <label>{f.new_basket}<input type="text" name="name" required maxlength="80" value=refused.and_then(|r| r.typed("name")).unwrap_or("").to_owned()/></label>
                <button class="btn" name="verb" value="new">{f.make}</button>
            </form>
        }
    }))
}

fn entry(visit: &Visit, b: &BasketRow) -> impl IntoView + use<> {
    let f = find(visit.lang);
    view! {
        <li class="panel">
            <a href=format!("/basket/{}", b.id)><b>{b.name.clone()}</b></a>" "{sharing(visit, f, b)}
            <span class="muted small">" "{fill(f.updated, &[&moment(b.changed_at)])}</span>
        </li>
    }
}

/// Whose a basket is and who reads along.
fn sharing(visit: &Visit, f: &'static Find, b: &BasketRow) -> AnyView {
    let own = visit.actor.as_ref().and_then(|a| a.person.as_ref()) == Some(&b.person);
    let owner = (!own).then(|| view! { <span class="small">{fill(f.of_somebody, &[&b.owner])}</span>" " });
    let shared = b.shared.as_ref().map(|id| {
        let name = visit.institutions.iter().find(|(i, _)| i == id).map(|(_, n)| n.get(visit.lang).to_owned());
        view! { <span class="chip" data-tone="line">{fill(f.shared_with, &[&name.unwrap_or_else(|| id.to_string())])}</span>" " }
    });
    view! { {owner}{shared} }.into_any()
}

/// The form that puts a cell of a sheet into a basket.
///
/// # Errors
/// [`Failure::NotFound`] for a cell that the reader may not see.
pub async fn add(visit: &Visit, service: &str, address: &str, refused: Option<&Refused>) -> Result<String, Failure> {
    let actor = visit.actor()?;
    let service = ServiceId::parse(service).map_err(|_| Failure::NotFound)?;
    let address = Address::parse(address).map_err(|_| Failure::NotFound)?;
    schema::declared(&address).map_err(|_| Failure::NotFound)?;
    let field = address.declared().ok_or(Failure::NotFound)?;
    let sheet = visit.desk.sheet(actor, &SheetKey::shared(service.clone())).await?;
    let own: Vec<BasketRow> =
        visit.desk.baskets(actor).await?.into_iter().filter(|b| actor.person.as_ref() == Some(&b.person)).collect();
    let (w, f) = (common(visit.lang), find(visit.lang));
    let back = super::search::url(service.as_str(), &address);
    let name = sheet.service.name.get(visit.lang).to_owned();
    let text = sheet.cells.text(&address);
    Ok(page(visit, &format!("{} · {name}", f.collect), Place::Services, || {
        let options = own.iter().map(|b| view! { <option value=b.id.to_string()>{b.name.clone()}</option> });
        view! {
            <nav class="crumbs"><a href=format!("/services/{service}")>{name.clone()}</a>" › "<a href=back.clone()>{super::search::place(visit, &sheet.criteria.key(), &address)}</a></nav>
            <h1>{fill(f.collect_of, &[&field.label(visit.lang)])}</h1>
            {refused.map(|r| notice(visit, &r.failure))}
            <blockquote class="panel" lang=address.lang.map(|l| l.code())>{super::cell::body(&visit.desk, &sheet.criteria, visit.lang, field, text)}</blockquote>
            <form class="form wide" method="post" action="/basket/collect">
                <input type="hidden" name="cell" value=cell_key(&service, &Layer::Shared, &address)/>
                <input type="hidden" name="back" value=back.clone()/>
                {(!own.is_empty()).then(|| view! { <label>{f.basket}<select name="basket">{options.collect_view()}</select></label> })}
                <label>{f.remark}<textarea name="remark" rows="3" maxlength="2000">{super::shell::in_area(refused.and_then(|r| r.typed("remark")).unwrap_or(""))}</textarea></label>
                <p class="row"><button class="btn" data-kind="primary">{f.collect}</button><a class="btn" data-kind="quiet" href=back.clone()>{w.cancel}</a></p>
            </form>
        }
    }))
}

/// The address of that form.
pub fn add_url(service: &str, address: &str) -> String {
    format!("/basket/add?service={service}&cell={}", escape(address))
}
