//! Numbers like `2-2` that Excel turned into a date.

use chrono::{Datelike, NaiveDate};

/// What a date was before, where the numbers around make it plain: `2-1`, 2025-02-02, `2-3`.
pub fn before_excel(date: &str, above: &str, below: &str) -> Option<String> {
    let day = NaiveDate::parse_from_str(date.get(..10)?, "%Y-%m-%d").ok()?;
    let here = (day.month(), day.day());
    let follows = |a: (u32, u32), b: (u32, u32)| (b.0 == a.0 && b.1 == a.1 + 1) || (b.0 == a.0 + 1 && b.1 == 1);
    let plain = match (pair(above), pair(below)) {
        (Some(above), Some(below)) => follows(above, here) && follows(here, below),
        (Some(above), None) => follows(above, here),
        (None, Some(below)) => follows(here, below),
        (None, None) => false,
    };
    plain.then(|| format!("{}-{}", here.0, here.1))
}

fn pair(text: &str) -> Option<(u32, u32)> {
    let (a, b) = text.trim().split_once(['-', '‐', '－', '−', '.'])?;
    Some((a.trim().parse().ok()?, b.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("2025-02-02", "2-1", "2-3", Some("2-2"))]
    #[case("2025-05-01", "4-5", "5-2", Some("5-1"))]
    #[case("2025-06-03", "6-2", "", Some("6-3"))]
    #[case("2025-02-02", "2-1", "2-4", None)]
    #[case("2025-02-02", "9-1", "", None)]
    #[case("2025-02-02", "", "", None)]
    #[case("あ", "2-1", "2-3", None)]
    fn only_where_the_neighbours_make_it_plain(
        #[case] date: &str,
        #[case] above: &str,
        #[case] below: &str,
        #[case] text: Option<&str>,
    ) {
        assert_eq!(before_excel(date, above, below).as_deref(), text);
    }
}
