//! The import's routes.

use super::pages::Asked;
use super::visit::{answer, failed, redrawn};
use app::pages::{self, Refused, Visit};
use assessments::cell::Address;
use assessments::change::Door;
use assessments::desk::{Choices, Preview};
use assessments::failure::Failure;
use assessments::id::{ImportId, ServiceId};
use assessments::store::ChangeFilter;
use axum::Extension;
use axum::extract::{Form, Multipart, Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use std::collections::BTreeSet;

type V = Extension<Visit>;

pub async fn drop(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    answer(&visit, pages::import::drop(&visit, asked.service(), None))
}

/// Takes a file and leads to its preview.
pub async fn upload(Extension(visit): V, form: Multipart) -> Response {
    if let Err(failure) = visit.actor() {
        return failed(&visit, &failure);
    }
    let (mut service, mut name, mut bytes) = (String::new(), String::new(), Vec::new());
    let read = fields(form, &mut service, &mut name, &mut bytes).await;
    match preview_of(&visit, read, &service, &name, bytes).await {
        Ok(preview) => Redirect::to(&format!("/import/{}", preview.id)).into_response(),
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

async fn fields(
    mut form: Multipart,
    service: &mut String,
    name: &mut String,
    bytes: &mut Vec<u8>,
) -> Result<(), Failure> {
    let broken = |e: axum::extract::multipart::MultipartError| {
        Failure::refused(if e.status().as_u16() == 413 { "too_large" } else { "damaged" }, "")
    };
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or("") {
            "service" => *service = field.text().await.map_err(broken)?.trim().to_owned(),
            "file" => {
                *name = field.file_name().unwrap_or("").to_owned();
                *bytes = field.bytes().await.map_err(broken)?.to_vec();
            }
            _ => {}
        }
    }
    Ok(())
}

async fn preview_of(
    visit: &Visit,
    read: Result<(), Failure>,
    service: &str,
    name: &str,
    bytes: Vec<u8>,
) -> Result<Preview, Failure> {
    read?;
    let service = if service.is_empty() { None } else { Some(ServiceId::parse(service)?) };
    visit.desk.preview(visit.actor()?, name, bytes, service.as_ref()).await
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

fn choices(typed: &[(String, String)]) -> Result<Choices, Failure> {
    let named = |name: &str| {
        typed.iter().filter(|(n, _)| n == name).map(|(_, v)| Address::parse(v)).collect::<Result<BTreeSet<_>, _>>()
    };
    let settled = typed.iter().filter_map(|(n, v)| Some((n.strip_prefix("settle:")?, v)));
    Ok(Choices {
        take: Some(named("take")?),
        settled: settled.map(|(a, v)| Ok((Address::parse(a)?, v.clone()))).collect::<Result<_, Failure>>()?,
        delete: named("delete")?,
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
