//! What the reader of a workbook is told, in both languages.

use crate::import::{Finding, Level, Place};
use crate::schema::Field;
use crate::workbook::grid::At;

/// Most findings; behind them one more says how many were left out.
const MOST: usize = 1_000;
/// Most characters of a text that is quoted.
const QUOTED: usize = 40;

/// Findings as they come.
#[derive(Default)]
pub struct Says {
    list: Vec<Finding>,
    more: usize,
}

/// A place in a sheet.
pub fn place(sheet: &str, at: At) -> Place {
    Place { sheet: sheet.to_owned(), cell: at.name() }
}

fn quote(text: &str) -> String {
    let mut out: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(QUOTED).collect();
    if text.chars().count() > QUOTED {
        out.push('…');
    }
    out
}

impl Says {
    fn add(&mut self, level: Level, code: &str, place: Place, ja: String, en: String) {
        if self.list.len() >= MOST {
            self.more += 1;
            return;
        }
        self.list.push(Finding { level, code: code.into(), sheet: place.sheet, cell: place.cell, ja, en });
    }

    /// All findings.
    pub fn finish(mut self) -> Vec<Finding> {
        if self.more > 0 {
            let n = self.more;
            self.list.push(Finding {
                level: Level::Warning,
                code: "more_findings".into(),
                sheet: String::new(),
                cell: String::new(),
                ja: format!("ほかに{n}件あります。"),
                en: format!("There are {n} more."),
            });
        }
        self.list
    }

    pub fn row_missing(&mut self, sheet: &str, row: &str) {
        let place = Place { sheet: sheet.into(), cell: String::new() };
        let ja = format!("{row} の行がありません。現在の内容を残します。");
        self.add(Level::Info, "row_missing", place, ja, format!("Row {row} is not in the sheet. It is kept as it is."));
    }

    pub fn other_revision(&mut self, sheet: &str, cell: &str, row: &str) {
        let place = Place { sheet: sheet.into(), cell: cell.into() };
        let ja = format!("{row} の行は別の出力から貼り付けられたようです。違いは自動では反映しません。");
        let en = format!("Row {row} seems to come from another export. Its differences are not applied by themselves.");
        self.add(Level::Warning, "other_revision", place, ja, en);
    }

    pub fn other_service(&mut self, sheet: &str, service: &str) {
        let place = Place { sheet: sheet.into(), cell: String::new() };
        let ja = format!("このシートは別のサービス（{service}）の出力です。取り込みません。");
        self.add(
            Level::Error,
            "other_service",
            place,
            ja,
            format!("This sheet was exported from another service ({service}). It was not taken."),
        );
    }

    pub fn two_copies(&mut self, taken: &str, left: &str) {
        let place = Place { sheet: left.into(), cell: String::new() };
        let ja = format!(
            "同じ出力のシートが二つあります。「{}」を読み、「{}」は読んでいません。",
            quote(taken),
            quote(left)
        );
        let en = format!("Two sheets come from one export. “{}” was read, “{}” was not.", quote(taken), quote(left));
        self.add(Level::Warning, "two_copies", place, ja, en);
    }

    pub fn rows_realigned(&mut self, sheet: &str, rows: usize) {
        let place = Place { sheet: sheet.into(), cell: String::new() };
        let ja = format!("見える列だけが並べ替えられたようです。{rows}行を内容から対応付け直しました。");
        let en = format!(
            "Only the visible columns seem to have been sorted. {rows} rows were matched again by what they say."
        );
        self.add(Level::Warning, "rows_realigned", place, ja, en);
    }

    pub fn duplicate_row(&mut self, at: Place, row: &str, new: bool) {
        let (level, ja, en) = if new {
            let ja = format!("{row} の行が二つあります。この行は新しい行として扱います。");
            (Level::Warning, ja, format!("Row {row} is there twice. This one is taken as a new row."))
        } else {
            let ja = format!("{row} の行が二つあります。この行は取り込みません。");
            (Level::Error, ja, format!("Row {row} is there twice. This one was not taken."))
        };
        self.add(level, "duplicate_row", at, ja, en);
    }

    pub fn unknown_row(&mut self, at: Place, id: &str, new: bool) {
        let id = quote(id);
        let (level, ja, en) = if new {
            let ja = format!("番号「{id}」の行は出力した版にありません。新しい行として扱います。");
            (Level::Warning, ja, format!("Row “{id}” is not in the exported revision. It is taken as a new row."))
        } else {
            let ja = format!("「{id}」がどの対策分類か分かりません。この行は取り込みません。");
            (Level::Error, ja, format!("Which category “{id}” is could not be told. This row was not taken."))
        };
        self.add(level, "unknown_row", at, ja, en);
    }

