//! An institution's own templates: versions that never change, and that can be retired.

use super::{Db, Pool, Tx, fault, on};
use crate::access::{Action, Permit};
use crate::cell::Layer;
use crate::failure::Failure;
use crate::id::TemplateId;
use chrono::{DateTime, Utc};
use sqlx::FromRow;

/// Most versions of templates of an institution.
const MAX_VERSIONS: i64 = 300;

/// A version of a template, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct TemplateRow {
    /// Id.
    pub id: String,
    /// The template's name.
    pub name: String,
    /// 1, 2, 3, ...
    pub version: i64,
    /// As the file was called.
    pub file_name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// What whoever added it says.
    pub note: String,
    /// Who added it.
    pub added_name: String,
    /// When.
    pub added_at: DateTime<Utc>,
    /// Who retired it; empty where it is in use.
    pub retired_name: String,
    /// When it was retired.
    pub retired_at: Option<DateTime<Utc>>,
}

/// A version to add.
pub struct NewTemplate<'a> {
    /// Id.
    pub id: &'a TemplateId,
    /// The template's name.
    pub name: &'a str,
    /// As the file is called.
    pub file_name: &'a str,
    /// SHA-256 of its bytes.
    pub sha256: &'a str,
    /// Its bytes.
    pub content: &'a [u8],
    /// What whoever adds it says.
    pub note: &'a str,
    /// Who, by id; none for the command line.
    pub person: Option<&'a str>,
    /// Who.
    pub by: &'a str,
    /// When.
    pub at: DateTime<Utc>,
}

impl Db {
    /// The templates of the permit's layer, by name, the newest version first.
    ///
    /// # Errors
    /// [`Failure::NotFound`] over the common layer; [`Failure::Internal`] where the database does not answer.
    pub async fn templates(&self, permit: &Permit) -> Result<Vec<TemplateRow>, Failure> {
        permit.covers(Action::ReadSheet, permit.layer())?;
        own(permit)?;
        on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT id, name, version, file_name, sha256, note, added_name, added_at, retired_name, retired_at
             FROM templates WHERE layer = $1 ORDER BY name, version DESC LIMIT 500")
            .bind(permit.layer().key()).fetch_all(p).await)
        .map_err(fault)
    }

    /// A version with its bytes.
    ///
    /// # Errors
    /// [`Failure::NotFound`] outside of the permit's layer.
    pub async fn template(&self, permit: &Permit, id: &TemplateId) -> Result<(TemplateRow, Vec<u8>), Failure> {
        own(permit)?;
        if !matches!(permit.action(), Action::ReadSheet | Action::Export) {
            return Err(Failure::NotFound);
        }
        let (layer, id) = (permit.layer().key(), id.as_str());
        let row: Option<TemplateRow> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT id, name, version, file_name, sha256, note, added_name, added_at, retired_name, retired_at
             FROM templates WHERE id = $1 AND layer = $2")
            .bind(id).bind(&layer).fetch_optional(p).await)
        .map_err(fault)?;
        let row = row.ok_or(Failure::NotFound)?;
        let content: Vec<u8> = on!(Pool, &self.read, p => sqlx::query_scalar(
            "SELECT content FROM templates WHERE id = $1 AND layer = $2")
            .bind(id).bind(&layer).fetch_one(p).await)
        .map_err(fault)?;
        Ok((row, content))
    }
}

impl Tx {
    /// Adds a version of a template and gives back its number.
    ///
    /// # Errors
    /// [`Failure::Full`]; [`Failure::Exists`] where somebody else added one at the same moment.
    pub async fn add_template(&mut self, permit: &Permit, new: &NewTemplate<'_>) -> Result<i64, Failure> {
        permit.covers(Action::ManageTemplates, permit.layer())?;
        own(permit)?;
        let layer = permit.layer().key();
        let count: i64 = on!(Tx, self, t => sqlx::query_scalar("SELECT COUNT(*) FROM templates WHERE layer = $1 AND retired_at IS NULL")
            .bind(&layer).fetch_one(&mut **t).await)
        .map_err(fault)?;
        if count >= MAX_VERSIONS {
            return Err(Failure::Full { place: "template".into(), most: 300 });
        }
        let version: Option<i64> = on!(Tx, self, t => sqlx::query_scalar(
            "INSERT INTO templates (id, layer, name, version, file_name, sha256, content, note, added_by, added_name, added_at, retired_name)
             SELECT $1, $2, $3, COALESCE(MAX(version), 0) + 1, $4, $5, $6, $7, $8, $9, $10, '' FROM templates
             WHERE layer = $2 AND name = $3 ON CONFLICT DO NOTHING RETURNING version")
            .bind(new.id.as_str()).bind(&layer).bind(new.name).bind(new.file_name).bind(new.sha256).bind(new.content)
            .bind(new.note).bind(new.person).bind(new.by).bind(new.at).fetch_optional(&mut **t).await)
        .map_err(fault)?;
        version.ok_or_else(|| Failure::Exists { place: new.name.to_owned() })
    }

    /// Retires a version: it is kept, and no longer filled.
    ///
    /// # Errors
    /// [`Failure::NotFound`] outside of the permit's layer, and where it is retired already.
    pub async fn retire_template(
        &mut self,
        permit: &Permit,
        id: &TemplateId,
        by: &str,
        at: DateTime<Utc>,
    ) -> Result<(), Failure> {
        permit.covers(Action::ManageTemplates, permit.layer())?;
        let done = on!(Tx, self, t => sqlx::query(
            "UPDATE templates SET retired_name = $3, retired_at = $4 WHERE id = $1 AND layer = $2 AND retired_at IS NULL")
            .bind(id.as_str()).bind(permit.layer().key()).bind(by).bind(at)
            .execute(&mut **t).await.map(|r| r.rows_affected()))
        .map_err(fault)?;
        if done == 1 { Ok(()) } else { Err(Failure::NotFound) }
    }
}

/// Templates are an institution's own.
fn own(permit: &Permit) -> Result<(), Failure> {
    if *permit.layer() == Layer::Shared { Err(Failure::NotFound) } else { Ok(()) }
}
