//! Search, and who one is.

use super::caller::{Asked, Caller};
use super::errors::Refusals;
use super::problem::Oops;
use super::types::Name;
use crate::web::Web;
use assessments::failure::Failure;
use assessments::search::Filter;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What to look for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchAsked {
    /// Words, in either language, or an identifier.
    #[param(example = "暗号化", max_length = 400)]
    q: String,
    /// Most cells.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
}

/// A cell that was found.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Hit {
    /// The service's id.
    service: String,
    /// `shared`, or the caller's own institution's layer.
    layer: String,
    /// Which cell.
    address: String,
    /// Its text, plain.
    text: String,
    /// A piece of it in runs.
    snippet: Vec<Run>,
    /// Higher is better; comparable within one answer.
    score: f32,
}

/// A run of a snippet.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Run {
    /// Whether it fits what was asked.
    marked: bool,
    /// The words.
    text: String,
}

/// What a search found.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Hits {
    /// Best first.
    items: Vec<Hit>,
}

/// Searches cells
///
/// In the common text and in the layers of the caller's institutions.
#[utoipa::path(get, path = "/search", tag = "search", params(SearchAsked), security(("token" = ["read"])),
    responses((status = 200, description = "Cells, best first", body = Hits), Refusals))]
pub async fn search(
    caller: Caller,
    State(web): State<Web>,
    Asked(asked): Asked<SearchAsked>,
) -> Result<Response, Oops> {
    if asked.q.chars().count() > 400 {
        return Err(Failure::request("malformed", "q").into());
    }
    let limit = usize::try_from(super::limit(asked.limit)?).unwrap_or(50);
    let found = web.desk.search_cells(&caller.actor, &asked.q, limit, Filter::default()).await?;
    let hit = |(service, cell): (assessments::id::ServiceId, assessments::desk::FoundCell)| Hit {
        service: service.to_string(),
        layer: cell.layer.key(),
        address: cell.address.to_string(),
        text: cell.text,
        snippet: cell.snippet.into_iter().map(|(marked, text)| Run { marked, text }).collect(),
        score: cell.score,
    };
    Ok(Json(Hits { items: found.into_iter().map(hit).collect() }).into_response())
}

/// Whoever a token stands for.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// The person's name.
    name: String,
    /// The token's scopes.
    scopes: Vec<String>,
    /// Roles over the installation.
    roles: Vec<String>,
    /// Institutions that the token reaches.
    institutions: Vec<MyInstitution>,
}

/// An institution of the caller's.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct MyInstitution {
    /// Its id; its layer is `i:` and this.
    id: String,
    /// Its name.
    name: Name,
    /// Roles there.
    roles: Vec<String>,
}

/// Tells who the token stands for
///
/// With present roles and the token's scopes.
#[utoipa::path(get, path = "/me", tag = "search", security(("token" = ["read"])),
    responses((status = 200, description = "Person, roles, scopes", body = Me), Refusals))]
pub async fn me(caller: Caller, State(web): State<Web>) -> Result<Response, Oops> {
    let keys = |roles: &std::collections::BTreeSet<assessments::access::Role>| {
        roles.iter().map(|r| r.key().to_owned()).collect::<Vec<_>>()
    };
    let institutions = web.desk.own_institutions(&caller.actor).await?.into_iter().map(|(id, name)| MyInstitution {
        roles: caller.actor.institutions.get(&id).map(keys).unwrap_or_default(),
        id: id.to_string(),
        name: name.into(),
    });
    let institutions = institutions.collect();
    Ok(Json(Me {
        name: caller.actor.name.clone(),
        scopes: caller.scopes.iter().map(|s| s.key().to_owned()).collect(),
        roles: keys(&caller.actor.installation),
        institutions,
    })
    .into_response())
}
