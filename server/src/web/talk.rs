//! Comments and the inbox: plain forms over the desk's verbs.

use super::routes::{Routes, get, post};
use super::visit::{answer, failed, redrawn};
use app::pages::inbox::Asked as InboxAsked;
use app::pages::talk::Shown;
use app::pages::{self, Refused, Visit};
use app::words::talk as words;
use assessments::cell::{Address, Layer, SheetKey};
use assessments::desk::InboxKind;
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::lang::Lang;
use assessments::store::{MailSetting, Often};
use axum::Extension;
use axum::extract::{Form, Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

type V = Extension<Visit>;
type Typed = Form<Vec<(String, String)>>;

/// The routes of comments, inbox and mail setting.
pub fn routes() -> Routes {
    Routes::new()
        .route("/services/{id}/talk", get(talk).post(say))
        .route("/inbox", get(inbox).post(mark))
        .route("/account/mail", post(mail))
}

/// What addresses may carry.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    cell: Option<String>,
    thread: String,
    show: String,
    done: String,
    kind: String,
    unread: String,
    page: Option<String>,
}

impl Asked {
    /// A page number that does not read is the first page.
    fn page(&self) -> i64 {
        self.page.as_deref().and_then(|p| p.parse().ok()).unwrap_or(1)
    }

    fn shown(&self) -> Shown {
        Shown { cell: self.cell.clone(), thread: self.thread.clone(), show: self.show.clone(), page: self.page() }
    }

    fn inbox(&self) -> InboxAsked {
        InboxAsked { kind: InboxKind::parse(&self.kind), unread: !self.unread.is_empty(), page: self.page() }
    }
}

fn field<'a>(typed: &'a [(String, String)], name: &str) -> &'a str {
    typed.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
}

/// What a form did, by its key in the address.
fn said(lang: Lang, done: &str) -> Option<&'static str> {
    let w = words(lang);
    Some(match done {
        "open" | "reply" => w.posted,
        "edit" => w.changed,
        "delete" => w.removed,
        "resolve" => w.settled,
        "reopen" => w.unsettled,
        "marked" => w.marked,
        "aside" => w.put_aside_done,
        _ => return None,
    })
}

async fn talk(Extension(mut visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    let drawn = async {
        let shown = asked.shown();
        // Whoever has the thread before them has seen what was said to them in it. Mostly there is nothing to write.
        if !shown.thread.is_empty() && visit.unread > 0 {
            let actor = visit.actor()?.clone();
            visit.desk.mark_thread(&actor, &shown.thread).await?;
            visit.unread = visit.desk.unread(&actor).await?;
        }
        let flash = said(visit.lang, &asked.done).map(str::to_owned);
        pages::talk::talk(&visit, &id, &shown, flash, None).await
    };
    let drawn = drawn.await;
    answer(&visit, drawn)
}

/// Where a form's page is, as its hidden fields say.
fn came_from(typed: &[(String, String)]) -> Shown {
    Shown {
        cell: typed.iter().find(|(n, _)| n == "cell").map(|(_, v)| v.clone()),
        thread: field(typed, "thread").to_owned(),
        show: field(typed, "show").to_owned(),
        page: 1,
    }
}

/// Every verb of comments.
async fn say(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    let shown = came_from(&typed);
    match speak(&visit, &id, &typed).await {
        Ok((verb, anchor)) => {
            let query = shown.query();
            let by = if query.is_empty() { "" } else { "&" };
            Redirect::to(&format!("/services/{id}/talk?{query}{by}done={verb}#{anchor}")).into_response()
        }
        Err(failure @ (Failure::NotFound | Failure::SignedOut | Failure::Forbidden { .. })) => failed(&visit, &failure),
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed };
            let drawn = pages::talk::talk(&visit, &id, &shown, None, Some(&refused)).await;
            redrawn(&visit, &failure, drawn)
        }
    }
}

