//! Workbooks that went out, imports that were previewed, and how foreign categories were taken.

use super::{Db, Pool, Tx, fault, on};
use crate::access::{Action, Permit};
use crate::cell::{Layer, SheetKey};
use crate::failure::Failure;
use crate::id::{ExportId, ImportId, PersonId, ServiceId};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// What an exported workbook stood for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRecord {
    /// Its id, as the file carries it.
    pub id: ExportId,
    /// Which sheet and layer.
    pub key: SheetKey,
    /// At which revision.
    pub number: i64,
    /// Who took it; none for the command line.
    pub person: Option<PersonId>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A previewed import: the file as it came, so that a corrected mapping reads it anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRecord {
    /// Id.
    pub id: ImportId,
    /// Who dropped the file.
    pub person: Option<PersonId>,
    /// Into which layer it would go.
    pub layer: Layer,
    /// Into which service's sheet; none while nobody has said.
    pub service: Option<ServiceId>,
    /// The file's name.
    pub file: String,
    /// The file.
    pub content: Vec<u8>,
    /// The layout profile that its reader named.
    pub profile: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// The revision that applying made.
    pub applied: Option<i64>,
    /// Files that came together with it; none where it came alone.
    pub batch: Option<ImportId>,
    /// Its place among them, from 0.
    pub ord: i64,
    /// What reading it came to, in JSON; empty while nobody has looked.
    pub summary: String,
    /// Which reading counts: one more whenever it is to be read anew.
    pub reading: i64,
    /// Sheets that its reader chose among copies.
    pub sheets: Vec<String>,
    /// The act that also wrote into an institution's layer; empty where none did.
    pub operation: String,
}

/// A line of the table.
#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    person: Option<String>,
    service: String,
    file: String,
    content: Vec<u8>,
    profile: Option<String>,
    created_at: DateTime<Utc>,
    applied_number: Option<i64>,
    batch: String,
    ord: i64,
    summary: String,
    reading: i64,
    answers: String,
    operation: String,
}

impl Row {
    fn record(self, layer: &Layer) -> Result<ImportRecord, Failure> {
        Ok(ImportRecord {
            id: ImportId::parse(&self.id)?,
            person: self.person.as_deref().map(PersonId::parse).transpose()?,
            layer: layer.clone(),
            service: if self.service.is_empty() { None } else { Some(ServiceId::parse(&self.service)?) },
            file: self.file,
            content: self.content,
            profile: self.profile,
            at: self.created_at,
            applied: self.applied_number,
            batch: if self.batch.is_empty() { None } else { Some(ImportId::parse(&self.batch)?) },
            ord: self.ord,
            summary: self.summary,
            reading: self.reading,
            sheets: self.answers.lines().map(str::to_owned).collect(),
            operation: self.operation,
        })
    }
}

