//! Words that search takes for one another: a table that everybody may read and coordinators change.

use super::error::notice;
use super::shell::{Place, head, page};
use super::{Refused, Visit};
use crate::words::{common, fill, find};
use assessments::access::{Action, permit};
use assessments::cell::Layer;
use assessments::failure::Failure;
use assessments::search::{SynonymGroup, Synonyms, fold_text};
use leptos::prelude::*;

/// The page.
///
/// # Errors
/// [`Failure::SignedOut`] where nobody is signed in.
pub async fn synonyms(
    visit: &Visit,
    text: &str,
    tried: &str,
    done: &str,
    refused: Option<&Refused>,
) -> Result<String, Failure> {
    let actor = visit.actor()?;
    let table = visit.desk.synonyms(actor).await?;
    let may = permit(actor, Action::EditSynonyms, &Layer::Shared).is_ok();
    let (w, f) = (common(visit.lang), find(visit.lang));
    let wanted = fold_text(text);
    let fits = |g: &&SynonymGroup| wanted.is_empty() || g.words.iter().any(|word| fold_text(word).contains(&wanted));
    let mut shown: Vec<&SynonymGroup> = table.groups.iter().filter(fits).collect();
    // What people added stands first: it is what they come for.
    shown.sort_by_key(|g| g.shipped);
    let number = table.number;
    Ok(page(visit, f.synonyms, Place::None, || {
        view! {
            {head(f.synonyms.into(), Some(f.synonyms_lead.into()), ().into_any())}
            {(done == "kept").then(|| view! { <p class="note" data-tone="good" role="status">{f.synonyms_saved}</p> })}
            {refused.map(|r| notice(visit, &r.failure))}
            {may.then(|| adding(visit, number, refused))}
            <form class="filters" method="get" action="/synonyms" role="search" aria-label=f.synonyms>
                <label>{f.synonyms_filter}<input type="search" name="text" value=text.to_owned()/></label>
                <button class="btn">{w.apply_filter}</button>
                <label>{f.synonyms_try}<input type="search" name="try" value=tried.to_owned()/></label>
                <button class="btn">{f.try_it}</button>
            </form>
            {trial(visit, &table.groups, tried)}
            {if shown.is_empty() {
                view! { <p class="empty">{f.synonyms_empty}</p> }.into_any()
            } else {
                view! {
                    <p class="small muted">{fill(f.groups_count, &[&shown.len()])}</p>
                    <table class="list">
                        <thead><tr><th scope="col">{f.words_group}</th><th scope="col">{f.group_kind}</th>{may.then(|| view! { <th scope="col">{f.change}</th> })}</tr></thead>
                        <tbody>{shown.iter().map(|g| line(visit, g, number, may)).collect_view()}</tbody>
                    </table>
                }.into_any()
            }}
        }
    }))
}

/// What a query is searched for as well.
fn trial(visit: &Visit, groups: &[SynonymGroup], tried: &str) -> AnyView {
    let f = find(visit.lang);
    let tried: String = tried.trim().chars().take(200).collect();
    if tried.is_empty() {
        return ().into_any();
    }
    let in_force = Synonyms::of_groups(groups);
    let folded: Vec<char> = fold_text(&tried).chars().collect();
    let matches = in_force.matches(&folded).into_iter().filter(|m| !m.covered).flat_map(|m| m.words);
    let mut words: Vec<String> = matches.map(|word| as_written(groups, &word)).collect();
    words.sort();
    words.dedup();
    if words.is_empty() {
        return view! { <p class="note" role="status">{fill(f.synonyms_tried_none, &[&tried])}</p> }.into_any();
    }
    let list = words.into_iter().map(|word| view! { <li><span class="chip" data-tone="line">{word}</span></li> });
    view! { <div class="note" role="status"><p>{fill(f.synonyms_tried, &[&tried])}</p><ul class="chips">{list.collect_view()}</ul></div> }
        .into_any()
}

/// A folded word as people wrote it.
fn as_written(groups: &[SynonymGroup], folded: &str) -> String {
    let written = groups.iter().flat_map(|g| &g.words).find(|word| fold_text(word).trim() == folded);
    written.cloned().unwrap_or_else(|| folded.to_owned())
}

