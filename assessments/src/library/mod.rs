//! The data that ships inside the program: criteria sets, the guardrail catalogue, services, starter sheets.

mod sheets;

pub use sheets::{StarterSheet, starter_sheets};

use crate::criteria::{CriteriaSet, Crosswalk};
use crate::failure::Failure;
use crate::guardrail::{Guardrail, GuardrailId, Mechanism};
use crate::id::ServiceId;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// The criteria set that a fresh installation uses.
pub const DEFAULT_CRITERIA: &str = include_str!("../../library/criteria/reconstructed-7x19.toml");

/// A data file that does not read is a fault of the build, found by the tests; at run time it shows as our fault.
fn broken(what: &str, error: impl std::fmt::Display) -> Failure {
    Failure::Internal { operation: format!("library {what}: {error}") }
}

/// Reads a criteria set from TOML, the format of `assessments/library/criteria/`.
///
/// # Errors
/// [`Failure::Invalid`] with what is wrong.
pub fn parse_criteria(text: &str) -> Result<CriteriaSet, Failure> {
    let set: CriteriaSet = toml::from_str(text).map_err(|e| Failure::invalid("criteria", e.message()))?;
    set.check()?;
    Ok(set)
}

/// Reads a crosswalk from TOML: `from`, `to`, and a table `map`.
///
/// # Errors
/// [`Failure::Invalid`] with what is wrong.
pub fn parse_crosswalk(text: &str) -> Result<Crosswalk, Failure> {
    toml::from_str(text).map_err(|e| Failure::invalid("crosswalk", e.message()))
}

/// The default criteria set.
///
/// # Errors
/// [`Failure::Invalid`] where the shipped file is damaged, which a test rules out.
pub fn default_criteria() -> Result<Arc<CriteriaSet>, Failure> {
    static SET: LazyLock<Result<Arc<CriteriaSet>, Failure>> =
        LazyLock::new(|| parse_criteria(DEFAULT_CRITERIA).map(Arc::new));
    SET.clone()
}

/// A service that can be assessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownService {
    /// Id.
    pub id: ServiceId,
    /// Field key to text, for the section `facts`.
    pub facts: Vec<(&'static str, String)>,
}

/// Every service of the shipped list.
///
/// # Errors
/// [`Failure::Internal`] where the shipped file is damaged, which a test rules out.
pub fn services() -> Result<Vec<KnownService>, Failure> {
    const COLUMNS: [&str; 8] =
        ["name", "abbreviation", "provider", "endpoint_prefix", "iam_prefix", "cfn_namespace", "tokyo", "osaka"];
    let mut out = Vec::new();
    for record in rows(include_str!("../../library/services.tsv"))? {
        let cell = |i: usize| record.get(i).unwrap_or("").trim();
        let facts = COLUMNS
            .iter()
            .enumerate()
            .map(|(i, field)| (*field, cell(i + 1).to_owned()))
            .filter(|(_, text)| !text.is_empty());
        out.push(KnownService { id: ServiceId::parse(cell(0))?, facts: facts.collect() });
    }
    Ok(out)
}

fn rows(text: &str) -> Result<Vec<csv::StringRecord>, Failure> {
    csv::ReaderBuilder::new()
        .delimiter(b'\t')
        .comment(Some(b'#'))
        .quoting(false)
        .flexible(true)
        .from_reader(text.as_bytes())
        .into_records()
        .collect::<Result<_, _>>()
        .map_err(|e| broken("table", e))
}

/// The guardrail catalogue.
#[derive(Debug, Default)]
pub struct Catalogue {
    entries: Vec<Guardrail>,
    by_id: BTreeMap<String, usize>,
    /// Of each entry in lower case: its identifier, and all that it is found by. Suggestions look through them at each key.
    lower: Vec<(String, String)>,
}

impl Catalogue {
    /// The shipped catalogue, read once.
    ///
    /// # Errors
    /// [`Failure::Internal`] where a shipped file is damaged, which a test rules out.
    pub fn shipped() -> Result<Arc<Catalogue>, Failure> {
        static CATALOGUE: LazyLock<Result<Arc<Catalogue>, Failure>> = LazyLock::new(|| Catalogue::read().map(Arc::new));
        CATALOGUE.clone()
    }

