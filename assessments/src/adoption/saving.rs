//! What reuse saved: the effort that assessing alone would have taken, less the effort that it took.

use crate::id::ServiceId;
use crate::lang::Label;
use serde::Serialize;

/// The efforts that an institution noted for one service.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Effort {
    /// The service.
    pub service: ServiceId,
    /// Its name.
    #[serde(skip)]
    pub name: Label,
    /// The month in which the effort was noted last: `2026-11`.
    pub month: String,
    /// Hours that the assessment took with the common sheet.
    pub reuse: f64,
    /// Hours that it would have taken without.
    pub alone: f64,
}

impl Effort {
    /// Hours saved; negative where reuse cost more.
    pub fn saved(&self) -> f64 {
        self.alone - self.reuse
    }
}

/// A month and what was saved up to its end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Month {
    /// `2026-11`.
    pub month: String,
    /// Hours saved with the services of this month.
    pub saved: f64,
    /// Hours saved up to its end.
    pub total: f64,
}

/// The saving in sum, and over time.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Saving {
    /// Hours with reuse, in sum.
    pub reuse: f64,
    /// Hours without, in sum.
    pub alone: f64,
    /// By month, from the first with an effort to the last, none left out.
    pub months: Vec<Month>,
}

impl Saving {
    /// Hours saved in sum.
    pub fn saved(&self) -> f64 {
        self.alone - self.reuse
    }

    /// The share of the effort that was saved, in percent; none where nothing was noted.
    pub fn percent(&self) -> Option<i64> {
        (self.alone > 0.0).then(|| (self.saved() / self.alone * 100.0).round() as i64)
    }
}

/// Most months of a chart: ten years.
const MOST_MONTHS: usize = 120;

/// Adds up efforts.
#[must_use]
pub fn saving(efforts: &[Effort]) -> Saving {
    let mut out = Saving::default();
    let (first, last) =
        (efforts.iter().map(|e| e.month.as_str()).min(), efforts.iter().map(|e| e.month.as_str()).max());
    let (Some(first), Some(last)) = (first, last) else { return out };
    let mut month = first.to_owned();
    while month.as_str() <= last && out.months.len() < MOST_MONTHS {
        let of_month: Vec<&Effort> = efforts.iter().filter(|e| e.month == month).collect();
        out.reuse += of_month.iter().map(|e| e.reuse).sum::<f64>();
        out.alone += of_month.iter().map(|e| e.alone).sum::<f64>();
        out.months.push(Month {
            saved: of_month.iter().map(|e| e.saved()).sum(),
            total: out.saved(),
            month: month.clone(),
        });
        month = next(&month);
    }
    out
}

/// The month after one.
fn next(month: &str) -> String {
    let (year, number) = month.split_once('-').unwrap_or((month, "12"));
    let (year, number): (i64, i64) = (year.parse().unwrap_or(9999), number.parse().unwrap_or(12));
    if number >= 12 { format!("{:04}-01", year + 1) } else { format!("{year:04}-{:02}", number + 1) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn months_without_an_effort_stand_in_the_row_and_the_sum_is_what_was_noted() {
        let effort = |month: &str, reuse, alone| Effort {
            service: ServiceId::parse("s3").unwrap(),
            name: Label::default(),
            month: month.into(),
            reuse,
            alone,
        };
        let saving = saving(&[effort("2026-11", 20.0, 30.0), effort("2027-01", 8.0, 5.0), effort("2026-11", 2.0, 6.0)]);
        let totals: Vec<(&str, f64)> = saving.months.iter().map(|m| (m.month.as_str(), m.total)).collect();
        assert_eq!(totals, [("2026-11", 14.0), ("2026-12", 14.0), ("2027-01", 11.0)]);
        assert_eq!((saving.reuse, saving.alone, saving.percent()), (30.0, 41.0, Some(27)));
        assert_eq!(super::saving(&[]).percent(), None);
    }
}
