//! Files out and in: export, import preview and apply.

use super::caller::{Asked, Body, Caller, File};
use super::errors::{Refusals, WriteRefusals};
use super::problem::Oops;
use super::sheets::LayerAsked;
use super::types::Saved;
use super::{etag, service_of};
use crate::web::Web;
use assessments::cell::Address;
use assessments::desk::{Choices, Format, Preview};
use assessments::failure::Failure;
use assessments::id::{ImportId, ServiceId};
use assessments::import::{Counts, Finding, Level, Outcome, PlannedCell};
use assessments::lang::Lang;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// How to export.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportAsked {
    /// `xlsx`, `json` or `md`.
    #[param(schema_with = super::formats)]
    format: Option<String>,
    /// The file's language.
    #[param(schema_with = super::languages)]
    lang: Option<String>,
    /// `shared`, or `i:` and the id of an institution of the caller's.
    #[param(example = "shared", default = "shared")]
    layer: Option<String>,
}

/// Exports a sheet
///
/// The very file that the page hands out: a workbook that can be edited and come home, JSON, or Markdown.
#[utoipa::path(get, path = "/sheets/{service}/export", tag = "files", security(("token" = ["export"])),
    params(("service" = String, Path, description = "The service's id", example = "s3"), ExportAsked),
    responses((status = 200, description = "The file", headers(("Content-Disposition" = String, description = "Its name")),
        content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (serde_json::Value = "application/json"), (String = "text/markdown"))), Refusals))]
pub async fn export(
    caller: Caller,
    State(web): State<Web>,
    Path(service): Path<String>,
    Asked(asked): Asked<ExportAsked>,
) -> Result<Response, Oops> {
    let bad = |name: &str| Failure::request("malformed", name);
    let format = asked.format.as_deref().map_or(Some(Format::Xlsx), Format::parse).ok_or_else(|| bad("format"))?;
    let lang = asked.lang.as_deref().map_or(Some(caller.lang), Lang::parse).ok_or_else(|| bad("lang"))?;
    let key = LayerAsked::of(asked.layer).key(&service)?;
    let file = web.desk.export(&caller.actor, &key, format, lang).await?;
    let disposition = format!("attachment; filename=\"{}\"", file.file_name);
    Ok(([(header::CONTENT_TYPE, file.content_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)], file.bytes)
        .into_response())
}

/// What a file is.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportAsked {
    /// The file's name.
    #[param(example = "kyohyo-s3-r12.xlsx", max_length = 200)]
    file: String,
    /// The service that it is about; wins over what the file says.
    service: Option<String>,
    /// Layout profile, where it shall not be found out.
    profile: Option<String>,
}

/// What applying a file would do, cell by cell.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ImportPreview {
    /// The import's id: apply it, or look at it again.
    id: String,
    /// The service that it is about.
    service: String,
    /// The file's name.
    file: String,
    /// The layout profile that read it.
    profile: String,
    /// The revision that it was compared with.
    revision: i64,
    /// The revision that applying made; null until then.
    applied: Option<i64>,
    /// How many.
    counts: ImportCounts,
    /// Cells that differ.
    cells: Vec<ImportCell>,
    /// What the reader of the file has to say.
    findings: Vec<ImportFinding>,
}

/// Numbers of a preview.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ImportCounts {
    /// Cells that would be filled.
    added: usize,
    /// Cells that would change.
    changed: usize,
    /// Cells that are the same.
    unchanged: usize,
    /// Cells that need a decision.
    conflicts: usize,
    /// Rows that the file no longer has.
    proposed_deletions: usize,
    /// Cells that the file leaves blank and its export did not; they stay unless `delete` names them.
    #[serde(default)]
    blank: usize,
    /// Texts that were not taken.
    not_understood: usize,
}

/// One cell of a preview.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ImportCell {
    /// Which cell.
    address: String,
    /// `added`, `changed`, `merged`, `conflict`, `proposed_deletion`, `blank`.
    outcome: String,
    /// What the exported revision had, where the file is an export.
    base: Option<String>,
    /// What stands here.
    current: String,
    /// What the file has.
    file: String,
    /// What would stand here.
    result: String,
}

/// Something that the reader of a file must be told.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ImportFinding {
    /// `info`, `warning` or `error`.
    level: String,
    /// Stable code.
    code: String,
    /// Sheet of the workbook.
    sheet: String,
    /// Cell of the workbook.
    cell: String,
    /// In the caller's language.
    message: String,
}

fn outcome(o: Outcome) -> &'static str {
    match o {
        Outcome::Added => "added",
        Outcome::Changed => "changed",
        Outcome::Merged => "merged",
        Outcome::Unchanged => "unchanged",
        Outcome::Conflict => "conflict",
        Outcome::ProposedDeletion => "proposed_deletion",
        Outcome::Blank => "blank",
    }
}

