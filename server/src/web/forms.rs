//! Plain forms: the same desk verbs as the islands, and the same page again, with what was typed, where one refuses.

use super::Web;
use super::visit::{SESSION, STEP, answer, cookie, failed, language_cookie, own_path, redrawn, set_cookie};
use app::pages::{self, Refused, Visit};
use assessments::cell::{Address, SheetKey};
use assessments::change::Door;
use assessments::desk::{NewService, STEP_MINUTES, SignIn, WriteInput};
use assessments::failure::Failure;
use assessments::id::{ImportId, RowId, ServiceId};
use assessments::lang::{Label, Lang};
use assessments::schema::{self, Rows};
use axum::Extension;
use axum::extract::{ConnectInfo, Form, Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use chrono::Duration;
use std::net::SocketAddr;

pub(super) type V = Extension<Visit>;
pub(super) type Typed = Form<Vec<(String, String)>>;

/// A form's field; several of one name (check boxes) are joined by commas.
pub(super) fn field(typed: &[(String, String)], name: &str) -> String {
    typed.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect::<Vec<_>>().join(",")
}

pub(super) fn number(typed: &[(String, String)], name: &str) -> i64 {
    field(typed, name).parse().unwrap_or(0)
}

pub(super) fn key(id: &str) -> Result<SheetKey, Failure> {
    Ok(SheetKey::shared(ServiceId::parse(id).map_err(|_| Failure::NotFound)?))
}

/// Saves the form of one cell.
pub async fn edit(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    let cell = field(&typed, "cell");
    match save(&visit, &id, &cell, &typed).await {
        Ok((address, done)) => Redirect::to(&with_done(&pages::search::url(&id, &address), &done)).into_response(),
        Err(failure @ (Failure::NotFound | Failure::SignedOut | Failure::Forbidden { .. })) => failed(&visit, &failure),
        Err(failure) => {
            // Check boxes come as several fields of one name: the form shows them joined, as stored.
            let mut typed = typed;
            let text = field(&typed, "text");
            typed.retain(|(n, _)| n != "text");
            typed.push(("text".into(), text));
            let refused = Refused { failure: failure.clone(), typed };
            let institution = refused.typed("institution").unwrap_or("").to_owned();
            let drawn = pages::forms::edit(&visit, &id, &cell, &institution, Some(&refused)).await;
            redrawn(&visit, &failure, drawn)
        }
    }
}

async fn save(visit: &Visit, id: &str, cell: &str, typed: &[(String, String)]) -> Result<(Address, String), Failure> {
    let address = Address::parse(cell).map_err(|_| Failure::NotFound)?;
    let layer = pages::forms::layer_of(visit, &field(typed, "institution"))?;
    let input = WriteInput {
        key: SheetKey { layer, ..key(id)? },
        base: number(typed, "base"),
        cells: vec![(address.clone(), field(typed, "text"))],
        reason: field(typed, "reason"),
        door: Door::Form,
        source: String::new(),
    };
    let written = visit.desk.write(visit.actor()?, &input).await?;
    let done = if written.cells.is_empty() { "same".to_owned() } else { format!("saved-{}", written.number) };
    Ok((address, done))
}

/// Puts what was done before the anchor of an address.
fn with_done(url: &str, done: &str) -> String {
    match url.split_once('#') {
        Some((path, anchor)) => format!("{path}?done={done}#{anchor}"),
        None => format!("{url}?done={done}"),
    }
}

/// Adds a service; a file that waits for it goes on to its preview.
pub async fn new_service(Extension(visit): V, Form(typed): Typed) -> Response {
    let done = async {
        let id = ServiceId::parse(field(&typed, "id").trim())?;
        let name = Label { ja: field(&typed, "name_ja"), en: field(&typed, "name_en") };
        let new = NewService { id: id.clone(), name, provider: field(&typed, "provider") };
        let actor = visit.actor()?;
        visit.desk.add_service(actor, &new, Door::Form).await?;
        match ImportId::parse(&field(&typed, "import")) {
            Ok(import) => {
                visit.desk.name_import(actor, &import, &id).await?;
                Ok(format!("/import/{import}"))
            }
            Err(_) => Ok(format!("/services/{id}")),
        }
    };
    match done.await {
        Ok(url) => Redirect::to(&url).into_response(),
        Err(failure @ (Failure::SignedOut | Failure::Forbidden { .. })) => failed(&visit, &failure),
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed };
            redrawn(&visit, &failure, pages::service_new::form(&visit, "", Some(&refused)))
        }
    }
}

/// Adds or deletes a row.
pub async fn rows(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    match change_rows(&visit, &id, &typed).await {
        Ok(url) => Redirect::to(&url).into_response(),
        // Somebody wrote in the row that was to go.
        Err(failure @ Failure::Conflict { .. }) => super::undo::back_to_history(&visit, &id, "", Err(failure)).await,
        Err(failure) => failed(&visit, &failure),
    }
}

