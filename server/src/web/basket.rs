//! Baskets: plain forms over the desk's verbs.

use super::pages::download;
use super::routes::{Routes, get, post};
use super::visit::{answer, failed, own_path, redrawn};
use app::pages::{Refused, Visit, basket};
use assessments::cell::{Address, Layer};
use assessments::desk::{BasketChange, Format};
use assessments::failure::Failure;
use assessments::id::{BasketId, InstitutionId, ServiceId};
use assessments::store::BasketCellKey;
use axum::Extension;
use axum::extract::{Form, Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

type V = Extension<Visit>;
type Typed = Form<Vec<(String, String)>>;

/// The routes.
pub fn routes() -> Routes {
    Routes::new()
        .route("/basket", get(list).post(new))
        .route("/basket/add", get(add))
        .route("/basket/collect", post(collect))
        .route("/basket/{id}", get(one).post(change))
        .route("/basket/{id}/export", get(export))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    done: String,
    service: String,
    cell: String,
    format: String,
}

fn field<'a>(typed: &'a [(String, String)], name: &str) -> &'a str {
    typed.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
}

/// Reads `s3 shared criteria/K07/summary/ja`.
fn cell_key(text: &str) -> Result<BasketCellKey, Failure> {
    let mut parts = text.splitn(3, ' ');
    let mut next = || parts.next().unwrap_or("");
    let read = (ServiceId::parse(next()), Layer::parse(next()), Address::parse(next()));
    let (Ok(service), Ok(layer), Ok(address)) = read else { return Err(Failure::NotFound) };
    Ok(BasketCellKey { service, layer, address })
}

fn id(text: &str) -> Result<BasketId, Failure> {
    BasketId::parse(text).map_err(|_| Failure::NotFound)
}

async fn list(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    answer(&visit, basket::list(&visit, &asked.done, None).await)
}

async fn one(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    answer(&visit, basket::one(&visit, &id, &asked.done, None).await)
}

async fn add(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    answer(&visit, basket::add(&visit, &asked.service, &asked.cell, None).await)
}

/// Makes an empty basket.
async fn new(Extension(visit): V, Form(typed): Typed) -> Response {
    let made = async { visit.desk.add_basket(visit.actor()?, field(&typed, "name")).await };
    match made.await {
        Ok(id) => Redirect::to(&format!("/basket/{id}")).into_response(),
        Err(failure @ (Failure::SignedOut | Failure::NotFound)) => failed(&visit, &failure),
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed };
            redrawn(&visit, &failure, basket::list(&visit, "", Some(&refused)).await)
        }
    }
}

/// Puts a cell into a basket and leads back to where it stood.
async fn collect(Extension(visit): V, Form(typed): Typed) -> Response {
    let done = async {
        let (actor, cell) = (visit.actor()?, cell_key(field(&typed, "cell"))?);
        let into = Some(field(&typed, "basket")).filter(|b| !b.is_empty()).map(id).transpose()?;
        let remark = field(&typed, "remark").trim().to_owned();
        if remark.chars().count() > assessments::desk::MAX_REMARK {
            let (units, most) = (remark.chars().count(), assessments::desk::MAX_REMARK);
            return Err(Failure::TooLong { place: "remark".into(), units, most });
        }
        let (basket, added) = visit.desk.collect(actor, into.as_ref(), std::slice::from_ref(&cell), visit.lang).await?;
        if !remark.is_empty() {
            visit.desk.change_in_basket(actor, &basket, &cell, &BasketChange::Remark(remark)).await?;
        }
        Ok((cell, added))
    };
    match done.await {
        Ok((cell, added)) => {
            let anchor = basket::anchor(&cell.service, &cell.layer, &cell.address);
            Redirect::to(&with_done(field(&typed, "back"), &anchor, added)).into_response()
        }
        Err(failure @ Failure::TooLong { .. }) => {
            let drawn = match cell_key(field(&typed, "cell")) {
                Ok(cell) => {
                    let refused = Refused { failure: failure.clone(), typed: typed.clone() };
                    basket::add(&visit, cell.service.as_str(), &cell.address.to_string(), Some(&refused)).await
                }
                Err(other) => Err(other),
            };
            redrawn(&visit, &failure, drawn)
        }
        Err(failure) => failed(&visit, &failure),
    }
}

