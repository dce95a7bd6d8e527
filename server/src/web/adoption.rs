//! An institution's private layer: adoption, approval, proposal, comparison, verification.

use super::routes::{Routes, get, post};
use super::visit::{answer, failed, redrawn};
use app::pages::adoption::{self, verify::Told};
use app::pages::{Refused, Visit};
use assessments::adoption::Answer;
use assessments::cell::{Address, Layer, SheetKey};
use assessments::change::Door;
use assessments::desk::{AdoptionFilter, PrepareInput, ProposalInput, WriteInput};
use assessments::failure::Failure;
use assessments::id::{ApprovalId, InstitutionId, ServiceId, SystemId};
use assessments::lang::Lang;
use axum::Extension;
use axum::extract::{Form, Multipart, Path, Query};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

type V = Extension<Visit>;
type Typed = Form<Vec<(String, String)>>;

/// The routes of an institution's own pages.
pub fn routes() -> Routes {
    Routes::new()
        .route("/services/{id}/adoption", get(adopted))
        .route("/services/{id}/adoption/edit", get(edit_form).post(edit))
        .route("/services/{id}/adoption/prepare", get(prepare_form).post(prepare))
        .route("/services/{id}/adoption/propose", get(propose_form).post(propose))
        .route("/approvals/{id}", get(approval).post(act))
        .route("/approvals/{id}/file", get(file))
        .route("/adoption", get(across))
        .route("/adoption/list.csv", get(list))
        .route("/adoption/systems", post(systems))
        .route("/verify", get(verify_form).post(verify))
}

/// What addresses of these pages may carry.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    institution: String,
    row: String,
    renews: String,
    cell: String,
    done: String,
    text: String,
    verdict: String,
    standing: String,
}

/// A form's field; several of one name (check boxes) are joined by commas.
fn field(typed: &[(String, String)], name: &str) -> String {
    typed.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect::<Vec<_>>().join(",")
}

/// Check boxes come as several fields of one name; a form shows them joined, as stored.
fn joined(typed: &[(String, String)]) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for (name, _) in typed {
        if !out.iter().any(|(n, _)| n == name) {
            out.push((name.clone(), field(typed, name)));
        }
    }
    out
}

/// The institution that a form names: one of the sender's own.
fn institution(visit: &Visit, typed: &[(String, String)]) -> Result<InstitutionId, Failure> {
    adoption::whose(visit, &field(typed, "institution")).map(|(id, _)| id)
}

fn service(id: &str) -> Result<ServiceId, Failure> {
    ServiceId::parse(id).map_err(|_| Failure::NotFound)
}

/// These are pages of their own; everything else is said above the form that was refused.
fn has_no_form(failure: &Failure) -> bool {
    matches!(failure, Failure::SignedOut | Failure::NotFound | Failure::Forbidden { .. })
}

async fn adopted(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    answer(&visit, adoption::sheet::adopted(&visit, &id, &asked.institution, &asked.done, None).await)
}

async fn edit_form(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    answer(&visit, adoption::edit::form(&visit, &id, &asked.institution, &asked.row, None).await)
}

