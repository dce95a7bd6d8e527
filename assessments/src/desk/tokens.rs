//! Tokens of the HTTP API: personal, shown once, narrower than their person.

use super::Desk;
use super::sign_in::token_hash;
use crate::access::{Action, Actor, Scope, permit};
use crate::cell::Layer;
use crate::failure::Failure;
use crate::id::{InstitutionId, opaque};
use crate::store::{NewToken, TokenRow};
use chrono::Duration;
use std::collections::BTreeSet;

/// A token ends after this many days at the latest.
pub const TOKEN_DAYS: i64 = 365;
/// Tokens that one person may hold at a time.
const MOST_TOKENS: usize = 50;
/// How every token begins, so that scanners for secrets find one that was pasted somewhere.
const PREFIX: &str = "kyohyo_";

/// A token that somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenWanted {
    /// What for.
    pub name: String,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// After how many days it ends.
    pub days: i64,
    /// The only institution it acts in; none for all of its person's.
    pub institution: Option<InstitutionId>,
}

impl Desk {
    /// Makes a token of the actor's own. What it gives back is shown once: only its hash is kept.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for a name, scopes, a time or an institution that does not fit; [`Failure::OutOfScope`] for
    /// a token, which makes no other.
    pub async fn make_token(&self, actor: &Actor, wanted: &TokenWanted) -> Result<String, Failure> {
        let person = actor.in_person()?;
        let name = crate::canonical::clean(wanted.name.trim()).replace('\n', " ");
        if name.is_empty() || name.chars().count() > 100 {
            return Err(Failure::invalid("token_name", &wanted.name));
        }
        if wanted.scopes.is_empty() {
            return Err(Failure::invalid("scopes", ""));
        }
        if !(1..=TOKEN_DAYS).contains(&wanted.days) {
            return Err(Failure::invalid("days", &wanted.days.to_string()));
        }
        if let Some(id) = wanted.institution.as_ref().filter(|id| !actor.institutions.contains_key(id)) {
            return Err(Failure::invalid("institution", id.as_str()));
        }
        let now = self.world.now();
        if self.db.tokens_of(person, now).await?.len() >= MOST_TOKENS {
            return Err(Failure::invalid("tokens", &MOST_TOKENS.to_string()));
        }
        let token = format!("{PREFIX}{}{}", opaque(self.world.random()), opaque(self.world.random()));
        let id = opaque(self.world.random());
        let mut tx = self.db.begin().await?;
        tx.add_token(&NewToken {
            id: &id,
            hash: &token_hash(&token),
            person,
            name: &name,
            scopes: &wanted.scopes,
            institution: wanted.institution.as_ref(),
            at: now,
            expires_at: now + Duration::days(wanted.days),
        })
        .await?;
        let scopes: Vec<&str> = wanted.scopes.iter().map(|s| s.key()).collect();
        let detail = format!("{name} ({})", scopes.join(" "));
        match &wanted.institution {
            // What acts in one institution is that institution's to know, and no other's.
            Some(only) => {
                let layer = Layer::Institution(only.clone());
                tx.audit(actor, &self.entry_in(&layer, "make_token", &id, &detail)).await?;
            }
            None => self.note(&mut tx, actor, "make_token", &id, &detail).await?,
        }
        tx.commit().await?;
        Ok(token)
    }

    /// The actor's own tokens.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] for nobody; [`Failure::OutOfScope`] for a token.
    pub async fn own_tokens(&self, actor: &Actor) -> Result<Vec<TokenRow>, Failure> {
        self.db.tokens_of(actor.in_person()?, self.world.now()).await
    }

    /// Ends one of the actor's own tokens.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a token that is not theirs.
    pub async fn revoke_own_token(&self, actor: &Actor, id: &str) -> Result<(), Failure> {
        let found = self.own_tokens(actor).await?.into_iter().find(|t| t.id == id).ok_or(Failure::NotFound)?;
        let mut tx = self.db.begin().await?;
        tx.revoke_token(&found.id, self.world.now()).await?;
        match &found.institution {
            Some(only) => {
                let layer = Layer::Institution(only.clone());
                tx.audit(actor, &self.entry_in(&layer, "revoke_token", &found.id, &found.name)).await?;
            }
            None => self.note(&mut tx, actor, "revoke_token", &found.id, &found.name).await?,
        }
        tx.commit().await
    }

    /// The tokens with which people of the scope can act in it: name, scopes, last use.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for an institution that is not the actor's; [`Failure::Forbidden`] without the role.
    pub async fn tokens_in(&self, actor: &Actor, scope: &Layer) -> Result<Vec<TokenRow>, Failure> {
        self.db.tokens_in(&permit(actor, Action::ManagePeople, scope)?, self.world.now()).await
    }

    /// Ends a token with which somebody of the scope can act in it.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a token that does not reach the scope; [`Failure::Forbidden`] without the role.
    pub async fn revoke_token(&self, actor: &Actor, scope: &Layer, id: &str) -> Result<(), Failure> {
        let tokens = self.tokens_in(actor, scope).await?;
        let found = tokens.into_iter().find(|t| t.id == id).ok_or(Failure::NotFound)?;
        let mut tx = self.db.begin().await?;
        tx.revoke_token(&found.id, self.world.now()).await?;
        let detail = format!("{} ({})", found.name, found.holder);
        tx.audit(actor, &self.entry_in(scope, "revoke_token", &found.id, &detail)).await?;
        tx.commit().await
    }

    /// Who acts with a token: its person, with their present roles, narrowed by its scopes.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] where it has ended, or its person was let go.
    pub async fn token(&self, token: &str) -> Result<(Actor, TokenRow), Failure> {
        if !token.starts_with(PREFIX) || token.len() > 200 {
            return Err(Failure::SignedOut);
        }
        let now = self.world.now();
        let row = self.db.token(&token_hash(token), now).await?;
        let person = self.db.actor(&row.person, now).await?.ok_or(Failure::SignedOut)?;
        if row.used_at.is_none_or(|used| used + Duration::minutes(1) <= now) {
            // Not at every request: a read should not become a write.
            let mut tx = self.db.begin().await?;
            tx.touch_token(&row.id, now).await?;
            tx.commit().await?;
        }
        Ok((person.narrowed(row.scopes.clone(), row.institution.as_ref()), row))
    }
}
