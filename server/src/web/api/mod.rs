//! The HTTP API under `/api/v1`: the desk's verbs for programs.
//!
//! One declaration of a handler is route and document at once. To add a verb: a handler with its `utoipa::path` in a file
//! of its own noun, `Caller` first among its arguments, and a line in `declared`. Errors leave as
//! `Failure`; `problem::problems` says them in the caller's language.

mod caller;
mod changes;
mod cursor;
mod errors;
mod files;
mod problem;
mod records;
mod search;
mod sheets;
mod types;

pub use caller::Rates;

use super::Web;
use app::pages::api::Operation;
use assessments::canonical::clean;
use assessments::failure::Failure;
use assessments::id::ServiceId;
use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::middleware::from_fn;
use axum::response::Html;
use axum::routing::{any, get};
use axum::{Extension, Router};
use utoipa::OpenApi;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Where the API stands.
pub const ROOT: &str = "/api/v1";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Kyohyo",
        description = "Shared security risk assessments of cloud services. Sheets are tables of cells; every write is a change \
            set that is merged with what others wrote. A token acts as its person, narrowed by its scopes. Errors are \
            problem+json with a stable code, a sentence in Japanese or English (Accept-Language), and a way on.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/api/v1")),
    tags(
        (name = "sheets", description = "Sheets and cells"),
        (name = "history", description = "Change sets"),
        (name = "search", description = "Search, and who one is"),
        (name = "files", description = "Export and import"),
    ),
    security(("token" = [])),
)]
struct Doc;

/// Every operation: its route and its place in the document.
fn declared() -> OpenApiRouter<Web> {
    OpenApiRouter::with_openapi(Doc::openapi())
        .routes(routes!(search::me))
        .routes(routes!(sheets::list, sheets::add))
        .routes(routes!(sheets::read, sheets::write))
        .routes(routes!(sheets::cell))
        .routes(routes!(changes::history))
        .routes(routes!(records::versions))
        .routes(routes!(records::audit))
        .routes(routes!(changes::undo))
        .routes(routes!(changes::restore))
        .routes(routes!(search::search))
        .routes(routes!(files::export))
        .routes(routes!(files::preview))
        .routes(routes!(files::again))
        .routes(routes!(files::name))
        .routes(routes!(files::apply))
}

/// The OpenAPI document.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut doc = declared().into_openapi();
    let mut http = Http::new(HttpAuthScheme::Bearer);
    http.description = Some("A token made at /account, sent as `Authorization: Bearer kyohyo_...`.".into());
    doc.components.get_or_insert_default().add_security_scheme("token", SecurityScheme::Http(http));
    doc
}

/// The routes below [`ROOT`].
pub fn routes() -> Router<Web> {
    let text = serde_json::to_string(&document()).unwrap_or_default();
    let doc = move || async move { ([(header::CONTENT_TYPE, "application/json")], text) };
    let (verbs, _) = declared().split_for_parts();
    let root = any(nothing).layer(from_fn(problem::problems));
    Router::new().route("/api/v1/", root).nest(
        ROOT,
        verbs
            .route("/openapi.json", get(doc))
            // Else the islands' server functions would answer for it.
            .route("/{*rest}", any(nothing))
            .layer(DefaultBodyLimit::max(super::MAX_UPLOAD))
            .layer(from_fn(problem::problems)),
    )
}

/// What people need to know about it.
pub async fn page(Extension(visit): Extension<app::pages::Visit>) -> Html<String> {
    let mut operations = Vec::new();
    for (path, item) in document().paths.paths {
        let verbs = [("GET", item.get), ("POST", item.post), ("PUT", item.put), ("PATCH", item.patch)];
        for (method, verb) in verbs {
            let Some(verb) = verb else { continue };
            let scope = verb.security.as_deref().and_then(|all| serde_json::to_value(all.first()?).ok());
            operations.push(Operation {
                method: method.into(),
                path: path.clone(),
                id: verb.operation_id.unwrap_or_default(),
                summary: verb.summary.unwrap_or_default(),
                scope: scope.and_then(|s| Some(s["token"][0].as_str()?.to_owned())).unwrap_or_default(),
            });
        }
    }
    Html(app::pages::api::api_page(&visit, &operations))
}

async fn nothing() -> problem::Oops {
    problem::Oops(Failure::NotFound)
}

/// A revision as an ETag.
fn etag(revision: i64) -> String {
    format!("\"{revision}\"")
}

fn service_of(id: &str) -> Result<ServiceId, Failure> {
    ServiceId::parse(id).map_err(|_| Failure::NotFound)
}

/// Lines a page, as asked.
fn limit(asked: Option<i64>) -> Result<i64, Failure> {
    let limit = asked.unwrap_or(50);
    if (1..=200).contains(&limit) { Ok(limit) } else { Err(Failure::request("malformed", &format!("limit={limit}"))) }
}

/// A text of the caller's, without what no text of ours holds.
///
/// # Errors
/// [`Failure::TooLong`] naming it.
fn bounded(place: &str, text: &str, most: usize) -> Result<String, Failure> {
    let units = text.chars().count();
    if units > most {
        return Err(Failure::TooLong { place: place.into(), units, most });
    }
    Ok(clean(text).into())
}

fn one_of(words: &[&str]) -> utoipa::openapi::schema::Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().copied())).build()
}

fn states() -> utoipa::openapi::schema::Object {
    one_of(&["empty", "started", "answered"])
}

fn formats() -> utoipa::openapi::schema::Object {
    one_of(&["xlsx", "json", "md"])
}

fn languages() -> utoipa::openapi::schema::Object {
    one_of(&["ja", "en"])
}