/// Saves the adoption, or one category's risk, as one change set of the institution's layer.
async fn edit(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    let row = field(&typed, "row");
    let done = async {
        let own = institution(&visit, &typed)?;
        let cells = adoption::edit::cells_of(&row)?.into_iter().map(|a| (a.clone(), field(&typed, &a.to_string())));
        let input = WriteInput {
            key: SheetKey { service: service(&id)?, layer: Layer::Institution(own.clone()) },
            base: field(&typed, "base").parse().unwrap_or(0),
            cells: cells.collect(),
            reason: field(&typed, "reason"),
            door: Door::Form,
            source: String::new(),
        };
        let written = visit.desk.write(visit.actor()?, &input).await?;
        let said = if written.cells.is_empty() { "same" } else { "own" };
        let anchor = if row.is_empty() { String::new() } else { format!("#risks-{row}") };
        Ok(format!("/services/{id}/adoption?institution={own}&done={said}{anchor}"))
    };
    match done.await {
        Ok(url) => Redirect::to(&url).into_response(),
        Err(failure) if has_no_form(&failure) => failed(&visit, &failure),
        Err(failure) => {
            let mut kept = joined(&typed);
            // A box that nobody ticked is not sent: it is empty and not what stood there before.
            for address in adoption::edit::cells_of(&row).unwrap_or_default() {
                if !kept.iter().any(|(n, _)| *n == address.to_string()) {
                    kept.push((address.to_string(), String::new()));
                }
            }
            let refused = Refused { failure: failure.clone(), typed: kept };
            let own = field(&typed, "institution");
            redrawn(&visit, &failure, adoption::edit::form(&visit, &id, &own, &row, Some(&refused)).await)
        }
    }
}

async fn prepare_form(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    answer(&visit, adoption::prepare::form(&visit, &id, &asked.institution, &asked.renews, None).await)
}

/// Prepares an approval, as a draft or put forward at once.
async fn prepare(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    let renews = field(&typed, "renews");
    let done = async {
        let own = institution(&visit, &typed)?;
        let input = PrepareInput {
            version: field(&typed, "version"),
            ticket: field(&typed, "ticket"),
            comment: field(&typed, "comment"),
            valid_until: field(&typed, "valid_until"),
            renews: match renews.as_str() {
                "" => None,
                renews => Some(ApprovalId::parse(renews).map_err(|_| Failure::NotFound)?),
            },
            forward: field(&typed, "verb") == "forward",
        };
        let made = visit.desk.prepare_approval(visit.actor()?, &own, &service(&id)?, &input).await?;
        let said = if input.forward { "forwarded" } else { "prepared" };
        Ok(format!("/approvals/{}?institution={own}&done={said}", made.id))
    };
    match done.await {
        Ok(url) => Redirect::to(&url).into_response(),
        Err(failure) if has_no_form(&failure) => failed(&visit, &failure),
        Err(failure) => {
            let own = field(&typed, "institution");
            let refused = Refused { failure: failure.clone(), typed };
            redrawn(&visit, &failure, adoption::prepare::form(&visit, &id, &own, &renews, Some(&refused)).await)
        }
    }
}

async fn approval(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    answer(&visit, adoption::approval::approval(&visit, &id, &asked.institution, &asked.done, None).await)
}

/// Puts forward, withdraws, decides, or answers changes upstream.
async fn act(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    match acted(&visit, &id, &typed).await {
        Ok(url) => Redirect::to(&url).into_response(),
        Err(failure) if has_no_form(&failure) => failed(&visit, &failure),
        Err(failure) => {
            let own = field(&typed, "institution");
            let refused = Refused { failure: failure.clone(), typed };
            redrawn(&visit, &failure, adoption::approval::approval(&visit, &id, &own, "", Some(&refused)).await)
        }
    }
}

async fn acted(visit: &Visit, id: &str, typed: &[(String, String)]) -> Result<String, Failure> {
    let own = institution(visit, typed)?;
    let (actor, desk) = (visit.actor()?, &visit.desk);
    let id = ApprovalId::parse(id).map_err(|_| Failure::NotFound)?;
    let (verb, comment) = (field(typed, "verb"), field(typed, "comment"));
    let said = match verb.as_str() {
        "forward" => {
            desk.forward_approval(actor, &own, &id).await?;
            "forwarded"
        }
        "withdraw" => {
            desk.withdraw_approval(actor, &own, &id).await?;
            "withdrawn"
        }
        "approve" | "reject" => {
            let approve = verb == "approve";
            desk.decide_approval(actor, &own, &id, approve, &comment, visit.lang).await?;
            if approve { "approved" } else { "rejected" }
        }
        "accepted" | "noted" => {
            let read = |(_, v): &(String, String)| Address::parse(v).map_err(|_| Failure::NotFound);
            let cells: Vec<Address> =
                typed.iter().filter(|(n, _)| n == "cell").map(read).collect::<Result<_, Failure>>()?;
            if cells.is_empty() {
                return Err(Failure::invalid("cell", ""));
            }
            let word = Answer::parse(&verb).ok_or(Failure::NotFound)?;
            desk.answer_upstream(actor, &own, &id, &cells, word, &comment).await?;
            "answered"
        }
        _ => return Err(Failure::NotFound),
    };
    Ok(format!("/approvals/{id}?institution={own}&done={said}"))
}

