//! What the reader can do with a round: ask for one, answer, publish, close.

use super::answers::verdict_chip;
use crate::pages::Refused;
use crate::pages::sheet::Opened;
use crate::words::{common, fill, review};
use assessments::access::{Action, permit};
use assessments::cell::Layer;
use assessments::desk::{RoundState, RoundView, Unsettled};
use assessments::id::RowId;
use assessments::lang::Lang;
use assessments::review::{Scope, Verdict};
use leptos::prelude::*;

/// The verb in words, for a form.
fn verb(lang: Lang, verdict: Verdict) -> &'static str {
    let w = review(lang);
    match verdict {
        Verdict::Approve => w.approve,
        Verdict::AskChanges => w.ask_changes,
        Verdict::Object => w.object,
        Verdict::Withdraw => w.withdraw,
    }
}

fn may(opened: &Opened<'_>, action: Action) -> bool {
    opened.visit.actor.as_ref().is_some_and(|a| permit(a, action, &Layer::Shared).is_ok())
}

/// What was typed into the form of this name before it was refused.
fn typed(refused: Option<&Refused>, form: &str, name: &str) -> String {
    let fits = |r: &&Refused| r.typed("form") == Some(form);
    refused.filter(fits).and_then(|r| r.typed(name)).unwrap_or("").to_owned()
}

/// The forms beside the changes, in the order in which they are needed.
pub fn steps(opened: &Opened<'_>, round: Option<&RoundView>, changed: usize, refused: Option<&Refused>) -> AnyView {
    let Some(round) = round else {
        return (changed > 0 && may(opened, Action::ManageRounds)).then(|| ask(opened, changed, refused)).into_any();
    };
    if !round.round.ended.is_empty() {
        return ().into_any();
    }
    let whole = answer_form(opened, round, &Scope::Whole, refused);
    view! {
        {whole}
        {may(opened, Action::Publish).then(|| publish(opened, round, refused))}
        {(may(opened, Action::PublishWithoutQuorum) && round.state() != RoundState::Approved).then(|| publish_anyway(opened, refused))}
        {may(opened, Action::ManageRounds).then(|| close(opened, round))}
    }
    .into_any()
}

fn ask(opened: &Opened<'_>, changed: usize, refused: Option<&Refused>) -> impl IntoView + use<> {
    let w = review(opened.visit.lang);
    view! {
        <section class="panel"><h2>{w.ask_title}</h2><p>{fill(w.ask_lead, &[&changed])}</p>
            <form class="form" method="post" action=format!("/services/{}/review/open", opened.id())>
                <input type="hidden" name="form" value="open"/>
                <label>{w.ask_note}<textarea name="note" rows="3" maxlength="4000">{crate::pages::shell::in_area(typed(refused, "open", "note"))}</textarea></label>
                <label>{w.due_optional}<input type="date" name="due" value=typed(refused, "open", "due")/></label>
                <button class="btn" data-kind="primary">{w.ask}</button>
            </form>
        </section>
    }
}

/// The form that answers for something; none for readers who may not, and for a round that has ended.
pub fn answer_form(
    opened: &Opened<'_>,
    round: &RoundView,
    scope: &Scope,
    refused: Option<&Refused>,
) -> Option<AnyView> {
    let visit = opened.visit;
    let w = review(visit.lang);
    let actor = visit.actor.as_ref()?;
    let person = actor.person.as_ref()?;
    if !may(opened, Action::Review) || !round.round.ended.is_empty() {
        return None;
    }
    let (key, mine) = (scope.key(), round.standing(person, scope));
    let form = format!("answer {key}");
    let chosen = typed(refused, &form, "verdict");
    // Nobody approves what they wrote: the choice is not offered.
    let own = round.hands.iter().any(|c| *scope == Scope::Cell(c.address.clone()) && c.authors.contains(person));
    let offered = |v: &Verdict| !(own && *v == Verdict::Approve) && (*v != Verdict::Withdraw || mine.is_some());
    let first = if own { Verdict::AskChanges } else { Verdict::Approve };
    let choices: Vec<_> = Verdict::ALL
        .into_iter()
        .filter(offered)
        .map(|v| {
            let checked = if chosen.is_empty() { v == first } else { chosen == v.key() };
            view! { <label class="check"><input type="radio" name="verdict" value=v.key() checked=checked/>{verb(visit.lang, v)}</label> }
        })
        .collect();
    let reviews: Vec<_> =
        visit.institutions.iter().filter(|(id, _)| actor.reviews_for().any(|own| own == id)).collect();
    let institutions = (reviews.len() > 1).then(|| {
        let options = reviews
            .iter()
            .map(|(id, n)| view! { <option value=id.to_string()>{n.get(visit.lang).to_owned()}</option> });
        view! { <label>{w.as_institution}<select name="institution">{options.collect_view()}</select></label> }
    });
    let said = mine.map(|g| view! { <p class="small">{w.your_answer}{verdict_chip(visit, g.verdict)}</p> });
    let body = view! {
        <form class="form" method="post" action=format!("/services/{}/review/answer", opened.id())>
            <input type="hidden" name="form" value=form.clone()/>
            <input type="hidden" name="round" value=round.round.id.clone()/>
            <input type="hidden" name="scope" value=key/>
            <input type="hidden" name="page" value=super::changes::page_of(&round.changed, scope).to_string()/>
            <input type="hidden" name="number" value=round.number.to_string()/>
            <fieldset><legend>{w.verdict}</legend>{choices}</fieldset>
            <label>{w.comment}<textarea name="comment" rows="2" maxlength="4000">{crate::pages::shell::in_area(typed(refused, &form, "comment"))}</textarea></label>
            {institutions}
            <button class="btn" data-kind="primary">{w.send}</button>
        </form>
    };
    let open = refused.is_some_and(|r| r.typed("form") == Some(&form));
    Some(match scope {
        Scope::Whole => view! { <section class="panel"><h2>{w.answer_whole}</h2><p class="small muted">{w.answer_whole_lead}</p>{said}{body}</section> }.into_any(),
        Scope::Cell(_) => view! { <details class="answer" open=open><summary>{w.answer_cell}</summary>{said}{body}</details> }.into_any(),
    })
}

