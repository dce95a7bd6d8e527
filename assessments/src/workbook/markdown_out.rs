//! A sheet as one Markdown document, both languages, for reading and for keeping under version control. Comments name the
//! cells, so that an edited document comes home (`markdown_in`).

use super::export::{ExportInput, block};
use super::markdown_in::{CLOSE, guarded, head, mark, mark_with};
use super::text;
use crate::cell::Address;
use crate::failure::Failure;
use crate::id::RowId;
use crate::lang::Lang;
use crate::schema::{Field, Kind, PRIVATE, Rows, SECTIONS, Section};

/// Writes the whole sheet.
///
/// # Errors
/// None today; the signature is that of the other exports.
pub fn export_markdown(input: &ExportInput) -> Result<Vec<u8>, Failure> {
    let lang = input.lang;
    let mut out = head(input.service.as_str(), input.number, input.export.as_str());
    out.push_str(&format!("\n# {}\n\n", plain(input.name())));
    for (label, value) in [
        (lang.pick("サービス", "Service"), input.service.to_string()),
        (lang.pick("クライテリア", "Criteria set"), input.criteria_words()),
        (lang.pick("版", "Revision"), input.number.to_string()),
        (lang.pick("出力日時（日本時間）", "Exported at (Japan time)"), text::moment(input.at)),
        (lang.pick("出力番号", "Export"), input.export.to_string()),
    ] {
        out.push_str(&format!("- {label}: {}\n", plain(&value)));
    }
    // The common text never holds a cell of the private sections, so it never shows them.
    let own = PRIVATE.iter().filter(|s| input.cells.iter().any(|(a, _)| a.section == s.key));
    for section in SECTIONS.iter().chain(own) {
        out.push_str(&format!("\n## {}\n", section.label(lang)));
        for row in input.cells.rows(section, input.criteria) {
            write_row(&mut out, input, section, &row);
        }
    }
    Ok(out.into_bytes())
}

fn write_row(out: &mut String, input: &ExportInput, section: &Section, row: &RowId) {
    let lang = input.lang;
    match section.rows {
        Rows::One => {}
        Rows::Free(_) => {
            let order = Address::order(section.key, row.clone());
            out.push_str(&format!("\n### {row} {}\n", mark_with(&order, input.cells.text(&order))));
        }
        Rows::Criteria => {
            let (name, question) =
                input.criteria.category(row.as_str()).map_or(("", ""), |c| (c.name(lang), c.question(lang)));
            out.push_str(&format!("\n### {row} {}\n", plain(name)));
            if !question.is_empty() {
                out.push_str(&format!("\n*{}*\n", plain(question)));
            }
        }
    }
    // Lines first, then texts of their own paragraphs: a list item must not swallow a paragraph.
    let mut short = String::new();
    let mut long = String::new();
    for field in section.fields {
        for of in langs(field, lang) {
            let address = Address::new(section.key, row.clone(), field.key, of);
            let (stored, mark) = (input.cells.text(&address), mark(&address));
            if stored.trim().is_empty() {
                continue;
            }
            let label = text::header(field, of, lang);
            let shown = block::shown(field, stored, lang);
            match field.kind {
                Kind::Markdown => {
                    long.push_str(&format!("\n**{label}**\n\n{mark}\n{}\n{CLOSE}\n", guarded(&shown)));
                }
                Kind::Links | Kind::Guardrails => {
                    let items: String = shown.lines().map(|l| format!("- {}\n", guarded(l))).collect();
                    long.push_str(&format!("\n**{label}**\n\n{mark}\n{items}{CLOSE}\n"));
                }
                _ => short.push_str(&format!("- {label}: {} {mark}\n", plain(&shown))),
            }
        }
    }
    if !short.is_empty() {
        out.push('\n');
    }
    out.push_str(&short);
    out.push_str(&long);
}

/// The reader's language first.
fn langs(field: &Field, lang: Lang) -> Vec<Option<Lang>> {
    if field.bilingual { vec![Some(lang), Some(lang.other())] } else { vec![None] }
}

/// Plain text inside Markdown: its own signs stay signs.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|') {
            out.push('\\');
        }
        out.push(if c == '\n' { ' ' } else { c });
    }
    out
}
