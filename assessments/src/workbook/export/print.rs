//! What an approver reads on paper: the pinned text beside the institution's own response, on A3. For reading only; a text
//! that is higher than the tallest row goes on in further rows, so that none is cut.

use super::listing::Listing;
use super::own_sheet::{OwnSheet, begin};
use super::style::Styles;
use super::{ExportInput, page};
use crate::guardrail::parse_links;
use crate::id::RowId;
use crate::schema::{Section, section};
use crate::sheet::Cells;
use crate::workbook::paper::Paper;
use crate::workbook::text;
use rust_xlsxwriter::{Worksheet, XlsxError};

/// Widths from column A, which is hidden.
const WIDTHS: [f64; 7] = [2.0, 7.0, 22.0, 15.0, 66.0, 30.0, 52.0];

/// Writes the sheet.
pub fn print(sheet: &mut Worksheet, input: &ExportInput, own: &OwnSheet<'_>, styles: &Styles) -> Result<(), XlsxError> {
    let lang = input.lang;
    sheet.set_name(text::PRINT)?;
    let title = lang.pick("共通の回答と自機関の対応", "Common answers beside the own response");
    begin(sheet, input, own, styles, "_print", title, &WIDTHS)?;
    let heads = match lang {
        crate::lang::Lang::Ja => ["番号", "項目", "提供状況・区分", "共通の評価シート", "ガードレール", "自機関の対応"],
        crate::lang::Lang::En => ["No.", "Item", "State", "Common sheet", "Guardrails", "Own response"],
    };
    for (col, head) in (1u16..).zip(heads) {
        sheet.write_string_with_format(3, col, head, &styles.header)?;
    }
    let widths = WIDTHS.get(1..).unwrap_or(&[]);
    let listing = Listing { left: 1, widths, paper: Paper::A3, lang };
    let format = |n: usize| if n == 0 || n == 2 { &styles.listed_centre } else { &styles.listed };
    let mut row = 4;
    for key in ["facts", "scenarios", "paths", "criteria", "notes"] {
        let Some(section) = section(key) else { continue };
        let rows = input.cells.rows(section, input.criteria);
        if rows.is_empty() {
            continue;
        }
        sheet.merge_range(row, 1, row, 6, section.label(lang), &styles.label)?;
        row += 1;
        for id in rows {
            row = listing.add(sheet, row, &line(input, own, section, &id), format)?;
        }
    }
    sheet.set_freeze_panes(4, 0)?;
    page::private_page(sheet, input, Paper::A3, 3)
}

/// One row's texts: number, what it is, state, words, guardrails, own response.
fn line(input: &ExportInput, own: &OwnSheet<'_>, section: &Section, row: &RowId) -> Vec<String> {
    let lang = input.lang;
    let title = match input.criteria.category(row.as_str()) {
        Some(category) if section.key == "criteria" => category.name(lang).to_owned(),
        _ if section.key == "facts" => input.name().to_owned(),
        _ => said(input, input.cells, section, row, &["title", "from", "number"], false),
    };
    let state = ["availability", "kind", "severity", "scope"];
    let aside = ["title", "from", "number", "guardrails"];
    let words: Vec<&str> =
        section.fields.iter().map(|f| f.key).filter(|k| !state.contains(k) && !aside.contains(k)).collect();
    let guardrails: Vec<String> = parse_links(input.cells.plain(section.key, row, "guardrails"))
        .unwrap_or_default()
        .into_iter()
        .map(|l| match (input.guardrails)(&l.id) {
            Some(name) => format!("{} {name}", l.id.native),
            None => l.id.native,
        })
        .collect();
    let mut response: Vec<String> = Vec::new();
    if section.key == "criteria"
        && let Some(risks) = crate::schema::section("risks")
    {
        let keys: Vec<&str> = risks.fields.iter().map(|f| f.key).collect();
        response.push(said(input, own.cells, risks, row, &keys, true));
    }
    let all: Vec<&str> = section.fields.iter().map(|f| f.key).collect();
    response.push(said(input, own.cells, section, row, &all, true));
    response.retain(|t| !t.is_empty());
    vec![
        // The service's own facts are one row without a number.
        if section.key == "facts" { String::new() } else { row.to_string() },
        title,
        said(input, input.cells, section, row, &state, false),
        said(input, input.cells, section, row, &words, true),
        guardrails.join("\n"),
        response.join("\n"),
    ]
}

/// Fields in words, one under the other; with their labels where `labelled`.
fn said(input: &ExportInput, cells: &Cells, section: &Section, row: &RowId, keys: &[&str], labelled: bool) -> String {
    let of = |key: &&str| {
        let field = section.field(key)?;
        let text = if field.bilingual {
            cells.shown(section.key, row, key, input.lang).text.to_owned()
        } else {
            field.spoken(input.lang, cells.plain(section.key, row, key))
        };
        let text = text.trim().to_owned();
        let label = field.label(input.lang);
        (!text.is_empty()).then(|| if labelled { format!("【{label}】{text}") } else { text })
    };
    keys.iter().filter_map(of).collect::<Vec<_>>().join("\n")
}
