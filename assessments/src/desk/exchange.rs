//! Workbooks in and out.

mod hand_out;
mod take_in;

pub use hand_out::{Exported, Format};

use super::Desk;
use super::write::WriteInput;
use crate::access::{Action, Actor, permit};
use crate::cell::{Address, Layer, SheetKey};
use crate::change::Door;
use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::id::{ImportId, ServiceId, opaque};
use crate::import::{Draft, Finding, Level, Outcome, Plan};
use crate::store::{ImportRecord, Written};
use crate::workbook;
use chrono::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
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
        let permit = self.shared(actor, Action::PreviewImport)?;
        let bytes = Arc::new(bytes);
        let given = Given { name: file, bytes: bytes.clone(), profile, service };
        let Read { draft, service, criteria } = self.read_file(actor, &given).await?;
        drop(given);
        let (service, warnings, candidates) = match service {
            Ok((service, warnings)) => (Some(service), warnings, vec![]),
            // Nobody comes back to the command line's.
            Err(Failure::WhichService { candidates, .. }) if actor.person.is_some() => (None, vec![], candidates),
            Err(other) => return Err(other),
        };
        let record = ImportRecord {
            id: ImportId::parse(&opaque(self.world.random()))?,
            person: actor.person.clone(),
            layer: Layer::Shared,
            service: service.clone(),
            file: file.chars().filter(|c| !c.is_control()).take(200).collect(),
            content: Arc::try_unwrap(bytes).unwrap_or_else(|shared| shared.as_ref().clone()),
            profile: profile.map(str::to_owned),
            at: self.world.now(),
            applied: None,
        };
        let mut tx = self.db.begin().await?;
        tx.add_import(&permit, &record, record.at - Duration::days(KEEP_DAYS)).await?;
        tx.commit().await?;
        let Some(service) = service else {
            return Err(Failure::WhichService { candidates, import: record.id.to_string() });
        };
        let key = SheetKey::shared(service);
        let plan = self.plan(actor, &key, &draft, warnings).await?;
        Ok(Preview { id: record.id, key, file: record.file, plan, criteria, applied: None })
    }

    /// A preview again, compared with what stands here now.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a preview of somebody else's; [`Failure::WhichService`] while nobody has said.
    pub async fn preview_again(&self, actor: &Actor, id: &ImportId) -> Result<Preview, Failure> {
        let permit = self.shared(actor, Action::PreviewImport)?;
        let record = self.db.import(&permit, id, actor.person.as_ref()).await?;
        let given = Given {
            name: &record.file,
            bytes: Arc::new(record.content),
            profile: record.profile.as_deref(),
            service: record.service.as_ref(),
        };
        let Read { draft, service, criteria } = self.read_file(actor, &given).await?;
        let (service, warnings) = service.map_err(|failure| match failure {
            Failure::WhichService { candidates, .. } => {
                Failure::WhichService { candidates, import: record.id.to_string() }
            }
            other => other,
        })?;
        let key = SheetKey::shared(service);
        let plan = self.plan(actor, &key, &draft, warnings).await?;
        Ok(Preview { id: record.id, key, file: record.file, plan, criteria, applied: record.applied })
    }

    /// Says which service a kept file is about.
    ///
    /// # Errors
    /// [`Failure::UnknownService`]; [`Failure::NotFound`] for an import of somebody else's, or one that was applied.
    pub async fn name_import(&self, actor: &Actor, id: &ImportId, service: &ServiceId) -> Result<(), Failure> {
        let permit = self.shared(actor, Action::PreviewImport)?;
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
        let criteria = self.preview_again(actor, id).await?.criteria;
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
        let detail = format!("r{} {}", written.number, preview.file);
        self.note(&mut tx, actor, "apply_import", preview.key.service.as_str(), &detail).await?;
        tx.commit().await?;
        self.tell(actor, &input.key, &written);
        Ok(Applied { key: preview.key, written })
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
        let mut plan = workbook::plan(draft, base.as_ref().map(|(_, cells)| cells), &view.cells, view.number);
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
            Outcome::ProposedDeletion if choices.delete.contains(&cell.address) => {
                cells.push((cell.address.clone(), String::new()))
            }
            _ => {}
        }
    }
    cells
}
