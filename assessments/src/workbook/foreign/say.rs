//! What is told of a foreign workbook.

use crate::import::{Finding, Level, Place};

/// Most findings.
const MOST: usize = 2_000;

/// Collects findings, within a bound.
#[derive(Default)]
pub struct Says {
    /// What was told.
    pub findings: Vec<Finding>,
}

/// A text, short enough for a finding.
pub fn quote(text: &str) -> String {
    let mut short: String = text.chars().take(120).collect::<String>().replace('\n', " ");
    if text.chars().nth(120).is_some() {
        short.push('…');
    }
    short
}

impl Says {
    fn add(&mut self, level: Level, code: &str, at: &Place, ja: String, en: String) {
        if self.findings.len() < MOST {
            let (sheet, cell) = (at.sheet.clone(), at.cell.clone());
            self.findings.push(Finding { level, code: code.into(), sheet, cell, ja, en });
        } else if self.findings.len() == MOST {
            self.findings.push(Finding {
                level: Level::Warning,
                code: "more_findings".into(),
                sheet: String::new(),
                cell: String::new(),
                ja: "指摘が多いため、残りは一覧に載せていません。".into(),
                en: "There are more findings than can be listed.".into(),
            });
        }
    }

    /// Whether a sheet was told of as a whole.
    pub fn names(&self, sheet: &str) -> bool {
        self.findings.iter().any(|f| f.sheet == sheet && f.cell.is_empty())
    }

    /// A second sheet of the same kind.
    pub fn other_candidate(&mut self, sheet: &str, chosen: &str) {
        let at = Place { sheet: sheet.into(), cell: String::new() };
        let ja = format!("「{chosen}」を読みました。このシートは同じ種類の別の写しとして読んでいません。");
        let en = format!("“{chosen}” was read instead; this sheet looks like another copy and was not read.");
        self.add(Level::Warning, "other_candidate", &at, ja, en);
    }

    pub fn sheet_not_read(&mut self, sheet: &str, hidden: bool) {
        let at = Place { sheet: sheet.into(), cell: String::new() };
        let (ja, en) = if hidden {
            ("非表示のシートは読みません。", "This sheet is hidden and was not read.")
        } else {
            ("評価の表がないため、このシートは読みません。", "No assessment table is in this sheet; it was not read.")
        };
        self.add(Level::Info, "sheet_not_read", &at, ja.into(), en.into());
    }

    pub fn table_read(&mut self, at: &Place, section: &str, section_en: &str, rows: usize) {
        let ja = format!("この行の見出しで「{section}」として読みました（{rows}行）。");
        let en = format!("Read as “{section_en}” by the header in this row ({rows} rows).");
        self.add(Level::Info, "table_read", at, ja, en);
    }

    pub fn hidden(&mut self, sheet: &str, rows: usize, cols: usize) {
        let at = Place { sheet: sheet.into(), cell: String::new() };
        let ja = format!("非表示の行{rows}件・列{cols}件も読みました。");
        self.add(
            Level::Info,
            "hidden_cells",
            &at,
            ja,
            format!("{rows} hidden rows and {cols} hidden columns were read."),
        );
    }

    pub fn row_without_place(&mut self, at: &Place, read: &str) {
        let read = quote(read);
        let ja = format!("表の行ではないため取り込みません：{read}");
        self.add(Level::Info, "row_without_place", at, ja, format!("No row of the table; not taken: {read}"));
    }

    pub fn assessment_date(&mut self, at: &Place, read: &str) {
        let read = quote(read);
        let ja = format!("評価日は取り込みません。確認日は根拠を見直したときに記入してください：{read}");
        let en = format!("The day of the assessment is not taken; write “verified at” when you have checked: {read}");
        self.add(Level::Info, "assessment_date", at, ja, en);
    }

    pub fn own_column(&mut self, at: &Place, header: &str) {
        let header = quote(header);
        let ja = format!("列「{header}」は共通の項目ではないため取り込みません。");
        self.add(Level::Info, "own_column", at, ja, format!("Column “{header}” is no common field and is not taken."));
    }

    pub fn unmapped(&mut self, at: &Place, label: &str, read: &str) {
        let (label, read) = (quote(label), quote(read));
        let ja = format!("「{label}」に当たる対策分類がないため取り込みません：{read}");
        self.add(Level::Error, "unmapped_category", at, ja, format!("No category fits “{label}”; not taken: {read}"));
    }

    pub fn not_understood(&mut self, code: &str, at: &Place, label: (&str, &str), read: &str) {
        let read = quote(read);
        let ja = format!("「{}」として読めないため取り込みません：{read}", label.0);
        self.add(Level::Error, code, at, ja, format!("Not readable as “{}”; not taken: {read}", label.1));
    }

    pub fn struck_out(&mut self, at: &Place, read: &str) {
        let read = quote(read);
        let ja = format!("取り消し線が引かれているため取り込みません：{read}");
        self.add(Level::Warning, "struck_out", at, ja, format!("Struck out; not taken: {read}"));
    }

    pub fn error_value(&mut self, at: &Place, read: &str) {
        let ja = format!("エラー値「{}」は取り込みません。", quote(read));
        self.add(Level::Error, "error_value", at, ja, format!("The error value “{}” was not taken.", quote(read)));
    }

    pub fn formula(&mut self, at: &Place, read: &str) {
        let ja = format!("数式のセルです。計算結果「{}」を読みました。", quote(read));
        self.add(Level::Warning, "formula", at, ja, format!("A formula: its result “{}” was read.", quote(read)));
    }

    pub fn ditto(&mut self, at: &Place, read: &str) {
        let ja = format!("「{}」の上に写す文がないため取り込みません。", quote(read));
        self.add(
            Level::Warning,
            "ditto_of_nothing",
            at,
            ja,
            format!("“{}” has nothing above it; not taken.", quote(read)),
        );
    }

    pub fn marks_differ(&mut self, at: &Place, label: (&str, &str), all: &str) {
        let ja = format!("同じ対策分類の行で「{}」が異なるため取り込みません：{all}", label.0);
        let en = format!("Rows of one category differ in “{}”; not taken: {all}", label.1);
        self.add(Level::Warning, "marks_differ", at, ja, en);
    }

    pub fn excel_converted(&mut self, at: &Place, read: &str, taken: Option<&str>) {
        match taken {
            Some(text) => {
                let ja =
                    format!("Excel が日付に変換した番号です（{read}）。前後の番号から「{text}」として読みました。");
                let en = format!("Excel turned this number into a date ({read}). Read as “{text}” by its neighbours.");
                self.add(Level::Warning, "excel_converted", at, ja, en);
            }
            None => {
                let ja = format!("Excel が変換した可能性があるため取り込みません（{read}）。");
                let en = format!("Excel may have converted this ({read}); not taken.");
                self.add(Level::Error, "excel_converted", at, ja, en);
            }
        }
    }
}
