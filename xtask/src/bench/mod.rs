//! Figures about speed and size. They are printed, never passed or failed: a busy machine must not break a build.

mod data;
pub mod http;
mod live;
mod load;
pub mod measure;
mod pages;
pub mod program;
mod python;
mod readme;
mod reads;
mod search;
mod size;
mod start;
pub mod table;
mod workbook;

pub use data::scratch;

use crate::{run, serve};
use anyhow::{Result, bail};
use clap::ValueEnum;
use table::Table;

/// A table of figures.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// bytes that a browser loads, and of the binary
    Size,
    /// from the start of the process to the first page
    Start,
    /// requests a second and p99 of pages, with 16, 300 and 3,000 sheets
    Pages,
    /// resident memory with 3,000 sheets
    Memory,
    /// export and import of a sheet beside openpyxl and XlsxWriter
    Workbook,
    /// a save until a second browser shows it
    Live,
    /// judged queries and speed of the search beside FTS5 and LIKE
    Search,
    /// time to read or refuse truncated, encrypted, renamed, huge and hostile files
    Reads,
}

/// One number that a reader of the README wants to know.
pub struct Figure {
    what: String,
    value: String,
    target: String,
}

impl Figure {
    fn new(what: &str, value: String) -> Figure {
        Figure { what: what.to_owned(), value, target: String::new() }
    }

    fn target(self, target: &str, met: &str) -> Figure {
        Figure { target: format!("{target}: {met}"), ..self }
    }
}

impl What {
    fn label(self) -> &'static str {
        match self {
            What::Size => "bench: size",
            What::Start => "bench: start",
            What::Pages => "bench: pages",
            What::Memory => "bench: memory",
            What::Workbook => "bench: workbook",
            What::Live => "bench: two browsers",
            What::Search => "bench: search",
            What::Reads => "bench: bad input",
        }
    }

    fn measure(self) -> Result<(Vec<Table>, Vec<Figure>)> {
        Ok(match self {
            What::Size => size::size()?,
            What::Start => (Vec::new(), start::start()?),
            What::Pages => (pages::pages()?, Vec::new()),
            What::Memory => pages::memory()?,
            What::Workbook => workbook::workbook()?,
            What::Live => (Vec::new(), live::live()?),
            What::Search => search::search()?,
            What::Reads => reads::reads()?,
        })
    }
}

/// Prints the tables named in `what`, or all. With `readme`, puts the last figures into the README.
pub fn bench(what: &[What], readme: bool) -> Result<()> {
    if readme && !what.is_empty() {
        bail!("the README shows the figures of one run: --readme measures all");
    }
    serve::build()?;
    let (mut tables, mut figures) = (Vec::new(), Vec::new());
    for part in What::value_variants().iter().filter(|part| what.is_empty() || what.contains(part)) {
        let (new, numbers) = run::step(part.label(), || part.measure())?;
        new.iter().for_each(|table| println!("{}", table.markdown()));
        tables.extend(new);
        figures.extend(numbers);
    }
    let figures = (!figures.is_empty()).then(|| summary(figures).markdown());
    figures.iter().for_each(|text| println!("{text}"));
    if readme {
        let public = tables.iter().filter(|table| table.public).map(Table::markdown);
        readme::write(&figures.into_iter().chain(public).collect::<Vec<_>>().join("\n"))?;
    }
    Ok(())
}

fn summary(figures: Vec<Figure>) -> Table {
    let mut table = Table::new("Speed and size", &["what", "figure", "target"]);
    figures.into_iter().for_each(|figure| table.row([figure.what, figure.value, figure.target]));
    table
}
