//! Records beside the cells: published versions, an institution's audit.

use super::caller::Caller;
use super::errors::Refusals;
use super::problem::Oops;
use super::service_of;
use crate::web::Web;
use assessments::cell::Layer;
use assessments::failure::Failure;
use assessments::id::InstitutionId;
use assessments::store::Publication;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A published version of a sheet.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Version {
    /// Year, month, counter within the month.
    #[schema(example = "2026.11.1")]
    version: String,
    /// The revision of the common text that it names.
    revision: i64,
    /// The criteria set that it follows.
    criteria: String,
    /// Hash of its content.
    hash: String,
    /// When it was published.
    at: String,
    /// By whom.
    author: String,
    /// In the publisher's words.
    note: String,
}

impl From<Publication> for Version {
    fn from(p: Publication) -> Version {
        Version {
            version: p.version,
            revision: p.number,
            criteria: p.criteria,
            hash: p.hash,
            at: p.at.to_rfc3339(),
            author: p.author.name,
            note: p.note,
        }
    }
}

/// The published versions of a sheet.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Versions {
    /// The versions.
    items: Vec<Version>,
}

/// Lists the published versions of a sheet
///
/// Each names a revision of the common text.
#[utoipa::path(get, path = "/sheets/{service}/versions", tag = "history", security(("token" = ["read"])),
    params(("service" = String, Path, description = "The service's id", example = "s3")),
    responses((status = 200, description = "The versions", body = Versions), Refusals))]
pub async fn versions(caller: Caller, State(web): State<Web>, Path(service): Path<String>) -> Result<Response, Oops> {
    let found = web.desk.publications(&caller.actor, &service_of(&service)?).await?;
    Ok(Json(Versions { items: found.into_iter().map(Version::from).collect() }).into_response())
}

/// Takes an institution's audit out
///
/// The whole of it, as a file that verifies on its own (`kyohyo check --audit FILE`). For those who may read it.
#[utoipa::path(get, path = "/institutions/{institution}/audit", tag = "files", security(("token" = ["audit"])),
    params(("institution" = String, Path, description = "The institution's id", example = "a-bank")),
    responses((status = 200, description = "The file", body = String, content_type = "application/x-ndjson"), Refusals))]
pub async fn audit(caller: Caller, State(web): State<Web>, Path(institution): Path<String>) -> Result<Response, Oops> {
    let id = InstitutionId::parse(&institution).map_err(|_| Failure::NotFound)?;
    let file = web.desk.export_audit(&caller.actor, &Layer::Institution(id)).await?;
    let disposition = format!("attachment; filename=\"{}\"", file.file_name);
    Ok(([(header::CONTENT_TYPE, file.content_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)], file.bytes)
        .into_response())
}
