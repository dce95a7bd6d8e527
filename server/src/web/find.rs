//! Search, saved searches, synonyms: addresses to pages, forms to the desk's verbs.

use super::routes::{Routes, get, post};
use super::visit::{answer, failed, redrawn};
use app::pages::search::Asked;
use app::pages::{Refused, Visit, searches, synonyms};
use assessments::failure::Failure;
use assessments::id::{InstitutionId, SavedId};
use assessments::search::State;
use axum::Extension;
use axum::extract::{Form, Path, Query, RawQuery};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::DateTime;

type V = Extension<Visit>;
type Typed = Form<Vec<(String, String)>>;
type Pairs = Query<Vec<(String, String)>>;

/// The routes.
pub fn routes() -> Routes {
    Routes::new()
        .route("/search", get(search))
        .route("/searches", get(list).post(save))
        .route("/searches/{id}", post(change))
        .route("/synonyms", get(table).post(edit))
}

fn field<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    pairs.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
}

/// The search page. Whatever stands in the address is read as far as it goes.
async fn search(Extension(visit): V, RawQuery(raw): RawQuery) -> Response {
    let raw = raw.unwrap_or_default();
    let plain = |name: &str| raw.split('&').find_map(|p| p.strip_prefix(name)?.strip_prefix('='));
    let asked = Asked {
        state: State::parse(&raw),
        flat: plain("view") == Some("flat"),
        since: plain("since").and_then(|s| s.parse().ok()).and_then(DateTime::from_timestamp_millis),
        done: plain("done").unwrap_or_default().to_owned(),
    };
    let drawn = app::pages::search::search(&visit, &asked).await;
    answer(&visit, drawn)
}

async fn list(Extension(visit): V, Query(asked): Pairs) -> Response {
    answer(&visit, searches::searches(&visit, field(&asked, "done"), None).await)
}

/// Keeps a search under a name.
async fn save(Extension(visit): V, Form(typed): Typed) -> Response {
    let done = async {
        let share = Some(field(&typed, "share")).filter(|s| !s.is_empty());
        let share = share.map(InstitutionId::parse).transpose().map_err(|_| Failure::NotFound)?;
        visit.desk.save_search(visit.actor()?, field(&typed, "name"), field(&typed, "query"), share.as_ref()).await
    };
    match done.await {
        Ok(_) => Redirect::to("/searches?done=saved").into_response(),
        Err(failure @ (Failure::SignedOut | Failure::NotFound | Failure::Forbidden { .. })) => failed(&visit, &failure),
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed };
            redrawn(&visit, &failure, searches::searches(&visit, "", Some(&refused)).await)
        }
    }
}

/// Opens a saved search, which moves the mark, or forgets it.
async fn change(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    let done = async {
        let id = SavedId::parse(&id).map_err(|_| Failure::NotFound)?;
        let actor = visit.actor()?;
        match field(&typed, "verb") {
            "open" => {
                let row = visit.desk.look_at_search(actor, &id).await?;
                Ok(format!("/search?{}&since={}", row.query, row.looked_at.timestamp_millis()))
            }
            "remove" => visit.desk.remove_search(actor, &id).await.map(|()| "/searches?done=removed".to_owned()),
            _ => Err(Failure::NotFound),
        }
    };
    match done.await {
        Ok(to) => Redirect::to(&to).into_response(),
        Err(failure) => failed(&visit, &failure),
    }
}

async fn table(Extension(visit): V, Query(asked): Pairs) -> Response {
    let drawn = synonyms::synonyms(&visit, field(&asked, "text"), field(&asked, "try"), field(&asked, "done"), None);
    answer(&visit, drawn.await)
}

/// Adds, changes, removes or switches a group.
async fn edit(Extension(visit): V, Form(typed): Typed) -> Response {
    match synonyms::change(&visit, &typed).await {
        Ok(()) => Redirect::to("/synonyms?done=kept").into_response(),
        Err(failure @ (Failure::SignedOut | Failure::NotFound | Failure::Forbidden { .. })) => failed(&visit, &failure),
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed };
            let drawn = synonyms::synonyms(&visit, field(&refused.typed, "text"), "", "", Some(&refused));
            redrawn(&visit, &failure, drawn.await)
        }
    }
}
