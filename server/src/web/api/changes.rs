//! History: change sets, undoing one, bringing a revision back.

use super::caller::{Asked, Body, Caller};
use super::errors::{Refusals, WriteRefusals};
use super::problem::Oops;
use super::sheets::LayerAsked;
use super::types::{ChangeSetLine, Page, Saved};
use super::{bounded, cursor, etag};
use crate::web::Web;
use assessments::cell::{Address, SheetKey};
use assessments::failure::Failure;
use assessments::store::{ChangeFilter, Written};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which change sets.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryAsked {
    /// `shared`, or `i:` and the id of an institution of the caller's.
    #[param(example = "shared", default = "shared")]
    layer: Option<String>,
    /// Only those that touched this cell.
    #[param(example = "criteria/K07/summary/ja")]
    cell: Option<String>,
    /// Change sets a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Lists the change sets of a sheet
///
/// The newest first. Each layer has revisions of its own.
#[utoipa::path(get, path = "/sheets/{service}/changes", tag = "history", security(("token" = ["read"])),
    params(("service" = String, Path, description = "The service's id", example = "s3"), HistoryAsked),
    responses((status = 200, description = "A page of change sets", body = Page<ChangeSetLine>), Refusals))]
pub async fn history(
    caller: Caller,
    State(web): State<Web>,
    Path(service): Path<String>,
    Asked(asked): Asked<HistoryAsked>,
) -> Result<Response, Oops> {
    let limit = super::limit(asked.limit)?;
    let key = LayerAsked::of(asked.layer).key(&service)?;
    let filter = ChangeFilter {
        service: Some(key.service.clone()),
        address: asked.cell.as_deref().map(Address::parse).transpose().map_err(|_| Failure::NotFound)?,
        before: asked.cursor.as_deref().map(|text| cursor::read("changes", text)).transpose()?,
        limit: limit + 1,
        ..ChangeFilter::default()
    };
    let mut sets = web.desk.history(&caller.actor, &key.layer, &filter).await?;
    let more = sets.len() as i64 > limit;
    sets.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = sets.last().filter(|_| more).map(|set| cursor::write("changes", set.number));
    Ok(Json(Page { items: sets.into_iter().map(ChangeSetLine::from).collect(), next }).into_response())
}

/// Why something is taken back.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// In the writer's words; may be empty.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: String,
}

/// Takes a change set back
///
/// As a new change set. Later changes of other words stay; where the same words were changed later, it is a conflict.
/// Somebody else's change needs the right to undo it.
#[utoipa::path(post, path = "/sheets/{service}/changes/{revision}/undo", tag = "history", request_body = Reason,
    security(("token" = ["write"])),
    params(("service" = String, Path, description = "The service's id", example = "s3"),
        ("revision" = u32, Path, description = "The revision that the change set made"), LayerAsked),
    responses((status = 200, description = "It is taken back", body = Saved), Refusals, WriteRefusals))]
pub async fn undo(
    caller: Caller,
    State(web): State<Web>,
    Path((service, revision)): Path<(String, String)>,
    Asked(asked): Asked<LayerAsked>,
    Body(why): Body<Reason>,
) -> Result<Response, Oops> {
    let (key, number, why) = back(&asked, &service, &revision, &why)?;
    Ok(saved(web.desk.undo(&caller.actor, &key, number, &why).await?))
}

/// Brings a revision back
///
/// The sheet gets the texts of that revision, as a new change set.
#[utoipa::path(post, path = "/sheets/{service}/changes/{revision}/restore", tag = "history", request_body = Reason,
    security(("token" = ["write"])),
    params(("service" = String, Path, description = "The service's id", example = "s3"),
        ("revision" = u32, Path, description = "The revision to come back to"), LayerAsked),
    responses((status = 200, description = "It is brought back", body = Saved), Refusals, WriteRefusals))]
pub async fn restore(
    caller: Caller,
    State(web): State<Web>,
    Path((service, revision)): Path<(String, String)>,
    Asked(asked): Asked<LayerAsked>,
    Body(why): Body<Reason>,
) -> Result<Response, Oops> {
    let (key, number, why) = back(&asked, &service, &revision, &why)?;
    Ok(saved(web.desk.restore(&caller.actor, &key, number, &why).await?))
}

/// What goes back, to which revision, and why.
fn back(asked: &LayerAsked, service: &str, revision: &str, why: &Reason) -> Result<(SheetKey, i64, String), Failure> {
    let number = revision.parse::<u32>().map(i64::from).map_err(|_| Failure::NotFound)?;
    Ok((asked.key(service)?, number, bounded("reason", &why.reason, 2_000)?))
}

/// What was written, with its revision as the ETag.
pub fn saved(written: Written) -> Response {
    ([(header::ETAG, etag(written.number))], Json(Saved::from(written))).into_response()
}
