//! Review rounds, published versions, copying and assignments: plain forms over the desk's verbs.

use super::routes::{Routes, get, post};
use super::visit::{answer, failed, redrawn};
use app::pages::{self, Refused, Visit};
use app::words::{fill, review};
use assessments::access::Action;
use assessments::cell::Layer;
use assessments::change::Door;
use assessments::desk::{CopyParts, Plan, by_viewpoint, round_robin};
use assessments::failure::Failure;
use assessments::id::{InstitutionId, RowId, ServiceId};
use assessments::review::{Scope, Verdict};
use axum::Extension;
use axum::extract::{Form, Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::collections::BTreeMap;

type V = Extension<Visit>;
type Typed = Form<Vec<(String, String)>>;

/// What addresses of these pages may carry.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    round: String,
    from: String,
    done: String,
    page: Option<String>,
}

impl Asked {
    fn page(&self) -> i64 {
        self.page.as_deref().and_then(|p| p.parse().ok()).unwrap_or(1)
    }

    /// What a form did: words of ours by a key, never a text from the address.
    fn flash(&self, visit: &Visit) -> Option<String> {
        let w = review(visit.lang);
        let (key, number) = self.done.split_once('-').unwrap_or((self.done.as_str(), ""));
        let number: i64 = number.parse().unwrap_or(0);
        match key {
            "opened" => Some(w.done_opened.into()),
            "answered" => Some(w.done_answered.into()),
            "closed" => Some(w.done_closed.into()),
            "published" => Some(w.done_published.into()),
            "assigned" => Some(fill(w.assigned, &[&number])),
            _ => None,
        }
    }
}

fn field<'a>(typed: &'a [(String, String)], name: &str) -> &'a str {
    typed.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
}

/// The page of the changes that a form stood on.
fn page(typed: &[(String, String)]) -> i64 {
    field(typed, "page").parse().unwrap_or(1)
}

fn service(id: &str) -> Result<ServiceId, Failure> {
    ServiceId::parse(id).map_err(|_| Failure::NotFound)
}

/// The routes of this part.
pub fn routes() -> Routes {
    Routes::new()
        .route("/rounds", get(rounds))
        .route("/assignments", get(assignments))
        .route("/services/{id}/review", get(review_page))
        .route("/services/{id}/review/open", post(open))
        .route("/services/{id}/review/answer", post(give))
        .route("/services/{id}/review/publish", post(publish))
        .route("/services/{id}/review/publish-anyway", post(publish_anyway))
        .route("/services/{id}/review/close", post(close))
        .route("/services/{id}/versions", get(versions))
        .route("/services/{id}/versions/{version}", get(version))
        .route("/services/{id}/copy", get(copy).post(take_over))
        .route("/services/{id}/confirm", post(confirm))
        .route("/services/{id}/assignments", get(of_sheet).post(assign))
}

async fn rounds(Extension(visit): V) -> Response {
    answer(&visit, pages::review::rounds::rounds(&visit).await)
}

async fn assignments(Extension(visit): V) -> Response {
    answer(&visit, pages::assignments::assignments(&visit).await)
}

async fn review_page(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    let flash = asked.flash(&visit);
    answer(&visit, pages::review::review_page(&visit, &id, &asked.round, asked.page(), flash, None).await)
}

async fn versions(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    answer(&visit, pages::versions::versions(&visit, &id, asked.flash(&visit)).await)
}

async fn version(
    Extension(visit): V,
    Path((id, version)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Response {
    answer(&visit, pages::versions::version(&visit, &id, &version, &asked.from).await)
}

/// On to where the form leads, or the review's page again with the reason and what was typed.
async fn led(visit: &Visit, id: &str, typed: Vec<(String, String)>, done: Result<String, Failure>) -> Response {
    match done {
        Ok(to) => Redirect::to(&to).into_response(),
        Err(failure @ (Failure::SignedOut | Failure::NotFound | Failure::Forbidden { .. })) => failed(visit, &failure),
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed };
            let drawn = pages::review::review_page(visit, id, "", page(&refused.typed), None, Some(&refused)).await;
            redrawn(visit, &failure, drawn)
        }
    }
}

