//! Anchors: what the audit's chains came to, written down outside of the database from time to time.
//!
//! A chain that is consistent in itself says nothing about rows that were taken off its end, or about a chain that was
//! written anew as a whole. An anchor does: at this time, entry `number` of this layer had this hash. The lines are
//! chained themselves, each layer's anchors to one another and every line to the one before. Pure: reading and writing the
//! file is the desk's.

use crate::change::{NO_HASH, link_hash};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a layer's chain came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// The layer's key.
    pub layer: String,
    /// The number of its last entry then.
    pub number: i64,
    /// That entry's hash.
    pub hash: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The link of the layer's anchor before.
    pub previous: String,
    /// The link of this one.
    pub link: String,
}

impl Anchor {
    /// An anchor after the layer's one before.
    pub fn new(layer: &str, number: i64, hash: &str, at: DateTime<Utc>, previous: &str) -> Anchor {
        let mut anchor = Anchor {
            layer: layer.to_owned(),
            number,
            hash: hash.to_owned(),
            at,
            previous: previous.to_owned(),
            link: String::new(),
        };
        anchor.link = anchor.computed();
        anchor
    }

    fn computed(&self) -> String {
        let at = self.at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let bytes = serde_json::to_vec(&(&self.layer, self.number, &self.hash, at)).unwrap_or_default();
        link_hash(&self.previous, &bytes)
    }

    /// Whether it is as it was written.
    pub fn holds(&self) -> bool {
        self.link == self.computed()
    }
}

/// A decision to start anew: what was anchored before is kept, and no longer compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restart {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Record {
    Anchor(Anchor),
    Restart(Restart),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    record: Record,
    chain: String,
}

/// What the file of anchors says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    chain: String,
    last: BTreeMap<String, Anchor>,
    since: Vec<Anchor>,
    /// Starts anew, in order.
    pub restarts: Vec<Restart>,
    /// Lines that do not hold, a sentence each.
    pub faults: Vec<String>,
    /// Whether the last line was cut off while it was written: not a fault, the power may have failed.
    pub torn: bool,
}

impl Book {
    /// Reads the file's text.
    pub fn read(text: &str) -> Book {
        let mut book = Book { chain: NO_HASH.to_owned(), ..Book::default() };
        let whole = text.is_empty() || text.ends_with('\n');
        let count = text.lines().count();
        for (n, line) in text.lines().enumerate() {
            let number = n + 1;
            match serde_json::from_str::<Line>(line) {
                Ok(line) => book.take(number, line),
                Err(_) if number == count && !whole => book.torn = true,
                Err(_) if line.trim().is_empty() => {}
                Err(_) => book.faults.push(format!("anchors: line {number} cannot be read")),
            }
        }
        book
    }

    fn take(&mut self, number: usize, line: Line) {
        if line.chain != chained(&self.chain, &line.record) {
            self.faults.push(format!("anchors: line {number} does not follow from the one before"));
        }
        match line.record {
            Record::Anchor(anchor) => {
                let before = self.last.get(&anchor.layer).map_or(NO_HASH, |a| a.link.as_str());
                if !anchor.holds() || anchor.previous != before {
                    self.faults.push(format!("anchors: line {number} was changed, or one before it is missing"));
                }
                self.last.insert(anchor.layer.clone(), anchor.clone());
                self.since.push(anchor);
            }
            Record::Restart(restart) => {
                self.restarts.push(restart);
                self.since.clear();
                self.last.clear();
            }
        }
        self.chain = line.chain;
    }

    /// The anchors that count: those since the last start anew, in order.
    pub fn anchors(&self) -> &[Anchor] {
        &self.since
    }

    /// A layer's newest anchor.
    pub fn newest(&self, layer: &str) -> Option<&Anchor> {
        self.last.get(layer)
    }

    /// Anchors for the heads (layer, number, hash) that went on: takes them and gives back the lines to be written.
    pub fn anchor(&mut self, heads: &[(String, i64, String)], at: DateTime<Utc>) -> String {
        let mut out = String::new();
        for (layer, number, hash) in heads {
            let before = self.last.get(layer);
            if before.is_some_and(|a| a.number >= *number) {
                continue;
            }
            let previous = before.map_or(NO_HASH, |a| a.link.as_str());
            out.push_str(&self.write(Record::Anchor(Anchor::new(layer, *number, hash, at, previous))));
        }
        out
    }

