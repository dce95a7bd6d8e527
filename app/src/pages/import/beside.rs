//! What a file brings beside the common cells: the question which copy of a table is read, and the institution's own
//! columns.

use crate::pages::{Refused, Visit};
use crate::words::exchange;
use assessments::access::{Action, permit};
use assessments::cell::Layer;
use assessments::desk::Preview;
use assessments::import::{Copies, Keep, OwnColumn};
use leptos::prelude::*;

/// Texts of an own column that are shown; the others are counted.
const SHOWN: usize = 3;

/// Which of several sheets is read? Nothing is applied before that is said.
pub fn question(visit: &Visit, preview: &Preview) -> Option<impl IntoView + use<>> {
    let x = exchange(visit.lang);
    let one = |copies: &Copies| {
        let name = format!("sheet:{}", copies.section);
        let title = assessments::schema::section(&copies.section).map_or("", |s| visit.lang.pick(s.ja, s.en));
        let options = copies.sheets.iter().enumerate().map(|(n, sheet)| {
            view! { <label class="check"><input type="radio" name=name.clone() value=sheet.clone() checked={n == 0}/>{sheet.clone()}</label> }
        });
        view! { <fieldset><legend>{title}</legend>{options.collect_view()}</fieldset> }
    };
    let open = preview.applied.is_none() && !preview.plan.copies.is_empty();
    open.then(|| {
        view! {
            <section class="note" data-tone="warn"><h2>{x.which_sheet}</h2><p class="small">{x.which_sheet_lead}</p>
                <form class="form" method="post" action=format!("/import/{}/sheets", preview.id)>
                    {preview.plan.copies.iter().map(one).collect_view()}
                    <button class="btn" data-kind="primary">{x.read_sheet}</button>
                </form>
            </section>
        }
    })
}

/// The file's categories as a criteria set of their own, for whoever may load one.
pub fn as_criteria(visit: &Visit, preview: &Preview, refused: Option<&Refused>) -> Option<impl IntoView + use<>> {
    let x = exchange(visit.lang);
    let may = visit.actor.as_ref().is_some_and(|a| permit(a, Action::ManageCriteria, &Layer::Shared).is_ok());
    let loaded: Vec<String> =
        visit.desk.criteria_sets().iter().filter(|s| s.provenance == "file").map(|s| s.key()).collect();
    let typed = |name: &str| refused.and_then(|r| r.typed(name)).unwrap_or("").to_owned();
    (may && !preview.plan.mapping.is_empty()).then(|| {
        view! {
            <details class="panel" open={!typed("set").is_empty()}><summary>{x.as_criteria}</summary>
                <p class="small muted">{x.as_criteria_lead}</p>
                {(!loaded.is_empty()).then(|| view! { <p class="small">{x.loaded_sets}" "<span class="mono">{loaded.join(", ")}</span></p> })}
                <form class="form" method="post" action=format!("/import/{}/criteria", preview.id)>
                    <label>{x.set_id}<input type="text" name="set" value=typed("set") required maxlength="40" pattern="[a-z0-9.\\-]+" autocapitalize="none" spellcheck="false"/></label>
                    <label>{x.set_version}<input type="text" name="version" value=typed("version") required maxlength="20" pattern="[a-z0-9.\\-]+" autocapitalize="none" spellcheck="false"/></label>
                    <button class="btn">{x.load_set}</button>
                </form>
            </details>
        }
    })
}

/// The institution's own columns, each with where its institution may keep it. Part of the form that applies.
pub fn own_columns(visit: &Visit, preview: &Preview, refused: Option<&Refused>) -> Option<impl IntoView + use<>> {
    let x = exchange(visit.lang);
    let may = |layer: &Layer| visit.actor.as_ref().is_some_and(|a| permit(a, Action::WriteCells, layer).is_ok());
    let own: Vec<(String, String)> = visit
        .institutions
        .iter()
        .filter(|(id, _)| may(&Layer::Institution(id.clone())))
        .map(|(id, name)| (id.to_string(), name.get(visit.lang).to_owned()))
        .collect();
    let open = preview.applied.is_none() && !own.is_empty();
    let rows = preview.plan.own.iter().map(|c| column(visit, c, open, refused)).collect_view();
    let whose = (own.len() > 1).then(|| {
        let options = own.iter().map(|(id, name)| view! { <option value=id.clone()>{name.clone()}</option> });
        view! { <label>{x.in_layer}<select name="institution">{options.collect_view()}</select></label> }
    });
    let hidden = own.first().filter(|_| own.len() == 1).map(|(id, _)| id.clone());
    (!preview.plan.own.is_empty()).then(|| {
        view! {
            <details class="panel" open><summary>{x.own_columns}" ("{preview.plan.own.len()}")"</summary>
                <p class="small muted">{x.own_columns_lead}</p>
                {hidden.map(|id| view! { <input type="hidden" name="institution" value=id/> })}
                {whose}
                <table class="list preview"><thead><tr><th scope="col">{x.own_column}</th><th scope="col">{x.place}</th>
                    <th scope="col">{x.own_texts}</th><th scope="col">{x.keep}</th></tr></thead><tbody>{rows}</tbody></table>
            </details>
        }
    })
}

fn column(visit: &Visit, c: &OwnColumn, open: bool, refused: Option<&Refused>) -> impl IntoView + use<> {
    let x = exchange(visit.lang);
    let name = format!("own:{}", c.key());
    let typed = refused.and_then(|r| r.typed(&name)).and_then(Keep::parse);
    let word = |keep| match keep {
        Keep::Note => x.keep_note,
        Keep::Control => x.keep_control,
        Keep::Accepted => x.keep_accepted,
    };
    let options = Keep::ALL
        .into_iter()
        .filter(|k| k.fits(&c.section))
        .map(|k| view! { <option value=k.key() selected={typed == Some(k)}>{word(k)}</option> })
        .collect_view();
    let texts = c.texts.iter().take(SHOWN).map(|t| {
        let text: String = t.text.chars().take(80).collect();
        view! { <li><span class="mono small">{t.row.clone()}</span>" "{text}</li> }
    });
    let more = c.texts.len().saturating_sub(SHOWN);
    let header = if c.header.is_empty() { c.place.cell.clone() } else { c.header.clone() };
    let label = format!("{} {header}", x.keep);
    view! {
        <tr>
            <th scope="row" data-label=x.own_column>{header}</th>
            <td data-label=x.place class="small"><span>{c.place.sheet.clone()}</span>" "<span class="mono">{c.place.cell.clone()}</span></td>
            <td data-label=x.own_texts><ul class="plain-list small">{texts.collect_view()}</ul>
                {(more > 0).then(|| view! { <span class="small muted">{crate::words::fill(x.more_texts, &[&more])}</span> })}</td>
            <td data-label=x.keep>{open.then(|| view! { <select name=name aria-label=label><option value="">{x.keep_not}</option>{options}</select> })}</td>
        </tr>
    }
}
