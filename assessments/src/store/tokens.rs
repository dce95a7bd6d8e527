//! Tokens of the HTTP API.

use super::{Db, Pool, Tx, fault, on};
use crate::access::{Action, Permit, Scope};
use crate::cell::Layer;
use crate::failure::Failure;
use crate::id::{InstitutionId, PersonId};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// A token, without what opens anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// Names it; opens nothing.
    pub id: String,
    /// Whose.
    pub person: PersonId,
    /// The person's name.
    pub holder: String,
    /// What for, in its owner's words.
    pub name: String,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// The only institution it acts in; none where it is not bound.
    pub institution: Option<InstitutionId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Last use, to the minute.
    pub used_at: Option<DateTime<Utc>>,
}

/// A token to be kept.
pub struct NewToken<'a> {
    /// Names it.
    pub id: &'a str,
    /// Hash of what opens.
    pub hash: &'a str,
    /// Whose.
    pub person: &'a PersonId,
    /// What for.
    pub name: &'a str,
    /// What it may do.
    pub scopes: &'a BTreeSet<Scope>,
    /// The only institution it acts in.
    pub institution: Option<&'a InstitutionId>,
    /// When.
    pub at: DateTime<Utc>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    person: String,
    holder: String,
    name: String,
    scopes: String,
    institution: String,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    used_at: Option<DateTime<Utc>>,
}

fn token(r: Row) -> Result<TokenRow, Failure> {
    Ok(TokenRow {
        id: r.id,
        person: PersonId::parse(&r.person)?,
        holder: r.holder,
        name: r.name,
        scopes: r.scopes.split(' ').filter_map(Scope::parse).collect(),
        institution: Some(r.institution.as_str()).filter(|i| !i.is_empty()).map(InstitutionId::parse).transpose()?,
        created_at: r.created_at,
        expires_at: r.expires_at,
        used_at: r.used_at,
    })
}

const COLUMNS: &str =
    "SELECT t.id, t.person, p.name AS holder, t.name, t.scopes, t.institution, t.created_at, t.expires_at, t.used_at
    FROM api_tokens t JOIN people p ON p.id = t.person WHERE t.revoked_at IS NULL AND t.expires_at > $1";

impl Db {
    /// A token by its hash, while it holds.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] where there is none, any more.
    pub async fn token(&self, hash: &str, now: DateTime<Utc>) -> Result<TokenRow, Failure> {
        let sql = format!("{COLUMNS} AND t.token_hash = $2");
        let row: Option<Row> = on!(Pool, &self.read, p => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(now).bind(hash)
            .fetch_optional(p).await)
        .map_err(fault)?;
        token(row.ok_or(Failure::SignedOut)?)
    }

    /// A person's own tokens that hold, the newest first. The desk asks for the actor's own only.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn tokens_of(&self, person: &PersonId, now: DateTime<Utc>) -> Result<Vec<TokenRow>, Failure> {
        let sql = format!("{COLUMNS} AND t.person = $2 ORDER BY t.created_at DESC, t.id");
        let rows: Vec<Row> = on!(Pool, &self.read, p => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(now)
            .bind(person.as_str()).fetch_all(p).await)
        .map_err(fault)?;
        rows.into_iter().map(token).collect()
    }

    /// The tokens that can act in the permit's layer: of its people, and not bound to another institution.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn tokens_in(&self, permit: &Permit, now: DateTime<Utc>) -> Result<Vec<TokenRow>, Failure> {
        permit.covers(Action::ManagePeople, permit.layer())?;
        let scope = match permit.layer() {
            Layer::Shared => "",
            Layer::Institution(id) => id.as_str(),
        };
        let sql = format!(
            "{COLUMNS} AND EXISTS (SELECT 1 FROM roles r WHERE r.person = t.person AND r.institution = $2)
             AND (t.institution = '' OR t.institution = $2) ORDER BY p.name, t.created_at DESC, t.id"
        );
        let rows: Vec<Row> = on!(Pool, &self.read, p => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(now)
            .bind(scope).fetch_all(p).await)
        .map_err(fault)?;
        rows.into_iter().map(token).collect()
    }
}

impl Tx {
    /// Keeps a token of a person's own.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn add_token(&mut self, new: &NewToken<'_>) -> Result<(), Failure> {
        let scopes = new.scopes.iter().map(|s| s.key()).collect::<Vec<_>>().join(" ");
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO api_tokens (id, token_hash, person, name, scopes, institution, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
            .bind(new.id).bind(new.hash).bind(new.person.as_str()).bind(new.name).bind(&scopes)
            .bind(new.institution.map_or("", |i| i.as_str())).bind(new.at).bind(new.expires_at)
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Notes that a token was used.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn touch_token(&mut self, id: &str, now: DateTime<Utc>) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query("UPDATE api_tokens SET used_at = $2 WHERE id = $1").bind(id).bind(now)
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Ends a token. Which one the desk has found among those that its actor may end.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn revoke_token(&mut self, id: &str, now: DateTime<Utc>) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query("UPDATE api_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL").bind(id)
            .bind(now).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }
}
