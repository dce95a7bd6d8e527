//! Guardrails: entries of the catalogue, and an answer's links to them.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Most guardrail links in one cell.
pub const MAX_LINKS: usize = 200;

/// The mechanism that an identifier belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mechanism {
    /// AWS Config managed rule.
    Config,
    /// Security Hub control.
    SecurityHub,
    /// Control Tower control.
    ControlTower,
    /// GuardDuty finding type.
    GuardDuty,
}

impl Mechanism {
    /// All, in the order of the catalogue.
    pub const ALL: [Mechanism; 4] =
        [Mechanism::Config, Mechanism::SecurityHub, Mechanism::ControlTower, Mechanism::GuardDuty];

    /// As in identifiers: `config`.
    pub fn key(self) -> &'static str {
        match self {
            Mechanism::Config => "config",
            Mechanism::SecurityHub => "securityhub",
            Mechanism::ControlTower => "controltower",
            Mechanism::GuardDuty => "guardduty",
        }
    }

    /// The product's name, the same in both languages.
    pub fn name(self) -> &'static str {
        match self {
            Mechanism::Config => "AWS Config",
            Mechanism::SecurityHub => "Security Hub",
            Mechanism::ControlTower => "Control Tower",
            Mechanism::GuardDuty => "GuardDuty",
        }
    }

    /// Reads a key.
    pub fn parse(text: &str) -> Option<Mechanism> {
        Mechanism::ALL.into_iter().find(|m| m.key() == text)
    }
}

/// A guardrail's identifier: `config:s3-bucket-ssl-requests-only`. The native part keeps its own spelling.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GuardrailId {
    /// Which mechanism.
    pub mechanism: Mechanism,
    /// The mechanism's own identifier.
    pub native: String,
}

impl GuardrailId {
    /// Reads `mechanism:native`.
    pub fn parse(text: &str) -> Option<GuardrailId> {
        let (mechanism, native) = text.trim().split_once(':')?;
        let fits = !native.is_empty()
            && native.len() <= 200
            && native.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '|' | '<' | '>' | '"'));
        Some(GuardrailId { mechanism: Mechanism::parse(mechanism)?, native: fits.then(|| native.to_owned())? })
    }

    /// For comparing: sources spell the same identifier with other cases.
    pub fn folded(&self) -> String {
        self.to_string().to_ascii_lowercase()
    }
}

impl fmt::Display for GuardrailId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.mechanism.key(), self.native)
    }
}

/// One entry of the catalogue. A blank is unknown, never "no".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guardrail {
    /// Its identifier.
    pub id: GuardrailId,
    /// A name, only where the source's licence allows it; else empty.
    pub name: String,
    /// `preventive`, `detective`, `proactive` or `responsive`.
    pub mode: String,
    /// Lower case as the source says it, or empty.
    pub severity: String,
    /// The source's word for the service.
    pub service: String,
    /// Whether it exists in Tokyo.
    pub tokyo: Option<bool>,
    /// Whether it exists in Osaka.
    pub osaka: Option<bool>,
    /// Trigger, resource types and parameters, or the rule behind it; free text.
    pub detail: String,
}

/// How far a guardrail carries an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Coverage {
    /// It covers what the answer claims.
    Full,
    /// It covers a part, and the reason says which.
    Partial,
}

impl Coverage {
    /// As stored.
    pub fn key(self) -> &'static str {
        match self {
            Coverage::Full => "full",
            Coverage::Partial => "partial",
        }
    }
}

/// An answer's link to a guardrail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardrailLink {
    /// Which guardrail; it need not be in the catalogue (retired and newer ones are kept, and marked).
    pub id: GuardrailId,
    /// How far it goes.
    pub coverage: Coverage,
    /// Why, in Japanese.
    pub reason_ja: String,
    /// Why, in English.
    pub reason_en: String,
}

/// Reads one link a line: `config:x | partial | 理由 | reason`; coverage and reasons may be missing.
///
/// # Errors
/// The line that cannot be read.
pub fn parse_links(text: &str) -> Result<Vec<GuardrailLink>, String> {
    let mut links: Vec<GuardrailLink> = Vec::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let mut parts = line.splitn(4, '|').map(str::trim);
        let id = parts.next().and_then(GuardrailId::parse).ok_or_else(|| line.to_owned())?;
        let coverage = match parts.next().unwrap_or("") {
            "" | "full" | "全部" => Coverage::Full,
            "partial" | "一部" => Coverage::Partial,
            _ => return Err(line.to_owned()),
        };
        let text = |t: Option<&str>| t.unwrap_or("").to_owned();
        links.push(GuardrailLink { id, coverage, reason_ja: text(parts.next()), reason_en: text(parts.next()) });
        if links.len() > MAX_LINKS {
            return Err(line.to_owned());
        }
    }
    Ok(links)
}

/// Writes links as they are stored.
pub fn write_links(links: &[GuardrailLink]) -> String {
    let line = |l: &GuardrailLink| {
        let mut parts = vec![l.id.to_string(), l.coverage.key().to_owned()];
        if !l.reason_ja.is_empty() || !l.reason_en.is_empty() {
            parts.push(l.reason_ja.clone());
        }
        if !l.reason_en.is_empty() {
            parts.push(l.reason_en.clone());
        }
        parts.join(" | ")
    };
    links.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn links_read_back_and_keep_identifiers_with_colons() {
        let text = "config:s3-bucket-ssl-requests-only | full | 平文を検出 | finds plaintext\nguardduty:Discovery:S3/AnomalousBehavior | partial\nsecurityhub:S3.5 | full |  | only English";
        let links = parse_links(text).unwrap();
        assert_eq!(links[1].id.native, "Discovery:S3/AnomalousBehavior");
        assert_eq!(links[1].coverage, Coverage::Partial);
        assert_eq!(links[2].reason_en, "only English");
        assert_eq!(parse_links(&write_links(&links)).unwrap(), links);
        assert!(
            parse_links("nothing:x").is_err()
                && parse_links("config:x | maybe").is_err()
                && parse_links("config:<b>").is_err()
        );
    }
}