/// The frozen workbook.
async fn file(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    let done = async {
        let (own, _) = adoption::whose(&visit, &asked.institution)?;
        let id = ApprovalId::parse(&id).map_err(|_| Failure::NotFound)?;
        let file = visit.desk.approval_file(visit.actor()?, &own, &id).await?;
        let disposition =
            HeaderValue::from_str(&format!("attachment; filename=\"{}\"", file.name)).map_err(|_| Failure::NotFound)?;
        Ok((
            [
                (header::CONTENT_TYPE, HeaderValue::from_static(assessments::desk::Format::Xlsx.content_type())),
                (header::CONTENT_DISPOSITION, disposition),
            ],
            file.content,
        )
            .into_response())
    };
    done.await.unwrap_or_else(|failure| failed(&visit, &failure))
}

async fn propose_form(Extension(visit): V, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    answer(&visit, adoption::propose::form(&visit, &id, &asked.institution, &asked.cell, None).await)
}

/// Shows what will leave, or sends exactly that.
async fn propose(Extension(visit): V, Path(id): Path<String>, Form(typed): Typed) -> Response {
    let (own, cell) = (field(&typed, "institution"), field(&typed, "cell"));
    let refused = |failure: Failure| Refused { failure, typed: typed.clone() };
    let done = async {
        let whose = institution(&visit, &typed)?;
        let input = proposal(&id, &typed)?;
        match field(&typed, "verb").as_str() {
            "preview" => Ok(Ok(adoption::propose::preview(&visit, &own, &input, &typed).await?)),
            "again" => {
                // Nothing was refused: the form comes back with what was typed.
                let kept = Refused { failure: Failure::NotFound, typed: typed.clone() };
                Ok(Ok(adoption::propose::again(&visit, &id, &own, &cell, &kept).await?))
            }
            "send" => {
                let written = visit.desk.propose(visit.actor()?, &whose, &input).await?;
                Ok(Err(format!("/services/{id}/adoption?institution={whose}&done=proposed-{}", written.number)))
            }
            _ => Err(Failure::NotFound),
        }
    };
    match done.await {
        Ok(Ok(html)) => answer(&visit, Ok(html)),
        Ok(Err(url)) => Redirect::to(&url).into_response(),
        Err(failure) if has_no_form(&failure) => failed(&visit, &failure),
        Err(failure) => {
            let refused = refused(failure.clone());
            redrawn(&visit, &failure, adoption::propose::form(&visit, &id, &own, &cell, Some(&refused)).await)
        }
    }
}

fn proposal(id: &str, typed: &[(String, String)]) -> Result<ProposalInput, Failure> {
    let from = Address::parse(&field(typed, "cell")).map_err(|_| Failure::NotFound)?;
    let lang = Lang::parse(&field(typed, "text_lang")).unwrap_or_default();
    let same = field(typed, "to") == "same";
    Ok(ProposalInput {
        service: service(id)?,
        to: if same { from.clone() } else { ProposalInput::new_note(lang) },
        category: if from.of_criteria() && !same { from.row.to_string() } else { String::new() },
        text: field(typed, "text"),
        reason: field(typed, "reason"),
        base: field(typed, "base").parse().unwrap_or(0),
        from,
    })
}

