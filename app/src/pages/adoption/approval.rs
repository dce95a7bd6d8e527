//! An internal approval: what was approved, by whom, how it stands, what changed since, and what can be done with it.

use super::sheet::crumbs;
use super::{approval_url, by_at, cause_words, flash, private_head, standing, verdict, whose};
use crate::pages::error::notice;
use crate::pages::forms::cell_diff;
use crate::pages::search::{place, url as cell_url};
use crate::pages::shell::{Place, page};
use crate::pages::templates;
use crate::pages::{Refused, Visit};
use crate::words::{Adoption, adoption, fill};
use assessments::access::{Action, permit};
use assessments::adoption::{Answer, State, field, risks};
use assessments::cell::Layer;
use assessments::desk::{ApprovalView, UpstreamChange};
use assessments::failure::Failure;
use assessments::id::ApprovalId;
use assessments::link::escape;
use assessments::markdown;
use leptos::prelude::*;

/// What the page is drawn from.
struct Drawn<'a> {
    visit: &'a Visit,
    view: &'a ApprovalView,
    name: String,
    prepares: bool,
    decides: bool,
    refused: Option<&'a Refused>,
}

/// The page of an approval.
///
/// # Errors
/// [`Failure::NotFound`] for another institution's.
pub async fn approval(
    visit: &Visit,
    id: &str,
    institution: &str,
    done: &str,
    refused: Option<&Refused>,
) -> Result<String, Failure> {
    let (whose, name) = whose(visit, institution)?;
    let actor = visit.actor()?;
    let id = ApprovalId::parse(id).map_err(|_| Failure::NotFound)?;
    let view = visit.desk.approval(actor, &whose, &id).await?;
    let layer = Layer::Institution(whose.clone());
    let may = |action| permit(actor, action, &layer).is_ok();
    let offered = templates::offered(visit, &view.institution).await;
    let d = Drawn {
        visit,
        view: &view,
        name: name.get(visit.lang).to_owned(),
        prepares: may(Action::PrepareApproval),
        decides: may(Action::DecideApproval) || may(Action::TakeOverApproval),
        refused,
    };
    let w = adoption(visit.lang);
    let service = view.line.approval.name.get(visit.lang).to_owned();
    Ok(page(visit, &fill(w.approval_of, &[&service]), Place::Services, || {
        view! {
            {crumbs(visit, view.line.approval.service.as_str(), &service, &whose)}
            <h1>{fill(w.approval_of, &[&service])}</h1>
            {flash(visit.lang, done)}
            {refused.map(|r| notice(visit, &r.failure))}
            <div class="stack">
                {facts(&d)}
                {templates::fill_links(visit.lang, &offered, &view.institution, view.line.approval.service.as_str(), Some(view.line.approval.id.as_str()))}
                {decide(&d)}
                {changes(&d)}
                {own_changes(&d)}
                {approved(&d)}
            </div>
        }
    }))
}

fn line(label: &'static str, value: AnyView) -> AnyView {
    view! { <dt>{label}</dt><dd>{value}</dd> }.into_any()
}

fn facts(d: &Drawn<'_>) -> impl IntoView + use<> {
    let (visit, lang, a) = (d.visit, d.visit.lang, &d.view.line.approval);
    let w = adoption(lang);
    let text = |label: &'static str, value: &str| (!value.is_empty()).then(|| line(label, value.to_owned().into_any()));
    let mono =
        |label: &'static str, value: String| line(label, view! { <span class="mono hash">{value}</span> }.into_any());
    let decided = a.decided.as_ref().zip(a.decided_at).map(|(who, at)| by_at(lang, who, at)).unwrap_or_default();
    let renews = a.renews.as_ref().map(|r| {
        line(
            w.renews,
            view! { <a class="mono" href=approval_url(r.as_str(), &d.view.institution)>{r.to_string()}</a> }.into_any(),
        )
    });
    let causes = &d.view.line.causes;
    let title = if a.state == State::Approved { w.causes } else { w.changed_before };
    let causes = (!causes.is_empty()).then(|| {
        let lines = causes.iter().map(|c| view! { <li>{cause_words(visit, &a.criteria, c)}</li> }).collect_view();
        view! { <div class="note" data-tone="warn"><p><b>{title}</b></p><ul class="plain-list">{lines}</ul></div> }
    });
    view! {
        <section class="panel private-panel" aria-label=w.approval>
            {private_head(visit, w.approval.to_owned(), &d.name)}
            <p class="verdict">{standing(lang, d.view.line.standing)}" "{verdict(lang, &a.verdict)}</p>
            {causes}
            <dl class="facts-list">
                {mono(w.col_version, format!("{}（r{}）", a.version, a.number))}
                {mono(w.content_hash, a.hash.clone())}
                {mono(w.own_hash, format!("{}（{}）", a.own_hash, fill(w.own_revision, &[&a.own_number])))}
                {text(w.col_prepared, &by_at(lang, &a.prepared, a.prepared_at))}
                {text(w.comment_prepared, &a.comment)}
                {text(w.col_ticket, &a.ticket)}
                {text(w.col_decided, &decided)}
                {text(w.comment_decided, &a.decision)}
                {text(w.col_until, &a.valid_until)}
                {renews}
            </dl>
            {a.taken_over.then(|| view! { <p>{w.taken_over}</p> })}
            {d.view.renewed_by.as_ref().map(|r| view! { <p><a href=approval_url(r.as_str(), &d.view.institution)>{w.renewed_by}</a></p> })}
            {workbook(d)}
            {steps(d)}
        </section>
    }
}

