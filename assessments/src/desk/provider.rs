//! Signing in through an institution's own provider. How the provider is asked is the server's matter: here arrive claims
//! that were verified.
//!
//! Nobody gets a local account by an e-mail address alone: an account is found by (issuer, subject), and one that exists
//! already is linked by somebody who is signed in to it.

use super::Desk;
use super::factors::SignIn;
use super::sign_in::token_hash;
use crate::access::{Action, Actor, Permit, permit};
use crate::cell::Layer;
use crate::failure::Failure;
use crate::id::{PersonId, opaque};
use crate::store::{Held, Identity, ProviderStep};
use chrono::Duration;
use std::collections::BTreeSet;

/// Minutes that a sign-in may take at the provider.
pub const PROVIDER_MINUTES: i64 = 10;

/// What a provider said of somebody, after it was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The provider.
    pub issuer: String,
    /// Who they are there.
    pub subject: String,
    /// Their e-mail address, where the provider has verified it.
    pub email: Option<String>,
    /// What they are called.
    pub name: String,
    /// The roles that follow from their groups.
    pub roles: BTreeSet<Held>,
    /// Whether the provider asked for a second factor.
    pub second_factor: bool,
}

/// What goes to the provider with somebody.
#[derive(Clone, Debug)]
pub struct Begun {
    /// Comes back with them, and stands in their browser's cookie.
    pub state: String,
    /// Comes back in the token.
    pub nonce: String,
    /// Stays here, until the code is exchanged.
    pub verifier: String,
}

impl Desk {
    /// Begins a sign-in at the provider; with an actor, the linking of their own account.
    ///
    /// # Errors
    /// [`Failure::OutOfScope`] for a token.
    pub async fn begin_provider(&self, back: &str, linking: Option<&Actor>) -> Result<Begun, Failure> {
        let long = || format!("{}{}", opaque(self.world.random()), opaque(self.world.random()));
        let begun = Begun { state: long(), nonce: long(), verifier: long() };
        let now = self.world.now();
        let step = ProviderStep {
            nonce: begun.nonce.clone(),
            verifier: begun.verifier.clone(),
            back: back.chars().take(500).collect(),
            person: linking.map(|actor| actor.in_person().cloned()).transpose()?,
            expires_at: now + Duration::minutes(PROVIDER_MINUTES),
        };
        let mut tx = self.db.begin().await?;
        tx.add_provider_step(&token_hash(&begun.state), &step, now - Duration::hours(1)).await?;
        tx.commit().await?;
        Ok(begun)
    }

    /// Takes a sign-in that came back from the provider, once.
    ///
    /// # Errors
    /// [`Failure::Provider`] where it was not begun here, was taken already, or took too long.
    pub async fn back_from_provider(&self, state: &str) -> Result<ProviderStep, Failure> {
        let mut tx = self.db.begin().await?;
        let step = tx.take_provider_step(&token_hash(state)).await?;
        tx.commit().await?;
        let step = step.ok_or_else(|| Failure::provider("state", ""))?;
        if step.expires_at <= self.world.now() { Err(Failure::provider("expired", "")) } else { Ok(step) }
    }

    /// Signs in whoever the provider vouches for. Somebody new becomes a person, with the roles of their groups or none.
    ///
    /// # Errors
    /// [`Failure::Provider`]: `link_first` where their address is an account's already; `inactive`.
    pub async fn provider_sign_in(&self, claims: &Claims) -> Result<SignIn, Failure> {
        let person = match self.db.identified(&claims.issuer, &claims.subject).await? {
            Some(person) => person,
            None => self.join(claims).await?,
        };
        if self.db.actor(&person, self.world.now()).await?.is_none() {
            return Err(Failure::provider("inactive", ""));
        }
        self.keep_roles(&person, &claims.roles).await?;
        if claims.second_factor {
            return Ok(SignIn::In(self.start_session(&person, self.world.now()).await?));
        }
        self.or_second_step(&person).await
    }

    async fn join(&self, claims: &Claims) -> Result<PersonId, Failure> {
        let (provider, permit) = self.as_provider()?;
        let email = match &claims.email {
            Some(email) => {
                let email = email.trim().to_lowercase();
                if self.db.person_by_email(&email).await?.is_some() {
                    return Err(Failure::provider("link_first", &email));
                }
                email
            }
            // An address that nobody verified is nobody's: it must not stand in the way of its owner.
            None => format!("{}@provider.invalid", opaque(self.world.random())),
        };
        let name: String = claims.name.trim().chars().take(100).collect();
        let name = if name.is_empty() { email.split('@').next().unwrap_or_default().to_owned() } else { name };
        let person = self.add(&provider, &permit, &email, &name).await?;
        let mut tx = self.db.begin().await?;
        if !tx.add_identity(&claims.issuer, &claims.subject, &person, self.world.now()).await? {
            return Err(Failure::provider("taken", ""));
        }
        tx.audit(&provider, &self.entry("join_by_provider", person.as_str(), &claims.issuer)).await?;
        tx.commit().await?;
        Ok(person)
    }

