//! Search: the box with its help, facets, what is active, and the results. The whole state stands in the address.

mod facets;
mod help;
mod hit;
mod notices;

pub use facets::facet_word;
pub use hit::{address, place, plain_hit, snippet, url};

use super::Visit;
use super::basket::{collect_form, flash};
use super::shell::{Place, moment, page};
use crate::words::{common, fill, find, pages};
use assessments::access::{Action, permit};
use assessments::cell::Layer;
use assessments::desk::Changed;
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::lang::Label;
use assessments::link::escape;
use assessments::search::{Answer, FacetKey, Hit, Request, State, Toggles};
use chrono::{DateTime, Utc};
use leptos::either::Either;
use leptos::prelude::*;
use std::sync::Arc;

/// Hits a page.
const SIZE: usize = 30;

/// What the address of the search page carries.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Text, facets, page.
    pub state: State,
    /// Whether hits stand by score alone and not under their sheets.
    pub flat: bool,
    /// What came or changed after this moment is marked: a saved search was opened.
    pub since: Option<DateTime<Utc>>,
    /// What a form did.
    pub done: String,
}

impl Asked {
    /// The address of this view with another state.
    pub fn with(&self, state: &State) -> String {
        self.with_query(&state.query())
    }

    fn with_query(&self, query: &str) -> String {
        let mut out = format!("/search?{query}");
        if self.flat {
            out.push_str("&view=flat");
        }
        if let Some(since) = self.since {
            out.push_str(&format!("&since={}", since.timestamp_millis()));
        }
        out
    }
}

/// What the page is drawn from.
struct Drawn<'a> {
    visit: &'a Visit,
    asked: &'a Asked,
    /// The addresses of the facets.
    toggles: Toggles<'a>,
    answer: Arc<Answer>,
    /// What came or changed since the last look.
    changed: Changed,
    /// Names of service groups, for a reader of English.
    groups: Vec<Label>,
    /// What was perhaps meant, where nothing was found.
    mean: Vec<(String, String)>,
}

impl Drawn<'_> {
    /// The address with a facet's value put in or taken out.
    fn toggled(&self, key: FacetKey, value: &str) -> String {
        self.asked.with_query(&self.toggles.query(key, value))
    }
}

/// The search page.
///
/// # Errors
/// [`Failure::SignedOut`] where nobody is signed in.
pub async fn search(visit: &Visit, asked: &Asked) -> Result<String, Failure> {
    let actor = visit.actor()?;
    let state = &asked.state;
    let any = !state.text.trim().is_empty() || !state.facets.is_empty();
    let request = Request {
        facets: state.facets.clone(),
        limit: SIZE,
        offset: (state.page.max(1) - 1) * SIZE,
        lang: visit.lang,
        ..Request::new(&state.text, visit.desk.now())
    };
    let answer = if any { visit.desk.find(actor, &request).await? } else { Arc::default() };
    let changed = match asked.since {
        Some(since) => visit.desk.changed_since(actor, since).await?,
        None => Changed::default(),
    };
    let grouped = answer.facets.iter().any(|(key, _)| *key == FacetKey::Group);
    let groups = if grouped { visit.desk.searched_groups(actor)? } else { vec![] };
    let mean = if any && answer.hits.is_empty() { meant(visit, &state.text).await? } else { vec![] };
    let drawn = Drawn { visit, asked, toggles: asked.state.toggles(), answer, changed, groups, mean };
    let p = pages(visit.lang);
    let typed = state.text.trim();
    let title = if typed.is_empty() { p.search_title.to_owned() } else { format!("{typed} · {}", p.search_title) };
    Ok(page(visit, &title, Place::None, || {
        view! {
            <div class="head"><div><h1>{p.search_title}</h1></div>
                <div class="actions"><a class="btn" data-kind="quiet" href="/searches">{find(visit.lang).saved_searches}</a>
                    <a class="btn" data-kind="quiet" href="/basket">{find(visit.lang).basket}</a></div></div>
            {flash(visit, &asked.done)}
            {form(&drawn)}
            {facets::chips(&drawn)}
            {if any {
                view! {
                    <div class="search-page">
                        {facets::column(&drawn)}
                        <div class="stack">{notices::notices(&drawn)}{results(&drawn)}</div>
                    </div>
                }.into_any()
            } else {
                view! { <p class="empty">{p.search_lead}</p> }.into_any()
            }}
        }
    }))
}

/// Services and guardrails whose names are near to what was typed.
async fn meant(visit: &Visit, text: &str) -> Result<Vec<(String, String)>, Failure> {
    let near: Vec<&str> = text.split_whitespace().filter(|word| !word.starts_with('-') && *word != "OR").collect();
    let near: String = near.join(" ").replace('"', "").chars().take(60).collect();
    let found = visit.desk.named_like(visit.actor()?, &near, 3).await?;
    let services = found.services.iter().map(|s| (format!("/services/{}", s.id), s.name.get(visit.lang).to_owned()));
    let guardrails =
        found.guardrails.iter().map(|g| (format!("/guardrail?id={}", escape(&g.id.to_string())), g.id.native.clone()));
    let categories = found.categories.iter().map(|(set, id, name)| {
        let set = visit.desk.criteria(set);
        (super::across::url(visit, &set, id), format!("{id} {}", name.get(visit.lang)))
    });
    Ok(services.chain(categories).chain(guardrails).collect())
}