async fn open(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    let done = async {
        let (note, due) = (field(&typed, "note"), field(&typed, "due"));
        visit.desk.open_round(visit.actor()?, &service(&id)?, note, due).await?;
        Ok(format!("/services/{id}/review?done=opened"))
    };
    let done = done.await;
    led(&visit, &id, typed, done).await
}

async fn give(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    let done = async {
        let scope = Scope::parse(field(&typed, "scope")).map_err(|_| Failure::NotFound)?;
        let verdict = field(&typed, "verdict");
        let verdict = Verdict::parse(verdict).ok_or_else(|| Failure::invalid("verdict", verdict))?;
        let number = field(&typed, "number").parse().unwrap_or(-1);
        let institution = match field(&typed, "institution") {
            "" => None,
            other => Some(InstitutionId::parse(other).map_err(|_| Failure::invalid("institution", other))?),
        };
        let (round, comment) = (field(&typed, "round"), field(&typed, "comment"));
        let (actor, service) = (visit.actor()?, service(&id)?);
        visit.desk.answer_round(actor, &service, round, &scope, verdict, number, comment, institution.as_ref()).await?;
        let anchor = match &scope {
            Scope::Whole => String::new(),
            Scope::Cell(address) => format!("&page={}#c-{}", page(&typed), address.anchor()),
        };
        Ok(format!("/services/{id}/review?done=answered{anchor}"))
    };
    let done = done.await;
    led(&visit, &id, typed, done).await
}

async fn publish(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    let done = async {
        let (round, note) = (field(&typed, "round"), field(&typed, "note"));
        visit.desk.publish(visit.actor()?, &service(&id)?, round, note, field(&typed, "seen")).await?;
        Ok(format!("/services/{id}/versions?done=published"))
    };
    let done = done.await;
    led(&visit, &id, typed, done).await
}

async fn publish_anyway(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    let done = async {
        let (note, seen) = (field(&typed, "note"), field(&typed, "seen"));
        visit.desk.publish_without_quorum(visit.actor()?, &service(&id)?, note, seen).await?;
        Ok(format!("/services/{id}/versions?done=published"))
    };
    let done = done.await;
    led(&visit, &id, typed, done).await
}

async fn close(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    let done = async {
        visit.desk.close_round(visit.actor()?, &service(&id)?, field(&typed, "round")).await?;
        Ok(format!("/services/{id}/review?done=closed"))
    };
    let done = done.await;
    led(&visit, &id, typed, done).await
}

async fn copy(Extension(visit): V, Path(id): Path<String>) -> Response {
    answer(&visit, pages::copy::copy(&visit, &id, None).await)
}

/// Fills a sheet from a similar one.
async fn take_over(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    let done = async {
        let from = field(&typed, "source");
        let from = ServiceId::parse(from).map_err(|_| Failure::invalid("source", from))?;
        let parts =
            CopyParts { scenarios: !field(&typed, "scenarios").is_empty(), notes: !field(&typed, "notes").is_empty() };
        let (actor, reason) = (visit.actor()?, field(&typed, "reason"));
        let written = visit.desk.copy_sheet(actor, &from, &service(&id)?, parts, reason, Door::Form).await?;
        Ok(format!("/services/{id}/criteria?done=copied-{}", written.cells.len()))
    };
    match done.await {
        Ok(to) => Redirect::to(&to).into_response(),
        Err(failure @ (Failure::SignedOut | Failure::NotFound | Failure::Forbidden { .. })) => failed(&visit, &failure),
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed };
            redrawn(&visit, &failure, pages::copy::copy(&visit, &id, Some(&refused)).await)
        }
    }
}

