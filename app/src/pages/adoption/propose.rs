//! Proposing a text to the common sheet: the form, and the preview of exactly what will leave.

use super::sheet::crumbs;
use super::{private_head, url, whose};
use crate::pages::error::notice;
use crate::pages::forms::{cell_diff, three};
use crate::pages::search::place;
use crate::pages::shell::{Place, page};
use crate::pages::{Refused, Visit};
use crate::words::{adoption, common, pages, sheet as sheet_words};
use assessments::access::Action;
use assessments::cell::{Address, Layer, SheetKey};
use assessments::desk::{Proposal, ProposalInput};
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::lang::Lang;
use assessments::schema;
use leptos::prelude::*;

/// The form: a text that starts from the institution's own record.
///
/// # Errors
/// [`Failure::NotFound`] for an institution that is not the reader's, or a cell that its record does not have;
/// [`Failure::Forbidden`] for who may not write the common text.
pub async fn form(
    visit: &Visit,
    service: &str,
    institution: &str,
    cell: &str,
    refused: Option<&Refused>,
) -> Result<String, Failure> {
    drawn(visit, service, institution, cell, refused, refused.is_some()).await
}

/// The form again, with what was typed and nothing to complain about.
///
/// # Errors
/// As [`form`].
pub async fn again(
    visit: &Visit,
    service: &str,
    institution: &str,
    cell: &str,
    kept: &Refused,
) -> Result<String, Failure> {
    drawn(visit, service, institution, cell, Some(kept), false).await
}

async fn drawn(
    visit: &Visit,
    service: &str,
    institution: &str,
    cell: &str,
    refused: Option<&Refused>,
    says: bool,
) -> Result<String, Failure> {
    let (id, name) = whose(visit, institution)?;
    let actor = visit.who_may(Action::WriteCells, &Layer::Shared)?;
    let from = Address::parse(cell).map_err(|_| Failure::NotFound)?;
    let service_id = ServiceId::parse(service).map_err(|_| Failure::NotFound)?;
    let own = SheetKey { service: service_id.clone(), layer: Layer::Institution(id.clone()) };
    let own = visit.desk.sheet(actor, &own).await?;
    let record = own.cells.text(&from).to_owned();
    if record.is_empty() {
        return Err(Failure::NotFound);
    }
    let shared = visit.desk.sheet(actor, &SheetKey::shared(service_id)).await?;
    let same = schema::declared_in(&Layer::Shared, &from).is_ok();
    let conflict = refused.and_then(|r| match &r.failure {
        Failure::Conflict { cells } => cells.first().cloned(),
        _ => None,
    });
    // After a conflict the form goes on from what stands there now.
    let base = match &conflict {
        Some(_) => shared.number.to_string(),
        None => refused.and_then(|r| r.typed("base")).map_or_else(|| shared.number.to_string(), str::to_owned),
    };
    let start = match (same, shared.cells.text(&from)) {
        (true, present) if !present.is_empty() => format!("{present}\n\n{record}"),
        _ => record.clone(),
    };
    let typed = |key: &str, or: &str| refused.and_then(|r| r.typed(key)).unwrap_or(or).to_owned();
    let (text, reason) = (typed("text", &start), typed("reason", ""));
    let (to, lang) = (typed("to", if same { "same" } else { "note" }), typed("text_lang", visit.lang.code()));
    let (w, c, s) = (adoption(visit.lang), common(visit.lang), sheet_words(visit.lang));
    let service_name = shared.service.name.get(visit.lang).to_owned();
    let name = name.get(visit.lang).to_owned();
    let set = own.criteria.key();
    Ok(page(visit, &format!("{} · {service_name}", w.propose_title), Place::Services, || {
        let choice = |value: &'static str, word: String| {
            view! { <label class="check"><input type="radio" name="to" value=value checked={to == value}/>{word}</label> }
        };
        let languages = Lang::ALL.map(
            |l| view! { <option value=l.code() selected={lang == l.code()}>{l.pick("日本語", "English")}</option> },
        );
        view! {
            {crumbs(visit, service, &service_name, &id)}
            <h1>{w.propose_title}</h1>
            <p>{w.propose_lead}</p>
            {refused.filter(|_| says).map(|r| notice(visit, &r.failure))}
            {conflict.as_ref().and_then(|c| Some(three(visit, &Address::parse(&c.address).ok()?, c)))}
            <section class="panel private-panel" aria-label=w.propose_from>
                {private_head(visit, w.propose_from.to_owned(), &name)}
                <p class="small">{place(visit, &set, &from)}</p><div class="diff">{record.clone()}</div>
            </section>
            <form class="form wide" method="post" action=format!("/services/{service}/adoption/propose")>
                <input type="hidden" name="institution" value=id.to_string()/>
                <input type="hidden" name="cell" value=from.to_string()/>
                <input type="hidden" name="base" value=base/>
                <fieldset><legend>{w.propose_to}</legend>
                    {if same {
                        view! { {choice("same", crate::words::fill(w.to_same, &[&place(visit, &set, &from)]))}{choice("note", w.to_note.to_owned())} }.into_any()
                    } else {
                        view! { <p>{w.to_note}</p><input type="hidden" name="to" value="note"/> }.into_any()
                    }}</fieldset>
                <label>{w.propose_text}<textarea name="text" rows="10" aria-describedby="propose-hint">{crate::pages::shell::in_area(text)}</textarea></label>
                <p class="hint" id="propose-hint">{w.propose_text_hint}" "{s.edit_hint}</p>
                <label>{w.propose_lang}<select name="text_lang">{languages}</select></label>
                <label>{w.propose_reason}<input type="text" name="reason" value=reason maxlength="2000" required/></label>
                <p class="row"><button class="btn" data-kind="primary" name="verb" value="preview">{w.propose_check}</button>
                    <a class="btn" data-kind="quiet" href=url(service, &id)>{c.cancel}</a></p>
            </form>
        }
    }))
}

