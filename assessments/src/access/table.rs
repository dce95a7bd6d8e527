//! The policy as it is reviewed and shown: role x action x whose layer, and where the state decides, state x verb.

use super::policy::{self, Action, Role};
use super::{Actor, Grant, Stage, permit};
use crate::cell::Layer;
use crate::elevation::{Scope, State, Verb};
use crate::id::{GrantId, InstitutionId, PersonId};
use chrono::DateTime;
use std::collections::{BTreeMap, BTreeSet};

/// Whose a layer is, as somebody sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Whose {
    /// The common part and the installation.
    Common,
    /// The own institution's.
    Own,
    /// Another institution's.
    Other,
}

impl Whose {
    /// All of them.
    pub const ALL: [Whose; 3] = [Whose::Common, Whose::Own, Whose::Other];

    fn layer(self) -> Layer {
        let id = match self {
            Whose::Common => return Layer::Shared,
            Whose::Own => "own",
            Whose::Other => "other",
        };
        InstitutionId::parse(id).map_or(Layer::Shared, Layer::Institution)
    }

    fn mark(self) -> char {
        match self {
            Whose::Common => 'C',
            Whose::Own => 'O',
            Whose::Other => 'X',
        }
    }
}

/// Somebody with one role, to ask the policy about.
pub fn somebody(role: Role) -> Actor {
    let roles = BTreeSet::from([role]);
    let mut actor = Actor {
        person: PersonId::parse("somebody").ok(),
        name: String::new(),
        installation: BTreeSet::new(),
        institutions: BTreeMap::new(),
        grants: vec![],
        scopes: None,
    };
    match (role.is_installation(), Whose::Own.layer()) {
        (false, Layer::Institution(own)) => {
            actor.institutions.insert(own, roles);
        }
        _ => actor.installation = roles,
    }
    actor
}

/// Whether a role allows an action there, asked of the very function that decides.
pub fn decides(role: Role, action: Action, whose: Whose) -> bool {
    permit(&somebody(role), action, &whose.layer()).is_ok()
}

/// Whether somebody of this role may do it there while they hold a grant for it: an institution's layer opens to whoever
/// that institution let in.
pub fn lent(role: Role, action: Action, whose: Whose) -> bool {
    if role.is_installation() && whose == Whose::Own {
        // A role over the installation has no institution of its own.
        return false;
    }
    let layer = whose.layer();
    let mut actor = somebody(role);
    let scopes = Scope::ALL.into_iter().filter(|s| s.is_common() == (layer == Layer::Shared));
    for allowed in scopes.flat_map(|s| s.actions().iter().copied()) {
        let Ok(id) = GrantId::parse("g") else { continue };
        actor.grants.push(Grant { id, action: allowed, layer: layer.clone(), until: DateTime::default() });
    }
    permit(&actor, action, &layer).is_ok_and(|permit| permit.grant().is_some())
}

/// The policy as a text: a line an action, a column a role. `C` the common part, `O` the own institution's layer, `X`
/// another one's; small letters: only while a grant lends it. `files` is the command line on the server's own files. Then
/// what can be done with a request for elevated access in each state.
pub fn table() -> String {
    let mut out = format!("{:<24}", "action");
    for role in Role::ALL {
        out.push_str(&format!("{:<15}", role.key()));
    }
    out.push_str("files\n");
    for action in Action::ALL {
        out.push_str(&format!("{:<24}", action.key()));
        for role in Role::ALL {
            let marks: String = Whose::ALL
                .into_iter()
                .map(|whose| match (decides(role, action, whose), lent(role, action, whose)) {
                    (true, _) => whose.mark(),
                    (false, true) => whose.mark().to_ascii_lowercase(),
                    (false, false) => '-',
                })
                .collect();
            out.push_str(&format!("{marks:<15}"));
        }
        let files = policy::of_the_files(action, &Layer::Shared)
            || permit(&Actor::command_line(), action, &Layer::Shared).is_ok();
        out.push_str(if files { "C\n" } else { "-\n" });
    }
    out.push_str(&format!("\n{:<24}possible\n", "state"));
    for stage in Stage::all() {
        let fits: Vec<&str> = Action::ALL.into_iter().filter(|a| stage.fits(*a)).map(Action::key).collect();
        let fits = if fits.is_empty() { "-".to_owned() } else { fits.join(" ") };
        out.push_str(&format!("{:<24}{fits}\n", stage.key()));
    }
    out.push_str(&format!("\n{:<24}{:<28}its own person\n", "elevation", "somebody who decides"));
    for state in State::ALL {
        let verbs = |own: bool| {
            let fits: Vec<&str> =
                Verb::ALL.into_iter().filter(|v| v.is_own() == own && v.fits(state)).map(Verb::key).collect();
            if fits.is_empty() { "-".to_owned() } else { fits.join(" ") }
        };
        out.push_str(&format!("{:<24}{:<28}{}\n", state.key(), verbs(false), verbs(true)));
    }
    out.push_str("\nright                   lends\n");
    for scope in Scope::ALL {
        let actions: Vec<&str> = scope.actions().iter().map(|a| a.key()).collect();
        let place = if scope.is_common() { "common" } else { "institution" };
        out.push_str(&format!("{:<24}{place}: {}\n", scope.key(), actions.join(" ")));
    }
    out
}
