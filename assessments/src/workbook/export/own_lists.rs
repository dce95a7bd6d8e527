//! The lists that belong to an institution's decision, a sheet each: its risks, what differs from the approval before, and
//! what was made of the changes since. For reading: they are never read back.

use super::listing::Listing;
use super::own_sheet::{ApprovalLines, OwnSheet, begin};
use super::style::Styles;
use super::{ExportInput, page};
use crate::adoption;
use crate::lang::Lang;
use crate::schema::{Field, section};
use crate::workbook::paper::Paper;
use crate::workbook::text;
use rust_xlsxwriter::{Workbook, XlsxError};

/// Row of the headers.
const HEADER: u32 = 3;

/// A list: name and title of its sheet, headers with widths, rows.
struct List {
    name: &'static str,
    title: String,
    columns: Vec<(&'static str, f64)>,
    rows: Vec<Vec<String>>,
}

/// Writes those lists that have something to say.
pub fn own_lists(
    book: &mut Workbook,
    input: &ExportInput,
    own: &OwnSheet<'_>,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let of_approval = own.approval.into_iter().flat_map(|a| [since(input.lang, a), changes(input.lang, a)]);
    for list in std::iter::once(risks(input, own)).chain(of_approval).flatten() {
        write(book, input, own, styles, &list)?;
    }
    Ok(())
}

fn write(
    book: &mut Workbook,
    input: &ExportInput,
    own: &OwnSheet<'_>,
    styles: &Styles,
    list: &List,
) -> Result<(), XlsxError> {
    // Column A is hidden.
    let widths: Vec<f64> = std::iter::once(2.0).chain(list.columns.iter().map(|(_, width)| *width)).collect();
    let sheet = book.add_worksheet();
    sheet.set_name(list.name)?;
    begin(sheet, input, own, styles, own.token(), &list.title, &widths)?;
    let widths = widths.get(1..).unwrap_or(&[]);
    for (col, (head, _)) in (1u16..).zip(&list.columns) {
        sheet.write_string_with_format(HEADER, col, *head, &styles.header)?;
    }
    let listing = Listing { left: 1, widths, paper: Paper::A4, lang: input.lang };
    let mut row = HEADER + 1;
    for texts in &list.rows {
        row = listing.add(sheet, row, texts, |n| if n == 0 { &styles.listed_centre } else { &styles.listed })?;
    }
    if list.rows.is_empty() {
        let none = input.lang.pick("該当なし", "None");
        sheet.write_string_with_format(row, 1, none, &styles.aside)?;
    }
    sheet.set_freeze_panes(HEADER + 1, 0)?;
    page::private_page(sheet, input, Paper::A4, HEADER)
}

/// Compensating controls and accepted risks.
fn risks(input: &ExportInput, own: &OwnSheet<'_>) -> Option<List> {
    let (lang, section) = (input.lang, section("risks")?);
    let label = |key: &str| section.field(key).map_or("", |f: &Field| f.label(lang));
    let line = |r: adoption::Risk| {
        let name = input.criteria.category(r.row.as_str()).map_or("", |c| c.name(lang)).to_owned();
        vec![r.row.to_string(), name, r.control, r.accepted, r.owner, r.expires]
    };
    let rows: Vec<Vec<String>> = adoption::risks(own.cells).into_iter().map(line).collect();
    (!rows.is_empty()).then(|| List {
        name: text::OWN_RISKS,
        title: section.label(lang).to_owned(),
        columns: vec![
            ("ID", 7.0),
            (lang.pick("対策分類", "Category"), 22.0),
            (label("control"), 46.0),
            (label("accepted"), 46.0),
            (label("owner"), 16.0),
            (label("expires"), 13.0),
        ],
        rows,
    })
}

/// What differs from the approval before; that nothing does is said as well.
fn since(lang: Lang, approval: &ApprovalLines) -> Option<List> {
    let title = match lang {
        Lang::Ja => format!("前回承認（{} 版）からの変更点（{} 件）", approval.before, approval.since.len()),
        Lang::En => format!("Changes since the approval of version {} ({})", approval.before, approval.since.len()),
    };
    let line = |(n, (place, old, new)): (usize, &(String, String, String))| {
        vec![n.to_string(), place.clone(), old.clone(), new.clone()]
    };
    (!approval.before.is_empty()).then(|| List {
        name: text::OWN_SINCE,
        title,
        columns: vec![
            (lang.pick("番号", "No."), 7.0),
            (lang.pick("箇所", "Where"), 26.0),
            (lang.pick("前回", "Then"), 58.0),
            (lang.pick("今回", "Now"), 58.0),
        ],
        rows: (1..).zip(&approval.since).map(line).collect(),
    })
}

/// What was made of the changes of the common text since the approval before.
fn changes(lang: Lang, approval: &ApprovalLines) -> Option<List> {
    let line = |(n, [place, answer, by, comment]): (usize, &[String; 4])| {
        vec![n.to_string(), answer.clone(), place.clone(), comment.clone(), by.clone()]
    };
    (!approval.changes.is_empty()).then(|| List {
        name: text::OWN_CHANGES,
        title: lang
            .pick("前回承認からの共通シートの変更への対応", "Changes of the common sheet since the approval before")
            .to_owned(),
        columns: vec![
            (lang.pick("番号", "No."), 7.0),
            (lang.pick("対応", "Answer"), 22.0),
            (lang.pick("セル", "Cell"), 46.0),
            (lang.pick("コメント", "Comment"), 46.0),
            (lang.pick("記録者", "By"), 28.0),
        ],
        rows: (1..).zip(&approval.changes).map(line).collect(),
    })
}
