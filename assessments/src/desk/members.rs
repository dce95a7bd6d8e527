//! Administration: who belongs to the installation and to an institution, and one's own sessions.
//!
//! Access to an institution's layer is granted only by that institution. So the installation's administrators name an
//! institution's first manager, and nobody after that; they give out no link for people who belong to an institution,
//! since a link sets a password and with it one could enter as that person.

use super::Desk;
use super::sign_in::token_hash;
use crate::access::{Action, Actor, Permit, Role, permit};
use crate::cell::Layer;
use crate::failure::Failure;
use crate::id::{InstitutionId, PersonId};
use crate::store::{InstitutionRow, Member, OwnSession};
use std::collections::BTreeSet;

/// What came of an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invited {
    /// A new person; this one-time link's token is shown once.
    New(String),
    /// Somebody who had an account already: they hold the new roles from their next request on.
    Known,
}

fn scope_key(scope: &Layer) -> &str {
    match scope {
        Layer::Shared => "",
        Layer::Institution(id) => id.as_str(),
    }
}

impl Desk {
    /// The people of the installation, or of an institution.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for an institution that is not the actor's; [`Failure::Forbidden`] without the role.
    pub async fn members(&self, actor: &Actor, scope: &Layer) -> Result<Vec<Member>, Failure> {
        self.db.members(&permit(actor, Action::ManagePeople, scope)?).await
    }

    /// Every institution, with how many people it has.
    ///
    /// # Errors
    /// [`Failure::Forbidden`] for all but administrators.
    pub async fn institutions(&self, actor: &Actor) -> Result<Vec<InstitutionRow>, Failure> {
        self.db.institutions(&permit(actor, Action::ManageInstitutions, &Layer::Shared)?).await
    }

    /// Invites somebody with roles in a scope. Who has an account keeps it, whatever it belongs to: they get the roles and
    /// no link.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for an address, a name or a role that does not fit; [`Failure::Forbidden`].
    pub async fn invite(
        &self,
        actor: &Actor,
        scope: &Layer,
        email: &str,
        name: &str,
        roles: &BTreeSet<Role>,
    ) -> Result<Invited, Failure> {
        let permit = permit(actor, Action::ManagePeople, scope)?;
        if roles.is_empty() {
            return Err(Failure::invalid("role", ""));
        }
        let email = email.trim().to_lowercase();
        let known = self.db.person_by_email(&email).await?;
        let (person, new) = match &known {
            Some(person) => (person.id.clone(), false),
            None => (self.add(actor, &permit, &email, name).await?, true),
        };
        let nowhere = self.db.belongs_to(&permit, &person).await?.is_empty();
        let mut tx = self.db.begin().await?;
        // Whom everybody had let go comes back with the account they had.
        if nowhere && known.as_ref().is_some_and(|p| !p.active) {
            tx.set_active(&permit, &person, true).await?;
        }
        for role in roles {
            tx.give_role(&permit, &person, institution_of(scope), *role).await?;
            tx.audit(actor, &self.entry_in(scope, "give_role", person.as_str(), role.key())).await?;
        }
        tx.commit().await?;
        if new { Ok(Invited::New(self.link_for(&person).await?)) } else { Ok(Invited::Known) }
    }

    /// Names an institution's first manager.
    ///
    /// # Errors
    /// [`Failure::Exists`] where it has one: from then on it looks after its people itself.
    pub async fn invite_first_manager(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        email: &str,
        name: &str,
    ) -> Result<Invited, Failure> {
        let row =
            self.institutions(actor).await?.into_iter().find(|i| i.id == *institution).ok_or(Failure::NotFound)?;
        if row.managers > 0 {
            return Err(Failure::Exists { place: Role::Manager.key().into() });
        }
        let email = email.trim().to_lowercase();
        if self.db.person_by_email(&email).await?.is_some() {
            return Err(Failure::Exists { place: email });
        }
        let token = self.add_person(actor, &email, name, &[(Some(institution.clone()), Role::Manager)]).await?;
        Ok(Invited::New(token))
    }

