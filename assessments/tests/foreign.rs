//! Foreign workbooks, real ones: every row is placed or told.

#![allow(clippy::unwrap_used)]

use assessments::cell::Address;
use assessments::import::{Draft, Level};
use assessments::library::default_criteria;
use assessments::workbook::foreign::{builtin_profiles, draft};
use assessments::workbook::read::read;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn file(path: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path)).unwrap()
}

fn of(path: &str, remembered: &BTreeMap<String, String>) -> Draft {
    let book = read(path.rsplit('/').next().unwrap(), &file(path)).unwrap();
    draft(&book, &default_criteria().unwrap(), &builtin_profiles().unwrap(), remembered).unwrap()
}

fn text<'a>(draft: &'a Draft, address: &str) -> &'a str {
    let address = Address::parse(address).unwrap();
    draft.cells.iter().find(|c| c.address == address).map_or("", |c| c.text.as_str())
}

#[test]
fn a_hand_made_workbook_is_read_with_its_own_names_and_marks() {
    let draft = of("wg/wg_hand.xlsx", &BTreeMap::new());
    assert_eq!((draft.profile.as_str(), draft.service_name.as_str()), ("wg", "Amazon S3"));
    assert_eq!(draft.mapping.len(), 19, "every category of the file is offered");
    assert_eq!(text(&draft, "criteria/K01/availability"), "can_enable");
    assert_eq!(text(&draft, "criteria/K04/availability"), "partly");
    assert!(text(&draft, "criteria/K07/summary/ja").contains("保管データの暗号化について"));
    assert!(
        text(&draft, "criteria/K10/summary/ja").contains("データ所在地")
            && text(&draft, "criteria/K10/summary/ja").contains("データ消去"),
        "two rows of one category"
    );
    assert_eq!(draft.cells.iter().filter(|c| c.address.section == "paths" && c.address.field == "from").count(), 30);
    assert_eq!(draft.cells.iter().filter(|c| c.address.section == "notes" && c.address.field == "note").count(), 30);
    let codes: BTreeSet<&str> = draft.findings.iter().map(|f| f.code.as_str()).collect();
    assert!(codes.contains("own_column") && codes.contains("other_candidate"), "{codes:?}");
    assert!(!draft.cells.iter().any(|c| c.text.contains("システム部")), "the institution's own columns stay out");
}

#[test]
fn a_corrected_mapping_is_remembered() {
    let remembered = BTreeMap::from([(assessments::workbook::foreign::fold_label("監査対応"), "K19".to_owned())]);
    let draft = of("wg/wg_hand.xlsx", &remembered);
    assert!(text(&draft, "criteria/K19/summary/ja").contains("監査対応"));
    assert_eq!(draft.mapping.iter().find(|m| m.label == "監査対応").map(|m| m.confidence), Some(100));
}

#[test]
fn every_row_of_ten_public_baselines_is_placed_or_listed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mcsb");
    let mut books = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !name.ends_with(".xlsx") {
            continue;
        }
        books += 1;
        let book = read(&name, &file(&format!("mcsb/{name}"))).unwrap();
        let rows = book.sheets.iter().find(|g| g.name == "Feature Summary").unwrap();
        let ids: Vec<String> =
            (1..=rows.extent().row).map(|r| rows.text(r, 1).to_owned()).filter(|i| !i.is_empty()).collect();
        let draft = of(&format!("mcsb/{name}"), &BTreeMap::new());
        assert_eq!(draft.profile, "mcsb", "{name}");
        let told: BTreeSet<&str> =
            draft.findings.iter().filter(|f| f.code == "unmapped_category").map(|f| f.cell.as_str()).collect();
        let unmapped: Vec<&String> =
            ids.iter().filter(|i| draft.mapping.iter().any(|m| m.label == **i && m.category.is_empty())).collect();
        assert_eq!(told.len(), unmapped.len(), "{name}: every row without a category is a finding");
        assert!(ids.iter().all(|i| draft.mapping.iter().any(|m| m.label == *i)), "{name}");
        assert!(draft.findings.iter().all(|f| f.code != "unmapped_category" || f.level == Level::Error));
        assert!(draft.cells.iter().filter(|c| c.address.field == "summary").count() >= 8, "{name}");
    }
    assert_eq!(books, 10);
}
