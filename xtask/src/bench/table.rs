//! Figures as Markdown.

/// A table of figures.
pub struct Table {
    /// What it is about, in a few words.
    pub title: String,
    /// Names of the columns.
    pub head: Vec<String>,
    /// Rows; the first column is text, the others are numbers.
    pub rows: Vec<Vec<String>>,
    /// What a reader has to know to read it; may be empty.
    pub note: String,
    /// Whether it stands in the README.
    pub public: bool,
}

impl Table {
    /// A table without rows.
    pub fn new(title: &str, head: &[&str]) -> Table {
        let head = head.iter().map(|name| (*name).to_owned()).collect();
        Table { title: title.to_owned(), head, rows: Vec::new(), note: String::new(), public: true }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The table with its title over it and its note under it.
    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let rule: Vec<&str> = (0..self.head.len()).map(|column| if column == 0 { "---" } else { "---:" }).collect();
        let mut text = format!("**{}**\n\n{}|{}|\n", self.title, line(&self.head), rule.join("|"));
        text.extend(self.rows.iter().map(|row| line(row)));
        if !self.note.is_empty() {
            text.push_str(&format!("\n{}\n", self.note));
        }
        text
    }
}

/// Seconds in the unit that reads best.
pub fn time(seconds: f64) -> String {
    match seconds {
        s if s >= 10.0 => format!("{s:.0} s"),
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 0.01 => format!("{:.0} ms", s * 1e3),
        s if s >= 0.001 => format!("{:.1} ms", s * 1e3),
        s => format!("{:.2} ms", s * 1e3),
    }
}

/// Bytes in the unit that reads best, 1 kB = 1000 bytes.
pub fn size(bytes: u64) -> String {
    match bytes as f64 {
        b if b >= 1e7 => format!("{:.0} MB", b / 1e6),
        b if b >= 1e6 => format!("{:.1} MB", b / 1e6),
        b if b >= 1e3 => format!("{:.0} kB", b / 1e3),
        b => format!("{b:.0} B"),
    }
}

/// A rate, with as many digits as mean something.
pub fn rate(per_second: f64) -> String {
    if per_second >= 100.0 { format!("{per_second:.0}") } else { format!("{per_second:.1}") }
}

/// The value that `part` (0 to 1) of the sorted values do not exceed; 0 of nothing.
pub fn quantile(sorted: &[f64], part: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let at = (part * sorted.len() as f64).ceil() as usize;
    sorted.get(at.saturating_sub(1).min(last)).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_markdown() {
        let mut table = Table::new("Speed", &["page", "a second"]);
        table.row(["sheet".into(), rate(123.4)]);
        assert_eq!(table.markdown(), "**Speed**\n\n| page | a second |\n|---|---:|\n| sheet | 123 |\n");
    }

    #[test]
    fn units_fit_their_numbers() {
        assert_eq!([0.00012, 0.0031, 0.25, 1.5, 75.0].map(time), ["0.12 ms", "3.1 ms", "250 ms", "1.50 s", "75 s"]);
        assert_eq!([12, 198_765, 1_250_000, 36_700_000].map(size), ["12 B", "199 kB", "1.2 MB", "37 MB"]);
    }

    #[test]
    fn quantiles_are_values_that_were_seen() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!([0.5, 0.99, 1.0].map(|part| quantile(&values, part)), [50.0, 99.0, 100.0]);
        assert_eq!((quantile(&[], 0.5), quantile(&[7.0], 0.99)), (0.0, 7.0));
    }
}
