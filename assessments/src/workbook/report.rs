//! What reading files came to, as a workbook: one sheet of files, one of findings, to filter and send round.

use crate::failure::Failure;
use crate::import::{FileRead, Level, way_on};
use crate::lang::Lang;
use crate::workbook::export::style::Styles;
use chrono::{DateTime, Utc};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

/// A file of the report.
#[derive(Clone, Debug)]
pub struct ReportFile {
    /// Its name.
    pub file: String,
    /// What reading it came to.
    pub read: FileRead,
    /// The revision that applying it made.
    pub applied: Option<i64>,
}

/// Writes the report. The same input gives the same bytes.
///
/// # Errors
/// [`Failure::Internal`] where the workbook cannot be written.
pub fn report(files: &[ReportFile], at: DateTime<Utc>, lang: Lang) -> Result<Vec<u8>, Failure> {
    write(files, at, lang).map_err(|error| {
        tracing::error!(%error, "a report could not be written");
        Failure::Internal { operation: "report".into() }
    })
}

type Column = (&'static str, &'static str, f64);

const FILES: [Column; 11] = [
    ("ファイル", "File", 44.0),
    ("サービス", "Service", 20.0),
    ("結果", "Outcome", 44.0),
    ("追加", "New", 8.0),
    ("変更", "Changed", 8.0),
    ("同じ", "Same", 8.0),
    ("競合", "Conflicts", 8.0),
    ("削除の提案", "Deletions", 10.0),
    ("空欄", "Blank", 8.0),
    ("読めない箇所", "Not taken", 12.0),
    ("報告", "Findings", 8.0),
];

const FINDINGS: [Column; 6] = [
    ("ファイル", "File", 34.0),
    ("シート", "Sheet", 24.0),
    ("セル", "Cell", 9.0),
    ("重要度", "Level", 10.0),
    ("内容", "What", 66.0),
    ("次にすること", "The way on", 50.0),
];

fn write(files: &[ReportFile], at: DateTime<Utc>, lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    book.set_default_format(&Styles::default_format(), 25, 72)?;
    let created = ExcelDateTime::from_timestamp(at.timestamp())?;
    book.set_properties(&DocProperties::new().set_author("Kyohyo").set_creation_datetime(&created));
    let styles = Styles::new();
    let sheet = begun(&mut book, &styles, lang.pick("ファイル一覧", "Files"), &FILES, lang)?;
    for (row, file) in (1_u32..).zip(files) {
        let read = &file.read;
        let service = read.service.as_ref().map_or("", |s| s.as_str());
        sheet.write_string_with_format(row, 0, &file.file, &styles.text)?;
        sheet.write_string_with_format(row, 1, service, &styles.text)?;
        sheet.write_string_with_format(row, 2, outcome(file, lang), &styles.text)?;
        let numbers = read.counts.each().into_iter().chain([read.findings.len()]);
        for (col, number) in (3_u16..).zip(numbers) {
            sheet.write_number_with_format(row, col, number as f64, &styles.centre)?;
        }
    }
    ended(sheet, files.len(), FILES.len())?;
    let sheet = begun(&mut book, &styles, lang.pick("読み取りの報告", "Findings"), &FINDINGS, lang)?;
    let mut row = 0;
    for file in files {
        let refused = file
            .read
            .failure
            .iter()
            .map(|f| (String::new(), String::new(), Level::Error, f.message(lang), f.way_on(lang).to_owned()));
        let found = file.read.findings.iter().map(|f| {
            let way = way_on(&f.code, lang).to_owned();
            (f.sheet.clone(), f.cell.clone(), f.level, f.message(lang).to_owned(), way)
        });
        for (tab, cell, level, what, way) in refused.chain(found) {
            row += 1;
            let texts = [file.file.clone(), tab, cell, word(level, lang).to_owned(), what, way];
            for (col, text) in (0_u16..).zip(texts) {
                sheet.write_string_with_format(row, col, text, &styles.text)?;
            }
        }
    }
    ended(sheet, row as usize, FINDINGS.len())?;
    book.save_to_buffer()
}

fn begun<'b>(
    book: &'b mut Workbook,
    styles: &Styles,
    name: &str,
    columns: &[Column],
    lang: Lang,
) -> Result<&'b mut Worksheet, XlsxError> {
    let sheet = book.add_worksheet();
    sheet.set_name(name)?;
    let header = styles.header.clone().set_text_wrap();
    for (col, (ja, en, width)) in (0_u16..).zip(columns) {
        sheet.set_column_width(col, *width)?;
        sheet.write_string_with_format(0, col, lang.pick(ja, en), &header)?;
    }
    sheet.set_freeze_panes(1, 1)?;
    sheet.set_paper_size(9).set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    sheet.set_footer("&L&8 &A&C&8&P / &N");
    Ok(sheet)
}

fn ended(sheet: &mut Worksheet, rows: usize, columns: usize) -> Result<(), XlsxError> {
    let (last, col) = (u32::try_from(rows).unwrap_or(0), u16::try_from(columns.saturating_sub(1)).unwrap_or(0));
    sheet.autofilter(0, 0, last, col).map(drop)
}

fn outcome(file: &ReportFile, lang: Lang) -> String {
    match (&file.applied, &file.read.failure) {
        (Some(number), _) if lang == Lang::Ja => format!("適用済み（第 {number} 版）"),
        (Some(number), _) => format!("Applied (revision {number})"),
        (None, Some(failure)) => failure.message(lang),
        (None, None) if file.read.asks => {
            lang.pick("読むシートを選ぶ必要があります", "A sheet has to be chosen").to_owned()
        }
        (None, None) => lang.pick("確認済み、未適用", "Previewed, not applied").to_owned(),
    }
}

fn word(level: Level, lang: Lang) -> &'static str {
    match level {
        Level::Info => lang.pick("情報", "Note"),
        Level::Warning => lang.pick("注意", "Warning"),
        Level::Error => lang.pick("未取込", "Not taken"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::import::Finding;
    use crate::workbook::read::read;

    #[test]
    fn every_finding_has_its_file_its_place_and_a_way_on() {
        let finding = Finding {
            level: Level::Error,
            code: "unknown_choice".into(),
            sheet: "表".into(),
            cell: "F12".into(),
            ja: "「最高」は選択肢にありません。".into(),
            en: "“top” is no choice.".into(),
        };
        let good = FileRead { findings: vec![finding], ..FileRead::default() };
        let bad = FileRead { failure: Some(Failure::refused("encrypted", "")), ..FileRead::default() };
        let files = [("=s3.xlsx", good), ("秘密.xlsx", bad)];
        let files = files.map(|(file, read)| ReportFile { file: file.into(), read, applied: None });
        let at = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        for lang in Lang::ALL {
            let bytes = report(&files, at, lang).unwrap();
            assert!(bytes == report(&files, at, lang).unwrap());
            let book = read("report.xlsx", &bytes).unwrap();
            let (list, found) = (&book.sheets[0], &book.sheets[1]);
            assert_eq!((list.text(1, 0), list.text(2, 0)), ("=s3.xlsx", "秘密.xlsx"));
            assert_eq!((found.text(1, 1), found.text(1, 2)), ("表", "F12"));
            assert!(!found.text(1, 5).is_empty() && !found.text(2, 4).is_empty() && !found.text(2, 5).is_empty());
        }
    }
}
