//! The matrix as a workbook: services and categories as a heat map, then a sheet for each viewpoint with the answers.

use super::{AcrossInput, Book, Column, FIRST, HEADER, ServiceLine, filtered, height, told, toned};
use crate::cell::Address;
use crate::criteria::Category;
use crate::failure::Failure;
use crate::id::RowId;
use crate::schema::{self, Choice};
use rust_xlsxwriter::{Format, FormatAlign, XlsxError};
use std::collections::BTreeMap;

/// Longest summary in a viewpoint's sheet, in characters: it is for orientation, the sheet has the whole.
const SUMMARY: usize = 400;

/// Writes the matrix.
///
/// # Errors
/// [`Failure::Internal`] where the workbook cannot be written.
pub fn matrix(input: &AcrossInput, lines: &[ServiceLine]) -> Result<Vec<u8>, Failure> {
    told("matrix", write(input, lines))
}

fn write(input: &AcrossInput, lines: &[ServiceLine]) -> Result<Vec<u8>, XlsxError> {
    let title = input.lang.pick("サービス × 対策分類 一覧表", "Services by control category");
    let mut book = Book::new(input, title.to_owned())?;
    let looks = Looks::new(&book);
    overview(&mut book, lines, &looks)?;
    for viewpoint in &input.criteria.viewpoints {
        let categories: Vec<&Category> = input.criteria.of_viewpoint(&viewpoint.id).collect();
        let name = input.lang.pick(&viewpoint.ja, &viewpoint.en);
        answers(&mut book, &sheet_name(&viewpoint.id, name), &categories, lines, &looks)?;
    }
    book.bytes()
}

/// A name that Excel takes: at most 31 characters, none of `[]:*?/\`.
fn sheet_name(id: &str, name: &str) -> String {
    let name: String = name.chars().filter(|c| !"[]:*?/\\'".contains(*c) && !c.is_control()).collect();
    format!("{id} {name}").chars().take(31).collect()
}

/// One format for each availability: a workbook of thousands of rows has six of them, not thousands.
struct Looks {
    plain: Format,
    by_key: BTreeMap<&'static str, Format>,
}

impl Looks {
    fn new(book: &Book) -> Looks {
        let base = book.styles.centre.clone().set_align(FormatAlign::VerticalCenter);
        let choices = schema::field("criteria", "availability").map(|f| f.choices()).unwrap_or_default();
        let by_key = choices.iter().map(|c| (c.key, toned(&base, Some(c)))).collect();
        Looks { plain: base, by_key }
    }

    fn of(&self, choice: Option<&Choice>) -> &Format {
        choice.and_then(|c| self.by_key.get(c.key)).unwrap_or(&self.plain)
    }
}

fn availability(line: &ServiceLine, category: &Category) -> Option<&'static Choice> {
    let row = RowId::parse(&category.id).ok()?;
    schema::availability(line.cells.text(&Address::new("criteria", row, "availability", None)))
}

fn overview(book: &mut Book, lines: &[ServiceLine], looks: &Looks) -> Result<(), XlsxError> {
    let input = book.input;
    let lang = input.lang;
    let categories: Vec<&Category> =
        input.criteria.viewpoints.iter().flat_map(|v| input.criteria.of_viewpoint(&v.id)).collect();
    let mut columns: Vec<Column> = vec![
        (lang.pick("サービス", "Service").into(), 34.0),
        (lang.pick("事業者", "Provider").into(), 9.0),
        (lang.pick("サービス区分", "Group").into(), 16.0),
        (lang.pick("回答数", "Answered").into(), 8.0),
    ];
    let before = columns.len();
    columns.extend(categories.iter().map(|c| (format!("{}\n{}", c.id, c.name(lang)), narrow(c.name(lang)))));
    let (text, centre) = (book.styles.text.clone(), book.styles.centre.clone());
    let group = book.styles.header_other.clone().set_text_wrap();
    let name = lang.pick("一覧表", "Matrix");
    let sheet = book.sheet(name, &columns, 1)?;
    // The viewpoints above the categories stand on every page as well.
    sheet.set_repeat_rows(HEADER - 1, HEADER)?;
    let mut col = u16::try_from(before).unwrap_or(0);
    for viewpoint in &input.criteria.viewpoints {
        let count = u16::try_from(input.criteria.of_viewpoint(&viewpoint.id).count()).unwrap_or(0);
        let word = lang.pick(&viewpoint.ja, &viewpoint.en);
        match count {
            0 => {}
            1 => drop(sheet.write_string_with_format(HEADER - 1, col, word, &group)?),
            _ => drop(sheet.merge_range(HEADER - 1, col, HEADER - 1, col + count - 1, word, &group)?),
        }
        col += count;
    }
    sheet.set_row_height(HEADER - 1, 28)?;
    for (row, line) in (FIRST..).zip(lines) {
        sheet.write_string_with_format(row, 0, line.name.get(lang), &text)?;
        sheet.write_string_with_format(row, 1, &line.provider, &text)?;
        sheet.write_string_with_format(row, 2, line.group.get(lang), &text)?;
        let chosen: Vec<Option<&Choice>> = categories.iter().map(|c| availability(line, c)).collect();
        let answered = chosen.iter().flatten().count();
        sheet.write_number_with_format(row, 3, answered as f64, &centre)?;
        for (col, choice) in (u16::try_from(before).unwrap_or(0)..).zip(&chosen) {
            sheet.write_string_with_format(row, col, choice.map_or("", |c| c.mark), looks.of(*choice))?;
        }
        sheet.set_row_height(row, height(&[(line.name.get(lang), 34.0), (line.group.get(lang), 16.0)]))?;
    }
    filtered(sheet, lines.len(), columns.len())?;
    let legend = schema::field("criteria", "availability").map(|f| f.choices()).unwrap_or_default();
    let words: Vec<String> = legend.iter().map(|c| c.marked(lang)).collect();
    let below = FIRST + u32::try_from(lines.len()).unwrap_or(0) + 1;
    sheet.write_string(below, 0, format!("{}: {}", lang.pick("凡例", "Legend"), words.join("　")))?;
    Ok(())
}

