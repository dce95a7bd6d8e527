//! One basket: its cells as they were collected, what changed since, remarks, order; and taking it home.

use super::{cell_key, flash, sharing};
use crate::pages::cell::body;
use crate::pages::error::notice;
use crate::pages::forms::cell_diff;
use crate::pages::search::{place, url};
use crate::pages::shell::{Place, head, moment, page};
use crate::pages::{Refused, Visit};
use crate::words::{common, fill, find};
use assessments::access::{Action, permit};
use assessments::cell::Layer;
use assessments::desk::BasketView;
use assessments::failure::Failure;
use assessments::id::BasketId;
use assessments::store::BasketCellRow;
use leptos::prelude::*;

/// The page.
///
/// # Errors
/// [`Failure::NotFound`] where the basket is not for this reader.
pub async fn one(visit: &Visit, id: &str, done: &str, refused: Option<&Refused>) -> Result<String, Failure> {
    let id = BasketId::parse(id).map_err(|_| Failure::NotFound)?;
    let view = visit.desk.basket(visit.actor()?, &id).await?;
    let f = find(visit.lang);
    let changed = view.cells.iter().filter(|c| c.changed()).count();
    Ok(page(visit, &view.basket.name, Place::None, || {
        let export = |format: &str| format!("/basket/{id}/export?format={format}");
        let actions = (!view.cells.is_empty()).then(|| {
            view! {
                <a class="btn" data-kind="primary" href=export("xlsx")>{f.export_xlsx}</a>
                <a class="btn" data-kind="quiet" href=export("md")>{f.export_md}</a>
            }
        });
        view! {
            <nav class="crumbs" aria-label=f.baskets><a href="/basket">{f.baskets}</a></nav>
            {head(view.basket.name.clone(), None, actions.into_any())}
            <p class="facts">{sharing(visit, f, &view.basket)}<span>{fill(f.cells_count, &[&view.cells.len()])}</span>
                {(changed > 0).then(|| view! { <span class="chip" data-tone="warn">{fill(f.changed_count, &[&changed])}</span> })}</p>
            {flash(visit, done)}
            {refused.map(|r| notice(visit, &r.failure))}
            {(!view.own).then(|| view! { <p class="hint">{f.not_yours}</p> })}
            {if view.cells.is_empty() {
                view! { <p class="empty">{f.basket_empty}</p> }.into_any()
            } else {
                let last = view.cells.len();
                let cells = view.cells.iter().enumerate().map(|(n, c)| cell(visit, &view, n + 1, last, c, refused));
                view! { <ol class="plain-list basket">{cells.collect_view()}</ol> }.into_any()
            }}
            {view.own.then(|| settings(visit, &view))}
        }
    }))
}

