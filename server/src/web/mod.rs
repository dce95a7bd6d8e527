//! The web door: a router as a value, so that tests can call it without a socket.

mod account;
mod admin;
mod forms;
mod guard;
mod import;
mod live;
mod pages;
mod visit;

use crate::assets;
use app::pages::Assets;
use assessments::desk::Desk;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use axum::{Extension, Router};
use std::sync::Arc;

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
}

impl FromRef<Web> for Desk {
    fn from_ref(web: &Web) -> Desk {
        web.desk.clone()
    }
}

/// The router of the whole program.
pub fn router(desk: Desk, https: bool) -> Router {
    let web = Web { desk, assets: Arc::new(asset_urls()), https };
    let pages = Router::new()
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
        .route("/services/{id}/edit", get(pages::edit).post(forms::edit))
        .route("/services/{id}/rows", post(forms::rows))
        .route("/services/{id}/undo", post(forms::undo))
        .route("/services/{id}/restore", post(forms::restore))
        .route("/matrix", get(pages::matrix))
        .route("/categories/{id}", get(pages::category))
        .route("/overdue", get(pages::overdue))
        .route("/guardrails", get(pages::guardrails))
        .route("/guardrail", get(pages::guardrail))
        .route("/search", get(pages::search))
        .route("/import", get(import::drop).post(import::upload))
        .route("/import/{id}", get(import::preview).post(import::apply))
        .route("/import/{id}/mapping", post(import::mapping))
        .route("/import/{id}/service", post(import::service))
        .route("/members", get(admin::members).post(admin::change_members))
        .route("/institutions", get(admin::institutions).post(admin::change_institutions))
        .route("/policy", get(admin::policy))
        .route("/audit", get(admin::audit))
        .route("/account", get(account::account))
        .route("/account/sessions", post(account::end_sessions))
        .route("/account/second", post(account::second))
        .route("/account/password", post(account::password))
        .route("/sign-in", get(pages::sign_in).post(forms::sign_in))
        .route("/sign-in/code", get(pages::code).post(forms::code))
        .route("/welcome/{token}", get(pages::welcome).post(forms::welcome))
        .route("/sign-out", post(forms::sign_out))
        .route("/language", post(forms::language))
        .route("/live", get(live::live))
        .route("/api/{*function}", post(server_function))
        .fallback(pages::not_found)
        .layer(from_fn_with_state(web.clone(), visit::attach))
        .layer(DefaultBodyLimit::max(MAX_UPLOAD))
        .layer(tower_http::compression::CompressionLayer::new());
    Router::new()
        .route("/assets/{name}", get(assets::serve))
        .route("/healthz", get(async || "ok"))
        .merge(pages)
        .layer(from_fn(guard::guard))
        .with_state(web)
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