    pub fn too_many_rows(&mut self, sheet: &str, most: usize) {
        let place = Place { sheet: sheet.into(), cell: String::new() };
        let ja = format!("行が多すぎます。{most}行目より後は取り込みません。");
        self.add(
            Level::Error,
            "too_many_rows",
            place,
            ja,
            format!("Too many rows. Those after the first {most} were not taken."),
        );
    }

    pub fn blank_kept(&mut self, sheet: &str, at: At, field: &Field) {
        let ja = format!("「{}」が空です。空のセルでは消しません。", field.ja);
        let en = format!("“{}” is blank. A blank cell does not erase.", field.en);
        self.add(Level::Info, "blank_kept", place(sheet, at), ja, en);
    }

    pub fn blank_row(&mut self, sheet: &str, at: At, row: &str) {
        let ja = format!("{row} の行が空です。空の行では消しません。");
        self.add(
            Level::Info,
            "blank_kept",
            place(sheet, at),
            ja,
            format!("Row {row} is blank. Blank cells do not erase."),
        );
    }

    pub fn own_column(&mut self, sheet: &str, at: At, header: &str) {
        let header = quote(header);
        let ja = format!("列「{header}」は共有シートの項目ではないため、取り込みません。");
        self.add(
            Level::Info,
            "own_column",
            place(sheet, at),
            ja,
            format!("Column “{header}” is not part of the shared sheet and was not taken."),
        );
    }

    pub fn column_missing(&mut self, sheet: &str, header: &str) {
        let place = Place { sheet: sheet.into(), cell: String::new() };
        let ja = format!("列「{header}」がありません。現在の内容を残します。");
        self.add(
            Level::Info,
            "column_missing",
            place,
            ja,
            format!("Column “{header}” is not in the sheet. Its texts are kept."),
        );
    }

    pub fn struck_out(&mut self, at: &Place, text: &str) {
        let ja = format!("「{}」は取り消し線が引かれているため、取り込みません。", quote(text));
        self.add(
            Level::Warning,
            "struck_out",
            at.clone(),
            ja,
            format!("“{}” is struck out and was not taken.", quote(text)),
        );
    }

    pub fn error_value(&mut self, at: &Place, text: &str) {
        let ja = format!("エラー値「{}」は取り込みません。", quote(text));
        self.add(
            Level::Error,
            "error_value",
            at.clone(),
            ja,
            format!("The error value “{}” was not taken.", quote(text)),
        );
    }

    pub fn formula(&mut self, at: &Place, text: &str) {
        let ja = format!("数式のセルです。計算結果「{}」を読みました。", quote(text));
        self.add(
            Level::Warning,
            "formula",
            at.clone(),
            ja,
            format!("A formula: its result “{}” was read.", quote(text)),
        );
    }

    pub fn excel_converted(&mut self, at: &Place, text: &str, taken: bool) {
        let text = quote(text);
        let (level, ja, en) = if taken {
            let ja = format!("文字列ではなく数値「{text}」です。元の表記と違わないか確かめてください。");
            (Level::Warning, ja, format!("This is the number “{text}”, not text. Check that it was meant so."))
        } else {
            let ja = format!("Excel が変換した可能性があります（「{text}」）。取り込みません。");
            (Level::Error, ja, format!("Excel may have converted this text (“{text}”). It was not taken."))
        };
        self.add(level, "excel_converted", at.clone(), ja, en);
    }

    pub fn unknown_choice(&mut self, at: &Place, text: &str, field: &Field) {
        let words = |lang| field.choices().iter().map(|c| c.marked(lang)).collect::<Vec<_>>().join(" / ");
        let ja =
            format!("「{}」は「{}」の選択肢にありません（{}）。", quote(text), field.ja, words(crate::lang::Lang::Ja));
        let en = format!("“{}” is not a choice of “{}” ({}).", quote(text), field.en, words(crate::lang::Lang::En));
        self.add(Level::Error, "unknown_choice", at.clone(), ja, en);
    }

    pub fn invalid_value(&mut self, at: &Place, text: &str, field: &Field) {
        let ja = format!("「{}」は「{}」の値として読めません。", quote(text), field.ja);
        let en = format!("“{}” does not read as a value of “{}”.", quote(text), field.en);
        self.add(Level::Error, "invalid_value", at.clone(), ja, en);
    }

    pub fn too_long(&mut self, at: &Place, units: usize, most: usize) {
        let ja = format!("文章が長すぎます（{units}文字、上限{most}文字）。取り込みません。");
        self.add(
            Level::Error,
            "too_long",
            at.clone(),
            ja,
            format!("The text is too long ({units} characters; at most {most}). It was not taken."),
        );
    }
}
