//! Texts that programs spoil.

use super::{CATEGORIES, address, sheet};
use assessments::sheet::Cells;

/// The texts that workbooks are known to bend.
pub fn torture() -> Vec<String> {
    let mut all: Vec<String> = [
        "😀👩‍👩‍👧‍👦",
        "か\u{3099}き\u{3099}",
        "葛\u{e0100}飾区",
        "神\u{fa19}",
        "=1+1",
        "-x",
        "+1",
        "@a",
        "001",
        "1-1",
        "2025/4/1",
        "1.10",
        "1e5",
        "TRUE",
        "#N/A",
        "_x000D_",
        "a_x000D_b",
        "a_x000D_\nb",
        "_x005F_x000D_",
        "_x0041_",
        "_xZZZZ_",
        "a\tb\tc",
        "  前後の空白  ",
        "　全角の空白　",
        "行末の空白 \n次の行  ",
        "\n先頭の改行",
        "末尾の改行\n",
        "שלום עולם",
        "مرحبا",
        "CR\r\nLF\rここまで",
        "'apostrophe",
        "<b>&amp;</b>",
        "\u{a0}nbsp\u{a0}",
        "zero\u{200b}width",
        "ﾊﾝｶｸ",
        "\"quoted\"",
        "a\n\n\nb",
        "0.30000000000000004",
        "=HYPERLINK(\"x\")",
    ]
    .map(str::to_owned)
    .into();
    all.push("長".repeat(32_000));
    all.push("😀".repeat(16_000));
    all.push("_x000D_".repeat(4_000));
    all
}

/// A sheet whose texts are the torture list, in stored form.
pub fn tortured() -> Cells {
    let mut cells = sheet();
    let rows: Vec<String> = CATEGORIES.iter().map(|c| c.0.to_owned()).collect();
    let mut places = Vec::new();
    for row in rows {
        for field in ["summary/ja", "summary/en", "configure/ja", "limits/en", "handled_by/ja"] {
            places.push(format!("criteria/{row}/{field}"));
        }
    }
    for n in 1..=5 {
        places.push(format!("notes/N-{n:02}/regions"));
        places.push(format!("notes/N-{n:02}/number"));
    }
    for (n, at) in places.iter().enumerate() {
        let at = address(at);
        let text = &torture()[n % torture().len()];
        let stored = assessments::canonical::check(&at, at.declared().unwrap(), text).unwrap();
        cells.set(at, stored, 12);
    }
    cells
}
