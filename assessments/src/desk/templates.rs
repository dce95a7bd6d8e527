//! An institution's own templates: added, looked through, retired, and filled with a decision or an approval.

use super::Desk;
use super::adoption::own_permit;
use super::exchange::turn;
use super::sign_in::blocking;
use crate::access::{Action, Actor, Permit};
use crate::adoption::{self, Standing, changed_cells};
use crate::cell::{Address, SheetKey};
use crate::change::hex;
use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::id::{ApprovalId, InstitutionId, ServiceId, TemplateId, opaque};
use crate::lang::Lang;
use crate::schema::place;
use crate::sheet::Cells;
use crate::store::{Approval, NewTemplate, TemplateRow};
use crate::workbook::moment;
use crate::workbook::template::{self, Said, Template};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// A file that somebody sends as a template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TemplateUpload {
    /// The template's name; that of the file where it is empty.
    pub name: String,
    /// A word on this version.
    pub note: String,
    /// As the file is called.
    pub file_name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A version with what it asks for.
#[derive(Clone, Debug)]
pub struct TemplateView {
    /// Its record.
    pub row: TemplateRow,
    /// What it asks for.
    pub template: Template,
}

/// A file to hand out.
#[derive(Clone, Debug)]
pub struct FilledFile {
    /// Its name.
    pub file_name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Cells whose text is higher than a row can be.
    pub tall: Vec<String>,
}

impl Desk {
    /// Looks a file through as a template; nothing is kept.
    ///
    /// # Errors
    /// [`Failure::Refused`] for what is no workbook; [`Failure::NotFound`] for another institution.
    pub async fn look_at_template(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        upload: &TemplateUpload,
    ) -> Result<Template, Failure> {
        own_permit(actor, Action::ManageTemplates, institution)?;
        let (name, bytes) = (upload.file_name.clone(), upload.bytes.clone());
        let _turn = turn().await;
        blocking(move || template::read(&name, &bytes)).await?
    }

    /// Keeps a file as a new version of a template. One that cannot be filled is not kept.
    ///
    /// # Errors
    /// As [`Desk::look_at_template`]; [`Failure::Refused`] naming sheet and cell of the first problem; [`Failure::Full`].
    pub async fn add_template(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        upload: &TemplateUpload,
    ) -> Result<TemplateRow, Failure> {
        let manages = own_permit(actor, Action::ManageTemplates, institution)?;
        let reads = own_permit(actor, Action::ReadSheet, institution)?;
        let found = self.look_at_template(actor, institution, upload).await?;
        if let Some(problem) = found.problems.first() {
            return Err(problem.failure());
        }
        let stem = upload.file_name.rsplit_once('.').map_or(upload.file_name.as_str(), |(stem, _)| stem);
        let name = if upload.name.trim().is_empty() { line(stem) } else { line(&upload.name) };
        if name.is_empty() {
            return Err(Failure::invalid("name", ""));
        }
        let id = TemplateId::parse(&opaque(self.world.random()))?;
        let sha256 = hex(&Sha256::digest(&found.bytes));
        let new = NewTemplate {
            id: &id,
            name: &name,
            file_name: &line(&upload.file_name),
            sha256: &sha256,
            content: &found.bytes,
            note: &line(&upload.note),
            person: actor.person.as_ref().map(crate::id::PersonId::as_str),
            by: &actor.name,
            at: self.world.now(),
        };
        let mut tx = self.db.begin().await?;
        let version = tx.add_template(&manages, &new).await?;
        let detail = format!("{name} {version} sha256:{sha256}");
        tx.audit(actor, &self.entry_in(manages.layer(), "add_template", id.as_str(), &detail).under(&manages)).await?;
        tx.commit().await?;
        Ok(self.db.template(&reads, &id).await?.0)
    }

    /// The institution's templates, by name, the newest version first.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for another institution.
    pub async fn templates(&self, actor: &Actor, institution: &InstitutionId) -> Result<Vec<TemplateRow>, Failure> {
        self.db.templates(&own_permit(actor, Action::ReadSheet, institution)?).await
    }

    /// A version with what it asks for.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for another institution's.
    pub async fn template(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        id: &TemplateId,
    ) -> Result<TemplateView, Failure> {
        let (row, bytes) = self.db.template(&own_permit(actor, Action::ReadSheet, institution)?, id).await?;
        let name = row.file_name.clone();
        let _turn = turn().await;
        let template = blocking(move || template::read(&name, &bytes)).await??;
        Ok(TemplateView { row, template })
    }

