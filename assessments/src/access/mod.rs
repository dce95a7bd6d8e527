//! Permission: one pure function, default deny.
//!
//! [`permit`] is the only place that decides. What it hands out is a [`Permit`], which nobody else can make; store
//! methods that write, or read confidential rows, take one, so that a forgotten check does not compile.

mod policy;
mod scope;
mod stage;
mod table;

pub use policy::{Action, Role};
pub use scope::Scope;
pub use stage::Stage;
pub use table::{Whose, decides, lent, somebody, table};

use crate::cell::Layer;
use crate::change::Author;
use crate::failure::Failure;
use crate::id::{GrantId, InstitutionId, PersonId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A right for a time, as it is active now: see [`crate::elevation`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The request that it came of.
    pub id: GrantId,
    /// What it allows. One request may allow several things.
    pub action: Action,
    /// In which layer.
    pub layer: Layer,
    /// When it ends by itself.
    pub until: DateTime<Utc>,
}

/// Who acts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The person; none for the command line itself.
    pub person: Option<PersonId>,
    /// As shown and as written into change sets.
    pub name: String,
    /// Roles over the installation.
    pub installation: BTreeSet<Role>,
    /// Roles per institution.
    pub institutions: BTreeMap<InstitutionId, BTreeSet<Role>>,
    /// Rights for a time that are active now. Whoever loads the actor asks the clock.
    #[serde(default)]
    pub grants: Vec<Grant>,
    /// The scopes of the token that they act with; none where they are there themselves.
    #[serde(default)]
    pub scopes: Option<BTreeSet<Scope>>,
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
            grants: vec![],
            scopes: None,
        }
    }

    /// The same person with less: what these scopes let through, in one institution only where one is named.
    pub fn narrowed(mut self, scopes: BTreeSet<Scope>, only: Option<&InstitutionId>) -> Actor {
        if let Some(only) = only {
            self.installation.clear();
            self.institutions.retain(|id, _| id == only);
        }
        // Nor does it act under a right for a time: that was given to somebody who is there.
        self.grants.clear();
        self.scopes = Some(scopes);
        self
    }

    /// That the person is there themselves: what concerns their own account no token does.
    ///
    /// # Errors
    /// [`Failure::OutOfScope`] for a token.
    pub fn in_person(&self) -> Result<&PersonId, Failure> {
        match (&self.scopes, &self.person) {
            (Some(_), _) => Err(Failure::OutOfScope { action: "account".into() }),
            (None, person) => person.as_ref().ok_or(Failure::SignedOut),
        }
    }

    /// Whether this person wrote it. The command line and the library are nobody in particular.
    pub fn is(&self, author: &Author) -> bool {
        self.person.is_some() && self.person == author.person
    }

    /// The institutions for which this actor reviews the common text.
    pub fn reviews_for(&self) -> impl Iterator<Item = &InstitutionId> {
        self.institutions.iter().filter(|(_, roles)| roles.contains(&Role::Reviewer)).map(|(id, _)| id)
    }

    /// The layers that this actor reads: the common one, those of their institutions, and those that a grant opens.
    pub fn layers(&self) -> Vec<Layer> {
        let own = self
            .institutions
            .iter()
            .filter(|(_, roles)| !roles.is_empty())
            .map(|(id, _)| Layer::Institution(id.clone()));
        let shared = permit(self, Action::ReadSheet, &Layer::Shared).ok().map(|_| Layer::Shared);
        let lent = self.grants.iter().map(|g| &g.layer).filter(|layer| match layer {
            Layer::Shared => false,
            Layer::Institution(id) => !self.institutions.contains_key(id),
        });
        let lent: BTreeSet<Layer> = lent.filter(|l| permit(self, Action::ReadSheet, l).is_ok()).cloned().collect();
        shared.into_iter().chain(own).chain(lent).collect()
    }

    /// The roles that count in a layer.
    fn roles(&self, layer: &Layer) -> Vec<Role> {
        match layer {
            Layer::Shared => self.installation.iter().chain(self.institutions.values().flatten()).copied().collect(),
            Layer::Institution(id) => self.institutions.get(id).into_iter().flatten().copied().collect(),
        }
    }

    /// The active grants of a layer. They count only while their person may ask for grants there, by a role: with the role
    /// goes what was lent on it. What is lent is lent to the person who is there, never to a token of theirs.
    fn lent(&self, layer: &Layer) -> impl Iterator<Item = &Grant> {
        let asks = |roles: &[Role], layer| roles.iter().any(|r| policy::allows(*r, Action::RequestElevation, layer));
        let installation: Vec<Role> = self.installation.iter().copied().collect();
        let counts = self.scopes.is_none() && (asks(&self.roles(layer), layer) || asks(&installation, &Layer::Shared));
        self.grants.iter().filter(move |g| counts && g.layer == *layer)
    }
}

