//! Judged queries: what was found counts as much as somebody says who read the sheets.

/// A judged query.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Which kind of query.
    pub kind: String,
    /// As it is typed.
    pub text: String,
    /// What answers it, the best first.
    pub cells: Vec<Place>,
}

/// A cell, without its language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The service.
    pub service: String,
    /// The row.
    pub row: String,
    /// The field; `*` in a judgement for any of the row's.
    pub field: String,
}

/// How well a list answers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Score {
    /// Share of the judged cells among the first ten, of at most ten.
    pub recall: f64,
    /// One over the place of the first judged cell; 0 where none is among the first ten.
    pub reciprocal: f64,
    /// Whether anything was found at all.
    pub found: bool,
}

/// Reads the file of judged queries.
pub fn read(text: &str) -> Vec<Judged> {
    let place = |cell: &str| {
        let (service, rest) = cell.split_once(':')?;
        let (row, field) = rest.rsplit_once('.')?;
        Some(Place { service: service.into(), row: row.into(), field: field.into() })
    };
    let line = |line: &str| {
        let mut columns = line.split('\t');
        let (kind, text, cells) = (columns.next()?, columns.next()?, columns.next()?);
        Some(Judged { kind: kind.into(), text: text.into(), cells: cells.split(' ').filter_map(place).collect() })
    };
    text.lines().filter(|l| !l.starts_with('#')).filter_map(line).collect()
}

impl Judged {
    /// Scores what was found, best first.
    pub fn score(&self, found: &[Place]) -> Score {
        let is = |judged: &Place, p: &Place| {
            judged.service == p.service && judged.row == p.row && (judged.field == "*" || judged.field == p.field)
        };
        let ten = found.get(..10).unwrap_or(found);
        let hits = self.cells.iter().filter(|c| ten.iter().any(|p| is(c, p))).count();
        let first = ten.iter().position(|p| self.cells.iter().any(|c| is(c, p)));
        Score {
            recall: hits as f64 / self.cells.len().clamp(1, 10) as f64,
            reciprocal: first.map_or(0.0, |n| 1.0 / (n + 1) as f64),
            found: !found.is_empty(),
        }
    }
}
