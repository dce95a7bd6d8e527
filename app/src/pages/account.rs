//! One's own account.

use super::admin::{role_word, tabs};
use super::error::notice;
use super::shell::{Place, head, moment, page};
use super::{Refused, Visit};
use crate::words::{admin, fill, talk};
use assessments::desk::{Enrolment, Factor};
use assessments::failure::Failure;
use assessments::lang::Lang;
use assessments::store::{MailSetting, Often};
use leptos::prelude::*;
use qrcode::{Color, QrCode};

/// What an answer of the account page says beside the account itself.
pub enum Told {
    /// Nothing.
    Nothing,
    /// What was done, by its key in the address.
    Done(&'static str),
    /// A secret to be taken into an authenticator.
    Enrolment(Enrolment),
    /// Fresh recovery codes, shown once.
    Codes(Vec<String>),
    /// A fresh API token, shown once.
    Token(String),
}

/// One's own account: roles, second factor, password, sessions.
///
/// # Errors
/// [`Failure::SignedOut`] where nobody is signed in.
pub async fn account(visit: &Visit, token: &str, told: &Told, refused: Option<&Refused>) -> Result<String, Failure> {
    let actor = visit.actor()?;
    let sessions = visit.desk.own_sessions(actor, token).await?;
    let factor = visit.desk.own_factor(actor).await?;
    let setting = visit.desk.mail_setting(actor).await?;
    let tokens = visit.desk.own_tokens(actor).await?;
    let identities = visit.desk.own_identities(actor).await?;
    let w = admin(visit.lang);
    Ok(page(visit, w.account, Place::None, || {
        let installation = actor.installation.iter().map(|r| role_word(visit.lang, *r).to_owned());
        let own = visit.institutions.iter().filter(|(id, _)| actor.institutions.contains_key(id));
        let held = own.map(|(id, name)| {
            let words = actor.institutions.get(id).into_iter().flatten().map(|r| role_word(visit.lang, *r));
            format!("{}: {}", name.get(visit.lang), words.collect::<Vec<_>>().join(visit.lang.pick("・", ", ")))
        });
        let held: Vec<String> = installation.chain(held).collect();
        let others = sessions.len() > 1;
        let rows = sessions
            .iter()
            .map(|(s, here)| {
                let end = (!here).then(|| view! {
                    <form method="post" action="/account/sessions"><input type="hidden" name="which" value=s.token_hash.clone()/>
                        <button class="btn" data-kind="quiet">{w.end}</button></form>
                });
                view! {
                    <tr><th scope="row" data-label=w.began><time>{moment(s.created_at)}</time>{here.then(|| view! { " "<span class="chip" data-tone="info">{w.here}</span> })}</th>
                        <td data-label=w.seen><time>{moment(s.seen_at)}</time></td><td data-label=w.ends><time>{moment(s.expires_at)}</time></td><td>{end}</td></tr>
                }
            })
            .collect_view();
        view! {
            {head(actor.name.clone(), Some(held.join(" / ")), ().into_any())}
            {tabs(visit, "/account")}
            {done(visit, told).map(|word| view! { <p class="note" data-tone="good" role="status">{word}</p> })}
            {refused.map(|r| notice(visit, &r.failure))}
            <div class="split"><div class="stack">{second(visit, factor, told)}{mail(visit, setting)}</div>{password(visit)}</div>
            {super::provider::panel(visit, &identities)}
            <h2>{w.sessions}</h2><p class="small muted">{w.sessions_lead}</p>
            <table class="list">
                <thead><tr><th scope="col">{w.began}</th><th scope="col">{w.seen}</th><th scope="col">{w.ends}</th><th scope="col"><span class="visually-hidden">{w.end}</span></th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
            {others.then(|| view! { <form class="add-row" method="post" action="/account/sessions"><button class="btn">{w.end_others}</button></form> })}
            {super::tokens::own(visit, &tokens, told, refused)}
        }
    }))
}

fn done(visit: &Visit, told: &Told) -> Option<&'static str> {
    let w = admin(visit.lang);
    match told {
        Told::Done("ended") => Some(w.ended),
        Told::Done("password") => Some(w.password_changed),
        Told::Done("off") => Some(w.factor_ended),
        Told::Done("mail") => Some(talk(visit.lang).mail_saved),
        Told::Done("linked") => Some(crate::words::tokens(visit.lang).did_linking),
        Told::Done("unlinked") => Some(crate::words::tokens(visit.lang).did_unlinking),
        Told::Done("revoked") => Some(crate::words::tokens(visit.lang).revoked),
        _ => None,
    }
}