fn workbook(d: &Drawn<'_>) -> Option<AnyView> {
    let (w, a) = (adoption(d.visit.lang), &d.view.line.approval);
    let sha256 = a.sha256.clone()?;
    let file = format!("/approvals/{}/file?institution={}", a.id, escape(d.view.institution.as_str()));
    Some(
        view! {
            <h3>{w.workbook}</h3>
            <p class="small">{w.workbook_hint}</p>
            <p class="mono small hash">"SHA-256 "{sha256}</p>
            <p class="row"><a class="btn" href=file>{w.download}</a><a class="btn" data-kind="quiet" href="/verify">{w.verify_link}</a></p>
        }
        .into_any(),
    )
}

/// What the reader can do with it beside deciding.
fn steps(d: &Drawn<'_>) -> impl IntoView + use<> {
    let (w, a) = (adoption(d.visit.lang), &d.view.line.approval);
    let own = d.visit.actor.as_ref().is_some_and(|actor| actor.is(&a.prepared));
    let action = format!("/approvals/{}", a.id);
    let institution = d.view.institution.to_string();
    let verb = move |verb: &'static str, word: &'static str, kind: Option<&'static str>| {
        view! {
            <form method="post" action=action.clone()><input type="hidden" name="institution" value=institution.clone()/>
                <button class="btn" name="verb" value=verb data-kind=kind>{word}</button></form>
        }
    };
    let forward = (d.prepares && own && a.state == State::Draft).then(|| verb("forward", w.forward, Some("primary")));
    let withdraw =
        (d.prepares && matches!(a.state, State::Draft | State::Waiting)).then(|| verb("withdraw", w.withdraw, None));
    let renews = d.prepares && matches!(a.state, State::Approved | State::Rejected) && d.view.renewed_by.is_none();
    let renew = renews.then(|| {
        let url = format!(
            "/services/{}/adoption/prepare?institution={}&renews={}",
            a.service,
            escape(d.view.institution.as_str()),
            a.id
        );
        let kind = (!d.view.line.standing.holds()).then_some("primary");
        view! { <a class="btn" data-kind=kind href=url>{w.renew}</a> }
    });
    view! { <div class="actions">{forward}{renew}{withdraw}</div> }
}

fn decide(d: &Drawn<'_>) -> Option<AnyView> {
    let (w, a) = (adoption(d.visit.lang), &d.view.line.approval);
    if a.state != State::Waiting {
        return None;
    }
    if d.visit.actor.as_ref().is_some_and(|actor| actor.is(&a.prepared)) {
        return Some(view! { <p class="note">{w.decide_other}</p> }.into_any());
    }
    if !d.decides {
        return None;
    }
    let comment = d.refused.and_then(|r| r.typed("comment")).unwrap_or("").to_owned();
    Some(
        view! {
            <section class="panel private-panel" aria-label=w.decide_title>
                {private_head(d.visit, w.decide_title.to_owned(), &d.name)}
                <p class="small">{w.decide_hint}</p>
                <form class="form" method="post" action=format!("/approvals/{}", a.id)>
                    <input type="hidden" name="institution" value=d.view.institution.to_string()/>
                    <label>{w.comment}<textarea name="comment" rows="3" maxlength="4000">{crate::pages::shell::in_area(comment)}</textarea></label>
                    <p class="row"><button class="btn" data-kind="primary" name="verb" value="approve">{w.approve}</button>
                        <button class="btn" name="verb" value="reject">{w.reject}</button></p>
                </form>
            </section>
        }
        .into_any(),
    )
}

