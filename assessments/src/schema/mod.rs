//! One declaration of sections and fields. From it come the form, the Excel columns, the import's header aliases, the
//! diff, the search document and the API.

mod private;
mod sections;
mod spoken;

pub use private::PRIVATE;
pub use sections::{SECTIONS, marks};
pub use spoken::place;

use crate::cell::{Address, Layer, ORDER};
use crate::failure::Failure;
use crate::lang::Lang;

/// Most UTF-16 units of a cell: what a workbook's cell can hold, less room for an escape.
pub const MAX_UNITS: usize = 32_000;

/// What a field holds. Every value is stored as one text, so that merge, diff, search and Excel treat all alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One line of plain text.
    Short,
    /// Markdown.
    Markdown,
    /// One key of the list.
    Choice(&'static [Choice]),
    /// Keys of the list, joined by `,` in the list's order.
    Choices(&'static [Choice]),
    /// `2026-11-23`.
    Date,
    /// One link a line: `[title](https://...) 2026-10-30`; no date means not checked.
    Links,
    /// One guardrail link a line: `config:s3-... | full | 理由 | reason`.
    Guardrails,
    /// A row of a section, or several joined by `,`; for `criteria` also `service/row`.
    Reference(&'static str),
}

/// One value that a choice can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// As stored.
    pub key: &'static str,
    /// Japanese.
    pub ja: &'static str,
    /// English.
    pub en: &'static str,
    /// Mark shown with the word; empty where there is none.
    pub mark: &'static str,
}

impl Choice {
    /// The word in a language.
    pub fn label(&self, lang: Lang) -> &'static str {
        lang.pick(self.ja, self.en)
    }

    /// Mark and word, as in a workbook's drop-down: `◎ 既定で有効`.
    pub fn marked(&self, lang: Lang) -> String {
        if self.mark.is_empty() { self.label(lang).into() } else { format!("{} {}", self.mark, self.label(lang)) }
    }
}

/// A field of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// As in addresses.
    pub key: &'static str,
    /// Japanese label; the Excel header too.
    pub ja: &'static str,
    /// English label.
    pub en: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it has a cell for each language.
    pub bilingual: bool,
    /// Other headers under which people keep the same thing in their own workbooks.
    pub aliases: &'static [&'static str],
    /// Width of its Excel column, in characters.
    pub width: u16,
}

impl Field {
    /// The label in a language.
    pub fn label(&self, lang: Lang) -> &'static str {
        lang.pick(self.ja, self.en)
    }

    /// The languages of its cells: both, or none.
    pub fn langs(&self) -> &'static [Option<Lang>] {
        if self.bilingual { &[Some(Lang::Ja), Some(Lang::En)] } else { &[None] }
    }

    /// The choices of a choice field.
    pub fn choices(&self) -> &'static [Choice] {
        match self.kind {
            Kind::Choice(list) | Kind::Choices(list) => list,
            _ => &[],
        }
    }
}

/// Where a section's rows come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// One row, `service`.
    One,
    /// The criteria set's categories.
    Criteria,
    /// Free rows, numbered with this prefix: `S-01`.
    Free(&'static str),
}

/// A section of the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// As in addresses.
    pub key: &'static str,
    /// Japanese name.
    pub ja: &'static str,
    /// English name.
    pub en: &'static str,
    /// Where its rows come from.
    pub rows: Rows,
    /// Its fields, in the order of form and workbook.
    pub fields: &'static [Field],
    /// Whether it exists in institutions' layers only: the common text never holds it.
    pub private: bool,
}

impl Section {
    /// The name in a language.
    pub fn label(&self, lang: Lang) -> &'static str {
        lang.pick(self.ja, self.en)
    }

    /// A field by key.
    pub fn field(&self, key: &str) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.key == key)
    }
}

/// A section by key, those of institutions' layers included.
pub fn section(key: &str) -> Option<&'static Section> {
    SECTIONS.iter().chain(PRIVATE).find(|s| s.key == key)
}

