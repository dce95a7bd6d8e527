//! Workbooks in and out.

use super::Desk;
use super::sign_in::blocking;
use super::write::WriteInput;
use crate::access::{Action, Actor, permit};
use crate::cell::{Address, Layer, SheetKey};
use crate::change::Door;
use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::id::{ExportId, ImportId, ServiceId, opaque};
use crate::import::{Draft, Finding, Level, Outcome, Plan};
use crate::lang::Lang;
use crate::sheet::Cells;
use crate::store::{ChangeFilter, ExportRecord, ImportRecord, Written};
use crate::workbook::{self, ExportInput, HistoryLine};
use chrono::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Previews are kept this many days.
const KEEP_DAYS: i64 = 7;
/// Revisions listed in a workbook's history.
const HISTORY_LINES: i64 = 200;

/// What an export is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A workbook.
    Xlsx,
    /// Addresses and texts.
    Json,
    /// For reading.
    Markdown,
}

impl Format {
    /// Reads `xlsx`, `json` or `md`.
    pub fn parse(text: &str) -> Option<Format> {
        match text {
            "xlsx" => Some(Format::Xlsx),
            "json" => Some(Format::Json),
            "md" => Some(Format::Markdown),
            _ => None,
        }
    }

    /// The file ending.
    pub fn ending(self) -> &'static str {
        match self {
            Format::Xlsx => "xlsx",
            Format::Json => "json",
            Format::Markdown => "md",
        }
    }

    /// The content type.
    pub fn content_type(self) -> &'static str {
        match self {
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format::Json => "application/json; charset=utf-8",
            Format::Markdown => "text/markdown; charset=utf-8",
        }
    }
}

/// A file to hand out.
#[derive(Clone, Debug)]
pub struct Exported {
    /// `kyohyo-s3-r12.xlsx`.
    pub file_name: String,
    /// Content type.
    pub content_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// A preview that waits for its reader.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Its id.
    pub id: ImportId,
    /// Where it would go.
    pub key: SheetKey,
    /// The file's name.
    pub file: String,
    /// What would happen.
    pub plan: Plan,
    /// The revision that applying made, where that is done.
    pub applied: Option<i64>,
}

/// What the reader chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Take only these cells; all that are not in conflict where `None`.
    pub take: Option<BTreeSet<Address>>,
    /// Conflicts settled by hand: cell to the text that it shall have.
    pub settled: BTreeMap<Address, String>,
    /// Rows to delete, by their order cell.
    pub delete: BTreeSet<Address>,
}

/// What applying did.
#[derive(Clone, Debug)]
pub struct Applied {
    /// Where.
    pub key: SheetKey,
    /// What was written.
    pub written: Written,
}

impl Desk {
    /// Hands a sheet out.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the layer is not the actor's.
    pub async fn export(&self, actor: &Actor, key: &SheetKey, format: Format, lang: Lang) -> Result<Exported, Failure> {
        let permit = permit(actor, Action::Export, &key.layer)?;
        let view = self.sheet(actor, key).await?;
        let filter =
            ChangeFilter { service: Some(key.service.clone()), limit: HISTORY_LINES, ..ChangeFilter::default() };
        let history = self.history(actor, &key.layer, &filter).await?.into_iter().map(|set| HistoryLine {
            number: set.number,
            at: set.at,
            author: set.author.name,
            reason: set.reason,
            door: set.door.label(lang).to_owned(),
            cells: set.cells.len(),
        });
        let history: Vec<HistoryLine> = history.collect();
        let id = ExportId::parse(&opaque(self.world.random()))?;
        let at = self.world.now();
        let record =
            ExportRecord { id: id.clone(), key: key.clone(), number: view.number, person: actor.person.clone(), at };
        let mut tx = self.db.begin().await?;
        tx.add_export(&permit, &record).await?;
        tx.commit().await?;
        let file_name = format!("kyohyo-{}-r{}.{}", key.service, view.number, format.ending());
        let catalogue = self.catalogue.clone();
        let bytes = blocking(move || {
            let names = |id: &crate::guardrail::GuardrailId| {
                catalogue.get(id).map(|g| g.name.clone()).filter(|n| !n.is_empty())
            };
            let input = ExportInput {
                service: &view.key.service,
                cells: &view.cells,
                criteria: &view.criteria,
                history: &history,
                export: &id,
                number: view.number,
                at,
                lang,
                guardrails: &names,
            };
            match format {
                Format::Xlsx => workbook::export(&input),
                Format::Json => workbook::export_json(&input),
                Format::Markdown => workbook::export_markdown(&input),
            }
        })
        .await??;
        Ok(Exported { file_name, content_type: format.content_type(), bytes })
    }

