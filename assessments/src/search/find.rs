//! One search over the layers as they stand: planned, asked wider and wider, and the hits of its page read.

use super::collect::{Collect, Collected};
use super::found::{Asking, Words};
use super::index::fault;
use super::kept::Kept;
use super::needles::Needle;
use super::parse::Parsed;
use super::plan::{Holdings, Plan, Planner, Stage};
use super::request::{Answer, FacetKey, Hit, HitKind, Request};
use super::snippet::Marks;
use super::{View, day_of, sweep};
use crate::cell::Layer;
use crate::failure::Failure;
use crate::lang::Lang;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};

/// Hits from which on a search is not made wider.
const ENOUGH: u64 = 10;
/// Most hits that are looked through for a page.
const DEEPEST: usize = 10_000;
/// Most values of a facet that are told.
const MOST_VALUES: usize = 100;

/// Plans a search, asks wider and wider until enough is found, and reads the hits of the page.
pub fn answer(
    view: &View,
    layers: &[Layer],
    parsed: &Parsed,
    lang: Option<Lang>,
    request: &Request,
    words: &Words,
) -> Result<Answer, Failure> {
    let View { opened, searchers, origin } = view;
    let words = words.asking(layers, &origin.states);
    let Some(columns) = opened.first().map(|i| i.columns) else { return Ok(Answer::default()) };
    let holdings = Holdings { searchers, fields: columns.fields, known: RefCell::default() };
    let mut planner = Planner {
        holdings,
        synonyms: &origin.synonyms,
        vocabulary: &origin.vocabulary,
        prefix: request.prefix,
        parts: false,
        words: Cell::new(0),
    };
    let mut plan = planner.plan(parsed);
    let mut answer = Answer { said: plan.said.clone(), ..Answer::default() };
    if plan.empty && !parsed.either.is_empty() {
        return Ok(answer);
    }
    let mut found = ask(Stage::All, view, &plan, request, &words)?;
    for stage in [Stage::Any, Stage::Parts] {
        if found.iter().map(|f| f.total).sum::<u64>() >= ENOUGH || !plan.widens() {
            break;
        }
        if stage == Stage::Parts {
            planner.parts = true;
            plan = planner.plan(parsed);
        }
        found = ask(stage, view, &plan, request, &words)?;
    }
    answer.total = found.iter().map(|f| f.total).sum();
    answer.facets = facets(&found);
    let mut best: Vec<(usize, f32, u32, tantivy::DocAddress)> = Vec::new();
    for (n, found) in found.iter().enumerate() {
        best.extend(found.best.iter().map(|(score, place, at)| (n, *score, *place, *at)));
    }
    best.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| (a.0, a.2).cmp(&(b.0, b.2))));
    for (n, score, _, at) in best.into_iter().skip(request.offset).take(request.limit) {
        let (Some(index), Some(searcher), Some(layer)) = (opened.get(n), searchers.get(n), layers.get(n)) else {
            continue;
        };
        if let Some(kept) = Kept::read(&index.stored(searcher, at)?)? {
            answer.hits.push(hit(kept, layer, score, &plan.needles, (lang, request.lang)));
        }
    }
    Ok(answer)
}

/// Asks each layer at one width.
fn ask(
    stage: Stage,
    View { opened, searchers, .. }: &View,
    plan: &Plan,
    request: &Request,
    words: &Asking<'_>,
) -> Result<Vec<Collected>, Failure> {
    // As many as would not be looked for wider, since what cannot be among them is not met where nothing is counted.
    let limit = request.offset.saturating_add(request.limit).clamp(ENOUGH as usize, DEEPEST);
    // The common text's statistics for all layers: scores can be compared then.
    let common = searchers.iter().find(|s| s.num_docs() > 0);
    let mut found = Vec::new();
    for (number, (index, searcher)) in opened.iter().zip(searchers).enumerate() {
        let collect = Collect {
            limit,
            filter: &request.facets,
            count: request.count,
            today: day_of(request.now),
            recent: request.recent,
            known: &index.known,
            floor: Cell::new(0.0),
        };
        found.push(
            sweep::sweep(plan, stage, searcher, common.unwrap_or(searcher), &collect, &words.within(number))
                .map_err(fault)?,
        );
    }
    Ok(found)
}

fn facets(found: &[Collected]) -> Vec<(FacetKey, Vec<(String, u64)>)> {
    let mut counts: BTreeMap<FacetKey, HashMap<&str, u64>> = BTreeMap::new();
    for ((key, value), count) in found.iter().flat_map(|f| &f.counts) {
        *counts.entry(*key).or_default().entry(value).or_default() += count;
    }
    let mut out = Vec::new();
    for key in FacetKey::ALL {
        let mut values: Vec<(String, u64)> =
            counts.remove(&key).into_iter().flatten().map(|(v, n)| (v.to_owned(), n)).collect();
        values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        values.truncate(MOST_VALUES);
        if !values.is_empty() {
            out.push((key, values));
        }
    }
    out
}

/// A document as a hit: in the language that is asked for, else in the one that answers the query better, else in the
/// reader's.
fn hit(kept: Kept<'_>, layer: &Layer, score: f32, needles: &[Needle], (asked, reader): (Option<Lang>, Lang)) -> Hit {
    let there = |lang: &Lang| !lang.pick(&kept.ja, &kept.en).is_empty();
    let marks = |lang: Lang| Marks::of(lang.pick(&kept.ja, &kept.en), needles);
    let (chosen, marks) = match asked.filter(there) {
        Some(asked) => (asked, marks(asked)),
        None => {
            let own = marks(reader);
            // Most hits have every word in the reader's language: the other text need not be looked through.
            let done = there(&reader) && own.whole(needles);
            let other = Some(reader.other()).filter(|lang| !done && there(lang)).map(|lang| (lang, marks(lang)));
            match other {
                Some(other) if !there(&reader) || other.1.worth(needles) > own.worth(needles) => other,
                _ => (reader, own),
            }
        }
    };
    let text = chosen.pick(&kept.ja, &kept.en);
    let why = marks.spelled(text, needles, marks.why(needles));
    let address = kept.address().map(|mut address| {
        // What is said about a cell is said about both its languages.
        let bilingual = kept.kind() != HitKind::Comment && address.declared().is_some_and(|f| f.bilingual);
        address.lang = bilingual.then_some(chosen);
        address
    });
    Hit {
        kind: kept.kind(),
        layer: layer.clone(),
        service: kept.service(),
        address,
        snippet: marks.snippet(text),
        text: text.to_owned(),
        reference: kept.reference.into_owned(),
        criteria: kept.criteria.into_owned(),
        title: kept.title,
        score,
        why,
    }
}
