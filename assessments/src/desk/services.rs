//! New services, and what is near to an id that no service has.

use super::Desk;
use super::write::WriteInput;
use crate::access::{Action, Actor, Permit, permit};
use crate::cell::{Address, Layer, SheetKey};
use crate::change::Door;
use crate::failure::Failure;
use crate::id::{RowId, ServiceId};
use crate::lang::{Label, Lang};

/// Most ids offered instead of an unknown one.
const NEAR: usize = 5;

/// A service that somebody wants to assess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewService {
    /// Its id: lower-case letters, digits, hyphens. Stands in addresses and on the command line for ever.
    pub id: ServiceId,
    /// Its name. One language is enough.
    pub name: Label,
    /// Who offers it.
    pub provider: String,
}

impl Desk {
    /// Makes a service exist, with an empty sheet that names it.
    ///
    /// # Errors
    /// [`Failure::Exists`] where the id is taken; [`Failure::Invalid`] without a name or for an id that an address of
    /// the program has; [`Failure::Forbidden`].
    pub async fn add_service(&self, actor: &Actor, new: &NewService, door: Door) -> Result<(), Failure> {
        let adds = permit(actor, Action::AddService, &Layer::Shared)?;
        let writes = permit(actor, Action::WriteCells, &Layer::Shared)?;
        if new.id.as_str() == "new" {
            return Err(Failure::invalid("id", new.id.as_str()));
        }
        if new.name.ja.trim().is_empty() && new.name.en.trim().is_empty() {
            return Err(Failure::invalid("name", ""));
        }
        let fact = |field: &str, lang, text: &str| {
            (Address::new("facts", RowId::service(), field, lang), text.trim().to_owned())
        };
        let mut cells: Vec<(Address, String)> =
            Lang::ALL.map(|lang| fact("name", Some(lang), lang.pick(&new.name.ja, &new.name.en))).into();
        cells.push(fact("provider", None, &new.provider));
        cells.retain(|(_, text)| !text.is_empty());
        let input = WriteInput {
            key: SheetKey::shared(new.id.clone()),
            base: 0,
            cells,
            reason: String::new(),
            door,
            source: String::new(),
        };
        let mut tx = self.db.begin().await?;
        if !tx.add_service(&adds, &new.id).await? {
            return Err(Failure::Exists { place: new.id.to_string() });
        }
        let written = self.append(&mut tx, actor, &writes, &input, &self.operation()?).await?;
        self.note(&mut tx, actor, "add_service", new.id.as_str(), "").await?;
        tx.commit().await?;
        self.tell(actor, &input.key, &written);
        Ok(())
    }

    /// Every service's id and name, for a form's list.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn service_names(&self, actor: &Actor) -> Result<Vec<(ServiceId, Label)>, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        Ok(self.db.service_names(&permit).await?.into_iter().map(|s| (s.id, s.name)).collect())
    }

    /// That a service exists, asked by somebody who reads the common text.
    ///
    /// # Errors
    /// [`Failure::UnknownService`] with the ids that look like it.
    pub async fn must_know(&self, actor: &Actor, id: &ServiceId) -> Result<(), Failure> {
        self.known_service(&self.shared(actor, Action::ReadSheet)?, id).await
    }

    /// That a service exists.
    ///
    /// # Errors
    /// [`Failure::UnknownService`] with the ids that look like it.
    pub(super) async fn known_service(&self, permit: &Permit, id: &ServiceId) -> Result<(), Failure> {
        match self.db.service(permit, id).await {
            Err(Failure::NotFound) => {
                let names = self.db.service_names(permit).await?;
                let candidates = near(id.as_str(), names.iter().map(|known| known.id.as_str()));
                Err(Failure::UnknownService { id: id.to_string(), candidates })
            }
            other => other.map(|_| ()),
        }
    }
}

/// Known ids that hold the asked one or a part of it, the nearest in length first.
fn near<'a>(asked: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    let parts: Vec<&str> = asked.split('-').filter(|p| p.len() > 2).collect();
    let mut fits: Vec<&str> =
        known.filter(|id| id.contains(asked) || asked.contains(*id) || parts.iter().any(|p| id.contains(p))).collect();
    fits.sort_by_key(|id| (!id.contains(asked), id.len().abs_diff(asked.len()), *id));
    fits.into_iter().take(NEAR).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn an_unknown_id_is_answered_with_the_nearest() {
        let known = ["s3", "s3control", "key-vault", "kms", "vault", "rds"];
        assert_eq!(near("s3c", known.into_iter()), ["s3control", "s3"]);
        assert_eq!(near("azure-vault", known.into_iter()), ["key-vault", "vault"]);
        assert!(near("zzz", known.into_iter()).is_empty());
    }
}
