//! A sheet with one or more tables, each with its hidden key row, its title and its header.

use super::ExportInput;
use super::columns::{self, Column, Holds};
use super::lists::Lists;
use super::page;
use super::style::Styles;
use crate::cell::Address;
use crate::id::RowId;
use crate::lang::Lang;
use crate::schema::{Field, Kind, Rows, Section, marks};
use crate::workbook::own::mark;
use crate::workbook::text;
use rust_xlsxwriter::{
    Color, ConditionalFormatText, ConditionalFormatTextRule, ExcelDateTime, Format, IgnoreError, Worksheet, XlsxError,
};

/// Empty lines under a table of free rows, ready to be written in.
const SPARE: u32 = 2;

/// A table while it is written.
struct Table<'a> {
    input: &'a ExportInput<'a>,
    styles: &'a Styles,
    section: &'static Section,
    columns: Vec<Column>,
    rows: Vec<RowId>,
    /// Row of the sheet that holds the keys; title, header and rows follow.
    top: u32,
}

/// Writes a sheet of tables, one under the other.
pub fn sheet(
    sheet: &mut Worksheet,
    input: &ExportInput,
    styles: &Styles,
    lists: &Lists,
    name: &str,
    sections: &[&str],
) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    let mut top = 0;
    let mut first_header = None;
    let mut tables: Vec<Table> = Vec::new();
    for section in sections.iter().filter_map(|key| crate::schema::section(key)) {
        let rows = input.cells.rows(section, input.criteria);
        let columns = columns::columns(section, input.lang);
        tables.push(Table { input, styles, section, columns, rows, top: 0 });
    }
    let shared = share(&mut tables);
    for table in &mut tables {
        table.top = top;
        first_header.get_or_insert(table.header());
        top = table.end() + 2;
        table.write(sheet, lists)?;
    }
    set_columns(sheet, styles, &shared)?;
    let fixed = if sections == ["criteria"] { 4 } else { 2 };
    // Freezing under the first header would hide the second table's own.
    if sections.len() == 1 {
        sheet.set_freeze_panes(first_header.unwrap_or(0) + 1, fixed)?;
    }
    let repeat = first_header.filter(|_| sections.len() == 1);
    page::page(sheet, input, repeat)
}

/// Tables under each other share their columns: the widest wins, and what one needs open is open.
fn share(tables: &mut [Table]) -> Vec<Column> {
    let mut shared: Vec<Column> = Vec::new();
    for table in tables.iter() {
        for (n, column) in table.columns.iter().enumerate() {
            let folded = column.folded && !table.stands_alone(column.holds);
            match shared.get_mut(n) {
                Some(seen) => {
                    seen.width = seen.width.max(column.width);
                    seen.folded &= folded;
                }
                None => shared.push(Column { folded, ..*column }),
            }
        }
    }
    for table in tables {
        for (column, all) in table.columns.iter_mut().zip(&shared) {
            (column.width, column.folded) = (all.width, all.folded);
        }
    }
    shared
}

fn set_columns(sheet: &mut Worksheet, styles: &Styles, columns: &[Column]) -> Result<(), XlsxError> {
    for (col, column) in (0u16..).zip(columns) {
        sheet.set_column_width(col, column.width)?;
        // A row added below the table is text as well: 1-1 must not become a date.
        sheet.set_column_format(col, &styles.column)?;
        match (column.other, column.folded) {
            (true, true) => drop(sheet.group_columns_collapsed(col, col)?),
            (true, false) => drop(sheet.group_columns(col, col)?),
            _ => {}
        }
    }
    sheet.set_column_hidden(0)?;
    Ok(())
}

