//! Lists and bundles as files: the matrix, one category, what is overdue, every sheet.

use super::pages::{Asked, download};
use super::visit::failed;
use app::pages::Visit;
use assessments::desk::List;
use assessments::failure::Failure;
use assessments::id::ServiceId;
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use std::io;

type V = Extension<Visit>;

async fn list(visit: &Visit, list: &List) -> Response {
    let done = async { visit.desk.export_list(visit.actor()?, list, visit.lang).await.and_then(download) };
    done.await.unwrap_or_else(|failure| failed(visit, &failure))
}

pub async fn matrix(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    list(&visit, &List::Matrix(asked.filter())).await
}

pub async fn category(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    list(&visit, &List::Category(asked.filter(), id)).await
}

pub async fn overdue(Extension(visit): V) -> Response {
    list(&visit, &List::Overdue).await
}

/// What changed between two published versions, or since one.
pub async fn difference(
    Extension(visit): V,
    Path((id, version)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Response {
    match ServiceId::parse(&id) {
        Ok(service) => list(&visit, &List::Difference(service, version, asked.to.clone())).await,
        Err(_) => failed(&visit, &Failure::NotFound),
    }
}

/// Every sheet with an answer in one zip, streamed.
pub async fn all(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    let begun = async {
        let format = asked.format()?;
        let bundle = visit.desk.bundle(visit.actor()?, format, visit.lang)?;
        Ok::<_, Failure>((bundle, format))
    };
    let (mut bundle, format) = match begun.await {
        Ok(begun) => begun,
        Err(failure) => return failed(&visit, &failure),
    };
    let pieces = async_stream::stream! {
        loop {
            match bundle.next().await {
                Ok(Some(piece)) => yield Ok(Bytes::from(piece)),
                Ok(None) => return,
                // The answer has begun: all that is left is to end it where the browser sees that it is not whole.
                Err(failure) => {
                    yield Err(io::Error::other(failure.code()));
                    return;
                }
            }
        }
    };
    let name = format!("attachment; filename=\"kyohyo-sheets-{}.zip\"", format.ending());
    let disposition = HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment"));
    let zip = HeaderValue::from_static("application/zip");
    ([(header::CONTENT_TYPE, zip), (header::CONTENT_DISPOSITION, disposition)], Body::from_stream(pieces))
        .into_response()
}
