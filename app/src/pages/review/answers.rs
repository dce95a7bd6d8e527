//! What reviewers said, all of it: later answers do not hide earlier ones.

use crate::pages::Visit;
use crate::pages::search::place;
use crate::pages::sheet::Opened;
use crate::pages::shell::moment;
use crate::words::{fill, review};
use assessments::desk::RoundView;
use assessments::review::{Scope, Verdict, standing};
use assessments::store::Given;
use leptos::prelude::*;
use std::collections::BTreeSet;

/// A verdict as a chip, in words.
pub fn verdict_chip(visit: &Visit, verdict: Verdict) -> impl IntoView + use<> {
    let w = review(visit.lang);
    let (tone, word) = match verdict {
        Verdict::Approve => ("good", w.approved),
        Verdict::AskChanges => ("warn", w.asked_changes),
        Verdict::Object => ("bad", w.objected),
        Verdict::Withdraw => ("line", w.withdrew),
    };
    view! { <span class="chip" data-tone=tone>{word}</span> }
}

/// The answers about one thing that stand, the first first.
pub fn standing_of<'a>(round: &'a RoundView, scope: &Scope) -> Vec<&'a Given> {
    let mut places: Vec<usize> =
        standing(&round.answers).into_iter().filter(|((_, s), _)| s == scope).map(|(_, place)| place).collect();
    places.sort_unstable();
    places.into_iter().filter_map(|place| round.given.get(place)).collect()
}

/// Every answer of the round, newest first.
pub fn list(opened: &Opened<'_>, round: &RoundView) -> impl IntoView + use<> {
    let visit = opened.visit;
    let w = review(visit.lang);
    let stands: BTreeSet<usize> = standing(&round.answers).into_values().collect();
    let lines: Vec<_> = round
        .given
        .iter()
        .enumerate()
        .rev()
        .map(|(n, g)| {
            let about = match &g.scope {
                Scope::Whole => view! { {w.whole} }.into_any(),
                Scope::Cell(a) => {
                    let title = place(visit, &opened.view.criteria.key(), a);
                    view! { <a href=format!("#c-{}", a.anchor())>{title}</a> }.into_any()
                }
            };
            let institution = round.names.get(&g.institution).map(|n| n.get(visit.lang).to_owned());
            let old = !stands.contains(&n) && g.verdict != Verdict::Withdraw;
            view! {
                <li><p class="row">{verdict_chip(visit, g.verdict)}<b>{g.name.clone()}</b><span class="small muted">{institution}</span>
                        <time class="mono small">{moment(g.at)}</time></p>
                    <p class="small">{about}" "<span class="muted">{fill(w.at_revision, &[&g.number])}{old.then(|| format!(" · {}", w.superseded))}</span></p>
                    {(!g.comment.is_empty()).then(|| view! { <p class="pre">{g.comment.clone()}</p> })}</li>
            }
        })
        .collect();
    view! {
        <section class="panel"><h2>{w.answers}</h2>
            {if lines.is_empty() {
                view! { <p class="empty">{w.answers_empty}</p> }.into_any()
            } else {
                view! { <ol class="timeline">{lines}</ol> }.into_any()
            }}
        </section>
    }
}
