//! Permission: one pure function, default deny.
//!
//! [`permit`] is the only place that decides. What it hands out is a [`Permit`], which nobody else can make; store
//! methods that write, or read confidential rows, take one, so that a forgotten check does not compile.

mod policy;

pub use policy::{Action, Role, table};

use crate::cell::Layer;
use crate::change::Author;
use crate::failure::Failure;
use crate::id::{InstitutionId, PersonId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The person; none for the command line itself.
    pub person: Option<PersonId>,
    /// As shown and as written into change sets.
    pub name: String,
    /// Roles over the installation.
    pub installation: BTreeSet<Role>,
    /// Roles per institution.
    pub institutions: BTreeMap<InstitutionId, BTreeSet<Role>>,
}

impl Actor {
    /// The command line, which acts on the common layer as itself: who holds the server's files holds the common text.
    /// It sees no institution's layer.
    pub fn command_line() -> Actor {
        Actor {
            person: None,
            name: "command line".into(),
            installation: BTreeSet::from([Role::Administrator, Role::Coordinator]),
            institutions: BTreeMap::new(),
        }
    }

    /// Whether this person wrote it. The command line and the library are nobody in particular.
    pub fn is(&self, author: &Author) -> bool {
        self.person.is_some() && self.person == author.person
    }

    /// The layers that this actor reads: the common one, and those of their institutions.
    pub fn layers(&self) -> Vec<Layer> {
        let own = self
            .institutions
            .iter()
            .filter(|(_, roles)| !roles.is_empty())
            .map(|(id, _)| Layer::Institution(id.clone()));
        let shared = permit(self, Action::ReadSheet, &Layer::Shared).ok().map(|_| Layer::Shared);
        shared.into_iter().chain(own).collect()
    }
}

/// Leave to do one thing to one subject. Only [`permit`] makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    action: Action,
    layer: Layer,
}

impl Permit {
    /// What is allowed.
    pub fn action(&self) -> Action {
        self.action
    }

    /// In which layer.
    pub fn layer(&self) -> &Layer {
        &self.layer
    }

    /// Checks that the permit is for this action and layer: a permit for one layer opens no other.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where it is not.
    pub fn covers(&self, action: Action, layer: &Layer) -> Result<(), Failure> {
        if self.action == action && self.layer == *layer { Ok(()) } else { Err(Failure::NotFound) }
    }
}

/// Decides whether `actor` may do `action` in `layer`. For actions on the installation the layer is [`Layer::Shared`];
/// for actions on an institution's people and settings it is the institution's.
///
/// # Errors
/// [`Failure::NotFound`] where the actor may not even see the layer; [`Failure::Forbidden`] where they see it but hold
/// no role for the action.
pub fn permit(actor: &Actor, action: Action, layer: &Layer) -> Result<Permit, Failure> {
    let roles: Vec<Role> = match layer {
        Layer::Shared => actor.installation.iter().chain(actor.institutions.values().flatten()).copied().collect(),
        Layer::Institution(id) => actor.institutions.get(id).into_iter().flatten().copied().collect(),
    };
    if roles.is_empty() {
        return Err(Failure::NotFound);
    }
    if roles.iter().any(|role| policy::allows(*role, action, layer)) {
        Ok(Permit { action, layer: layer.clone() })
    } else {
        Err(Failure::Forbidden { action: action.key().into() })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn member(institution: &str, role: Role) -> Actor {
        Actor {
            person: PersonId::parse("p1").ok(),
            name: "佐藤".into(),
            installation: BTreeSet::new(),
            institutions: BTreeMap::from([(InstitutionId::parse(institution).unwrap(), BTreeSet::from([role]))]),
        }
    }

    fn own(institution: &str) -> Layer {
        Layer::Institution(InstitutionId::parse(institution).unwrap())
    }

    #[test]
    fn another_institutions_layer_is_not_found_for_everybody_else() {
        let administrator = Actor { institutions: BTreeMap::new(), ..Actor::command_line() };
        for actor in [administrator, member("b-bank", Role::Manager), member("b-bank", Role::Editor)] {
            for action in Action::ALL {
                assert_eq!(permit(&actor, action, &own("a-bank")), Err(Failure::NotFound), "{action:?}");
            }
        }
    }

    #[test]
    fn a_permit_for_one_layer_opens_no_other() {
        let permit = permit(&member("a-bank", Role::Editor), Action::WriteCells, &own("a-bank")).unwrap();
        assert!(permit.covers(Action::WriteCells, &own("a-bank")).is_ok());
        assert!(permit.covers(Action::WriteCells, &Layer::Shared).is_err());
        assert!(permit.covers(Action::ReadSheet, &own("a-bank")).is_err());
    }

    #[test]
    fn somebody_without_a_role_sees_nothing() {
        let nobody = Actor { installation: BTreeSet::new(), ..Actor::command_line() };
        for action in Action::ALL {
            assert_eq!(permit(&nobody, action, &Layer::Shared), Err(Failure::NotFound));
        }
        assert!(nobody.layers().is_empty());
    }

    #[test]
    fn the_policy_is_what_was_reviewed() {
        insta::assert_snapshot!(table());
    }
}
