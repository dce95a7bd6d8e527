//! Server-sent events: what changes on a sheet, for readers who may see it.

use super::visit::{SESSION, cookie};
use app::pages::Visit;
use assessments::cell::{Layer, SheetKey};
use assessments::desk::visible;
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::store::ChangeFilter;
use axum::Extension;
use axum::extract::Query;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;

/// Most change sets told at once to a reader who comes back.
const CATCH_UP: i64 = 50;

#[derive(Debug, Deserialize)]
pub struct Asked {
    service: String,
    #[serde(default)]
    after: i64,
}

/// How often an open stream asks whether its reader is still signed in.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// One change set as the browser gets it.
#[derive(Serialize)]
struct Change<'a> {
    author: &'a str,
    own: bool,
    addresses: Vec<String>,
}

pub async fn live(Extension(visit): Extension<Visit>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    match stream(visit.clone(), &asked, &headers).await {
        Ok(stream) => Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(20))).into_response(),
        Err(failure) => {
            let status = axum::http::StatusCode::from_u16(failure.status()).unwrap_or_default();
            (status, failure.message(visit.lang)).into_response()
        }
    }
}

async fn stream(
    visit: Visit,
    asked: &Asked,
    headers: &HeaderMap,
) -> Result<impl Stream<Item = Result<Event, Infallible>> + use<>, Failure> {
    let actor = visit.actor()?.clone();
    let key = SheetKey::shared(ServiceId::parse(&asked.service).map_err(|_| Failure::NotFound)?);
    // Listen first, read the past then: what happens between is told twice at worst, never lost.
    let (mut events, layers) = visit.desk.events(&actor);
    let resumed = headers.get("last-event-id").and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    let after: i64 = resumed.unwrap_or(asked.after);
    let token = cookie(headers, SESSION).unwrap_or_default().to_owned();
    let filter = ChangeFilter { service: Some(key.service.clone()), limit: CATCH_UP, ..ChangeFilter::default() };
    let past = visit.desk.history(&actor, &Layer::Shared, &filter).await?;
    Ok(async_stream::stream! {
        // An answer right away, so that the reader knows that the stream stands.
        yield Ok(Event::default().comment("ready"));
        let mut told = after;
        if past.len() as i64 == CATCH_UP && past.last().is_some_and(|oldest| oldest.number > after + 1) {
            yield Ok(behind());
        }
        for set in past.iter().rev().filter(|s| s.number > after) {
            let own = actor.is(&set.author);
            let addresses = set.cells.iter().map(|c| c.address.to_string()).collect();
            yield Ok(event(set.number, &Change { author: &set.author.name, own, addresses }));
            told = set.number;
        }
        let mut look_again = tokio::time::interval(LOOK_AGAIN);
        loop {
            let change = tokio::select! {
                change = events.recv() => change,
                _ = look_again.tick() => match visit.desk.still_signed_in(&token).await {
                    Ok(_) => continue,
                    // Whoever was let go reads no further change. The page says that it hears nothing any more.
                    Err(_) => return,
                },
            };
            match change {
                Ok(change) if visible(&change, &layers) && change.key == key && change.number > told => {
                    let addresses = change.addresses.iter().map(ToString::to_string).collect();
                    let own = actor.is(&change.author);
                    told = change.number;
                    yield Ok(event(change.number, &Change { author: &change.author.name, own, addresses }));
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => yield Ok(behind()),
                Err(RecvError::Closed) => return,
            }
        }
    })
}

/// More happened than is told: the page looks again at each cell that it shows.
fn behind() -> Event {
    Event::default().event("behind").data("-")
}

fn event(number: i64, change: &Change<'_>) -> Event {
    let data = serde_json::to_string(change).unwrap_or_default();
    Event::default().event("change").id(number.to_string()).data(data)
}
