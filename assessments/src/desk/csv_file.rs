//! A list as CSV: UTF-8 with a mark, every value in quotes, CRLF. No text is altered, so a value may begin with `=`: a
//! spreadsheet has to read the file as text.

use super::Exported;
use crate::failure::Failure;
use chrono::{DateTime, Utc};

/// The content type of such a file.
const CONTENT_TYPE: &str = "text/csv; charset=utf-8";

/// The file, named `kyohyo-NAME-DAY.csv`.
///
/// # Errors
/// [`Failure::Internal`] for a row of another length than the head.
pub(super) fn csv_file(
    name: &str,
    now: DateTime<Utc>,
    head: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Result<Exported, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::Internal { operation: format!("csv {error}") };
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    {
        let mut writer = csv::WriterBuilder::new()
            .quote_style(csv::QuoteStyle::Always)
            .terminator(csv::Terminator::CRLF)
            .from_writer(&mut bytes);
        writer.write_record(head).map_err(|e| failed(&e))?;
        for row in rows {
            writer.write_record(row).map_err(|e| failed(&e))?;
        }
        writer.flush().map_err(|e| failed(&e))?;
    }
    Ok(Exported { file_name: format!("kyohyo-{name}-{}.csv", now.format("%Y%m%d")), content_type: CONTENT_TYPE, bytes })
}
