//! `kyohyo check`: the chain holds, replaying gives the present cells, and the index equals the database.

use super::Desk;
use super::sign_in::blocking;
use crate::cell::{Address, Layer};
use crate::failure::Failure;
use crate::id::ServiceId;
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
    /// Cells compared with the index.
    pub indexed: usize,
    /// What does not hold, a sentence each.
    pub faults: Vec<String>,
}

impl Desk {
    /// Verifies everything that can be verified.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database or the index does not answer; what does not hold is in the report.
    pub async fn check(&self) -> Result<CheckReport, Failure> {
        let mut report = CheckReport::default();
        let heads = self.db.all_numbers().await?;
        for (key, _) in &heads {
            let chain = self.db.check_chain(key).await?;
            report.sheets += 1;
            report.change_sets += chain.sets;
            report.faults.extend(chain.faults);
        }
        let (entries, faults) = self.db.check_audit().await?;
        report.audited = entries;
        report.faults.extend(faults);
        let layers: BTreeSet<Layer> = heads.iter().map(|(k, _)| k.layer.clone()).collect();
        for layer in layers {
            let search = self.search.clone();
            let asked = layer.clone();
            let mut indexed: BTreeMap<ServiceId, BTreeMap<Address, String>> =
                blocking(move || search.documents(&asked)).await??;
            for (key, _) in heads.iter().filter(|(k, _)| k.layer == layer) {
                let docs: BTreeMap<Address, String> =
                    self.docs(key).await?.docs.into_iter().map(|d| (d.address, d.text)).collect();
                report.indexed += docs.len();
                if indexed.remove(&key.service).unwrap_or_default() != docs {
                    report.faults.push(format!(
                        "{} {}: the search index differs from the database",
                        key.service,
                        layer.key()
                    ));
                }
            }
            for (service, docs) in indexed {
                if !docs.is_empty() {
                    report
                        .faults
                        .push(format!("{service} {}: the search index holds a sheet that does not exist", layer.key()));
                }
            }
        }
        Ok(report)
    }
}
