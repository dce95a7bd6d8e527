//! Whether a workbook is the one that was frozen with an approval.

use super::super::Desk;
use super::super::sign_in::blocking;
use super::{institutions, own_permit};
use crate::access::{Action, Actor, Permit};
use crate::adoption::Standing;
use crate::change::hex;
use crate::failure::Failure;
use crate::id::InstitutionId;
use crate::store::{Approval, ApprovalFilter};
use crate::workbook::{self, Differs, grid::Book};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// What a file is to the one that was frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "file", rename_all = "snake_case")]
pub enum FileState {
    /// The same, byte for byte.
    Unchanged,
    /// Saved anew by a program; every cell says the same.
    SavedAnew,
    /// Cells say something else.
    Altered {
        /// Which.
        cells: Vec<Differs>,
        /// How many there are in all.
        total: usize,
    },
}

/// An approval that a file belongs to.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Whose.
    pub institution: InstitutionId,
    /// The approval.
    pub approval: Approval,
    /// What the file is to the frozen one.
    pub file: FileState,
    /// How the approval stands today.
    pub standing: Standing,
    /// SHA-256 of the file that was looked at.
    pub sha256: String,
}

/// Most cells that are named.
const MOST: usize = 200;

impl Desk {
    /// Tells which approval of one's own institutions a workbook belongs to, and whether it is unchanged.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where none of one's own does: another institution's is not known here;
    /// [`Failure::Refused`] for a file that is no workbook.
    pub async fn verify(&self, actor: &Actor, file: &str, bytes: Vec<u8>) -> Result<Verified, Failure> {
        let own: Vec<(InstitutionId, Permit)> = institutions(actor)
            .into_iter()
            .filter_map(|id| own_permit(actor, Action::ReadSheet, &id).ok().map(|permit| (id, permit)))
            .collect();
        let sha256 = hex(&Sha256::digest(&bytes));
        for (institution, reads) in &own {
            let filter = ApprovalFilter { sha256: Some(sha256.clone()), ..ApprovalFilter::default() };
            if let Some(approval) = self.db.approvals(reads, &filter).await?.into_iter().next() {
                return self.verified(actor, institution, reads, approval, FileState::Unchanged, sha256).await;
            }
        }
        let name = file.to_owned();
        let book = blocking(move || workbook::read::read(&name, &bytes)).await??;
        let mark = workbook::recognise(&book).ok_or(Failure::NotFound)?;
        for (institution, reads) in &own {
            let filter = ApprovalFilter { export: Some(mark.export.to_string()), ..ApprovalFilter::default() };
            let Some(approval) = self.db.approvals(reads, &filter).await?.into_iter().next() else { continue };
            let frozen = self.db.approval_file(reads, &approval.id).await?;
            let state = blocking(move || compared(&frozen.name, &frozen.content, &book)).await??;
            return self.verified(actor, institution, reads, approval, state, sha256).await;
        }
        Err(Failure::NotFound)
    }

    async fn verified(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        reads: &Permit,
        approval: Approval,
        file: FileState,
        sha256: String,
    ) -> Result<Verified, Failure> {
        let newest = self.newest(actor, &self.publications(actor, &approval.service).await?).await?;
        let (_, own) = self.db.cells(reads, &approval.service).await?;
        let line = self.line(actor, reads, approval, &own, newest.as_ref()).await?;
        let word = match file {
            FileState::Unchanged => "unchanged",
            FileState::SavedAnew => "saved_anew",
            FileState::Altered { .. } => "altered",
        };
        let (service, detail) =
            (line.approval.service.as_str(), format!("{} {word} sha256:{sha256}", line.approval.id));
        let mut tx = self.db.begin().await?;
        tx.audit(actor, &self.entry_in(reads.layer(), "verify", service, &detail).about(service).under(reads)).await?;
        tx.commit().await?;
        Ok(Verified {
            institution: institution.clone(),
            approval: line.approval,
            file,
            standing: line.standing,
            sha256,
        })
    }
}

fn compared(name: &str, frozen: &[u8], book: &Book) -> Result<FileState, Failure> {
    let before = workbook::read::read(name, frozen)?;
    let mut cells = workbook::differences(&before, book);
    if cells.is_empty() {
        return Ok(FileState::SavedAnew);
    }
    let total = cells.len();
    cells.truncate(MOST);
    Ok(FileState::Altered { cells, total })
}
