//! Routes to pages: parse the address, let the page read and draw.

use super::visit::{answer, failed};
use app::pages::{self, Visit};
use app::words::sheet as sheet_words;
use assessments::cell::{Layer, SheetKey};
use assessments::desk::{Exported, Format};
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::store::{AcrossFilter, ServiceFilter};
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
    id: String,
    cell: Option<String>,
    before: Option<i64>,
    back: String,
    service: String,
    institution: String,
    import: String,
    format: String,
    layer: Option<String>,
    done: String,
    pub to: String,
    held: String,
    only: String,
    page: Option<String>,
}

impl Asked {
    /// The format of a file that is asked for; a workbook where none is named.
    pub fn format(&self) -> Result<Format, Failure> {
        if self.format.is_empty() { Ok(Format::Xlsx) } else { Format::parse(&self.format).ok_or(Failure::NotFound) }
    }

    /// What lists are narrowed to.
    pub fn filter(&self) -> ServiceFilter {
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
            "undone_all" => Some(app::words::together(visit.lang).undone_all.into()),
            "restored" => Some(s.restored.into()),
            "copied" => Some(app::words::fill(app::words::review(visit.lang).copied, &[&number])),
            "confirmed" => Some(app::words::fill(app::words::review(visit.lang).confirmed, &[&number])),
            _ => pages::basket::said(visit, &self.done),
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
    let drawn =
        pages::sheet::criteria::criteria(&visit, &id, asked.only == "taken_over", asked.flash(&visit), None).await;
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
    if !asked.held.is_empty() {
        return answer(&visit, pages::forms::held(&visit, &id, &asked.held).await);
    }
    let drawn = pages::forms::edit(&visit, &id, asked.cell.as_deref().unwrap_or(""), &asked.institution, None).await;
    answer(&visit, drawn)
}

pub async fn category(
    Extension(visit): V,
    Path(id): Path<String>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Response {
    let text = |name: &str| asked.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default();
    let with = asked.iter().filter(|(n, _)| n == "with").filter_map(|(_, id)| ServiceId::parse(id).ok());
    let asked = pages::across::Asked {
        set: text("criteria"),
        filter: AcrossFilter {
            provider: text("provider"),
            group: text("group"),
            availability: text("availability"),
            responsibility: text("responsibility"),
            guardrail: text("guardrail"),
            text: text("text").trim().to_owned(),
        },
        with: with.take(12).collect(),
        compare: !text("compare").is_empty(),
        against: text("against"),
        page: text("page").parse().unwrap_or(1),
        done: text("done"),
    };
    let drawn = pages::across::across(&visit, &id, &asked).await;
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
    let format = asked.format()?;
    let layer = asked.layer.as_deref().map_or(Ok(Layer::Shared), Layer::parse).map_err(|_| Failure::NotFound)?;
    let key = SheetKey { service: ServiceId::parse(id).map_err(|_| Failure::NotFound)?, layer };
    let file = visit.desk.export(visit.actor()?, &key, format, visit.lang).await?;
    download(file)
}

/// A file as an answer that the browser keeps.
///
/// # Errors
/// [`Failure::NotFound`] for a name that fits no header; ours are made of ids and numbers.
pub fn download(file: Exported) -> Result<Response, Failure> {
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
