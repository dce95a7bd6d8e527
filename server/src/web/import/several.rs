//! Files that were dropped together: one page over all of them, and the report.

use crate::web::visit::{answer, failed, redrawn};
use app::pages::{self, Refused, Visit};
use assessments::failure::Failure;
use assessments::id::ImportId;
use axum::Extension;
use axum::extract::{Form, Path};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use std::collections::BTreeSet;

type V = Extension<Visit>;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

fn id_of(text: &str) -> Result<ImportId, Failure> {
    ImportId::parse(text).map_err(|_| Failure::NotFound)
}

/// The batch as far as it was read. While files wait, the page comes again by itself, script or not.
pub async fn batch(Extension(visit): V, Path(id): Path<String>) -> Response {
    let found = async { visit.desk.batch(visit.actor()?, &id_of(&id)?).await }.await;
    let waiting = found.as_ref().map_or(0, |b| b.waiting());
    let mut response = answer(&visit, drawn(&visit, found, None).await);
    if waiting > 0 {
        response.headers_mut().insert(header::REFRESH, HeaderValue::from_static("0"));
    }
    response
}

async fn drawn(
    visit: &Visit,
    batch: Result<assessments::desk::Batch, Failure>,
    refused: Option<&Refused>,
) -> Result<String, Failure> {
    let batch = batch?;
    let names = visit.desk.service_names(visit.actor()?).await?;
    let names = names.into_iter().map(|(id, name)| (id, name.get(visit.lang).to_owned())).collect();
    Ok(pages::import::several::batch(visit, &batch, &names, refused))
}

/// Applies the chosen files.
pub async fn apply(Extension(visit): V, Path(id): Path<String>, Form(typed): Form<Vec<(String, String)>>) -> Response {
    let chosen: BTreeSet<ImportId> =
        typed.iter().filter(|(n, _)| n == "take").filter_map(|(_, v)| ImportId::parse(v).ok()).collect();
    let done = async { visit.desk.apply_batch(visit.actor()?, &id_of(&id)?, &chosen).await }.await;
    match done {
        Ok(_) => Redirect::to(&format!("/import/several/{id}")).into_response(),
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed };
            let found = async { visit.desk.batch(visit.actor()?, &id_of(&id)?).await }.await;
            redrawn(&visit, &failure, drawn(&visit, found, Some(&refused)).await)
        }
    }
}

/// Every finding of a batch as a workbook.
pub async fn report(Extension(visit): V, Path(id): Path<String>) -> Response {
    let made = async { visit.desk.batch_report(visit.actor()?, &id_of(&id)?, visit.lang).await }.await;
    handed(&visit, made)
}

/// The same of one file.
pub async fn report_of_one(Extension(visit): V, Path(id): Path<String>) -> Response {
    let made = async { visit.desk.import_report(visit.actor()?, &id_of(&id)?, visit.lang).await }.await;
    handed(&visit, made)
}

fn handed(visit: &Visit, made: Result<Vec<u8>, Failure>) -> Response {
    match made {
        Ok(bytes) => {
            let name = "attachment; filename=\"kyohyo-import-report.xlsx\"";
            ([(header::CONTENT_TYPE, XLSX), (header::CONTENT_DISPOSITION, name)], bytes).into_response()
        }
        Err(failure) => failed(visit, &failure),
    }
}