async fn across(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    let filter = AdoptionFilter { text: asked.text, verdict: asked.verdict, standing: asked.standing };
    answer(&visit, adoption::across::across(&visit, &asked.institution, &filter, &asked.done, None).await)
}

/// The comparison, with the page's filter, for a spreadsheet.
async fn list(Extension(visit): V, Query(asked): Query<Asked>) -> Response {
    let filter = AdoptionFilter { text: asked.text, verdict: asked.verdict, standing: asked.standing };
    let file = async {
        let (own, _) = adoption::whose(&visit, &asked.institution)?;
        visit.desk.export_adoptions(visit.actor()?, &own, &filter).await
    };
    match file.await {
        Ok(file) => super::elevation::download(&visit, file),
        Err(failure) => failed(&visit, &failure),
    }
}

/// Writes a system down, changes it, or takes it away.
async fn systems(Extension(visit): V, Form(typed): Typed) -> Response {
    let done = async {
        let own = institution(&visit, &typed)?;
        let actor = visit.actor()?;
        let id = match field(&typed, "id").as_str() {
            "" => None,
            id => Some(SystemId::parse(id).map_err(|_| Failure::NotFound)?),
        };
        match (field(&typed, "verb").as_str(), &id) {
            ("delete", Some(id)) => visit.desk.delete_system(actor, &own, id).await?,
            ("put", id) => {
                let used = field(&typed, "services");
                let used = used.split([',', '、', ' ', '\n']).map(str::trim).filter(|s| !s.is_empty());
                let mut services = Vec::new();
                for asked in used {
                    let id = ServiceId::parse(asked)?;
                    visit.desk.must_know(actor, &id).await?;
                    services.push(id);
                }
                let (name, owner) = (field(&typed, "name"), field(&typed, "owner"));
                visit.desk.put_system(actor, &own, id.as_ref(), &name, &owner, &services).await?;
            }
            _ => return Err(Failure::NotFound),
        }
        Ok(format!("/adoption?institution={own}&done=answered#systems"))
    };
    match done.await {
        Ok(url) => Redirect::to(&url).into_response(),
        Err(failure) if has_no_form(&failure) => failed(&visit, &failure),
        Err(failure) => {
            let own = field(&typed, "institution");
            let refused = Refused { failure: failure.clone(), typed };
            let all = AdoptionFilter::default();
            redrawn(&visit, &failure, adoption::across::across(&visit, &own, &all, "", Some(&refused)).await)
        }
    }
}

async fn verify_form(Extension(visit): V) -> Response {
    answer(&visit, adoption::verify::verify(&visit, &Told::Nothing, None))
}

/// Looks at a file; nothing of it is kept.
async fn verify(Extension(visit): V, form: Multipart) -> Response {
    if let Err(failure) = visit.actor() {
        return failed(&visit, &failure);
    }
    let done = async {
        let (name, bytes) = uploaded(form).await?;
        visit.desk.verify(visit.actor()?, &name, bytes).await
    };
    match done.await {
        Ok(found) => answer(&visit, adoption::verify::verify(&visit, &Told::Found(Box::new(found)), None)),
        Err(failure @ Failure::NotFound) => {
            redrawn(&visit, &failure, adoption::verify::verify(&visit, &Told::Unknown, None))
        }
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed: vec![] };
            redrawn(&visit, &failure, adoption::verify::verify(&visit, &Told::Nothing, Some(&refused)))
        }
    }
}

async fn uploaded(mut form: Multipart) -> Result<(String, Vec<u8>), Failure> {
    let broken = |e: axum::extract::multipart::MultipartError| {
        Failure::refused(if e.status().as_u16() == 413 { "too_large" } else { "damaged" }, "")
    };
    while let Some(part) = form.next_field().await.map_err(broken)? {
        if part.name() == Some("file") {
            let name = part.file_name().unwrap_or("").to_owned();
            return Ok((name, part.bytes().await.map_err(broken)?.to_vec()));
        }
    }
    Err(Failure::refused("empty", ""))
}