fn cell(
    visit: &Visit,
    view: &BasketView,
    n: usize,
    last: usize,
    c: &BasketCellRow,
    refused: Option<&Refused>,
) -> impl IntoView + use<> {
    let (w, f) = (common(visit.lang), find(visit.lang));
    let key = cell_key(&c.key.service, &c.key.layer, &c.key.address);
    let own = c.key.layer != Layer::Shared;
    let private = own.then(|| view! { " "<span class="chip" data-tone="warn">{w.private}</span> });
    let set = visit.desk.criteria(&c.criteria);
    let text = match (&c.then, c.key.address.declared()) {
        (None, _) => view! { <p class="muted">{f.erased}</p> }.into_any(),
        (Some(text), Some(field)) => body(&visit.desk, &set, visit.lang, field, text),
        (Some(text), None) => view! { <p>{text.clone()}</p> }.into_any(),
    };
    let changed = c.changed().then(|| {
        let (then, now) = (c.then.clone().unwrap_or_default(), c.now.clone().unwrap_or_default());
        view! {
            <p class="small"><span class="chip" data-tone="warn">{f.changed_since}</span></p>
            <details open><summary class="small">{f.now_text}</summary><div class="diff">{cell_diff(visit.lang, &c.key.address, &then, &now)}</div></details>
        }
    });
    let remark = refused
        .filter(|r| r.typed("cell") == Some(key.as_str()))
        .and_then(|r| r.typed("remark"))
        .unwrap_or(&c.remark)
        .to_owned();
    let tools = if view.own {
        view! {
            <form class="form" method="post" action=format!("/basket/{}", view.basket.id)>
                <input type="hidden" name="cell" value=key/>
                <label>{f.remark}<textarea name="remark" rows="2" maxlength="2000">{crate::pages::shell::in_area(remark)}</textarea></label>
                <p class="row">
                    <button class="btn" name="verb" value="remark">{f.save_remark}</button>
                    {c.changed().then(|| view! { <button class="btn" data-kind="quiet" name="verb" value="retake">{f.retake}</button> })}
                    {(n > 1).then(|| view! { <button class="btn" data-kind="quiet" name="verb" value="up" aria-label=fill(f.move_up, &[&n])>{f.up}</button> })}
                    {(n < last).then(|| view! { <button class="btn" data-kind="quiet" name="verb" value="down" aria-label=fill(f.move_down, &[&n])>{f.down}</button> })}
                    <button class="btn" data-kind="quiet" name="verb" value="drop" aria-label=fill(f.drop_of, &[&n])>{f.drop_cell}</button>
                </p>
            </form>
        }
        .into_any()
    } else {
        (!remark.is_empty()).then(|| view! { <p><b>{f.remark}</b>" "{remark}</p> }).into_any()
    };
    view! {
        <li class="panel" id=format!("n{n}") data-private=own.then_some("")>
            <h2><span class="mono muted">{n}"."</span>" "{c.name.get(visit.lang).to_owned()}" › "
                <a href=url(c.key.service.as_str(), &c.key.address)>{place(visit, &c.criteria, &c.key.address)}</a>{private}</h2>
            <p class="small muted">{fill(f.taken_at, &[&moment(c.taken_at), &c.number])}</p>
            <div class="taken" lang=c.key.address.lang.map(|l| l.code())>{text}</div>
            {changed}
            {tools}
        </li>
    }
}

/// Name, sharing, and taking the whole basket away.
fn settings(visit: &Visit, view: &BasketView) -> impl IntoView + use<> {
    let f = find(visit.lang);
    let action = format!("/basket/{}", view.basket.id);
    let may = |id: &assessments::id::InstitutionId| {
        visit.actor.as_ref().is_some_and(|a| permit(a, Action::Comment, &Layer::Institution(id.clone())).is_ok())
    };
    let shares: Vec<_> = visit.institutions.iter().filter(|(id, _)| may(id)).collect();
    let options = shares.iter().map(|(id, name)| {
        let chosen = view.basket.shared.as_ref() == Some(id);
        view! { <option value=id.to_string() selected=chosen>{name.get(visit.lang).to_owned()}</option> }
    });
    let share = (!shares.is_empty()).then(|| {
        view! {
            <label>{f.share_with}<select name="share" aria-describedby="share-hint"><option value="">{f.share_nobody}</option>{options.collect_view()}</select></label>
            <p class="hint" id="share-hint">{f.share_hint}</p>
        }
    });
    view! {
        <details class="panel form-panel"><summary>{f.settings}</summary>
            <form class="form wide" method="post" action=action.clone()>
                <label>{f.name}<input type="text" name="name" required maxlength="80" value=view.basket.name.clone()/></label>
                {share}
                <p class="row"><button class="btn" name="verb" value="settings">{f.save}</button></p>
            </form>
            <form method="post" action=action><p class="row"><button class="btn" data-kind="quiet" name="verb" value="remove">{f.remove_basket}</button>
                <span class="hint">{f.remove_basket_sure}</span></p></form>
        </details>
    }
}
