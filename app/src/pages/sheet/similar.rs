//! Services like this one, with what is the same and what is not.

use super::Opened;
use crate::words::{fill, find};
use assessments::access::Actor;
use assessments::desk::SimilarSheet;
use assessments::failure::Failure;
use assessments::schema;
use leptos::prelude::*;

/// Sheets shown.
const SHOWN: usize = 5;

/// Reads the nearest sheets.
///
/// # Errors
/// [`Failure::NotFound`] where the reader may not read the common text.
pub async fn nearest(opened: &Opened<'_>, actor: &Actor) -> Result<Vec<SimilarSheet>, Failure> {
    opened.visit.desk.similar(actor, &opened.view.key.service, SHOWN).await
}

/// The panel.
pub fn panel(opened: &Opened<'_>, found: &[SimilarSheet]) -> impl IntoView + use<> {
    let f = find(opened.visit.lang);
    let list = if found.is_empty() {
        view! { <p class="empty">{f.similar_empty}</p> }.into_any()
    } else {
        view! { <ul class="plain-list similar">{found.iter().map(|s| entry(opened, s)).collect_view()}</ul> }.into_any()
    };
    view! { <section class="panel" id="similar"><h2>{f.similar}</h2>{list}<details class="small muted"><summary>{f.similar_how}</summary><p>{f.similar_hint}</p></details></section> }
}

fn entry(opened: &Opened<'_>, s: &SimilarSheet) -> impl IntoView + use<> {
    let lang = opened.visit.lang;
    let f = find(lang);
    let l = &s.likeness;
    let word = |key: &str| schema::availability(key).map_or(f.similar_none.to_owned(), |c| c.marked(lang));
    let different = l.different.iter().map(|(category, own, theirs)| {
        let name = opened.view.criteria.category(category).map(|c| c.name(lang).to_owned());
        let url = crate::pages::across::url(opened.visit, &opened.view.criteria, category);
        let by = if url.contains('?') { '&' } else { '?' };
        let url = format!("{url}{by}compare=1&with={}&with={}", opened.id(), s.service);
        view! { <li><a href=url><span class="mono">{category.clone()}</span>" "{name}</a>" "<span class="muted">{word(own)}" → "</span>{word(theirs)}</li> }
    });
    let percent = (l.score * 100.0).round();
    let facts = [
        Some(fill(f.similar_same, &[&l.same.len()])),
        (!l.guardrails.is_empty()).then(|| fill(f.similar_guardrails, &[&l.guardrails.len()])),
        l.group.then(|| f.similar_group.to_owned()),
    ];
    view! {
        <li><a href=format!("/services/{}", s.service)>{s.name.get(lang).to_owned()}</a>" "<b class="num">{format!("{percent}%")}</b>
            <span class="small muted">" "{facts.into_iter().flatten().collect::<Vec<_>>().join(" · ")}</span>
            {(!l.different.is_empty()).then(|| view! { <details class="small"><summary>{fill(f.similar_different, &[&l.different.len()])}</summary><ul>{different.collect_view()}</ul></details> })}</li>
    }
}