/// Does what the form asks; gives back the verb and the anchor of what it is about.
async fn speak(visit: &Visit, id: &str, typed: &[(String, String)]) -> Result<(&'static str, String), Failure> {
    let (desk, actor) = (&visit.desk, visit.actor()?);
    let (subject, text) = (field(typed, "subject"), addressed(field(typed, "to"), field(typed, "text")));
    match field(typed, "verb") {
        "open" => {
            let layer = Layer::parse(field(typed, "layer")).map_err(|_| Failure::NotFound)?;
            let key = SheetKey { service: ServiceId::parse(id).map_err(|_| Failure::NotFound)?, layer };
            let on = field(typed, "on");
            let address = if on.is_empty() { None } else { Some(Address::parse(on).map_err(|_| Failure::NotFound)?) };
            desk.open_thread(actor, &key, address.as_ref(), &text).await.map(|thread| ("open", format!("t-{thread}")))
        }
        "reply" => desk.reply(actor, subject, &text).await.map(|comment| ("reply", format!("c-{comment}"))),
        "edit" => desk.edit_comment(actor, subject, &text).await.map(|_| ("edit", format!("c-{subject}"))),
        "delete" => desk.delete_comment(actor, subject).await.map(|_| ("delete", format!("c-{subject}"))),
        "resolve" => desk.resolve_thread(actor, subject, true).await.map(|t| ("resolve", format!("t-{}", t.id))),
        "reopen" => desk.resolve_thread(actor, subject, false).await.map(|t| ("reopen", format!("t-{}", t.id))),
        _ => Err(Failure::NotFound),
    }
}

/// A text with the people of the form's own field before it: `@a:x @b:y text`.
fn addressed(to: &str, text: &str) -> String {
    let names =
        to.split([' ', ',', '　', '、', ';']).map(|n| n.trim_start_matches(['@', '＠'])).filter(|n| !n.is_empty());
    let names: String = names.map(|n| format!("@{n} ")).collect();
    // Nobody is told of nothing.
    if text.trim().is_empty() { String::new() } else { format!("{names}{text}") }
}

async fn inbox(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    answer(&visit, pages::inbox::inbox(&visit, &asked.inbox(), said(visit.lang, &asked.done)).await)
}

/// Marks one item, or all.
async fn mark(Extension(visit): V, Form(typed): Typed) -> Response {
    let done = async {
        let (actor, item) = (visit.actor()?, field(&typed, "item"));
        match field(&typed, "verb") {
            "all" => visit.desk.mark_inbox(actor, None, true).await,
            "read" => visit.desk.mark_inbox(actor, Some(item), true).await,
            "unread" => visit.desk.mark_inbox(actor, Some(item), false).await,
            "aside" => visit.desk.put_aside(actor, item).await,
            _ => Err(Failure::NotFound),
        }
    };
    let kind = InboxKind::parse(field(&typed, "kind")).map_or("", InboxKind::key);
    let unread = if field(&typed, "unread").is_empty() { "" } else { "&unread=1" };
    let flash = match field(&typed, "verb") {
        "unread" => "",
        "aside" => "&done=aside",
        _ => "&done=marked",
    };
    match done.await {
        Ok(()) => Redirect::to(&format!("/inbox?kind={kind}{unread}{flash}")).into_response(),
        Err(failure) => failed(&visit, &failure),
    }
}

/// Keeps how often one wants mail.
async fn mail(Extension(visit): V, Form(typed): Typed) -> Response {
    let done = async {
        let often =
            Often::parse(field(&typed, "often")).ok_or_else(|| Failure::invalid("often", field(&typed, "often")))?;
        let lang = Lang::parse(field(&typed, "lang")).unwrap_or(visit.lang);
        visit.desk.set_mail(visit.actor()?, MailSetting { often, lang }).await
    };
    match done.await {
        Ok(()) => Redirect::to("/account?done=mail#mail").into_response(),
        Err(failure) => failed(&visit, &failure),
    }
}

#[cfg(test)]
mod tests {
    use super::addressed;

    #[test]
    fn whom_the_form_names_stands_before_the_text() {
        assert_eq!(addressed("@a:x、b:y", "お願いします"), "@a:x @b:y お願いします");
        assert_eq!(addressed("", "そのまま"), "そのまま");
        assert_eq!(addressed("@a:x", "  "), "");
    }
}