impl Table<'_> {
    /// Whether a text in the other language has no counterpart in the reader's, and must be seen.
    fn stands_alone(&self, holds: Holds) -> bool {
        let Holds::Field(field, Some(of)) = holds else { return false };
        let text =
            |row: &RowId, l| self.input.cells.text(&Address::new(self.section.key, row.clone(), field.key, Some(l)));
        self.rows.iter().any(|row| !text(row, of).is_empty() && text(row, of.other()).is_empty())
    }

    fn header(&self) -> u32 {
        self.top + 2
    }

    fn first(&self) -> u32 {
        self.top + 3
    }

    fn spare(&self) -> u32 {
        if matches!(self.section.rows, Rows::Free(_)) { SPARE } else { 0 }
    }

    /// The row under the last one.
    fn end(&self) -> u32 {
        self.first() + self.rows.len() as u32 + self.spare()
    }

    fn write(&self, sheet: &mut Worksheet, lists: &Lists) -> Result<(), XlsxError> {
        self.write_head(sheet)?;
        for (row, id) in (self.first()..).zip(&self.rows) {
            self.write_row(sheet, row, id)?;
        }
        for row in self.end() - self.spare()..self.end() {
            for (col, column) in (0u16..).zip(&self.columns).skip(1) {
                sheet.write_blank(row, col, self.format(column.holds))?;
            }
            sheet.set_row_height(row, 20)?;
        }
        if self.section.key == "criteria" {
            self.merge_viewpoints(sheet)?;
        }
        self.helpers(sheet, lists)
    }

    fn write_head(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        let (lang, token) = (self.input.lang, mark::token(&self.input.mark(), self.section.key));
        let headers: Vec<String> = self.columns.iter().map(|c| columns::header(c.holds, lang)).collect();
        for (col, (column, header)) in (0u16..).zip(self.columns.iter().zip(&headers)) {
            sheet.write_string_with_format(
                self.top,
                col,
                columns::key(column.holds, self.section, &token),
                &self.styles.plain,
            )?;
            let style = if column.other { &self.styles.header_other } else { &self.styles.header };
            sheet.write_string_with_format(self.header(), col, header, style)?;
        }
        sheet.set_row_hidden(self.top)?;
        let title = format!("{}　{}", self.input.name(), self.section.label(lang));
        sheet.write_string_with_format(self.top + 1, 1, title.replace('\n', " "), &self.styles.heading)?;
        sheet.set_row_height(self.top + 1, 27)?;
        let widths = headers.iter().map(String::as_str).zip(self.columns.iter().map(|c| c.width));
        sheet.set_row_height(self.header(), text::height(widths))?;
        Ok(())
    }

    fn write_row(&self, sheet: &mut Worksheet, row: u32, id: &RowId) -> Result<(), XlsxError> {
        let texts: Vec<String> = self.columns.iter().map(|c| self.text(c.holds, id)).collect();
        for (col, (column, text)) in (0u16..).zip(self.columns.iter().zip(&texts)) {
            let date = match column.holds {
                Holds::Field(field, _) if field.kind == Kind::Date => excel_date(text),
                _ => None,
            };
            match date {
                Some(date) => sheet.write_datetime_with_format(row, col, date, self.format(column.holds))?,
                None if text.is_empty() => sheet.write_blank(row, col, self.format(column.holds))?,
                None => sheet.write_string_with_format(row, col, text, self.format(column.holds))?,
            };
        }
        let seen = texts
            .iter()
            .zip(&self.columns)
            .filter(|(_, c)| !c.folded && !matches!(c.holds, Holds::Viewpoint | Holds::Mark));
        sheet.set_row_height(row, text::height(seen.map(|(t, c)| (t.as_str(), c.width))))?;
        Ok(())
    }

    fn text(&self, holds: Holds, id: &RowId) -> String {
        let lang = self.input.lang;
        let category = || self.input.criteria.category(id.as_str());
        match holds {
            Holds::Mark => mark::row_mark(self.input.cells, self.section, id),
            Holds::Id => id.to_string(),
            // Merged afterwards.
            Holds::Viewpoint => String::new(),
            Holds::Name => category().map_or_else(String::new, |c| c.name(lang).to_owned()),
            Holds::Question => category().map_or_else(String::new, |c| c.question(lang).to_owned()),
            Holds::Field(field, of) => {
                let stored = self.input.cells.text(&Address::new(self.section.key, id.clone(), field.key, of));
                shown(field, stored, lang)
            }
        }
    }

    fn format(&self, holds: Holds) -> &Format {
        match holds {
            Holds::Mark => &self.styles.plain,
            Holds::Id => &self.styles.derived_centre,
            Holds::Viewpoint | Holds::Name | Holds::Question => &self.styles.derived,
            Holds::Field(field, _) => match field.kind {
                Kind::Date => &self.styles.date,
                Kind::Choice(_) | Kind::Reference(_) => &self.styles.centre,
                _ => &self.styles.text,
            },
        }
    }

    fn merge_viewpoints(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        let Some(col) = (0u16..).zip(&self.columns).find(|(_, c)| matches!(c.holds, Holds::Viewpoint)).map(|(c, _)| c)
        else {
            return Ok(());
        };
        let criteria = self.input.criteria;
        let viewpoint = |id: &RowId| criteria.category(id.as_str()).map_or("", |c| c.viewpoint.as_str());
        // Japanese stands upright; English lies on its side.
        let style = self.styles.group.clone().set_rotation(if self.input.lang == Lang::Ja { 270 } else { 90 });
        let mut row = self.first();
        for group in self.rows.chunk_by(|a, b| viewpoint(a) == viewpoint(b)) {
            let last = row + group.len() as u32 - 1;
            let name = criteria.viewpoint(viewpoint(&group[0])).unwrap_or_default();
            let name = name.get(self.input.lang);
            if last > row {
                sheet.merge_range(row, col, last, col, name, &style)?;
            } else {
                sheet.write_string_with_format(row, col, name, &style)?;
            }
            row = last + 1;
        }
        Ok(())
    }

    /// Drop-downs, colours of marks, the filter.
    fn helpers(&self, sheet: &mut Worksheet, lists: &Lists) -> Result<(), XlsxError> {
        let last = self.end().max(self.first() + 1) - 1;
        let last_col = self.columns.len() as u16 - 1;
        for (col, column) in (0u16..).zip(&self.columns) {
            let Holds::Field(field, _) = column.holds else { continue };
            if let Some(validation) = lists.validation(self.section.key, field)? {
                sheet.add_data_validation(self.first(), col, last, col, &validation)?;
            }
            if field.key == "availability" {
                for (mark, ink, fill) in COLOURS {
                    let rule = ConditionalFormatTextRule::BeginsWith((*mark).into());
                    let format = Format::new().set_font_color(*ink).set_background_color(*fill);
                    let colour = ConditionalFormatText::new().set_rule(rule).set_format(format);
                    sheet.add_conditional_format(self.first(), col, last, col, &colour)?;
                }
            }
        }
        sheet.ignore_error_range(self.first(), 1, last, last_col, IgnoreError::NumberStoredAsText)?;
        // From the hidden id column on, so that sorting by a button takes the ids along. Merged viewpoints block sorting,
        // and a sheet can hold one filter only: the last table's.
        if matches!(self.section.key, "paths" | "notes") {
            sheet.autofilter(self.header(), 0, last, last_col)?;
        }
        Ok(())
    }
}