    /// A start anew, as a line to be written.
    pub fn restart(&mut self, restart: Restart) -> String {
        self.write(Record::Restart(restart))
    }

    fn write(&mut self, record: Record) -> String {
        let chain = chained(&self.chain, &record);
        let line = Line { record, chain };
        let text = serde_json::to_string(&line).unwrap_or_default();
        self.take(0, line);
        format!("{text}\n")
    }
}

fn chained(chain: &str, record: &Record) -> String {
    link_hash(chain, &serde_json::to_vec(record).unwrap_or_default())
}

/// Compares a layer's anchors with its chain: `hash_of` gives the hash of an entry, `last` is the number of the last one.
pub fn compare<'a>(
    layer: &str,
    anchors: impl Iterator<Item = &'a Anchor>,
    last: i64,
    hash_of: impl Fn(i64) -> Option<&'a str>,
) -> Option<String> {
    let mut fits = 0;
    for anchor in anchors {
        let at = anchor.at.to_rfc3339_opts(SecondsFormat::Secs, true);
        if anchor.number > last {
            return Some(format!(
                "audit {layer}: ends at entry {last}, but entry {} was there at {at}: the last entries were removed, or an older backup was restored",
                anchor.number
            ));
        }
        if hash_of(anchor.number) != Some(anchor.hash.as_str()) {
            return Some(format!(
                "audit {layer}: entry {} is not the one of {at}: entries {} to {} were written anew, or an older backup was restored and went on",
                anchor.number,
                fits + 1,
                anchor.number
            ));
        }
        fits = anchor.number;
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn heads(a: i64, b: i64) -> Vec<(String, i64, String)> {
        vec![("shared".into(), a, format!("h{a}")), ("i:a-bank".into(), b, format!("k{b}"))]
    }

    fn at(n: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000 + n, 0).unwrap()
    }

    fn file() -> String {
        let mut book = Book::read("");
        let mut text = book.anchor(&heads(3, 1), at(0));
        text.push_str(&book.anchor(&heads(3, 4), at(60)));
        text.push_str(&book.anchor(&heads(9, 4), at(120)));
        text
    }

    #[test]
    fn only_what_went_on_is_anchored_and_it_reads_back() {
        let book = Book::read(&file());
        assert_eq!((book.anchors().len(), book.faults.len()), (4, 0));
        assert_eq!(book.newest("shared").unwrap().number, 9);
        let mut again = Book::read(&file());
        assert_eq!(again.anchor(&heads(9, 4), at(180)), "");
        assert!(!again.anchor(&heads(10, 4), at(180)).is_empty());
    }

    #[test]
    fn a_line_that_was_changed_taken_out_or_put_elsewhere_shows() {
        let text = file();
        let lines: Vec<&str> = text.lines().collect();
        let joined = |lines: &[&str]| format!("{}\n", lines.join("\n"));
        for bad in [
            text.replace("h9", "h8"),
            joined(&[lines[0], lines[2], lines[3]]),
            joined(&[lines[1], lines[0], lines[2], lines[3]]),
            joined(&[lines[0], "x", lines[1]]),
        ] {
            assert!(!Book::read(&bad).faults.is_empty(), "{bad}");
        }
        // A line cut off by a failing machine is none of these.
        let torn = Book::read(&text[..text.len() - 9]);
        assert!(torn.torn && torn.faults.is_empty());
    }

    #[test]
    fn what_the_anchors_know_is_compared_with_the_chain() {
        let book = Book::read(&file());
        let own = |layer: &'static str| book.anchors().iter().filter(move |a| a.layer == layer);
        let chain = |n: i64| {
            Some(match n {
                3 => "h3",
                9 => "h9",
                _ => "x",
            })
        };
        assert_eq!(compare("shared", own("shared"), 12, chain), None);
        assert!(compare("shared", own("shared"), 8, chain).unwrap().contains("ends at entry 8, but entry 9"));
        let anew = |n: i64| Some(if n == 3 { "h3" } else { "other" });
        assert!(compare("shared", own("shared"), 12, anew).unwrap().contains("entries 4 to 9 were written anew"));
        let mut book = book.clone();
        book.restart(Restart { at: at(200), by: "x".into(), reason: "restored".into() });
        assert_eq!(book.anchors().len(), 0);
        assert!(!book.anchor(&heads(2, 1), at(210)).is_empty(), "smaller numbers are anchored after a start anew");
        assert!(book.faults.is_empty());
    }
}
