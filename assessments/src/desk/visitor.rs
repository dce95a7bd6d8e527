//! Who is visiting, what they look at, and what waits for them: what every page asks first, over one connection.

use super::Desk;
use super::sign_in::token_hash;
use crate::access::Actor;
use crate::cell::Layer;
use crate::elevation::Elevation;
use crate::failure::Failure;
use crate::id::InstitutionId;
use crate::lang::Label;
use crate::store::Reader;
use chrono::Duration;

/// Minutes after which a visit is written down: a read should not become a write each time.
const TOUCHED: i64 = 10;

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq)]
pub struct Visitor {
    /// Who.
    pub actor: Actor,
    /// The institutions whose layers they read now: their own, and those that let them in for a time.
    pub institutions: Vec<(InstitutionId, Label)>,
    /// Emergencies of others that they have not acknowledged.
    pub alarms: Vec<Elevation>,
    /// How much of what was said to them they have not seen.
    pub unread: i64,
}

impl Desk {
    /// Who holds this session. What waits for them is asked for a page alone; a page is drawn without it, and without
    /// names of institutions, rather than not at all.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] where nobody holds it, any more.
    pub async fn visitor(&self, token: &str, page: bool) -> Result<Visitor, Failure> {
        let hash = token_hash(token);
        let mut reader = self.db.reader().await?;
        let (row, actor) = self.live_session(&mut reader, &hash).await?;
        let institutions = seen_institutions(&mut reader, &actor).await.unwrap_or_default();
        let (mut alarms, mut unread) = (vec![], 0);
        if let (true, Some(person)) = (page, &actor.person) {
            let (read, decide) = (self.reads(&actor).unwrap_or_default(), self.deciding(&actor));
            let waiting = reader.waiting(&read, &decide, person).await.unwrap_or_default();
            unread = waiting.0;
            if waiting.1 > 0 {
                alarms = reader.alarms(&decide, person).await.unwrap_or_default();
            }
        }
        drop(reader);
        let now = self.world.now();
        if row.seen_at + Duration::minutes(TOUCHED) <= now {
            let mut tx = self.db.begin().await?;
            tx.touch_session(&hash, now).await?;
            tx.commit().await?;
        }
        Ok(Visitor { actor, institutions, alarms, unread })
    }

    /// Emergencies of others that the actor could have decided on and has not acknowledged.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn elevation_alarms(&self, actor: &Actor) -> Result<Vec<Elevation>, Failure> {
        let Some(person) = &actor.person else { return Ok(vec![]) };
        self.db.reader().await?.alarms(&self.deciding(actor), person).await
    }

    /// How much of what was said to the actor they have not seen: the number in every page's header.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn unread(&self, actor: &Actor) -> Result<i64, Failure> {
        match (&actor.person, self.reads(actor)) {
            (Some(person), Ok(permits)) => self.db.reader().await?.unread(&permits, person).await,
            _ => Ok(0),
        }
    }

    /// The names of the institutions that the actor belongs to.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn own_institutions(&self, actor: &Actor) -> Result<Vec<(InstitutionId, Label)>, Failure> {
        named(&mut self.db.reader().await?, own(actor).cloned().collect()).await
    }
}

fn own(actor: &Actor) -> impl Iterator<Item = &InstitutionId> {
    actor.institutions.iter().filter(|(_, roles)| !roles.is_empty()).map(|(id, _)| id)
}

/// The institutions whose layers the actor reads now: their own first.
async fn seen_institutions(reader: &mut Reader, actor: &Actor) -> Result<Vec<(InstitutionId, Label)>, Failure> {
    let mut ids: Vec<InstitutionId> = own(actor).cloned().collect();
    for layer in actor.layers() {
        if let Layer::Institution(id) = layer
            && !ids.contains(&id)
        {
            ids.push(id);
        }
    }
    named(reader, ids).await
}

async fn named(reader: &mut Reader, ids: Vec<InstitutionId>) -> Result<Vec<(InstitutionId, Label)>, Failure> {
    let mut names = reader.institutions(&ids).await?;
    ids.into_iter().map(|id| names.remove_entry(&id).ok_or(Failure::NotFound)).collect()
}
