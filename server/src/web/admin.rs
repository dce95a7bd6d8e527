//! Administration: plain forms over the desk's verbs.

use super::times::{day, day_after};
use super::visit::{answer, failed, redrawn};
use app::pages::admin::{self, Said};
use app::pages::{self, Refused, Visit};
use assessments::access::Role;
use assessments::cell::Layer;
use assessments::failure::Failure;
use assessments::id::{InstitutionId, PersonId};
use assessments::lang::Label;
use assessments::store::AuditFilter;
use axum::Extension;
use axum::extract::{Form, Query};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::collections::BTreeSet;

type V = Extension<Visit>;
type Typed = Form<Vec<(String, String)>>;

/// Whose members.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    institution: String,
    done: String,
    action: String,
    text: String,
    person: String,
    of: String,
    service: String,
    grant: String,
    from: String,
    to: String,
    page: Option<String>,
}

impl Asked {
    fn scope(&self) -> Result<Layer, Failure> {
        if self.institution.is_empty() {
            return Ok(Layer::Shared);
        }
        Ok(Layer::Institution(InstitutionId::parse(&self.institution).map_err(|_| Failure::NotFound)?))
    }

    /// What the audit is narrowed by.
    fn audit(&self) -> pages::audit::Asked {
        pages::audit::Asked {
            filter: AuditFilter {
                action: self.action.clone(),
                text: self.text.trim().to_owned(),
                person: self.person.clone(),
                institution: self.of.clone(),
                service: self.service.clone(),
                from: day(&self.from),
                until: day_after(&self.to),
                grant: self.grant.clone(),
            },
            days: (self.from.clone(), self.to.clone()),
            page: self.page.as_deref().and_then(|p| p.parse().ok()).unwrap_or(1),
        }
    }
}

fn field<'a>(typed: &'a [(String, String)], name: &str) -> &'a str {
    typed.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
}

fn roles(typed: &[(String, String)]) -> Result<BTreeSet<Role>, Failure> {
    let read = |key: &String| Role::parse(key).ok_or_else(|| Failure::invalid("role", key));
    typed.iter().filter(|(n, _)| n == "role").map(|(_, v)| read(v)).collect()
}

pub async fn members(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    let said = if asked.done == "saved" { Said::Saved } else { Said::Nothing };
    let drawn = async { admin::members(&visit, &asked.scope()?, said, None).await };
    answer(&visit, drawn.await)
}

/// Invites, sets roles, makes a new link.
pub async fn change_members(Extension(visit): V, Query(asked): Query<Asked>, Form(typed): Typed) -> Response {
    let done = async {
        let (actor, scope) = (visit.actor()?, asked.scope()?);
        let person = || PersonId::parse(field(&typed, "person")).map_err(|_| Failure::NotFound);
        match field(&typed, "verb") {
            "invite" => {
                let (email, name) = (field(&typed, "email"), field(&typed, "name"));
                let invited = visit.desk.invite(actor, &scope, email, name, &roles(&typed)?).await?;
                // The link is in this answer only: no address keeps it.
                Ok(Some(admin::members(&visit, &scope, Said::Invited(invited), None).await?))
            }
            "link" => {
                let token = visit.desk.new_link(actor, &scope, &person()?).await?;
                let said = Said::Invited(assessments::desk::Invited::New(token));
                Ok(Some(admin::members(&visit, &scope, said, None).await?))
            }
            "token" => visit.desk.revoke_token(actor, &scope, field(&typed, "token")).await.map(|()| None),
            "factor" => visit.desk.remove_factor(actor, &scope, &person()?).await.map(|()| None),
            "roles" => visit.desk.set_roles(actor, &scope, &person()?, &roles(&typed)?).await.map(|()| None),
            _ => Err(Failure::NotFound),
        }
    };
    match done.await {
        Ok(Some(html)) => answer(&visit, Ok(html)),
        Ok(None) => {
            let back = admin::back(&asked.institution);
            let by = if back.contains('?') { '&' } else { '?' };
            Redirect::to(&format!("{back}{by}done=saved")).into_response()
        }
        Err(failure @ (Failure::SignedOut | Failure::NotFound)) => failed(&visit, &failure),
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed };
            let drawn = async { admin::members(&visit, &asked.scope()?, Said::Nothing, Some(&refused)).await };
            redrawn(&visit, &failure, drawn.await)
        }
    }
}

pub async fn institutions(Extension(visit): V) -> Response {
    answer(&visit, admin::institutions(&visit, Said::Nothing, None).await)
}

/// Adds an institution, or invites its first manager.
pub async fn change_institutions(Extension(visit): V, Form(typed): Typed) -> Response {
    let done = async {
        let actor = visit.actor()?;
        let id = InstitutionId::parse(field(&typed, "id").trim())?;
        match field(&typed, "verb") {
            "add" => {
                let name = Label { ja: field(&typed, "name_ja").into(), en: field(&typed, "name_en").into() };
                visit.desk.add_institution(actor, &id, &name).await?;
                Ok(Said::Saved)
            }
            "manager" => {
                let (email, name) = (field(&typed, "email"), field(&typed, "name"));
                Ok(Said::Invited(visit.desk.invite_first_manager(actor, &id, email, name).await?))
            }
            _ => Err(Failure::NotFound),
        }
    };
    match done.await {
        Ok(said) => answer(&visit, admin::institutions(&visit, said, None).await),
        Err(failure @ (Failure::SignedOut | Failure::NotFound | Failure::Forbidden { .. })) => failed(&visit, &failure),
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed };
            redrawn(&visit, &failure, admin::institutions(&visit, Said::Nothing, Some(&refused)).await)
        }
    }
}

pub async fn audit(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    let drawn = async { pages::audit::audit(&visit, &asked.scope()?, &asked.audit()).await };
    answer(&visit, drawn.await)
}

/// The audit as a file that verifies on its own.
pub async fn export_audit(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    let file = async { visit.desk.export_audit(visit.actor()?, &asked.scope()?).await };
    match file.await {
        Ok(file) => super::elevation::download(&visit, file),
        Err(failure) => failed(&visit, &failure),
    }
}

pub async fn policy(Extension(visit): V) -> Response {
    answer(&visit, pages::policy::policy(&visit))
}