    fn as_provider(&self) -> Result<(Actor, Permit), Failure> {
        let chief = Actor::command_line();
        let permit = permit(&chief, Action::ManagePeople, &Layer::Shared)?;
        Ok((Actor { name: "sign-in provider".into(), ..chief }, permit))
    }

    /// Brings the roles that follow from groups in step. Those that somebody gave by hand stay as they are.
    async fn keep_roles(&self, person: &PersonId, wanted: &BTreeSet<Held>) -> Result<(), Failure> {
        let (provider, permit) = self.as_provider()?;
        let held: BTreeSet<Held> = self.db.provider_roles(&permit, person).await?.into_iter().collect();
        if held == *wanted {
            return Ok(());
        }
        let mut known = Vec::new();
        for new in wanted.difference(&held) {
            match &new.0 {
                Some(id) if self.db.institution(id).await.is_err() => {
                    tracing::warn!(institution = %id, "a group leads to an institution that does not exist");
                }
                _ => known.push(new),
            }
        }
        let mut tx = self.db.begin().await?;
        for new in known {
            if tx.give_provider_role(&permit, person, new).await? {
                let detail = format!("{} (provider)", new.1.key());
                tx.audit(&provider, &self.entry_in(&layer_of(new), "give_role", person.as_str(), &detail)).await?;
            }
        }
        for gone in held.difference(wanted) {
            tx.take_provider_role(&permit, person, gone).await?;
            let detail = format!("{} (provider)", gone.1.key());
            tx.audit(&provider, &self.entry_in(&layer_of(gone), "take_role", person.as_str(), &detail)).await?;
        }
        tx.commit().await
    }

    /// Links the actor's own account with who they are at the provider.
    ///
    /// # Errors
    /// [`Failure::Provider`] `taken` where that account is linked to somebody else; [`Failure::OutOfScope`] for a token.
    pub async fn link_provider(&self, actor: &Actor, claims: &Claims) -> Result<(), Failure> {
        let person = actor.in_person()?;
        match self.db.identified(&claims.issuer, &claims.subject).await? {
            Some(known) if known == *person => return Ok(()),
            Some(_) => return Err(Failure::provider("taken", "")),
            None => {}
        }
        let mut tx = self.db.begin().await?;
        if !tx.add_identity(&claims.issuer, &claims.subject, person, self.world.now()).await? {
            return Err(Failure::provider("taken", ""));
        }
        self.note(&mut tx, actor, "link_provider", person.as_str(), &claims.issuer).await?;
        tx.commit().await?;
        self.keep_roles(person, &claims.roles).await
    }

    /// Takes the link away. Whoever has no password would lock themselves out.
    ///
    /// # Errors
    /// [`Failure::Provider`] `only_way` without a password; [`Failure::NotFound`] where there is no link.
    pub async fn unlink_provider(&self, actor: &Actor, issuer: &str) -> Result<(), Failure> {
        let person = actor.in_person()?;
        if self.db.password_of(person).await?.is_none() {
            return Err(Failure::provider("only_way", ""));
        }
        let mut tx = self.db.begin().await?;
        if !tx.remove_identity(issuer, person).await? {
            return Err(Failure::NotFound);
        }
        self.note(&mut tx, actor, "unlink_provider", person.as_str(), issuer).await?;
        tx.commit().await
    }

    /// The actor's own accounts at providers.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] for nobody.
    pub async fn own_identities(&self, actor: &Actor) -> Result<Vec<Identity>, Failure> {
        self.db.identities_of(actor.in_person()?).await
    }

    /// The address that the actor can be invited by; none where their provider did not verify one.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] for nobody.
    pub async fn own_address(&self, actor: &Actor) -> Result<Option<String>, Failure> {
        let email = self.db.email_of(actor.in_person()?).await?;
        Ok(Some(email).filter(|e| !e.ends_with("@provider.invalid")))
    }
}

fn layer_of(held: &Held) -> Layer {
    held.0.clone().map_or(Layer::Shared, Layer::Institution)
}
