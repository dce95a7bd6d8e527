//! Taking back and bringing back: one change, one's own last one, a whole operation, a revision. Always as new changes;
//! what cannot be merged is shown in the history with all three texts.

use super::forms::{Typed, V, field, key, number};
use super::routes::{Routes, post};
use super::visit::{failed, own_path, redrawn};
use app::pages::{self, Visit};
use assessments::cell::{Layer, SheetKey};
use assessments::failure::Failure;
use assessments::id::{InstitutionId, OperationId};
use axum::Extension;
use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Redirect, Response};

/// The routes.
pub fn routes() -> Routes {
    Routes::new()
        .route("/services/{id}/undo", post(undo))
        .route("/services/{id}/undo-last", post(undo_last))
        .route("/services/{id}/undo-operation", post(undo_operation))
        .route("/services/{id}/restore", post(restore))
}

/// The institution of the sender's that a form names; none for the common text.
fn own(visit: &Visit, typed: &[(String, String)]) -> Result<Option<InstitutionId>, Failure> {
    let named = field(typed, "institution");
    if named.is_empty() { Ok(None) } else { pages::adoption::whose(visit, &named).map(|(id, _)| Some(id)) }
}

/// The common text, or the layer of the sender's institution that the form names.
fn named(visit: &Visit, id: &str, typed: &[(String, String)]) -> Result<SheetKey, Failure> {
    Ok(SheetKey { layer: own(visit, typed)?.map_or(Layer::Shared, Layer::Institution), ..key(id)? })
}

/// Takes a change set back.
async fn undo(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    let done = async {
        let key = named(&visit, &id, &typed)?;
        visit.desk.undo(visit.actor()?, &key, number(&typed, "number"), &field(&typed, "reason")).await
    };
    let done = done.await.map(|_| ());
    back(&visit, &id, &typed, "undone", done).await
}

/// Takes the reader's own last change back, and leads back to the page that the button stands on.
async fn undo_last(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    let (seen, reason) = (number(&typed, "seen"), field(&typed, "reason"));
    let done = async { visit.desk.undo_last(visit.actor()?, &named(&visit, &id, &typed)?, seen, &reason).await }.await;
    let from = field(&typed, "back");
    let page = own_path(&from).split(['?', '#']).next().unwrap_or("/");
    let common = field(&typed, "institution").is_empty();
    match done {
        Ok(_) if !common => back(&visit, &id, &typed, "undone", Ok(())).await,
        Ok(_) if page == format!("/services/{id}") || page.starts_with(&format!("/services/{id}/")) => {
            Redirect::to(&format!("{page}?done=undone")).into_response()
        }
        done => back(&visit, &id, &typed, "undone", done.map(|_| ())).await,
    }
}

/// Takes everything back that one operation wrote.
async fn undo_operation(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    let done = async {
        let operation = OperationId::parse(&field(&typed, "operation")).map_err(|_| Failure::NotFound)?;
        visit.desk.undo_operation(visit.actor()?, &operation, &field(&typed, "reason")).await
    }
    .await;
    back(&visit, &id, &typed, "undone_all", done.map(|_| ())).await
}

/// Brings a revision back.
async fn restore(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    let done = async {
        let key = named(&visit, &id, &typed)?;
        visit.desk.restore(visit.actor()?, &key, number(&typed, "number"), &field(&typed, "reason")).await
    };
    let done = done.await.map(|_| ());
    back(&visit, &id, &typed, "restored", done).await
}

/// The page whose history the form stood in: the sheet's, or the institution's own.
async fn back(visit: &Visit, id: &str, typed: &[(String, String)], word: &str, done: Result<(), Failure>) -> Response {
    let Ok(Some(own)) = own(visit, typed) else {
        return back_to_history(visit, id, word, done).await;
    };
    match done {
        Ok(()) => {
            Redirect::to(&format!("/services/{id}/adoption?institution={own}&done={word}#own-history")).into_response()
        }
        Err(failure @ (Failure::Conflict { .. } | Failure::NothingToUndo)) => {
            let drawn = pages::adoption::sheet::adopted(visit, id, own.as_str(), "", Some(&failure)).await;
            redrawn(visit, &failure, drawn)
        }
        Err(failure) => failed(visit, &failure),
    }
}

/// The history with what was done, or with what could not be merged.
pub async fn back_to_history(visit: &Visit, id: &str, word: &str, done: Result<(), Failure>) -> Response {
    match done {
        Ok(()) => Redirect::to(&format!("/services/{id}/history?done={word}")).into_response(),
        Err(failure @ (Failure::Conflict { .. } | Failure::NothingToUndo)) => {
            let drawn = pages::sheet::history::history(visit, id, None, None, None, Some(&failure)).await;
            redrawn(visit, &failure, drawn)
        }
        Err(failure) => failed(visit, &failure),
    }
}