    /// A version's file, as it is kept.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for another institution's.
    pub async fn template_file(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        id: &TemplateId,
    ) -> Result<FilledFile, Failure> {
        let exports = own_permit(actor, Action::Export, institution)?;
        let (row, bytes) = self.db.template(&exports, id).await?;
        let mut tx = self.db.begin().await?;
        let detail = format!("{} {}", row.name, row.version);
        tx.audit(actor, &self.entry_in(exports.layer(), "export", id.as_str(), &detail).under(&exports)).await?;
        tx.commit().await?;
        Ok(FilledFile { file_name: format!("{}-v{}.xlsx", row.name, row.version), bytes, tall: vec![] })
    }

    /// Retires a version: it is kept, and no longer offered.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for another institution's, and where it is retired already.
    pub async fn retire_template(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        id: &TemplateId,
    ) -> Result<(), Failure> {
        let manages = own_permit(actor, Action::ManageTemplates, institution)?;
        let mut tx = self.db.begin().await?;
        tx.retire_template(&manages, id, &actor.name, self.world.now()).await?;
        tx.audit(actor, &self.entry_in(manages.layer(), "retire_template", id.as_str(), "").under(&manages)).await?;
        tx.commit().await
    }

    /// Fills a version with an approval, or with the adoption as it stands over the newest published version (the
    /// working text where nothing is published).
    ///
    /// # Errors
    /// [`Failure::NotFound`] for another institution's template or approval, and for a retired version;
    /// [`Failure::Refused`] and [`Failure::TooLong`] naming sheet and cell.
    pub async fn fill_template(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        id: &TemplateId,
        service: &ServiceId,
        approval: Option<&ApprovalId>,
        lang: Lang,
    ) -> Result<FilledFile, Failure> {
        let exports = own_permit(actor, Action::Export, institution)?;
        let reads = own_permit(actor, Action::ReadSheet, institution)?;
        let (row, bytes) = self.db.template(&exports, id).await?;
        if row.retired_at.is_some() {
            return Err(Failure::NotFound);
        }
        let filling = self.filling(actor, &reads, institution, service, approval, lang).await?;
        let (catalogue, of) = (self.catalogue.clone(), service.clone());
        let _turn = turn().await;
        let filled = blocking(move || {
            let names = |id: &crate::guardrail::GuardrailId| {
                catalogue.get(id).map(|g| g.name.clone()).filter(|n| !n.is_empty())
            };
            let said = Said {
                service: &of,
                cells: &filling.cells,
                criteria: &filling.criteria,
                own: &filling.own,
                one: filling.one,
                changes: &filling.changes,
                history: &filling.history,
                guardrails: &names,
                lang,
            };
            template::fill(&bytes, &said.values())
        })
        .await??;
        let detail = format!("{} {} {}", row.name, row.version, approval.map_or("", |a| a.as_str()));
        let mut tx = self.db.begin().await?;
        let entry = self.entry_in(exports.layer(), "fill_template", service.as_str(), detail.trim());
        tx.audit(actor, &entry.about(service.as_str()).under(&exports)).await?;
        tx.commit().await?;
        let file_name = format!("{}-{service}-{}.xlsx", row.name, filling_day(&self.today()));
        Ok(FilledFile { file_name, bytes: filled.bytes, tall: filled.tall })
    }

    async fn filling(
        &self,
        actor: &Actor,
        reads: &Permit,
        institution: &InstitutionId,
        service: &ServiceId,
        approval: Option<&ApprovalId>,
        lang: Lang,
    ) -> Result<Filling, Failure> {
        let own_key = SheetKey { service: service.clone(), layer: reads.layer().clone() };
        let mut one = BTreeMap::from([
            ("institution", self.db.institution(institution).await?.get(lang).to_owned()),
            ("today", self.today()),
        ]);
        let all = self.publications(actor, service).await?;
        let found = match approval {
            Some(id) => {
                let found = self.one_approval(reads, id).await?;
                if found.service != *service {
                    return Err(Failure::NotFound);
                }
                approval_values(&mut one, &found, lang);
                Some(found)
            }
            None => None,
        };
        let version = found.as_ref().map(|a| a.version.clone()).or_else(|| all.first().map(|p| p.version.clone()));
        let (cells, criteria, number) = match &version {
            Some(version) => {
                let published = self.published(actor, service, version).await?;
                one.insert("hash", published.publication.hash.clone());
                one.insert("version", version.clone());
                (published.cells, published.criteria, published.publication.number)
            }
            None => {
                let view = self.sheet(actor, &SheetKey::shared(service.clone())).await?;
                one.insert("version", lang.pick("公開前", "not published").to_owned());
                (view.cells, view.criteria, view.number)
            }
        };
        one.insert("revision", number.to_string());
        one.insert("criteria", criteria.key());
        let own = match &found {
            Some(a) => self.db.cells_at(reads, service, a.own_number).await?,
            None => self.sheet(actor, &own_key).await?.cells,
        };
        let (before, changes) =
            self.since(actor, reads, service, found.as_ref(), (&cells, &own, &criteria), lang).await?;
        one.insert("previous_version", before);
        let history = self.history_lines(actor, &SheetKey::shared(service.clone()), number, lang).await?;
        Ok(Filling { cells, criteria, own, one, changes, history })
    }

