//! People, roles, institutions, sessions, one-time links and failed sign-ins.

use super::talk::one_of;
use super::{Db, Pool, Reader, Tx, fault, on};
use crate::access::{Action, Permit, Role};
use crate::cell::Layer;
use crate::failure::Failure;
use crate::id::{InstitutionId, PersonId};
use crate::lang::Label;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Id.
    pub id: PersonId,
    /// E-mail address, lower case.
    pub email: String,
    /// Display name.
    pub name: String,
    /// argon2id hash; none until a password is set.
    pub password: Option<String>,
    /// Whether they may sign in.
    pub active: bool,
}

/// A person to be added.
pub struct NewPerson<'a> {
    /// Id.
    pub id: PersonId,
    /// E-mail address, lower case.
    pub email: &'a str,
    /// Display name.
    pub name: &'a str,
    /// When.
    pub at: DateTime<Utc>,
}

type PersonRow = (String, String, String, Option<String>, bool);

fn person((id, email, name, password, active): PersonRow) -> Result<Person, Failure> {
    Ok(Person { id: PersonId::parse(&id)?, email, name, password, active })
}

impl Db {
    /// Whether anybody exists: an empty installation makes its administrator.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn has_people(&self) -> Result<bool, Failure> {
        let row: (i64,) = on!(Pool, &self.read, p => sqlx::query_as("SELECT COUNT(*) FROM people").fetch_one(p).await)
            .map_err(fault)?;
        Ok(row.0 > 0)
    }

    /// A person by e-mail address (lower case). For sign-in; says nothing to a reader by itself.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn person_by_email(&self, email: &str) -> Result<Option<Person>, Failure> {
        let row: Option<PersonRow> = on!(Pool, &self.read, p =>
            sqlx::query_as("SELECT id, email, name, password, active FROM people WHERE email = $1").bind(email).fetch_optional(p).await).map_err(fault)?;
        row.map(person).transpose()
    }

    /// The hash of a person's password; none until one is set, or where they may not sign in.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn password_of(&self, id: &PersonId) -> Result<Option<String>, Failure> {
        let row: Option<(Option<String>,)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT password FROM people WHERE id = $1 AND active").bind(id.as_str()).fetch_optional(p).await)
        .map_err(fault)?;
        Ok(row.and_then(|(password,)| password))
    }

    /// An institution's name.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where there is none.
    pub async fn institution(&self, id: &InstitutionId) -> Result<Label, Failure> {
        let row: Option<(String, String)> = on!(Pool, &self.read, p =>
            sqlx::query_as("SELECT name_ja, name_en FROM institutions WHERE id = $1").bind(id.as_str()).fetch_optional(p).await).map_err(fault)?;
        row.map(|(ja, en)| Label { ja, en }).ok_or(Failure::NotFound)
    }

    /// Whose link this is, where it can still be used.
    ///
    /// # Errors
    /// [`Failure::DeadLink`] where it cannot.
    pub async fn sign_in_link(&self, token_hash: &str, now: DateTime<Utc>) -> Result<PersonId, Failure> {
        let row: Option<(String,)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT person FROM sign_in_links WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2")
            .bind(token_hash).bind(now).fetch_optional(p).await)
        .map_err(fault)?;
        PersonId::parse(&row.ok_or(Failure::DeadLink)?.0)
    }

    /// Failed sign-ins of a subject since a moment, and the last one's time.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn attempts(&self, subject: &str, since: DateTime<Utc>) -> Result<(i64, Option<DateTime<Utc>>), Failure> {
        on!(Pool, &self.read, p => sqlx::query_as("SELECT COUNT(*), MAX(at) FROM sign_in_attempts WHERE subject = $1 AND at > $2")
            .bind(subject).bind(since).fetch_one(p).await).map_err(fault)
    }
}

impl Reader {
    /// The names of those institutions that there are.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn institutions(&mut self, ids: &[InstitutionId]) -> Result<BTreeMap<InstitutionId, Label>, Failure> {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let rows: Vec<(String, String, String)> = on!(Reader, self, c => {
            let mut q = sqlx::QueryBuilder::new("SELECT id, name_ja, name_en FROM institutions WHERE");
            one_of!(q, "id", ids);
            q.build_query_as().fetch_all(&mut **c).await
        })
        .map_err(fault)?;
        rows.into_iter().map(|(id, ja, en)| Ok((InstitutionId::parse(&id)?, Label { ja, en }))).collect()
    }
}

impl Tx {
    /// Adds a person.
    ///
    /// # Errors
    /// [`Failure::Exists`] where the address is taken.
    pub async fn add_person(&mut self, permit: &Permit, new: &NewPerson<'_>) -> Result<(), Failure> {
        permit.covers(Action::ManagePeople, permit.layer())?;
        let added = on!(Tx, self, t => sqlx::query(
            "INSERT INTO people (id, email, name, password, active, created_at) VALUES ($1, $2, $3, NULL, $4, $5) ON CONFLICT (email) DO NOTHING")
            .bind(new.id.as_str()).bind(new.email).bind(new.name).bind(true).bind(new.at).execute(&mut **t).await.map(|r| r.rows_affected()))
        .map_err(fault)?;
        if added == 0 { Err(Failure::Exists { place: new.email.to_owned() }) } else { Ok(()) }
    }

