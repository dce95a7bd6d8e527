//! Tables that an import recognises, as large as a file may be: what is read is drafted and compared as well.

use super::texts::{LARGEST, lines};
use super::{BOOK, Case, Expect, LINKS, ROOT, case, package};

/// What more than a sheet takes is refused as.
const MUCH: &[&str] = &["too_much_for_a_sheet"];
const ANSWERS: &str = "対策分類,概要,設定方法\n";
/// A token of an export, as it stands in a sheet.
const TOKEN: &str = "KB1|e1|s3/criteria|1";

fn csv(header: &str, row: impl Fn(usize) -> String) -> Vec<u8> {
    let rows = lines(LARGEST - header.len(), row);
    // Rows past those that are looked at are told and not taken.
    let most = rows.match_indices('\n').nth(5_000).map_or(rows.len(), |(at, _)| at);
    format!("{header}{}", &rows[..most]).into_bytes()
}

fn letter(column: usize) -> String {
    let letter = |n: usize| char::from(b'A' + u8::try_from(n).unwrap_or(0));
    if column < 26 { letter(column).to_string() } else { format!("{}{}", letter(column / 26 - 1), letter(column % 26)) }
}

fn row(number: usize, cells: &[String]) -> String {
    let cell = |(col, text): (usize, &String)| {
        format!("<c r='{}{number}' t='inlineStr'><is><t>{text}</t></is></c>", letter(col))
    };
    let cells = cells.iter().enumerate().filter(|(_, text)| !text.is_empty());
    format!("<row r='{number}'>{}</row>", cells.map(cell).collect::<String>())
}

/// A workbook of sheets, each with rows and what follows them.
fn workbook(sheets: &[(String, String)]) -> Vec<u8> {
    let book = String::from_utf8_lossy(BOOK);
    let (start, _) = book.split_once("<sheets>").unwrap();
    let link = |n: usize| {
        format!(
            "<Relationship Id='s{n}' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet' Target='worksheets/s{n}.xml'/>"
        )
    };
    let listed: String = (0..sheets.len())
        .map(|n| format!("<sheet name='{} {n}' sheetId='{}' r:id='s{n}'/>", sheets[n].0, n + 1))
        .collect();
    let links = String::from_utf8_lossy(LINKS);
    let (links, _) = links.split_once("<Relationship ").unwrap();
    let links = format!("{links}{}</Relationships>", (0..sheets.len()).map(link).collect::<String>());
    let book = format!("{start}<sheets>{listed}</sheets></workbook>");
    let parts: Vec<(String, String)> = sheets
        .iter()
        .enumerate()
        .map(|(n, (_, inside))| (format!("xl/worksheets/s{n}.xml"), format!("<worksheet>{inside}</worksheet>")))
        .collect();
    let mut all: Vec<(&str, &[u8])> = vec![
        ("_rels/.rels", ROOT),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", links.as_bytes()),
    ];
    all.extend(parts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())));
    package(&all)
}

