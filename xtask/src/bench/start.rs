//! From the start of the process to the first page.

use super::program::Program;
use super::table::time;
use super::{Figure, data};
use anyhow::Result;

/// Starts of each kind; the median counts.
const TIMES: usize = 5;

/// First start on an empty folder, which loads the library, second start, and a start with many sheets.
pub fn start() -> Result<Vec<Figure>> {
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let folder = data::scratch()?;
        first.push(Program::first_page(folder.path())?);
        second.push(Program::first_page(folder.path())?);
    }
    let many = data::folder(data::SHEETS[2])?;
    let many: Vec<f64> = (0..TIMES).map(|_| Program::first_page(&many)).collect::<Result<_>>()?;
    let figure = |what: &str, seconds: Vec<f64>| Figure::new(what, time(median(seconds)));
    let again = median(second.clone());
    Ok(vec![
        figure("first start to the first page, library loaded on the way", first),
        figure("second start to the first page", second)
            .target("under 2 s", if again < 2.0 { "met" } else { "missed" }),
        figure("the same with 3,000 sheets", many),
    ])
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    super::table::quantile(&seconds, 0.5)
}
