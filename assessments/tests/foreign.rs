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
fn merged_numbers_become_scenarios_that_their_paths_name() {
    let draft = of("wg/wg_hand.xlsx", &BTreeMap::new());
    let titles: Vec<&str> = draft
        .cells
        .iter()
        .filter(|c| c.address.section == "scenarios" && c.address.field == "title")
        .map(|c| c.text.as_str())
        .collect();
    assert_eq!(titles.len(), 10, "{titles:?}");
    assert!(titles[0].starts_with("シナリオ1") && titles[9].starts_with("シナリオ10"));
    let of_path = |n: usize| text(&draft, &format!("paths/new-{n}/scenario")).to_owned();
    assert_eq!([of_path(1), of_path(3), of_path(4), of_path(30)], ["new-1", "new-1", "new-2", "new-10"]);
    assert_eq!(text(&draft, "scenarios/new-2/data_class/ja"), "顧客情報");
    assert_eq!(text(&draft, "scenarios/new-1/data_class/ja"), "", "a dash stands for nothing");
}

#[test]
fn a_number_that_became_a_date_is_what_was_typed_and_said_so() {
    let draft = of("wg/wg_hand.xlsx", &BTreeMap::new());
    let numbers: Vec<&str> = draft
        .cells
        .iter()
        .filter(|c| c.address.section == "notes" && c.address.field == "number")
        .map(|c| c.text.as_str())
        .collect();
    assert_eq!(numbers.len(), 30);
    assert_eq!((numbers[6], numbers[13], numbers[20], numbers[27]), ("2-2", "3-4", "5-1", "6-3"));
    let told: Vec<&str> =
        draft.findings.iter().filter(|f| f.code == "excel_converted").map(|f| f.cell.as_str()).collect();
    assert_eq!(told, ["A10", "A17", "A24", "A31"]);
}

#[test]
fn what_stands_behind_a_mark_and_what_other_controls_a_note_names_is_kept() {
    let draft = of("wg/wg_hand.xlsx", &BTreeMap::new());
    let limits = text(&draft, "criteria/K10/limits/ja");
    assert!(limits.contains("※1 一部機能はプレビュー"), "{limits}");
    assert!(text(&draft, "criteria/K11/limits/ja").contains("条件付き"));
    assert_eq!(text(&draft, "notes/new-1/category"), "K02");
    assert!(text(&draft, "notes/new-1/note/ja").contains("K04 閉域接続"));
}

#[test]
fn every_row_of_the_hand_made_workbook_is_placed_or_listed() {
    let draft = of("wg/wg_hand.xlsx", &BTreeMap::new());
    let book = read("wg_hand.xlsx", &file("wg/wg_hand.xlsx")).unwrap();
    let row_of = |cell: &str| cell.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse::<u32>().unwrap_or(0);
    let mut told: BTreeSet<(String, u32)> = BTreeSet::new();
    for (sheet, cell) in draft
        .cells
        .iter()
        .map(|c| (&c.place.sheet, &c.place.cell))
        .chain(draft.findings.iter().map(|f| (&f.sheet, &f.cell)))
        .chain(draft.mapping.iter().map(|m| (&m.place.sheet, &m.place.cell)))
    {
        told.insert((sheet.clone(), row_of(cell)));
    }
    let header: BTreeSet<(&str, u32)> = [
        ("セキュリティクライテリア", 4),
        ("セキュリティクライテリア", 5),
        ("利用シナリオと接続経路", 4),
        ("利用シナリオと接続経路", 5),
        ("サービス利用時の留意事項", 3),
    ]
    .into();
    for grid in &book.sheets {
        // A sheet that was not read as a whole is told once, without a cell.
        if told.contains(&(grid.name.clone(), 0)) {
            continue;
        }
        for at in grid.cells.iter().filter(|(_, c)| !c.text.trim().is_empty()).map(|(at, _)| at) {
            let row = (grid.name.clone(), at.row + 1);
            assert!(told.contains(&row) || header.contains(&(grid.name.as_str(), at.row + 1)), "{row:?}");
        }
    }
}

#[test]
fn a_struck_out_row_is_told_and_not_taken() {
    let mut book = read("wg_hand.xlsx", &file("wg/wg_hand.xlsx")).unwrap();
    let grid = book.sheets.iter_mut().find(|g| g.name == "セキュリティクライテリア").unwrap();
    let at = *grid.cells.iter().find(|(_, c)| c.text.starts_with("保管データの暗号化について")).unwrap().0;
    grid.cells.get_mut(&at).unwrap().struck = true;
    grid.hidden_rows.insert(at.row);
    let draft = draft(&book, &default_criteria().unwrap(), &builtin_profiles().unwrap(), &BTreeMap::new()).unwrap();
    assert!(!text(&draft, "criteria/K07/summary/ja").contains("保管データの暗号化について"));
    assert!(draft.findings.iter().any(|f| f.code == "struck_out" && f.cell == at.name()));
    assert!(draft.findings.iter().any(|f| f.code == "hidden_cells"));
}