/// What changed in the common text since: each with its difference, and what was made of it.
fn changes(d: &Drawn<'_>) -> Option<AnyView> {
    let (w, a) = (adoption(d.visit.lang), &d.view.line.approval);
    if d.view.changes.is_empty() || !matches!(a.state, State::Approved | State::Waiting | State::Draft) {
        return None;
    }
    let (open, total) = (d.view.open(), d.view.changes.len());
    let newest = d.view.newest.publication.version.clone();
    let counted = if open == 0 { w.changes_done.to_owned() } else { fill(w.changes_open, &[&open, &total]) };
    let comment = d.refused.and_then(|r| r.typed("comment")).unwrap_or("").to_owned();
    let rows = d.view.changes.iter().map(|c| change(d, w, c)).collect_view();
    Some(
        view! {
            <section class="panel private-panel" aria-label=w.changes_title id="changes">
                {private_head(d.visit, w.changes_title.to_owned(), &d.name)}
                <p>{fill(w.changes_lead, &[&a.version, &newest])}" "<b>{counted}</b></p>
                <form class="form wide" method="post" action=format!("/approvals/{}", a.id)>
                    <input type="hidden" name="institution" value=d.view.institution.to_string()/>
                    <fieldset><legend class="visually-hidden">{w.choose_all}</legend><ol class="timeline">{rows}</ol></fieldset>
                    {d.prepares.then(|| view! {
                        <label>{w.comment}<textarea name="comment" rows="2" maxlength="4000">{crate::pages::shell::in_area(comment)}</textarea></label>
                        <p class="row"><button class="btn" data-kind="primary" name="verb" value="accepted">{w.accept}</button>
                            <button class="btn" name="verb" value="noted">{w.note_only}</button></p>
                    })}
                </form>
            </section>
        }
        .into_any(),
    )
}

fn change(d: &Drawn<'_>, w: &'static Adoption, c: &UpstreamChange) -> impl IntoView + use<> {
    let visit = d.visit;
    let set = d.view.newest.publication.criteria.clone();
    let label = place(visit, &set, &c.address);
    let lang = c.address.lang.map(|l| if l == assessments::lang::Lang::Ja { "（日本語）" } else { " (English)" });
    let answers = c.answers.iter().map(|r| {
        let word = Answer::parse(&r.answer).map_or("", |a| a.label(visit.lang));
        let said = (!r.comment.is_empty()).then(|| format!("「{}」", r.comment));
        view! { <li class="small"><span class="chip" data-tone="good">{word}</span>" "{r.name.clone()}" "<time class="mono">{crate::pages::shell::moment(r.at)}</time>" "{said}</li> }
    });
    let open = c.answers.is_empty();
    view! {
        <li>
            {d.prepares.then(|| view! { <label class="check"><input type="checkbox" name="cell" value=c.address.to_string() checked=open/>{w.choose_change}<span class="visually-hidden">{label.clone()}</span></label> })}
            <a href=cell_url(d.view.line.approval.service.as_str(), &c.address)>{label.clone()}</a>{lang}
            <div class="diff">{cell_diff(visit.lang, &c.address, &c.old, &c.new)}</div>
            <ul class="plain-list">{answers.collect_view()}</ul>
        </li>
    }
}

fn own_changes(d: &Drawn<'_>) -> Option<AnyView> {
    let (w, visit) = (adoption(d.visit.lang), d.visit);
    let live = matches!(d.view.line.approval.state, State::Approved | State::Waiting | State::Draft);
    let found = if live { d.view.own_changes() } else { vec![] };
    if found.is_empty() {
        return None;
    }
    let set = d.view.line.approval.criteria.clone();
    let rows = found.iter().map(|(a, then, now)| {
        view! { <li><span>{place(visit, &set, a)}</span><div class="diff">{cell_diff(visit.lang, a, then, now)}</div></li> }
    });
    Some(
        view! {
            <section class="panel private-panel" aria-label=w.own_changes>
                {private_head(visit, w.own_changes.to_owned(), &d.name)}
                <ol class="timeline">{rows.collect_view()}</ol>
            </section>
        }
        .into_any(),
    )
}

/// What was pinned of the institution's own decision.
fn approved(d: &Drawn<'_>) -> impl IntoView + use<> {
    let (w, visit, lang) = (adoption(d.visit.lang), d.visit, d.visit.lang);
    let then = &d.view.own_then;
    let section = assessments::schema::section("adoption").map_or(&[][..], |s| s.fields);
    let rows = section.iter().filter(|f| !field(then, f.key).is_empty()).map(|f| {
        let shown = crate::pages::cell::body(&visit.desk, &d.view.pinned.criteria, lang, f, field(then, f.key));
        view! { <dt>{f.label(lang)}</dt><dd>{shown}</dd> }
    });
    let risks = risks(then).into_iter().map(|r| {
        let name = d.view.pinned.criteria.category(r.row.as_str()).map(|c| c.name(lang).to_owned());
        let part = |text: &str| (!text.is_empty()).then(|| view! { <div class="prose" inner_html=markdown::to_html(text)></div> });
        view! { <dt><span class="mono small">{r.row.to_string()}</span>" "{name}</dt><dd>{part(&r.control)}{part(&r.accepted)}<span class="small muted">{r.owner.clone()}" "{r.expires.clone()}</span></dd> }
    });
    view! {
        <section class="panel private-panel" aria-label=w.was_approved>
            {private_head(visit, w.was_approved.to_owned(), &d.name)}
            <dl class="facts-list">{rows.collect_view()}{risks.collect_view()}</dl>
        </section>
    }
}
