//! The web door: a router as a value, so that tests can call it without a socket.

mod account;
mod admin;
mod adoption;
pub mod api;
mod basket;
mod elevation;
mod find;
mod forms;
mod guard;
mod import;
mod lists;
mod live;
mod pages;
mod provider;
mod review;
pub mod routes;
mod talk;
mod templates;
mod times;
mod undo;
mod visit;

pub use routes::{Place, Routes};

use crate::assets;
use crate::oidc::Provider;
use app::pages::Assets;
use assessments::desk::Desk;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::{Extension, Router};
use routes::{get, post};
use std::sync::Arc;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

/// Largest upload: the guard's own bound for a workbook, and a little for the form around it.
const MAX_UPLOAD: usize = 21 * 1024 * 1024;

/// What handlers share.
#[derive(Clone)]
pub struct Web {
    /// The desk.
    pub desk: Desk,
    /// Asset addresses.
    pub assets: Arc<Assets>,
    /// Whether the program is reached over https, so that cookies carry `Secure`.
    pub https: bool,
    /// How fast each API token may ask.
    pub rates: Arc<api::Rates>,
    /// The sign-in provider, where there is one.
    pub provider: Option<Arc<Provider>>,
}

/// What the program is started with.
pub struct Settings {
    /// Whether the program is reached over https.
    pub https: bool,
    /// Requests that each API token has a minute.
    pub api_rate: u32,
    /// The sign-in provider.
    pub provider: Option<Provider>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { https: false, api_rate: API_RATE, provider: None }
    }
}

/// Requests that an API token has a minute, where nobody says otherwise.
pub const API_RATE: u32 = 600;

impl FromRef<Web> for Desk {
    fn from_ref(web: &Web) -> Desk {
        web.desk.clone()
    }
}

/// The router of the whole program.
pub fn router(desk: Desk, https: bool) -> Router {
    router_with(desk, Settings { https, ..Settings::default() })
}

/// The same with settings.
pub fn router_with(desk: Desk, settings: Settings) -> Router {
    let Settings { https, api_rate, provider } = settings;
    let rates = Arc::new(api::Rates::new(api_rate));
    let web = Web { desk, assets: Arc::new(asset_urls()), https, rates, provider: provider.map(Arc::new) };
    let pages = visited()
        .router()
        .fallback(pages::not_found)
        .layer(from_fn_with_state(web.clone(), visit::attach))
        .layer(DefaultBodyLimit::max(MAX_UPLOAD))
        .layer(compressed());
    let programs = api::routes().layer(from_fn(guard::headers)).layer(compressed());
    plain().router().merge(pages).layer(from_fn(guard::guard)).merge(programs).with_state(web)
}

/// Answers are compressed quickly: a search page of 43 kB becomes 6.0 kB with zstd, which today's browsers take, in a third
/// of the time in which brotli makes 6.2 kB of it. What is the same for everybody was compressed well when it was built.
fn compressed() -> CompressionLayer {
    CompressionLayer::new().quality(CompressionLevel::Precise(1))
}

/// Every method and path that answers to pages, for the test that walks them all. Those of the API stand in its document,
/// and `server/tests/api_guard.rs` walks them.
pub fn places() -> Vec<Place> {
    visited().merge(plain()).places()
}

/// Addresses of the islands' server functions, which stand behind one route.
pub fn server_functions() -> Vec<String> {
    server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect()
}

/// What is the same for everybody.
fn plain() -> Routes {
    Routes::new().route("/assets/{name}", get(assets::serve)).route("/healthz", get(async || "ok"))
}

/// What is answered to somebody: the visit is known. Routes are added here, with the `get` and `post` of [`routes`], so
/// that they are listed; `server/tests/walk` then asks for who may do what there.
fn visited() -> Routes {
    Routes::new()
        .merge(review::routes())
        .route("/", get(pages::home))
        .route("/services", get(pages::services))
        .route("/services/new", get(pages::new_service).post(forms::new_service))
        .route("/services/{id}", get(pages::overview))
        .route("/services/{id}/scenarios", get(pages::scenarios))
        .route("/services/{id}/criteria", get(pages::criteria))
        .route("/services/{id}/notes", get(pages::notes))
        .route("/services/{id}/guardrails", get(pages::sheet_guardrails))
        .route("/services/{id}/history", get(pages::history))
        .route("/services/{id}/export", get(pages::export))
        .route("/services/{id}/versions/{version}/difference", get(lists::difference))
        .route("/services/{id}/edit", get(pages::edit).post(forms::edit))
        .route("/services/{id}/rows", post(forms::rows))
        .merge(undo::routes())
        .route("/matrix", get(pages::matrix))
        .route("/matrix/export", get(lists::matrix))
        .route("/categories/{id}", get(pages::category))
        .route("/categories/{id}/export", get(lists::category))
        .route("/overdue", get(pages::overdue))
        .route("/overdue/export", get(lists::overdue))
        .route("/export/all", get(lists::all))
        .route("/guardrails", get(pages::guardrails))
        .route("/guardrail", get(pages::guardrail))
        .merge(find::routes())
        .merge(basket::routes())
        .merge(import::routes())
        .route("/members", get(admin::members).post(admin::change_members))
        .route("/institutions", get(admin::institutions).post(admin::change_institutions))
        .route("/policy", get(admin::policy))
        .route("/audit", get(admin::audit))
        .route("/audit/export", get(admin::export_audit))
        .merge(elevation::routes())
        .route("/account", get(account::account))
        .route("/account/sessions", post(account::end_sessions))
        .route("/account/second", post(account::second))
        .route("/account/password", post(account::password))
        .route("/account/tokens", post(account::tokens))
        .route("/sign-in", get(pages::sign_in).post(forms::sign_in))
        .route("/sign-in/code", get(pages::code).post(forms::code))
        .route("/welcome/{token}", get(pages::welcome).post(forms::welcome))
        .route("/sign-out", post(forms::sign_out))
        .route("/language", post(forms::language))
        .merge(talk::routes())
        .route("/live", get(live::live))
        .route("/api", get(api::page))
        .route("/api/{*function}", post(server_function))
        .merge(adoption::routes())
        .merge(templates::routes())
        .merge(provider::routes())
}

/// Server functions of the islands; the visit is their context.
async fn server_function(
    Extension(visit): Extension<app::pages::Visit>,
    request: axum::extract::Request,
) -> axum::response::Response {
    use axum::response::IntoResponse;
    let context = move || leptos::prelude::provide_context(visit.clone());
    leptos_axum::handle_server_fns_with_context(context, request).await.into_response()
}

fn asset_urls() -> Assets {
    let url = |name: &str| assets::url(name).map(str::to_owned);
    Assets {
        css: url("main.css").unwrap_or_default(),
        boot: url("boot.js").filter(|_| assets::url("app.js").is_some()),
        js: url("app.js"),
        wasm: url("app.wasm"),
        sprite: url("sprite.svg"),
        favicon: url("favicon.svg"),
    }
}
