//! An institution's private decision on a sheet: what it says, when an approval of it stops holding, and what it saved.
//!
//! Everything here is pure: days come in as texts of one form (`2026-11-24`), which compare as they stand.

mod cause;
mod rule;
mod saving;
mod state;

pub use cause::{Approved, Cause, Now, causes, changed_cells};
pub use rule::Rule;
pub use saving::{Effort, Month, Saving, saving};
pub use state::{Answer, Standing, State, standing};

use crate::cell::Address;
use crate::failure::Failure;
use crate::id::RowId;
use crate::schema::{self, Choice};
use crate::sheet::Cells;
use chrono::{Days, NaiveDate};

/// Most days from today to a review or an expiry: a year, and the day that a leap year has more.
pub const MOST_DAYS: u64 = 366;

/// A risk that an institution accepted for one category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    /// The category.
    pub row: RowId,
    /// What makes up for it.
    pub control: String,
    /// What remains.
    pub accepted: String,
    /// Who answers for it.
    pub owner: String,
    /// Until when; empty where nobody said.
    pub expires: String,
}

/// The cells of the adoption and its risks alone, without the institution's notes on answers.
#[must_use]
pub fn of(cells: &Cells) -> Cells {
    cells
        .iter()
        .filter(|(a, _)| schema::section(&a.section).is_some_and(|s| s.private))
        .map(|(a, c)| (a.clone(), c.clone()))
        .collect()
}

/// The address of a field of the adoption.
#[must_use]
pub fn address(field: &str) -> Address {
    Address::new("adoption", RowId::service(), field, None)
}

/// A field of the adoption.
#[must_use]
pub fn field<'a>(cells: &'a Cells, key: &str) -> &'a str {
    cells.text(&address(key))
}

/// The verdict.
#[must_use]
pub fn verdict(cells: &Cells) -> Option<&'static Choice> {
    verdict_of(field(cells, "verdict"))
}

/// The verdict of this key.
#[must_use]
pub fn verdict_of(key: &str) -> Option<&'static Choice> {
    schema::field("adoption", "verdict")?.choices().iter().find(|c| c.key == key)
}

/// The risks, in the order of their categories.
#[must_use]
pub fn risks(cells: &Cells) -> Vec<Risk> {
    let rows = cells.used_rows("risks");
    let text = |row: &RowId, field: &str| cells.plain("risks", row, field).to_owned();
    let risk = |row: RowId| Risk {
        control: text(&row, "control"),
        accepted: text(&row, "accepted"),
        owner: text(&row, "owner"),
        expires: text(&row, "expires"),
        row,
    };
    rows.into_iter().map(risk).collect()
}

/// A short code to check an approval's papers with: twelve digits and letters of a hash over what it pins.
#[must_use]
pub fn check_code(approval: &str, hash: &str, own_hash: &str) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(format!("{approval}\n{hash}\n{own_hash}").as_bytes());
    let text = crate::change::hex(&digest).to_uppercase();
    let part = |from: usize| text.get(from..from + 4).unwrap_or("").to_owned();
    format!("{}-{}-{}", part(0), part(4), part(8))
}

/// A day so many days after another; none where either is no day of the calendar.
#[must_use]
pub fn day_after(day: &str, days: u64) -> Option<String> {
    let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
    Some(day.checked_add_days(Days::new(days))?.format("%Y-%m-%d").to_string())
}

/// Checks a review day or an expiry: today at the earliest, a year ahead at most.
///
/// # Errors
/// [`Rule::ReviewTooFar`].
pub fn check_day(day: &str, today: &str) -> Result<(), Failure> {
    let most = day_after(today, MOST_DAYS).unwrap_or_default();
    let fits = NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok() && today <= day && day <= most.as_str();
    if fits { Ok(()) } else { Err(refuse(Rule::ReviewTooFar, day)) }
}

/// Checks what a field's kind alone cannot: the review within a year, efforts in hours.
///
/// # Errors
/// [`Failure::Rule`] with what was read.
pub fn check(cells: &[(Address, String)], today: &str) -> Result<(), Failure> {
    for (address, text) in cells.iter().filter(|(a, t)| a.section == "adoption" && !t.trim().is_empty()) {
        match address.field.as_str() {
            // A text that is no day is refused by its kind, naming the cell.
            "next_review" if text.trim().len() == 10 => {
                let most = day_after(today, MOST_DAYS).unwrap_or_default();
                if text.trim() > most.as_str() {
                    return Err(refuse(Rule::ReviewTooFar, text));
                }
            }
            "effort_reuse" | "effort_alone" if hours(text).is_none() => return Err(refuse(Rule::Hours, text)),
            _ => {}
        }
    }
    Ok(())
}

/// Hours as people type them: `12`, `7.5`, full-width digits.
#[must_use]
pub fn hours(text: &str) -> Option<f64> {
    let narrow: String = text
        .trim()
        .chars()
        .map(|c| match c {
            '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
            '．' => '.',
            other => other,
        })
        .collect();
    if narrow.is_empty() || !narrow.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return None;
    }
    narrow.parse::<f64>().ok().filter(|h| h.is_finite() && (0.0..=100_000.0).contains(h))
}

/// A rule as a failure.
#[must_use]
pub fn refuse(rule: Rule, detail: &str) -> Failure {
    Failure::Rule { rule, detail: detail.chars().filter(|c| !c.is_control()).take(80).collect() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("12", Some(12.0))]
    #[case(" 7.5 ", Some(7.5))]
    #[case("１２．５", Some(12.5))]
    #[case("-1", None)]
    #[case("1e9", None)]
    #[case("七", None)]
    #[case("100001", None)]
    #[case(".", None)]
    fn hours_are_read_as_people_type_them(#[case] text: &str, #[case] read: Option<f64>) {
        assert_eq!(hours(text), read);
    }

    #[rstest]
    #[case("2026-11-24", true)]
    #[case("2027-11-24", true)]
    #[case("2027-11-26", false)]
    #[case("2026-11-23", false)]
    #[case("2026-13-01", false)]
    #[case("", false)]
    fn a_review_lies_within_a_year(#[case] day: &str, #[case] fits: bool) {
        assert_eq!(check_day(day, "2026-11-24").is_ok(), fits);
    }

    #[test]
    fn a_past_review_may_stay_but_none_is_set_for_later_than_a_year() {
        let of = |text: &str| vec![(address("next_review"), text.to_owned())];
        assert!(check(&of("2020-01-01"), "2026-11-24").is_ok());
        assert!(check(&of("2028-01-01"), "2026-11-24").is_err());
        assert!(check(&of(""), "2026-11-24").is_ok());
        assert!(check(&[(address("effort_alone"), "many".into())], "2026-11-24").is_err());
    }
}
