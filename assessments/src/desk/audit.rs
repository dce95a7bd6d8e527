//! The audit: reading it, and noting what people do beside writing cells.

use super::{Desk, Exported, Page};
use crate::access::{Action, Actor, permit};
use crate::audit::file::{FORM, Header, Writer};
use crate::cell::{Layer, SheetKey};
use crate::change::NO_HASH;
use crate::failure::Failure;
use crate::store::{AuditFilter, AuditRow, Tx};

/// What an audit page can be narrowed by, as it stands in the entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFacets {
    /// People who did something: id and name.
    pub people: Vec<(String, String)>,
    /// Services whose sheets were touched.
    pub services: Vec<String>,
}

/// Every kind of entry, in the order of a form's list.
pub const AUDIT_ACTIONS: &[&str] = &[
    "sign_in",
    "sign_in_failed",
    "change",
    "export",
    "prepare_approval",
    "forward_approval",
    "withdraw_approval",
    "approve",
    "reject",
    "answer_upstream",
    "propose",
    "put_system",
    "delete_system",
    "verify",
    "add_template",
    "retire_template",
    "fill_template",
    "apply_import",
    "read_audit",
    "export_audit",
    "export_elevations",
    "anchors_restart",
    "comment",
    "edit_comment",
    "delete_comment",
    "resolve_thread",
    "reopen_thread",
    "export_basket",
    "share_basket",
    "unshare_basket",
    "share_search",
    "unshare_search",
    "add_person",
    "give_role",
    "take_role",
    "new_link",
    "add_institution",
    "change_password",
    "second_factor_on",
    "second_factor_off",
    "second_factor_removed",
    "elevation_request",
    "elevation_approve",
    "elevation_reject",
    "elevation_emergency",
    "elevation_begin",
    "elevation_cancel",
    "elevation_end",
    "elevation_revoke",
    "elevation_review",
    "elevation_seen",
    "elevation_limit",
    "join_by_provider",
    "link_provider",
    "unlink_provider",
    "make_token",
    "revoke_token",
    "load_criteria",
    "load_crosswalk",
    "use_criteria",
    "move_criteria",
    "edit_synonyms",
    "open_round",
    "answer_round",
    "close_round",
    "publish",
    "publish_without_quorum",
    "assign",
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
        if permit.grant().is_some() {
            // Who reads by a right that was lent to them is seen reading.
            let mut tx = self.db.begin().await?;
            let detail = format!("{} {} {}", filter.action, filter.service, filter.text);
            tx.audit(actor, &self.entry_in(scope, "read_audit", "audit", detail.trim()).under(&permit)).await?;
            tx.commit().await?;
        }
        let (page, size) = (page.clamp(1, 100_000), size.clamp(1, 10_000));
        let (items, total) = self.db.audit(&permit, filter, (page - 1) * size, size).await?;
        Ok(Page { items, page, size, total })
    }

    /// What the entries of a layer can be narrowed by.
    ///
    /// # Errors
    /// As [`Desk::audit`].
    pub async fn audit_facets(&self, actor: &Actor, scope: &Layer) -> Result<AuditFacets, Failure> {
        let (people, services) = self.db.audit_facets(&permit(actor, Action::ReadAudit, scope)?).await?;
        Ok(AuditFacets { people, services })
    }

    /// A layer's whole audit as a file that verifies on its own (`kyohyo check --audit`). That it was taken out is its last
    /// entry.
    ///
    /// # Errors
    /// As [`Desk::audit`].
    pub async fn export_audit(&self, actor: &Actor, scope: &Layer) -> Result<Exported, Failure> {
        let permit = permit(actor, Action::ReadAudit, scope)?;
        let (name, short) = match scope {
            Layer::Shared => (String::new(), "common".to_owned()),
            Layer::Institution(id) => (self.db.institution(id).await?.ja, id.to_string()),
        };
        let mut tx = self.db.begin().await?;
        tx.audit(actor, &self.entry_in(scope, "export_audit", "audit", "").under(&permit)).await?;
        tx.commit().await?;
        let anchors = self.anchors_of(&scope.key()).await;
        let (last, head) = self.db.audit_head(&permit).await?.unwrap_or((0, NO_HASH.to_owned()));
        let anchors: Vec<_> = anchors.into_iter().filter(|a| a.number <= last).collect();
        let at = self.world.now();
        let mut writer = Writer::new(&Header {
            kyohyo_audit: FORM,
            layer: scope.key(),
            name,
            exported_at: at,
            exported_by: actor.name.clone(),
            entries: last,
            head,
            anchors: anchors.len(),
        });
        let mut after = 0;
        while after < last {
            let rows = self.db.audit_after(&permit, after).await?;
            let Some(end) = rows.last() else { break };
            after = end.number;
            // What was noted since the head was read belongs to the next export.
            rows.into_iter().filter(|row| row.number <= last).for_each(|row| writer.entry(row));
        }
        Ok(Exported {
            file_name: format!("kyohyo-audit-{short}-{}.jsonl", at.format("%Y%m%d")),
            content_type: "application/x-ndjson; charset=utf-8",
            bytes: writer.finish(&anchors),
        })
    }

    /// Notes something that was done to a sheet: in an institution's layer in that institution's audit alone, whoever did
    /// it and by whatever right; to the common text as [`Desk::note`] does.
    pub(super) async fn note_on(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        permit: &crate::access::Permit,
        key: &SheetKey,
        what: (&str, &str),
    ) -> Result<(), Failure> {
        let (action, detail) = what;
        let service = key.service.as_str();
        let own: Vec<Layer> = match &key.layer {
            Layer::Institution(_) => vec![key.layer.clone()],
            Layer::Shared => self.own_audits(actor),
        };
        for layer in &own {
            let entry = self.entry_in(layer, action, service, detail).about(service).under(permit);
            tx.audit(actor, &entry).await?;
        }
        Ok(())
    }

    /// The audits in which a person's doings stand.
    fn own_audits(&self, actor: &Actor) -> Vec<Layer> {
        let own: Vec<Layer> = actor.institutions.keys().cloned().map(Layer::Institution).collect();
        if own.is_empty() { vec![Layer::Shared] } else { own }
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
        for layer in &self.own_audits(actor) {
            tx.audit(actor, &self.entry_in(layer, action, subject, detail)).await?;
        }
        Ok(())
    }
    /// The same for something that concerns the common text: it stands in the installation's audit as well, once.
    pub(super) async fn note_common(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        action: &str,
        subject: &str,
        detail: &str,
    ) -> Result<(), Failure> {
        self.note(tx, actor, action, subject, detail).await?;
        if actor.institutions.is_empty() {
            return Ok(());
        }
        tx.audit(actor, &self.entry(action, subject, detail)).await
    }

    /// The same about a service's common sheet, with the grant that it was done under.
    pub(super) async fn note_common_on(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        permit: &crate::access::Permit,
        service: &crate::id::ServiceId,
        what: (&str, &str),
    ) -> Result<(), Failure> {
        self.note_on(tx, actor, permit, &SheetKey::shared(service.clone()), what).await?;
        if actor.institutions.is_empty() {
            return Ok(());
        }
        let entry = self.entry(what.0, service.as_str(), what.1).about(service.as_str()).under(permit);
        tx.audit(actor, &entry).await
    }
}
