//! Who is a member: lists of people, their roles and sessions.

use super::{Db, Pool, Tx, fault, on};
use crate::access::{Action, Permit, Role};
use crate::cell::Layer;
use crate::failure::Failure;
use crate::id::{InstitutionId, PersonId};
use crate::lang::Label;
use chrono::{DateTime, Utc};

/// A person as administration shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Id.
    pub id: PersonId,
    /// E-mail address.
    pub email: String,
    /// Display name.
    pub name: String,
    /// Whether they may sign in.
    pub active: bool,
    /// Whether a password was set: the invitation was used.
    pub joined: bool,
    /// Whether a second factor is asked of them.
    pub second: bool,
    /// When a session of theirs was last seen.
    pub seen_at: Option<DateTime<Utc>>,
    /// Roles in the permit's layer.
    pub roles: Vec<Role>,
}

/// An institution as administration shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstitutionRow {
    /// Id.
    pub id: InstitutionId,
    /// Name.
    pub name: Label,
    /// How many people hold a role in it.
    pub people: i64,
    /// How many active managers it has.
    pub managers: i64,
}

/// One's own session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSession {
    /// The token's hash: names the session, opens nothing.
    pub token_hash: String,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last seen, to ten minutes.
    pub seen_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
}

fn scope(layer: &Layer) -> &str {
    match layer {
        Layer::Shared => "",
        Layer::Institution(id) => id.as_str(),
    }
}

impl Db {
    /// The people with a role in the permit's layer: over the installation, or in that institution. The installation's
    /// list also holds those without any role, who would be nobody's otherwise.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn members(&self, permit: &Permit) -> Result<Vec<Member>, Failure> {
        permit.covers(Action::ManagePeople, permit.layer())?;
        type Row = (String, String, String, bool, bool, bool, Option<DateTime<Utc>>);
        let nobodys = matches!(permit.layer(), Layer::Shared);
        let rows: Vec<Row> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT p.id, p.email, p.name, p.active, p.password IS NOT NULL,
               EXISTS (SELECT 1 FROM second_factors f WHERE f.person = p.id AND f.confirmed_at IS NOT NULL),
               (SELECT MAX(s.seen_at) FROM sessions s WHERE s.person = p.id)
             FROM people p
             WHERE EXISTS (SELECT 1 FROM roles r WHERE r.person = p.id AND r.institution = $1)
                OR ($2 AND NOT EXISTS (SELECT 1 FROM roles r WHERE r.person = p.id))
             ORDER BY p.name, p.email")
            .bind(scope(permit.layer())).bind(nobodys).fetch_all(p).await)
        .map_err(fault)?;
        let roles: Vec<(String, String)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT person, role FROM roles WHERE institution = $1 ORDER BY role").bind(scope(permit.layer())).fetch_all(p).await).map_err(fault)?;
        rows.into_iter()
            .map(|(id, email, name, active, joined, second, seen_at)| {
                let own = roles.iter().filter(|(person, _)| *person == id).filter_map(|(_, role)| Role::parse(role));
                Ok(Member {
                    roles: own.collect(),
                    id: PersonId::parse(&id)?,
                    email,
                    name,
                    active,
                    joined,
                    second,
                    seen_at,
                })
            })
            .collect()
    }

    /// Where a person holds roles: institution ids, and an empty text for the installation.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn belongs_to(&self, permit: &Permit, person: &PersonId) -> Result<Vec<String>, Failure> {
        permit.covers(Action::ManagePeople, permit.layer())?;
        let rows: Vec<(String,)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT DISTINCT institution FROM roles WHERE person = $1").bind(person.as_str()).fetch_all(p).await)
        .map_err(fault)?;
        Ok(rows.into_iter().map(|(institution,)| institution).collect())
    }

    /// Every institution.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn institutions(&self, permit: &Permit) -> Result<Vec<InstitutionRow>, Failure> {
        permit.covers(Action::ManageInstitutions, &Layer::Shared)?;
        let rows: Vec<(String, String, String, i64, i64)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT i.id, i.name_ja, i.name_en,
               (SELECT COUNT(DISTINCT r.person) FROM roles r WHERE r.institution = i.id),
               (SELECT COUNT(*) FROM roles r JOIN people p ON p.id = r.person
                 WHERE r.institution = i.id AND r.role = 'manager' AND p.active)
             FROM institutions i ORDER BY i.id").fetch_all(p).await)
        .map_err(fault)?;
        rows.into_iter()
            .map(|(id, ja, en, people, managers)| {
                Ok(InstitutionRow { id: InstitutionId::parse(&id)?, name: Label { ja, en }, people, managers })
            })
            .collect()
    }

    /// The names of all institutions, for somebody who may ask one of them for access.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for another permit.
    pub async fn places_to_ask(&self, permit: &Permit) -> Result<Vec<(InstitutionId, Label)>, Failure> {
        permit.covers(Action::RequestElevation, &Layer::Shared)?;
        let rows: Vec<(String, String, String)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT id, name_ja, name_en FROM institutions ORDER BY id").fetch_all(p).await)
        .map_err(fault)?;
        rows.into_iter().map(|(id, ja, en)| Ok((InstitutionId::parse(&id)?, Label { ja, en }))).collect()
    }

    /// A person's sessions, the latest first. For that person only: the desk asks for the actor's own.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn sessions_of(&self, person: &PersonId, now: DateTime<Utc>) -> Result<Vec<OwnSession>, Failure> {
        type Row = (String, DateTime<Utc>, DateTime<Utc>, DateTime<Utc>);
        let rows: Vec<Row> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT token_hash, created_at, seen_at, expires_at FROM sessions WHERE person = $1 AND expires_at > $2 ORDER BY seen_at DESC")
            .bind(person.as_str()).bind(now).fetch_all(p).await).map_err(fault)?;
        let own =
            |(token_hash, created_at, seen_at, expires_at)| OwnSession { token_hash, created_at, seen_at, expires_at };
        Ok(rows.into_iter().map(own).collect())
    }
}

