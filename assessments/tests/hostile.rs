//! Files that want to hurt: a clear refusal or a finding with its place; never a panic.
#![allow(clippy::unwrap_used)]

mod hostile_cases;

use assessments::failure::Failure;
use assessments::lang::Lang;
use assessments::sheet::Cells;
use assessments::workbook::foreign::builtin_profiles;
use assessments::workbook::grid::At;
use assessments::workbook::read::read;
use assessments::workbook::try_out;
use hostile_cases::{Expect, book, cases, documents, package};
use proptest::prelude::*;
use std::collections::BTreeMap;

#[test]
fn every_case_ends_as_it_must_and_says_why_in_both_languages() {
    let all = cases();
    assert!(all.len() >= 50, "{}", all.len());
    for case in all {
        match (read(case.file, &case.bytes), &case.expect) {
            (Err(failure @ Failure::Refused { .. }), expect) => {
                let Failure::Refused { reason, .. } = &failure else { unreachable!() };
                match expect {
                    Expect::Refused(codes) => assert!(codes.contains(&reason.as_str()), "{}: {reason}", case.name),
                    Expect::Either => {}
                    Expect::Read(_) => panic!("{}: refused as {reason}", case.name),
                }
                let unknown = Failure::refused("no such reason", "");
                for lang in Lang::ALL {
                    assert!(
                        !failure.message(lang).starts_with(&unknown.message(lang)),
                        "{}: {reason} has no words",
                        case.name
                    );
                }
            }
            (Err(other), _) => panic!("{}: {other:?}", case.name),
            (Ok(_), Expect::Refused(codes)) => panic!("{}: read, and not {codes:?}", case.name),
            (Ok(read), Expect::Read(code)) => {
                let found = read.findings.iter().find(|f| f.code == *code);
                assert!(code.is_empty() || found.is_some(), "{}: {:?}", case.name, read.findings);
                if let Some(finding) = found {
                    assert_eq!(finding.sheet, "S", "{}", case.name);
                }
                // Reading goes on to the end: what was read may be taken as a table, or not.
                let criteria = assessments::library::default_criteria().unwrap();
                let _ = assessments::workbook::foreign::draft(
                    &read,
                    &criteria,
                    &builtin_profiles().unwrap(),
                    &BTreeMap::new(),
                );
            }
            (Ok(_), Expect::Either) => {}
        }
    }
}

#[test]
fn readings_over_kanji_are_no_part_of_the_text_and_prefixes_stay() {
    let strings =
        "<si><r><t>東</t></r><r><t>京</t></r><rPh sb='0' eb='1'><t>トウキョウ</t></rPh></si><si><t>=1+1</t></si>";
    let cells = "<sheetData><row><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c></row></sheetData>";
    let book = read("a.xlsx", &book(cells, strings)).unwrap();
    assert_eq!((book.sheets[0].text(0, 0), book.sheets[0].text(0, 1)), ("東京", "=1+1"));
}

#[test]
fn comments_and_struck_out_words_are_told_with_their_places() {
    use rust_xlsxwriter::{Format, Note, Workbook};
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("表").unwrap();
    let (plain, struck) = (Format::new(), Format::new().set_font_strikethrough());
    sheet.write_with_format(0, 0, "取り消した文", &struck).unwrap();
    sheet.write_rich_string(1, 0, &[(&plain, "残る"), (&struck, "消える")]).unwrap();
    sheet.write(2, 0, "本文").unwrap();
    sheet.insert_note(2, 0, &Note::new("要確認")).unwrap();
    sheet.set_row_hidden(2).unwrap();
    let book = read("a.xlsx", &workbook.save_to_buffer().unwrap()).unwrap();
    let grid = &book.sheets[0];
    assert!(grid.cells[&At { row: 0, col: 0 }].struck);
    assert_eq!(grid.text(1, 0), "残る");
    assert!(grid.hidden_rows.contains(&2));
    let told: Vec<(&str, &str)> = book.findings.iter().map(|f| (f.code.as_str(), f.cell.as_str())).collect();
    assert!(told.contains(&("struck_out", "A2")) && told.contains(&("comment", "A3")), "{told:?}");
}