fn told(preview: Preview, lang: Lang) -> ImportPreview {
    let Counts { added, changed, unchanged, conflicts, proposed_deletions, blank, not_understood } =
        preview.plan.counts();
    let cell = |c: PlannedCell| ImportCell {
        address: c.address.to_string(),
        outcome: outcome(c.outcome).into(),
        base: c.base,
        current: c.current,
        file: c.file,
        result: c.result,
    };
    let finding = |f: Finding| ImportFinding {
        level: match f.level {
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
        }
        .into(),
        message: f.message(lang).to_owned(),
        code: f.code,
        sheet: f.sheet,
        cell: f.cell,
    };
    ImportPreview {
        id: preview.id.to_string(),
        service: preview.key.service.to_string(),
        file: preview.file,
        profile: preview.plan.profile,
        revision: preview.plan.number,
        applied: preview.applied,
        counts: ImportCounts { added, changed, unchanged, conflicts, proposed_deletions, blank, not_understood },
        cells: preview.plan.cells.into_iter().filter(|c| c.outcome != Outcome::Unchanged).map(cell).collect(),
        findings: preview.plan.findings.into_iter().map(finding).collect(),
    }
}

/// Previews a file
///
/// Reads a workbook and says what applying it would do. Nothing is written yet; the file is kept for seven days. A file
/// that does not say its service is answered 422 `which_service` with the import's id: name the service then.
#[utoipa::path(post, path = "/imports", tag = "files", security(("token" = ["import"])), params(ImportAsked),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file, at most 20 MB"),
    responses((status = 201, description = "The preview; Location names it", body = ImportPreview), Refusals, WriteRefusals))]
pub async fn preview(
    caller: Caller,
    State(web): State<Web>,
    Asked(asked): Asked<ImportAsked>,
    File(bytes): File,
) -> Result<Response, Oops> {
    if asked.file.chars().count() > 200 {
        return Err(Failure::request("malformed", "file").into());
    }
    let service = asked.service.as_deref().map(ServiceId::parse).transpose()?;
    let made =
        web.desk.preview_with(&caller.actor, &asked.file, bytes, service.as_ref(), asked.profile.as_deref()).await?;
    let location = format!("/api/v1/imports/{}", made.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(told(made, caller.lang))).into_response())
}

/// Looks at a preview again
///
/// Compared with what stands here now.
#[utoipa::path(get, path = "/imports/{id}", tag = "files", security(("token" = ["import"])),
    params(("id" = String, Path, description = "The import's id")),
    responses((status = 200, description = "The preview", body = ImportPreview),
        (status = 422, description = "The file does not say its service", body = super::problem::Problem, content_type = "application/problem+json"),
        Refusals))]
pub async fn again(caller: Caller, State(web): State<Web>, Path(id): Path<String>) -> Result<Response, Oops> {
    let found = web.desk.preview_again(&caller.actor, &import_of(&id)?).await?;
    Ok(Json(told(found, caller.lang)).into_response())
}

fn import_of(id: &str) -> Result<ImportId, Failure> {
    ImportId::parse(id).map_err(|_| Failure::NotFound)
}

/// The service that a file is about.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Its id.
    #[schema(example = "s3")]
    service: String,
}

/// Names the service of a file
///
/// For a file that did not say it; answers with the preview.
#[utoipa::path(put, path = "/imports/{id}/service", tag = "files", security(("token" = ["import"])), request_body = Named,
    params(("id" = String, Path, description = "The import's id")),
    responses((status = 200, description = "The preview", body = ImportPreview), Refusals, WriteRefusals))]
pub async fn name(
    caller: Caller,
    State(web): State<Web>,
    Path(id): Path<String>,
    Body(named): Body<Named>,
) -> Result<Response, Oops> {
    let id = import_of(&id)?;
    web.desk.name_import(&caller.actor, &id, &service_of(&named.service)?).await?;
    Ok(Json(told(web.desk.preview_again(&caller.actor, &id).await?, caller.lang)).into_response())
}

/// What to take of a preview.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Taken {
    /// Only these cells; all that are not in conflict where it is left out.
    take: Option<Vec<String>>,
    /// Conflicts settled: cell to the text that it shall have.
    settled: BTreeMap<String, String>,
    /// Rows to delete, by their order cell, and cells to erase that the file leaves blank.
    delete: Vec<String>,
    /// Sheets of the workbook that are read, where it has several copies of a table.
    sheets: Vec<String>,
}

/// Applies a preview
///
/// As one change set. Where somebody changed the same words since, it is a conflict and nothing is written.
#[utoipa::path(post, path = "/imports/{id}/apply", tag = "files", security(("token" = ["import"])), request_body = Taken,
    params(("id" = String, Path, description = "The import's id")),
    responses((status = 200, description = "It is written", body = Saved), Refusals, WriteRefusals))]
pub async fn apply(
    caller: Caller,
    State(web): State<Web>,
    Path(id): Path<String>,
    Body(taken): Body<Taken>,
) -> Result<Response, Oops> {
    let address = |text: &String| Address::parse(text);
    let choices = Choices {
        take: taken.take.map(|list| list.iter().map(address).collect::<Result<_, _>>()).transpose()?,
        settled: taken
            .settled
            .iter()
            .map(|(a, text)| Ok((Address::parse(a)?, text.clone())))
            .collect::<Result<_, Failure>>()?,
        delete: taken.delete.iter().map(address).collect::<Result<_, _>>()?,
        ..Choices::default()
    };
    let id = import_of(&id)?;
    if !taken.sheets.is_empty() {
        web.desk.choose_sheets(&caller.actor, &id, &taken.sheets).await?;
    }
    let applied = web.desk.apply(&caller.actor, &id, &choices).await?;
    let number = applied.written.number;
    Ok(([(header::ETAG, etag(number))], Json(Saved::from(applied.written))).into_response())
}
