//! The settings file of a sign-in provider.

use crate::cli::file_error;
use assessments::access::Role;
use assessments::failure::Failure;
use assessments::id::InstitutionId;
use assessments::lang::Label;
use assessments::store::Held;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The environment variable that may hold the client's secret.
const SECRET: &str = "KYOHYO_OIDC_SECRET";

/// What stands in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    issuer: String,
    client_id: String,
    /// A file that holds the secret; else the environment variable; else a client without one.
    client_secret_file: Option<PathBuf>,
    label_ja: String,
    label_en: String,
    #[serde(default = "scopes")]
    scopes: Vec<String>,
    #[serde(default = "email")]
    email_claim: String,
    #[serde(default = "email_verified")]
    email_verified_claim: String,
    #[serde(default = "name")]
    name_claim: String,
    #[serde(default = "groups")]
    groups_claim: String,
    /// Values of `amr` or `acr` that say that a second factor was asked for.
    #[serde(default = "mfa")]
    mfa: Vec<String>,
    #[serde(default)]
    role: Vec<WrittenRole>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRole {
    group: String,
    institution: Option<String>,
    role: String,
}

fn scopes() -> Vec<String> {
    vec!["email".into(), "profile".into()]
}
fn email() -> String {
    "email".into()
}
fn email_verified() -> String {
    "email_verified".into()
}
fn name() -> String {
    "name".into()
}
fn groups() -> String {
    "groups".into()
}
fn mfa() -> Vec<String> {
    vec!["mfa".into()]
}

/// A sign-in provider as it was set up.
#[derive(Clone, Debug)]
pub struct Config {
    /// The provider's address.
    pub issuer: String,
    /// Who we are there.
    pub client_id: String,
    /// What proves it.
    pub secret: Option<String>,
    /// What the button calls it.
    pub label: Label,
    /// Scopes beside `openid`.
    pub scopes: Vec<String>,
    /// Names of claims: e-mail address, whether it is verified, name, groups.
    pub claims: [String; 4],
    /// Values of `amr` or `acr` that say that a second factor was asked for.
    pub mfa: Vec<String>,
    roles: Vec<(String, Held)>,
}

impl Config {
    /// Reads the file.
    ///
    /// # Errors
    /// [`Failure::File`] where it cannot be read; [`Failure::Invalid`] with what is wrong in it.
    pub fn read(path: &Path) -> Result<Config, Failure> {
        let text = std::fs::read_to_string(path).map_err(|e| file_error(path, &e))?;
        let mut config = Config::parse(&text, |file| {
            std::fs::read_to_string(file).map(|t| t.trim().to_owned()).map_err(|e| file_error(file, &e))
        })?;
        if config.secret.is_none() {
            config.secret = std::env::var(SECRET).ok().filter(|s| !s.is_empty());
        }
        Ok(config)
    }

    fn parse(text: &str, file: impl Fn(&Path) -> Result<String, Failure>) -> Result<Config, Failure> {
        let wrong = |e: toml::de::Error| Failure::invalid("oidc", &e.message().replace('\n', " "));
        let written: Written = toml::from_str(text).map_err(wrong)?;
        if !(written.issuer.starts_with("https://") || is_loopback(&written.issuer)) {
            return Err(Failure::invalid("issuer", &written.issuer));
        }
        let roles = written.role.iter().map(|r| {
            let role = Role::parse(&r.role).ok_or_else(|| Failure::invalid("role", &r.role))?;
            let place = r.institution.as_deref().map(InstitutionId::parse).transpose()?;
            if place.is_none() != role.is_installation() {
                return Err(Failure::invalid("role", &r.role));
            }
            Ok((r.group.clone(), (place, role)))
        });
        Ok(Config {
            roles: roles.collect::<Result<_, Failure>>()?,
            secret: written.client_secret_file.as_deref().map(file).transpose()?,
            issuer: written.issuer,
            client_id: written.client_id,
            label: Label { ja: written.label_ja, en: written.label_en },
            scopes: written.scopes,
            claims: [written.email_claim, written.email_verified_claim, written.name_claim, written.groups_claim],
            mfa: written.mfa,
        })
    }

    /// The roles that follow from groups.
    pub fn roles_of(&self, groups: &BTreeSet<String>) -> BTreeSet<Held> {
        self.roles.iter().filter(|(group, _)| groups.contains(group)).map(|(_, held)| held.clone()).collect()
    }

    /// Whether the provider is on this machine: then, and only then, it may be asked without encryption.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.issuer)
    }
}

fn is_loopback(address: &str) -> bool {
    let Some(rest) = address.strip_prefix("http://") else { return false };
    let host = rest.split('/').next().unwrap_or_default();
    let host = if host.starts_with('[') { host.split(']').next() } else { host.split(':').next() };
    matches!(host, Some("127.0.0.1" | "localhost" | "[::1"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const FILE: &str =
        "issuer = \"https://login.example\"\nclient_id = \"kyohyo\"\nlabel_ja = \"A銀行\"\nlabel_en = \"A Bank\"\n";

    fn read(more: &str) -> Result<Config, Failure> {
        Config::parse(&format!("{FILE}{more}"), |_| Ok("secret".into()))
    }

    #[test]
    fn groups_lead_to_roles_and_what_is_wrong_is_named() {
        let config = read(
            "[[role]]\ngroup = \"g1\"\ninstitution = \"a-bank\"\nrole = \"editor\"\n[[role]]\ngroup = \"g2\"\nrole = \"coordinator\"\n",
        );
        let config = config.unwrap();
        let both = config.roles_of(&BTreeSet::from(["g1".into(), "g2".into(), "g3".into()]));
        assert_eq!(both.len(), 2);
        assert_eq!(config.roles_of(&BTreeSet::from(["g3".into()])), BTreeSet::new());
        assert_eq!(read("client_secret_file = \"x\"").unwrap().secret.as_deref(), Some("secret"));
        for bad in [
            "surprise = 1",
            "[[role]]\ngroup = \"g\"\nrole = \"editor\"\n",
            "[[role]]\ngroup = \"g\"\ninstitution = \"a-bank\"\nrole = \"administrator\"\n",
            "[[role]]\ngroup = \"g\"\ninstitution = \"a-bank\"\nrole = \"boss\"\n",
        ] {
            assert!(matches!(read(bad), Err(Failure::Invalid { .. })), "{bad}");
        }
    }

    #[test]
    fn a_provider_elsewhere_is_asked_over_https_only() {
        for (issuer, fits) in [
            ("https://login.example", true),
            ("http://127.0.0.1:4000/op", true),
            ("http://localhost:4000", true),
            ("http://[::1]:4000", true),
            ("http://login.example", false),
            ("http://127.0.0.1.evil.example", false),
            ("http://localhost.evil.example/", false),
        ] {
            let text = FILE.replace("https://login.example", issuer);
            assert_eq!(Config::parse(&text, |_| Ok(String::new())).is_ok(), fits, "{issuer}");
        }
    }
}
