//! Texts as large as a file may be, in the forms that people send and in some that nobody does.

use super::{Case, Expect, case};

/// The largest file, in bytes.
pub const LARGEST: usize = 20 * 1024 * 1024;
/// The largest JSON or Markdown document, in bytes.
const DOCUMENT: usize = 8 * 1024 * 1024;

/// Lines up to a size.
pub fn lines(most: usize, line: impl Fn(usize) -> String) -> String {
    let mut out = String::with_capacity(most);
    for number in 0.. {
        let line = line(number);
        if out.len() + line.len() > most {
            break;
        }
        out.push_str(&line);
    }
    out
}

/// Bytes that follow no rule, always the same.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 7_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let mut out: Vec<u8> = (0..count / 8).flat_map(|_| next()).collect();
    out.resize(count, b'x');
    out
}

fn utf_16(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn shift_jis(text: &str) -> Vec<u8> {
    encoding_rs::SHIFT_JIS.encode(text).0.into_owned()
}

/// A document of ours around what `inside` says.
fn json(inside: &str) -> Vec<u8> {
    format!("{{\"format\":\"kyohyo-sheet/1\",\"service\":\"s3\",\"number\":1,\"cells\":{{{inside}}}}}").into_bytes()
}

fn markdown(inside: &str) -> Vec<u8> {
    format!("<!-- kyohyo-sheet/1 s3 1 e -->\n{inside}").into_bytes()
}

/// Separated values.
fn separated() -> Vec<Case> {
    use Expect::*;
    const MUCH: &[&str] = &["too_much_text", "too_many_cells"];
    let words = lines(LARGEST, |n| format!("分類{n},{},{}\n", "a".repeat(120), "b".repeat(120)));
    let japanese = lines(LARGEST * 27 / 20, |n| format!("分類{n},{}\n", "暗号化する。".repeat(12)));
    let few = lines(LARGEST - 64, |n| format!("鍵{n},{}\n", "x".repeat(30_000)));
    let short = lines(LARGEST, |n| format!("{},値,{}\n", n % 10, n % 7));
    let fits = short.lines().take(66_000).collect::<Vec<_>>().join("\n");
    let row = format!("a,{}", "x,".repeat(LARGEST / 2 - 8));
    let text = format!("a,\"{}", "x\n".repeat(LARGEST / 2 - 8));
    let quotes = format!("a,{}", "\"".repeat(LARGEST - 8));
    vec![
        case("values of 120 letters", "a.csv", words.clone().into_bytes(), Refused(MUCH)),
        case("the same in UTF-16", "a.csv", utf_16(&words[..LARGEST / 2 - 4]), Read("")),
        case("few long values", "a.csv", few.into_bytes(), Read("")),
        case("Japanese in Shift_JIS", "a.csv", shift_jis(&japanese), Refused(MUCH)),
        case("Japanese in UTF-16", "a.csv", utf_16(&japanese), Refused(MUCH)),
        case("short values without end", "a.csv", short.into_bytes(), Refused(MUCH)),
        case("as many short values as are taken", "a.csv", fits.into_bytes(), Read("")),
        case("a row without end", "a.csv", row.into_bytes(), Refused(MUCH)),
        case("a value without end", "a.csv", text.into_bytes(), Refused(MUCH)),
        case("quotes", "a.csv", quotes.into_bytes(), Either),
        case("noise", "a.csv", noise(LARGEST), Refused(&["not_a_workbook"])),
        case("noise said to be UTF-16", "a.csv", [b"\xff\xfea\0,\0".as_slice(), &noise(LARGEST - 8)].concat(), Either),
        case(
            "noise behind a line",
            "a.csv",
            [b"a,b\n".as_slice(), &noise(LARGEST - 8)].concat(),
            Refused(&["wrong_characters"]),
        ),
        case(
            "zeros behind a line",
            "a.csv",
            [b"a,b\n".as_slice(), &vec![0; LARGEST - 8]].concat(),
            Refused(&["not_a_workbook"]),
        ),
    ]
}

/// Documents of ours.
fn documents() -> Vec<Case> {
    use Expect::*;
    const MANY: &[&str] = &["too_many_cells"];
    let cells = lines(DOCUMENT - 128, |n| format!("\"{n}\":\"\","));
    let marks = lines(DOCUMENT - 128, |n| format!("<!-- kyohyo:{n} = -->\n"));
    let marks = marks.replace(" = -->", " = x -->");
    let marks = &marks[..marks.len().min(DOCUMENT - 128)];
    let blank = format!("<!-- kyohyo:criteria/K07/summary/ja -->\n{}<!-- /kyohyo -->\n", "\n".repeat(DOCUMENT - 128));
    let unknown = lines(1_500_000, |n| format!("\"criteria/K{n}/{}\":\"x\",", "y".repeat(40)));
    vec![
        case("a document of cells without end", "a.json", json(&format!("{cells}\"a\":\"\"")), Refused(MANY)),
        case(
            "a document of one cell",
            "a.json",
            json(&format!("\"a\":\"{}\"", "\\n".repeat(DOCUMENT / 2 - 64))),
            Read("unknown_address"),
        ),
        case("a document of unknown cells", "a.json", json(&format!("{}\"a\":\"\"", &unknown)), Either),
        case("a document cut short", "a.json", json(&cells)[..DOCUMENT / 2].to_vec(), Refused(&["other_json"])),
        case(
            "brackets",
            "a.json",
            format!("{{\"x\":{}", "[".repeat(DOCUMENT - 8)).into_bytes(),
            Refused(&["other_json"]),
        ),
        case("Markdown of marks without end", "a.md", markdown(marks), Refused(MANY)),
        case("Markdown of blank lines", "a.md", markdown(&blank), Either),
        case("Markdown that never closes", "a.md", markdown(&blank[..DOCUMENT - 256]), Refused(&["other_markdown"])),
        case(
            "Markdown with a wrong byte",
            "a.md",
            [markdown("x\n").as_slice(), b"\xff"].concat(),
            Refused(&["wrong_characters"]),
        ),
    ]
}

/// All of them: some 300 MB, so once a run.
pub fn large_texts() -> Vec<Case> {
    separated().into_iter().chain(documents()).collect()
}
