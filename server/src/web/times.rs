//! Days and minutes as forms send them, in Japanese time as pages show it.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, Utc};

/// Japan has had no summer time since 1951.
const AHEAD: i64 = 9;

/// The beginning of a day: `2026-11-24`.
pub fn day(text: &str) -> Option<DateTime<Utc>> {
    let day = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok()?;
    day.and_hms_opt(0, 0, 0)?.and_utc().checked_sub_signed(Duration::hours(AHEAD))
}

/// The beginning of the day after: a day that is named belongs to what is asked for.
pub fn day_after(text: &str) -> Option<DateTime<Utc>> {
    day(text)?.checked_add_signed(Duration::days(1))
}

/// A minute: `2026-11-24T14:30`.
pub fn local(text: &str) -> Option<DateTime<Utc>> {
    let forms = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"];
    let read = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text.trim(), form).ok())?;
    read.and_utc().checked_sub_signed(Duration::hours(AHEAD))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn days_and_minutes_are_japanese() {
        assert_eq!(day("2026-11-24").unwrap().to_rfc3339(), "2026-11-23T15:00:00+00:00");
        assert_eq!(day_after("2026-11-24").unwrap().to_rfc3339(), "2026-11-24T15:00:00+00:00");
        assert_eq!(local("2026-11-24T14:30").unwrap().to_rfc3339(), "2026-11-24T05:30:00+00:00");
        for bad in ["", "24.11.2026", "2026-13-01", "-262144-01-01"] {
            assert!(day(bad).is_none() && local(bad).is_none(), "{bad}");
        }
    }
}