async fn change_rows(visit: &Visit, id: &str, typed: &[(String, String)]) -> Result<String, Failure> {
    let section = schema::section(&field(typed, "section"))
        .filter(|s| matches!(s.rows, Rows::Free(_)))
        .ok_or(Failure::NotFound)?;
    let delete = field(typed, "delete");
    let row =
        if delete.is_empty() { RowId::placeholder(1) } else { RowId::parse(&delete).map_err(|_| Failure::NotFound)? };
    let key = key(id)?;
    let order = if delete.is_empty() {
        visit.desk.sheet(visit.actor()?, &key).await?.cells.order_at_end(section.key)
    } else {
        String::new()
    };
    let input = WriteInput {
        key,
        base: number(typed, "base"),
        cells: vec![(Address::order(section.key, row.clone()), order)],
        reason: String::new(),
        door: Door::Form,
        source: String::new(),
    };
    let written = visit.desk.write(visit.actor()?, &input).await?;
    let row = written.rows.values().next().cloned().unwrap_or(row);
    let part = if section.key == "notes" { "notes" } else { "scenarios" };
    Ok(format!("/services/{id}/{part}?done=saved-{}#{row}", written.number))
}

/// Signs in.
pub async fn sign_in(
    State(web): State<Web>,
    Extension(visit): V,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    Form(typed): Typed,
) -> Response {
    let origin = peer.map_or_else(|| "local".to_owned(), |Extension(ConnectInfo(a))| a.ip().to_string());
    let back = field(&typed, "back");
    match visit.desk.sign_in(&field(&typed, "email"), &field(&typed, "password"), &origin).await {
        Ok(step) => go_in(&web, &step, own_path(&back)),
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed: vec![("email".into(), field(&typed, "email"))] };
            redrawn(&visit, &failure, Ok(pages::sign_in::sign_in(&visit, own_path(&back), Some(&refused))))
        }
    }
}

/// Uses a one-time link: sets the password.
pub async fn welcome(
    State(web): State<Web>,
    Extension(visit): V,
    Path(token): Path<String>,
    Form(typed): Typed,
) -> Response {
    match visit.desk.use_link(&token, &field(&typed, "password")).await {
        Ok(step) => go_in(&web, &step, "/"),
        Err(failure @ Failure::Invalid { .. }) => {
            let refused = Refused { failure: failure.clone(), typed: vec![] };
            let drawn = pages::sign_in::welcome(&visit, &token, Some(&refused)).await;
            redrawn(&visit, &failure, drawn)
        }
        Err(failure) => answer(&visit, Err(failure)),
    }
}

/// Signed in, or on to the second step.
pub fn go_in(web: &Web, step: &SignIn, to: &str) -> Response {
    match step {
        SignIn::In(signed) => {
            let session = set_cookie(web, SESSION, &signed.token, web.desk.session_limits().absolute);
            let step = set_cookie(web, STEP, "", Duration::zero());
            (AppendHeaders([(header::SET_COOKIE, session), (header::SET_COOKIE, step)]), Redirect::to(to))
                .into_response()
        }
        SignIn::Second(token) => {
            let step = set_cookie(web, STEP, token, Duration::minutes(STEP_MINUTES));
            let to = format!("/sign-in/code?back={}", assessments::link::escape(to));
            ([(header::SET_COOKIE, step)], Redirect::to(&to)).into_response()
        }
    }
}

/// The second step of signing in.
pub async fn code(State(web): State<Web>, Extension(visit): V, headers: HeaderMap, Form(typed): Typed) -> Response {
    let back = field(&typed, "back");
    let token = cookie(&headers, STEP).unwrap_or("");
    match visit.desk.second_step(token, &field(&typed, "code")).await {
        Ok(signed) => go_in(&web, &SignIn::In(signed), own_path(&back)),
        // Too long ago: from the start again.
        Err(failure @ Failure::SignedOut) => failed(&visit, &failure),
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed: vec![] };
            redrawn(&visit, &failure, Ok(pages::sign_in::code(&visit, own_path(&back), Some(&refused))))
        }
    }
}

/// Signs out.
pub async fn sign_out(State(web): State<Web>, Extension(visit): V, headers: HeaderMap) -> Response {
    if let Some(token) = cookie(&headers, SESSION)
        && let Err(failure) = visit.desk.sign_out(token).await
    {
        return failed(&visit, &failure);
    }
    let to = super::provider::after_sign_out(&web, &headers);
    ([(header::SET_COOKIE, set_cookie(&web, SESSION, "", Duration::zero()))], Redirect::to(to)).into_response()
}

/// Changes the language and goes back.
pub async fn language(State(web): State<Web>, Form(typed): Typed) -> Response {
    let lang = Lang::parse(&field(&typed, "lang")).unwrap_or_default();
    let back = field(&typed, "back");
    ([(header::SET_COOKIE, language_cookie(&web, lang))], Redirect::to(own_path(&back))).into_response()
}