#[test]
fn a_baseline_of_one_provider_is_never_taken_for_anothers_service() {
    use assessments::lang::Label;
    use assessments::store::ServiceName;
    let name = |id: &str, name: &str, provider: &str| ServiceName {
        id: assessments::id::ServiceId::parse(id).unwrap(),
        name: Label { ja: name.into(), en: name.into() },
        abbreviation: String::new(),
        provider: provider.into(),
    };
    let names = [name("backup", "Backup", "AWS"), name("azure-backup", "Backup", "Azure")];
    let found = assessments::workbook::foreign::services_named("backup", "Azure", &names);
    assert_eq!(found.iter().map(|i| i.as_str()).collect::<Vec<_>>(), ["azure-backup"]);
    assert_eq!(assessments::workbook::foreign::services_named("backup", "", &names).len(), 2);
    assert_eq!(
        of("mcsb/backup-azure-security-benchmark-v3-latest-security-baseline.xlsx", &BTreeMap::new()).provider,
        "Azure"
    );
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

#[test]
fn separated_values_are_read_in_every_encoding_that_excel_writes() {
    let source =
        "No.,対策分類,内容,対応状況\n1,保管データの暗号化,\"鍵を分ける\n二行目\",○\n2,認証・ID連携,多要素を使う,△\n";
    let utf16 = |little: bool| {
        let units: Vec<u16> = std::iter::once(0xfeff).chain(source.encode_utf16()).collect();
        units.iter().flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect::<Vec<u8>>()
    };
    let tabs = source.replace(',', "\t");
    let marked: Vec<u8> = [b"\xef\xbb\xbf".as_slice(), source.as_bytes()].concat();
    let cases = [
        ("a.csv", source.as_bytes().to_vec()),
        ("a.csv", marked),
        ("a.csv", encoding_rs::SHIFT_JIS.encode(source).0.into_owned()),
        ("a.csv", utf16(true)),
        ("a.csv", utf16(false)),
        ("a.tsv", tabs.as_bytes().to_vec()),
        ("a.txt", encoding_rs::SHIFT_JIS.encode(&tabs).0.into_owned()),
        ("a.csv", source.replace(',', ";").into_bytes()),
    ];
    for (n, (name, bytes)) in cases.into_iter().enumerate() {
        let book = read(name, &bytes).unwrap_or_else(|e| panic!("{n} {e:?}"));
        let draft = draft(&book, &default_criteria().unwrap(), &builtin_profiles().unwrap(), &BTreeMap::new());
        let draft = draft.unwrap_or_else(|e| panic!("{n} {e:?}"));
        assert!(text(&draft, "criteria/K07/summary/ja").contains("鍵を分ける\n二行目"), "{n} {draft:?}");
        assert_eq!(text(&draft, "criteria/K01/availability"), "partly", "{n}");
    }
}

/// What is neither a row of a table, nor listed with its place or its sheet, would be lost without a word.
#[test]
fn no_row_of_any_sheet_of_ten_public_baselines_is_lost_without_a_word() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mcsb");
    let mut rows = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !name.ends_with(".xlsx") {
            continue;
        }
        let book = read(&name, &file(&format!("mcsb/{name}"))).unwrap();
        let draft = of(&format!("mcsb/{name}"), &BTreeMap::new());
        let row_of = |cell: &str| cell.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse().unwrap_or(0_u32);
        let cells = draft.cells.iter().map(|c| (c.place.sheet.as_str(), row_of(&c.place.cell)));
        let findings = draft.findings.iter().map(|f| (f.sheet.as_str(), row_of(&f.cell)));
        let mapping = draft.mapping.iter().map(|m| (m.place.sheet.as_str(), row_of(&m.place.cell)));
        let told: BTreeSet<(&str, u32)> = cells.chain(findings).chain(mapping).collect();
        // A category that fits is told once; its other rows went into the same cells and are told by their texts.
        let taken: String = draft.cells.iter().map(|c| c.text.as_str()).collect::<Vec<_>>().join("\n");
        for grid in book.sheets.iter().filter(|g| !told.contains(&(g.name.as_str(), 0))) {
            for row in 0..=grid.extent().row {
                let texts: Vec<&str> =
                    (0..=grid.extent().col).map(|c| grid.text(row, c)).filter(|t| !t.trim().is_empty()).collect();
                if texts.is_empty() {
                    continue;
                }
                rows += 1;
                let placed = told.contains(&(grid.name.as_str(), row + 1));
                let within = texts.iter().any(|t| t.chars().count() > 20 && taken.contains(t.trim()));
                assert!(placed || within, "{name} {} row {}: {texts:?}", grid.name, row + 1);
            }
        }
    }
    assert!(rows > 300, "{rows}");
}

#[test]
fn several_choices_in_one_cell_are_read_in_either_language() {
    let modes = assessments::schema::field("criteria", "modes").unwrap();
    for (words, expected) in
        [("予防、発見", "preventive,detective"), ("Detective / Preventive", "preventive,detective")]
    {
        let table = format!("対策分類\t{}\t内容\n保管データの暗号化\t{words}\t鍵を分ける\n", modes.ja);
        let book = read("a.tsv", table.as_bytes()).unwrap();
        let draft = draft(&book, &default_criteria().unwrap(), &builtin_profiles().unwrap(), &BTreeMap::new()).unwrap();
        assert_eq!(text(&draft, "criteria/K07/modes"), expected, "{:?}", draft.findings);
    }
}
