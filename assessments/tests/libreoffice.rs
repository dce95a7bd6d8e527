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
    let draft = own_draft(&book, &criteria(), cells, &mark);
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

#[test]
fn a_detour_through_its_own_format_makes_no_difference() {
    comes_home(&sheet(), Lang::Ja, &["ods", "xlsx"]);
}
