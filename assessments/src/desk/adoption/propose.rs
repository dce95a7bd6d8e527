//! An institution proposes a text of its own to the common sheet. What is sent is the text that its person chose, and
//! nothing that leads back to the private layer.

use super::super::{Desk, WriteInput};
use super::own_permit;
use crate::access::{Action, Actor, permit};
use crate::adoption::{Rule, refuse};
use crate::cell::{Address, Layer, SheetKey};
use crate::change::Door;
use crate::failure::Failure;
use crate::id::{InstitutionId, RowId, ServiceId};
use crate::schema;
use crate::store::Written;

/// A text that shall go into the common sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalInput {
    /// Which service.
    pub service: ServiceId,
    /// Where the text comes from, in the own layer: for the own audit only.
    pub from: Address,
    /// The cell of the common sheet; a new usage note's text where its row is a placeholder.
    pub to: Address,
    /// The category of a new usage note; empty for none.
    pub category: String,
    /// The whole text that the cell shall have.
    pub text: String,
    /// Why, for everybody to read.
    pub reason: String,
    /// The revision of the common sheet that the person saw.
    pub base: i64,
}

/// Exactly what would leave the institution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The cells, with their texts.
    pub cells: Vec<(Address, String)>,
    /// What stands there now.
    pub current: String,
    /// The reason.
    pub reason: String,
    /// Under which name.
    pub name: String,
    /// The revision of the common sheet.
    pub number: i64,
}

impl Desk {
    /// Shows exactly what a proposal would write into the common sheet. Nothing is written.
    ///
    /// # Errors
    /// [`Rule::NoReason`]; [`Failure::Invalid`] for a cell that the common sheet does not have; [`Failure::NotFound`] for
    /// an institution that is not the actor's; [`Failure::Forbidden`] for who may not write the common text.
    pub async fn preview_proposal(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        input: &ProposalInput,
    ) -> Result<Proposal, Failure> {
        own_permit(actor, Action::ReadSheet, institution)?;
        permit(actor, Action::WriteCells, &Layer::Shared)?;
        schema::declared_in(&Layer::Shared, &input.to)?;
        if input.to.is_order() {
            return Err(Failure::invalid("address", &input.to.to_string()));
        }
        if input.reason.trim().is_empty() {
            return Err(refuse(Rule::NoReason, ""));
        }
        if input.text.trim().is_empty() {
            return Err(Failure::invalid("text", ""));
        }
        let view = self.sheet(actor, &SheetKey::shared(input.service.clone())).await?;
        let field = input.to.declared().ok_or(Failure::NotFound)?;
        let text = crate::canonical::check(&input.to, field, &input.text)?;
        let mut cells = vec![(input.to.clone(), text)];
        if input.to.section == "notes" && input.to.row.is_placeholder() && !input.category.is_empty() {
            let category = view.criteria.category(&input.category).ok_or(Failure::NotFound)?;
            cells.push((Address::new("notes", input.to.row.clone(), "category", None), category.id.clone()));
        }
        Ok(Proposal {
            current: view.cells.text(&input.to).to_owned(),
            cells,
            reason: input.reason.trim().to_owned(),
            name: actor.name.clone(),
            number: view.number,
        })
    }

    /// Sends a proposal: a change set of the common sheet like anybody's, and an entry in the institution's own audit that
    /// says where it came from.
    ///
    /// # Errors
    /// As [`Desk::preview_proposal`]; [`Failure::Conflict`] where the same words changed meanwhile.
    pub async fn propose(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        input: &ProposalInput,
    ) -> Result<Written, Failure> {
        let reads = own_permit(actor, Action::ReadSheet, institution)?;
        let writes = permit(actor, Action::WriteCells, &Layer::Shared)?;
        let proposal = self.preview_proposal(actor, institution, input).await?;
        let write = WriteInput {
            key: SheetKey::shared(input.service.clone()),
            base: input.base,
            cells: proposal.cells,
            reason: proposal.reason,
            door: Door::Form,
            // Nothing of the private layer stands in the common history.
            source: String::new(),
        };
        let mut tx = self.db.begin().await?;
        let written = self.append(&mut tx, actor, &writes, &write, &self.operation()?).await?;
        if !written.cells.is_empty() {
            let to = written.cells.iter().map(|(a, _)| a).find(|a| !a.is_order()).unwrap_or(&input.to);
            let detail = format!("{} → {to} r{}", input.from, written.number);
            tx.audit(
                actor,
                &self
                    .entry_in(reads.layer(), "propose", input.service.as_str(), &detail)
                    .about(input.service.as_str())
                    .under(&reads),
            )
            .await?;
        }
        tx.commit().await?;
        self.tell(actor, &write.key, &written);
        Ok(written)
    }
}

impl ProposalInput {
    /// The text of a new usage note.
    pub fn new_note(lang: crate::lang::Lang) -> Address {
        Address::new("notes", RowId::placeholder(1), "note", Some(lang))
    }
}
