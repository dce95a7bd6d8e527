//! A whole search as the query string of an address, both ways: what a colleague is sent finds the same.

use super::request::{FacetFilter, FacetKey};
use crate::link::escape;

/// Most pages that are read through.
const MOST_PAGES: usize = 500;
/// Most characters of a text that an address carries.
const MOST_CHARS: usize = 2_000;

/// What the search page shows, apart from the results.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// What was typed.
    pub text: String,
    /// Facets chosen.
    pub facets: FacetFilter,
    /// Page, from 1; 0 counts as 1.
    pub page: usize,
}

impl State {
    /// Reads a query string (without `?`). What it does not know it leaves out; nothing is an error.
    pub fn parse(query: &str) -> State {
        let mut state = State { page: 1, ..State::default() };
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decode(value);
            match decode(name).as_str() {
                "q" => state.text = value.chars().take(MOST_CHARS).collect(),
                "page" => state.page = value.parse().unwrap_or(1).clamp(1, MOST_PAGES),
                other => {
                    if let Some(key) = FacetKey::parse(other) {
                        state.facets.add(key, &value);
                    }
                }
            }
        }
        state
    }

    /// The query string, without `?`. The first page is not named.
    pub fn query(&self) -> String {
        let mut out = written(&escape(&self.text), &self.facets);
        if self.page > 1 {
            out.push_str(&format!("&page={}", self.page.min(MOST_PAGES)));
        }
        out
    }

    /// The query strings of its neighbours.
    pub fn toggles(&self) -> Toggles<'_> {
        Toggles { facets: &self.facets, text: escape(&self.text) }
    }

    /// The same on another page.
    pub fn at(&self, page: usize) -> State {
        State { page: page.clamp(1, MOST_PAGES), ..self.clone() }
    }
}

/// Writes the query strings of a state with one facet's value more or less: a page has a hundred of them.
pub struct Toggles<'a> {
    facets: &'a FacetFilter,
    /// As it stands in the address.
    text: String,
}

impl Toggles<'_> {
    /// With a value put in or taken out, on the first page.
    pub fn query(&self, key: FacetKey, value: &str) -> String {
        let mut facets = self.facets.clone();
        if facets.has(key, value) {
            facets.remove(key, value);
        } else {
            facets.add(key, value);
        }
        written(&self.text, &facets)
    }
}

fn written(text: &str, facets: &FacetFilter) -> String {
    let mut out = String::with_capacity(text.len() + 40);
    out.extend(["q=", text]);
    for (key, value) in facets.iter() {
        out.extend(["&", key.key(), "=", &escape(value)]);
    }
    out
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = |n: usize| bytes.get(at + n).and_then(|b| char::from(*b).to_digit(16));
        match (byte, hex(1), hex(2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                at += 3;
                continue;
            }
            (b'+', ..) => out.push(b' '),
            (other, ..) => out.push(*other),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_browsers_form_reads_and_strange_addresses_do_no_harm() {
        let state = State::parse("q=%E9%96%89%E5%9F%9F+kms&category=K07&category=K09&in=notes&page=3&unknown=1");
        assert_eq!(state.text, "閉域 kms");
        assert_eq!(state.facets.of(FacetKey::Category).collect::<Vec<_>>(), ["K07", "K09"]);
        assert_eq!((state.facets.has(FacetKey::Section, "notes"), state.page), (true, 3));
        for odd in ["", "&&&", "%", "q=%", "q=%E9%96", "page=-1", "page=99999999999999999999", "category="] {
            let state = State::parse(odd);
            assert!(state.page >= 1 && state.facets.is_empty(), "{odd}");
        }
    }

    fn values() -> impl Strategy<Value = Vec<(usize, String)>> {
        prop::collection::vec((0..FacetKey::ALL.len(), "\\PC{1,12}"), 0..8)
    }

    proptest! {
        #[test]
        fn a_state_reads_back_as_it_was_written(text in "\\PC{0,60}", chosen in values(), page in 1..MOST_PAGES) {
            let mut state = State { text, page, ..State::default() };
            chosen.iter().for_each(|(key, value)| state.facets.add(FacetKey::ALL[*key], value));
            prop_assert_eq!(State::parse(&state.query()), state);
        }

        #[test]
        fn any_query_string_is_read(query in ".{0,80}") {
            let state = State::parse(&query);
            prop_assert_eq!(State::parse(&state.query()), state);
        }

        #[test]
        fn a_facet_put_in_and_taken_out_changes_nothing(text in "\\PC{0,20}", value in "[a-zA-Z0-9あ-ん]{1,8}") {
            let state = State { text, page: 1, ..State::default() };
            let once = State::parse(&state.toggles().query(FacetKey::Provider, &value));
            prop_assert!(once.facets.has(FacetKey::Provider, &value));
            let twice = State::parse(&once.toggles().query(FacetKey::Provider, &value));
            prop_assert_eq!(twice, state);
        }
    }
}
