//! Server-sent events: what changes on a sheet, and who is there, for a reader who may see it.

use super::visit::{SESSION, cookie};
use app::pages::Visit;
use app::pages::presence::{self, Line};
use app::words::{fill, talk};
use assessments::access::Actor;
use assessments::cell::{Layer, SheetKey};
use assessments::desk::{News, Seat, ToldChange, Watch};
use assessments::failure::Failure;
use assessments::id::{InstitutionId, ServiceId};
use assessments::lang::Lang;
use axum::Extension;
use axum::extract::Query;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::time::Duration;

#[derive(Debug, Deserialize)]
pub struct Asked {
    service: String,
    /// Where to go on from: what the page was drawn with. Without one, from now on.
    after: Option<String>,
    /// The reader's institution whose page it is, where it is not the common text's.
    #[serde(default)]
    place: String,
}

/// How often an open stream asks whether its reader is still signed in.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// How long who is here may be told late: people who come and go together are told once.
const GATHER: Duration = Duration::from_millis(200);

/// One change set as the browser gets it.
#[derive(Serialize)]
struct Change<'a> {
    author: &'a str,
    own: bool,
    /// The reader's institution whose layer it is; empty for the common text.
    layer: &'a str,
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

/// An open page: its watch, its seat, and whose it is.
struct Page {
    visit: Visit,
    token: String,
    actor: Actor,
    service: ServiceId,
    watch: Watch,
    seat: Seat,
}

async fn open(visit: Visit, asked: &Asked, headers: &HeaderMap) -> Result<Page, Failure> {
    let actor = visit.actor()?.clone();
    let service = ServiceId::parse(&asked.service).map_err(|_| Failure::NotFound)?;
    let resumed = headers.get("last-event-id").and_then(|v| v.to_str().ok());
    let watch = visit.desk.watch(&actor, &service, resumed.or(asked.after.as_deref())).await?;
    let mut key = SheetKey::shared(service.clone());
    if !asked.place.is_empty() {
        key.layer = Layer::Institution(InstitutionId::parse(&asked.place).map_err(|_| Failure::NotFound)?);
    }
    let seat = visit.desk.sit_down(&actor, &key).await?;
    let token = cookie(headers, SESSION).unwrap_or_default().to_owned();
    Ok(Page { visit, token, actor, service, watch, seat })
}

async fn stream(
    visit: Visit,
    asked: &Asked,
    headers: &HeaderMap,
) -> Result<impl Stream<Item = Result<Event, Infallible>> + use<>, Failure> {
    let mut page = open(visit, asked, headers).await?;
    let mut first = page.watch.start().await?;
    first.push(page.watch.talk().await?);
    Ok(async_stream::stream! {
        // An answer right away, so that the reader knows that the stream stands: the tab's own word, by which it says
        // which cell it edits.
        yield Ok(Event::default().event("hello").data(page.seat.tab()));
        for news in first {
            yield Ok(page.event(news));
        }
        let mut look_again = tokio::time::interval(LOOK_AGAIN);
        let mut gathered = None;
        loop {
            let happened = tokio::select! {
                event = page.watch.next() => match event {
                    Some(event @ assessments::desk::Event::Presence(_)) => {
                        gathered.get_or_insert((tokio::time::Instant::now() + GATHER, event));
                        continue;
                    }
                    Some(event) => event,
                    None => return,
                },
                event = later(&mut gathered) => event,
                // Whoever was let go reads no further change. The page says that it hears nothing any more.
                // Whoever said nothing for too long is gone without a word: nobody else tells.
                _ = look_again.tick() => match page.look_up().await {
                    Ok(()) => assessments::desk::Event::Presence(SheetKey::shared(page.service.clone())),
                    Err(_) => return,
                },
            };
            // A role may have been taken a moment ago: nothing of a layer is told without asking.
            if page.watch.is_private(&happened) && page.look_up().await.is_err() {
                return;
            }
            let Ok(told) = page.watch.look(happened).await else { return };
            for news in told {
                yield Ok(page.event(news));
            }
        }
    })
}

/// What was gathered, once it is time.
async fn later(gathered: &mut Option<(tokio::time::Instant, assessments::desk::Event)>) -> assessments::desk::Event {
    match gathered {
        Some((at, _)) => tokio::time::sleep_until(*at).await,
        None => std::future::pending().await,
    }
    gathered.take().map_or(assessments::desk::Event::LookAgain, |(_, event)| event)
}

impl Page {
    /// Asks who the reader is by now, and says that they are still here.
    async fn look_up(&mut self) -> Result<(), Failure> {
        self.actor = self.visit.desk.still_signed_in(&self.token).await?;
        self.watch.renew(self.actor.clone());
        self.seat.stay();
        Ok(())
    }

    fn event(&self, news: News) -> Event {
        match news {
            News::Change(told) => self.change(&told),
            // The page looks again at each cell that it shows.
            News::Behind => Event::default().event("behind").data("-"),
            // The sum, and a line a cell: how much stands there and what its link says, in the page's words.
            News::Talk(counts) => {
                let words = |n: i64| fill(talk(self.visit.lang).of_cell, &[&n]);
                let sum = format!("\t{}", counts.values().sum::<i64>());
                let lines = counts.iter().map(|(place, n)| format!("{place}\t{n}\t{}", words(*n)));
                let lines: Vec<String> = std::iter::once(sum).chain(lines).collect();
                Event::default().event("talk").data(lines.join("\n"))
            }
            News::Present(people) => {
                let lang: Lang = self.visit.lang;
                let lines: Vec<Line> = people.iter().map(|p| presence::line(lang, p)).collect();
                Event::default().event("present").data(serde_json::to_string(&lines).unwrap_or_default())
            }
        }
    }

    fn change(&self, told: &ToldChange) -> Event {
        let layer = match &told.layer {
            Layer::Shared => "",
            Layer::Institution(id) => id.as_str(),
        };
        let change = Change {
            author: &told.author.name,
            own: self.actor.is(&told.author),
            layer,
            addresses: told.addresses.iter().map(ToString::to_string).collect(),
        };
        let data = serde_json::to_string(&change).unwrap_or_default();
        Event::default().event("change").id(told.cursor.clone()).data(data)
    }
}
