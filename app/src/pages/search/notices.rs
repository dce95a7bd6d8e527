//! What a reader is told about a search, and ways on where nothing was found.

use super::Drawn;
use crate::words::{fill, find};
use assessments::link::escape;
use assessments::search::{Notice, Slip, State};
use leptos::prelude::*;

/// What was done with the query beside looking for it.
pub fn notices(d: &Drawn<'_>) -> AnyView {
    if d.answer.said.is_empty() {
        return ().into_any();
    }
    let lines = d.answer.said.iter().map(|n| view! { <li>{words(d, n)}</li> });
    view! { <div role="status"><ul class="plain-list notices small">{lines.collect_view()}</ul></div> }.into_any()
}

fn words(d: &Drawn<'_>, notice: &Notice) -> String {
    let f = find(d.visit.lang);
    match notice {
        Notice::Literal { typed, slip } => {
            let why = match slip {
                Slip::Quote => f.slip_quote,
                Slip::Field => f.slip_field,
                Slip::Value => f.slip_value,
                Slip::Operator => f.slip_operator,
                Slip::OnlyMinus => f.slip_minus,
            };
            format!("{} {why}", fill(f.literal, &[typed]))
        }
        Notice::Synonyms { typed, used } => fill(f.synonyms_used, &[typed, &used.join(d.visit.lang.pick("、", ", "))]),
        Notice::Corrected { typed, found } => fill(f.corrected, &[typed, found]),
        Notice::Service { service, .. } => fill(f.named_service, &[service]),
        Notice::Cut { kept } => fill(f.cut, &[kept]),
        Notice::Fewer { words } => fill(f.fewer, &[words]),
        Notice::Nothing => f.nothing.to_owned(),
    }
}

/// Nothing was found: fewer conditions, one word, no quotes, names that are near.
pub fn none(d: &Drawn<'_>) -> AnyView {
    let (f, state) = (find(d.visit.lang), &d.asked.state);
    let to = |text: &str| d.asked.with(&State { text: text.to_owned(), ..state.at(1) });
    let mut bare = state.at(1);
    bare.facets = Default::default();
    let facets = (!state.facets.is_empty()).then(|| view! { <li><a href=d.asked.with(&bare)>{f.none_facets}</a></li> });
    let quotes = state
        .text
        .contains('"')
        .then(|| view! { <li><a href=to(&state.text.replace('"', " "))>{f.none_quotes}</a></li> });
    let words: Vec<&str> =
        state.text.split_whitespace().filter(|w| !w.starts_with('-') && *w != "OR").take(6).collect();
    let single = (words.len() > 1).then(|| {
        let links =
            words.iter().map(|w| view! { " "<a class="chip" data-tone="line" href=to(w)>{(*w).to_owned()}</a> });
        view! { <li>{f.none_words}":"{links.collect_view()}</li> }
    });
    let mean = (!d.mean.is_empty()).then(|| {
        let links = d
            .mean
            .iter()
            .map(|(url, name)| view! { " "<a class="chip" data-tone="line" href=url.clone()>{name.clone()}</a> });
        view! { <li>{f.none_mean}":"{links.collect_view()}</li> }
    });
    let visit = d.visit;
    let listed = |word: &str| visit.actor().and_then(|a| visit.desk.guardrails(a, word, None, 1, 1));
    let single_word = words.first().filter(|_| words.len() == 1).map(|word| (*word).to_owned());
    let guardrails = single_word.filter(|word| listed(word).is_ok_and(|found| found.total > 0)).map(|word| {
        let url = format!("/guardrails?text={}", escape(&word));
        view! { <li><a href=url>{f.kind_guardrail}" › "{word}</a></li> }
    });
    view! {
        <div class="empty"><p role="status"><b>{f.none_title}</b></p>
            <ul class="plain-list">{facets}{quotes}{single}{mean}{guardrails}</ul>
            <p class="small muted">{f.none_hint}</p></div>
    }
    .into_any()
}
