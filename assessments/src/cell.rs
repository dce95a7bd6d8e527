//! Addresses: which layer, which section, which row, which field, which language.

use crate::failure::Failure;
use crate::id::{InstitutionId, RowId, ServiceId};
use crate::lang::Lang;
use crate::schema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who a cell belongs to. `Shared` is the common text; an institution's layer is seen by that institution alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Layer {
    /// The common text.
    Shared,
    /// One institution's own layer.
    Institution(InstitutionId),
}

impl Layer {
    /// `shared` or `i:<institution>`, as stored.
    pub fn key(&self) -> String {
        match self {
            Layer::Shared => "shared".into(),
            Layer::Institution(id) => format!("i:{id}"),
        }
    }

    /// Reads what [`Layer::key`] wrote.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for anything else.
    pub fn parse(text: &str) -> Result<Layer, Failure> {
        match text.strip_prefix("i:") {
            Some(id) => Ok(Layer::Institution(InstitutionId::parse(id)?)),
            None if text == "shared" => Ok(Layer::Shared),
            None => Err(Failure::invalid("layer", text)),
        }
    }
}

impl TryFrom<String> for Layer {
    type Error = Failure;
    fn try_from(text: String) -> Result<Self, Failure> {
        Layer::parse(&text)
    }
}

impl From<Layer> for String {
    fn from(layer: Layer) -> String {
        layer.key()
    }
}

/// One (service, layer): what a change set touches, with its own numbers and its own chain.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SheetKey {
    /// The service.
    pub service: ServiceId,
    /// Whose text.
    pub layer: Layer,
}

impl SheetKey {
    /// The common text of a service.
    pub fn shared(service: ServiceId) -> Self {
        Self { service, layer: Layer::Shared }
    }
}

/// The field that holds a row's existence and order. Empty means that the row is not there.
pub const ORDER: &str = "order";

/// A cell's place within one (sheet, layer): `criteria/K07/summary/ja`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    /// Section key, as declared in [`schema`].
    pub section: String,
    /// Row.
    pub row: RowId,
    /// Field key, or [`ORDER`].
    pub field: String,
    /// Language of a bilingual field.
    pub lang: Option<Lang>,
}

impl Address {
    /// Puts an address together without checking it against the schema.
    pub fn new(section: &str, row: RowId, field: &str, lang: Option<Lang>) -> Self {
        Self { section: section.into(), row, field: field.into(), lang }
    }

    /// The address of a row's existence and order.
    pub fn order(section: &str, row: RowId) -> Self {
        Self::new(section, row, ORDER, None)
    }

    /// Reads an address. The form is checked, not whether today's schema still declares the field: history must stay
    /// readable. A write checks with [`schema::declared`].
    ///
    /// # Errors
    /// [`Failure::Invalid`] naming the text.
    pub fn parse(text: &str) -> Result<Address, Failure> {
        let bad = || Failure::invalid("address", text);
        let key = |t: &str| {
            !t.is_empty()
                && t.len() <= 40
                && t.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        let mut parts = text.split('/');
        let (Some(section), Some(row), Some(field)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(bad());
        };
        let lang = match parts.next() {
            None => None,
            Some(code) => Some(Lang::parse(code).ok_or_else(bad)?),
        };
        if parts.next().is_some() || !key(section) || !key(field) {
            return Err(bad());
        }
        Ok(Address::new(section, RowId::parse(row).map_err(|_| bad())?, field, lang))
    }

    /// The same place in another language.
    pub fn in_lang(&self, lang: Lang) -> Address {
        Address { lang: self.lang.map(|_| lang), ..self.clone() }
    }

    /// Whether this is a row's existence and order.
    pub fn is_order(&self) -> bool {
        self.field == ORDER
    }

    /// The declaration of this field, where today's schema still has it.
    pub fn declared(&self) -> Option<&'static schema::Field> {
        schema::field(&self.section, &self.field)
    }

    /// Whether its row is a category of the criteria set.
    pub fn of_criteria(&self) -> bool {
        schema::section(&self.section).is_some_and(|s| s.rows == schema::Rows::Criteria)
    }

    /// An identifier for anchors: `criteria-K07-summary-ja`.
    pub fn anchor(&self) -> String {
        self.to_string().replace('/', "-")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.section, self.row, self.field)?;
        match self.lang {
            Some(lang) => write!(f, "/{}", lang.code()),
            None => Ok(()),
        }
    }
}

impl TryFrom<String> for Address {
    type Error = Failure;
    fn try_from(text: String) -> Result<Self, Failure> {
        Address::parse(&text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> String {
        address.to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_address_reads_back_as_it_was_written() {
        for text in
            ["criteria/K07/summary/ja", "criteria/K07/availability", "scenarios/S-01/order", "notes/new-1/note/en"]
        {
            assert_eq!(Address::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_strange_address_is_refused() {
        for text in ["", "a", "a/b", "a/b/c/fr", "a/b/c/ja/x", "A/b/c", "a/../c", "a/b/<x>"] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn layers_read_back() {
        for text in ["shared", "i:a-bank"] {
            assert_eq!(Layer::parse(text).unwrap().key(), text);
        }
        assert!(Layer::parse("i:").is_err());
        assert!(Layer::parse("private").is_err());
    }
}