    /// The version of the approval before, and what differs from it in the common text and in the own decision: place,
    /// then, now. An empty version where there was none.
    pub(super) async fn since(
        &self,
        actor: &Actor,
        reads: &Permit,
        service: &ServiceId,
        of: Option<&Approval>,
        (cells, own, criteria): (&Cells, &Cells, &CriteriaSet),
        lang: Lang,
    ) -> Result<(String, Vec<(String, String, String)>), Failure> {
        let Some(before) = self.before(reads, service, of).await? else { return Ok((String::new(), vec![])) };
        let then = self.published(actor, service, &before.version).await?;
        let own_then = self.db.cells_at(reads, service, before.own_number).await?;
        let mut changes = Vec::new();
        for (old, new) in [(&then.cells, cells), (&adoption::of(&own_then), &adoption::of(own))] {
            for address in changed_cells(old, new) {
                let place = place(criteria, &address, lang);
                changes.push((place, spoken(&address, old, lang), spoken(&address, new, lang)));
            }
        }
        Ok((before.version, changes))
    }

    /// The approval before: the one that is renewed, else the one that is in force.
    async fn before(
        &self,
        reads: &Permit,
        service: &ServiceId,
        of: Option<&Approval>,
    ) -> Result<Option<Approval>, Failure> {
        let filter = crate::store::ApprovalFilter { service: Some(service.clone()), ..Default::default() };
        let all = self.db.approvals(reads, &filter).await?;
        let decided = |a: &&Approval| a.decided_at.is_some() && a.state != adoption::State::Rejected;
        Ok(match of {
            Some(of) if of.renews.is_some() => all.into_iter().find(|a| Some(&a.id) == of.renews.as_ref()),
            Some(of) => all.iter().filter(decided).find(|a| a.id != of.id && a.prepared_at < of.prepared_at).cloned(),
            None => all.iter().find(decided).cloned(),
        })
    }
}

/// What a template is filled with, as it was read.
struct Filling {
    cells: Cells,
    criteria: std::sync::Arc<CriteriaSet>,
    own: Cells,
    one: BTreeMap<&'static str, String>,
    changes: Vec<(String, String, String)>,
    history: Vec<crate::workbook::HistoryLine>,
}

fn approval_values(one: &mut BTreeMap<&'static str, String>, a: &Approval, lang: Lang) {
    let day = |at: Option<chrono::DateTime<chrono::Utc>>| {
        at.map(moment).and_then(|m| m.split(' ').next().map(str::to_owned)).unwrap_or_default()
    };
    let said = Standing::As(a.state);
    one.extend([
        ("approval", a.id.to_string()),
        ("state", format!("{} {}", said.mark(), said.label(lang))),
        ("approver", a.decided.as_ref().map(|w| w.name.clone()).unwrap_or_default()),
        ("approved_at", day(a.decided_at)),
        ("decision", a.decision.clone()),
        ("preparer", a.prepared.name.clone()),
        ("prepared_at", day(Some(a.prepared_at))),
        ("comment", a.comment.clone()),
        ("ticket", a.ticket.clone()),
        ("valid_until", a.valid_until.clone()),
        ("own_hash", a.own_hash.clone()),
        ("code", adoption::check_code(a.id.as_str(), &a.hash, &a.own_hash)),
    ]);
}

fn spoken(address: &Address, cells: &Cells, lang: Lang) -> String {
    let text = cells.text(address);
    address.declared().map_or_else(|| text.to_owned(), |f| f.spoken(lang, text))
}

fn filling_day(day: &str) -> String {
    day.replace('-', "")
}

fn line(text: &str) -> String {
    crate::canonical::clean(text.trim()).replace('\n', " ").chars().take(120).collect()
}
