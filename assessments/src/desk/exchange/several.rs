//! Several files at once: kept together, read one after the other while their page is looked at, each applied as a
//! change set of its own. A bad file among them stops none of the others.

use super::super::Desk;
use super::super::sign_in::blocking;
use super::{Choices, KEEP_DAYS};
use crate::access::{Action, Actor};
use crate::failure::Failure;
use crate::id::{ImportId, ServiceId, opaque};
use crate::import::FileRead;
use crate::lang::Lang;
use crate::store::ImportRecord;
use crate::workbook::MAX_FILE;
use crate::workbook::parcel::{MAX_FILES, MAX_ZIP, is_litter, parcel};
use crate::workbook::report::{ReportFile, report};
use chrono::Duration;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A page reads files for so long before it shows how far it is, in milliseconds.
const PATIENCE: i64 = 1_500;

/// Files that were dropped together.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Its id.
    pub id: ImportId,
    /// Its files, in the order in which they came.
    pub files: Vec<BatchFile>,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct BatchFile {
    /// The import that it is, with a preview of its own.
    pub id: ImportId,
    /// Its name.
    pub file: String,
    /// What reading it came to; none while it waits.
    pub read: Option<FileRead>,
    /// Which reading that was.
    reading: i64,
    /// The revision that applying it made.
    pub applied: Option<i64>,
    /// The act that applying was, where it also wrote into an institution's layer; empty otherwise.
    pub operation: String,
}

impl Batch {
    /// Files that nobody has read yet.
    pub fn waiting(&self) -> usize {
        self.files.iter().filter(|f| f.read.is_none()).count()
    }

    /// Whether an earlier file that still waits would change the same service: the two are better taken one after the
    /// other.
    pub fn is_second(&self, file: &BatchFile) -> bool {
        let Some(own) = file.service() else { return false };
        let ready = |f: &&BatchFile| f.applied.is_none() && f.read.as_ref().is_some_and(FileRead::is_ready);
        self.files.iter().take_while(|f| f.id != file.id).filter(ready).any(|f| f.service() == Some(own))
    }
}

impl BatchFile {
    fn service(&self) -> Option<&ServiceId> {
        self.read.as_ref().and_then(|r| r.service.as_ref())
    }
}

/// What came of what was sent.
pub enum Received {
    /// No file.
    Nothing,
    /// One file: it has a preview of its own.
    One(String, Vec<u8>),
    /// Several, or a zip of them.
    Several(ImportId),
}

/// Takes files as they come; no more than one of them is held in memory at a time, and a zip.
pub struct Intake {
    desk: Desk,
    actor: Actor,
    service: Option<ServiceId>,
    batch: ImportId,
    count: usize,
    first: Option<(String, Result<Vec<u8>, Failure>)>,
}

impl Desk {
    /// Begins to take files. A `service` that is named is that of all of them.
    ///
    /// # Errors
    /// [`Failure::Forbidden`] where the actor may not import; [`Failure::UnknownService`].
    pub async fn intake(&self, actor: &Actor, service: Option<&ServiceId>) -> Result<Intake, Failure> {
        self.shared(actor, Action::PreviewImport)?;
        if let Some(service) = service {
            self.known_service(&self.shared(actor, Action::ReadSheet)?, service).await?;
        }
        let (desk, actor, service) = (self.clone(), actor.clone(), service.cloned());
        let batch = ImportId::parse(&opaque(self.world.random()))?;
        Ok(Intake { desk, actor, service, batch, count: 0, first: None })
    }

    /// The files of a batch as far as they were read; reads on for a moment first.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a batch of somebody else's.
    pub async fn batch(&self, actor: &Actor, id: &ImportId) -> Result<Batch, Failure> {
        let permit = self.shared(actor, Action::PreviewImport)?;
        let begin = self.world.now();
        let mut files = Vec::new();
        for record in self.db.imports_together(&permit, id, actor.person.as_ref()).await? {
            let mut read: Option<FileRead> = serde_json::from_str(&record.summary).ok();
            let patient = self.world.now() - begin < Duration::milliseconds(PATIENCE);
            if read.is_none() && record.applied.is_none() && patient {
                let found = self.read_one(actor, &record.id).await?;
                let text = serde_json::to_string(&found).unwrap_or_default();
                let mut tx = self.db.begin().await?;
                tx.note_reading(&permit, &record.id, record.reading, &text).await?;
                tx.commit().await?;
                read = Some(found);
            }
            let ImportRecord { id, file, applied, operation, reading, .. } = record;
            files.push(BatchFile { id, file, read, reading, applied, operation });
        }
        Ok(Batch { id: id.clone(), files })
    }

    async fn read_one(&self, actor: &Actor, id: &ImportId) -> Result<FileRead, Failure> {
        match self.preview_again(actor, id).await {
            Ok(preview) => Ok(FileRead::of(preview.key.service, preview.plan)),
            Err(fault @ Failure::Internal { .. }) => Err(fault),
            Err(failure) => Ok(FileRead { failure: Some(failure), ..FileRead::default() }),
        }
    }

