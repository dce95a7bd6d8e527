//! One category across services, as a question list: what each service answers, side by side, with room for one's own.

use super::{AcrossInput, Book, Column, FIRST, ServiceLine, filtered, height, third, told, toned};
use crate::cell::Address;
use crate::criteria::Category;
use crate::failure::Failure;
use crate::id::RowId;
use crate::schema::{self, Field, Kind};
use crate::workbook::text::pieces;
use rust_xlsxwriter::XlsxError;

/// The fields of an answer that a reader asks about, with their widths: what fits on one A3 page and can still be read.
/// Dates, names and references are on the sheet.
const FIELDS: [(&str, f64); 7] = [
    ("availability", 12.0),
    ("responsibility", 9.5),
    ("summary", 36.0),
    ("configure", 33.0),
    ("limits", 30.0),
    ("guardrails", 25.0),
    ("evidence", 25.0),
];

/// Writes what every service answers for a category. Columns for one's own question and answer stand at the end.
///
/// # Errors
/// [`Failure::NotFound`] for a category that the set does not have; [`Failure::Internal`] where the workbook cannot be
/// written.
pub fn category(input: &AcrossInput, id: &str, lines: &[ServiceLine]) -> Result<Vec<u8>, Failure> {
    let category = input.criteria.category(id).ok_or(Failure::NotFound)?;
    told("category", write(input, category, lines))
}

fn write(input: &AcrossInput, category: &Category, lines: &[ServiceLine]) -> Result<Vec<u8>, XlsxError> {
    let lang = input.lang;
    let title = format!("{} {}　{}", category.id, category.name(lang), category.question(lang));
    let fields: Vec<&'static Field> = FIELDS.iter().filter_map(|(key, _)| schema::field("criteria", key)).collect();
    let mut columns: Vec<Column> =
        vec![(lang.pick("サービス", "Service").into(), 20.0), (lang.pick("事業者", "Provider").into(), 8.0)];
    columns.extend(fields.iter().map(|f| (f.label(lang).to_owned(), width(f))));
    columns.push((lang.pick("質問", "Question to ask").into(), 26.0));
    columns.push((lang.pick("回答期限", "Answer due").into(), 11.0));
    columns.push((lang.pick("回答", "Answer").into(), 30.0));
    let mut book = Book::new(input, title)?;
    let (text, date) = (book.styles.text.clone(), book.styles.date.clone());
    let centre = book.styles.centre.clone();
    let sheet = book.sheet(&category.id, &columns, 1)?;
    let most = third(&columns);
    let mut row = FIRST;
    for line in lines {
        let Ok(id) = RowId::parse(&category.id) else { continue };
        let cut = |f: &&Field| {
            let said = said(line, &id, f, lang);
            pieces(&said, width(f), most).into_iter().filter_map(|piece| said.get(piece)).map(str::to_owned).collect()
        };
        let texts: Vec<Vec<String>> = fields.iter().map(cut).collect();
        let rows = texts.iter().map(Vec::len).max().unwrap_or(1);
        for part in 0..rows {
            sheet.write_string_with_format(row, 0, line.name.get(lang), &text)?;
            sheet.write_string_with_format(row, 1, &line.provider, &text)?;
            let mut high: Vec<(&str, f64)> = Vec::new();
            for ((col, field), cut) in (2u16..).zip(&fields).zip(&texts) {
                let piece = cut.get(part).map_or("", String::as_str);
                let choice =
                    schema::availability(line.cells.text(&Address::new("criteria", id.clone(), field.key, None)));
                let look = match (field.key, field.kind) {
                    ("availability", _) if part == 0 => toned(&centre, choice),
                    (_, Kind::Choice(_) | Kind::Choices(_) | Kind::Date) => centre.clone(),
                    _ => text.clone(),
                };
                sheet.write_string_with_format(row, col, piece, &look)?;
                high.push((piece, width(field)));
            }
            let own = 2 + u16::try_from(fields.len()).unwrap_or(0);
            sheet.write_blank(row, own, &text)?;
            sheet.write_blank(row, own + 1, &date)?;
            sheet.write_blank(row, own + 2, &text)?;
            sheet.set_row_height(row, height(&high))?;
            row += 1;
        }
    }
    filtered(sheet, usize::try_from(row - FIRST).unwrap_or(0), columns.len())?;
    book.bytes()
}

fn width(field: &Field) -> f64 {
    FIELDS.iter().find(|(key, _)| *key == field.key).map_or(12.0, |(_, width)| *width)
}

fn said(line: &ServiceLine, row: &RowId, field: &Field, lang: crate::lang::Lang) -> String {
    field.spoken(lang, line.cells.shown("criteria", row, field.key, lang).text)
}
