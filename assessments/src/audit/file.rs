//! An auditor's file: one layer's audit as JSON Lines that verify on their own. First a header, then every entry with the
//! hash of the one before, then the layer's anchors, then an end with a digest of all that stands above.

use super::anchors::{Anchor, compare};
use super::{Entry, Fault, Kind, Walk};
use crate::change::{NO_HASH, hex};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The file's form.
pub const FORM: u32 = 1;

/// The first line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The file's form.
    pub kyohyo_audit: u32,
    /// The layer's key: it is in every hash.
    pub layer: String,
    /// The institution's name; empty for the common part.
    pub name: String,
    /// When it was written.
    pub exported_at: DateTime<Utc>,
    /// By whom.
    pub exported_by: String,
    /// How many entries follow.
    pub entries: i64,
    /// The hash of the last one.
    pub head: String,
    /// How many anchors follow.
    pub anchors: usize,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
// One line is held at a time.
#[allow(clippy::large_enum_variant)]
enum Line {
    Entry {
        previous: String,
        #[serde(flatten)]
        entry: Entry,
    },
    Anchor(Anchor),
    End {
        digest: String,
    },
}

/// Writes a file, entry by entry.
pub struct Writer {
    out: Vec<u8>,
    previous: String,
}

impl Writer {
    /// Begins with the header.
    pub fn new(header: &Header) -> Writer {
        let mut writer = Writer { out: Vec::new(), previous: NO_HASH.to_owned() };
        writer.line(header);
        writer
    }

    fn line<T: Serialize>(&mut self, line: &T) {
        self.out.extend(serde_json::to_vec(line).unwrap_or_default());
        self.out.push(b'\n');
    }

    /// The next entry.
    pub fn entry(&mut self, entry: Entry) {
        let hash = entry.hash.clone();
        let previous = std::mem::replace(&mut self.previous, hash);
        self.line(&Line::Entry { previous, entry });
    }

    /// Ends with the layer's anchors and the digest.
    pub fn finish(mut self, anchors: &[Anchor]) -> Vec<u8> {
        for anchor in anchors {
            self.line(&Line::Anchor(anchor.clone()));
        }
        let digest = hex(&Sha256::digest(&self.out));
        self.line(&Line::End { digest });
        self.out
    }
}

/// What checking a file found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// The header; empty where it could not be read.
    pub header: Header,
    /// Entries read.
    pub entries: usize,
    /// Anchors read.
    pub anchors: usize,
    /// What does not hold, in the order of the entries.
    pub faults: Vec<Fault>,
}

/// Everything of a file, with where it stands.
#[derive(Default)]
struct Read {
    entries: Vec<(usize, String, Entry)>,
    anchors: Vec<Anchor>,
    ended: bool,
}

/// Verifies a file. `kept` are anchors that somebody kept elsewhere; none is fine.
pub fn check(text: &str, kept: &[Anchor]) -> FileReport {
    let mut report = FileReport::default();
    let read = read(text, &mut report);
    report.entries = read.entries.len();
    report.anchors = read.anchors.len();
    let layer = report.header.layer.clone();
    let mut in_order: BTreeMap<i64, (String, Entry)> = BTreeMap::new();
    let mut highest = 0;
    for (line, previous, entry) in read.entries {
        let number = entry.number;
        if number <= highest {
            let text = format!("audit {layer}: entry {number} stands after entry {highest} (line {line})");
            report.faults.push(Fault { kind: Kind::Reordered, number, text });
        }
        highest = highest.max(number);
        in_order.entry(number).or_insert((previous, entry));
    }
    let mut walk = Walk::new(&layer);
    for (previous, entry) in in_order.values() {
        walk.step(entry, Some(previous));
    }
    let last = in_order.keys().next_back().copied().unwrap_or(0);
    walk.end(report.header.entries, if report.header.entries == 0 { NO_HASH } else { &report.header.head });
    let sound = walk.faults.is_empty() && report.faults.is_empty();
    report.faults.append(&mut walk.faults);
    let hash_of = |number: i64| in_order.get(&number).map(|(_, e)| e.hash.as_str());
    // Each kind of anchor by itself: the file's own, and those that somebody kept.
    for anchors in [&read.anchors[..], kept] {
        let own = anchors.iter().filter(|a| a.layer == layer);
        // What was anchored after the file was written cannot be in it.
        let own = own.filter(|a| a.at <= report.header.exported_at || a.number <= last);
        if let Some(text) = compare(&layer, own, last, hash_of) {
            report.faults.push(Fault { kind: Kind::Anchor, number: last, text });
        }
    }
    if read.anchors.len() != report.header.anchors && read.ended {
        let text =
            format!("audit {layer}: {} anchors are told, {} are there", report.header.anchors, read.anchors.len());
        report.faults.push(Fault { kind: Kind::Anchor, number: 0, text });
    }
    if !read.ended {
        let text = format!("audit {layer}: the file has no end: it was cut off");
        report.faults.push(Fault { kind: Kind::Truncated, number: last + 1, text });
    } else if sound && report.faults.is_empty() && !digest_holds(text) {
        let text = format!("audit {layer}: the entries hold, but the header or the end was changed");
        report.faults.push(Fault { kind: Kind::Changed, number: 0, text });
    }
    report
}

