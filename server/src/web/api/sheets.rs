//! Sheets and their cells.

use super::caller::{Asked, Body, Caller, base_revision};
use super::errors::{Refusals, WriteRefusals};
use super::problem::{Oops, Problem};
use super::types::{Cell, Change, Name, Page, Saved, Sheet, SheetLine};
use super::{bounded, cursor, etag, service_of};
use crate::web::Web;
use assessments::cell::{Address, Layer, SheetKey};
use assessments::change::Door;
use assessments::desk::{NewService, WriteInput};
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::lang::Label;
use assessments::store::ServiceFilter;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which sheets.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListAsked {
    /// Part of a name, abbreviation or id.
    #[serde(default)]
    text: String,
    /// Provider, exactly.
    #[serde(default)]
    provider: String,
    /// Service group, exactly, in either language.
    #[serde(default)]
    group: String,
    /// `empty`, `started` or `answered`.
    #[serde(default)]
    #[param(schema_with = super::states)]
    state: String,
    /// Criteria set, exactly: `id@version`.
    #[serde(default)]
    criteria: String,
    /// Lines a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Lists the sheets
///
/// Every service under assessment with the state of its common sheet, by name.
#[utoipa::path(get, path = "/sheets", tag = "sheets", params(ListAsked), security(("token" = ["read"])),
    responses((status = 200, description = "A page of sheets", body = Page<SheetLine>), Refusals))]
pub async fn list(caller: Caller, State(web): State<Web>, Asked(asked): Asked<ListAsked>) -> Result<Response, Oops> {
    let limit = super::limit(asked.limit)?;
    let page = asked.cursor.as_deref().map_or(Ok(1), |text| cursor::read("sheets", text))?;
    if !["", "empty", "started", "answered"].contains(&asked.state.as_str()) {
        return Err(Failure::request("malformed", &format!("state={}", asked.state)).into());
    }
    let ListAsked { text, provider, group, state, criteria, .. } = asked;
    let filter = ServiceFilter { text, provider, group, state, criteria };
    let found = web.desk.services(&caller.actor, &filter, page, limit).await?;
    let next = (found.page < found.pages()).then(|| cursor::write("sheets", found.page + 1));
    Ok(Json(Page { items: found.items.into_iter().map(SheetLine::from).collect(), next }).into_response())
}

/// A service that somebody wants to assess.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSheet {
    /// Its id, for ever.
    #[schema(example = "key-vault", pattern = "^[a-z0-9][a-z0-9._-]{0,63}$")]
    service: String,
    /// Its name; one language is enough.
    name: Name,
    /// Who offers it.
    #[serde(default)]
    #[schema(example = "Azure", max_length = 200)]
    provider: String,
}

/// Adds a service
///
/// Makes a service exist, with an empty sheet that names it.
#[utoipa::path(post, path = "/sheets", tag = "sheets", request_body = NewSheet, security(("token" = ["write"])),
    responses((status = 201, description = "It is there; Location names its sheet", body = Sheet), Refusals, WriteRefusals))]
pub async fn add(caller: Caller, State(web): State<Web>, Body(new): Body<NewSheet>) -> Result<Response, Oops> {
    let id = ServiceId::parse(&new.service)?;
    let name = Label { ja: bounded("name", &new.name.ja, 200)?, en: bounded("name", &new.name.en, 200)? };
    let wanted = NewService { id: id.clone(), name, provider: bounded("provider", &new.provider, 200)? };
    web.desk.add_service(&caller.actor, &wanted, Door::Api).await?;
    let sheet = sheet_of(&web, &caller, &SheetKey::shared(id)).await?;
    let location = format!("/api/v1/sheets/{}", sheet.service);
    Ok((StatusCode::CREATED, [(header::LOCATION, location), (header::ETAG, etag(sheet.revision))], Json(sheet))
        .into_response())
}

/// Which layer of a sheet.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LayerAsked {
    /// `shared`, or `i:` and the id of an institution of the caller's.
    #[param(example = "shared", default = "shared", pattern = "^(shared|i:[a-z0-9][a-z0-9._-]{0,63})$")]
    layer: Option<String>,
}

impl LayerAsked {
    /// A layer that came beside other questions.
    pub fn of(layer: Option<String>) -> LayerAsked {
        LayerAsked { layer }
    }

    /// The sheet that is meant.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for what names none.
    pub fn key(&self, service: &str) -> Result<SheetKey, Failure> {
        let layer = self.layer.as_deref().map_or(Ok(Layer::Shared), Layer::parse).map_err(|_| Failure::NotFound)?;
        Ok(SheetKey { service: service_of(service)?, layer })
    }
}

