//! A basket as a workbook and as Markdown: cells from many sheets, in one table that can be printed.

use super::listing::Listing;
use super::style::Styles;
use crate::failure::Failure;
use crate::lang::Lang;
use crate::workbook::paper::{Paper, literal, set_up};
use crate::workbook::text;
use chrono::{DateTime, Utc};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

/// Row of the header.
const HEAD: u32 = 4;
const WIDTHS: [f64; 8] = [5.0, 24.0, 26.0, 12.0, 54.0, 54.0, 36.0, 17.0];

/// A collected cell in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasketLine {
    /// The service's name and id.
    pub service: String,
    /// The cell's place: category and field.
    pub place: String,
    /// Whose text.
    pub layer: String,
    /// Whether it is an institution's own.
    pub private: bool,
    /// The text as it was collected.
    pub then: String,
    /// The text now.
    pub now: String,
    /// Whether the two differ.
    pub changed: bool,
    /// The collector's remark.
    pub remark: String,
    /// When it was collected.
    pub taken_at: DateTime<Utc>,
    /// At which revision.
    pub number: i64,
    /// The cell's address.
    pub address: String,
}

/// A basket to be handed out.
pub struct BasketInput<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Whose it is.
    pub owner: &'a str,
    /// Its cells in order.
    pub lines: &'a [BasketLine],
    /// When.
    pub at: DateTime<Utc>,
    /// Language of the labels.
    pub lang: Lang,
}

impl BasketInput<'_> {
    /// Whose list it is, when it was made, and whether it may leave the institution.
    fn about(&self) -> String {
        let private = self.lines.iter().any(|l| l.private);
        let warning = match (private, self.lang) {
            (false, _) => "",
            (true, Lang::Ja) => "　自機関の非公開の文章を含みます。",
            (true, Lang::En) => "  Holds private text of the institution.",
        };
        let at = text::moment(self.at);
        let count = self.lines.len();
        match self.lang {
            Lang::Ja => format!("作成者 {}　出力日時 {at}（日本時間）　{count} 件{warning}", self.owner),
            Lang::En => format!("By {}  Exported at {at} (Japan time)  {count} cells{warning}", self.owner),
        }
    }

    fn heads(&self) -> [&'static str; 8] {
        match self.lang {
            Lang::Ja => ["No.", "サービス", "箇所", "区分", "収集時の文章", "現在の文章", "所見", "収集日時"],
            Lang::En => {
                ["No.", "Service", "Place", "Layer", "Text when collected", "Text now", "Remark", "Collected at"]
            }
        }
    }

    fn now<'a>(&self, line: &'a BasketLine) -> &'a str {
        match (line.changed, line.now.is_empty()) {
            (false, _) => self.lang.pick("変更なし", "unchanged"),
            (true, true) => self.lang.pick("（空欄になりました）", "(now empty)"),
            (true, false) => &line.now,
        }
    }
}

/// Writes a basket as an xlsx workbook. Every text is written as text: nothing in it can become a formula.
///
/// # Errors
/// [`Failure::Internal`] where the workbook cannot be written; texts within their bounds never cause it.
pub fn export_basket(input: &BasketInput) -> Result<Vec<u8>, Failure> {
    write(input).map_err(|error| {
        tracing::error!(basket = %input.id, %error, "a basket could not be written");
        Failure::Internal { operation: input.id.to_owned() }
    })
}

fn write(input: &BasketInput) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    book.set_default_format(&Styles::default_format(), 25, 72)?;
    let styles = Styles::new();
    book.set_properties(
        &DocProperties::new()
            .set_title(input.name)
            .set_author("Kyohyo")
            .set_creation_datetime(&ExcelDateTime::from_timestamp(input.at.timestamp())?),
    );
    let sheet = book.add_worksheet();
    sheet.set_name(input.lang.pick("バスケット", "Basket"))?;
    for (col, width) in (0u16..).zip(WIDTHS) {
        sheet.set_column_width(col, width)?;
    }
    sheet.write_string_with_format(1, 0, input.name, &styles.heading)?;
    sheet.set_row_height(1, 27)?;
    sheet.write_string_with_format(2, 0, input.about(), &styles.aside)?;
    for (col, head) in (0u16..).zip(input.heads()) {
        sheet.write_string_with_format(HEAD, col, head, &styles.header)?;
    }
    let mut row = HEAD + 1;
    for (n, line) in (1..).zip(input.lines) {
        row = write_line(sheet, input, &styles, row, n, line)?;
    }
    sheet.autofilter(HEAD, 0, (row - 1).max(HEAD + 1), 7)?;
    sheet.set_freeze_panes(HEAD + 1, 0)?;
    // The blank keeps a name that begins with a digit out of the font's size.
    let footer = format!("&L&8 {}&C&8&P / &N&R&8{}", literal(input.name), text::moment(input.at));
    set_up(sheet, Paper::A4, &footer, Some(HEAD..=HEAD))?;
    book.save_to_buffer()
}

/// Writes a collected cell from a row on; gives back the row under it.
fn write_line(
    sheet: &mut Worksheet,
    input: &BasketInput,
    styles: &Styles,
    top: u32,
    n: usize,
    line: &BasketLine,
) -> Result<u32, XlsxError> {
    let texts = [
        n.to_string(),
        line.service.clone(),
        line.place.clone(),
        line.layer.clone(),
        line.then.clone(),
        input.now(line).to_owned(),
        line.remark.clone(),
        format!("{}\nr{}", text::moment(line.taken_at), line.number),
    ];
    let listing = Listing { left: 0, widths: &WIDTHS, paper: Paper::A4, lang: input.lang };
    listing.add(sheet, top, &texts, |n| match n {
        0 | 3 | 7 => &styles.listed_centre,
        5 if !line.changed => &styles.derived,
        _ => &styles.listed,
    })
}

