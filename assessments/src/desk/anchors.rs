//! Anchors of the audit, kept in a file outside of the database: written from time to time, compared by `check`.
//!
//! The file is on the server's disk and holds every layer: nobody reads it through the desk. An institution's export
//! carries its own anchors only.

use super::Desk;
use super::sign_in::blocking;
use crate::access::{Action, Actor, permit};
use crate::audit::anchors::{Anchor, Book, Restart};
use crate::cell::Layer;
use crate::failure::Failure;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often the heads are looked at.
const LOOK: Duration = Duration::from_secs(15);
/// Anchors are written when a layer went on by this many entries,
const ENTRIES: i64 = 100;
/// or when it went on at all and this many minutes have passed.
const MINUTES: i64 = 5;

fn refused(path: &Path, error: &std::io::Error) -> Failure {
    Failure::File { place: path.display().to_string(), detail: error.to_string() }
}

/// Reads the file; one that is not there has nothing in it.
fn read(path: &Path) -> Result<Book, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Book::read(&text)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Book::read("")),
        Err(e) => Err(refused(path, &e)),
    }
}

/// Appends what `add` makes of the book, under the file's lock, and waits until the disk has it. A line that was cut off
/// by a failing machine goes first: it was never whole.
fn append(path: &Path, add: impl FnOnce(&mut Book) -> String) -> Result<(), Failure> {
    let work = || -> std::io::Result<()> {
        let mut file: File = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        file.lock()?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let mut book = Book::read(&text);
        if book.torn {
            let whole = text.rfind('\n').map_or(0, |n| n + 1);
            file.set_len(whole as u64)?;
        }
        let lines = add(&mut book);
        if !lines.is_empty() {
            file.seek(SeekFrom::End(0))?;
            file.write_all(lines.as_bytes())?;
            file.sync_data()?;
        }
        file.unlock()
    };
    work().map_err(|e| refused(path, &e))
}

impl Desk {
    /// From now on anchors are kept in this file.
    pub fn keep_anchors_in(&self, file: PathBuf) {
        // The first one stays: it is said once, at the start.
        let _ = self.anchors.set(file);
    }

    /// The book of anchors; none where no file is kept.
    pub(super) async fn anchor_book(&self) -> Result<Option<Book>, Failure> {
        let Some(path) = self.anchors.get().cloned() else { return Ok(None) };
        blocking(move || read(&path)).await?.map(Some)
    }

    /// Writes down what the chains came to.
    ///
    /// # Errors
    /// [`Failure::File`] where the file cannot be written.
    pub async fn anchor(&self) -> Result<(), Failure> {
        let Some(path) = self.anchors.get().cloned() else { return Ok(()) };
        let (heads, now) = (self.db.audit_heads().await?, self.world.now());
        blocking(move || append(&path, |book| book.anchor(&heads, now))).await?
    }

    /// Whether the anchors know more entries than there are: an older backup was put in place.
    ///
    /// # Errors
    /// [`Failure::File`] where the file cannot be read.
    pub async fn anchors_ahead(&self) -> Result<bool, Failure> {
        let Some(book) = self.anchor_book().await? else { return Ok(false) };
        let heads: std::collections::BTreeMap<String, i64> =
            self.db.audit_heads().await?.into_iter().map(|(layer, number, _)| (layer, number)).collect();
        Ok(book.anchors().iter().any(|a| a.number > heads.get(&a.layer).copied().unwrap_or(0)))
    }

    /// Keeps anchoring for as long as the program runs.
    pub async fn keep_anchored(self) {
        let mut last = self.world.now();
        let mut anchored: std::collections::BTreeMap<String, i64> = [].into();
        loop {
            tokio::time::sleep(LOOK).await;
            let Ok(heads) = self.db.audit_heads().await else { continue };
            let went_on =
                |(layer, number, _): &(String, i64, String)| number - anchored.get(layer).copied().unwrap_or(0);
            let most = heads.iter().map(went_on).max().unwrap_or(0);
            let waited = self.world.now() - last >= chrono::Duration::minutes(MINUTES);
            if most < ENTRIES && (most == 0 || !waited) {
                continue;
            }
            match self.anchor().await {
                Ok(()) => {
                    anchored = heads.into_iter().map(|(layer, number, _)| (layer, number)).collect();
                    last = self.world.now();
                }
                // Not written is not lost: it is tried again, and `check` compares what there is.
                Err(failure) => tracing::error!(%failure, "the anchors of the audit cannot be written"),
            }
        }
    }

    /// Starts the anchors anew, where an older backup was put in place on purpose: what was anchored before stays in the
    /// file and is no longer compared. That is in the audit, with the reason.
    ///
    /// # Errors
    /// [`Failure::Invalid`] without a reason; [`Failure::Forbidden`] for whoever may not read the whole audit;
    /// [`Failure::File`].
    pub async fn restart_anchors(&self, actor: &Actor, reason: &str) -> Result<(), Failure> {
        let permit = permit(actor, Action::ReadAudit, &Layer::Shared)?;
        let reason = reason.trim().to_owned();
        if reason.is_empty() || reason.chars().count() > 500 {
            return Err(Failure::invalid("reason", &reason));
        }
        let Some(path) = self.anchors.get().cloned() else { return Err(Failure::invalid("anchors", "")) };
        let mut tx = self.db.begin().await?;
        tx.audit(actor, &self.entry("anchors_restart", "anchors", &reason).under(&permit)).await?;
        tx.commit().await?;
        let (heads, at, by) = (self.db.audit_heads().await?, self.world.now(), actor.name.clone());
        let add = move |book: &mut Book| {
            let first = book.restart(Restart { at, by, reason });
            first + &book.anchor(&heads, at)
        };
        blocking(move || append(&path, add)).await?
    }

    /// A layer's own anchors, for its export. A file that cannot be read gives none.
    pub(super) async fn anchors_of(&self, layer: &str) -> Vec<Anchor> {
        if let Err(failure) = self.anchor().await {
            tracing::error!(%failure, "the anchors of the audit cannot be written");
        }
        let book = self.anchor_book().await.ok().flatten().unwrap_or_default();
        book.anchors().iter().filter(|a| a.layer == layer).cloned().collect()
    }
}