    /// Sets a person's roles in a scope to these. Without any left anywhere, the person can no longer sign in.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for somebody who is not of the scope; [`Failure::Invalid`] for a role that does not fit, and
    /// for taking away one's own last right to manage.
    pub async fn set_roles(
        &self,
        actor: &Actor,
        scope: &Layer,
        person: &PersonId,
        roles: &BTreeSet<Role>,
    ) -> Result<(), Failure> {
        let permit = permit(actor, Action::ManagePeople, scope)?;
        let member = self.member(&permit, person).await?;
        let ruling = if matches!(scope, Layer::Shared) { Role::Administrator } else { Role::Manager };
        if actor.person.as_ref() == Some(person) && member.roles.contains(&ruling) && !roles.contains(&ruling) {
            return Err(Failure::invalid("role", ruling.key()));
        }
        let elsewhere = self.db.belongs_to(&permit, person).await?.iter().any(|place| place != scope_key(scope));
        let mut tx = self.db.begin().await?;
        for role in Role::ALL {
            match (roles.contains(&role), member.roles.contains(&role)) {
                (true, false) => {
                    tx.give_role(&permit, person, institution_of(scope), role).await?;
                    tx.audit(actor, &self.entry_in(scope, "give_role", person.as_str(), role.key())).await?;
                }
                (false, true) => {
                    tx.take_role(&permit, person, role).await?;
                    tx.audit(actor, &self.entry_in(scope, "take_role", person.as_str(), role.key())).await?;
                }
                _ => {}
            }
        }
        if roles.is_empty() && !elsewhere {
            self.drop_elevations(&mut tx, actor, &permit, person).await?;
            tx.set_active(&permit, person, false).await?;
        } else if !member.active && !elsewhere {
            tx.set_active(&permit, person, true).await?;
        }
        tx.commit().await
    }

    /// A new one-time link for a person who lost their password. Only for those who belong to this scope alone.
    ///
    /// # Errors
    /// [`Failure::Forbidden`] for somebody who belongs elsewhere too; [`Failure::NotFound`] for somebody of another scope.
    pub async fn new_link(&self, actor: &Actor, scope: &Layer, person: &PersonId) -> Result<String, Failure> {
        let permit = permit(actor, Action::ManagePeople, scope)?;
        self.alone_here(&permit, scope, person).await?;
        let mut tx = self.db.begin().await?;
        tx.audit(actor, &self.entry_in(scope, "new_link", person.as_str(), "")).await?;
        tx.commit().await?;
        self.link_for(person).await
    }

    /// That a person belongs to this scope and to no other: what opens their account opens nothing else then.
    pub(super) async fn alone_here(&self, permit: &Permit, scope: &Layer, person: &PersonId) -> Result<(), Failure> {
        self.member(permit, person).await?;
        let elsewhere = self.db.belongs_to(permit, person).await?.iter().any(|place| place != scope_key(scope));
        if elsewhere { Err(Failure::Forbidden { action: Action::ManagePeople.key().into() }) } else { Ok(()) }
    }

    async fn member(&self, permit: &Permit, person: &PersonId) -> Result<Member, Failure> {
        self.db.members(permit).await?.into_iter().find(|m| m.id == *person).ok_or(Failure::NotFound)
    }

    /// The actor's own sessions, each with whether it is the one of this token.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] for nobody.
    pub async fn own_sessions(&self, actor: &Actor, token: &str) -> Result<Vec<(OwnSession, bool)>, Failure> {
        let person = actor.in_person()?;
        let here = token_hash(token);
        let sessions = self.db.sessions_of(person, self.world.now()).await?;
        Ok(sessions.into_iter().map(|s| (s.token_hash == here, s)).map(|(own, s)| (s, own)).collect())
    }

    /// Ends one of the actor's own sessions, or all but the one of this token.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] for nobody.
    pub async fn end_own_sessions(&self, actor: &Actor, token: &str, which: Option<&str>) -> Result<(), Failure> {
        let person = actor.in_person()?;
        let mut tx = self.db.begin().await?;
        match which {
            Some(hash) => tx.end_own_session(person, hash).await?,
            None => tx.end_sessions_but(person, &token_hash(token)).await?,
        }
        tx.commit().await
    }
}

fn institution_of(scope: &Layer) -> Option<&InstitutionId> {
    match scope {
        Layer::Shared => None,
        Layer::Institution(id) => Some(id),
    }
}