fn digest_holds(text: &str) -> bool {
    let body = text.trim_end_matches('\n');
    let Some(at) = body.rfind('\n') else { return false };
    let (above, end) = body.split_at(at + 1);
    matches!(serde_json::from_str(end), Ok(Line::End { digest }) if digest == hex(&Sha256::digest(above.as_bytes())))
}

fn read(text: &str, report: &mut FileReport) -> Read {
    let mut read = Read::default();
    let mut before: Option<Anchor> = None;
    for (n, line) in text.lines().enumerate() {
        if n == 0 {
            match serde_json::from_str::<Header>(line) {
                Ok(header) if header.kyohyo_audit == FORM => report.header = header,
                _ => report.faults.push(unreadable("this is no audit file of this form", 1)),
            }
            continue;
        }
        match serde_json::from_str::<Line>(line) {
            Ok(Line::Entry { previous, entry }) => read.entries.push((n + 1, previous, entry)),
            Ok(Line::Anchor(anchor)) => {
                let linked = before.as_ref().is_none_or(|b| anchor.previous == b.link);
                if !anchor.holds() || !linked || anchor.layer != report.header.layer {
                    let text = format!("an anchor was changed, or one before it is missing (line {})", n + 1);
                    report.faults.push(Fault { kind: Kind::Anchor, number: anchor.number, text });
                }
                before = Some(anchor.clone());
                read.anchors.push(anchor);
            }
            Ok(Line::End { .. }) => read.ended = true,
            Err(_) => report.faults.push(unreadable("cannot be read", n + 1)),
        }
    }
    if text.is_empty() {
        report.faults.push(unreadable("the file is empty", 1));
    }
    read
}

