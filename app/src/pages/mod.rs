//! Pages, drawn whole on the server. A page reads through the desk first and is drawn afterwards, so that a failure has
//! its status and its own page, and nothing is streamed that would have to be taken back.

pub mod account;
pub mod across;
pub mod admin;
pub mod adoption;
pub mod api;
pub mod assignments;
pub mod audit;
pub mod basket;
pub mod cell;
pub mod copy;
pub mod elevation;
pub mod error;
pub mod forms;
pub mod guardrails;
pub mod home;
pub mod import;
pub mod inbox;
pub mod lists;
pub mod mail;
pub mod matrix;
pub mod overdue;
pub mod policy;
pub mod presence;
pub mod provider;
pub mod review;
pub mod search;
pub mod searches;
pub mod service_new;
pub mod sheet;
pub mod shell;
pub mod sign_in;
pub mod synonyms;
pub mod talk;
pub mod templates;
pub mod tokens;
pub mod versions;

use assessments::access::{Action, Actor, permit};
use assessments::cell::Layer;
use assessments::desk::Desk;
use assessments::elevation::Elevation;
use assessments::failure::Failure;
use assessments::id::InstitutionId;
use assessments::lang::{Label, Lang};
use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use std::sync::Arc;

/// Addresses of the embedded assets. Script and wasm are missing in a build without the browser half; pages work then
/// as they do with script off.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    /// Style sheet.
    pub css: String,
    /// Boot script, which loads the module and hydrates the islands.
    pub boot: Option<String>,
    /// wasm-bindgen's module.
    pub js: Option<String>,
    /// The WebAssembly.
    pub wasm: Option<String>,
    /// Icons.
    pub sprite: Option<String>,
    /// The page's icon.
    pub favicon: Option<String>,
}

/// What a form brought that was refused: shown again with the reason, nothing typed is lost.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Why.
    pub failure: Failure,
    /// What was typed, by the field's name.
    pub typed: Vec<(String, String)>,
}

impl Refused {
    /// What was typed into a field.
    pub fn typed(&self, name: &str) -> Option<&str> {
        self.typed.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// One reader's visit to one page.
#[derive(Clone)]
pub struct Visit {
    /// The desk.
    pub desk: Desk,
    /// Who is signed in.
    pub actor: Option<Actor>,
    /// Their institutions' names.
    pub institutions: Vec<(InstitutionId, Label)>,
    /// Emergencies of others that they have not acknowledged yet.
    pub alarms: Vec<Elevation>,
    /// How much of what was said to them they have not seen.
    pub unread: i64,
    /// The language of the interface.
    pub lang: Lang,
    /// What the sign-in provider is called, where there is one.
    pub provider: Option<Label>,
    /// Path and query, for the language switch and the way back after signing in.
    pub path: String,
    /// Number of this request, quoted by error pages and found in the log.
    pub operation: String,
    /// Asset addresses.
    pub assets: Arc<Assets>,
}

impl Visit {
    /// The actor.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] where nobody is signed in.
    pub fn actor(&self) -> Result<&Actor, Failure> {
        self.actor.as_ref().ok_or(Failure::SignedOut)
    }

    /// The actor, where they may do this: asked before a form is drawn or read, so that what is wrong with it is told only
    /// to who may send it. The desk asks again when it does the work.
    ///
    /// # Errors
    /// As [`permit`] says; [`Failure::SignedOut`] where nobody is signed in.
    pub fn who_may(&self, action: Action, layer: &Layer) -> Result<&Actor, Failure> {
        let actor = self.actor()?;
        permit(actor, action, layer).map(|_| actor)
    }
}

/// Draws a view to HTML. Islands in it carry their props; nothing else of the page becomes data in the browser.
pub fn draw<V: IntoView>(view: impl FnOnce() -> V) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| view().into_view().to_html());
    owner.unset_with_forced_cleanup();
    html
}
