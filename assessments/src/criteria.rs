//! Criteria sets: versioned data, never an enum in code.

use crate::failure::Failure;
use crate::lang::{Label, Lang};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A viewpoint (評価観点), a group of categories.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewpoint {
    /// `V3`.
    pub id: String,
    /// Japanese name.
    pub ja: String,
    /// English name.
    pub en: String,
}

/// A control category (対策分類): what an answer is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// `K07`; the row id of the section `criteria`.
    pub id: String,
    /// Which viewpoint.
    pub viewpoint: String,
    /// Japanese name.
    pub ja: String,
    /// English name.
    pub en: String,
    /// The question, Japanese.
    #[serde(default)]
    pub question_ja: String,
    /// The question, English.
    #[serde(default)]
    pub question_en: String,
    /// What a good answer holds: guidance shown beside the question, not fields.
    #[serde(default)]
    pub answer_shape: String,
    /// Framework key to identifiers; 参考マッピング, never 準拠.
    #[serde(default)]
    pub frameworks: BTreeMap<String, Vec<String>>,
}

impl Category {
    /// Name in a language.
    pub fn name(&self, lang: Lang) -> &str {
        lang.pick(&self.ja, &self.en)
    }

    /// Question in a language.
    pub fn question(&self, lang: Lang) -> &str {
        lang.pick(&self.question_ja, &self.question_en)
    }
}

/// A criteria set at one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriteriaSet {
    /// `reconstructed-7x19`.
    pub id: String,
    /// `0.1.0`.
    pub version: String,
    /// `reconstruction` where the wording is not the working group's own; shown wherever the set is shown.
    #[serde(default)]
    pub provenance: String,
    /// Framework key to the edition that its identifiers follow.
    #[serde(default)]
    pub editions: BTreeMap<String, String>,
    /// Framework key to the name that readers know; the key itself is shown where there is none.
    #[serde(default)]
    pub framework_names: BTreeMap<String, Label>,
    /// Groups, in order.
    pub viewpoints: Vec<Viewpoint>,
    /// Categories, in order.
    pub categories: Vec<Category>,
}

/// How the categories of one set answer to those of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crosswalk {
    /// `id@version` of the old set.
    pub from: String,
    /// `id@version` of the new set.
    pub to: String,
    /// Old category to new ones. An old one that is missing here has no counterpart, and is listed as such.
    pub map: BTreeMap<String, Vec<String>>,
}

impl CriteriaSet {
    /// `reconstructed-7x19@0.1.0`, as pinned by every revision.
    pub fn key(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }

    /// Whether this set is a reconstruction and must say so.
    pub fn is_reconstruction(&self) -> bool {
        self.provenance == "reconstruction"
    }

    /// A category by id.
    pub fn category(&self, id: &str) -> Option<&Category> {
        self.categories.iter().find(|c| c.id == id)
    }

    /// A viewpoint's name.
    pub fn viewpoint(&self, id: &str) -> Option<Label> {
        self.viewpoints.iter().find(|v| v.id == id).map(|v| Label { ja: v.ja.clone(), en: v.en.clone() })
    }

    /// The categories of a viewpoint, in order.
    pub fn of_viewpoint<'a>(&'a self, viewpoint: &'a str) -> impl Iterator<Item = &'a Category> {
        self.categories.iter().filter(move |c| c.viewpoint == viewpoint)
    }

    /// Checks that the set can be used: ids fit addresses and are unique, every category has a viewpoint.
    ///
    /// # Errors
    /// [`Failure::Invalid`] naming the first thing that is wrong.
    pub fn check(&self) -> Result<(), Failure> {
        let mut seen = std::collections::BTreeSet::new();
        for category in &self.categories {
            let id_fits = crate::id::RowId::parse(&category.id).is_ok() && !category.id.starts_with("new-");
            if !id_fits || !seen.insert(&category.id) {
                return Err(Failure::invalid("category", &category.id));
            }
            if self.viewpoint(&category.viewpoint).is_none() {
                return Err(Failure::invalid("viewpoint", &category.viewpoint));
            }
        }
        if self.categories.is_empty() || self.categories.len() > 500 {
            return Err(Failure::invalid("categories", &self.categories.len().to_string()));
        }
        Ok(())
    }
}