/// The sections that a layer can hold, in the order in which they are read.
pub fn sections_of(layer: &Layer) -> impl Iterator<Item = &'static Section> + use<> {
    let own = matches!(layer, Layer::Institution(_));
    SECTIONS.iter().chain(PRIVATE.iter().filter(move |_| own))
}

/// A field by section and key.
pub fn field(section_key: &str, field_key: &str) -> Option<&'static Field> {
    section(section_key)?.field(field_key)
}

/// The choice of `criteria/*/availability` with this key.
pub fn availability(key: &str) -> Option<&'static Choice> {
    field("criteria", "availability")?.choices().iter().find(|c| c.key == key)
}

/// Checks that today's schema has a place for this address: section, field, and language where the field is bilingual.
///
/// # Errors
/// [`Failure::Invalid`] naming the address.
pub fn declared(address: &Address) -> Result<&'static Section, Failure> {
    let bad = || Failure::invalid("address", &address.to_string());
    let section = section(&address.section).ok_or_else(bad)?;
    let row_fits = match section.rows {
        Rows::One => address.row.as_str() == "service",
        Rows::Criteria => true,
        Rows::Free(prefix) => address.row.is_placeholder() || address.row.number(prefix).is_some(),
    };
    let field_fits = if address.field == ORDER {
        matches!(section.rows, Rows::Free(_)) && address.lang.is_none()
    } else {
        section.field(&address.field).ok_or_else(bad)?.bilingual == address.lang.is_some()
    };
    if row_fits && field_fits { Ok(section) } else { Err(bad()) }
}

/// The same in a layer: a section of institutions' layers has no place in the common text.
///
/// # Errors
/// [`Failure::Invalid`] naming the address.
pub fn declared_in(layer: &Layer, address: &Address) -> Result<&'static Section, Failure> {
    let section = declared(address)?;
    match layer {
        Layer::Shared if section.private => Err(Failure::invalid("address", &address.to_string())),
        _ => Ok(section),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_common_text_has_no_place_for_what_is_an_institutions_own() {
        let own = Layer::parse("i:a-bank").unwrap();
        for section in PRIVATE {
            assert!(section.private && !SECTIONS.iter().any(|s| s.key == section.key));
            let row = if section.rows == Rows::One { "service" } else { "K07" };
            let address = Address::parse(&format!("{}/{row}/{}", section.key, section.fields[0].key)).unwrap();
            assert!(declared_in(&own, &address).is_ok() && declared_in(&Layer::Shared, &address).is_err());
        }
        assert!(SECTIONS.iter().all(|s| !s.private));
        assert_eq!(sections_of(&Layer::Shared).count() + PRIVATE.len(), sections_of(&own).count());
    }

    #[test]
    fn keys_are_unique_and_fit_an_address() {
        for section in SECTIONS.iter().chain(PRIVATE) {
            let mut seen = BTreeSet::new();
            for field in section.fields {
                assert!(seen.insert(field.key), "{}/{}", section.key, field.key);
                assert!(Address::parse(&format!("{}/service/{}", section.key, field.key)).is_ok());
            }
        }
    }

    #[test]
    fn a_write_must_name_the_language_of_a_bilingual_field_and_of_no_other() {
        for (address, fits) in [
            ("criteria/K07/summary/ja", true),
            ("criteria/K07/summary", false),
            ("criteria/K07/availability", true),
            ("criteria/K07/availability/ja", false),
            ("criteria/K07/order", false),
            ("scenarios/S-01/order", true),
            ("scenarios/N-01/title/ja", false),
            ("scenarios/new-1/title/ja", true),
            ("facts/service/provider", true),
            ("facts/other/provider", false),
            ("nothing/x/y", false),
        ] {
            assert_eq!(declared(&Address::parse(address).unwrap()).is_ok(), fits, "{address}");
        }
    }
}