/// Leave to do one thing to one subject. Only [`permit`] makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    action: Action,
    layer: Layer,
    grant: Option<GrantId>,
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

    /// The grant that it came from; none where a role allows it.
    pub fn grant(&self) -> Option<&GrantId> {
        self.grant.as_ref()
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
/// for actions on an institution's people and settings it is the institution's. What a role allows needs no grant, and is
/// not written down as done under one.
///
/// # Errors
/// [`Failure::NotFound`] where the actor may not even see the layer; [`Failure::Forbidden`] where they see it but hold
/// neither a role nor a grant for the action; [`Failure::OutOfScope`] where the role would do, but not the token.
pub fn permit(actor: &Actor, action: Action, layer: &Layer) -> Result<Permit, Failure> {
    let roles = actor.roles(layer);
    let by_role = roles.iter().any(|role| policy::allows(*role, action, layer));
    let by_files = actor.person.is_none() && !roles.is_empty() && policy::of_the_files(action, layer);
    if by_role || by_files {
        // A token does less than its person, and never more.
        if actor.scopes.as_ref().is_some_and(|scopes| !scopes.iter().any(|scope| scope.covers(action))) {
            return Err(Failure::OutOfScope { action: action.key().into() });
        }
        return Ok(Permit { action, layer: layer.clone(), grant: None });
    }
    let lent: Vec<&Grant> = actor.lent(layer).collect();
    // Of several that allow it, the one that lasts longest.
    let grant = lent.iter().filter(|g| g.action == action).max_by(|a, b| (a.until, &a.id).cmp(&(b.until, &b.id)));
    match grant {
        Some(grant) => Ok(Permit { action, layer: layer.clone(), grant: Some(grant.id.clone()) }),
        None if roles.is_empty() && lent.is_empty() => Err(Failure::NotFound),
        None => Err(Failure::Forbidden { action: action.key().into() }),
    }
}

/// The roles that allow an action in a layer: whom to ask, and whom to tell.
pub fn holders(action: Action, layer: &Layer) -> Vec<Role> {
    Role::ALL.into_iter().filter(|role| policy::allows(*role, action, layer)).collect()
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
            grants: vec![],
            scopes: None,
        }
    }

    fn lent(actor: Actor, action: Action, layer: &Layer, id: &str, until: i64) -> Actor {
        let until = DateTime::from_timestamp(until, 0).unwrap();
        let grant = Grant { id: GrantId::parse(id).unwrap(), action, layer: layer.clone(), until };
        Actor { grants: actor.grants.iter().cloned().chain([grant]).collect(), ..actor }
    }

    fn administrator() -> Actor {
        Actor {
            person: PersonId::parse("p2").ok(),
            installation: BTreeSet::from([Role::Administrator]),
            ..Actor::command_line()
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
    fn dangerous_verbs_are_held_by_nobody_but_for_a_time() {
        for action in [Action::ManageCriteria, Action::ReadAudit, Action::PublishWithoutQuorum] {
            let mut everybody = administrator();
            everybody.installation.insert(Role::Coordinator);
            everybody.institutions.insert(InstitutionId::parse("a-bank").unwrap(), Role::ALL.into_iter().collect());
            let refused = Err(Failure::Forbidden { action: action.key().into() });
            assert_eq!(permit(&everybody, action, &Layer::Shared), refused, "{action:?}");
            let once = lent(everybody, action, &Layer::Shared, "g1", 10);
            let twice = lent(once, action, &Layer::Shared, "g2", 20);
            let given = permit(&twice, action, &Layer::Shared).unwrap();
            assert_eq!(given.grant().map(GrantId::as_str), Some("g2"), "the one that lasts longest");
        }
        // Whoever holds the server's files holds the installation's criteria and audit.
        for action in [Action::ManageCriteria, Action::ReadAudit] {
            assert_eq!(permit(&Actor::command_line(), action, &Layer::Shared).unwrap().grant(), None);
        }
        assert!(permit(&Actor::command_line(), Action::PublishWithoutQuorum, &Layer::Shared).is_err());
    }

    #[test]
    fn a_grant_opens_one_layer_to_one_thing_and_goes_with_the_role() {
        let a = own("a-bank");
        let guest = lent(administrator(), Action::ReadSheet, &a, "g1", 10);
        assert_eq!(permit(&guest, Action::ReadSheet, &a).unwrap().grant().map(GrantId::as_str), Some("g1"));
        assert_eq!(guest.layers(), [Layer::Shared, a.clone()]);
        let refused = Failure::Forbidden { action: "write_cells".into() };
        assert_eq!(permit(&guest, Action::WriteCells, &a), Err(refused));
        assert_eq!(permit(&guest, Action::ReadSheet, &own("b-bank")), Err(Failure::NotFound));
        let dismissed = Actor { installation: BTreeSet::from([Role::Reader]), ..guest };
        assert_eq!(permit(&dismissed, Action::ReadSheet, &a), Err(Failure::NotFound));
        assert_eq!(dismissed.layers(), [Layer::Shared]);
    }

    #[test]
    fn a_token_has_nothing_of_what_was_lent_to_its_person() {
        let a = own("a-bank");
        let guest = lent(administrator(), Action::ReadSheet, &a, "g1", 10);
        let token = Actor { scopes: Some(Scope::ALL.into_iter().collect()), ..guest };
        assert_eq!(permit(&token, Action::ReadSheet, &a), Err(Failure::NotFound));
        assert_eq!(token.layers(), [Layer::Shared]);
    }

    #[test]
    fn what_a_role_allows_is_not_done_under_a_grant() {
        let a = own("a-bank");
        let editor = lent(member("a-bank", Role::Editor), Action::WriteCells, &a, "g1", 10);
        assert_eq!(permit(&editor, Action::WriteCells, &a).unwrap().grant(), None);
    }

    #[test]
    fn a_token_does_what_its_scopes_cover_of_what_its_person_may() {
        for role in Role::ALL.into_iter().filter(|r| !r.is_installation()) {
            let person = member("a-bank", role);
            for scope in Scope::ALL {
                let token = person.clone().narrowed(BTreeSet::from([scope]), None);
                for (action, layer) in Action::ALL.into_iter().flat_map(|a| [(a, Layer::Shared), (a, own("a-bank"))]) {
                    let (whole, narrow) = (permit(&person, action, &layer), permit(&token, action, &layer));
                    match &whole {
                        Ok(_) if scope.covers(action) => assert_eq!(narrow, whole, "{role:?} {scope:?} {action:?}"),
                        Ok(_) => assert!(matches!(narrow, Err(Failure::OutOfScope { .. })), "{scope:?} {action:?}"),
                        Err(_) => assert_eq!(narrow, whole, "a scope gives nothing: {role:?} {scope:?} {action:?}"),
                    }
                }
                assert_eq!(permit(&token, Action::ReadSheet, &own("b-bank")), Err(Failure::NotFound));
            }
        }
    }

    #[test]
    fn no_token_reaches_people_criteria_approvals_or_elevated_access() {
        let never = [
            Action::ManagePeople,
            Action::ManageInstitutions,
            Action::ManageCriteria,
            Action::PublishWithoutQuorum,
            Action::DecideApproval,
            Action::TakeOverApproval,
            Action::ManageTemplates,
            Action::RequestElevation,
            Action::DecideElevation,
        ];
        assert!(never.iter().all(|action| !Scope::ALL.iter().any(|scope| scope.covers(*action))));
    }

    #[test]
    fn a_token_bound_to_one_institution_is_nobody_elsewhere() {
        let mut person = member("a-bank", Role::Editor);
        person.institutions.insert(InstitutionId::parse("b-bank").unwrap(), BTreeSet::from([Role::Editor]));
        person.installation.insert(Role::Coordinator);
        let only = InstitutionId::parse("a-bank").unwrap();
        let token = person.narrowed(Scope::ALL.into(), Some(&only));
        assert_eq!(permit(&token, Action::ReadSheet, &own("b-bank")), Err(Failure::NotFound));
        assert!(matches!(permit(&token, Action::Publish, &Layer::Shared), Err(Failure::Forbidden { .. })));
        assert_eq!(token.layers(), [Layer::Shared, own("a-bank")]);
        assert!(token.in_person().is_err());
    }

    #[test]
    fn the_policy_is_what_was_reviewed() {
        insta::assert_snapshot!(table());
    }
}