fn unreadable(what: &str, line: usize) -> Fault {
    Fault { kind: Kind::Unreadable, number: 0, text: format!("line {line}: {what}") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn entries(count: i64, version: i64) -> Vec<Entry> {
        let mut previous = NO_HASH.to_owned();
        (1..=count)
            .map(|number| {
                let mut entry = Entry {
                    number,
                    at: DateTime::from_timestamp(1_795_000_000 + number, 0).unwrap(),
                    actor: "佐藤".into(),
                    action: "export".into(),
                    subject: "s3".into(),
                    detail: format!("r{number} \"json\""),
                    version,
                    elevation: if number == 3 && version == 2 { "g1".into() } else { String::new() },
                    ..Entry::default()
                };
                entry.hash = entry.link("i:a-bank", &previous);
                previous.clone_from(&entry.hash);
                entry
            })
            .collect()
    }

    fn file(version: i64) -> String {
        let all = entries(6, version);
        let at = DateTime::from_timestamp(1_795_000_100, 0).unwrap();
        let anchors = [Anchor::new("i:a-bank", 4, &all[3].hash, at, NO_HASH)];
        let header = Header {
            kyohyo_audit: FORM,
            layer: "i:a-bank".into(),
            name: "A銀行".into(),
            exported_at: at,
            exported_by: "花子".into(),
            entries: 6,
            head: all[5].hash.clone(),
            anchors: 1,
        };
        let mut writer = Writer::new(&header);
        all.into_iter().for_each(|e| writer.entry(e));
        String::from_utf8(writer.finish(&anchors)).unwrap()
    }

    fn found(text: &str) -> Vec<(Kind, i64)> {
        check(text, &[]).faults.into_iter().map(|f| (f.kind, f.number)).collect()
    }

    fn without(text: &str, lines: &[usize]) -> String {
        text.lines().enumerate().filter(|(n, _)| !lines.contains(n)).map(|(_, l)| format!("{l}\n")).collect()
    }

    #[test]
    fn a_file_verifies_on_its_own_in_both_forms_of_the_hash() {
        for version in [1, 2] {
            let report = check(&file(version), &[]);
            assert_eq!((report.faults, report.entries, report.anchors), (vec![], 6, 1));
        }
    }

    #[test]
    fn what_was_done_to_it_is_named() {
        let text = file(2);
        assert_eq!(found(&text.replace("r3 ", "r9 ")), [(Kind::Changed, 3)]);
        assert_eq!(found(&text.replace("g1", "g2")), [(Kind::Changed, 3)]);
        assert_eq!(found(&text.replacen("\"version\":2", "\"version\":1", 1)), [(Kind::Changed, 1)]);
        assert_eq!(found(&without(&text, &[5])), [(Kind::Missing, 5)]);
        let mut lines: Vec<&str> = text.lines().collect();
        lines.swap(2, 3);
        assert_eq!(found(&format!("{}\n", lines.join("\n"))), [(Kind::Reordered, 2)]);
        // The last entries gone, the rest left as it is; and everything after a point gone.
        assert_eq!(found(&without(&text, &[5, 6])), [(Kind::Truncated, 5)]);
        assert_eq!(found(&without(&text, &[4, 5, 6])), [(Kind::Truncated, 4), (Kind::Anchor, 3)]);
        let cut: String = text.lines().take(4).map(|l| format!("{l}\n")).collect();
        assert_eq!(found(&cut), [(Kind::Truncated, 4), (Kind::Truncated, 4)]);
        assert_eq!(found(&text.replace("A銀行", "B銀行")), [(Kind::Changed, 0)]);
        assert_eq!(found("")[0].0, Kind::Unreadable);
        assert_eq!(found("{}\n")[0].0, Kind::Unreadable);
        assert!(found(&text.replacen("{\"entry\"", "{\"entri\"", 1)).contains(&(Kind::Unreadable, 0)));
    }

    #[test]
    fn a_whole_file_written_anew_fails_against_anchors_kept_elsewhere() {
        let mut all = entries(6, 2);
        let at = DateTime::from_timestamp(1_795_000_100, 0).unwrap();
        let kept = [Anchor::new("i:a-bank", 4, &all[3].hash, at, NO_HASH)];
        let mut previous = NO_HASH.to_owned();
        for entry in &mut all {
            if entry.number == 4 {
                entry.actor = "別人".into();
            }
            entry.hash = entry.link("i:a-bank", &previous);
            previous.clone_from(&entry.hash);
        }
        let header = Header {
            kyohyo_audit: FORM,
            layer: "i:a-bank".into(),
            exported_at: at,
            entries: 6,
            head: previous,
            ..Header::default()
        };
        let mut writer = Writer::new(&header);
        all.into_iter().for_each(|e| writer.entry(e));
        let text = String::from_utf8(writer.finish(&[])).unwrap();
        assert_eq!(found(&text), [], "in itself it holds");
        let report = check(&text, &kept);
        assert_eq!(report.faults.len(), 1);
        assert!(report.faults[0].text.contains("entries 1 to 4 were written anew"), "{:?}", report.faults);
    }
}
