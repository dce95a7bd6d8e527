//! Workbooks in and out.

mod across;
mod bundle;
mod hand_out;
mod kept;
mod older;
mod several;
mod take_in;

pub use across::List;
pub use bundle::Bundle;
pub use hand_out::{Exported, Format};
pub use several::{Batch, BatchFile, Intake, Received};

use super::Desk;
use super::write::WriteInput;
use crate::access::{Action, Actor, Permit, permit};
use crate::cell::{Address, Layer, SheetKey};
use crate::change::Door;
use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::id::{ImportId, InstitutionId, ServiceId, opaque};
use crate::import::{Draft, Finding, Keep, Level, Outcome, Plan};
use crate::store::{ImportRecord, Written};
use crate::workbook;
use chrono::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
pub(super) use take_in::turn;
use take_in::{Given, Read};

/// Previews are kept this many days.
const KEEP_DAYS: i64 = 7;

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
    /// The criteria set by which its categories were read.
    pub criteria: Arc<CriteriaSet>,
    /// The revision that applying made, where that is done.
    pub applied: Option<i64>,
    /// The act that applying was, where it also wrote into an institution's layer; empty otherwise.
    pub operation: String,
    /// Files that came together with it.
    pub batch: Option<ImportId>,
}

/// What the reader chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Take only these cells; all that are not in conflict where `None`.
    pub take: Option<BTreeSet<Address>>,
    /// Conflicts settled by hand: cell to the text that it shall have.
    pub settled: BTreeMap<Address, String>,
    /// Rows to delete, by their order cell, and cells to erase that the file leaves blank.
    pub delete: BTreeSet<Address>,
    /// Columns of the institution's own, by [`crate::import::OwnColumn::key`], and where they are kept.
    pub own: BTreeMap<String, Keep>,
    /// In whose layer they are kept.
    pub institution: Option<InstitutionId>,
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
    /// Reads a file and keeps it, so that its reader can look at the preview, correct the mapping, and apply. Where the
    /// file does not say which service it is about, it waits for [`Desk::name_import`] under the id in the failure.
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
        self.shared(actor, Action::PreviewImport)?;
        let bytes = Arc::new(bytes);
        let given = Given { name: file, bytes: bytes.clone(), profile, service, sheets: &[] };
        let Read { draft, service, criteria, layer } = self.read_file(actor, &given).await?;
        drop(given);
        let permit = permit(actor, Action::PreviewImport, &layer)?;
        let (service, warnings, candidates) = match service {
            Ok((service, warnings)) => (Some(service), warnings, vec![]),
            // Nobody comes back to the command line's.
            Err(Failure::WhichService { candidates, .. }) if actor.person.is_some() => (None, vec![], candidates),
            Err(other) => return Err(other),
        };
        let mut record = self.import_record(actor, file, Arc::unwrap_or_clone(bytes), profile)?;
        record.service.clone_from(&service);
        record.layer.clone_from(&layer);
        let mut tx = self.db.begin().await?;
        tx.add_import(&permit, &record, record.at - Duration::days(KEEP_DAYS)).await?;
        tx.commit().await?;
        let Some(service) = service else {
            return Err(Failure::WhichService { candidates, import: record.id.to_string() });
        };
        let key = SheetKey { service, layer };
        let plan = self.plan(actor, &key, &draft, warnings).await?;
        let (operation, batch) = (String::new(), None);
        Ok(Preview { id: record.id, key, file: record.file, plan, criteria, applied: None, operation, batch })
    }

    /// A file as it is kept, before anybody has read it.
    fn import_record(
        &self,
        actor: &Actor,
        file: &str,
        content: Vec<u8>,
        profile: Option<&str>,
    ) -> Result<ImportRecord, Failure> {
        Ok(ImportRecord {
            id: ImportId::parse(&opaque(self.world.random()))?,
            person: actor.person.clone(),
            layer: Layer::Shared,
            service: None,
            file: file.chars().filter(|c| !c.is_control()).take(200).collect(),
            content,
            profile: profile.map(str::to_owned),
            at: self.world.now(),
            applied: None,
            batch: None,
            ord: 0,
            summary: String::new(),
            reading: 0,
            sheets: vec![],
            operation: String::new(),
        })
    }

    /// A preview again, compared with what stands here now.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a preview of somebody else's; [`Failure::WhichService`] while nobody has said.
    pub async fn preview_again(&self, actor: &Actor, id: &ImportId) -> Result<Preview, Failure> {
        let (_, record) = self.kept(actor, id).await?;
        let given = Given {
            name: &record.file,
            bytes: Arc::new(record.content),
            profile: record.profile.as_deref(),
            service: record.service.as_ref(),
            sheets: &record.sheets,
        };
        let Read { draft, service, criteria, layer } = self.read_file(actor, &given).await?;
        // Where it was kept for: a file never changes its layer between the preview and the applying. One of a layer that
        // came among others was kept for the common text, where its words must never stand.
        if layer != record.layer {
            return Err(Failure::not_yet("layer_file_alone"));
        }
        let (service, warnings) = service.map_err(|failure| match failure {
            Failure::WhichService { candidates, .. } => {
                Failure::WhichService { candidates, import: record.id.to_string() }
            }
            other => other,
        })?;
        let key = SheetKey { service, layer: record.layer };
        let plan = self.plan(actor, &key, &draft, warnings).await?;
        let ImportRecord { id, file, applied, operation, batch, .. } = record;
        Ok(Preview { id, key, file, plan, criteria, applied, operation, batch })
    }

    /// Says which service a kept file is about.
    ///
    /// # Errors
    /// [`Failure::UnknownService`]; [`Failure::NotFound`] for an import of somebody else's, or one that was applied.
    pub async fn name_import(&self, actor: &Actor, id: &ImportId, service: &ServiceId) -> Result<(), Failure> {
        let (permit, _) = self.kept(actor, id).await?;
        self.known_service(&self.shared(actor, Action::ReadSheet)?, service).await?;
        let mut tx = self.db.begin().await?;
        tx.name_import(&permit, id, actor.person.as_ref(), service).await?;
        tx.commit().await
    }

    /// Remembers how the category names of a kept file are to be taken; the next preview, of this file or another, uses it.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for a category that the set does not have; [`Failure::NotFound`] for somebody else's import.
    pub async fn remember_mapping(
        &self,
        actor: &Actor,
        id: &ImportId,
        mapping: &[(String, String)],
    ) -> Result<(), Failure> {
        let permit = self.shared(actor, Action::PreviewImport)?;
        let Preview { criteria, batch, .. } = self.preview_again(actor, id).await?;
        let mut tx = self.db.begin().await?;
        for (label, category) in mapping.iter().take(500) {
            if !category.is_empty() && criteria.category(category).is_none() {
                return Err(Failure::invalid("category", category));
            }
            let label: String = label.chars().take(300).collect();
            tx.remember(&permit, &owner(actor), &criteria.key(), &workbook::foreign::fold_label(&label), category)
                .await?;
        }
        if let Some(batch) = batch {
            tx.read_again(&permit, &batch).await?;
        }
        tx.commit().await
    }

    /// Says which sheets of a kept file are read, where it has several copies of a table.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for an import of somebody else's, or one that was applied.
    pub async fn choose_sheets(&self, actor: &Actor, id: &ImportId, sheets: &[String]) -> Result<(), Failure> {
        let (permit, _) = self.kept(actor, id).await?;
        let named: Vec<String> = sheets.iter().take(20).map(|s| s.chars().take(100).collect()).collect();
        let mut tx = self.db.begin().await?;
        tx.choose_sheets(&permit, id, actor.person.as_ref(), &named).await?;
        tx.commit().await
    }

    /// Applies a preview as one change set; where columns of the institution's own are kept, as one act with a second one
    /// in its layer.
    ///
    /// # Errors
    /// [`Failure::Exists`] where it was applied already; [`Failure::Conflict`] where somebody changed the same words
    /// since; nothing is written then, and the texts are kept for the actor. [`Failure::NotYet`] while nobody has said
    /// which copy of a table is read.
    pub async fn apply(&self, actor: &Actor, id: &ImportId, choices: &Choices) -> Result<Applied, Failure> {
        self.shared(actor, Action::ApplyImport)?;
        let preview = self.preview_again(actor, id).await?;
        let permit = permit(actor, Action::ApplyImport, &preview.key.layer)?;
        if preview.applied.is_some() {
            return Err(Failure::Exists { place: preview.file });
        }
        if !preview.plan.copies.is_empty() {
            return Err(Failure::not_yet("two_copies"));
        }
        let own = self.kept_columns(actor, &preview, choices).await?;
        let input = WriteInput {
            key: preview.key.clone(),
            base: preview.plan.number,
            cells: chosen(&preview.plan, choices),
            reason: String::new(),
            door: Door::Workbook,
            source: preview.file.clone(),
        };
        let done = self.apply_input(actor, (&permit, &input), id, own.as_ref()).await;
        let (written, beside) = self.holding(actor, &permit, &input, done).await?;
        self.tell(actor, &input.key, &written);
        if let (Some((_, input)), Some(written)) = (&own, &beside) {
            self.tell(actor, &input.key, written);
        }
        Ok(Applied { key: preview.key, written })
    }

    /// Writes the common cells, and what goes into the institution's layer with them, as one act.
    async fn apply_input(
        &self,
        actor: &Actor,
        (permit, input): (&Permit, &WriteInput),
        id: &ImportId,
        own: Option<&(Permit, WriteInput)>,
    ) -> Result<(Written, Option<Written>), Failure> {
        let operation = self.operation()?;
        let mut tx = self.db.begin().await?;
        let written = self.append(&mut tx, actor, permit, input, &operation).await?;
        let beside = match own {
            // What stands in a layer is never shown as a conflict of the common text: whoever asks again finds it.
            Some((permit, input)) => match self.append(&mut tx, actor, permit, input, &operation).await {
                Err(Failure::Conflict { .. }) => return Err(Failure::not_yet("moved_on")),
                done => Some(done?),
            },
            None => None,
        };
        let act = if beside.is_some() { operation.as_str() } else { "" };
        tx.mark_applied(permit, id, written.number, act).await?;
        let detail = format!("r{} {}", written.number, input.source);
        self.note_on(&mut tx, actor, permit, &input.key, ("apply_import", &detail)).await?;
        tx.commit().await?;
        Ok((written, beside))
    }

    async fn plan(
        &self,
        actor: &Actor,
        key: &SheetKey,
        draft: &Draft,
        warnings: Vec<Finding>,
    ) -> Result<Plan, Failure> {
        let view = self.sheet(actor, key).await?;
        let base = match &draft.export {
            Some(id) => self.export_base(actor, id).await?.filter(|(record, _)| record.key == *key),
            None => None,
        };
        let (older, told) = self.older_rows(actor, key, draft).await?;
        let base_cells = base.as_ref().map(|(_, cells)| cells);
        let mut plan = workbook::plan_with(draft, base_cells, &older, &view.cells, view.number);
        older::tell(&mut plan.findings, &told);
        plan.findings.splice(0..0, warnings);
        if base.is_some_and(|(record, _)| record.number < view.moved) {
            plan.findings.insert(0, meant_another_set(&view.criteria.key()));
            let changes = |o| matches!(o, Outcome::Added | Outcome::Changed | Outcome::Merged);
            for cell in plan.cells.iter_mut().filter(|c| c.address.section == "criteria" && changes(c.outcome)) {
                cell.outcome = Outcome::Conflict;
            }
        }
        Ok(plan)
    }
}

/// The sheet moved to another criteria set after the file was exported: K07 in it may not be K07 here.
fn meant_another_set(now: &str) -> Finding {
    Finding {
        level: Level::Warning,
        code: "criteria_moved".into(),
        sheet: String::new(),
        cell: String::new(),
        ja: format!(
            "このブックを出力した後に、シートのクライテリアが「{now}」へ切り替わりました。対策分類の変更は、一つずつ確かめてください。"
        ),
        en: format!(
            "The sheet moved to the criteria set “{now}” after this workbook was exported. Look at each changed answer."
        ),
    }
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
            Outcome::ProposedDeletion | Outcome::Blank if choices.delete.contains(&cell.address) => {
                cells.push((cell.address.clone(), String::new()))
            }
            _ => {}
        }
    }
    cells
}
