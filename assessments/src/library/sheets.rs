//! Starter sheets, from TOML that people write.

use super::broken;
use crate::canonical;
use crate::cell::Address;
use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::id::{RowId, ServiceId};
use crate::lang::Lang;
use crate::schema::{Field, Kind, Rows, SECTIONS, Section};
use crate::sheet::order_of;
use toml::{Table, Value};

/// A sheet as a file holds it: addresses with texts, in order, checked against the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StarterSheet {
    /// Which service.
    pub service: ServiceId,
    /// Cells with their texts.
    pub cells: Vec<(Address, String)>,
}

/// The files of the sheets that ship.
const SHEETS: [&str; 3] = [
    include_str!("../../library/sheets/s3.toml"),
    include_str!("../../library/sheets/lambda.toml"),
    include_str!("../../library/sheets/rds.toml"),
];

/// The sheets that ship.
///
/// # Errors
/// [`Failure::Internal`] where a shipped file is damaged, which a test rules out.
pub fn starter_sheets(criteria: &CriteriaSet) -> Result<Vec<StarterSheet>, Failure> {
    SHEETS.into_iter().map(|text| parse(text, criteria)).collect()
}

/// Reads a sheet's file.
///
/// # Errors
/// [`Failure::Internal`] for what is no TOML; [`Failure::Invalid`] naming the cell that does not fit the schema.
pub fn parse(text: &str, criteria: &CriteriaSet) -> Result<StarterSheet, Failure> {
    let table: Table = toml::from_str(text).map_err(|e| broken("sheet", e))?;
    let service = ServiceId::parse(table.get("service").and_then(Value::as_str).unwrap_or(""))?;
    let mut cells = Vec::new();
    for (key, value) in &table {
        if key == "service" {
            continue;
        }
        let section = crate::schema::section(key).ok_or_else(|| Failure::invalid("section", key))?;
        match (section.rows, value) {
            (Rows::One, Value::Table(row)) => read_row(section, RowId::service(), row, &mut cells)?,
            (Rows::Criteria, Value::Table(rows)) => {
                for (id, row) in rows {
                    criteria.category(id).ok_or_else(|| Failure::invalid("category", id))?;
                    let row = row.as_table().ok_or_else(|| Failure::invalid(key, id))?;
                    read_row(section, RowId::parse(id)?, row, &mut cells)?;
                }
            }
            (Rows::Free(_), Value::Array(rows)) => {
                for (n, row) in rows.iter().enumerate() {
                    let row = row.as_table().ok_or_else(|| Failure::invalid(key, &n.to_string()))?;
                    let id = RowId::parse(row.get("id").and_then(Value::as_str).unwrap_or(""))?;
                    cells.push((Address::order(section.key, id.clone()), order_of(n)));
                    read_row(section, id, row, &mut cells)?;
                }
            }
            _ => return Err(Failure::invalid(key, "neither a table nor a list of tables")),
        }
    }
    let position = |a: &Address| SECTIONS.iter().position(|s| s.key == a.section);
    cells.sort_by(|(a, _), (b, _)| (position(a), a).cmp(&(position(b), b)));
    Ok(StarterSheet { service, cells })
}

fn read_row(
    section: &'static Section,
    row: RowId,
    table: &Table,
    cells: &mut Vec<(Address, String)>,
) -> Result<(), Failure> {
    for (key, value) in table {
        if key == "id" {
            continue;
        }
        let place = format!("{}/{row}/{key}", section.key);
        let field = section.field(key).ok_or_else(|| Failure::invalid(&place, key))?;
        match (field.bilingual, value) {
            (true, Value::Table(texts)) => {
                for (code, text) in texts {
                    let lang = Lang::parse(code).ok_or_else(|| Failure::invalid(&place, code))?;
                    push(section, &row, field, Some(lang), &one_text(field, text, &place)?, cells)?;
                }
            }
            (false, value) => push(section, &row, field, None, &one_text(field, value, &place)?, cells)?,
            (true, _) => return Err(Failure::invalid(&place, "needs { ja, en }")),
        }
    }
    Ok(())
}

fn one_text(field: &Field, value: &Value, place: &str) -> Result<String, Failure> {
    let by = if matches!(field.kind, Kind::Links | Kind::Guardrails) { "\n" } else { "," };
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Datetime(date) => Ok(date.to_string()),
        Value::Array(items) => {
            let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            texts.map(|t| t.join(by)).ok_or_else(|| Failure::invalid(place, "a list of texts"))
        }
        other => Err(Failure::invalid(place, &other.to_string())),
    }
}

fn push(
    section: &Section,
    row: &RowId,
    field: &'static Field,
    lang: Option<Lang>,
    text: &str,
    cells: &mut Vec<(Address, String)>,
) -> Result<(), Failure> {
    let address = Address::new(section.key, row.clone(), field.key, lang);
    let text = canonical::check(&address, field, text.trim())?;
    if !text.is_empty() {
        cells.push((address, text));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::guardrail;
    use crate::library::{Catalogue, default_criteria};

    #[test]
    fn every_starter_sheet_answers_every_category_in_both_languages() {
        let criteria = default_criteria().unwrap();
        let sheets = starter_sheets(&criteria).unwrap();
        assert!(sheets.iter().any(|s| s.service.as_str() == "s3"));
        for sheet in &sheets {
            for category in &criteria.categories {
                for field in ["summary", "configure", "limits"] {
                    for lang in Lang::ALL {
                        let address = Address::new("criteria", RowId::parse(&category.id).unwrap(), field, Some(lang));
                        assert!(
                            sheet.cells.iter().any(|(a, t)| *a == address && t.len() > 20),
                            "{} {address}",
                            sheet.service
                        );
                    }
                }
            }
            assert!(sheet.cells.iter().filter(|(a, _)| a.section == "paths" && a.is_order()).count() >= 5);
            assert!(sheet.cells.iter().filter(|(a, _)| a.section == "notes" && a.is_order()).count() >= 10);
        }
    }

    #[test]
    fn every_guardrail_link_of_the_sheets_is_in_the_catalogue_and_no_date_is_invented() {
        let catalogue = Catalogue::shipped().unwrap();
        for sheet in starter_sheets(&default_criteria().unwrap()).unwrap() {
            let mut links = 0;
            for (address, text) in &sheet.cells {
                if address.field == "guardrails" {
                    for link in guardrail::parse_links(text).unwrap() {
                        assert!(catalogue.get(&link.id).is_some(), "{} {address} {}", sheet.service, link.id);
                        links += 1;
                    }
                }
                assert!(!matches!(address.field.as_str(), "verified_at" | "as_of"), "{address}");
            }
            assert!(links >= 15, "{}: {links}", sheet.service);
        }
    }
}