impl Db {
    /// What an export stood for, where it was of the permit's layer.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn export(&self, permit: &Permit, id: &ExportId) -> Result<Option<ExportRecord>, Failure> {
        permit.covers(Action::PreviewImport, permit.layer())?;
        let row: Option<(String, i64, Option<String>, DateTime<Utc>)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT service, number, person, at FROM exports WHERE id = $1 AND layer = $2")
            .bind(id.as_str()).bind(permit.layer().key()).fetch_optional(p).await)
        .map_err(fault)?;
        row.map(|(service, number, person, at)| {
            let key = SheetKey { service: ServiceId::parse(&service)?, layer: permit.layer().clone() };
            Ok(ExportRecord {
                id: id.clone(),
                key,
                number,
                person: person.as_deref().map(PersonId::parse).transpose()?,
                at,
            })
        })
        .transpose()
    }

    /// Whether an export was made from an institution's layer, whoever asks: its texts are that layer's alone.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn is_of_a_layer(&self, permit: &Permit, id: &ExportId) -> Result<bool, Failure> {
        permit.covers(Action::PreviewImport, &Layer::Shared)?;
        let found: i64 = on!(Pool, &self.read, p => sqlx::query_scalar(
            "SELECT COUNT(*) FROM exports WHERE id = $1 AND layer <> $2")
            .bind(id.as_str()).bind(Layer::Shared.key()).fetch_one(p).await)
        .map_err(fault)?;
        Ok(found > 0)
    }

    /// A previewed import of the permit's layer; only its own person finds it.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where there is none for them.
    pub async fn import(
        &self,
        permit: &Permit,
        id: &ImportId,
        person: Option<&PersonId>,
    ) -> Result<ImportRecord, Failure> {
        permit.covers(Action::PreviewImport, permit.layer())?;
        let row: Option<Row> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT id, person, service, file, content, profile, created_at, applied_number, batch, ord, summary, reading, answers, operation
             FROM imports WHERE id = $1 AND layer = $2")
            .bind(id.as_str()).bind(permit.layer().key()).fetch_optional(p).await).map_err(fault)?;
        let record = row.ok_or(Failure::NotFound)?.record(permit.layer())?;
        if record.person.as_ref() == person { Ok(record) } else { Err(Failure::NotFound) }
    }

    /// Files that a person dropped together, in that order, without their contents.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where there is no such batch for them.
    pub async fn imports_together(
        &self,
        permit: &Permit,
        batch: &ImportId,
        person: Option<&PersonId>,
    ) -> Result<Vec<ImportRecord>, Failure> {
        permit.covers(Action::PreviewImport, permit.layer())?;
        let rows: Vec<Row> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT id, person, service, file, SUBSTR(content, 1, 0) AS content, profile, created_at, applied_number, batch, ord, summary, reading, answers, operation
             FROM imports WHERE batch = $1 AND layer = $2 AND COALESCE(person, '') = $3 ORDER BY ord")
            .bind(batch.as_str()).bind(permit.layer().key()).bind(person.map_or("", PersonId::as_str)).fetch_all(p).await).map_err(fault)?;
        if rows.is_empty() {
            return Err(Failure::NotFound);
        }
        rows.into_iter().map(|row| row.record(permit.layer())).collect()
    }

    /// The revisions of a sheet that were exported, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn exported_numbers(
        &self,
        permit: &Permit,
        service: &ServiceId,
        limit: i64,
    ) -> Result<Vec<i64>, Failure> {
        permit.covers(Action::PreviewImport, permit.layer())?;
        on!(Pool, &self.read, p => sqlx::query_scalar(
            "SELECT DISTINCT number FROM exports WHERE service = $1 AND layer = $2 ORDER BY number DESC LIMIT $3")
            .bind(service.as_str()).bind(permit.layer().key()).bind(limit).fetch_all(p).await)
        .map_err(fault)
    }

    /// How an owner's earlier files named the categories of a criteria set: folded label to category.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn mappings(
        &self,
        permit: &Permit,
        owner: &str,
        criteria: &str,
    ) -> Result<BTreeMap<String, String>, Failure> {
        permit.covers(Action::PreviewImport, permit.layer())?;
        let rows: Vec<(String, String)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT label, category FROM mappings WHERE owner = $1 AND criteria = $2").bind(owner).bind(criteria).fetch_all(p).await).map_err(fault)?;
        Ok(rows.into_iter().collect())
    }
}