    /// Reads a file and keeps it, so that its reader can look at the preview, correct the mapping, and apply.
    ///
    /// # Errors
    /// [`Failure::Refused`] for a file that cannot be taken; [`Failure::WhichService`] with the candidates.
    pub async fn preview(
        &self,
        actor: &Actor,
        file: &str,
        bytes: Vec<u8>,
        service: Option<&ServiceId>,
    ) -> Result<Preview, Failure> {
        self.preview_with(actor, file, bytes, service, None).await
    }

    /// The same with a layout profile that the caller names.
    ///
    /// # Errors
    /// As [`Desk::preview`]; [`Failure::Invalid`] for a profile that does not exist.
    pub async fn preview_with(
        &self,
        actor: &Actor,
        file: &str,
        bytes: Vec<u8>,
        service: Option<&ServiceId>,
        profile: Option<&str>,
    ) -> Result<Preview, Failure> {
        let permit = self.shared(actor, Action::PreviewImport)?;
        let (draft, bytes) = self.read_file(actor, file, bytes, profile).await?;
        let (service, mut warnings) = self.service_of(actor, &draft, service).await?;
        let key = SheetKey::shared(service);
        let record = ImportRecord {
            id: ImportId::parse(&opaque(self.world.random()))?,
            person: actor.person.clone(),
            key: key.clone(),
            file: file.chars().filter(|c| !c.is_control()).take(200).collect(),
            content: bytes,
            profile: profile.map(str::to_owned),
            at: self.world.now(),
            applied: None,
        };
        let mut plan = self.plan(actor, &key, &draft).await?;
        warnings.append(&mut plan.findings);
        plan.findings = warnings;
        let mut tx = self.db.begin().await?;
        tx.add_import(&permit, &record, record.at - Duration::days(KEEP_DAYS)).await?;
        tx.commit().await?;
        Ok(Preview { id: record.id, key, file: record.file, plan, applied: None })
    }

    /// A preview again, compared with what stands here now.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a preview of somebody else's.
    pub async fn preview_again(&self, actor: &Actor, id: &ImportId) -> Result<Preview, Failure> {
        let permit = self.shared(actor, Action::PreviewImport)?;
        let record = self.db.import(&permit, id, actor.person.as_ref()).await?;
        let (draft, _) = self.read_file(actor, &record.file, record.content, record.profile.as_deref()).await?;
        let (_, mut warnings) = self.service_of(actor, &draft, Some(&record.key.service)).await?;
        let mut plan = self.plan(actor, &record.key, &draft).await?;
        warnings.append(&mut plan.findings);
        plan.findings = warnings;
        Ok(Preview { id: record.id, key: record.key, file: record.file, plan, applied: record.applied })
    }

    /// Remembers how a file's category names are to be taken; the next preview, of this file or another, uses it.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for a category that the set does not have.
    pub async fn remember_mapping(&self, actor: &Actor, mapping: &[(String, String)]) -> Result<(), Failure> {
        let permit = self.shared(actor, Action::PreviewImport)?;
        let criteria = &self.default_criteria;
        let mut tx = self.db.begin().await?;
        for (label, category) in mapping.iter().take(500) {
            if !category.is_empty() && criteria.category(category).is_none() {
                return Err(Failure::invalid("category", category));
            }
            let label: String = label.chars().take(300).collect();
            tx.remember(&permit, &owner(actor), &criteria.key(), &workbook::foreign::fold_label(&label), category)
                .await?;
        }
        tx.commit().await
    }

    /// Applies a preview as one change set.
    ///
    /// # Errors
    /// [`Failure::Exists`] where it was applied already; [`Failure::Conflict`] where somebody changed the same words
    /// since; nothing is written then.
    pub async fn apply(&self, actor: &Actor, id: &ImportId, choices: &Choices) -> Result<Applied, Failure> {
        let permit = permit(actor, Action::ApplyImport, &Layer::Shared)?;
        let preview = self.preview_again(actor, id).await?;
        if preview.applied.is_some() {
            return Err(Failure::Exists { place: preview.file });
        }
        let input = WriteInput {
            key: preview.key.clone(),
            base: preview.plan.number,
            cells: chosen(&preview.plan, choices),
            reason: String::new(),
            door: Door::Workbook,
            source: preview.file.clone(),
        };
        let mut tx = self.db.begin().await?;
        let written = self.append(&mut tx, actor, &permit, &input, &self.operation()?).await?;
        tx.mark_applied(&permit, id, written.number).await?;
        tx.commit().await?;
        self.tell(actor, &input.key, &written);
        Ok(Applied { key: preview.key, written })
    }

