//! Layouts as data: `assessments/library/profiles/*.toml`.

use super::fold_label;
use crate::failure::Failure;
use crate::lang::Lang;
use crate::schema::Field;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// A layout.
#[derive(Clone, Debug, Deserialize)]
pub struct Profile {
    /// `wg`.
    pub name: String,
    /// Language of the file's bilingual texts.
    pub lang: Lang,
    /// Whose services such files are about; empty where anybody's.
    #[serde(default)]
    pub provider: String,
    /// What its sheets may be.
    pub sheets: Vec<SheetProfile>,
    /// Category names that other sets use, to the categories of ours: a proposal, corrected by the reader.
    #[serde(default)]
    pub categories: BTreeMap<String, String>,
    /// Whether the category column holds identifiers of this framework of the criteria set.
    #[serde(default)]
    pub framework: Option<String>,
    /// What follows the service's name in the file's name.
    #[serde(default)]
    pub file_suffix: String,
    /// Texts that stand for what is above them.
    #[serde(default)]
    pub ditto: Vec<String>,
    /// Texts that stand for nothing.
    #[serde(default)]
    pub blank: Vec<String>,
}

/// One kind of sheet in a layout.
#[derive(Clone, Debug, Deserialize)]
pub struct SheetProfile {
    /// The section that its rows go to.
    pub section: String,
    /// Names of the tab, folded before comparing.
    pub names: Vec<String>,
    /// Headers of the column that names the category (for criteria).
    #[serde(default)]
    pub category: Vec<String>,
    /// Field key to headers; a field that is not named here keeps the schema's own.
    #[serde(default)]
    pub columns: BTreeMap<String, Vec<String>>,
    /// Headers of the column that names what a row is about; it goes ahead of the row's texts.
    #[serde(default)]
    pub head: Vec<String>,
    /// Headers of the row's number, by which other sheets name the row.
    #[serde(default)]
    pub number: Vec<String>,
    /// Headers of the column that says whether it is on by default.
    #[serde(default)]
    pub default: Vec<String>,
    /// Headers of columns that only repeat what the criteria set says.
    #[serde(default)]
    pub derived: Vec<String>,
    /// Headers of columns that are the institution's own.
    #[serde(default)]
    pub own: Vec<String>,
    /// Field key to texts that stand for nothing in it.
    #[serde(default)]
    pub ignore: BTreeMap<String, Vec<String>>,
    /// Rows of another section that this sheet's rows are grouped under.
    #[serde(default)]
    pub parent: Option<Parent>,
    /// A column that is also told as a whole, in one category.
    #[serde(default)]
    pub whole: Option<Whole>,
    /// For a sheet of labels and values: headers of the label.
    #[serde(default)]
    pub key: Vec<String>,
    /// For a sheet of labels and values: headers of the value.
    #[serde(default)]
    pub value: Vec<String>,
    /// Label to `facts/group`, or `framework/` and an identifier; `*` for the others.
    #[serde(default)]
    pub pairs: BTreeMap<String, String>,
}

/// Rows that several rows of a sheet belong to: merged cells, or ditto marks.
#[derive(Clone, Debug, Deserialize)]
pub struct Parent {
    /// The section that the group's rows go to.
    pub section: String,
    /// The field of this sheet's rows that names the group's row.
    pub field: String,
    /// Field key of the group's section to headers.
    pub columns: BTreeMap<String, Vec<String>>,
}

/// A column told as a whole: which rows have which value.
#[derive(Clone, Debug, Deserialize)]
pub struct Whole {
    /// Headers of the column.
    pub column: Vec<String>,
    /// Identifier in the profile's framework that names the category.
    pub id: String,
}

/// What a column of a sheet is.
#[derive(Clone, Debug, PartialEq)]
pub enum Role {
    /// A field of the section.
    Field(&'static Field),
    /// A field of the group's section.
    Parent(&'static Field),
    /// Names the category.
    Category,
    /// Goes ahead of the row's texts.
    Head,
    /// The row's number.
    Number,
    /// Whether it is on by default.
    Default,
    /// The label of a value.
    Key,
    /// The value of a label.
    Value,
    /// Says nothing new.
    Derived,
}

/// The profiles that ship.
///
/// # Errors
/// [`Failure::Invalid`] where a shipped file is damaged, which a test rules out.
pub fn builtin_profiles() -> Result<Vec<Profile>, Failure> {
    [include_str!("../../../library/profiles/wg.toml"), include_str!("../../../library/profiles/mcsb.toml")]
        .into_iter()
        .map(|text| toml::from_str(text).map_err(|e| Failure::invalid("profile", e.message())))
        .collect()
}

impl Profile {
    /// Whether a text stands for what is above it.
    pub fn is_ditto(&self, text: &str) -> bool {
        self.ditto.iter().any(|d| d == text.trim())
    }

    /// Whether a text stands for nothing.
    pub fn is_blank(&self, text: &str) -> bool {
        text.trim().is_empty() || self.blank.iter().any(|b| b == text.trim())
    }
}

impl SheetProfile {
    /// What its headers mean.
    pub fn headers(&self) -> Headers {
        let mut headers = Headers { own: folded(&self.own).collect(), roles: BTreeMap::new() };
        let fixed = [
            (&self.category, Role::Category),
            (&self.head, Role::Head),
            (&self.number, Role::Number),
            (&self.default, Role::Default),
            (&self.key, Role::Key),
            (&self.value, Role::Value),
            (&self.derived, Role::Derived),
        ];
        for (names, role) in fixed {
            headers.add(folded(names), &role);
        }
        if let Some(parent) = &self.parent {
            for field in crate::schema::section(&parent.section).map_or(&[][..], |s| s.fields) {
                headers.add(parent.columns.get(field.key).into_iter().flat_map(|n| folded(n)), &Role::Parent(field));
            }
        }
        // A sheet of labels and values has no columns of fields.
        let section = crate::schema::section(&self.section).filter(|_| self.key.is_empty());
        for field in section.map_or(&[][..], |s| s.fields) {
            match self.columns.get(field.key) {
                Some(own) => headers.add(folded(own), &Role::Field(field)),
                None => {
                    let names = [field.ja, field.en].into_iter().chain(field.aliases.iter().copied());
                    headers.add(names.map(fold_label), &Role::Field(field));
                }
            }
        }
        headers
    }

    /// Whether a text stands for nothing in a field.
    pub fn ignores(&self, field: &Field, text: &str) -> bool {
        self.ignore.get(field.key).is_some_and(|list| list.iter().any(|t| t == text.trim()))
    }
}

/// What the headers of a layout mean, folded once for all sheets of a file.
pub struct Headers {
    own: BTreeSet<String>,
    roles: BTreeMap<String, Role>,
}

impl Headers {
    /// Of two meanings of a name the first counts: a field's own headers here come before the schema's.
    fn add(&mut self, names: impl Iterator<Item = String>, role: &Role) {
        for name in names {
            self.roles.entry(name).or_insert_with(|| role.clone());
        }
    }

    /// Whether a folded header is one of the institution's own.
    pub fn is_own(&self, label: &str) -> bool {
        self.own.contains(label)
    }

    /// What a column with this folded header is.
    pub fn role(&self, label: &str) -> Option<&Role> {
        self.roles.get(label)
    }
}

fn folded(names: &[String]) -> impl Iterator<Item = String> {
    names.iter().map(|name| fold_label(name))
}