fn one_sheet(name: &str, rows: &str, behind: &str) -> Vec<u8> {
    workbook(&[(name.to_owned(), format!("<sheetData>{rows}</sheetData>{behind}"))])
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

/// A table in the layout of the working groups: a header, and rows as large as all of them may be together.
fn rows(header: &[&str], count: usize, each: impl Fn(usize) -> Vec<String>) -> String {
    (0..count).map(|n| row(n + 2, &each(n))).fold(row(1, &words(header)), |all, row| all + &row)
}

/// Separated values of one table.
fn values() -> Vec<Case> {
    use Expect::*;
    let long = "x".repeat(2_000);
    let same = format!("001{}", "ラベル".repeat(20));
    let answer = |n: usize, text: &str| format!("K{:02},{text},{text}\n", n % 19 + 1);
    let some = |most: usize, text: String| move |n: usize| if n < most { answer(n, &text) } else { String::from("\n") };
    vec![
        case("answers of 4,000 letters", "a.csv", csv(ANSWERS, |n| answer(n, &long)), Refused(MUCH)),
        case("answers of 30,000 letters", "a.csv", csv(ANSWERS, |n| answer(n, &"x".repeat(30_000))), Refused(MUCH)),
        case(
            "as many answers as a sheet takes",
            "a.csv",
            csv(ANSWERS, some(138, "x".repeat(30_000))),
            Read("too_long"),
        ),
        case(
            "labels of 4,000 letters",
            "a.csv",
            csv(ANSWERS, |n| format!("{long}{long}{n},概要,設定\n")),
            Read("unmapped_category"),
        ),
        case(
            "thousands of labels that are alike",
            "a.csv",
            csv(ANSWERS, |n| format!("{same}{n},概要,設定\n")),
            Read("unmapped_category"),
        ),
        case(
            "thousands of labels that are like categories",
            "a.csv",
            csv(ANSWERS, |n| format!("保管データの暗号化と鍵の管理{n},概要,設定\n")),
            Read(""),
        ),
        case(
            "footnotes without end",
            "a.csv",
            csv("対策分類,提供有無,補足\n", |n| format!("K{:02},○※{n},※{n}{long}\n", n % 19 + 1)),
            Refused(MUCH),
        ),
        case(
            "columns of the institution's own",
            "a.csv",
            csv(&format!("対策分類,概要{}\n", (0..60).map(|n| format!(",独自{n}")).collect::<String>()), |n| {
                format!("K{:02},x{}\n", n % 19 + 1, format!(",{}", "y".repeat(300)).repeat(60))
            }),
            Refused(MUCH),
        ),
    ]
}

/// Notes, each a row of the sheet's own.
fn notes() -> Vec<Case> {
    use Expect::*;
    let header = ["項番", "分類", "対応する管理策", "留意事項", "推奨対応", "参照"];
    let note = |n: usize, about: &str, text: &str| -> Vec<String> {
        [n.to_string().as_str(), "c", about, text, "z"].map(str::to_owned).into()
    };
    let book = |count: usize, each: &dyn Fn(usize) -> Vec<String>, behind: &str| {
        let rows = rows(&header, count, each);
        one_sheet("留意事項", &rows, behind)
    };
    let (long, longest) = ("鍵".repeat(1_300), "鍵".repeat(10_000));
    let many = "暗号・".repeat(1_300);
    let merged = |n: usize| note(n, "K07", if n == 0 { &longest } else { "" });
    let merge = "<mergeCells><mergeCell ref='D2:D5001'/></mergeCells>";
    vec![
        case("notes of 4,000 letters", "a.xlsx", book(4_900, &|n| note(n, "K07", &long), ""), Refused(MUCH)),
        case("notes of 30,000 letters", "a.xlsx", book(800, &|n| note(n, "K07", &longest), ""), Refused(MUCH)),
        case("as many notes as a sheet takes", "a.xlsx", book(278, &|n| note(n, "K07", &longest), ""), Read("")),
        case(
            "notes in more cells than a sheet takes",
            "a.xlsx",
            book(5_000, &|n| note(n, "K07", "x"), ""),
            Refused(MUCH),
        ),
        case("as many cells as a sheet takes", "a.xlsx", book(4_990, &|n| note(n, "K07", "x"), ""), Read("")),
        case(
            "ditto marks of a long text",
            "a.xlsx",
            book(5_000, &|n| note(n, "K07", if n == 0 { &longest } else { "同上" }), ""),
            Refused(MUCH),
        ),
        case("a long text in a merged range", "a.xlsx", book(5_000, &merged, merge), Refused(MUCH)),
        case("notes about thousands of categories", "a.xlsx", book(5_000, &|n| note(n, &many, "x"), ""), Either),
    ]
}

/// Workbooks, where cells are merged, headers repeated, and sheets many.
fn workbooks() -> Vec<Case> {
    use Expect::*;
    let (long, longest) = ("x".repeat(2_000), "鍵".repeat(10_000));
    let header = ["対策分類", "概要", "設定方法"];
    let wide: Vec<String> = ["概要"; 198].map(str::to_owned).into();
    let wide_row = |n: usize, text: &str| row(n, &[words(&["K07"]), vec![text.to_owned(); 160]].concat());
    let wide = row(1, &[words(&["対策分類"]), wide].concat()) + &wide_row(2, &longest) + &wide_row(3, "同上");
    let labels: Vec<String> = (0..70).map(|n| format!("見出し{n}")).collect();
    let heads: String = (1..=14).map(|n| row(n, &labels)).collect();
    let headers: Vec<(String, String)> =
        (0..199).map(|_| ("セキュリティクライテリア".to_owned(), format!("<sheetData>{heads}</sheetData>"))).collect();
    let answers = csv(ANSWERS, |n| format!("K{:02},{long},{long}\n", n % 19 + 1));
    let table = row(1, &words(&[&header[..], &["鍵"]].concat())) + &row(2, &words(&["K07", "概要", "設定"]));
    let last = row(5_010, &words(&["", "", "", "x"]));
    let merge = "<mergeCells><mergeCell ref='D1:GQ5000'/></mergeCells>";
    let spread = ("クライテリア".to_owned(), format!("<sheetData>{table}{last}</sheetData>{merge}"));
    vec![
        case("a row of long texts", "a.xlsx", one_sheet("クライテリア", &wide, ""), Either),
        case("20 MB of answers within a zip", "a.zip", package(&[("a.csv", &answers)]), Refused(MUCH)),
        case("headers without end", "a.xlsx", workbook(&headers), Refused(&["nothing_found"])),
        case("merged ranges in every sheet", "a.xlsx", workbook(&vec![spread; 199]), Read("")),
    ]
}

/// What says that it is an export of ours.
fn exports() -> Vec<Case> {
    use Expect::*;
    let long = "x".repeat(20_000);
    let keys = [TOKEN, "#id/notes", "note/ja", "action/ja"];
    let notes = |count: usize, text: &str| {
        rows(&keys, count, |n| vec![String::new(), format!("N-{n:02}"), text.to_owned(), text.to_owned()])
            .replace("s3/criteria", "s3/notes")
    };
    let own = rows(&keys, 900, |n| [words(&["", "", "x", ""]), vec![long.clone(), n.to_string()]].concat());
    let sixteen: String = (0..16).map(|n| row(n * 4 + 1, &words(&[TOKEN, "#id/criteria", "summary/ja"]))).collect();
    let copies: Vec<(String, String)> =
        (0..199).map(|_| ("x".to_owned(), format!("<sheetData>{sixteen}</sheetData>"))).collect();
    let lost: Vec<String> = (0..200).map(|n| format!("見出し{n}")).collect();
    let lost: String = (2..=240).map(|n| row(n, &lost)).collect();
    let lost: Vec<(String, String)> = (0..4)
        .map(|_| ("x".to_owned(), format!("<sheetData>{}{lost}</sheetData>", row(1, &words(&[TOKEN])))))
        .collect();
    vec![
        case("an export with more than a sheet takes", "a.xlsx", one_sheet("x", &notes(700, &long), ""), Refused(MUCH)),
        case("an export with as much as a sheet takes", "a.xlsx", one_sheet("x", &notes(200, &long), ""), Read("")),
        case("an export with columns of its reader's own", "a.xlsx", one_sheet("x", &own, ""), Either),
        case("an export of copies", "a.xlsx", workbook(&copies), Read("")),
        case("an export without its keys", "a.xlsx", workbook(&lost), Either),
    ]
}

/// All of them; what is expected is what an import comes to.
pub fn large_tables() -> Vec<Case> {
    values().into_iter().chain(notes()).chain(workbooks()).chain(exports()).collect()
}