/// The page that a cell was collected on, with what was done: at the place that the form names, else at the cell's button.
fn with_done(back: &str, button: &str, added: usize) -> String {
    let (path, anchor) = own_path(back).split_once('#').unwrap_or((own_path(back), button));
    let path = basket::without_done(path);
    let by = if path.contains('?') { '&' } else { '?' };
    format!("{path}{by}done=collected-{added}#{anchor}")
}

/// Changes a basket, or a cell in it.
async fn change(Extension(visit): V, Path(basket_id): Path<String>, Form(typed): Typed) -> Response {
    match changed(&visit, &basket_id, &typed).await {
        Ok(to) => Redirect::to(&to).into_response(),
        Err(failure @ (Failure::SignedOut | Failure::NotFound | Failure::Forbidden { .. })) => failed(&visit, &failure),
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed };
            redrawn(&visit, &failure, basket::one(&visit, &basket_id, "", Some(&refused)).await)
        }
    }
}

async fn changed(visit: &Visit, basket_id: &str, typed: &[(String, String)]) -> Result<String, Failure> {
    let (actor, id) = (visit.actor()?, id(basket_id)?);
    let verb = field(typed, "verb");
    match verb {
        "remove" => {
            visit.desk.remove_basket(actor, &id).await?;
            return Ok("/basket?done=removed".into());
        }
        "settings" => {
            let share = Some(field(typed, "share")).filter(|s| !s.is_empty());
            let share = share.map(InstitutionId::parse).transpose().map_err(|_| Failure::NotFound)?;
            visit.desk.set_basket(actor, &id, field(typed, "name"), share.as_ref()).await?;
            return Ok(format!("/basket/{id}?done=kept"));
        }
        _ => {}
    }
    let cell = cell_key(field(typed, "cell"))?;
    // A remark that was typed beside another button is kept as well.
    if verb != "drop" {
        let remark = BasketChange::Remark(field(typed, "remark").to_owned());
        visit.desk.change_in_basket(actor, &id, &cell, &remark).await?;
    }
    let change = match verb {
        "remark" => return Ok(format!("/basket/{id}?done=kept")),
        "retake" => BasketChange::Retake,
        "up" => BasketChange::Up,
        "down" => BasketChange::Down,
        "drop" => BasketChange::Drop,
        _ => return Err(Failure::NotFound),
    };
    visit.desk.change_in_basket(actor, &id, &cell, &change).await?;
    let done = if verb == "drop" { "removed" } else { "kept" };
    Ok(format!("/basket/{id}?done={done}"))
}

async fn export(Extension(visit): V, Path(basket_id): Path<String>, Query(asked): Query<Asked>) -> Response {
    let file = async {
        let format = if asked.format.is_empty() {
            Format::Xlsx
        } else {
            Format::parse(&asked.format).ok_or(Failure::NotFound)?
        };
        visit.desk.export_basket(visit.actor()?, &id(&basket_id)?, format, visit.lang).await
    };
    match file.await.and_then(download) {
        Ok(response) => response,
        Err(failure) => failed(&visit, &failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collecting_leads_back_to_the_place_and_never_to_another_site() {
        assert_eq!(with_done("/search?q=x&done=collected-1#b", "a", 1), "/search?q=x&done=collected-1#b");
        assert_eq!(with_done("/categories/K07", "a", 0), "/categories/K07?done=collected-0#a");
        assert_eq!(with_done("https://evil.example/", "a", 1), "/?done=collected-1#a");
    }
}
