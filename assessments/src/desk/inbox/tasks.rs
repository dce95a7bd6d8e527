//! Sources of the inbox beside what was said: what waits for the actor's doing.

use super::{InboxItem, InboxKind, excerpt};
use crate::access::Actor;
use crate::cell::Layer;
use crate::desk::Desk;
use crate::elevation::Elevation;
use crate::failure::Failure;
use crate::id::{InstitutionId, RowId};
use crate::lang::Label;
use crate::review::Scope;
use crate::store::Approval;

impl Desk {
    /// Everything that waits for the actor's doing.
    pub(super) async fn to_do(&self, actor: &Actor) -> Result<Vec<InboxItem>, Failure> {
        let mut items = self.asked_to_review(actor).await?;
        items.extend(self.asked_to_change(actor).await?);
        items.extend(self.shared_out(actor).await?);
        items.extend(self.lent(actor).await?);
        items.extend(self.approvals(actor).await?);
        Ok(items)
    }

    /// Source: review rounds that wait for the actor's answer.
    async fn asked_to_review(&self, actor: &Actor) -> Result<Vec<InboxItem>, Failure> {
        let item = |r: crate::desk::ReviewToGive| InboxItem {
            key: format!("review:{}", r.round.id),
            kind: InboxKind::Review,
            title: r.name,
            layer: Layer::Shared,
            place: None,
            who: r.round.author.name,
            text: excerpt(&r.round.note),
            at: r.round.opened_at,
            due: Some(r.round.due).filter(|day| !day.is_empty()),
            url: format!("/services/{}/review", r.round.service),
            unread: true,
        };
        Ok(self.reviews_to_give(actor).await?.into_iter().map(item).collect())
    }

    /// Source: changes that reviewers ask for in what the actor wrote.
    async fn asked_to_change(&self, actor: &Actor) -> Result<Vec<InboxItem>, Failure> {
        let mut items = Vec::new();
        for asked in self.changes_asked_of(actor).await? {
            let address = match asked.given.scope {
                Scope::Cell(address) => Some(address),
                Scope::Whole => None,
            };
            let place = match address {
                Some(address) => Some((self.set_of(actor, &asked.service).await?, address)),
                None => None,
            };
            items.push(InboxItem {
                key: format!("changes:{}:{}", asked.round, asked.given.ord),
                kind: InboxKind::Changes,
                title: asked.name,
                layer: Layer::Shared,
                place,
                who: asked.given.name,
                text: excerpt(&asked.given.comment),
                at: asked.given.at,
                due: None,
                url: format!("/services/{}/review?round={}", asked.service, asked.round),
                unread: true,
            });
        }
        Ok(items)
    }

    /// The criteria set that a sheet follows.
    async fn set_of(&self, actor: &Actor, service: &crate::id::ServiceId) -> Result<String, Failure> {
        let permit = self.shared(actor, crate::access::Action::ReadSheet)?;
        Ok(self.db.service(&permit, service).await?.criteria)
    }

    /// Source: categories that were given to the actor's institutions and are not confirmed yet.
    async fn shared_out(&self, actor: &Actor) -> Result<Vec<InboxItem>, Failure> {
        let now = self.world.now();
        let item = |share: crate::desk::Share| {
            let rows: Vec<&str> = share.rows.iter().map(RowId::as_str).collect();
            InboxItem {
                // With more categories, or another day, it is another matter.
                key: format!("share:{}:{}:{}:{}", share.service, share.institution, rows.len(), share.due),
                kind: InboxKind::Assignment,
                title: share.name,
                layer: Layer::Shared,
                place: None,
                who: String::new(),
                text: excerpt(&format!("{} ({}/{})", rows.join(", "), share.confirmed, rows.len())),
                at: if share.due.is_empty() { now } else { super::midnight(&share.due) },
                url: format!("/services/{}/assignments", share.service),
                due: Some(share.due).filter(|day| !day.is_empty()),
                unread: true,
            }
        };
        Ok(self.assigned_to(actor).await?.into_iter().map(item).collect())
    }

    /// Source: approvals that wait for the actor's decision, and those that no longer hold, in their own institutions.
    async fn approvals(&self, actor: &Actor) -> Result<Vec<InboxItem>, Failure> {
        let decide = self.approvals_to_decide(actor).await?.into_iter();
        let outdated = self.approvals_outdated(actor).await?.into_iter();
        Ok(decide
            .map(|(own, a)| approval(own, a, InboxKind::Approval))
            .chain(outdated.map(|(own, line)| approval(own, line.approval, InboxKind::Outdated)))
            .collect())
    }

    /// Source: requests for a right for a time that wait for the actor's decision, and rights that are over and wait for
    /// their review.
    async fn lent(&self, actor: &Actor) -> Result<Vec<InboxItem>, Failure> {
        let mut items: Vec<InboxItem> =
            self.elevations_to_decide(actor).await?.into_iter().map(|e| elevation(e, "decide")).collect();
        items.extend(self.elevations_to_review(actor).await?.into_iter().map(|e| elevation(e, "review")));
        Ok(items)
    }
}

fn approval(own: InstitutionId, a: Approval, kind: InboxKind) -> InboxItem {
    let decide = kind == InboxKind::Approval;
    InboxItem {
        key: format!("{}:{}", kind.key(), a.id),
        kind,
        title: a.name,
        url: format!("/approvals/{}?institution={own}", a.id),
        layer: Layer::Institution(own),
        place: None,
        who: a.prepared.name,
        text: excerpt(&a.comment),
        at: if decide { a.prepared_at } else { a.decided_at.unwrap_or(a.prepared_at) },
        due: (!decide && !a.valid_until.is_empty()).then_some(a.valid_until),
        unread: true,
    }
}

fn elevation(e: Elevation, what: &str) -> InboxItem {
    InboxItem {
        key: format!("elevation:{}:{what}", e.id),
        kind: if what == "decide" { InboxKind::Elevation } else { InboxKind::ElevationReview },
        // A person asks: the line says who, and why.
        title: Label { ja: e.name.clone(), en: e.name },
        layer: e.wish.layer,
        place: None,
        who: String::new(),
        text: excerpt(&e.wish.reason),
        at: if what == "decide" { e.asked_at } else { e.window.map_or(e.asked_at, |w| w.until) },
        due: None,
        url: format!("/elevation/{}", e.id),
        unread: true,
    }
}
