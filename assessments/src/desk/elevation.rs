//! Elevated access: asking for a right for a time, deciding, beginning, ending, reviewing.
//!
//! An institution's layer is opened only by that institution: its managers decide, whoever asks, and nobody from outside
//! can help themselves in an emergency.

mod list;

use super::{Desk, Page};
use crate::access::{Action, Actor, Permit, permit};
use crate::cell::Layer;
use crate::elevation::{Act, Elevation, MOST_HOURS, NOBODY_MINUTES, State, Verb, Wish};
use crate::failure::Failure;
use crate::id::{GrantId, InstitutionId, PersonId, opaque};
use crate::lang::Label;
use crate::store::{ElevationFilter, Tx};
use chrono::Duration;

/// The permit to ask for something in a layer: by a role there, or, for an institution's layer, by a role over the
/// installation where one does not belong to the institution.
fn asks(actor: &Actor, layer: &Layer) -> Result<Permit, Failure> {
    let outside = match layer {
        Layer::Shared => false,
        Layer::Institution(id) => actor.institutions.get(id).is_none_or(|roles| roles.is_empty()),
    };
    if outside {
        let installed = Actor { institutions: [].into(), ..actor.clone() };
        return permit(&installed, Action::RequestElevation, &Layer::Shared);
    }
    permit(actor, Action::RequestElevation, layer)
}

