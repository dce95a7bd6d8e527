//! Facets: a column of links with counts, and what is chosen as chips that a press takes away.

use super::Drawn;
use crate::pages::Visit;
use crate::words::{fill, find, pages};
use assessments::guardrail::Mechanism;
use assessments::lang::{Label, Lang};
use assessments::schema;
use assessments::search::FacetKey;
use leptos::prelude::*;

/// Values shown before the rest is folded away.
const SHOWN: usize = 7;

/// The name of a facet.
fn name(visit: &Visit, key: FacetKey) -> &'static str {
    let f = find(visit.lang);
    match key {
        FacetKey::Viewpoint => f.facet_viewpoint,
        FacetKey::Category => f.facet_category,
        FacetKey::Provider => f.facet_provider,
        FacetKey::Group => f.facet_group,
        FacetKey::Availability => f.facet_availability,
        FacetKey::Responsibility => f.facet_responsibility,
        FacetKey::Mode => f.facet_mode,
        FacetKey::Mechanism => f.facet_mechanism,
        FacetKey::State => f.facet_state,
        FacetKey::Institution => f.facet_institution,
        FacetKey::Severity => f.facet_severity,
        FacetKey::Section => f.facet_section,
        FacetKey::Changed => f.facet_changed,
        FacetKey::Evidence => f.facet_evidence,
    }
}

fn choice(visit: &Visit, section: &str, field: &str, value: &str) -> Option<String> {
    schema::field(section, field)?.choices().iter().find(|c| c.key == value).map(|c| c.marked(visit.lang))
}

/// The word of a facet's value; the value itself where it has none.
pub fn facet_word(visit: &Visit, groups: &[Label], key: FacetKey, value: &str) -> String {
    let (f, p) = (find(visit.lang), pages(visit.lang));
    let set = || visit.desk.criteria("");
    let known = match key {
        FacetKey::Viewpoint => set().viewpoint(value).map(|v| v.get(visit.lang).to_owned()),
        FacetKey::Category => set().category(value).map(|c| format!("{} {}", c.id, c.name(visit.lang))),
        FacetKey::Group if visit.lang == Lang::En => {
            groups.iter().find(|g| g.ja == value).map(|g| g.get(Lang::En).to_owned()).filter(|w| !w.is_empty())
        }
        FacetKey::Provider | FacetKey::Group => None,
        FacetKey::Availability => choice(visit, "criteria", "availability", value),
        FacetKey::Responsibility => choice(visit, "criteria", "responsibility", value),
        FacetKey::Mode => choice(visit, "criteria", "modes", value),
        FacetKey::Mechanism => Mechanism::parse(value).map(|m| m.name().to_owned()),
        FacetKey::Severity => choice(visit, "notes", "severity", value),
        FacetKey::Institution if value == "shared" => Some(f.common_text.to_owned()),
        FacetKey::Institution => {
            visit.institutions.iter().find(|(id, _)| id.as_str() == value).map(|(_, n)| n.get(visit.lang).to_owned())
        }
        FacetKey::Section => schema::section(value).map(|s| s.label(visit.lang).to_owned()),
        FacetKey::State | FacetKey::Changed | FacetKey::Evidence => None,
    };
    let fixed = || {
        Some(match (key, value) {
            (FacetKey::State, "empty") => p.state_empty,
            (FacetKey::State, "started") => p.state_started,
            (FacetKey::State, "answered") => p.state_answered,
            (FacetKey::State, "published") => f.state_published,
            (FacetKey::Changed, "7d") => f.days_7,
            (FacetKey::Changed, "30d") => f.days_30,
            (FacetKey::Changed, "90d") => f.days_90,
            (FacetKey::Changed, "365d") => f.days_365,
            (FacetKey::Evidence, "180d") => f.older_180,
            (FacetKey::Evidence, "365d") => f.older_365,
            (FacetKey::Evidence, "730d") => f.older_730,
            (FacetKey::Evidence, "never") => f.never_checked,
            (FacetKey::Section, "comment") => f.kind_comment,
            (FacetKey::Section, "guardrail") => f.kind_guardrail,
            (FacetKey::Section, "category") => f.kind_category,
            (FacetKey::Section, "published") => f.kind_published,
            (FacetKey::Section, "service") => f.kind_service,
            (FacetKey::Severity, "critical") => p.critical,
            (FacetKey::Severity, "variable") => p.variable,
            _ => return None,
        })
    };
    known.or_else(|| fixed().map(str::to_owned)).unwrap_or_else(|| value.to_owned())
}

/// What is chosen, each with its way out.
pub fn chips(d: &Drawn<'_>) -> AnyView {
    let (visit, state, f) = (d.visit, &d.asked.state, find(d.visit.lang));
    if state.facets.is_empty() {
        return ().into_any();
    }
    let chips = state.facets.iter().map(|(key, value)| {
        let (name, word) = (name(visit, key), facet_word(visit, &d.groups, key, value));
        let label = fill(f.facet_remove, &[&name, &word]);
        view! {
            <li><a class="chip" data-tone="info" href=d.toggled(key, value) aria-label=label>
                <span class="muted">{name}</span>" "{word}" ×"</a></li>
        }
    });
    let mut bare = state.at(1);
    bare.facets = Default::default();
    view! {
        <ul class="chips" aria-label=f.active>{chips.collect_view()}
            <li><a class="small" href=d.asked.with(&bare)>{f.clear_all}</a></li></ul>
    }
    .into_any()
}

/// The column of facets. A facet with one value says nothing, unless that value is chosen.
pub fn column(d: &Drawn<'_>) -> AnyView {
    let f = find(d.visit.lang);
    let chosen = |key: FacetKey| d.asked.state.facets.of(key).next().is_some();
    let telling: Vec<_> = d.answer.facets.iter().filter(|(key, values)| values.len() > 1 || chosen(*key)).collect();
    if telling.is_empty() {
        return ().into_any();
    }
    let groups =
        telling.into_iter().enumerate().map(|(n, (key, values))| facet(d, *key, values, n < 5 || chosen(*key)));
    view! {
        <aside class="facet-column" aria-label=f.facets>
            <details class="facet-box"><summary class="btn">{f.facets}</summary><div class="facet-groups">{groups.collect_view()}</div></details>
        </aside>
    }
    .into_any()
}

fn facet(d: &Drawn<'_>, key: FacetKey, values: &[(String, u64)], open: bool) -> impl IntoView + use<> {
    let (visit, f, title) = (d.visit, find(d.visit.lang), name(d.visit, key));
    let entry = |(value, count): &(String, u64)| {
        let on = d.asked.state.facets.has(key, value);
        let word = facet_word(visit, &d.groups, key, value);
        let label =
            if on { fill(f.facet_remove, &[&title, &word]) } else { fill(f.facet_add, &[&title, &word, count]) };
        view! {
            <li><a href=d.toggled(key, value) data-on=on.then_some("") aria-label=label>
                <span>{on.then_some("✓ ")}{word}</span><span class="count">{*count}</span></a></li>
        }
    };
    let (first, rest) = values.split_at(values.len().min(SHOWN));
    let more = (!rest.is_empty()).then(|| {
        view! { <details><summary class="small">{fill(f.facet_more, &[&rest.len()])}</summary><ul>{rest.iter().map(entry).collect_view()}</ul></details> }
    });
    view! { <details class="facet" open=open><summary>{title}</summary><ul>{first.iter().map(entry).collect_view()}</ul>{more}</details> }
}