    fn read() -> Result<Catalogue, Failure> {
        let files = [
            (Mechanism::Config, include_str!("../../library/guardrails/config.tsv")),
            (Mechanism::SecurityHub, include_str!("../../library/guardrails/securityhub.tsv")),
            (Mechanism::ControlTower, include_str!("../../library/guardrails/controltower.tsv")),
            (Mechanism::GuardDuty, include_str!("../../library/guardrails/guardduty.tsv")),
        ];
        let mut catalogue = Catalogue::default();
        for (mechanism, text) in files {
            for record in rows(text)? {
                let cell = |i: usize| record.get(i).unwrap_or("").trim().to_owned();
                let known = |i: usize| match record.get(i).unwrap_or("").trim() {
                    "Y" | "yes" => Some(true),
                    "N" | "no" => Some(false),
                    _ => None,
                };
                let id = GuardrailId::parse(&format!("{}:{}", mechanism.key(), cell(0)))
                    .ok_or_else(|| broken("guardrail", cell(0)))?;
                let entry = Guardrail {
                    name: cell(1),
                    mode: cell(2),
                    severity: cell(3),
                    service: cell(4),
                    tokyo: known(5),
                    osaka: known(6),
                    detail: cell(7),
                    id,
                };
                catalogue.by_id.insert(entry.id.folded(), catalogue.entries.len());
                let all = format!("{} {} {}", entry.id, entry.name, entry.service);
                catalogue.lower.push((entry.id.native.to_lowercase(), all.to_lowercase()));
                catalogue.entries.push(entry);
            }
        }
        Ok(catalogue)
    }

    /// All entries, mechanism by mechanism.
    pub fn entries(&self) -> &[Guardrail] {
        &self.entries
    }

    /// An entry, whatever the case its identifier is written in.
    pub fn get(&self, id: &GuardrailId) -> Option<&Guardrail> {
        self.by_id.get(&id.folded()).and_then(|i| self.entries.get(*i))
    }

    /// Entries whose identifier or name holds every word, those whose identifier starts with the first word in front.
    pub fn find(&self, text: &str, mechanism: Option<Mechanism>) -> Vec<&Guardrail> {
        let words: Vec<String> = text.to_lowercase().split_whitespace().take(8).map(str::to_owned).collect();
        let mut found: Vec<(u8, &Guardrail)> = self
            .entries
            .iter()
            .zip(&self.lower)
            .filter(|(g, _)| mechanism.is_none_or(|m| g.id.mechanism == m))
            .filter_map(|(g, (native, whole))| {
                if !words.iter().all(|w| whole.contains(w.as_str())) {
                    return None;
                }
                let first = words.first().map_or("", String::as_str);
                Some((
                    if *native == first {
                        0
                    } else if native.starts_with(first) {
                        1
                    } else if native.contains(first) {
                        2
                    } else {
                        3
                    },
                    g,
                ))
            })
            .collect();
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().map(|(_, g)| g).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_default_set_has_seven_viewpoints_and_nineteen_categories_and_says_that_it_is_a_reconstruction() {
        let set = default_criteria().unwrap();
        assert_eq!((set.viewpoints.len(), set.categories.len()), (7, 19));
        assert!(set.is_reconstruction());
        assert!(
            set.categories
                .iter()
                .all(|c| !c.question_ja.is_empty() && !c.question_en.is_empty() && !c.answer_shape.is_empty())
        );
        assert!(set.editions.contains_key("fisc") && set.category("K07").unwrap().frameworks.contains_key("mcsb_v1"));
    }

    #[test]
    fn the_catalogue_holds_every_row_of_its_files_and_finds_by_part() {
        let catalogue = Catalogue::shipped().unwrap();
        for (mechanism, least) in [
            (Mechanism::Config, 830),
            (Mechanism::SecurityHub, 440),
            (Mechanism::ControlTower, 760),
            (Mechanism::GuardDuty, 190),
        ] {
            assert!(
                catalogue.entries().iter().filter(|g| g.id.mechanism == mechanism).count() >= least,
                "{mechanism:?}"
            );
        }
        assert_eq!(catalogue.find("S3.5", None)[0].id.to_string(), "securityhub:S3.5");
        assert!(
            catalogue
                .find("s3 ssl", Some(Mechanism::Config))
                .iter()
                .any(|g| g.id.native == "s3-bucket-ssl-requests-only")
        );
        assert!(catalogue.get(&GuardrailId::parse("securityhub:s3.5").unwrap()).is_some());
    }

    #[test]
    fn every_service_has_a_name_and_a_provider() {
        let services = services().unwrap();
        assert!(services.len() >= 430);
        for service in services {
            assert!(service.facts.iter().any(|(f, _)| *f == "name"), "{}", service.id);
            assert!(service.facts.iter().any(|(f, _)| *f == "provider"), "{}", service.id);
        }
    }
}