/// Ink and ground by mark, readable in black and white through the mark itself.
const COLOURS: &[(&str, Color, Color)] = &[
    (marks::ON, Color::RGB(0x0B_5D_3B), Color::RGB(0xDD_F3_E6)),
    (marks::CAN, Color::RGB(0x1B_4F_8A), Color::RGB(0xE1_EC_FA)),
    (marks::PARTLY, Color::RGB(0x7A_4B_00), Color::RGB(0xFD_F0_D2)),
    (marks::NO, Color::RGB(0x93_1F_1F), Color::RGB(0xFB_E3_E1)),
    (marks::NA, Color::RGB(0x4B_55_63), Color::RGB(0xEC_EE_F1)),
];

/// A stored text as a person reads it: choices as marked words.
pub fn shown(field: &Field, stored: &str, lang: Lang) -> String {
    let word =
        |key: &str| field.choices().iter().find(|c| c.key == key).map_or_else(|| key.to_owned(), |c| c.marked(lang));
    match field.kind {
        Kind::Choice(_) => word(stored),
        Kind::Choices(_) if !stored.is_empty() => {
            stored.split(',').map(word).collect::<Vec<_>>().join(lang.pick("、", ", "))
        }
        _ => stored.to_owned(),
    }
}

/// A date that every program reads alike. Excel believes in the 29th of February 1900, others do not.
fn excel_date(text: &str) -> Option<ExcelDateTime> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    if year < 1901 { None } else { ExcelDateTime::from_ymd(year, month, day).ok() }
}
