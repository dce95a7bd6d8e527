//! An institution's risks under another criteria set. Those that meet stand one under the other; what has no counterpart
//! goes into the institution's own note.

use crate::adoption::{address, field, risks};
use crate::cell::Address;
use crate::criteria::{CriteriaSet, Crosswalk};
use crate::id::RowId;
use crate::schema::{Field, Kind, section};
use crate::sheet::Cells;
use std::collections::BTreeMap;

/// The cells to write; none for a sheet without risks, as the common one is.
pub(super) fn cells(now: &Cells, from: &CriteriaSet, walk: &Crosswalk) -> Vec<(Address, String)> {
    let fields = section("risks").map_or(&[][..], |s| s.fields);
    let (mut texts, mut lost): (BTreeMap<Address, Vec<String>>, Vec<String>) = (BTreeMap::new(), Vec::new());
    for risk in risks(now) {
        let targets = walk.map.get(risk.row.as_str()).cloned().unwrap_or_default();
        for f in fields {
            let at = |row: &RowId| Address::new("risks", row.clone(), f.key, None);
            let text = now.text(&at(&risk.row)).to_owned();
            texts.entry(at(&risk.row)).or_default();
            for target in targets.iter().filter_map(|t| RowId::parse(t).ok()) {
                let slot = texts.entry(at(&target)).or_default();
                if !text.is_empty() && !slot.contains(&text) {
                    slot.push(text.clone());
                }
            }
        }
        if targets.is_empty() {
            let name = from.category(risk.row.as_str()).map_or("", |c| c.ja.as_str());
            let said = [&risk.control, &risk.accepted, &risk.owner, &risk.expires].map(String::as_str);
            let said = said.into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n");
            lost.push(format!("**{} {name}**\n{said}", risk.row));
        }
    }
    let mut out: Vec<(Address, String)> =
        texts.into_iter().map(|(a, all)| (a.clone(), joined(a.declared(), all))).collect();
    if !lost.is_empty() {
        let note = [field(now, "note").to_owned()].into_iter().chain(lost).filter(|t| !t.is_empty());
        out.push((address("note"), note.collect::<Vec<_>>().join("\n\n")));
    }
    out
}

fn joined(field: Option<&Field>, all: Vec<String>) -> String {
    match field.map(|f| f.kind) {
        // The earliest day: none of them was accepted for longer.
        Some(Kind::Date) => all.into_iter().min().unwrap_or_default(),
        Some(Kind::Short) => all.join(" / "),
        _ => all.join("\n\n"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn risks_follow_their_categories_and_none_is_lost() {
        let mut now = Cells::new();
        for (a, t) in [
            ("risks/K01/accepted", "夜間は一名"),
            ("risks/K01/expires", "2027-03-01"),
            ("risks/K02/accepted", "手順は紙"),
            ("risks/K02/expires", "2027-01-01"),
            ("risks/K03/control", "監視する"),
            ("adoption/service/note", "所見"),
        ] {
            now.set(Address::parse(a).unwrap(), t.into(), 1);
        }
        let to = |ids: &[&str]| ids.iter().map(|i| (*i).to_owned()).collect::<Vec<_>>();
        let map = BTreeMap::from([("K01".into(), to(&["K02"])), ("K02".into(), to(&["K02"]))]);
        let walk = Crosswalk { from: "a@1".into(), to: "b@1".into(), map };
        let set = crate::library::default_criteria().unwrap();
        let mut after = now.clone();
        for (address, text) in cells(&now, &set, &walk) {
            after.set(address, text, 2);
        }
        let text = |a: &str| after.text(&Address::parse(a).unwrap()).to_owned();
        assert_eq!(text("risks/K02/accepted"), "夜間は一名\n\n手順は紙");
        assert_eq!(text("risks/K02/expires"), "2027-01-01");
        assert!(text("risks/K01/accepted").is_empty() && text("risks/K03/control").is_empty());
        assert!(
            text("adoption/service/note").starts_with("所見\n\n**K03 ")
                && text("adoption/service/note").ends_with("監視する")
        );
        assert!(cells(&Cells::new(), &set, &walk).is_empty());
    }
}
