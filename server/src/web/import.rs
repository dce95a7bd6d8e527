//! The import's routes.

mod several;

use super::pages::Asked;
use super::routes::{Routes, get, post};
use super::visit::{answer, failed, redrawn};
use app::pages::{self, Refused, Visit};
use assessments::cell::Address;
use assessments::change::Door;
use assessments::desk::{Choices, Received};
use assessments::failure::Failure;
use assessments::id::{ImportId, InstitutionId, ServiceId};
use assessments::import::Keep;
use assessments::store::ChangeFilter;
use axum::Extension;
use axum::extract::{DefaultBodyLimit, Form, Multipart, Path, Query};
use axum::handler::Handler;
use axum::response::{IntoResponse, Redirect, Response};
use std::collections::BTreeSet;

type V = Extension<Visit>;

/// Largest upload of files that come together, and a little for the form around them.
const MAX_TOGETHER: usize = 121 * 1024 * 1024;

/// The routes.
pub fn routes() -> Routes {
    Routes::new()
        .route("/import", get(drop).post(upload.layer(DefaultBodyLimit::max(MAX_TOGETHER))))
        .route("/import/several/{batch}", get(several::batch).post(several::apply))
        .route("/import/several/{batch}/report", get(several::report))
        .route("/import/{id}", get(preview).post(apply))
        .route("/import/{id}/mapping", post(mapping))
        .route("/import/{id}/service", post(service))
        .route("/import/{id}/sheets", post(sheets))
        .route("/import/{id}/criteria", post(criteria))
        .route("/import/{id}/report", get(several::report_of_one))
}

pub async fn drop(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    answer(&visit, pages::import::drop(&visit, asked.service(), None))
}

/// Takes a file, or several, and leads to the preview.
pub async fn upload(Extension(visit): V, form: Multipart) -> Response {
    if let Err(failure) = visit.actor() {
        return failed(&visit, &failure);
    }
    let mut service = String::new();
    match taken(&visit, form, &mut service).await {
        Ok(path) => Redirect::to(&path).into_response(),
        // The file is kept; its page asks.
        Err(Failure::WhichService { import, .. }) if !import.is_empty() => {
            Redirect::to(&format!("/import/{import}")).into_response()
        }
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed: vec![] };
            redrawn(&visit, &failure, pages::import::drop(&visit, &service, Some(&refused)))
        }
    }
}

/// Takes the form's fields as they come. The service stands before the files; more than one file becomes a batch.
async fn taken(visit: &Visit, mut form: Multipart, service: &mut String) -> Result<String, Failure> {
    let broken = |e: axum::extract::multipart::MultipartError| {
        Failure::refused(if e.status().as_u16() == 413 { "too_large" } else { "damaged" }, "")
    };
    let asked = |text: &str| if text.is_empty() { Ok(None) } else { ServiceId::parse(text).map(Some) };
    let mut intake = None;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or("") {
            "service" => *service = field.text().await.map_err(broken)?.trim().to_owned(),
            "file" => {
                let name = field.file_name().unwrap_or("").to_owned();
                let bytes = Vec::from(field.bytes().await.map_err(broken)?);
                let begun = match intake.take() {
                    Some(begun) => begun,
                    None => visit.desk.intake(visit.actor()?, asked(service)?.as_ref()).await?,
                };
                intake.insert(begun).add(&name, bytes).await?;
            }
            _ => {}
        }
    }
    let (name, bytes) = match intake.map_or(Ok(Received::Nothing), |i| i.finish())? {
        Received::Several(batch) => return Ok(format!("/import/several/{batch}")),
        Received::One(name, bytes) => (name, bytes),
        Received::Nothing => (String::new(), Vec::new()),
    };
    let preview = visit.desk.preview(visit.actor()?, &name, bytes, asked(service)?.as_ref()).await?;
    Ok(format!("/import/{}", preview.id))
}

async fn shown(visit: &Visit, id: &str, refused: Option<&Refused>) -> Result<String, Failure> {
    let actor = visit.actor()?;
    let preview = match visit.desk.preview_again(actor, &ImportId::parse(id).map_err(|_| Failure::NotFound)?).await {
        Err(Failure::WhichService { candidates, import }) => return which(visit, &import, &candidates, refused).await,
        other => other?,
    };
    let written = match preview.applied {
        Some(number) => {
            let service = Some(preview.key.service.clone());
            let filter = ChangeFilter { service, number: Some(number), limit: 1, ..ChangeFilter::default() };
            visit
                .desk
                .history(actor, &preview.key.layer, &filter)
                .await?
                .first()
                .filter(|set| set.door == Door::Workbook && set.source == preview.file)
                .map_or(0, |set| set.cells.len())
        }
        None => 0,
    };
    let name = visit.desk.sheet(actor, &preview.key).await?.service.name.get(visit.lang).to_owned();
    Ok(pages::import::preview(visit, &preview, &name, written, refused))
}

