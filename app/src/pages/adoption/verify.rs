//! Whether a workbook is the one that was frozen with an approval of the reader's institution.

use super::{approval_url, standing, verdict};
use crate::pages::error::notice;
use crate::pages::forms::diff;
use crate::pages::shell::{Place, head, page};
use crate::pages::{Refused, Visit};
use crate::words::{adoption, common, fill};
use assessments::desk::{FileState, Verified};
use assessments::failure::Failure;
use leptos::prelude::*;

/// What came of looking at a file.
pub enum Told {
    /// Nothing was sent yet.
    Nothing,
    /// It belongs to an approval.
    Found(Box<Verified>),
    /// It is not known here.
    Unknown,
}

/// The page.
///
/// # Errors
/// [`Failure::SignedOut`]; [`Failure::NotFound`] for who belongs to no institution.
pub fn verify(visit: &Visit, told: &Told, refused: Option<&Refused>) -> Result<String, Failure> {
    visit.actor()?;
    if visit.institutions.is_empty() {
        return Err(Failure::NotFound);
    }
    let w = adoption(visit.lang);
    Ok(page(visit, w.verify, Place::None, || {
        view! {
            {head(w.verify.into(), Some(w.verify_lead.into()), ().into_any())}
            {refused.map(|r| notice(visit, &r.failure))}
            {match told {
                Told::Nothing => ().into_any(),
                Told::Unknown => view! { <p class="note" data-tone="bad" role="status">{w.verify_unknown}</p> }.into_any(),
                Told::Found(found) => result(visit, found).into_any(),
            }}
            <form class="form panel form-panel" method="post" action="/verify" enctype="multipart/form-data">
                <label>{w.verify_file}<input type="file" name="file" required/></label>
                <button class="btn" data-kind="primary">{w.verify_run}</button>
            </form>
        }
    }))
}

fn result(visit: &Visit, found: &Verified) -> impl IntoView + use<> {
    let (w, c, lang, a) = (adoption(visit.lang), common(visit.lang), visit.lang, &found.approval);
    let (tone, said) = match &found.file {
        FileState::Unchanged => ("good", w.verify_unchanged.to_owned()),
        FileState::SavedAnew => ("good", w.verify_saved_anew.to_owned()),
        FileState::Altered { total, .. } => ("bad", fill(w.verify_altered, &[total])),
    };
    let cells = match &found.file {
        FileState::Altered { cells, .. } => cells.as_slice(),
        _ => &[],
    };
    let rows: Vec<_> = cells
        .iter()
        .map(|d| {
            view! {
                <tr><th scope="row" data-label=w.verify_where><span>{d.sheet.clone()}</span>" "<span class="mono">{d.cell.clone()}</span>" "<span class="mono small muted">{d.address.clone()}</span></th>
                    <td data-label=w.verify_diff><div class="diff">{diff(&d.was, &d.is)}</div></td></tr>
            }
        })
        .collect();
    let name = visit.institutions.iter().find(|(id, _)| *id == found.institution).map(|(_, n)| n.get(lang).to_owned());
    view! {
        <p class="note" data-tone=tone role="status">{said}</p>
        <section class="panel private-panel" aria-label=w.approval>
            <p class="small"><b>{name}</b>" "<span class="chip" data-tone="private">{c.private}</span></p>
            <dl class="facts-list">
                <dt>{w.approval}</dt><dd><a href=approval_url(a.id.as_str(), &found.institution)>{a.name.get(lang).to_owned()}" "<span class="mono">{a.version.clone()}</span></a></dd>
                <dt>{w.col_verdict}</dt><dd>{verdict(lang, &a.verdict)}</dd>
                <dt>{w.verify_now}</dt><dd>{standing(lang, found.standing)}</dd>
                <dt>"SHA-256"</dt><dd class="mono small hash">{found.sha256.clone()}</dd>
            </dl>
            {(!rows.is_empty()).then(|| view! {
                <table class="list"><thead><tr><th scope="col">{w.verify_where}</th><th scope="col">{w.verify_diff}</th></tr></thead><tbody>{rows}</tbody></table>
            })}
        </section>
    }
}
