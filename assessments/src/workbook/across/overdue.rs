//! Answers that are overdue for review, as a list to work down.

use super::{AcrossInput, Book, Column, FIRST, filtered, told};
use crate::failure::Failure;
use crate::lang::Label;
use rust_xlsxwriter::XlsxError;

/// An overdue answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverdueLine {
    /// Service.
    pub service: Label,
    /// `K07`.
    pub category: String,
    /// The category's name.
    pub name: Label,
    /// The day by which it was to be looked at: `2026-03-31`.
    pub review_by: String,
}

/// Writes the list, in the order in which it comes.
///
/// # Errors
/// [`Failure::Internal`] where the workbook cannot be written.
pub fn overdue(input: &AcrossInput, lines: &[OverdueLine]) -> Result<Vec<u8>, Failure> {
    told("overdue", write(input, lines))
}

fn write(input: &AcrossInput, lines: &[OverdueLine]) -> Result<Vec<u8>, XlsxError> {
    let lang = input.lang;
    let columns: Vec<Column> = vec![
        (lang.pick("次回確認期限", "Review by").into(), 14.0),
        (lang.pick("サービス", "Service").into(), 40.0),
        (lang.pick("対策分類", "Category").into(), 10.0),
        (lang.pick("分類名", "Category name").into(), 36.0),
        (lang.pick("担当", "Who looks").into(), 18.0),
        (lang.pick("確認日", "Looked at").into(), 12.0),
        (lang.pick("確認結果", "What was found").into(), 44.0),
    ];
    let mut book = Book::new(input, lang.pick("確認期限を過ぎた回答", "Answers overdue for review").to_owned())?;
    let (text, centre, date) = (book.styles.text.clone(), book.styles.centre.clone(), book.styles.date.clone());
    let sheet = book.sheet(lang.pick("期限超過", "Overdue"), &columns, 2)?;
    for (row, line) in (FIRST..).zip(lines) {
        sheet.write_string_with_format(row, 0, &line.review_by, &centre)?;
        sheet.write_string_with_format(row, 1, line.service.get(lang), &text)?;
        sheet.write_string_with_format(row, 2, &line.category, &centre)?;
        sheet.write_string_with_format(row, 3, line.name.get(lang), &text)?;
        sheet.write_blank(row, 4, &text)?;
        sheet.write_blank(row, 5, &date)?;
        sheet.write_blank(row, 6, &text)?;
        sheet.set_row_height(row, 18)?;
    }
    filtered(sheet, lines.len(), columns.len())?;
    book.bytes()
}