/// What files of many kinds begin or end with, and what their readers look for.
const PIECES: [&[u8]; 27] = [
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"{\"cells\":{",
    b"\"criteria/K07/summary/ja\":",
    b"}",
    b"<?xml",
    b"\r\n",
    b"\t",
    b",",
    b";",
    b"\"",
    b"<!-- kyohyo-sheet/1 s3 1 e1 -->\n",
    b"<!-- kyohyo:criteria/K07/summary/ja -->",
    b"<!-- kyohyo:notes/N-01/note/ja -->\n",
    b"<!-- kyohyo:criteria/K07/availability = on_default -->",
    b"<!-- /kyohyo -->\n",
    b"\n",
    b"\"format\":\"kyohyo-sheet/1\",",
    b"KB1|e1|s3/criteria|1",
    b"#id/criteria",
    b"\x00\x00\x00\x00",
    b"\xff\xff\xff\xff",
];

/// Cases that are read many times over.
fn small_cases() -> &'static [Vec<u8>] {
    static SMALL: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();
    SMALL.get_or_init(|| cases().into_iter().map(|c| c.bytes).filter(|b| b.len() < 20_000).collect())
}

fn real() -> Vec<u8> {
    std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/wg/wg_hand.xlsx")).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_bent_byte_of_a_real_workbook_panics(places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..24), keep in 0.5_f64..1.0) {
        let mut bytes = real();
        for (place, byte) in &places {
            let at = place.index(bytes.len());
            bytes[at] = *byte;
        }
        bytes.truncate((bytes.len() as f64 * keep).ceil() as usize);
        let _ = try_out("wg_hand.xlsx", &bytes, &Cells::new());
        let _ = try_out("wg_hand.csv", &bytes, &Cells::new());
    }

    /// The entry of the fuzz target, with bytes of any kind: what files begin with, and what parsers trip over.
    #[test]
    fn no_bytes_of_any_kind_panic(pieces in proptest::collection::vec(prop_oneof![
        any::<[u8; 6]>().prop_map(|b| b.to_vec()),
        prop::sample::select(PIECES.to_vec()).prop_map(<[u8]>::to_vec),
        "\\PC{0,12}".prop_map(String::into_bytes),
    ], 0..60)) {
        let bytes = pieces.concat();
        let _ = try_out("a.xlsx", &bytes, &Cells::new());
        let _ = try_out("a.csv", &bytes, &Cells::new());
    }

    /// A hostile case with bent bytes, alone and within a zip among good files.
    #[test]
    fn no_bent_hostile_case_panics(number in any::<prop::sample::Index>(), places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12)) {
        let small = small_cases();
        let mut bytes = small[number.index(small.len())].clone();
        let most = bytes.len();
        for (place, byte) in places.iter().filter(|_| most > 0) {
            bytes[place.index(most)] = *byte;
        }
        let _ = try_out("a.xlsx", &bytes, &Cells::new());
        let _ = try_out("a.zip", &package(&[("a.csv", b"x,y\n1,2"), ("b.xlsx", &bytes)]), &Cells::new());
    }

    /// A document of ours, cut and bent, and pieces that mean something in it put between its lines.
    #[test]
    fn no_bent_document_panics(number in any::<prop::sample::Index>(), pieces in proptest::collection::vec((any::<prop::sample::Index>(), prop::sample::select(PIECES.to_vec())), 0..8), keep in 0.3_f64..1.0) {
        let all = documents();
        let mut bytes = all[number.index(all.len())].clone();
        bytes.truncate((bytes.len() as f64 * keep).ceil() as usize);
        // Its first words stay, or it would be taken for something else.
        let first = bytes.len().min(32);
        for (place, piece) in &pieces {
            let at = first + place.index(bytes.len() - first + 1);
            bytes.splice(at..at, piece.iter().copied());
        }
        let _ = try_out("a.md", &bytes, &Cells::new());
    }

    #[test]
    fn no_sheet_of_strange_xml_panics(inside in "(<(row|c|v|f|is|t|r|mergeCell|sheetData|col)( (r|t|s|ref|si|min|max)='[A-Z0-9:$ -]{0,8}')?/?>|</(row|c|v|f|is|t|sheetData)>|[a-z0-9 ]){0,60}") {
        let _ = read("a.xlsx", &book(&inside, &inside));
        let _ = read("a.xlsx", &package(&[("xl/workbook.xml", inside.as_bytes()), ("_rels/.rels", inside.as_bytes())]));
    }
}