    /// Gives a role in the permit's layer: over the installation for the common one, else in that institution.
    ///
    /// # Errors
    /// [`Failure::Invalid`] where the role does not belong there.
    pub async fn give_role(
        &mut self,
        permit: &Permit,
        person: &PersonId,
        institution: Option<&InstitutionId>,
        role: Role,
    ) -> Result<(), Failure> {
        permit.covers(Action::ManagePeople, permit.layer())?;
        let fits = match permit.layer() {
            // Access to an institution's layer is granted by that institution; the administrator names its first manager.
            Layer::Shared => role.is_installation() == institution.is_none(),
            Layer::Institution(own) => institution == Some(own) && !role.is_installation(),
        };
        if !fits {
            return Err(Failure::invalid("role", role.key()));
        }
        on!(Tx, self, t => sqlx::query("INSERT INTO roles (person, institution, role) VALUES ($1, $2, $3) ON CONFLICT (person, institution, role) DO NOTHING")
            .bind(person.as_str()).bind(institution.map_or("", |i| i.as_str())).bind(role.key()).execute(&mut **t).await.map(|_| ())).map_err(fault)?;
        let Some(institution) = institution else { return Ok(()) };
        on!(Tx, self, t => sqlx::query("INSERT INTO belonged (person, institution) VALUES ($1, $2) ON CONFLICT (person, institution) DO NOTHING")
            .bind(person.as_str()).bind(institution.as_str()).execute(&mut **t).await.map(|_| ())).map_err(fault)
    }

    /// Adds an institution.
    ///
    /// # Errors
    /// [`Failure::Exists`] where the id is taken.
    pub async fn add_institution(
        &mut self,
        permit: &Permit,
        id: &InstitutionId,
        name: &Label,
        at: DateTime<Utc>,
    ) -> Result<(), Failure> {
        permit.covers(Action::ManageInstitutions, &Layer::Shared)?;
        let added = on!(Tx, self, t => sqlx::query("INSERT INTO institutions (id, name_ja, name_en, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING")
            .bind(id.as_str()).bind(&name.ja).bind(&name.en).bind(at).execute(&mut **t).await.map(|r| r.rows_affected())).map_err(fault)?;
        if added == 0 { Err(Failure::Exists { place: id.to_string() }) } else { Ok(()) }
    }

    /// Keeps a one-time link, by the hash of its token.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn add_link(
        &mut self,
        token_hash: &str,
        person: &PersonId,
        expires_at: DateTime<Utc>,
    ) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query("INSERT INTO sign_in_links (token_hash, person, expires_at) VALUES ($1, $2, $3)")
            .bind(token_hash).bind(person.as_str()).bind(expires_at).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Uses a link up. Of two who try at the same time one gets it.
    ///
    /// # Errors
    /// [`Failure::DeadLink`] where it was used, has ended, or never was.
    pub async fn use_link(&mut self, token_hash: &str, now: DateTime<Utc>) -> Result<PersonId, Failure> {
        let row: Option<(String,)> = on!(Tx, self, t => sqlx::query_as(
            "UPDATE sign_in_links SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING person")
            .bind(token_hash).bind(now).fetch_optional(&mut **t).await).map_err(fault)?;
        PersonId::parse(&row.ok_or(Failure::DeadLink)?.0)
    }

    /// Sets a password's hash and ends the person's sessions but `here`, the hash of the token it was changed with.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn set_password(&mut self, person: &PersonId, hash: &str, here: &str) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query("UPDATE people SET password = $2 WHERE id = $1").bind(person.as_str()).bind(hash)
            .execute(&mut **t).await.map(|_| ())).map_err(fault)?;
        self.end_sessions_but(person, here).await
    }

    /// Starts a session.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn add_session(
        &mut self,
        token_hash: &str,
        person: &PersonId,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query("INSERT INTO sessions (token_hash, person, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $3, $4)")
            .bind(token_hash).bind(person.as_str()).bind(now).bind(expires_at).execute(&mut **t).await.map(|_| ())).map_err(fault)
    }

    /// Notes that a session was seen.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn touch_session(&mut self, token_hash: &str, now: DateTime<Utc>) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query("UPDATE sessions SET seen_at = $2 WHERE token_hash = $1").bind(token_hash).bind(now)
            .execute(&mut **t).await.map(|_| ())).map_err(fault)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn end_session(&mut self, token_hash: &str) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query("DELETE FROM sessions WHERE token_hash = $1").bind(token_hash).execute(&mut **t).await.map(|_| ())).map_err(fault)
    }

    /// Notes a failed sign-in and forgets old ones.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn add_attempt(
        &mut self,
        subject: &str,
        at: DateTime<Utc>,
        forget_before: DateTime<Utc>,
    ) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query("DELETE FROM sign_in_attempts WHERE at < $1").bind(forget_before).execute(&mut **t).await.map(|_| ())).map_err(fault)?;
        on!(Tx, self, t => sqlx::query("INSERT INTO sign_in_attempts (subject, at) VALUES ($1, $2)").bind(subject).bind(at)
            .execute(&mut **t).await.map(|_| ())).map_err(fault)
    }

    /// A successful sign-in clears the subject's failures.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn clear_attempts(&mut self, subject: &str) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query("DELETE FROM sign_in_attempts WHERE subject = $1").bind(subject).execute(&mut **t).await.map(|_| ())).map_err(fault)
    }
}
