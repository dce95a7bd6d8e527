//! Exports through a real LibreOffice: open, save, come back with no difference.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use assessments::canonical;
use assessments::import::{Level, Outcome};
use assessments::lang::Lang;
use assessments::sheet::Cells;
use assessments::workbook::{own_draft, plan, recognise};
use std::path::Path;
use std::process::Command;
use support::{criteria, exported, read, sheet, tortured};

/// Lets LibreOffice open a file and save it as `to`; its profile lies in the same folder, so that tests do not meet.
fn convert(folder: &Path, file: &str, to: &str, out: &str) -> std::path::PathBuf {
    let out = folder.join(out);
    std::fs::create_dir_all(&out).unwrap();
    let run = Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}", folder.join("profile").display()))
        .args(["--headless", "--norestore", "--convert-to", to, "--outdir"])
        .arg(&out)
        .arg(folder.join(file))
        .output()
        .expect("LibreOffice (soffice) is missing: run `cargo xtask test`, which installs what the tests need");
    let name = Path::new(file).with_extension(to.split(':').next().unwrap());
    let saved = out.join(name.file_name().unwrap());
    assert!(saved.exists(), "LibreOffice saved nothing: {}", String::from_utf8_lossy(&run.stderr));
    saved
}

fn comes_home(cells: &Cells, lang: Lang, through: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sheet.xlsx"), exported(cells, &criteria(), lang)).unwrap();
    let mut last = "sheet.xlsx".to_owned();
    for (n, to) in through.iter().enumerate() {
        let saved = convert(folder.path(), &last, to, &n.to_string());
        last = saved.strip_prefix(folder.path()).unwrap().display().to_string();
    }
    let book = read(&std::fs::read(folder.path().join(last)).unwrap());
    let mark = recognise(&book).unwrap();
    let draft = own_draft(&book, &criteria(), cells, &mark).unwrap();
    let plan = plan(&draft, Some(cells), cells, mark.number);
    let odd: Vec<_> = plan.cells.iter().filter(|c| c.outcome != Outcome::Unchanged).collect();
    assert!(odd.is_empty(), "{odd:#?}");
    assert!(plan.findings.iter().all(|f| f.level == Level::Info), "{:#?}", plan.findings);
    let lost = cells.iter().filter(|(at, c)| {
        !at.is_order() && !canonical::fold(&c.value).is_empty() && !draft.cells.iter().any(|d| d.address == **at)
    });
    assert_eq!(lost.map(|(at, _)| at.to_string()).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn a_sheet_saved_by_libreoffice_has_no_difference() {
    comes_home(&sheet(), Lang::Ja, &["xlsx"]);
}

#[test]
fn texts_that_programs_bend_are_still_the_same_after_libreoffice() {
    comes_home(&tortured(), Lang::En, &["xlsx"]);
}

/// The torture list and a batch of texts by chance, every one of them such as the editor accepts: in every text field of
/// the answers and of many notes. The seed is printed, so that a failure can be told again.
#[test]
fn random_texts_of_any_script_are_still_the_same_after_libreoffice() {
    let seed = std::env::var("KYOHYO_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        since.as_secs()
    });
    println!("KYOHYO_SEED={seed}");
    let mut cells = tortured();
    let mut state: u64 = seed;
    for n in 60..100 {
        support::set(&mut cells, &format!("notes/N-{n}/order"), &assessments::sheet::order_of(n));
    }
    for at in free_places(40) {
        let text = strange(&mut state);
        let stored = canonical::check(&at, at.declared().unwrap(), &text).unwrap();
        cells.set(at, stored, 12);
    }
    comes_home(&cells, Lang::Ja, &["xlsx"]);
}

/// Places for texts: two bilingual fields of every category, the note of many notes.
fn free_places(notes: usize) -> Vec<assessments::cell::Address> {
    let mut all = Vec::new();
    for n in 1..=19 {
        for field in ["summary/en", "limits/ja", "limits/en"] {
            all.push(format!("criteria/K{n:02}/{field}"));
        }
    }
    for n in 60..60 + notes {
        all.push(format!("notes/N-{n}/note/ja"));
    }
    all.iter().map(|a| support::address(a)).collect()
}

/// The next number of a small generator (splitmix64).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A text of characters from every corner of Unicode that the editor lets through.
fn strange(state: &mut u64) -> String {
    const CORNERS: [(u32, u32); 14] = [
        (0x09, 0x0d),
        (0x20, 0x7e),
        (0x80, 0x24f),
        (0x300, 0x36f),
        (0x590, 0x6ff),
        (0x2000, 0x206f),
        (0x3000, 0x30ff),
        (0x4e00, 0x9fff),
        (0xac00, 0xd7a3),
        (0xe000, 0xe0ff),
        (0xf900, 0xffef),
        (0x1_f300, 0x1_faff),
        (0x2_0000, 0x2_a6df),
        (0xe_0100, 0xe_01ef),
    ];
    const WORDS: [&str; 8] = ["_x000D_", "=1+1", "&amp;", "<b>", "1-1", "\r\n", "  ", "]]>"];
    let mut text = String::new();
    for _ in 0..next(state) % 60 + 1 {
        if next(state).is_multiple_of(12) {
            text.push_str(WORDS[(next(state) % 8) as usize]);
            continue;
        }
        let (low, high) = CORNERS[(next(state) % 14) as usize];
        let at = low + (next(state) % u64::from(high - low + 1)) as u32;
        text.extend(char::from_u32(at));
    }
    text
}

#[test]
fn a_detour_through_its_own_format_makes_no_difference() {
    comes_home(&sheet(), Lang::Ja, &["ods", "xlsx"]);
}
