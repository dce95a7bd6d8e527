//! Routes to pages: parse the address, let the page read and draw.

use super::visit::{answer, failed};
use app::pages::{self, Visit};
use app::words::sheet as sheet_words;
use assessments::cell::{Layer, SheetKey};
use assessments::desk::Format;
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::store::ServiceFilter;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

type V = Extension<Visit>;

/// What addresses of pages may carry.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    text: String,
    provider: String,
    group: String,
    state: String,
    criteria: String,
    mechanism: String,
    q: String,
    id: String,
    cell: Option<String>,
    before: Option<i64>,
    back: String,
    service: String,
    import: String,
    format: String,
    layer: Option<String>,
    done: String,
    page: Option<String>,
}

impl Asked {
    fn filter(&self) -> ServiceFilter {
        ServiceFilter {
            text: self.text.clone(),
            provider: self.provider.clone(),
            group: self.group.clone(),
            state: self.state.clone(),
            criteria: self.criteria.clone(),
        }
    }

    /// A page number that does not read is the first page.
    fn page(&self) -> i64 {
        self.page.as_deref().and_then(|p| p.parse().ok()).unwrap_or(1)
    }

    /// The service that an import was asked for.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// What a form did, said on the page it leads to. Words of ours by a key: never a text from the address.
    fn flash(&self, visit: &Visit) -> Option<String> {
        let s = sheet_words(visit.lang);
        let (key, number) = self.done.split_once('-').unwrap_or((self.done.as_str(), ""));
        let number: i64 = number.parse().unwrap_or(0);
        match key {
            "saved" => Some(app::words::fill(s.saved, &[&number])),
            "same" => Some(s.nothing_to_save.into()),
            "undone" => Some(s.undone.into()),
            "restored" => Some(s.restored.into()),
            _ => None,
        }
    }
}

pub async fn home(Extension(visit): V) -> Response {
    let drawn = pages::home::home(&visit).await;
    answer(&visit, drawn)
}

pub async fn services(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    let drawn = pages::lists::services(&visit, &asked.filter(), asked.page()).await;
    answer(&visit, drawn)
}

pub async fn matrix(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    let drawn = pages::matrix::matrix(&visit, &asked.filter(), asked.page()).await;
    answer(&visit, drawn)
}

pub async fn new_service(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    answer(&visit, pages::service_new::form(&visit, &asked.import, None))
}

pub async fn overview(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    let drawn = pages::sheet::overview::overview(&visit, &id, asked.flash(&visit)).await;
    answer(&visit, drawn)
}

pub async fn scenarios(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    let drawn = pages::sheet::scenarios::scenarios(&visit, &id, asked.flash(&visit)).await;
    answer(&visit, drawn)
}

pub async fn criteria(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    let drawn = pages::sheet::criteria::criteria(&visit, &id, asked.flash(&visit)).await;
    answer(&visit, drawn)
}

pub async fn notes(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    let drawn = pages::sheet::notes::notes(&visit, &id, asked.flash(&visit)).await;
    answer(&visit, drawn)
}

pub async fn sheet_guardrails(Extension(visit): V, Path(id): Path<String>) -> Response {
    let drawn = pages::sheet::overview::guardrails(&visit, &id).await;
    answer(&visit, drawn)
}

pub async fn history(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    let drawn =
        pages::sheet::history::history(&visit, &id, asked.cell.as_deref(), asked.before, asked.flash(&visit), None)
            .await;
    answer(&visit, drawn)
}

pub async fn edit(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    let drawn = pages::forms::edit(&visit, &id, asked.cell.as_deref().unwrap_or(""), None).await;
    answer(&visit, drawn)
}

pub async fn category(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    let drawn = pages::across::across(&visit, &asked.criteria, &id, asked.page()).await;
    answer(&visit, drawn)
}

pub async fn overdue(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    answer(&visit, pages::overdue::overdue(&visit, asked.page()).await)
}

pub async fn guardrails(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    let drawn = pages::guardrails::catalogue(&visit, &asked.text, &asked.mechanism, asked.page());
    answer(&visit, drawn)
}

pub async fn guardrail(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    let drawn = pages::guardrails::guardrail(&visit, &asked.id).await;
    answer(&visit, drawn)
}

pub async fn search(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    let drawn = pages::search::search(&visit, &asked.q).await;
    answer(&visit, drawn)
}

pub async fn sign_in(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    answer(&visit, Ok(pages::sign_in::sign_in(&visit, super::visit::own_path(&asked.back), None)))
}

pub async fn code(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    answer(&visit, Ok(pages::sign_in::code(&visit, super::visit::own_path(&asked.back), None)))
}

pub async fn welcome(Extension(visit): V, Path(token): Path<String>) -> Response {
    let drawn = pages::sign_in::welcome(&visit, &token, None).await;
    answer(&visit, drawn)
}

pub async fn not_found(Extension(visit): V) -> Response {
    failed(&visit, &Failure::NotFound)
}

pub async fn export(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    match exported(&visit, &id, &asked).await {
        Ok(response) => response,
        Err(failure) => failed(&visit, &failure),
    }
}

async fn exported(visit: &Visit, id: &str, asked: &Asked) -> Result<Response, Failure> {
    let format =
        if asked.format.is_empty() { Format::Xlsx } else { Format::parse(&asked.format).ok_or(Failure::NotFound)? };
    let layer = asked.layer.as_deref().map_or(Ok(Layer::Shared), Layer::parse).map_err(|_| Failure::NotFound)?;
    let key = SheetKey { service: ServiceId::parse(id).map_err(|_| Failure::NotFound)?, layer };
    let file = visit.desk.export(visit.actor()?, &key, format, visit.lang).await?;
    // The name is made of an id and numbers: nothing in it needs an escape.
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", file.file_name))
        .map_err(|_| Failure::NotFound)?;
    Ok((
        [
            (header::CONTENT_TYPE, HeaderValue::from_static(file.content_type)),
            (header::CONTENT_DISPOSITION, disposition),
        ],
        file.bytes,
    )
        .into_response())
}
