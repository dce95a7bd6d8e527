//! Who people are at sign-in providers, sign-ins that are awaited back from there, and roles that follow from groups.

use super::{Db, Pool, Tx, fault, on};
use crate::access::{Action, Permit, Role};
use crate::cell::Layer;
use crate::failure::Failure;
use crate::id::{InstitutionId, PersonId};
use chrono::{DateTime, Utc};

/// How `roles.given_by` names a role that follows from a provider's group.
const BY_PROVIDER: &str = "provider";

/// An account at a provider that a person signs in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The provider.
    pub issuer: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// A sign-in that has gone to the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderStep {
    /// What the token must carry.
    pub nonce: String,
    /// What proves that the code is ours.
    pub verifier: String,
    /// Where to go afterwards: a path of ours.
    pub back: String,
    /// Who links their own account; none for a sign-in.
    pub person: Option<PersonId>,
    /// Until when it is awaited.
    pub expires_at: DateTime<Utc>,
}

/// A role and where: none for the installation.
pub type Held = (Option<InstitutionId>, Role);

impl Db {
    /// The person who is this subject at this provider.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn identified(&self, issuer: &str, subject: &str) -> Result<Option<PersonId>, Failure> {
        let row: Option<String> = on!(Pool, &self.read, p => sqlx::query_scalar(
            "SELECT person FROM identities WHERE issuer = $1 AND subject = $2").bind(issuer).bind(subject).fetch_optional(p).await)
        .map_err(fault)?;
        row.as_deref().map(PersonId::parse).transpose()
    }

    /// A person's own accounts at providers. The desk asks for the actor's own.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn identities_of(&self, person: &PersonId) -> Result<Vec<Identity>, Failure> {
        let rows: Vec<(String, DateTime<Utc>)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT issuer, created_at FROM identities WHERE person = $1 ORDER BY created_at").bind(person.as_str()).fetch_all(p).await)
        .map_err(fault)?;
        Ok(rows.into_iter().map(|(issuer, created_at)| Identity { issuer, created_at }).collect())
    }

    /// The e-mail address that a person is known by; for their own eyes.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for nobody.
    pub async fn email_of(&self, person: &PersonId) -> Result<String, Failure> {
        let row: Option<String> =
            on!(Pool, &self.read, p => sqlx::query_scalar("SELECT email FROM people WHERE id = $1")
            .bind(person.as_str()).fetch_optional(p).await)
            .map_err(fault)?;
        row.ok_or(Failure::NotFound)
    }

    /// The roles that a person holds because of groups at the provider.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn provider_roles(&self, permit: &Permit, person: &PersonId) -> Result<Vec<Held>, Failure> {
        permit.covers(Action::ManagePeople, &Layer::Shared)?;
        let rows: Vec<(String, String)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT institution, role FROM roles WHERE person = $1 AND given_by = $2").bind(person.as_str()).bind(BY_PROVIDER)
            .fetch_all(p).await)
        .map_err(fault)?;
        rows.iter()
            .filter_map(|(place, role)| Some((place, Role::parse(role)?)))
            .map(|(place, role)| match place.as_str() {
                "" => Ok((None, role)),
                id => Ok((Some(InstitutionId::parse(id)?), role)),
            })
            .collect()
    }
}

impl Tx {
    /// Keeps a sign-in that goes to the provider, and forgets those that never came back.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn add_provider_step(
        &mut self,
        hash: &str,
        step: &ProviderStep,
        forget: DateTime<Utc>,
    ) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query("DELETE FROM provider_steps WHERE expires_at < $1").bind(forget).execute(&mut **t).await.map(|_| ()))
            .map_err(fault)?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO provider_steps (state_hash, nonce, verifier, back, person, expires_at) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(hash).bind(&step.nonce).bind(&step.verifier).bind(&step.back).bind(step.person.as_ref().map(|p| p.as_str()))
            .bind(step.expires_at).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Takes a sign-in that came back, once.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn take_provider_step(&mut self, hash: &str) -> Result<Option<ProviderStep>, Failure> {
        type Row = (String, String, String, Option<String>, DateTime<Utc>);
        let row: Option<Row> = on!(Tx, self, t => sqlx::query_as(
            "DELETE FROM provider_steps WHERE state_hash = $1 RETURNING nonce, verifier, back, person, expires_at")
            .bind(hash).fetch_optional(&mut **t).await)
        .map_err(fault)?;
        row.map(|(nonce, verifier, back, person, expires_at)| {
            let person = person.as_deref().map(PersonId::parse).transpose()?;
            Ok(ProviderStep { nonce, verifier, back, person, expires_at })
        })
        .transpose()
    }

    /// Remembers who somebody is at a provider; false where that account is somebody's already.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn add_identity(
        &mut self,
        issuer: &str,
        subject: &str,
        person: &PersonId,
        at: DateTime<Utc>,
    ) -> Result<bool, Failure> {
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO identities (issuer, subject, person, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (issuer, subject) DO NOTHING")
            .bind(issuer).bind(subject).bind(person.as_str()).bind(at).execute(&mut **t).await.map(|r| r.rows_affected() == 1))
        .map_err(fault)
    }

    /// Forgets a person's account at a provider; false where there was none.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn remove_identity(&mut self, issuer: &str, person: &PersonId) -> Result<bool, Failure> {
        on!(Tx, self, t => sqlx::query("DELETE FROM identities WHERE issuer = $1 AND person = $2").bind(issuer)
            .bind(person.as_str()).execute(&mut **t).await.map(|r| r.rows_affected() > 0))
        .map_err(fault)
    }

    /// Gives a role that follows from a group; false where the person holds it already, by hand or so.
    ///
    /// # Errors
    /// [`Failure::Invalid`] where the role does not belong there.
    pub async fn give_provider_role(
        &mut self,
        permit: &Permit,
        person: &PersonId,
        held: &Held,
    ) -> Result<bool, Failure> {
        permit.covers(Action::ManagePeople, &Layer::Shared)?;
        let (place, role) = held;
        if role.is_installation() != place.is_none() {
            return Err(Failure::invalid("role", role.key()));
        }
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO roles (person, institution, role, given_by) VALUES ($1, $2, $3, $4) ON CONFLICT (person, institution, role) DO NOTHING")
            .bind(person.as_str()).bind(place.as_ref().map_or("", |i| i.as_str())).bind(role.key()).bind(BY_PROVIDER)
            .execute(&mut **t).await.map(|r| r.rows_affected() == 1))
        .map_err(fault)
    }

    /// Takes a role away that followed from a group; one that was given by hand stays.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn take_provider_role(&mut self, permit: &Permit, person: &PersonId, held: &Held) -> Result<(), Failure> {
        permit.covers(Action::ManagePeople, &Layer::Shared)?;
        let (place, role) = held;
        on!(Tx, self, t => sqlx::query("DELETE FROM roles WHERE person = $1 AND institution = $2 AND role = $3 AND given_by = $4")
            .bind(person.as_str()).bind(place.as_ref().map_or("", |i| i.as_str())).bind(role.key()).bind(BY_PROVIDER)
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }
}