    /// Applies the chosen files, each as a change set of its own, without what needs a decision. One that cannot be
    /// applied says why in the batch, and the others follow.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a batch of somebody else's; [`Failure::Forbidden`].
    pub async fn apply_batch(
        &self,
        actor: &Actor,
        id: &ImportId,
        chosen: &BTreeSet<ImportId>,
    ) -> Result<Batch, Failure> {
        let permit = self.shared(actor, Action::PreviewImport)?;
        self.shared(actor, Action::ApplyImport)?;
        let mut batch = self.batch(actor, id).await?;
        for n in 0..batch.files.len() {
            let Some(file) = batch.files.get(n).filter(|f| chosen.contains(&f.id) && f.applied.is_none()).cloned()
            else {
                continue;
            };
            let failure = match self.apply(actor, &file.id, &Choices::default()).await {
                Ok(_) => {
                    // What the others about this service would do is another matter now.
                    let mut tx = self.db.begin().await?;
                    for other in batch.files.iter_mut().filter(|f| f.applied.is_none() && f.id != file.id) {
                        if other.service().is_some() && other.service() == file.service() {
                            tx.read_anew(&permit, &other.id).await?;
                            other.reading += 1;
                        }
                    }
                    tx.commit().await?;
                    continue;
                }
                Err(Failure::Exists { .. }) => continue,
                Err(fault @ Failure::Internal { .. }) => return Err(fault),
                Err(failure) => failure,
            };
            let read = FileRead { failure: Some(failure), ..file.read.unwrap_or_default() };
            let text = serde_json::to_string(&read).unwrap_or_default();
            let mut tx = self.db.begin().await?;
            tx.note_reading(&permit, &file.id, file.reading, &text).await?;
            tx.commit().await?;
        }
        self.batch(actor, id).await
    }

    /// Every finding of a batch as a workbook: file, sheet, cell, what, and the way on.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a batch of somebody else's.
    pub async fn batch_report(&self, actor: &Actor, id: &ImportId, lang: Lang) -> Result<Vec<u8>, Failure> {
        let batch = self.batch(actor, id).await?;
        let line = |f: BatchFile| ReportFile { file: f.file, read: f.read.unwrap_or_default(), applied: f.applied };
        self.report(batch.files.into_iter().map(line).collect(), lang).await
    }

    /// The same for one file.
    ///
    /// # Errors
    /// As [`Desk::preview_again`].
    pub async fn import_report(&self, actor: &Actor, id: &ImportId, lang: Lang) -> Result<Vec<u8>, Failure> {
        let preview = self.preview_again(actor, id).await?;
        let read = FileRead::of(preview.key.service, preview.plan);
        self.report(vec![ReportFile { file: preview.file, read, applied: preview.applied }], lang).await
    }

    /// A report of files that were read.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the workbook cannot be written.
    pub async fn report(&self, files: Vec<ReportFile>, lang: Lang) -> Result<Vec<u8>, Failure> {
        let at = self.world.now();
        blocking(move || report(&files, at, lang)).await?
    }
}

impl Intake {
    /// Takes a file, or a zip of files. What cannot be taken is listed with its reason.
    ///
    /// # Errors
    /// [`Failure::Refused`] `too_many_files`; [`Failure::Internal`].
    pub async fn add(&mut self, name: &str, bytes: Vec<u8>) -> Result<(), Failure> {
        // A folder is told file by file, with all that lies in it.
        if (name.is_empty() && bytes.is_empty()) || (name.contains('/') && is_litter(name)) {
            return Ok(());
        }
        if bytes.len() > MAX_ZIP {
            return self.one(name, Err(Failure::refused("too_large", ""))).await;
        }
        let bytes = Arc::new(bytes);
        let shared = bytes.clone();
        let opened = blocking(move || parcel(&shared)).await?;
        let mut parcel = match opened {
            Ok(Some(parcel)) => parcel,
            Ok(None) if bytes.len() > MAX_FILE => return self.one(name, Err(Failure::refused("too_large", ""))).await,
            Ok(None) => return self.one(name, Ok(Arc::unwrap_or_clone(bytes))).await,
            Err(failure) => return self.one(name, Err(failure)).await,
        };
        drop(bytes);
        while parcel.left() > 0 {
            let (rest, next) = blocking(move || {
                let next = parcel.take();
                (parcel, next)
            })
            .await?;
            parcel = rest;
            let Some((name, content)) = next else { break };
            self.keep(&name, content).await?;
        }
        Ok(())
    }

    /// A file as it came; the first waits until it is known whether it stays alone.
    async fn one(&mut self, name: &str, content: Result<Vec<u8>, Failure>) -> Result<(), Failure> {
        if self.first.is_none() && self.count == 0 {
            self.first = Some((name.to_owned(), content));
            return Ok(());
        }
        self.keep(name, content).await
    }

    async fn keep(&mut self, name: &str, content: Result<Vec<u8>, Failure>) -> Result<(), Failure> {
        if let Some((first, content)) = self.first.take() {
            self.put(&first, content).await?;
        }
        self.put(name, content).await
    }

    async fn put(&mut self, name: &str, content: Result<Vec<u8>, Failure>) -> Result<(), Failure> {
        if self.count >= MAX_FILES {
            return Err(Failure::refused("too_many_files", ""));
        }
        let permit = self.desk.shared(&self.actor, Action::PreviewImport)?;
        let (content, failure) = match content {
            Ok(content) => (content, None),
            Err(failure) => (vec![], Some(failure)),
        };
        let mut record = self.desk.import_record(&self.actor, name, content, None)?;
        record.service.clone_from(&self.service);
        record.batch = Some(self.batch.clone());
        record.ord = i64::try_from(self.count).unwrap_or(i64::MAX);
        if failure.is_some() {
            record.summary = serde_json::to_string(&FileRead { failure, ..FileRead::default() }).unwrap_or_default();
        }
        self.count += 1;
        let mut tx = self.desk.db.begin().await?;
        tx.add_import(&permit, &record, record.at - Duration::days(KEEP_DAYS)).await?;
        tx.commit().await
    }

    /// What was taken.
    ///
    /// # Errors
    /// Why the file was not taken, where it came alone; among several it is listed with its reason.
    pub fn finish(self) -> Result<Received, Failure> {
        match self.first {
            Some((name, content)) => Ok(Received::One(name, content?)),
            None if self.count > 0 => Ok(Received::Several(self.batch)),
            None => Ok(Received::Nothing),
        }
    }
}