async fn sheet_of(web: &Web, caller: &Caller, key: &SheetKey) -> Result<Sheet, Failure> {
    let view = web.desk.sheet(&caller.actor, key).await?;
    let cell = |(address, cell): (&Address, &assessments::sheet::Cell)| Cell {
        address: address.to_string(),
        text: cell.value.clone(),
        revision: cell.number,
    };
    Ok(Sheet {
        service: view.key.service.to_string(),
        layer: view.key.layer.key(),
        name: view.service.name.into(),
        criteria: view.criteria.key(),
        revision: view.number,
        cells: view.cells.iter().map(cell).collect(),
    })
}

/// Reads a sheet
///
/// All cells of one layer: the common text, or what an institution of the caller's keeps for itself.
#[utoipa::path(get, path = "/sheets/{service}", tag = "sheets", security(("token" = ["read"])),
    params(("service" = String, Path, description = "The service's id", example = "s3"), LayerAsked,
        ("If-None-Match" = Option<String>, Header, description = "An ETag: what has not changed is answered 304")),
    responses((status = 200, description = "The sheet", body = Sheet, headers(("ETag" = String, description = "Its revision"))),
        (status = 304, description = "Nothing has changed"), Refusals))]
pub async fn read(
    caller: Caller,
    State(web): State<Web>,
    Path(service): Path<String>,
    Asked(asked): Asked<LayerAsked>,
    headers: HeaderMap,
) -> Result<Response, Oops> {
    let sheet = sheet_of(&web, &caller, &asked.key(&service)?).await?;
    let tag = etag(sheet.revision);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    if known.is_some_and(|tags| tags.split(',').any(|t| t.trim().trim_start_matches("W/") == tag)) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    Ok(([(header::ETAG, tag)], Json(sheet)).into_response())
}

/// Which cell.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CellAsked {
    /// section/row/field, and the language of a bilingual field.
    #[param(example = "criteria/K07/summary/ja")]
    address: String,
    /// `shared`, or `i:` and the id of an institution of the caller's.
    #[param(example = "shared", default = "shared")]
    layer: Option<String>,
}

/// Reads a cell
///
/// An empty cell of a declared field is answered with an empty text. The ETag is the sheet's revision: send it as If-Match.
#[utoipa::path(get, path = "/sheets/{service}/cell", tag = "sheets", security(("token" = ["read"])),
    params(("service" = String, Path, description = "The service's id", example = "s3"), CellAsked),
    responses((status = 200, description = "The cell", body = Cell, headers(("ETag" = String, description = "The sheet's revision"))), Refusals))]
pub async fn cell(
    caller: Caller,
    State(web): State<Web>,
    Path(service): Path<String>,
    Asked(asked): Asked<CellAsked>,
) -> Result<Response, Oops> {
    let address = Address::parse(&asked.address).map_err(|_| Failure::NotFound)?;
    assessments::schema::declared(&address).map_err(|_| Failure::NotFound)?;
    let key = LayerAsked { layer: asked.layer }.key(&service)?;
    let view = web.desk.sheet(&caller.actor, &key).await?;
    let there = view.cells.get(&address).cloned().unwrap_or_default();
    let cell = Cell { address: address.to_string(), text: there.value, revision: there.number };
    Ok(([(header::ETAG, etag(view.number))], Json(cell)).into_response())
}

/// Writes cells
///
/// All of the change, or nothing, as one change set. `If-Match` names the revision that the change starts from. Where
/// somebody wrote since then, the texts are merged as in the editor; only what cannot be merged is answered 409 with
/// base, theirs and yours of each cell.
#[utoipa::path(patch, path = "/sheets/{service}", tag = "sheets", request_body = Change, security(("token" = ["write"])),
    params(("service" = String, Path, description = "The service's id", example = "s3"), LayerAsked,
        ("If-Match" = String, Header, description = "The ETag of what was read", example = "\"2\"", pattern = "^\"[0-9]{1,9}\"$")),
    responses((status = 200, description = "It is written", body = Saved, headers(("ETag" = String, description = "The new revision"))),
        (status = 412, description = "There is no such revision yet", body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "If-Match is missing", body = Problem, content_type = "application/problem+json"),
        Refusals, WriteRefusals))]
pub async fn write(
    caller: Caller,
    State(web): State<Web>,
    Path(service): Path<String>,
    Asked(asked): Asked<LayerAsked>,
    headers: HeaderMap,
    Body(change): Body<Change>,
) -> Result<Response, Oops> {
    let (key, base) = (asked.key(&service)?, base_revision(&headers)?);
    if change.cells.is_empty() {
        return Err(Failure::invalid("cells", "").into());
    }
    let reason = bounded("reason", &change.reason, 2_000)?;
    if base > web.desk.sheet(&caller.actor, &key).await?.number {
        return Err(Failure::request("unknown_revision", &base.to_string()).into());
    }
    let cells = change.cells.into_iter().map(|c| Ok((Address::parse(&c.address)?, c.text)));
    let input = WriteInput {
        key,
        base,
        cells: cells.collect::<Result<_, Failure>>()?,
        reason,
        door: Door::Api,
        source: String::new(),
    };
    let written = web.desk.write(&caller.actor, &input).await?;
    Ok(super::changes::saved(written))
}