/// Confirms answers that were taken over.
async fn confirm(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    let done = async {
        let row = |text: &String| RowId::parse(text).map_err(|_| Failure::NotFound);
        let rows = typed.iter().filter(|(n, _)| n == "row").map(|(_, v)| row(v)).collect::<Result<Vec<_>, _>>()?;
        let base = field(&typed, "base").parse().unwrap_or(0);
        let written = visit.desk.confirm(visit.actor()?, &service(&id)?, &rows, base, Door::Form).await?;
        let count = written.cells.iter().filter(|(a, _)| a.field == assessments::desk::TAKEN_OVER).count();
        let anchor = rows.first().map(|row| format!("#{row}")).unwrap_or_default();
        Ok(format!("/services/{id}/criteria?done=confirmed-{count}{anchor}"))
    };
    match done.await {
        Ok(to) => Redirect::to(&to).into_response(),
        Err(failure @ (Failure::Conflict { .. } | Failure::NotYet { .. })) => {
            let drawn = pages::sheet::criteria::criteria(&visit, &id, false, None, Some(&failure)).await;
            redrawn(&visit, &failure, drawn)
        }
        Err(failure) => failed(&visit, &failure),
    }
}

async fn of_sheet(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    answer(&visit, pages::assignments::of_sheet(&visit, &id, asked.flash(&visit), None).await)
}

/// Shares a sheet's categories out: row by row, by viewpoint, or in turn.
async fn assign(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    match shared_out(&visit, &id, &typed).await {
        Ok(count) => Redirect::to(&format!("/services/{id}/assignments?done=assigned-{count}")).into_response(),
        Err(failure @ (Failure::SignedOut | Failure::NotFound | Failure::Forbidden { .. })) => failed(&visit, &failure),
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed };
            redrawn(&visit, &failure, pages::assignments::of_sheet(&visit, &id, None, Some(&refused)).await)
        }
    }
}

async fn shared_out(visit: &Visit, id: &str, typed: &[(String, String)]) -> Result<usize, Failure> {
    let (actor, service) = (visit.who_may(Action::Assign, &Layer::Shared)?, service(id)?);
    let view = visit.desk.sheet(actor, &assessments::cell::SheetKey::shared(service.clone())).await?;
    let institution = |text: &str| InstitutionId::parse(text).map_err(|_| Failure::invalid("institution", text));
    let chosen = |prefix: &str| -> Result<BTreeMap<String, Option<InstitutionId>>, Failure> {
        let named = typed.iter().filter_map(|(n, v)| Some((n.strip_prefix(prefix)?.to_owned(), v)));
        named.map(|(n, v)| Ok((n, if v.is_empty() { None } else { Some(institution(v)?) }))).collect()
    };
    let plan = match field(typed, "verb") {
        "rows" => {
            let row = |text: &str| RowId::parse(text).map_err(|_| Failure::NotFound);
            let plan = chosen("row-")?.into_iter().map(|(r, to)| Ok((row(&r)?, to)));
            let mut plan = plan.collect::<Result<Plan, Failure>>()?;
            // Who stays with a category keeps its day, unless the form names another one.
            if field(typed, "due") == field(typed, "was") {
                let now = visit.desk.assignments(actor, &service).await?;
                let has = |row: &RowId| {
                    now.iter().find(|a| a.assignment.row == *row).map(|a| a.assignment.institution.clone())
                };
                plan.retain(|(row, to)| has(row) != *to);
            }
            plan
        }
        "viewpoints" => {
            let some = chosen("viewpoint-")?.into_iter().filter_map(|(v, to)| Some((v, to?))).collect();
            by_viewpoint(&view.criteria, &some)
        }
        "turns" => {
            let all = typed.iter().filter(|(n, _)| n == "institution").map(|(_, v)| institution(v));
            let all = all.collect::<Result<Vec<_>, _>>()?;
            if all.is_empty() {
                return Err(Failure::not_yet("no_institution"));
            }
            let keep: Vec<RowId> = match field(typed, "keep") {
                "" => vec![],
                _ => visit.desk.assignments(actor, &service).await?.into_iter().map(|a| a.assignment.row).collect(),
            };
            round_robin(&view.criteria, &all, &keep)
        }
        _ => return Err(Failure::NotFound),
    };
    visit.desk.assign(actor, &service, &plan, field(typed, "due")).await
}
