//! Every guardrail that an answer leans on, in one list: derived from part 2, never read back.

use super::style::Styles;
use super::{ExportInput, page};
use crate::guardrail::{Coverage, parse_links};
use crate::lang::Lang;
use crate::workbook::own::mark;
use crate::workbook::text;
use rust_xlsxwriter::{Worksheet, XlsxError};

const WIDTHS: [f64; 8] = [2.0, 6.0, 24.0, 14.0, 40.0, 34.0, 8.0, 44.0];

/// Writes the list.
pub fn guardrails(sheet: &mut Worksheet, input: &ExportInput, styles: &Styles) -> Result<(), XlsxError> {
    let lang = input.lang;
    sheet.set_name(text::GUARDRAILS)?;
    sheet.write_string_with_format(0, 0, mark::token(&input.mark(), "_guardrails"), &styles.plain)?;
    sheet.set_row_hidden(0)?.set_column_hidden(0)?;
    let title = lang.pick("ガードレール一覧", "Guardrails");
    sheet.write_string_with_format(1, 1, format!("{}　{title}", input.name()), &styles.heading)?;
    let aside = lang.pick(
        "「セキュリティクライテリア」の「ガードレール」列から作成しています。この一覧への変更は取り込まれません。",
        "Made from the column “Guardrails” of part 2. Changes to this list are not imported.",
    );
    sheet.write_string_with_format(2, 1, aside, &styles.aside)?;
    let heads = match lang {
        Lang::Ja => ["ID", "対策分類", "種別", "識別子", "名称", "範囲", "理由"],
        Lang::En => ["ID", "Category", "Mechanism", "Identifier", "Name", "Covers", "Reason"],
    };
    for (col, width) in (0u16..).zip(WIDTHS) {
        sheet.set_column_width(col, width)?;
    }
    for (col, head) in (1u16..).zip(heads) {
        sheet.write_string_with_format(3, col, head, &styles.header)?;
    }
    let mut row = 4;
    for category in &input.criteria.categories {
        let Ok(id) = crate::id::RowId::parse(&category.id) else { continue };
        // A cell that does not read as links stays readable in part 2.
        for link in parse_links(input.cells.plain("criteria", &id, "guardrails")).unwrap_or_default() {
            let covers = match link.coverage {
                Coverage::Full => lang.pick("全部", "Full"),
                Coverage::Partial => lang.pick("一部", "Partial"),
            };
            let (own, other) = match lang {
                Lang::Ja => (&link.reason_ja, &link.reason_en),
                Lang::En => (&link.reason_en, &link.reason_ja),
            };
            let reason = if own.is_empty() { other } else { own };
            let name = (input.guardrails)(&link.id).unwrap_or_default();
            let texts =
                [&category.id, category.name(lang), link.id.mechanism.name(), &link.id.native, &name, covers, reason];
            for (col, text) in (1u16..).zip(texts) {
                sheet.write_string_with_format(row, col, text, &styles.listed)?;
            }
            sheet.set_row_height(row, text::height(texts.into_iter().zip(WIDTHS.into_iter().skip(1))))?;
            row += 1;
        }
    }
    sheet.set_freeze_panes(4, 0)?;
    page::page(sheet, input, Some(3))
}
