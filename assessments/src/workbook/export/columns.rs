//! Which column of a table holds what.

use crate::lang::Lang;
use crate::schema::{Field, Kind, Section};
use crate::workbook::own::mark;
use crate::workbook::text;

/// What a column holds.
#[derive(Clone, Copy)]
pub enum Holds {
    /// Hidden id and hash; always the first column.
    Mark,
    /// The visible id.
    Id,
    /// Viewpoint of a category, merged over its categories; derived.
    Viewpoint,
    /// Name of a category; derived.
    Name,
    /// Question of a category; derived.
    Question,
    /// A field's text.
    Field(&'static Field, Option<Lang>),
}

/// A column of a table.
#[derive(Clone, Copy)]
pub struct Column {
    /// What it holds.
    pub holds: Holds,
    /// Its width in Excel's units.
    pub width: f64,
    /// In the other language: grouped.
    pub other: bool,
    /// Folded away: nothing stands there alone.
    pub folded: bool,
}

/// Order in which the fields of part 1 stand, so that those with two languages share columns between its two tables and
/// can be folded away together. Fields that are missing here follow.
const PATHS: &[&str] =
    &["scenario", "from", "to", "encryption", "kind", "plane", "direction", "protocol", "authentication", "remarks"];
const SCENARIOS: &[&str] = &["scope", "title", "purpose", "data_class"];

/// The columns of a section, from the first.
pub fn columns(section: &Section, lang: Lang) -> Vec<Column> {
    let column = |holds, width| Column { holds, width, other: false, folded: false };
    let mut all = vec![column(Holds::Mark, 4.0), column(Holds::Id, 5.6)];
    if section.key == "criteria" {
        all.extend([column(Holds::Viewpoint, 3.6), column(Holds::Name, 10.0), column(Holds::Question, 15.0)]);
    }
    let first: &[&str] = match section.key {
        "scenarios" => SCENARIOS,
        "paths" => PATHS,
        _ => &[],
    };
    let listed = first.iter().filter_map(|key| section.field(key));
    let rest = section.fields.iter().filter(|f| !first.contains(&f.key));
    for field in listed.chain(rest) {
        let width = width(section, field);
        if field.bilingual {
            all.push(column(Holds::Field(field, Some(lang)), width));
            all.push(Column { holds: Holds::Field(field, Some(lang.other())), width, other: true, folded: true });
        } else {
            all.push(column(Holds::Field(field, None), width));
        }
    }
    all
}

/// The schema's width in a smaller font. Part 2 must be readable on one A4 page: there the texts get what the short
/// columns can spare.
fn width(section: &Section, field: &Field) -> f64 {
    let (factor, least) = match (section.key, field.kind) {
        (_, Kind::Date) => return 9.0,
        ("criteria", Kind::Markdown) => (0.55, 7.0),
        ("criteria", Kind::Choice(_)) => (0.57, 6.6),
        ("criteria", _) => (0.42, 6.6),
        _ => (0.65, 7.0),
    };
    (f64::from(field.width) * factor).max(least)
}

/// Where a column starts to be readable for a machine: its key.
pub fn key(holds: Holds, section: &Section, token: &str) -> String {
    match holds {
        Holds::Mark => token.to_owned(),
        Holds::Id => mark::id_key(section),
        Holds::Viewpoint => "#viewpoint".into(),
        Holds::Name => "#name".into(),
        Holds::Question => "#question".into(),
        Holds::Field(field, of) => mark::key(field, of),
    }
}

/// What stands over a column for a person.
pub fn header(holds: Holds, lang: Lang) -> String {
    match holds {
        Holds::Mark => "#".into(),
        Holds::Id => "ID".into(),
        Holds::Viewpoint => lang.pick("観点", "View").into(),
        Holds::Name => lang.pick("対策分類", "Category").into(),
        Holds::Question => lang.pick("確認事項", "Question").into(),
        Holds::Field(field, of) => text::header(field, of, lang),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::schema;

    #[test]
    fn folding_the_other_language_away_hides_no_other_column_of_part_1() {
        let (a, b) = (schema::section("scenarios").unwrap(), schema::section("paths").unwrap());
        for (one, two) in columns(a, Lang::Ja).iter().zip(columns(b, Lang::Ja)) {
            assert_eq!(one.other, two.other);
        }
    }

    #[test]
    fn every_cell_of_the_schema_has_a_column() {
        for section in schema::SECTIONS {
            let asked: usize = section.fields.iter().map(|f| f.langs().len()).sum();
            let given = columns(section, Lang::En).iter().filter(|c| matches!(c.holds, Holds::Field(..))).count();
            assert_eq!(given, asked);
        }
    }
}
