//! An institution's own templates.

use super::routes::{Routes, get};
use super::visit::{answer, failed, redrawn};
use app::pages::{Refused, Visit, adoption::whose, templates};
use assessments::desk::{FilledFile, Format, TemplateUpload};
use assessments::failure::Failure;
use assessments::id::{ApprovalId, InstitutionId, ServiceId, TemplateId};
use assessments::link::escape;
use axum::Extension;
use axum::extract::{Form, Multipart, Path, Query};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

type V = Extension<Visit>;

/// The routes.
pub fn routes() -> Routes {
    Routes::new()
        .route("/templates", get(list).post(add))
        .route("/templates/{id}", get(one).post(act))
        .route("/templates/{id}/file", get(file))
        .route("/templates/{id}/fill", get(filled))
}

/// What addresses and short forms of these pages carry.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    institution: String,
    done: String,
    verb: String,
    service: String,
    approval: String,
    /// Whether the file is wanted although it holds text that a row cannot show.
    anyway: String,
}

fn template(id: &str) -> Result<TemplateId, Failure> {
    TemplateId::parse(id).map_err(|_| Failure::NotFound)
}

fn is_a_page(failure: &Failure) -> bool {
    matches!(failure, Failure::SignedOut | Failure::NotFound | Failure::Forbidden { .. })
}

async fn list(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    answer(&visit, templates::list(&visit, &asked.institution, &asked.done, None, None).await)
}

async fn one(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    answer(&visit, templates::one(&visit, &id, &asked.institution, &asked.done, None).await)
}

/// Keeps a workbook as a new version, or only looks it through.
async fn add(Extension(visit): V, form: Multipart) -> Response {
    if let Err(failure) = visit.actor() {
        return failed(&visit, &failure);
    }
    let mut sent = Sent::default();
    let read = sent.read(form).await;
    let typed = vec![("name".to_owned(), sent.upload.name.clone()), ("note".to_owned(), sent.upload.note.clone())];
    let done = async {
        let (own, _) = whose(&visit, &sent.institution)?;
        assessments::access::permit(
            visit.actor()?,
            assessments::access::Action::ManageTemplates,
            &assessments::cell::Layer::Institution(own.clone()),
        )?;
        read?;
        let found = visit.desk.look_at_template(visit.actor()?, &own, &sent.upload).await?;
        // What has to be mended is shown as a whole, and not the first of it.
        if sent.verb == "check" || !found.problems.is_empty() {
            return Ok(Err(Box::new(found)));
        }
        let row = visit.desk.add_template(visit.actor()?, &own, &sent.upload).await?;
        Ok(Ok(format!("/templates/{}?institution={own}&done=added", row.id)))
    };
    match done.await {
        Ok(Ok(url)) => Redirect::to(&url).into_response(),
        Ok(Err(found)) => match found.problems.first() {
            Some(problem) => {
                let refused = Refused { failure: problem.failure(), typed };
                let html = templates::list(&visit, &sent.institution, "", Some(&found), Some(&refused)).await;
                redrawn(&visit, &problem.failure(), html)
            }
            None => answer(&visit, templates::list(&visit, &sent.institution, "", Some(&found), None).await),
        },
        Err(failure) if is_a_page(&failure) => failed(&visit, &failure),
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed };
            redrawn(&visit, &failure, templates::list(&visit, &sent.institution, "", None, Some(&refused)).await)
        }
    }
}

/// What the form sent.
#[derive(Default)]
struct Sent {
    institution: String,
    verb: String,
    upload: TemplateUpload,
}

impl Sent {
    async fn read(&mut self, mut form: Multipart) -> Result<(), Failure> {
        let broken = |e: axum::extract::multipart::MultipartError| {
            Failure::refused(if e.status().as_u16() == 413 { "too_large" } else { "damaged" }, "")
        };
        while let Some(part) = form.next_field().await.map_err(broken)? {
            match part.name().unwrap_or("").to_owned().as_str() {
                "file" => {
                    self.upload.file_name = part.file_name().unwrap_or("").to_owned();
                    self.upload.bytes = Vec::from(part.bytes().await.map_err(broken)?);
                }
                "institution" => self.institution = part.text().await.map_err(broken)?,
                "name" => self.upload.name = part.text().await.map_err(broken)?,
                "note" => self.upload.note = part.text().await.map_err(broken)?,
                "verb" => self.verb = part.text().await.map_err(broken)?,
                _ => {}
            }
        }
        Ok(())
    }
}

/// Retires a version.
async fn act(Extension(visit): V, Path(id): Path<String>, Form(asked): Form<Asked>) -> Response {
    let done = async {
        let (own, _) = whose(&visit, &asked.institution)?;
        if asked.verb != "retire" {
            return Err(Failure::NotFound);
        }
        visit.desk.retire_template(visit.actor()?, &own, &template(&id)?).await?;
        Ok(format!("/templates?institution={own}&done=retired"))
    };
    match done.await {
        Ok(url) => Redirect::to(&url).into_response(),
        Err(failure) => failed(&visit, &failure),
    }
}

async fn file(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    let done = async {
        let (own, _) = whose(&visit, &asked.institution)?;
        handed(visit.desk.template_file(visit.actor()?, &own, &template(&id)?).await?)
    };
    done.await.unwrap_or_else(|failure| failed(&visit, &failure))
}

/// A template filled with a service's adoption or one of its approvals.
async fn filled(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    let done = async {
        let (own, _): (InstitutionId, _) = whose(&visit, &asked.institution)?;
        let service = ServiceId::parse(asked.service.trim()).map_err(|_| Failure::NotFound)?;
        let approval = match asked.approval.as_str() {
            "" => None,
            id => Some(ApprovalId::parse(id).map_err(|_| Failure::NotFound)?),
        };
        let id = template(&id)?;
        let actor = visit.actor()?;
        let file = visit.desk.fill_template(actor, &own, &id, &service, approval.as_ref(), visit.lang).await?;
        if !file.tall.is_empty() && asked.anyway.is_empty() {
            return Err(Failure::refused("template_tall", file.tall.join("、")));
        }
        handed(file)
    };
    match done.await {
        Ok(response) => response,
        Err(failure) if is_a_page(&failure) => failed(&visit, &failure),
        Err(failure) => {
            let anyway = format!(
                "/templates/{id}/fill?institution={}&service={}&approval={}&anyway=1",
                escape(&asked.institution),
                escape(&asked.service),
                escape(&asked.approval)
            );
            let refused = Refused { failure: failure.clone(), typed: vec![("anyway".into(), anyway)] };
            redrawn(&visit, &failure, templates::one(&visit, &id, &asked.institution, "", Some(&refused)).await)
        }
    }
}

fn handed(file: FilledFile) -> Result<Response, Failure> {
    // Names of templates are Japanese as a rule: the header says them twice, the second time encoded.
    let plain: String =
        file.file_name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    let whole = escape(&file.file_name);
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}");
    let disposition = HeaderValue::from_str(&disposition).map_err(|_| Failure::NotFound)?;
    let kind = HeaderValue::from_static(Format::Xlsx.content_type());
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], file.bytes).into_response())
}