fn adding(visit: &Visit, number: i64, refused: Option<&Refused>) -> impl IntoView + use<> {
    let f = find(visit.lang);
    let typed = |name: &str| refused.and_then(|r| r.typed(name)).unwrap_or("").to_owned();
    let old = typed("old");
    view! {
        <form class="form wide panel" method="post" action="/synonyms">
            <input type="hidden" name="base" value=number.to_string()/>
            {(!old.is_empty()).then(|| view! { <input type="hidden" name="old" value=old.clone()/> })}
            <label>{f.add_group}<textarea name="words" rows="2" aria-describedby="words-hint" required>{super::shell::in_area(typed("words"))}</textarea></label>
            <p class="hint" id="words-hint">{f.words_hint}</p>
            <p class="row"><button class="btn" data-kind="primary" name="verb" value={if old.is_empty() { "add" } else { "change" }}>{if old.is_empty() { f.add } else { f.change }}</button></p>
        </form>
    }
}

/// One group in one form field, as it comes back.
fn key(group: &SynonymGroup) -> String {
    group.words.join("\t")
}

fn line(visit: &Visit, g: &SynonymGroup, number: i64, may: bool) -> impl IntoView + use<> {
    let f = find(visit.lang);
    let words = g.words.join(visit.lang.pick("、", ", "));
    let button = |verb: &'static str, word: &'static str, of: &'static str| {
        view! { <button class="btn" data-kind="quiet" name="verb" value=verb aria-label=fill(of, &[&words])>{word}</button> }
    };
    let tools = may.then(|| {
        let switch = if g.on {
            button("off", f.switch_off, f.switch_off_of)
        } else {
            button("on", f.switch_on, f.switch_on_of)
        };
        let own = (!g.shipped).then(|| {
            view! {
                {button("remove", f.remove, f.remove_of)}
                <details><summary class="small" aria-label=fill(f.change_of, &[&words])>{f.change}</summary>
                    <textarea name="words" rows="2" aria-label=f.words_group>{super::shell::in_area(words.clone())}</textarea>
                    <button class="btn" name="verb" value="change">{f.save}</button></details>
            }
        });
        view! {
            <td data-label=f.change><form method="post" action="/synonyms" class="row">
                <input type="hidden" name="base" value=number.to_string()/><input type="hidden" name="old" value=key(g)/>{switch}{own}</form></td>
        }
    });
    view! {
        <tr data-off=(!g.on).then_some("")>
            <th scope="row" data-label=f.words_group>{words.clone()}</th>
            <td data-label=f.group_kind class="nowrap"><span class="chip" data-tone="line">{if g.shipped { f.shipped_group } else { f.own_group }}</span>
                {(!g.on).then(|| view! { " "<span class="chip" data-tone="warn">{f.group_off}</span> })}</td>
            {tools}
        </tr>
    }
}

/// Reads a group as it is typed: words between commas of either width, or lines.
fn typed_words(text: &str) -> Vec<String> {
    text.split([',', '、', '，', '\n', '\t']).map(str::trim).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// Does what the page's forms ask for.
///
/// # Errors
/// [`Failure::Forbidden`] without the role; [`Failure::Invalid`] for a group that cannot be used; [`Failure::Conflict`]
/// where somebody else changed the list meanwhile.
pub async fn change(visit: &Visit, typed: &[(String, String)]) -> Result<(), Failure> {
    let actor = visit.who_may(Action::EditSynonyms, &Layer::Shared)?;
    let field = |name: &str| typed.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    let mut groups = visit.desk.synonyms(actor).await?.groups;
    let old: Vec<String> = field("old").split('\t').map(str::to_owned).collect();
    let at = groups.iter().position(|g| g.words == old);
    match (field("verb"), at) {
        ("add", _) => groups.push(SynonymGroup { words: typed_words(field("words")), shipped: false, on: true }),
        ("change", Some(at)) if !groups[at].shipped => groups[at].words = typed_words(field("words")),
        ("remove", Some(at)) if !groups[at].shipped => {
            groups.remove(at);
        }
        ("off", Some(at)) => groups[at].on = false,
        ("on", Some(at)) => groups[at].on = true,
        _ => return Err(Failure::invalid("synonyms", &old.join(", "))),
    }
    let base = field("base").parse().unwrap_or(0);
    visit.desk.set_synonyms(actor, base, &groups).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::typed_words;

    #[test]
    fn words_are_read_between_commas_of_either_width() {
        assert_eq!(typed_words(" MFA、多要素認証 ,二要素認証，\n2FA "), ["MFA", "多要素認証", "二要素認証", "2FA"]);
        assert!(typed_words("、,").is_empty());
    }
}