fn publish(opened: &Opened<'_>, round: &RoundView, refused: Option<&Refused>) -> impl IntoView + use<> {
    let w = review(opened.visit.lang);
    let (missing, objections) = (round.judgement.missing(), round.judgement.objections.len());
    let body = if round.judgement.is_approved() {
        view! {
            <p>{fill(w.publish_lead, &[&round.number])}</p>
            <form class="form" method="post" action=format!("/services/{}/review/publish", opened.id())>
                <input type="hidden" name="form" value="publish"/>
                <input type="hidden" name="round" value=round.round.id.clone()/>
                {seen(opened, refused, "publish")}
                <label>{w.publish_note}<textarea name="note" rows="2" maxlength="2000">{crate::pages::shell::in_area(typed(refused, "publish", "note"))}</textarea></label>
                <button class="btn" data-kind="primary">{w.publish}</button>
            </form>
        }
        .into_any()
    } else {
        view! { <p class="muted">{fill(w.publish_wait, &[&missing, &objections])}</p> }.into_any()
    };
    view! { <section class="panel"><h2>{w.publish_title}</h2>{body}</section> }
}

/// What nobody stands behind today, with the way to each, and the box by which the publisher says that they have seen it.
fn seen(opened: &Opened<'_>, refused: Option<&Refused>, form: &str) -> Option<impl IntoView + use<>> {
    let (visit, view) = (opened.visit, &opened.view);
    let w = review(visit.lang);
    let unsettled = Unsettled::of(&view.cells, &view.criteria, &visit.desk.today());
    let list = |words: &str, rows: &[RowId], field: &str| {
        let link = |row: &RowId| {
            let name = view.criteria.category(row.as_str()).map(|c| c.name(visit.lang).to_owned());
            let href = format!("/services/{}/criteria#criteria-{row}-{field}", opened.id());
            view! { <li><a href=href><span class="mono">{row.to_string()}</span>" "{name}</a></li> }
        };
        let links = rows.iter().map(link).collect_view();
        let count = fill(words, &[&rows.len()]);
        (!rows.is_empty()).then(|| view! { <p>{count}</p><ul class="plain-list small">{links}</ul> })
    };
    (!unsettled.is_empty()).then(|| {
        let mark = unsettled.mark();
        let checked = typed(refused, form, "seen") == mark;
        view! {
            <div class="note" data-tone="warn" role="group" aria-label=w.unsettled><p><b>{w.unsettled}</b></p>
                {list(w.unsettled_taken, &unsettled.taken_over, "taken_over")}
                {list(w.unsettled_overdue, &unsettled.overdue, "review_by")}
                <label class="check"><input type="checkbox" name="seen" value=mark checked=checked/>{w.unsettled_seen}</label>
            </div>
        }
    })
}

fn publish_anyway(opened: &Opened<'_>, refused: Option<&Refused>) -> impl IntoView + use<> {
    let w = review(opened.visit.lang);
    view! {
        <section class="panel"><h2>{w.publish_anyway}</h2><p class="note" data-tone="warn">{w.publish_anyway_lead}</p>
            <form class="form" method="post" action=format!("/services/{}/review/publish-anyway", opened.id())>
                <input type="hidden" name="form" value="anyway"/>
                {seen(opened, refused, "anyway")}
                <label>{w.publish_reason}<textarea name="note" rows="2" maxlength="2000" required>{crate::pages::shell::in_area(typed(refused, "anyway", "note"))}</textarea></label>
                <button class="btn">{w.publish_anyway}</button>
            </form>
        </section>
    }
}

fn close(opened: &Opened<'_>, round: &RoundView) -> impl IntoView + use<> {
    let (w, _) = (review(opened.visit.lang), common(opened.visit.lang));
    view! {
        <form method="post" action=format!("/services/{}/review/close", opened.id())>
            <input type="hidden" name="form" value="close"/>
            <input type="hidden" name="round" value=round.round.id.clone()/>
            <button class="btn" data-kind="quiet">{w.close}</button>
        </form>
    }
}
