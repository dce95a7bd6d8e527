//! Writing comments. Every change of what is said about a sheet in a layer raises that layer's number.

use super::super::{Tx, fault, on};
use crate::access::{Action, Actor, Permit};
use crate::failure::Failure;
use crate::id::{PersonId, ServiceId};
use chrono::{DateTime, Utc};

/// A thread to be opened in the permit's layer.
pub struct NewThread<'a> {
    /// Id.
    pub id: &'a str,
    /// On which sheet.
    pub service: &'a ServiceId,
    /// On which cell, as `section/row/field`; empty for the whole sheet.
    pub address: &'a str,
    /// The criteria set that the sheet follows.
    pub criteria: &'a str,
    /// The revision of the common text.
    pub revision: i64,
    /// When.
    pub at: DateTime<Utc>,
}

/// A comment to be added to a thread.
pub struct NewComment<'a> {
    /// Id.
    pub id: &'a str,
    /// Its thread.
    pub thread: &'a str,
    /// Markdown.
    pub text: &'a str,
    /// When.
    pub at: DateTime<Utc>,
}

impl Tx {
    /// Opens a thread.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a permit of something else.
    pub async fn open_thread(&mut self, permit: &Permit, actor: &Actor, new: &NewThread<'_>) -> Result<(), Failure> {
        permit.covers(Action::Comment, permit.layer())?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO threads (id, service, layer, address, criteria, revision, person, author, opened_at, changed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)")
            .bind(new.id).bind(new.service.as_str()).bind(permit.layer().key()).bind(new.address).bind(new.criteria)
            .bind(new.revision).bind(actor.person.as_ref().map(PersonId::as_str)).bind(&actor.name).bind(new.at)
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Something happens in a thread: its row is the lock of its comments, and the index has to read anew.
    async fn touch(&mut self, permit: &Permit, thread: &str, at: DateTime<Utc>) -> Result<(), Failure> {
        permit.covers(Action::Comment, permit.layer())?;
        let layer = permit.layer().key();
        let service: Option<String> = on!(Tx, self, t => sqlx::query_scalar(
            "UPDATE threads SET changed_at = $3 WHERE id = $1 AND layer = $2 RETURNING service")
            .bind(thread).bind(&layer).bind(at).fetch_optional(&mut **t).await)
        .map_err(fault)?;
        let service = service.ok_or(Failure::NotFound)?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO talk_heads (service, layer, number) VALUES ($1, $2, 1)
             ON CONFLICT (service, layer) DO UPDATE SET number = talk_heads.number + 1")
            .bind(&service).bind(&layer).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)?;
        self.wake_talk(&service, &layer).await
    }

    /// Adds a comment at the end of a thread.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the thread is not of the permit's layer.
    pub async fn add_comment(&mut self, permit: &Permit, actor: &Actor, new: &NewComment<'_>) -> Result<(), Failure> {
        self.touch(permit, new.thread, new.at).await?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO comments (id, thread, ord, person, author, at, text)
             VALUES ($1, $2, (SELECT COALESCE(MAX(ord), 0) + 1 FROM comments WHERE thread = $2), $3, $4, $5, $6)")
            .bind(new.id).bind(new.thread).bind(actor.person.as_ref().map(PersonId::as_str)).bind(&actor.name).bind(new.at)
            .bind(new.text).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Gives a comment another text and keeps the earlier one; false where it is deleted.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the thread is not of the permit's layer.
    pub async fn edit_comment(&mut self, permit: &Permit, new: &NewComment<'_>) -> Result<bool, Failure> {
        self.touch(permit, new.thread, new.at).await?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO comment_versions (comment, ord, text, at)
             SELECT c.id, (SELECT COUNT(*) FROM comment_versions v WHERE v.comment = c.id) + 1, c.text, $3
             FROM comments c WHERE c.id = $1 AND c.thread = $2 AND c.deleted_at IS NULL")
            .bind(new.id).bind(new.thread).bind(new.at).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)?;
        on!(Tx, self, t => sqlx::query(
            "UPDATE comments SET text = $3, edited_at = $4 WHERE id = $1 AND thread = $2 AND deleted_at IS NULL")
            .bind(new.id).bind(new.thread).bind(new.text).bind(new.at).execute(&mut **t).await
            .map(|r| r.rows_affected() == 1))
        .map_err(fault)
    }

    /// Leaves a tombstone in a comment's place: its words, its earlier texts and what was told about it go.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the thread is not of the permit's layer.
    pub async fn delete_comment(
        &mut self,
        permit: &Permit,
        actor: &Actor,
        thread: &str,
        comment: &str,
        at: DateTime<Utc>,
    ) -> Result<(), Failure> {
        self.touch(permit, thread, at).await?;
        for table in ["comment_versions", "mentions", "notices"] {
            let sql =
                format!("DELETE FROM {table} WHERE comment IN (SELECT id FROM comments WHERE id = $1 AND thread = $2)");
            on!(Tx, self, t => sqlx::query(sqlx::AssertSqlSafe(sql)).bind(comment).bind(thread).execute(&mut **t).await.map(|_| ()))
                .map_err(fault)?;
        }
        on!(Tx, self, t => sqlx::query(
            "UPDATE comments SET text = '', deleted_at = $3, deleted_by = $4 WHERE id = $1 AND thread = $2 AND deleted_at IS NULL")
            .bind(comment).bind(thread).bind(at).bind(&actor.name).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Resolves a thread, or opens it again. False where it was so already.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the thread is not of the permit's layer.
    pub async fn resolve_thread(
        &mut self,
        permit: &Permit,
        actor: &Actor,
        thread: &str,
        resolved: bool,
        at: DateTime<Utc>,
    ) -> Result<bool, Failure> {
        self.touch(permit, thread, at).await?;
        let changed = if resolved {
            on!(Tx, self, t => sqlx::query(
                "UPDATE threads SET resolved_at = $2, resolved_by = $3 WHERE id = $1 AND resolved_at IS NULL")
                .bind(thread).bind(at).bind(&actor.name).execute(&mut **t).await.map(|r| r.rows_affected()))
        } else {
            on!(Tx, self, t => sqlx::query(
                "UPDATE threads SET resolved_at = NULL, resolved_by = '' WHERE id = $1 AND resolved_at IS NOT NULL")
                .bind(thread).execute(&mut **t).await.map(|r| r.rows_affected()))
        };
        Ok(changed.map_err(fault)? == 1)
    }

    /// Keeps whom a comment names.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a permit of something else.
    pub async fn add_mention(
        &mut self,
        permit: &Permit,
        comment: &str,
        handle: &str,
        person: &PersonId,
        name: &str,
    ) -> Result<(), Failure> {
        permit.covers(Action::Comment, permit.layer())?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO mentions (comment, handle, person, name) VALUES ($1, $2, $3, $4) ON CONFLICT (comment, handle) DO NOTHING")
            .bind(comment).bind(handle).bind(person.as_str()).bind(name).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }
}
