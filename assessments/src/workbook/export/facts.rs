//! The service's own facts: a form with one field a line.

use super::block::shown;
use super::lists::Lists;
use super::style::Styles;
use super::{ExportInput, page};
use crate::cell::Address;
use crate::id::RowId;
use crate::workbook::own::mark;
use crate::workbook::text;
use rust_xlsxwriter::{Worksheet, XlsxError};

/// Widths of label and of the two languages.
const WIDTHS: [f64; 4] = [4.0, 24.0, 62.0, 62.0];

/// Writes the sheet. Column A holds each line's field, the hidden first row says which language stands where.
pub fn facts(sheet: &mut Worksheet, input: &ExportInput, styles: &Styles, lists: &Lists) -> Result<(), XlsxError> {
    let (lang, row_id) = (input.lang, RowId::service());
    sheet.set_name(text::FACTS)?;
    let Some(section) = crate::schema::section("facts") else { return Ok(()) };
    let keys = [
        mark::token(&input.mark(), section.key),
        mark::id_key(section),
        format!("#{}", lang.code()),
        format!("#{}", lang.other().code()),
    ];
    for (col, (key, width)) in (0u16..).zip(keys.iter().zip(WIDTHS)) {
        sheet.write_string_with_format(0, col, key, &styles.plain)?;
        sheet.set_column_width(col, width)?;
        sheet.set_column_format(col, &styles.column)?;
    }
    sheet.set_row_hidden(0)?.set_column_hidden(0)?;
    sheet.write_string_with_format(1, 1, format!("{}　{}", input.name(), section.label(lang)), &styles.heading)?;
    sheet.set_row_height(1, 27)?;
    sheet.write_string_with_format(2, 0, mark::row_mark(input.cells, section, &row_id), &styles.plain)?;
    let heads = [lang.pick("項目", "Item"), lang.pick("内容", "English"), lang.pick("内容（英語）", "Japanese")];
    for (col, head) in (1u16..).zip(heads) {
        sheet.write_string_with_format(2, col, head, if col == 3 { &styles.header_other } else { &styles.header })?;
    }
    for (row, field) in (3u32..).zip(section.fields) {
        sheet.write_string_with_format(row, 0, format!("{}/{}", section.key, field.key), &styles.plain)?;
        sheet.write_string_with_format(row, 1, field.label(lang), &styles.derived)?;
        let langs = if field.bilingual { vec![Some(lang), Some(lang.other())] } else { vec![None] };
        let mut texts = Vec::new();
        for (col, of) in (2u16..).zip(&langs) {
            let stored = input.cells.text(&Address::new(section.key, row_id.clone(), field.key, *of));
            let text = shown(field, stored, lang);
            if text.is_empty() {
                sheet.write_blank(row, col, &styles.text)?;
            } else {
                sheet.write_string_with_format(row, col, &text, &styles.text)?;
            }
            texts.push(text);
        }
        if !field.bilingual {
            sheet.write_blank(row, 3, &styles.derived)?;
        }
        if let Some(validation) = lists.validation(section.key, field)? {
            sheet.add_data_validation(row, 2, row, 2, &validation)?;
        }
        sheet.set_row_height(row, text::height(texts.iter().map(|t| (t.as_str(), WIDTHS[2]))))?;
    }
    sheet.set_freeze_panes(3, 0)?;
    page::page(sheet, input, Some(2))
}
