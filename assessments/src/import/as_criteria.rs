//! The categories of a file as a criteria set of their own, with the way from the set that it was read by.

use super::Mapping;
use crate::criteria::{Category, CriteriaSet, Crosswalk, Viewpoint};
use crate::failure::Failure;
use crate::id::RowId;
use std::collections::BTreeMap;

/// A set of the file's category names, grouped as the file groups them, and the crosswalk from the set `from` by which the
/// reader took them. Names are kept word for word; where all of them are identifiers they stay the ids, else ids are `C01`
/// and so on, in the file's order.
///
/// # Errors
/// [`Failure::Invalid`] for an id or a version of the wrong form, and for a file without categories.
pub fn as_criteria(
    mapping: &[Mapping],
    from: &CriteriaSet,
    id: &str,
    version: &str,
) -> Result<(CriteriaSet, Crosswalk), Failure> {
    let plain = |text: &str, most: usize| {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-');
        !text.is_empty() && text.len() <= most && text.bytes().all(fits)
    };
    if !plain(id, 40) {
        return Err(Failure::invalid("criteria", id));
    }
    if !plain(version, 20) {
        return Err(Failure::invalid("version", version));
    }
    let named = mapping.iter().all(|m| RowId::parse(&m.label).is_ok());
    let mut viewpoints: Vec<Viewpoint> = Vec::new();
    let mut categories = Vec::new();
    let mut map: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (n, one) in mapping.iter().enumerate() {
        let group = if one.group.is_empty() { "全体" } else { one.group.as_str() };
        let known = viewpoints.iter().find(|v| v.ja == group).map(|v| v.id.clone());
        let viewpoint = known.unwrap_or_else(|| {
            let id = format!("V{}", viewpoints.len() + 1);
            let en = if one.group.is_empty() { "All" } else { group };
            viewpoints.push(Viewpoint { id: id.clone(), ja: group.to_owned(), en: en.to_owned() });
            id
        });
        let id = if named { one.label.clone() } else { format!("C{:02}", n + 1) };
        if !one.category.is_empty() {
            map.entry(one.category.clone()).or_default().push(id.clone());
        }
        categories.push(Category {
            id,
            viewpoint,
            ja: one.label.clone(),
            en: one.label.clone(),
            question_ja: String::new(),
            question_en: String::new(),
            answer_shape: String::new(),
            frameworks: BTreeMap::new(),
        });
    }
    let set = CriteriaSet {
        id: id.to_owned(),
        version: version.to_owned(),
        provenance: "file".into(),
        editions: BTreeMap::new(),
        framework_names: BTreeMap::new(),
        viewpoints,
        categories,
    };
    set.check()?;
    let walk = Crosswalk { from: from.key(), to: set.key(), map };
    Ok((set, walk))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn one(label: &str, category: &str, group: &str) -> Mapping {
        let (label, category, group) = (label.into(), category.into(), group.into());
        Mapping { label, category, group, confidence: 80, place: super::super::Place::default() }
    }

    fn from() -> CriteriaSet {
        let (id, version) = ("old".to_owned(), "1".to_owned());
        let (provenance, viewpoints, categories) = (String::new(), vec![], vec![]);
        let (editions, framework_names) = (BTreeMap::new(), BTreeMap::new());
        CriteriaSet { id, version, provenance, editions, framework_names, viewpoints, categories }
    }

    #[test]
    fn names_groups_and_the_way_from_the_old_set_are_kept() {
        let file =
            [one("認証", "K01", "入口"), one("認可", "K02", "入口"), one("二重の認証", "K01", ""), one("謎", "", "")];
        let (set, walk) = as_criteria(&file, &from(), "our-own", "1.0").unwrap();
        assert_eq!(set.categories.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(), ["C01", "C02", "C03", "C04"]);
        assert_eq!(set.viewpoints.iter().map(|v| v.ja.as_str()).collect::<Vec<_>>(), ["入口", "全体"]);
        assert_eq!((walk.from.as_str(), walk.to.as_str()), ("old@1", "our-own@1.0"));
        assert_eq!(walk.map["K01"], ["C01", "C03"]);
        let (set, _) = as_criteria(&[one("DP-4", "K07", "")], &from(), "mcsb", "3").unwrap();
        assert_eq!(set.categories[0].id, "DP-4");
        for (id, version) in [("Our Own", "1"), ("", "1"), ("a@b", "1"), ("a", "")] {
            assert!(as_criteria(&file, &from(), id, version).is_err(), "{id} {version}");
        }
        assert!(as_criteria(&[], &from(), "a", "1").is_err());
    }
}