/// Writes a basket as Markdown, for reading and for keeping under version control.
pub fn basket_markdown(input: &BasketInput) -> Vec<u8> {
    use crate::workbook::markdown_out::plain;
    let lang = input.lang;
    let mut out = format!("# {}\n\n{}\n", plain(input.name), plain(&input.about()));
    for (n, line) in (1..).zip(input.lines) {
        out.push_str(&format!("\n## {n}. {} — {}\n\n", plain(&line.service), plain(&line.place)));
        out.push_str(&format!("- {}: {}\n", lang.pick("区分", "Layer"), plain(&line.layer)));
        out.push_str(&format!("- {}: `{}` r{}\n", lang.pick("セル", "Cell"), line.address, line.number));
        let taken = lang.pick("収集日時（日本時間）", "Collected at (Japan time)");
        out.push_str(&format!("- {taken}: {}\n", text::moment(line.taken_at)));
        if !line.remark.is_empty() {
            out.push_str(&format!("\n**{}**\n\n{}\n", lang.pick("所見", "Remark"), quoted(&line.remark)));
        }
        out.push_str(&format!(
            "\n**{}**\n\n{}\n",
            lang.pick("収集時の文章", "Text when collected"),
            quoted(&line.then)
        ));
        if line.changed {
            out.push_str(&format!("\n**{}**\n\n{}\n", lang.pick("現在の文章", "Text now"), quoted(input.now(line))));
        }
    }
    out.into_bytes()
}

/// A text as a quotation: whatever it holds, it does not end the list's own structure.
fn quoted(text: &str) -> String {
    text.lines().map(|l| format!("> {l}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn line(then: &str, now: &str, private: bool) -> BasketLine {
        BasketLine {
            service: "Amazon S3 (s3)".into(),
            place: "K07 保管データの暗号化 › 概要".into(),
            layer: "共通".into(),
            private,
            then: then.into(),
            now: now.into(),
            changed: then != now,
            remark: "=HYPERLINK(\"https://evil.example\")".into(),
            taken_at: DateTime::from_timestamp(1_795_000_000, 0).unwrap(),
            number: 3,
            address: "criteria/K07/summary/ja".into(),
        }
    }

    #[test]
    fn a_workbook_holds_texts_and_no_formula() {
        use calamine::{Data, Reader, Xlsx};
        let lines = [line("@SUM(A1)", "別の文章", true), line("+1", "+1", false)];
        let at = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        let input = BasketInput { id: "x", name: "=1+1", owner: "佐藤", lines: &lines, at, lang: Lang::Ja };
        let mut book: Xlsx<_> =
            calamine::open_workbook_from_rs(std::io::Cursor::new(export_basket(&input).unwrap())).unwrap();
        let name = book.sheet_names()[0].clone();
        assert!(book.worksheet_formula(&name).unwrap().cells().all(|(_, _, f)| f.is_empty()));
        let range = book.worksheet_range(&name).unwrap();
        assert_eq!(range.get_value((1, 0)), Some(&Data::String("=1+1".into())));
        assert_eq!(range.get_value((5, 4)), Some(&Data::String("@SUM(A1)".into())));
        assert_eq!(range.get_value((6, 5)), Some(&Data::String("変更なし".into())));
        assert!(matches!(range.get_value((2, 0)), Some(Data::String(t)) if t.contains("非公開")));
    }

    #[test]
    fn a_text_higher_than_a_row_goes_on_in_further_rows() {
        use calamine::{Reader, Xlsx};
        let long = "鍵の管理に関する所見。".repeat(200);
        let lines = [line(&long, &long, false), line("短い", "短い", false)];
        let at = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        let input = BasketInput { id: "x", name: "一覧", owner: "佐藤", lines: &lines, at, lang: Lang::Ja };
        let mut book: Xlsx<_> =
            calamine::open_workbook_from_rs(std::io::Cursor::new(export_basket(&input).unwrap())).unwrap();
        let range = book.worksheet_range("バスケット").unwrap();
        let rows: Vec<Vec<String>> =
            range.rows().skip(4).map(|r| r.iter().map(ToString::to_string).collect()).collect();
        assert!(rows.len() > 3, "{rows:?}");
        let parts = &rows[..rows.len() - 1];
        assert_eq!(parts.iter().map(|r| r[4].as_str()).collect::<String>(), long);
        assert!(parts[0][0] == "1" && parts[1..].iter().all(|r| r[0] == "1\n続き" && r[6].is_empty()));
        assert_eq!(rows.last().map(|r| (r[0].as_str(), r[4].as_str())), Some(("2", "短い")));
    }

    #[test]
    fn a_name_that_begins_with_a_digit_leaves_the_size_of_the_footer_alone() {
        let at = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        let input = BasketInput { id: "x", name: "2026年 R&D", owner: "佐藤", lines: &[], at, lang: Lang::Ja };
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(export_basket(&input).unwrap())).unwrap();
        let sheet = std::io::read_to_string(zip.by_name("xl/worksheets/sheet1.xml").unwrap()).unwrap();
        assert!(sheet.contains("<oddFooter>&amp;L&amp;8 2026年 R&amp;&amp;D&amp;C"), "{sheet}");
    }

    #[test]
    fn markdown_quotes_what_it_does_not_own() {
        let lines = [line("# 見出し\n\n- 項目", "# 見出し\n\n- 項目", false)];
        let at = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        let input = BasketInput { id: "x", name: "一覧", owner: "佐藤", lines: &lines, at, lang: Lang::En };
        let text = String::from_utf8(basket_markdown(&input)).unwrap();
        assert!(text.contains("> # 見出し\n> \n> - 項目") && !text.contains("Text now"), "{text}");
    }
}
