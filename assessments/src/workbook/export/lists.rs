//! Drop-down lists, on a hidden sheet: an inline list may hold 255 characters at most.

use super::ExportInput;
use super::page;
use crate::lang::Lang;
use crate::schema::{Field, Kind, SECTIONS};
use crate::workbook::own::mark;
use crate::workbook::text;
use rust_xlsxwriter::{DataValidation, DataValidationErrorStyle, Formula, Worksheet, XlsxError};
use std::collections::BTreeMap;

/// The lists of one workbook.
pub struct Lists {
    lang: Lang,
    /// List by key, in columns from B.
    lists: BTreeMap<String, Vec<String>>,
}

impl Lists {
    /// Collects the lists: words of every choice field, categories and scenarios.
    pub fn new(input: &ExportInput) -> Lists {
        let mut lists = BTreeMap::new();
        for section in SECTIONS {
            for field in section.fields {
                if let Kind::Choice(choices) = field.kind {
                    let words = choices.iter().map(|c| c.marked(input.lang)).collect();
                    lists.insert(format!("{}/{}", section.key, field.key), words);
                }
            }
            let rows: Vec<String> = input.cells.rows(section, input.criteria).iter().map(ToString::to_string).collect();
            if !rows.is_empty() {
                lists.insert(format!("#{}", section.key), rows);
            }
        }
        Lists { lang: input.lang, lists }
    }

    /// The drop-down of a field, where it has one. It warns and does not forbid: people write remarks beside a mark.
    pub fn validation(&self, section: &str, field: &Field) -> Result<Option<DataValidation>, XlsxError> {
        let key = match field.kind {
            Kind::Choice(_) => format!("{section}/{}", field.key),
            Kind::Reference(to) => format!("#{to}"),
            _ => return Ok(None),
        };
        let Some(col) = self.lists.keys().position(|k| *k == key) else { return Ok(None) };
        let last = self.lists.get(&key).map_or(0, Vec::len) + 1;
        let letters = crate::workbook::grid::At { row: 0, col: col as u32 + 1 }.name();
        let letters = letters.trim_end_matches('1');
        let range = Formula::new(format!("='{}'!${letters}$2:${letters}${last}", text::LISTS));
        let (style, title) = match field.kind {
            Kind::Choice(_) => {
                (DataValidationErrorStyle::Warning, self.lang.pick("一覧にない値です", "Not in the list"))
            }
            // Several ids may stand in one cell.
            _ => (DataValidationErrorStyle::Information, self.lang.pick("一覧にない番号です", "Not in the list")),
        };
        let message = self.lang.pick("一覧の言葉だけが取り込まれます。", "Only words of the list are taken on import.");
        let validation =
            DataValidation::new().allow_list_formula(range).set_error_style(style).set_error_title(title)?;
        Ok(Some(match field.kind {
            Kind::Choice(_) => validation.set_error_message(message)?,
            _ => validation.show_error_message(false),
        }))
    }

    /// Writes the hidden sheet.
    pub fn write(&self, sheet: &mut Worksheet, input: &ExportInput) -> Result<(), XlsxError> {
        sheet.set_name(text::LISTS)?.set_hidden(true);
        sheet.write_string(0, 0, mark::token(&input.mark(), "_lists"))?;
        sheet.set_column_hidden(0)?;
        for (col, (key, words)) in (1u16..).zip(&self.lists) {
            sheet.write_string(0, col, key)?;
            for (row, word) in (1u32..).zip(words) {
                sheet.write_string(row, col, word)?;
            }
        }
        page::page(sheet, input, None)
    }
}
