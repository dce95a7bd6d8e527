//! A sheet as a file.

use super::super::Desk;
use super::super::sign_in::blocking;
use crate::access::{Action, Actor, permit};
use crate::cell::{Layer, SheetKey};
use crate::failure::Failure;
use crate::id::{ExportId, opaque};
use crate::lang::Lang;
use crate::store::{ChangeFilter, ExportRecord};
use crate::workbook::{self, ExportInput, HistoryLine, OwnSheet};

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

impl Desk {
    /// Hands a sheet out.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the layer is not the actor's; [`Failure::UnknownService`].
    pub async fn export(&self, actor: &Actor, key: &SheetKey, format: Format, lang: Lang) -> Result<Exported, Failure> {
        let permit = permit(actor, Action::Export, &key.layer)?;
        if let Ok(reads) = self.shared(actor, Action::ReadSheet) {
            self.known_service(&reads, &key.service).await?;
        }
        let view = self.sheet(actor, key).await?;
        let history = self.history_lines(actor, key, view.number, lang).await?;
        let whose = match &key.layer {
            Layer::Institution(id) => Some(self.db.institution(id).await?.get(lang).to_owned()),
            Layer::Shared => None,
        };
        let id = ExportId::parse(&opaque(self.world.random()))?;
        let at = self.world.now();
        let record =
            ExportRecord { id: id.clone(), key: key.clone(), number: view.number, person: actor.person.clone(), at };
        let mut tx = self.db.begin().await?;
        tx.add_export(&permit, &record).await?;
        let detail = format!("r{} {}", view.number, format.ending());
        self.note_on(&mut tx, actor, &permit, key, ("export", &detail)).await?;
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
                Format::Xlsx => match &whose {
                    Some(name) => {
                        let own = OwnSheet { institution: name, cells: &view.cells, approval: None };
                        workbook::export_with(&input, &own)
                    }
                    None => workbook::export(&input),
                },
                Format::Json => workbook::export_json(&input),
                Format::Markdown => workbook::export_markdown(&input),
            }
        })
        .await??;
        Ok(Exported { file_name, content_type: format.content_type(), bytes })
    }

    /// The history that a workbook of revision `number` lists, newest first.
    pub(in crate::desk) async fn history_lines(
        &self,
        actor: &Actor,
        key: &SheetKey,
        number: i64,
        lang: Lang,
    ) -> Result<Vec<HistoryLine>, Failure> {
        let filter = ChangeFilter {
            service: Some(key.service.clone()),
            before: Some(number + 1),
            limit: HISTORY_LINES,
            ..ChangeFilter::default()
        };
        let sets = self.history(actor, &key.layer, &filter).await?;
        let line = |set: crate::change::ChangeSet| HistoryLine {
            number: set.number,
            at: set.at,
            author: set.author.name,
            reason: set.reason,
            door: set.door.label(lang).to_owned(),
            cells: set.cells.len(),
        };
        Ok(sets.into_iter().map(line).collect())
    }
}
