//! `kyohyo check`: the chain holds, replaying gives the present cells, and the index equals the database.

use super::Desk;
use super::sign_in::blocking;
use crate::audit::anchors::Book;
use crate::cell::Layer;
use crate::failure::Failure;
use crate::search::{Doc, key_of};
use std::collections::{BTreeMap, BTreeSet};

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// (Sheet, layer) pairs whose chain was walked.
    pub sheets: usize,
    /// Change sets verified.
    pub change_sets: usize,
    /// Entries of the audit verified.
    pub audited: usize,
    /// Anchors compared with the audit.
    pub anchors: usize,
    /// Documents compared with the index.
    pub indexed: usize,
    /// What does not hold, a sentence each.
    pub faults: Vec<String>,
    /// What a reader should know beside: no fault.
    pub notes: Vec<String>,
}

impl Desk {
    /// Verifies everything that can be verified.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database or the index does not answer; what does not hold is in the report.
    pub async fn check(&self) -> Result<CheckReport, Failure> {
        let mut report = CheckReport::default();
        // Read first: what is anchored meanwhile is in the database already.
        let book = self.anchor_book().await?;
        let heads = self.db.all_numbers().await?;
        for (key, _) in &heads {
            let chain = self.db.check_chain(key).await?;
            report.sheets += 1;
            report.change_sets += chain.sets;
            report.faults.extend(chain.faults);
        }
        let empty = Book::default();
        let (entries, faults) = self.db.check_audit(book.as_ref().unwrap_or(&empty)).await?;
        report.audited = entries;
        report.faults.extend(faults);
        match book {
            Some(book) => {
                report.anchors = book.anchors().len();
                report.faults.extend(book.faults.iter().cloned());
                report.notes.extend(book.restarts.iter().map(|r| {
                    format!("anchors: started anew at {} by {}: {}", r.at.format("%Y-%m-%dT%H:%M:%SZ"), r.by, r.reason)
                }));
                if report.anchors == 0 {
                    report.notes.push("anchors: there are none yet".into());
                }
            }
            None => report.notes.push("anchors: none are kept".into()),
        }
        self.check_index(&mut report).await?;
        Ok(report)
    }

    /// Compares every document of every kind with what it should be.
    async fn check_index(&self, report: &mut CheckReport) -> Result<(), Failure> {
        let wanted = self.to_index().await?;
        let lines = self.indexed_lines(&wanted, true).await?;
        let layers: BTreeSet<Layer> = wanted.iter().map(|w| w.layer.clone()).collect();
        for layer in layers {
            let search = self.search.clone();
            let asked = layer.clone();
            let mut indexed: BTreeMap<String, String> = blocking(move || search.fingerprints(&asked)).await??;
            for wanted in wanted.iter().filter(|w| w.layer == layer) {
                let group = self.indexed_group(wanted, &lines).await?;
                report.indexed += group.docs.len();
                let differs = |d: &Doc| indexed.remove(&key_of(d)) != Some(d.fingerprint());
                // Every document is looked at: what is left over at the end should not be there.
                let differing = group.docs.iter().map(differs).filter(|d| *d).count();
                if differing > 0 {
                    let (name, layer) = (&group.group, layer.key());
                    report.faults.push(format!("{name} {layer}: the search index differs from the database"));
                }
            }
            if !indexed.is_empty() {
                let (count, layer) = (indexed.len(), layer.key());
                report.faults.push(format!("{layer}: the search index holds {count} documents that do not exist"));
            }
        }
        Ok(())
    }
}
