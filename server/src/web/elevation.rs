//! Elevated access: plain forms over the desk's verbs.

use super::routes::{Routes, get, post};
use super::times::{day, day_after, local};
use super::visit::{answer, failed, own_path, redrawn};
use app::pages::elevation::{self, Asked as Shown};
use app::pages::{Refused, Visit};
use assessments::cell::Layer;
use assessments::elevation::{Scope, State, Verb, Wish};
use assessments::failure::Failure;
use assessments::id::GrantId;
use assessments::store::ElevationFilter;
use axum::Extension;
use axum::extract::{Form, Path, Query};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

type V = Extension<Visit>;
type Typed = Form<Vec<(String, String)>>;

/// The routes.
pub fn routes() -> Routes {
    Routes::new()
        .route("/elevation", get(page).post(ask))
        .route("/elevation/history.csv", get(csv))
        .route("/elevation/limit", post(limit))
        .route("/elevation/{id}", post(act))
        .route("/elevation/{id}/seen", post(seen))
}

/// What of the history is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    scope: String,
    text: String,
    from: String,
    to: String,
    page: Option<String>,
    done: String,
}

impl Asked {
    /// What does not read narrows nothing.
    fn shown(&self) -> Shown {
        Shown {
            filter: ElevationFilter {
                scope: Scope::parse(&self.scope).map(|s| s.key().to_owned()).unwrap_or_default(),
                text: self.text.trim().to_owned(),
                from: day(&self.from),
                until: day_after(&self.to),
            },
            state: State::parse(&self.state),
            days: (self.from.clone(), self.to.clone()),
            page: self.page.as_deref().and_then(|p| p.parse().ok()).unwrap_or(1),
        }
    }
}

fn field<'a>(typed: &'a [(String, String)], name: &str) -> &'a str {
    typed.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
}

async fn page(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    let done = Some(asked.done.as_str()).filter(|d| !d.is_empty());
    answer(&visit, elevation::elevation(&visit, &asked.shown(), done, None).await)
}

/// What was typed, read.
fn wish(typed: &[(String, String)]) -> Result<Wish, Failure> {
    let right = field(typed, "right");
    let (scope, layer) = right.split_once(' ').ok_or_else(|| Failure::invalid("scope", right))?;
    let start = field(typed, "start").trim();
    Ok(Wish {
        scope: Scope::parse(scope).ok_or_else(|| Failure::invalid("scope", right))?,
        layer: Layer::parse(layer).map_err(|_| Failure::NotFound)?,
        reason: field(typed, "reason").to_owned(),
        ticket: field(typed, "ticket").to_owned(),
        start: if start.is_empty() {
            None
        } else {
            Some(local(start).ok_or_else(|| Failure::invalid("start", start))?)
        },
        minutes: field(typed, "minutes").parse().map_err(|_| Failure::invalid("minutes", field(typed, "minutes")))?,
    })
}

async fn ask(Extension(visit): V, Form(typed): Typed) -> Response {
    let done = async { visit.desk.ask_elevation(visit.actor()?, wish(&typed)?).await };
    match done.await {
        Ok(_) => Redirect::to("/elevation?done=asked").into_response(),
        Err(failure) => refuse(&visit, failure, typed).await,
    }
}

/// Sets the longest that a right is lent for.
async fn limit(Extension(visit): V, Form(typed): Typed) -> Response {
    // What is no number is refused like no hour at all, to those who may set it.
    let done = async {
        let hours = field(&typed, "hours").trim().parse().unwrap_or(0);
        visit.desk.set_elevation_hours(visit.actor()?, hours).await
    };
    match done.await {
        Ok(()) => Redirect::to("/elevation?done=limit#limit").into_response(),
        Err(failure) => refuse(&visit, failure, typed).await,
    }
}

async fn act(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    let done = async {
        let actor = visit.actor()?;
        let id = GrantId::parse(&id).map_err(|_| Failure::NotFound)?;
        let verb = Verb::parse(field(&typed, "verb")).ok_or(Failure::NotFound)?;
        visit.desk.act_elevation(actor, &id, verb, field(&typed, "comment")).await
    };
    match done.await {
        Ok(_) => Redirect::to("/elevation?done=acted").into_response(),
        Err(failure) => refuse(&visit, failure, typed).await,
    }
}

async fn refuse(visit: &Visit, failure: Failure, typed: Vec<(String, String)>) -> Response {
    if matches!(failure, Failure::SignedOut | Failure::NotFound) {
        return failed(visit, &failure);
    }
    let refused = Refused { failure: failure.clone(), typed };
    redrawn(visit, &failure, elevation::elevation(visit, &Asked::default().shown(), None, Some(&refused)).await)
}

async fn seen(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    let done = async {
        let id = GrantId::parse(&id).map_err(|_| Failure::NotFound)?;
        visit.desk.see_alarm(visit.actor()?, &id).await
    };
    match done.await {
        Ok(()) => Redirect::to(own_path(field(&typed, "back"))).into_response(),
        Err(failure) => failed(&visit, &failure),
    }
}

async fn csv(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    let shown = asked.shown();
    let file = async { visit.desk.export_elevations(visit.actor()?, &shown.filter, shown.state).await };
    match file.await {
        Ok(file) => download(&visit, file),
        Err(failure) => failed(&visit, &failure),
    }
}

/// A file to be kept. Its name is made of ids and numbers: nothing in it needs an escape.
pub fn download(visit: &Visit, file: assessments::desk::Exported) -> Response {
    match HeaderValue::from_str(&format!("attachment; filename=\"{}\"", file.file_name)) {
        Ok(disposition) => (
            [
                (header::CONTENT_TYPE, HeaderValue::from_static(file.content_type)),
                (header::CONTENT_DISPOSITION, disposition),
            ],
            file.bytes,
        )
            .into_response(),
        Err(_) => failed(visit, &Failure::NotFound),
    }
}