impl Tx {
    /// Takes a role away in the permit's layer.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn take_role(&mut self, permit: &Permit, person: &PersonId, role: Role) -> Result<(), Failure> {
        permit.covers(Action::ManagePeople, permit.layer())?;
        on!(Tx, self, t => sqlx::query("DELETE FROM roles WHERE person = $1 AND institution = $2 AND role = $3")
            .bind(person.as_str()).bind(scope(permit.layer())).bind(role.key()).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Lets a person sign in, or no longer; ends their sessions at once in the latter case, and their unused links.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn set_active(&mut self, permit: &Permit, person: &PersonId, active: bool) -> Result<(), Failure> {
        permit.covers(Action::ManagePeople, permit.layer())?;
        on!(Tx, self, t => sqlx::query("UPDATE people SET active = $2 WHERE id = $1").bind(person.as_str()).bind(active)
            .execute(&mut **t).await.map(|_| ())).map_err(fault)?;
        if !active {
            self.end_sessions_but(person, "").await?;
            on!(Tx, self, t => sqlx::query("DELETE FROM sign_in_links WHERE person = $1 AND used_at IS NULL").bind(person.as_str())
                .execute(&mut **t).await.map(|_| ())).map_err(fault)?;
        }
        Ok(())
    }

    /// Ends all of a person's sessions but one.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn end_sessions_but(&mut self, person: &PersonId, token_hash: &str) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query("DELETE FROM sessions WHERE person = $1 AND token_hash <> $2").bind(person.as_str())
            .bind(token_hash).execute(&mut **t).await.map(|_| ())).map_err(fault)
    }

    /// Ends one of a person's own sessions.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn end_own_session(&mut self, person: &PersonId, token_hash: &str) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query("DELETE FROM sessions WHERE person = $1 AND token_hash = $2").bind(person.as_str())
            .bind(token_hash).execute(&mut **t).await.map(|_| ())).map_err(fault)
    }
}