/// The preview: every text that leaves, and a form that sends the very same.
///
/// # Errors
/// As the desk's preview.
pub async fn preview(
    visit: &Visit,
    institution: &str,
    input: &ProposalInput,
    typed: &[(String, String)],
) -> Result<String, Failure> {
    let (id, _) = whose(visit, institution)?;
    let proposal = visit.desk.preview_proposal(visit.actor()?, &id, input).await?;
    let (w, s) = (adoption(visit.lang), sheet_words(visit.lang));
    let view = visit.desk.sheet(visit.actor()?, &SheetKey::shared(input.service.clone())).await?;
    let (service, name) = (input.service.as_str().to_owned(), view.service.name.get(visit.lang).to_owned());
    let set = view.criteria.key();
    let kept: Vec<(String, String)> = typed.iter().filter(|(n, _)| n != "verb").cloned().collect();
    Ok(page(visit, &format!("{} · {name}", w.leaves_title), Place::Services, || {
        let fields =
            kept.iter().map(|(n, v)| view! { <input type="hidden" name=n.clone() value=v.clone()/> }).collect_view();
        view! {
            {crumbs(visit, &service, &name, &id)}
            <h1>{w.leaves_title}</h1>
            <p class="note" data-tone="warn">{w.leaves_lead}</p>
            {leaving(visit, &proposal, &set)}
            <form method="post" action=format!("/services/{service}/adoption/propose")>
                {fields}
                <p class="row"><button class="btn" data-kind="primary" name="verb" value="send">{w.leaves_send}</button>
                    <button class="btn" name="verb" value="again">{w.leaves_back}</button></p>
            </form>
            <p class="small muted">{s.confirm_hint}</p>
        }
    }))
}

fn leaving(visit: &Visit, proposal: &Proposal, set: &str) -> impl IntoView + use<> {
    let (w, s, p) = (adoption(visit.lang), sheet_words(visit.lang), pages(visit.lang));
    let cells = proposal.cells.iter().map(|(address, text)| {
        let new = address.row.is_placeholder();
        let lang = address.lang.map(|l| if l == Lang::Ja { "（日本語）" } else { " (English)" });
        let label = if new { format!("{} › {}", w.to_note, address.declared().map_or("", |f| f.label(visit.lang))) } else { place(visit, set, address) };
        let old = if new { String::new() } else { proposal.current.clone() };
        view! {
            <h2>{w.leaves_place}": "{label}{lang}</h2>
            <p class="mono small">{address.to_string()}</p>
            <h3>{w.leaves_text}</h3><div class="diff">{text.clone()}</div>
            {(!old.is_empty()).then(|| view! { <h3>{w.leaves_diff}</h3><div class="diff">{cell_diff(visit.lang, address, &old, text)}</div> })}
        }
    });
    let cells = cells.collect_view();
    view! {
        <section class="panel" aria-label=w.leaves_title>
            {cells}
            <dl class="facts-list"><dt>{w.propose_reason}</dt><dd>{proposal.reason.clone()}</dd>
                <dt>{w.leaves_name}</dt><dd>{proposal.name.clone()}</dd>
                <dt>{p.base}</dt><dd>{crate::words::fill(s.revision, &[&proposal.number])}</dd></dl>
        </section>
    }
}
