//! The audit: reading it, and noting what people do beside writing cells.

use super::{Desk, Page};
use crate::access::{Action, Actor, permit};
use crate::cell::Layer;
use crate::failure::Failure;
use crate::store::{AuditFilter, AuditRow, Tx};

/// Every kind of entry, in the order of a form's list.
pub const AUDIT_ACTIONS: [&str; 17] = [
    "sign_in",
    "export",
    "apply_import",
    "add_person",
    "give_role",
    "take_role",
    "new_link",
    "add_institution",
    "change_password",
    "second_factor_on",
    "second_factor_off",
    "second_factor_removed",
    "load_criteria",
    "load_crosswalk",
    "use_criteria",
    "move_criteria",
    "add_service",
];

impl Desk {
    /// Entries of the installation's records, or of an institution's own, newest first.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for an institution that is not the actor's; [`Failure::Forbidden`] without the role.
    pub async fn audit(
        &self,
        actor: &Actor,
        scope: &Layer,
        filter: &AuditFilter,
        page: i64,
        size: i64,
    ) -> Result<Page<AuditRow>, Failure> {
        let permit = permit(actor, Action::ReadAudit, scope)?;
        let (page, size) = (page.clamp(1, 100_000), size.clamp(1, 10_000));
        let (items, total) = self.db.audit(&permit, filter, (page - 1) * size, size).await?;
        Ok(Page { items, page, size, total })
    }

    /// Notes something that a person did in the audit of their institutions; of the installation, where they have none.
    /// An institution's audit is for itself: what its people do is nobody else's to read.
    pub(super) async fn note(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        action: &str,
        subject: &str,
        detail: &str,
    ) -> Result<(), Failure> {
        let own: Vec<Layer> = actor.institutions.keys().cloned().map(Layer::Institution).collect();
        let layers = if own.is_empty() { vec![Layer::Shared] } else { own };
        for layer in &layers {
            tx.audit(actor, &self.entry_in(layer, action, subject, detail)).await?;
        }
        Ok(())
    }
}