impl Desk {
    /// The longest that a right is lent for, in hours.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn elevation_hours(&self) -> Result<i64, Failure> {
        self.db.elevation_hours().await
    }

    /// Sets it.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for more than a day or nothing; [`Failure::Forbidden`] for all but administrators.
    pub async fn set_elevation_hours(&self, actor: &Actor, hours: i64) -> Result<(), Failure> {
        let permit = permit(actor, Action::ManageInstitutions, &Layer::Shared)?;
        if !(1..=MOST_HOURS).contains(&hours) {
            return Err(Failure::invalid("hours", &hours.to_string()));
        }
        let mut tx = self.db.begin().await?;
        tx.set_elevation_hours(&permit, hours).await?;
        tx.audit(actor, &self.entry("elevation_limit", &hours.to_string(), "")).await?;
        tx.commit().await
    }

    /// In which layers somebody can ask, with the institutions' names: the common one without.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn elevation_places(&self, actor: &Actor) -> Result<Vec<(Layer, Option<Label>)>, Failure> {
        let mut places = vec![];
        let over = asks(actor, &Layer::Shared);
        if over.is_ok() {
            places.push((Layer::Shared, None));
        }
        let installed =
            permit(&Actor { institutions: [].into(), ..actor.clone() }, Action::RequestElevation, &Layer::Shared);
        let names: Vec<(InstitutionId, Label)> = match &installed {
            Ok(permit) => self.db.places_to_ask(permit).await?,
            Err(_) => self.own_institutions(actor).await?,
        };
        let named = names.into_iter().map(|(id, name)| (Layer::Institution(id), Some(name)));
        places.extend(named.filter(|(layer, _)| asks(actor, layer).is_ok()));
        Ok(places)
    }

    /// Asks for a right.
    ///
    /// # Errors
    /// [`Failure::Invalid`] naming the field; [`Failure::Elevation`] while an emergency of the actor's is unreviewed;
    /// [`Failure::NotFound`] for an institution that is not there; [`Failure::Forbidden`].
    pub async fn ask_elevation(&self, actor: &Actor, wish: Wish) -> Result<GrantId, Failure> {
        let person = actor.person.clone().ok_or(Failure::SignedOut)?;
        let permit = asks(actor, &wish.layer)?;
        if let Layer::Institution(id) = &wish.layer {
            self.db.institution(id).await?;
        }
        let now = self.world.now();
        let wish = Wish {
            reason: crate::canonical::clean(wish.reason.trim()).into_owned(),
            ticket: crate::canonical::clean(wish.ticket.trim()).replace('\n', " "),
            ..wish
        };
        wish.check(now, self.elevation_hours().await?)?;
        let mut tx = self.db.begin().await?;
        if tx.elevations_of(&person).await?.iter().any(Elevation::unreviewed_emergency) {
            return Err(Failure::elevation("unreviewed"));
        }
        let id = GrantId::parse(&opaque(self.world.random()))?;
        let asked = Elevation::ask(id.clone(), person, &actor.name, wish, now);
        tx.add_elevation(&permit, &asked).await?;
        let start = asked.wish.start.map(|s| format!(" {}", s.format("%Y-%m-%dT%H:%MZ"))).unwrap_or_default();
        let detail = format!(
            "{}{start} {} min {} {}",
            asked.wish.scope.key(),
            asked.wish.minutes,
            asked.wish.ticket,
            asked.wish.reason
        );
        tx.audit(actor, &self.entry_in(&asked.wish.layer, "elevation_request", id.as_str(), &detail)).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Acts upon a request: see [`Verb`]. Gives back what became of it.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a request that the actor may not see; [`Failure::Elevation`] with the reason;
    /// [`Failure::Forbidden`] for an emergency in a layer that only its institution opens.
    pub async fn act_elevation(
        &self,
        actor: &Actor,
        id: &GrantId,
        verb: Verb,
        comment: &str,
    ) -> Result<Elevation, Failure> {
        let mut tx = self.db.begin().await?;
        let before = tx.elevation(id).await?;
        let layer = before.wish.layer.clone();
        let own = actor.person.as_ref() == Some(&before.person);
        let permit = match (own, verb.is_own()) {
            (true, _) => asks(actor, &layer)?,
            // Whoever may not decide there does not learn that there is such a request.
            (false, false) => permit(actor, Action::DecideElevation, &layer).map_err(|_| Failure::NotFound)?,
            (false, true) => {
                permit(actor, Action::DecideElevation, &layer).map_err(|_| Failure::NotFound)?;
                return Err(Failure::elevation("own"));
            }
        };
        if verb == Verb::Emergency {
            self.nobody_there(&permit, &before).await?;
        }
        let act = Act {
            by: actor.person.clone(),
            name: actor.name.clone(),
            at: self.world.now(),
            comment: crate::canonical::clean(comment.trim()).into_owned(),
        };
        let after = before.act(verb, act)?;
        tx.put_elevation(&permit, &after).await?;
        if verb == Verb::Emergency {
            let deciders = self.db.deciders(&permit, &layer).await?.into_iter().map(|(id, _)| id);
            let others: Vec<PersonId> = deciders.filter(|id| *id != after.person).collect();
            self.alarm_by_mail(&mut tx, &others).await?;
        }
        let kind = format!("elevation_{}", verb.key());
        let detail = format!("{} {} {}", after.wish.scope.key(), after.name, comment.trim());
        tx.audit(actor, &self.entry_in(&layer, &kind, id.as_str(), detail.trim_end())).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// That an emergency is one: the layer is the actor's to open, and whoever could decide is not there, or has not
    /// answered for a while.
    async fn nobody_there(&self, permit: &Permit, request: &Elevation) -> Result<(), Failure> {
        let layer = &request.wish.layer;
        // Somebody from outside asked by a role over the installation: the institution decides, or nobody.
        if permit.layer() != layer {
            return Err(Failure::Forbidden { action: Action::DecideElevation.key().into() });
        }
        let now = self.world.now();
        let lately = now - Duration::minutes(NOBODY_MINUTES);
        if request.asked_at <= lately {
            return Ok(());
        }
        let others = self.db.deciders(permit, layer).await?;
        let there = others.iter().any(|(id, seen)| *id != request.person && seen.is_some_and(|seen| seen > lately));
        if there { Err(Failure::elevation("present")) } else { Ok(()) }
    }

    /// Permits to decide, in every layer where the actor may.
    pub(super) fn deciding(&self, actor: &Actor) -> Vec<Permit> {
        let layers = actor.institutions.keys().cloned().map(Layer::Institution);
        [Layer::Shared]
            .into_iter()
            .chain(layers)
            .filter_map(|l| permit(actor, Action::DecideElevation, &l).ok())
            .collect()
    }

    /// Whether the actor has anything to do with elevated access: may ask somewhere, or decide.
    pub fn knows_elevation(&self, actor: &Actor) -> bool {
        let layers = actor.institutions.keys().cloned().map(Layer::Institution);
        let mut all = [Layer::Shared].into_iter().chain(layers);
        all.any(|layer| asks(actor, &layer).is_ok()) || !self.deciding(actor).is_empty()
    }

    async fn of_others(&self, actor: &Actor, fits: impl Fn(&Elevation) -> bool) -> Result<Vec<Elevation>, Failure> {
        let permits = self.deciding(actor);
        if permits.is_empty() {
            return Ok(vec![]);
        }
        let all = self.db.elevations(&permits, None, &ElevationFilter::default()).await?;
        Ok(all.into_iter().filter(|e| Some(&e.person) != actor.person.as_ref() && fits(e)).collect())
    }

    /// Requests that wait for the actor's decision.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn elevations_to_decide(&self, actor: &Actor) -> Result<Vec<Elevation>, Failure> {
        let now = self.world.now();
        self.of_others(actor, |e| e.state(now) == State::Pending).await
    }

    /// Rights of others that are over and wait for the actor's review; emergencies first.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn elevations_to_review(&self, actor: &Actor) -> Result<Vec<Elevation>, Failure> {
        let now = self.world.now();
        let mut found = self.of_others(actor, |e| e.to_review(now)).await?;
        found.sort_by_key(|e| !e.emergency);
        Ok(found)
    }

    /// Rights of others that hold now or will, which the actor could take away.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn elevations_running(&self, actor: &Actor) -> Result<Vec<Elevation>, Failure> {
        let now = self.world.now();
        self.of_others(actor, |e| matches!(e.state(now), State::Approved | State::Scheduled | State::Active)).await
    }

    /// The actor's own requests, newest first.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] for nobody.
    pub async fn own_elevations(&self, actor: &Actor) -> Result<Vec<Elevation>, Failure> {
        let person = actor.person.as_ref().ok_or(Failure::SignedOut)?;
        self.db.elevations(&[], Some(person), &ElevationFilter::default()).await
    }

    /// Every request that the actor may see: their own, and those of the layers where they decide or read the audit.
    /// `state` narrows by where they stand now.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn elevations(
        &self,
        actor: &Actor,
        filter: &ElevationFilter,
        state: Option<State>,
        page: i64,
        size: i64,
    ) -> Result<Page<Elevation>, Failure> {
        let now = self.world.now();
        let layers = actor.institutions.keys().cloned().map(Layer::Institution);
        let may = |layer: Layer| {
            permit(actor, Action::DecideElevation, &layer).or_else(|_| permit(actor, Action::ReadAudit, &layer)).ok()
        };
        let permits: Vec<Permit> = [Layer::Shared].into_iter().chain(layers).filter_map(may).collect();
        let mut all = self.db.elevations(&permits, actor.person.as_ref(), filter).await?;
        all.retain(|e| state.is_none_or(|s| e.state(now) == s));
        let (page, size) = (page.clamp(1, 100_000), size.clamp(1, 100_000));
        let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let skip = usize::try_from((page - 1).saturating_mul(size)).unwrap_or(usize::MAX);
        let items = all.into_iter().skip(skip).take(usize::try_from(size).unwrap_or(usize::MAX)).collect();
        Ok(Page { items, page, size, total })
    }

    /// Acknowledges an alarm. That is in the audit.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a request that the actor could not decide on.
    pub async fn see_alarm(&self, actor: &Actor, id: &GrantId) -> Result<(), Failure> {
        let person = actor.person.as_ref().ok_or(Failure::SignedOut)?;
        let mut tx = self.db.begin().await?;
        let request = tx.elevation(id).await?;
        let permit = permit(actor, Action::DecideElevation, &request.wish.layer).map_err(|_| Failure::NotFound)?;
        tx.see_alarm(&permit, id, person, self.world.now()).await?;
        tx.audit(actor, &self.entry_in(&request.wish.layer, "elevation_seen", id.as_str(), &request.name)).await?;
        tx.commit().await
    }

    /// Somebody is let go: what they asked for is refused, what they were lent is taken away.
    pub(super) async fn drop_elevations(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        permit: &Permit,
        person: &PersonId,
    ) -> Result<(), Failure> {
        for request in tx.elevations_of(person).await? {
            let act = Act {
                by: actor.person.clone(),
                name: actor.name.clone(),
                at: self.world.now(),
                comment: "let go".into(),
            };
            if let Some(after) = request.drop_for(act) {
                tx.put_elevation(permit, &after).await?;
                let entry = self.entry_in(&request.wish.layer, "elevation_revoke", request.id.as_str(), "let go");
                tx.audit(actor, &entry).await?;
            }
        }
        Ok(())
    }
}