/// The width of a column for one mark, in Excel's units: as narrow as the longest word of its name allows, since a word
/// that is broken anywhere cannot be read.
fn narrow(name: &str) -> f64 {
    let longest = name.split(' ').filter(|w| w.is_ascii()).map(str::len).max().unwrap_or(0);
    (longest as f64 * 0.93 + 1.2).max(8.6)
}

fn answers(
    book: &mut Book,
    name: &str,
    categories: &[&Category],
    lines: &[ServiceLine],
    looks: &Looks,
) -> Result<(), XlsxError> {
    let lang = book.input.lang;
    let mut columns: Vec<Column> =
        vec![(lang.pick("サービス", "Service").into(), 30.0), (lang.pick("事業者", "Provider").into(), 9.0)];
    for c in categories {
        let word = |ja, en| format!("{} {}\n{}", c.id, c.name(lang), lang.pick(ja, en));
        columns.push((word("提供状況", "Availability"), 14.0));
        columns.push((word("責任分界", "Responsibility"), 11.0));
        columns.push((word("概要", "Summary"), 44.0));
    }
    let text = book.styles.text.clone();
    let sheet = book.sheet(name, &columns, 1)?;
    // Services that say nothing yet stand in the overview; here they would be empty pages.
    let lines: Vec<&ServiceLine> = lines.iter().filter(|line| !line.cells.is_empty()).collect();
    for (row, line) in (FIRST..).zip(lines.iter().copied()) {
        sheet.write_string_with_format(row, 0, line.name.get(lang), &text)?;
        sheet.write_string_with_format(row, 1, &line.provider, &text)?;
        let mut col = 2;
        let mut texts: Vec<String> = Vec::new();
        for category in categories {
            let choice = availability(line, category);
            let word = choice.map_or(String::new(), |c| c.marked(lang));
            sheet.write_string_with_format(row, col, word, looks.of(choice))?;
            let (responsibility, summary) = spoken(line, category, lang);
            sheet.write_string_with_format(row, col + 1, responsibility, &text)?;
            sheet.write_string_with_format(row, col + 2, &summary, &text)?;
            texts.push(summary);
            col += 3;
        }
        let wide: Vec<(&str, f64)> = texts.iter().map(|t| (t.as_str(), 44.0)).collect();
        sheet.set_row_height(row, height(&wide))?;
    }
    filtered(sheet, lines.len(), columns.len())
}

/// Responsibility in words, and the summary, shortened with a mark where it is long.
fn spoken(line: &ServiceLine, category: &Category, lang: crate::lang::Lang) -> (String, String) {
    let Ok(row) = RowId::parse(&category.id) else { return Default::default() };
    let key = line.cells.text(&Address::new("criteria", row.clone(), "responsibility", None));
    let responsibility = schema::field("criteria", "responsibility").map(|f| f.spoken(lang, key)).unwrap_or_default();
    let summary = line.cells.shown("criteria", &row, "summary", lang).text;
    let cut: String = summary.chars().take(SUMMARY).collect();
    let summary = if cut.len() < summary.len() { format!("{cut}…") } else { cut };
    (responsibility, summary)
}
