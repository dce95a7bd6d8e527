//! People and institutions: records of their own, with audit entries.

use super::Desk;
use crate::access::{Action, Actor, Permit, Role, permit};
use crate::cell::Layer;
use crate::failure::Failure;
use crate::id::{InstitutionId, PersonId, opaque};
use crate::lang::Label;
use crate::store::{AuditEntry, NewPerson};

impl Desk {
    /// First start: makes the administrator and a one-time sign-in link's token. `None` where somebody exists already.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn first_start(&self) -> Result<Option<String>, Failure> {
        if self.db.has_people().await? {
            return Ok(None);
        }
        let actor = Actor::command_line();
        let permit = permit(&actor, Action::ManagePeople, &Layer::Shared)?;
        let person = self.add(&actor, &permit, "admin@localhost", "管理者").await?;
        let mut tx = self.db.begin().await?;
        // Both: whoever tries the program alone can edit the common text at once.
        tx.give_role(&permit, &person, None, Role::Administrator).await?;
        tx.give_role(&permit, &person, None, Role::Coordinator).await?;
        tx.commit().await?;
        self.link_for(&person).await.map(Some)
    }

    /// An audit entry of the common records, now.
    pub(super) fn entry<'a>(&self, action: &'a str, subject: &'a str, detail: &'a str) -> AuditEntry<'a> {
        self.entry_in(&Layer::Shared, action, subject, detail)
    }

    /// An audit entry of a layer's records, now.
    pub(super) fn entry_in<'a>(
        &self,
        layer: &'a Layer,
        action: &'a str,
        subject: &'a str,
        detail: &'a str,
    ) -> AuditEntry<'a> {
        let (id, at) = (opaque(self.world.random()), self.world.now());
        AuditEntry { id, at, layer, action, subject, detail, service: "", grant: None }
    }

    pub(super) async fn add(
        &self,
        actor: &Actor,
        permit: &Permit,
        email: &str,
        name: &str,
    ) -> Result<PersonId, Failure> {
        let email = email.trim().to_lowercase();
        let fits = email.len() <= 200
            && email.split_once('@').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty())
            && !email.chars().any(|c| c.is_whitespace() || c.is_control());
        if !fits {
            return Err(Failure::invalid("email", &email));
        }
        let name = crate::canonical::clean(name.trim()).replace('\n', " ");
        if name.is_empty() || name.chars().count() > 100 {
            return Err(Failure::invalid("name", &name));
        }
        let id = PersonId::parse(&opaque(self.world.random()))?;
        let now = self.world.now();
        let mut tx = self.db.begin().await?;
        tx.add_person(permit, &NewPerson { id: id.clone(), email: &email, name: &name, at: now }).await?;
        tx.audit(actor, &self.entry_in(permit.layer(), "add_person", id.as_str(), &email)).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Adds a person with roles and gives back their one-time sign-in link's token. Roles in an institution are given
    /// over the common layer only for that institution's first people; later its manager gives them.
    ///
    /// # Errors
    /// [`Failure::Exists`] for a taken address; [`Failure::NotFound`] for an unknown institution.
    pub async fn add_person(
        &self,
        actor: &Actor,
        email: &str,
        name: &str,
        roles: &[(Option<InstitutionId>, Role)],
    ) -> Result<String, Failure> {
        let permit = permit(actor, Action::ManagePeople, &Layer::Shared)?;
        for (institution, role) in roles {
            if let Some(id) = institution {
                self.db.institution(id).await?;
            }
            if institution.is_none() != role.is_installation() {
                return Err(Failure::invalid("role", role.key()));
            }
        }
        let person = self.add(actor, &permit, email, name).await?;
        let mut tx = self.db.begin().await?;
        for (institution, role) in roles {
            tx.give_role(&permit, &person, institution.as_ref(), *role).await?;
            let detail = format!("{} {}", institution.as_ref().map_or("-", InstitutionId::as_str), role.key());
            tx.audit(actor, &self.entry("give_role", person.as_str(), &detail)).await?;
        }
        tx.commit().await?;
        self.link_for(&person).await
    }

    /// Adds an institution.
    ///
    /// # Errors
    /// [`Failure::Exists`] where the id is taken; [`Failure::Invalid`] for an empty name.
    pub async fn add_institution(&self, actor: &Actor, id: &InstitutionId, name: &Label) -> Result<(), Failure> {
        let permit = permit(actor, Action::ManageInstitutions, &Layer::Shared)?;
        if name.ja.trim().is_empty() && name.en.trim().is_empty() {
            return Err(Failure::invalid("name", ""));
        }
        let now = self.world.now();
        let mut tx = self.db.begin().await?;
        tx.add_institution(&permit, id, name, now).await?;
        tx.audit(actor, &self.entry("add_institution", id.as_str(), &name.ja)).await?;
        tx.commit().await
    }

    /// The actor that a person is, by e-mail address: `--as` on the command line.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where there is no active person of that address.
    pub async fn person(&self, email: &str) -> Result<Actor, Failure> {
        let person = self.db.person_by_email(&email.trim().to_lowercase()).await?.ok_or(Failure::NotFound)?;
        self.db.actor(&person.id, self.world.now()).await?.ok_or(Failure::NotFound)
    }
}