fn second(visit: &Visit, factor: Factor, told: &Told) -> impl IntoView + use<> {
    let w = admin(visit.lang);
    let code = |verb: &'static str, word: &'static str, kind: Option<&'static str>| {
        view! {
            <form class="form" method="post" action="/account/second">
                <input type="hidden" name="verb" value=verb/>
                <label>{w.code}<input type="text" name="code" required maxlength="40" autocomplete="one-time-code" autocapitalize="none"/></label>
                <button class="btn" data-kind=kind>{word}</button>
            </form>
        }
    };
    let body = match (told, factor) {
        (Told::Codes(codes), _) => {
            let list = codes.iter().map(|c| view! { <li class="mono">{c.clone()}</li> }).collect_view();
            view! { <p role="status">{w.codes_once}</p><ul class="codes">{list}</ul> }.into_any()
        }
        (Told::Enrolment(e), Factor::Off) => view! {
            <p>{w.scan}</p>{picture(&e.address, w.scan)}
            <p class="small muted">{w.or_type}</p><p class="mono">{spaced(&e.secret)}</p>
            {code("confirm", w.confirm, Some("primary"))}
        }
        .into_any(),
        (_, Factor::Off) => view! {
            <p class="muted">{w.factor_lead}</p>
            <form method="post" action="/account/second"><input type="hidden" name="verb" value="begin"/>
                <button class="btn" data-kind="primary">{w.begin_factor}</button></form>
        }
        .into_any(),
        (_, Factor::On { codes }) => view! {
            <p><span class="chip" data-tone="good">{w.factor_on}</span>" "<span class="small muted">{fill(w.codes_left, &[&codes])}</span></p>
            <details><summary>{w.end_factor}</summary>{code("off", w.end_factor, None)}</details>
        }
        .into_any(),
    };
    view! { <section class="panel" id="second"><h2>{w.factor}</h2>{body}</section> }
}

/// In fours, for typing.
fn spaced(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// The address as a QR code, drawn as one path. Always dark on light: some readers take nothing else.
fn picture(address: &str, label: &'static str) -> Option<impl IntoView + use<>> {
    let code = QrCode::new(address.as_bytes()).ok()?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    let path: String = dark.map(|(n, _)| format!("M{} {}h1v1h-1z", n % width + 4, n / width + 4)).collect();
    let side = width + 8;
    Some(view! {
        <svg class="qr" role="img" aria-label=label viewBox=format!("0 0 {side} {side}") shape-rendering="crispEdges">
            <rect width=side.to_string() height=side.to_string() fill="#fff"/><path d=path fill="#000"/></svg>
    })
}

fn password(visit: &Visit) -> impl IntoView + use<> {
    let w = admin(visit.lang);
    view! {
        <section class="panel"><h2>{w.password}</h2><p class="small muted">{w.password_lead}</p>
            <form class="form" method="post" action="/account/password">
                <label>{w.password_now}<input type="password" name="now" required autocomplete="current-password"/></label>
                <label>{w.password_new}<input type="password" name="new" required minlength="12" autocomplete="new-password"/></label>
                <button class="btn">{w.change_password}</button>
            </form>
        </section>
    }
}

/// How often one wants mail about the inbox.
fn mail(visit: &Visit, setting: MailSetting) -> impl IntoView + use<> {
    let w = talk(visit.lang);
    // Who never said anything is asked in the language of the page.
    let lang = if setting.often == Often::Off { visit.lang } else { setting.lang };
    let often = Often::ALL.map(|o| {
        let word = match o {
            Often::Off => w.mail_off,
            Often::AtOnce => w.mail_at_once,
            Often::Daily => w.mail_daily,
        };
        view! { <option value=o.key() selected={o == setting.often}>{word}</option> }
    });
    let langs = [(Lang::Ja, "日本語"), (Lang::En, "English")]
        .map(|(l, word)| view! { <option value=l.code() selected={l == lang}>{word}</option> });
    view! {
        <section class="panel" id="mail"><h2>{w.mail}</h2><p class="small muted">{w.mail_lead}</p>
            <form class="form" method="post" action="/account/mail">
                <div class="two"><label>{w.mail_often}<select name="often">{often}</select></label>
                    <label>{w.mail_lang}<select name="lang">{langs}</select></label></div>
                <button class="btn">{w.mail_save}</button>
            </form>
        </section>
    }
}