impl Tx {
    /// Keeps what an export stands for.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn add_export(&mut self, permit: &Permit, record: &ExportRecord) -> Result<(), Failure> {
        permit.covers(Action::Export, &record.key.layer)?;
        on!(Tx, self, t => sqlx::query("INSERT INTO exports (id, service, layer, number, person, at) VALUES ($1,$2,$3,$4,$5,$6)")
            .bind(record.id.as_str()).bind(record.key.service.as_str()).bind(record.key.layer.key()).bind(record.number)
            .bind(record.person.as_ref().map(|p| p.as_str())).bind(record.at).execute(&mut **t).await.map(|_| ())).map_err(fault)
    }

    /// Keeps a previewed import and forgets those older than `forget_before` that were not applied.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn add_import(
        &mut self,
        permit: &Permit,
        record: &ImportRecord,
        forget_before: DateTime<Utc>,
    ) -> Result<(), Failure> {
        permit.covers(Action::PreviewImport, &record.layer)?;
        let service = record.service.as_ref().map_or("", ServiceId::as_str);
        on!(Tx, self, t => sqlx::query("DELETE FROM imports WHERE created_at < $1").bind(forget_before).execute(&mut **t).await.map(|_| ())).map_err(fault)?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO imports (id, person, service, layer, file, content, profile, created_at, batch, ord, summary, answers)
             VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)")
            .bind(record.id.as_str()).bind(record.person.as_ref().map(|p| p.as_str())).bind(service)
            .bind(record.layer.key()).bind(&record.file).bind(&record.content).bind(&record.profile).bind(record.at)
            .bind(record.batch.as_ref().map_or("", |b| b.as_str())).bind(record.ord).bind(&record.summary).bind(record.sheets.join("\n")).execute(&mut **t).await.map(|_| ())).map_err(fault)
    }

    /// Says which service a waiting import is about.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where this person has no such import, or it was applied already.
    pub async fn name_import(
        &mut self,
        permit: &Permit,
        id: &ImportId,
        person: Option<&PersonId>,
        service: &ServiceId,
    ) -> Result<(), Failure> {
        permit.covers(Action::PreviewImport, permit.layer())?;
        let named = on!(Tx, self, t => sqlx::query(
            "UPDATE imports SET service = $4, summary = '', reading = reading + 1 WHERE id = $1 AND layer = $2 AND COALESCE(person, '') = $3 AND applied_number IS NULL")
            .bind(id.as_str()).bind(permit.layer().key()).bind(person.map_or("", PersonId::as_str)).bind(service.as_str())
            .execute(&mut **t).await.map(|r| r.rows_affected())).map_err(fault)?;
        if named == 1 { Ok(()) } else { Err(Failure::NotFound) }
    }

    /// Keeps what a reading of a waiting import came to; nothing where it is to be read anew since.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn note_reading(
        &mut self,
        permit: &Permit,
        id: &ImportId,
        reading: i64,
        summary: &str,
    ) -> Result<(), Failure> {
        permit.covers(Action::PreviewImport, permit.layer())?;
        on!(Tx, self, t => sqlx::query("UPDATE imports SET summary = $3 WHERE id = $1 AND layer = $2 AND reading = $4")
            .bind(id.as_str()).bind(permit.layer().key()).bind(summary).bind(reading)
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Has a waiting import read again.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn read_anew(&mut self, permit: &Permit, id: &ImportId) -> Result<(), Failure> {
        permit.covers(Action::PreviewImport, permit.layer())?;
        on!(Tx, self, t => sqlx::query("UPDATE imports SET summary = '', reading = reading + 1 WHERE id = $1 AND layer = $2 AND applied_number IS NULL")
            .bind(id.as_str()).bind(permit.layer().key()).execute(&mut **t).await.map(|_| ())).map_err(fault)
    }

    /// Has the waiting files of a batch read again.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn read_again(&mut self, permit: &Permit, batch: &ImportId) -> Result<(), Failure> {
        permit.covers(Action::PreviewImport, permit.layer())?;
        on!(Tx, self, t => sqlx::query("UPDATE imports SET summary = '', reading = reading + 1 WHERE batch = $1 AND layer = $2 AND applied_number IS NULL AND LENGTH(content) > 0")
            .bind(batch.as_str()).bind(permit.layer().key()).execute(&mut **t).await.map(|_| ())).map_err(fault)
    }

    /// Keeps which sheets a waiting import is to be read from.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where this person has no such import, or it was applied already.
    pub async fn choose_sheets(
        &mut self,
        permit: &Permit,
        id: &ImportId,
        person: Option<&PersonId>,
        sheets: &[String],
    ) -> Result<(), Failure> {
        permit.covers(Action::PreviewImport, permit.layer())?;
        let kept = on!(Tx, self, t => sqlx::query(
            "UPDATE imports SET answers = $4, summary = '', reading = reading + 1 WHERE id = $1 AND layer = $2 AND COALESCE(person, '') = $3 AND applied_number IS NULL")
            .bind(id.as_str()).bind(permit.layer().key()).bind(person.map_or("", PersonId::as_str)).bind(sheets.join("\n"))
            .execute(&mut **t).await.map(|r| r.rows_affected())).map_err(fault)?;
        if kept == 1 { Ok(()) } else { Err(Failure::NotFound) }
    }

    /// Notes which revision an import made; a second apply finds it taken.
    ///
    /// # Errors
    /// [`Failure::Exists`] where it was applied already.
    pub async fn mark_applied(
        &mut self,
        permit: &Permit,
        id: &ImportId,
        number: i64,
        operation: &str,
    ) -> Result<(), Failure> {
        permit.covers(Action::ApplyImport, permit.layer())?;
        let marked = on!(Tx, self, t => sqlx::query("UPDATE imports SET applied_number = $3, operation = $4 WHERE id = $1 AND layer = $2 AND applied_number IS NULL")
            .bind(id.as_str()).bind(permit.layer().key()).bind(number).bind(operation).execute(&mut **t).await.map(|r| r.rows_affected())).map_err(fault)?;
        if marked == 1 { Ok(()) } else { Err(Failure::Exists { place: id.to_string() }) }
    }

    /// Remembers how a category's name was taken.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn remember(
        &mut self,
        permit: &Permit,
        owner: &str,
        criteria: &str,
        label: &str,
        category: &str,
    ) -> Result<(), Failure> {
        permit.covers(Action::PreviewImport, &Layer::Shared)?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO mappings (owner, criteria, label, category) VALUES ($1,$2,$3,$4)
             ON CONFLICT (owner, criteria, label) DO UPDATE SET category = excluded.category")
            .bind(owner).bind(criteria).bind(label).bind(category).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }
}