/// The box. What is chosen stays chosen when the text changes.
fn form(d: &Drawn<'_>) -> impl IntoView + use<> {
    let (visit, asked) = (d.visit, d.asked);
    let (w, p) = (common(visit.lang), pages(visit.lang));
    let kept = asked
        .state
        .facets
        .iter()
        .map(|(key, value)| view! { <input type="hidden" name=key.key() value=value.to_owned()/> })
        .collect_view();
    view! {
        <form class="filters search-box" method="get" action="/search" role="search" aria-label=p.search_title>
            <label>{p.search_label}<input type="search" name="q" value=asked.state.text.clone() maxlength="2000"/></label>
            {kept}
            {asked.flat.then(|| view! { <input type="hidden" name="view" value="flat"/> })}
            <button class="btn" data-kind="primary">{w.search}</button>
            {help::help(visit)}
        </form>
    }
}

fn results(d: &Drawn<'_>) -> AnyView {
    let (visit, f) = (d.visit, find(d.visit.lang));
    if d.answer.hits.is_empty() {
        return notices::none(d);
    }
    let groups = by_sheet(&d.answer.hits);
    let counted = if d.asked.flat {
        fill(f.found_total, &[&d.answer.total])
    } else {
        fill(f.found_groups, &[&d.answer.total, &groups.len(), &d.answer.hits.len()])
    };
    let other = Asked { flat: !d.asked.flat, ..d.asked.clone() };
    let toggle = |flat: bool, word: &'static str| {
        let here = d.asked.flat == flat;
        let to = if here { d.asked.with(&d.asked.state) } else { other.with(&d.asked.state) };
        view! { <a href=to aria-current=here.then_some("true")>{word}</a> }
    };
    let list = if d.asked.flat {
        view! { <section class="panel hits"><ul class="plain-list">{d.answer.hits.iter().map(|h| hit::hit(d, h, true)).collect_view()}</ul></section> }
            .into_any()
    } else {
        groups.into_iter().map(|(service, hits)| group(d, service, &hits)).collect_view().into_any()
    };
    view! {
        <div class="result-bar">
            <p class="muted small" role="status">{counted}</p>
            <nav class="toggle" aria-label=f.order>{toggle(false, f.by_sheet)}{toggle(true, f.by_score)}</nav>
        </div>
        {collect_form(visit)}
        {d.asked.since.map(|at| view! { <p class="small muted">{fill(f.since_note, &[&moment(at)])}</p> })}
        {list}
        {pager(d)}
        {save(visit, d)}
    }
    .into_any()
}

/// Hits under their sheets, in the order of each sheet's best hit; what belongs to no sheet stands together.
fn by_sheet(hits: &[Hit]) -> Vec<(Option<&ServiceId>, Vec<&Hit>)> {
    let mut groups: Vec<(Option<&ServiceId>, Vec<&Hit>)> = Vec::new();
    for hit in hits {
        match groups.iter_mut().find(|(service, _)| *service == hit.service.as_ref()) {
            Some((_, list)) => list.push(hit),
            None => groups.push((hit.service.as_ref(), vec![hit])),
        }
    }
    groups
}

fn group(d: &Drawn<'_>, service: Option<&ServiceId>, hits: &[&Hit]) -> impl IntoView + use<> {
    let title = match (service, hits.first()) {
        (Some(id), Some(first)) => Either::Left(
            view! { <h2><a href=format!("/services/{id}")>{first.title.get(d.visit.lang).to_owned()}</a></h2> },
        ),
        _ => {
            let f = find(d.visit.lang);
            Either::Right(view! { <h2>{f.kind_guardrail}" · "{f.kind_category}</h2> })
        }
    };
    view! { <section class="panel hits">{title}<ul class="plain-list">{hits.iter().map(|h| hit::hit(d, h, false)).collect_view()}</ul></section> }
}

fn pager(d: &Drawn<'_>) -> AnyView {
    let w = common(d.visit.lang);
    let total = usize::try_from(d.answer.total).unwrap_or(usize::MAX);
    let (here, last) = (d.asked.state.page.max(1), total.div_ceil(SIZE).clamp(1, 500));
    if last <= 1 {
        return ().into_any();
    }
    let to = |page: usize| d.asked.with(&d.asked.state.at(page));
    view! {
        <nav class="pager" aria-label=fill(w.page_of, &[&here, &last])>
            {(here > 1).then(|| view! { <a class="btn" rel="prev" href=to(here - 1)>{w.previous}</a> })}
            <span>{fill(w.page_of, &[&here, &last])}</span>
            {(here < last).then(|| view! { <a class="btn" rel="next" href=to(here + 1)>{w.next}</a> })}
        </nav>
    }
    .into_any()
}

/// The form that keeps this search under a name.
fn save(visit: &Visit, d: &Drawn<'_>) -> impl IntoView + use<> {
    let f = find(visit.lang);
    let may = |id: &assessments::id::InstitutionId| {
        visit.actor.as_ref().is_some_and(|a| permit(a, Action::Comment, &Layer::Institution(id.clone())).is_ok())
    };
    let shares: Vec<_> = visit.institutions.iter().filter(|(id, _)| may(id)).collect();
    let options = shares
        .iter()
        .map(|(id, name)| view! { <option value=id.to_string()>{name.get(visit.lang).to_owned()}</option> });
    let share = (!shares.is_empty()).then(|| {
        view! { <label>{f.share_with}<select name="share"><option value="">{f.share_nobody}</option>{options.collect_view()}</select></label> }
    });
    let name: String = d.asked.state.text.chars().take(60).collect();
    view! {
        <details class="save-search"><summary>{f.save_search}</summary>
            <form class="filters" method="post" action="/searches">
                <input type="hidden" name="query" value=d.asked.state.at(1).query()/>
                <label>{f.search_name}<input type="text" name="name" required maxlength="80" value=name/></label>
                {share}
                <button class="btn" name="verb" value="save">{f.save}</button>
            </form>
        </details>
    }
}
