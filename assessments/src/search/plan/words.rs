//! The words of a plan: the ways in which a text can answer to each.

use super::{Fields, MAX_NAMED, MAX_WORDS, Plan, Planner, SERVICE, TOPIC, Unit, Way};
use crate::search::chunks::{self, Chunk, Kind, chunks, one_edit, pairs};
use crate::search::docs::tag;
use crate::search::fold::{fold, is_kanji};
use crate::search::needles::Needle;
use crate::search::phrase::{exact_terms, scattered_terms};
use crate::search::request::{Notice, WhyKind};
use crate::search::stem::stem;
use crate::search::synonyms::Match;
use crate::search::tokens::pair;
use std::collections::BTreeSet;
use tantivy::schema::Field;

/// Most words of a query that are put right: each costs some thousand look-ups.
const MAX_CORRECTED: usize = 4;
/// Longest Japanese word that is taken apart, in characters.
const MAX_COMPOUND: usize = 30;

impl Planner<'_> {
    /// The words of a text, the last one perhaps still being typed.
    pub(super) fn units(&self, text: &str, prefix: bool, plan: &mut Plan) -> Vec<Unit> {
        let text = &self.put_right(text, prefix, plan);
        let source = fold(text);
        let typed = |from: usize, to: usize| -> String {
            let ends = source.get(from).zip(source.get(to.saturating_sub(1)));
            ends.and_then(|(a, b)| text.get(a.start..b.end)).unwrap_or_default().to_owned()
        };
        let (folded, found) = chunks(text);
        let mut found: Vec<Chunk> = found.into_iter().flat_map(|c| self.apart(c)).collect();
        self.bound_words(&mut found, plan);
        let last = found.len().saturating_sub(1);
        let trailing = text.chars().next_back().is_some_and(char::is_whitespace);
        let mut units: Vec<Option<Unit>> = found
            .iter()
            .enumerate()
            .map(|(n, c)| Some(self.word(c, &typed(c.from, c.to), prefix && n == last && !trailing, plan)))
            .collect();
        let mut taken = vec![false; found.len()];
        self.services(&folded, &found, &mut units, &mut taken, &typed, plan);
        let mut matches: Vec<(Match, Vec<usize>)> = Vec::new();
        for matched in self.synonyms.matches(&folded) {
            let covers = |c: &Chunk| c.from >= matched.from && c.to <= matched.to;
            let covered: Vec<usize> = found.iter().enumerate().filter(|(_, c)| covers(c)).map(|(n, _)| n).collect();
            // A word within a longer known one counts where it is a word of the query itself.
            if !matched.covered || covered.len() == 1 {
                matches.push((matched, covered));
            }
        }
        // Single words first: a span takes them as they are then.
        matches.sort_by_key(|(_, covered)| covered.len() > 1);
        for (matched, covered) in matches {
            let typed = typed(matched.from, matched.to);
            let quality = if matched.partial { 0.3 } else { 0.72 };
            let (ways, loose) = self.synonym_ways(&matched.words, quality, &typed, plan);
            if ways.is_empty() && loose.is_empty() {
                continue;
            }
            match covered.as_slice() {
                [] => {
                    // Within a word: 鍵 in 暗号鍵管理.
                    let around = found.iter().position(|c| c.from <= matched.from && matched.to <= c.to);
                    if let Some(unit) = around.and_then(|n| units.get_mut(n)).and_then(Option::as_mut) {
                        // In the text alone: parts are summed up, and neither what a row is about nor its name counts beside it.
                        let text = self.holdings.fields.text;
                        unit.loose.extend(ways.into_iter().chain(loose).filter(|way| way.field == text));
                    }
                }
                [one] => {
                    if let Some(unit) = units.get_mut(*one).and_then(Option::as_mut) {
                        unit.ways.extend(ways);
                        unit.loose.extend(loose);
                    }
                }
                [first, .., end] if covered.iter().all(|n| !taken[*n]) => {
                    covered.iter().for_each(|n| taken[*n] = true);
                    let inner: Vec<Unit> =
                        units.get_mut(*first..=*end).into_iter().flatten().filter_map(Option::take).collect();
                    let weight = inner.iter().filter(|u| !u.optional).map(|u| u.weight).sum::<f32>().min(12.0);
                    let span = Unit { ways, inner, loose, weight, optional: false, named: false };
                    if let Some(slot) = units.get_mut(*first) {
                        *slot = Some(span);
                    }
                }
                _ => {}
            }
        }
        let mut units: Vec<Unit> = units.into_iter().flatten().collect();
        units.iter_mut().for_each(|u| {
            u.tidy();
            self.weigh(u);
        });
        units
    }

    /// A service that the query names, by as many words as its name has.
    fn services(
        &self,
        folded: &[char],
        found: &[Chunk],
        units: &mut [Option<Unit>],
        taken: &mut [bool],
        typed: &dyn Fn(usize, usize) -> String,
        plan: &mut Plan,
    ) {
        for length in (1..=self.vocabulary.longest().min(found.len())).rev() {
            for first in 0..=found.len() - length {
                let end = first + length - 1;
                let (Some(a), Some(b)) = (found.get(first), found.get(end)) else { continue };
                if (first..=end).any(|n| taken[n]) {
                    continue;
                }
                let name: String = folded.get(a.from..b.to).unwrap_or_default().iter().collect();
                let named = self.vocabulary.named(&name);
                // What very many are called names none of them, and asking for each would cost more than it tells.
                if named.is_empty() || named.len() > MAX_NAMED {
                    continue;
                }
                (first..=end).for_each(|n| taken[n] = true);
                let name = typed(a.from, b.to);
                plan.said.extend(named.iter().map(|id| Notice::Service { typed: name.clone(), service: id.clone() }));
                let inner: Vec<Unit> =
                    units.get_mut(first..=end).into_iter().flatten().filter_map(Option::take).collect();
                let named_by = |id: &crate::id::ServiceId| tag("service", id.as_str());
                let way = |id| Way { plus: SERVICE, ..Way::silent(self.holdings.fields.tag, vec![named_by(id)]) };
                let ways = named.iter().map(way).collect();
                let unit = Unit { ways, inner, loose: vec![], weight: 1.0, optional: false, named: true };
                if let Some(slot) = units.get_mut(first) {
                    *slot = Some(unit);
                }
            }
        }
    }

    /// How rare a word is decides how much it counts.
    fn weigh(&self, unit: &mut Unit) {
        unit.inner.iter_mut().for_each(|u| self.weigh(u));
        if unit.named {
            return;
        }
        if !unit.inner.is_empty() {
            unit.weight = unit.inner.iter().filter(|u| !u.optional).map(|u| u.weight).sum::<f32>().min(12.0);
            return;
        }
        let text = self.holdings.fields.text;
        let most =
            unit.ways.iter().filter(|w| w.field == text).map(|w| self.holdings.all_of(&w.terms)).max().unwrap_or(0);
        let (all, most) = (self.holdings.documents() as f32, most as f32);
        unit.weight = (1.0 + (all - most + 0.5).max(0.5) / (most + 0.5)).ln().clamp(0.4, 8.0);
        if unit.optional {
            unit.weight *= 0.25;
        }
    }

    /// A word and no more than so many of a query, each once: what is behind them is not looked for, and the reader is told.
    fn bound_words(&self, found: &mut Vec<Chunk>, plan: &mut Plan) {
        let mut seen = BTreeSet::new();
        found.retain(|c| seen.insert(c.text.clone()));
        let room = MAX_WORDS.saturating_sub(self.words.get());
        if found.len() > room {
            found.truncate(room);
            let notice = Notice::Fewer { words: MAX_WORDS };
            if !plan.said.contains(&notice) {
                plan.said.push(notice);
            }
        }
        self.words.set(self.words.get() + found.len());
    }

    fn word(&self, chunk: &Chunk, typed: &str, prefix: bool, plan: &mut Plan) -> Unit {
        plan.needles.push(Needle::typed(&chunk.text));
        let mut unit =
            Unit { ways: vec![], inner: vec![], loose: vec![], weight: 1.0, optional: chunk.optional, named: false };
        match chunk.kind {
            Kind::Latin => self.latin(chunk, typed, prefix, &mut unit, plan),
            _ => self.japanese(chunk, &mut unit),
        }
        unit
    }

    fn way(&self, field: Field, terms: Vec<String>, quality: f32) -> Way {
        let fields = &self.holdings.fields;
        if field == fields.text {
            Way::new(field, terms, quality)
        } else if field == fields.topic {
            Way::new(field, terms, quality * TOPIC)
        } else {
            Way::flat(field, terms, quality * 0.8)
        }
    }

    fn latin(&self, chunk: &Chunk, typed: &str, prefix: bool, unit: &mut Unit, plan: &mut Plan) {
        let Fields { text, topic, head, name, tag: tags } = self.holdings.fields;
        let word = &chunk.text;
        if chunk.parts.len() > 1 {
            let pairs: Vec<String> = chunk.parts.windows(2).filter_map(|w| Some(pair(w.first()?, w.get(1)?))).collect();
            unit.ways.push(self.way(text, vec![word.clone()], 1.25));
            unit.ways.push(self.way(tags, vec![tag("names", word)], 1.35));
            unit.ways.push(self.way(text, pairs.clone(), 0.95));
            unit.ways.push(self.way(topic, pairs.clone(), 0.95));
            unit.ways.push(self.way(head, pairs, 0.4));
            let long: Vec<String> = chunk.parts.iter().filter(|p| p.chars().count() > 1).map(|p| stem(p)).collect();
            plan.needles.extend(chunk.parts.iter().filter(|p| p.chars().count() > 2).map(|p| Needle::part(p)));
            unit.loose.push(self.way(text, long.clone(), 0.6));
            unit.loose.extend(long.into_iter().map(|p| self.way(text, vec![p], 0.15)));
            if prefix || self.holdings.text(word) == 0 {
                self.longer(chunk, typed, 1.1, unit, plan);
            }
            return;
        }
        let stemmed = stem(word);
        unit.ways.push(self.way(text, vec![word.clone()], 1.0));
        if stemmed != *word {
            unit.ways.push(self.way(text, vec![stemmed.clone()], 0.95));
        } else {
            unit.ways.push(self.way(tags, vec![tag("names", word)], 1.3));
        }
        unit.ways.push(self.way(topic, vec![stemmed.clone()], 0.95));
        unit.ways.push(self.way(head, vec![stemmed.clone()], 0.45));
        unit.ways.push(self.way(name, vec![word.clone()], 0.4));
        let known = self.holdings.text(&stemmed) + self.holdings.text(word);
        let length = word.chars().count();
        if prefix && length >= 2 {
            self.longer(chunk, typed, 0.8, unit, plan);
        } else if known == 0 && length >= 3 && !self.synonyms.knows(word) {
            self.longer(chunk, typed, 0.75, unit, plan);
        } else if self.parts && length >= 3 {
            let words = self.holdings.starting(word).into_iter().filter(|w| stem(w) != stemmed).take(12);
            unit.loose.extend(words.map(|w| self.way(text, vec![w], 0.3)));
        }
    }

    /// Longer words that start so.
    fn longer(&self, chunk: &Chunk, typed: &str, quality: f32, unit: &mut Unit, plan: &mut Plan) {
        let words = self.holdings.starting(&chunk.text);
        if !words.is_empty() {
            plan.needles.push(Needle::other(&chunk.text, WhyKind::Prefix, typed));
        }
        unit.ways.extend(words.into_iter().map(|w| self.way(self.holdings.fields.text, vec![w], quality)));
    }

    /// The text with those words put right that no text holds, that nothing starts with and nobody knows, where one edit
    /// makes a word of them that a text holds.
    fn put_right(&self, text: &str, prefix: bool, plan: &mut Plan) -> String {
        let folded = fold(text);
        let found = chunks(text).1;
        let last = found.len().saturating_sub(usize::from(prefix));
        let mut out = text.to_owned();
        let mut tried = 0;
        for chunk in found.iter().take(last).take(MAX_WORDS).rev() {
            let word = &chunk.text;
            let unknown = chunk.kind == Kind::Latin
                && chunk.parts.len() == 1
                && (4..=24).contains(&word.chars().count())
                && self.holdings.text(word) + self.holdings.text(&stem(word)) == 0
                && !self.synonyms.knows(word)
                && self.vocabulary.named(word).is_empty()
                && self.holdings.starting(word).is_empty();
            if !unknown || tried == MAX_CORRECTED {
                continue;
            }
            tried += 1;
            let near = one_edit(word).into_iter().map(|w| (self.holdings.text(&w), w));
            let Some((_, right)) = near.filter(|(n, _)| *n > 0).max() else { continue };
            let ends = folded.get(chunk.from).zip(folded.get(chunk.to.saturating_sub(1)));
            if let Some((first, end)) = ends {
                let typed = text.get(first.start..end.end).unwrap_or(word).to_owned();
                out.replace_range(first.start..end.end, &right);
                plan.needles.push(Needle::other(&right, WhyKind::Typo, &typed));
                plan.said.push(Notice::Corrected { typed, found: right });
            }
        }
        out
    }

    /// A compound that no text holds as the words that it is made of.
    fn apart(&self, chunk: Chunk) -> Vec<Chunk> {
        let long = chunk.kind == Kind::Japanese && (4..=MAX_COMPOUND).contains(&chunk.text.chars().count());
        if !long || self.synonyms.knows(&chunk.text) || self.holdings.all_of(&exact_terms(&chunk.text, false)) > 0 {
            return vec![chunk];
        }
        let known = |w: &str| self.synonyms.knows(w) || self.holdings.all_of(&exact_terms(w, false)) > 0;
        match chunks::apart(&chunk, &known) {
            words if words.is_empty() => vec![chunk],
            words => words,
        }
    }

    fn japanese(&self, chunk: &Chunk, unit: &mut Unit) {
        let Fields { text, topic, head, name, .. } = self.holdings.fields;
        let length = chunk.text.chars().count();
        let terms = match chunk.kind {
            Kind::Hiragana => pairs(&chunk.text),
            _ => exact_terms(&chunk.text, false),
        };
        if chunk.kind == Kind::Verb {
            let first: String = chunk.text.chars().take(1).collect();
            unit.ways.push(self.way(text, vec![first], 0.55));
        }
        unit.ways.push(self.way(text, terms.clone(), 1.0));
        unit.ways.push(self.way(topic, terms.clone(), 1.0));
        unit.ways.push(self.way(head, terms.clone(), 0.45));
        unit.ways.push(self.way(name, terms, 0.35));
        if length > 2 {
            let mut pairs = pairs(&chunk.text);
            pairs.truncate(MAX_COMPOUND);
            let share = 0.55 / pairs.len() as f32;
            unit.loose.extend(pairs.into_iter().map(|p| self.way(text, vec![p], share)));
        } else if length == 2 && chunk.kind == Kind::Japanese {
            unit.loose
                .extend(chunk.text.chars().filter(|c| is_kanji(*c)).map(|c| self.way(text, vec![c.to_string()], 0.12)));
        }
    }

    fn synonym_ways(&self, words: &[String], quality: f32, typed: &str, plan: &mut Plan) -> (Vec<Way>, Vec<Way>) {
        let (mut ways, mut loose) = (Vec::new(), Vec::new());
        let mut used: Vec<(u64, String)> = Vec::new();
        for word in words {
            let terms = exact_terms(word, true);
            let count = self.holdings.all_of(&terms);
            let scattered = scattered_terms(word);
            if !scattered.is_empty() && self.holdings.all_of(&scattered) > 0 {
                // Its words, though not beside one another: 鍵 and ローテーション.
                let way = Way::other(self.holdings.fields.text, scattered, quality * 0.6);
                if count == 0 { ways.push(way) } else { loose.push(way) }
            }
            if terms.is_empty() || count == 0 {
                continue;
            }
            used.push((count, word.clone()));
            plan.needles.push(Needle::other(word, WhyKind::Synonym, typed));
            ways.push(Way::other(self.holdings.fields.text, terms.clone(), quality));
            ways.push(Way::other(self.holdings.fields.topic, terms.clone(), quality * TOPIC));
            ways.push(self.way(self.holdings.fields.head, terms, quality * 0.45));
        }
        used.sort_by(|a, b| b.cmp(a));
        if !used.is_empty() {
            plan.said.push(Notice::Synonyms {
                typed: typed.to_owned(),
                used: used.iter().map(|(_, w)| self.synonyms.written(w).to_owned()).collect(),
            });
        }
        (ways, loose)
    }
}