    async fn read_file(
        &self,
        actor: &Actor,
        file: &str,
        bytes: Vec<u8>,
        profile: Option<&str>,
    ) -> Result<(Draft, Vec<u8>), Failure> {
        let permit = self.shared(actor, Action::PreviewImport)?;
        let criteria = self.default_criteria.clone();
        let remembered = self.db.mappings(&permit, &owner(actor), &criteria.key()).await?;
        let name = file.to_owned();
        let bytes = Arc::new(bytes);
        let content = bytes.clone();
        let book = blocking(move || workbook::read::read(&name, &content)).await??;
        let own = workbook::recognise(&book);
        let draft = match own {
            Some(mark) => match self.export_base(actor, &mark.export).await? {
                Some((record, base)) => {
                    let mut draft = blocking(move || workbook::own_draft(&book, &criteria, &base, &mark)).await?;
                    draft.service = Some(record.key.service.to_string());
                    draft
                }
                // An export that this installation never made (or of another institution's layer): read by its looks.
                None => foreign(book, criteria, remembered, profile).await?,
            },
            None => foreign(book, criteria, remembered, profile).await?,
        };
        let bytes = Arc::try_unwrap(bytes).unwrap_or_else(|shared| shared.as_ref().clone());
        Ok((draft, bytes))
    }

    async fn export_base(&self, actor: &Actor, id: &ExportId) -> Result<Option<(ExportRecord, Cells)>, Failure> {
        let permit = self.shared(actor, Action::PreviewImport)?;
        let Some(record) = self.db.export(&permit, id).await? else { return Ok(None) };
        let cells = self.sheet_at(actor, &record.key, record.number).await?;
        Ok(Some((record, cells)))
    }

    /// Which service a file is about: what the caller says wins, with a warning; else our own export's; else a name
    /// that fits exactly one.
    async fn service_of(
        &self,
        actor: &Actor,
        draft: &Draft,
        asked: Option<&ServiceId>,
    ) -> Result<(ServiceId, Vec<Finding>), Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        let own = draft.service.as_deref().map(ServiceId::parse).transpose()?;
        if let Some(asked) = asked {
            self.db.service(&permit, asked).await?;
            let warning = own.as_ref().filter(|own| *own != asked).map(|own| Finding {
                level: Level::Warning,
                code: "other_service".into(),
                sheet: String::new(),
                cell: String::new(),
                ja: format!("ブックは「{own}」の評価シートですが、指定された「{asked}」として取り込みます。"),
                en: format!("The workbook is the sheet of “{own}”, but is taken as “{asked}”, as asked."),
            });
            return Ok((asked.clone(), warning.into_iter().collect()));
        }
        if let Some(own) = own {
            return Ok((own, vec![]));
        }
        let names = self.db.service_names(&permit).await?;
        let mut fits = workbook::foreign::services_named(&draft.service_name, &names);
        match (fits.len(), fits.pop()) {
            (1, Some(only)) => Ok((only, vec![])),
            (_, last) => {
                let candidates = fits.into_iter().chain(last).take(20).map(String::from).collect();
                Err(Failure::WhichService { candidates })
            }
        }
    }

    async fn plan(&self, actor: &Actor, key: &SheetKey, draft: &Draft) -> Result<Plan, Failure> {
        let view = self.sheet(actor, key).await?;
        let base = match &draft.export {
            Some(id) => {
                self.export_base(actor, id).await?.filter(|(record, _)| record.key == *key).map(|(_, cells)| cells)
            }
            None => None,
        };
        Ok(workbook::plan(draft, base.as_ref(), &view.cells, view.number))
    }
}

async fn foreign(
    book: workbook::grid::Book,
    criteria: Arc<CriteriaSet>,
    remembered: BTreeMap<String, String>,
    profile: Option<&str>,
) -> Result<Draft, Failure> {
    let mut profiles = workbook::foreign::builtin_profiles()?;
    if let Some(name) = profile {
        profiles.retain(|p| p.name == name);
        if profiles.is_empty() {
            return Err(Failure::invalid("profile", name));
        }
    }
    blocking(move || workbook::foreign::draft(&book, &criteria, &profiles, &remembered)).await?
}

/// Whose memory of category names: an institution's people share theirs.
fn owner(actor: &Actor) -> String {
    match (actor.institutions.keys().next(), &actor.person) {
        (Some(institution), _) => format!("i:{institution}"),
        (None, Some(person)) => format!("p:{person}"),
        (None, None) => "command_line".into(),
    }
}

/// The cells that a choice comes to.
fn chosen(plan: &Plan, choices: &Choices) -> Vec<(Address, String)> {
    let mut cells = Vec::new();
    for cell in &plan.cells {
        let taken = choices.take.as_ref().is_none_or(|take| take.contains(&cell.address));
        match cell.outcome {
            Outcome::Added | Outcome::Changed | Outcome::Merged if taken => {
                cells.push((cell.address.clone(), cell.result.clone()))
            }
            Outcome::Conflict => {
                if let Some(text) = choices.settled.get(&cell.address) {
                    cells.push((cell.address.clone(), text.clone()));
                }
            }
            Outcome::ProposedDeletion if choices.delete.contains(&cell.address) => {
                cells.push((cell.address.clone(), String::new()))
            }
            _ => {}
        }
    }
    cells
}