async fn which(visit: &Visit, import: &str, near: &[String], refused: Option<&Refused>) -> Result<String, Failure> {
    let services = visit.desk.service_names(visit.actor()?).await?;
    let services: Vec<(String, String)> =
        services.into_iter().map(|(id, name)| (id.to_string(), name.get(visit.lang).to_owned())).collect();
    pages::service_new::which(visit, import, near, &services, refused)
}

/// Says which service a kept file is about.
pub async fn service(
    Extension(visit): V,
    Path(id): Path<String>,
    Form(typed): Form<Vec<(String, String)>>,
) -> Response {
    let done = async {
        let import = ImportId::parse(&id).map_err(|_| Failure::NotFound)?;
        let asked = typed.iter().find(|(n, _)| n == "service").map_or("", |(_, v)| v.trim());
        visit.desk.name_import(visit.actor()?, &import, &ServiceId::parse(asked)?).await
    };
    match done.await {
        Ok(()) => Redirect::to(&format!("/import/{id}")).into_response(),
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed };
            let drawn = shown(&visit, &id, Some(&refused)).await;
            redrawn(&visit, &failure, drawn)
        }
    }
}

pub async fn preview(Extension(visit): V, Path(id): Path<String>) -> Response {
    let drawn = shown(&visit, &id, None).await;
    answer(&visit, drawn)
}

/// Applies what was chosen.
pub async fn apply(Extension(visit): V, Path(id): Path<String>, Form(typed): Form<Vec<(String, String)>>) -> Response {
    let done = async {
        let id = ImportId::parse(&id).map_err(|_| Failure::NotFound)?;
        visit.desk.apply(visit.actor()?, &id, &choices(&typed)?).await
    };
    match done.await {
        Ok(_) => Redirect::to(&format!("/import/{id}")).into_response(),
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed };
            let drawn = shown(&visit, &id, Some(&refused)).await;
            redrawn(&visit, &failure, drawn)
        }
    }
}

/// Says which of several sheets are read.
pub async fn sheets(Extension(visit): V, Path(id): Path<String>, Form(typed): Form<Vec<(String, String)>>) -> Response {
    let chosen: Vec<String> =
        typed.iter().filter(|(n, _)| n.starts_with("sheet:")).map(|(_, name)| name.clone()).collect();
    let done = async {
        let import = ImportId::parse(&id).map_err(|_| Failure::NotFound)?;
        visit.desk.choose_sheets(visit.actor()?, &import, &chosen).await
    };
    match done.await {
        Ok(()) => Redirect::to(&format!("/import/{id}")).into_response(),
        Err(failure) => failed(&visit, &failure),
    }
}

/// Loads the file's categories as a criteria set of their own.
pub async fn criteria(
    Extension(visit): V,
    Path(id): Path<String>,
    Form(typed): Form<Vec<(String, String)>>,
) -> Response {
    let value = |name: &str| typed.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    let done = async {
        let import = ImportId::parse(&id).map_err(|_| Failure::NotFound)?;
        visit.desk.criteria_of_import(visit.actor()?, &import, value("set"), value("version")).await
    };
    match done.await {
        Ok(_) => Redirect::to(&format!("/import/{id}")).into_response(),
        // Whoever may not does not learn whether the file is there.
        Err(failure @ (Failure::Forbidden { .. } | Failure::NotFound | Failure::SignedOut)) => failed(&visit, &failure),
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed };
            let drawn = shown(&visit, &id, Some(&refused)).await;
            redrawn(&visit, &failure, drawn)
        }
    }
}

fn choices(typed: &[(String, String)]) -> Result<Choices, Failure> {
    let named = |name: &str| {
        typed.iter().filter(|(n, _)| n == name).map(|(_, v)| Address::parse(v)).collect::<Result<BTreeSet<_>, _>>()
    };
    let settled = typed.iter().filter_map(|(n, v)| Some((n.strip_prefix("settle:")?, v)));
    let own = typed.iter().filter_map(|(n, v)| Some((n.strip_prefix("own:")?.to_owned(), Keep::parse(v)?)));
    let institution = typed.iter().find(|(n, v)| n == "institution" && !v.is_empty());
    Ok(Choices {
        take: Some(named("take")?),
        settled: settled.map(|(a, v)| Ok((Address::parse(a)?, v.clone()))).collect::<Result<_, Failure>>()?,
        delete: named("delete")?,
        own: own.collect(),
        institution: institution.map(|(_, v)| InstitutionId::parse(v)).transpose()?,
    })
}

/// Remembers a corrected mapping and reads the file anew.
pub async fn mapping(
    Extension(visit): V,
    Path(id): Path<String>,
    Form(typed): Form<Vec<(String, String)>>,
) -> Response {
    let value = |name: String| typed.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone());
    let pairs: Vec<(String, String)> = (0..500)
        .map_while(|n| Some((value(format!("label:{n}"))?, value(format!("category:{n}")).unwrap_or_default())))
        .collect();
    let done = async {
        let import = ImportId::parse(&id).map_err(|_| Failure::NotFound)?;
        visit.desk.remember_mapping(visit.actor()?, &import, &pairs).await
    };
    match done.await {
        Ok(()) => Redirect::to(&format!("/import/{id}")).into_response(),
        Err(failure) => failed(&visit, &failure),
    }
}
