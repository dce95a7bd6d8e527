//! A new service, and the question which service a kept file is about.

use super::error::notice;
use super::shell::{Place, page};
use super::{Refused, Visit};
use crate::words::{common, exchange, pages};
use assessments::access::{Action, permit};
use assessments::cell::Layer;
use assessments::failure::Failure;
use assessments::link::escape;
use leptos::prelude::*;

/// The form of a new service. `import` is the file that waits for it.
///
/// # Errors
/// [`Failure::Forbidden`] where the reader may not add services.
pub fn form(visit: &Visit, import: &str, refused: Option<&Refused>) -> Result<String, Failure> {
    visit.who_may(Action::AddService, &Layer::Shared)?;
    let (w, p) = (common(visit.lang), pages(visit.lang));
    let typed = |name: &str| refused.and_then(|r| r.typed(name)).unwrap_or("").to_owned();
    let import = refused.and_then(|r| r.typed("import")).unwrap_or(import).to_owned();
    Ok(page(visit, p.new_service, Place::Services, || {
        view! {
            <nav class="crumbs" aria-label=p.services_title><a href="/services">{p.services_title}</a></nav>
            <h1>{p.new_service}</h1>
            <p class="facts">{p.new_service_lead}</p>
            {refused.map(|r| notice(visit, &r.failure))}
            <form class="form wide" method="post" action="/services/new">
                <input type="hidden" name="import" value=import/>
                <label>{p.service_name_ja}<input type="text" name="name_ja" value=typed("name_ja") maxlength="200" lang="ja"/></label>
                <label>{p.service_name_en}<input type="text" name="name_en" value=typed("name_en") maxlength="200" lang="en"/></label>
                <label>{p.col_provider}<input type="text" name="provider" value=typed("provider") maxlength="100"/></label>
                <label>{p.service_id}<input type="text" name="id" value=typed("id") required maxlength="64" pattern="[a-z0-9][a-z0-9._\\-]*"
                    autocapitalize="none" spellcheck="false" aria-describedby="id-hint"/></label>
                <p class="hint" id="id-hint">{p.service_id_hint}</p>
                <p class="row"><button class="btn" data-kind="primary">{p.new_service}</button><a class="btn" data-kind="quiet" href="/services">{w.cancel}</a></p>
            </form>
        }
    }))
}

/// Which service is this file about? The file is kept, so that it need not be sent again.
///
/// # Errors
/// [`Failure::Forbidden`] where the reader may not import.
pub fn which(
    visit: &Visit,
    import: &str,
    candidates: &[String],
    services: &[(String, String)],
    refused: Option<&Refused>,
) -> Result<String, Failure> {
    let actor = visit.who_may(Action::PreviewImport, &Layer::Shared)?;
    let (x, p) = (exchange(visit.lang), pages(visit.lang));
    let may_add = permit(actor, Action::AddService, &Layer::Shared).is_ok();
    let typed = refused.and_then(|r| r.typed("service")).unwrap_or("").to_owned();
    let name = |id: &String| services.iter().find(|(known, _)| known == id).map(|(_, name)| name.clone());
    Ok(page(visit, x.which, Place::Import, || {
        let choices = candidates
            .iter()
            .map(|id| view! {
                <button class="btn" name="service" value=id.clone()>{name(id)}" "<span class="mono small muted">{id.clone()}</span></button>
            })
            .collect_view();
        let list =
            services.iter().map(|(id, name)| view! { <option value=id.clone()>{name.clone()}</option> }).collect_view();
        view! {
            <nav class="crumbs" aria-label=x.title><a href="/import">{x.title}</a></nav>
            <h1>{x.which}</h1>
            <p class="facts">{x.which_lead}</p>
            {refused.map(|r| notice(visit, &r.failure))}
            {(!candidates.is_empty()).then(|| view! {
                <form class="panel" method="post" action=format!("/import/{import}/service")>
                    <h2>{x.candidates}</h2><div class="row">{choices}</div>
                </form>
            })}
            <form class="form wide panel" method="post" action=format!("/import/{import}/service")>
                <label>{x.service}<input type="text" name="service" list="services" value=typed required autocomplete="off"/></label>
                <datalist id="services">{list}</datalist>
                <p class="row"><button class="btn" data-kind="primary">{x.go_on}</button>
                    {may_add.then(|| view! { <a class="btn" data-kind="quiet" href=format!("/services/new?import={}", escape(import))>{p.new_service}</a> })}</p>
            </form>
        }
    }))
}
