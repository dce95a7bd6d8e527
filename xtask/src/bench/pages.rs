//! Pages under load, with few sheets and with many, and what the program keeps in memory meanwhile.

use super::load::{BROWSER, Load, load};
use super::program::Program;
use super::table::{Table, rate, size, time};
use super::{Figure, data};
use anyhow::Result;
use std::time::Duration;

/// How long each page is asked for.
const TIME: Duration = Duration::from_secs(3);
const CONNECTIONS: [usize; 2] = [1, 16];
/// Most resident memory with the largest folder, in kB.
const MOST: u64 = 150_000;

/// Requests a second and their times, page by page and folder by folder.
pub fn pages() -> Result<Vec<Table>> {
    let mut loads: Vec<Vec<Load>> = Vec::new();
    for sheets in data::SHEETS {
        let folder = data::folder(sheets)?;
        let program = Program::start(&folder)?;
        let headers = format!("{BROWSER}{}", program.sign_in(&folder)?);
        let sheet = format!("/services/{}/criteria", data::service(sheets / 2));
        let mut column = Vec::new();
        for path in [sheet, "/matrix".to_owned()] {
            for connections in CONNECTIONS {
                column.push(load(program.address, &headers, std::slice::from_ref(&path), connections, TIME)?);
            }
        }
        program.stop()?;
        loads.push(column);
    }
    let mut head = vec!["page".to_owned(), "connections".to_owned()];
    head.extend(data::SHEETS.map(|sheets| format!("{} sheets: a second (median, p99)", thousands(sheets))));
    head.push("3,000 beside 16".to_owned());
    let mut table = Table::new("Pages", &[]);
    table.head = head;
    for (row, page) in ["criteria of a sheet", "criteria of a sheet", "matrix", "matrix"].into_iter().enumerate() {
        let mut cells = vec![page.to_owned(), CONNECTIONS[row % 2].to_string()];
        cells.extend(loads.iter().map(|column| words(&column[row])));
        let (few, many) = (&loads[0][row], &loads[data::SHEETS.len() - 1][row]);
        cells.push(format!("{:.2}x", many.per_second / few.per_second));
        table.row(cells);
    }
    let (sheet, matrix) = (&loads[2][0], &loads[2][2]);
    table.note = format!(
        "Signed in, compressed as a browser asks for it ({} and {} a page), the asking side on the same machine.",
        size(sheet.bytes),
        size(matrix.bytes)
    );
    Ok(vec![table])
}

fn words(load: &Load) -> String {
    format!("{} ({}, {})", rate(load.per_second), time(load.median), time(load.p99))
}

/// A number with commas.
fn thousands(number: usize) -> String {
    if number < 1000 { number.to_string() } else { format!("{},{:03}", number / 1000, number % 1000) }
}

/// Resident memory with the largest folder: at rest, after each kind of work, at most.
pub fn memory() -> Result<(Vec<Table>, Vec<Figure>)> {
    let sheets = data::SHEETS[data::SHEETS.len() - 1];
    let folder = data::folder(sheets)?;
    let program = Program::start(&folder)?;
    let mut table =
        Table::new("Memory with 3,000 sheets", &["after", "resident", "of it not a file's cache", "at most"]);
    table.public = false;
    let mut note = |after: &str| -> Result<u64> {
        let [now, peak, own] = program.resident()?;
        table.row([after.to_owned(), size(now * 1024), size(own * 1024), size(peak * 1024)]);
        Ok(peak * 1024 / 1000)
    };
    note("start")?;
    let headers = format!("{BROWSER}{}", program.sign_in(&folder)?);
    let some = |tail: &str| -> Vec<String> {
        (1..=sheets).step_by(7).map(|number| format!("/services/{}{tail}", data::service(number))).collect()
    };
    let searches = ["暗号化", "アクセス制御", "log", "s3.1", "閉域"]
        .map(|word| format!("/search?q={}", super::http::escape(word)));
    let filters = (1..=60).map(|page| format!("/matrix?page={page}"));
    let work: [(&str, Vec<String>); 6] = [
        ("pages of 429 sheets", some("/criteria")),
        ("their histories", some("/history")),
        ("the matrix, page by page", filters.collect()),
        (
            "lists and home",
            vec!["/".into(), "/services".into(), "/categories/K07".into(), "/services?text=1234".into()],
        ),
        ("searches", searches.into()),
        ("workbooks", some("/export")),
    ];
    let mut peak = 0;
    for (after, paths) in work {
        load(program.address, &headers, &paths, 16, TIME)?;
        peak = note(after)?;
    }
    program.stop()?;
    let met = if peak <= MOST { "met" } else { "missed" };
    let figure = Figure::new("resident memory at most, 3,000 sheets, all pages under load", size(peak * 1000))
        .target("under 150 MB", met);
    Ok((vec![table], vec![figure]))
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn thousands_have_commas() {
        assert_eq!([16, 300, 3000, 12_034].map(thousands), ["16", "300", "3,000", "12,034"]);
    }
}
