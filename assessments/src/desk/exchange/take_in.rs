//! A file's bytes to a draft, and the service that it is about.

use super::super::Desk;
use super::super::sign_in::blocking;
use super::owner;
use crate::access::{Action, Actor};
use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::id::{ExportId, ServiceId};
use crate::import::{Draft, Finding, Level};
use crate::sheet::Cells;
use crate::store::ExportRecord;
use crate::workbook;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Desk {
    pub(super) async fn read_file(
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

    pub(super) async fn export_base(
        &self,
        actor: &Actor,
        id: &ExportId,
    ) -> Result<Option<(ExportRecord, Cells)>, Failure> {
        let permit = self.shared(actor, Action::PreviewImport)?;
        let Some(record) = self.db.export(&permit, id).await? else { return Ok(None) };
        let cells = self.sheet_at(actor, &record.key, record.number).await?;
        Ok(Some((record, cells)))
    }

    /// Which service a file is about: what the caller says wins, with a warning; else our own export's; else a name
    /// that fits exactly one.
    pub(super) async fn service_of(
        &self,
        actor: &Actor,
        draft: &Draft,
        asked: Option<&ServiceId>,
    ) -> Result<(ServiceId, Vec<Finding>), Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        let own = draft.service.as_deref().map(ServiceId::parse).transpose()?;
        if let Some(asked) = asked {
            self.known_service(&permit, asked).await?;
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
        let mut fits = workbook::foreign::services_named(&draft.service_name, &draft.provider, &names);
        match (fits.len(), fits.pop()) {
            (1, Some(only)) => Ok((only, vec![])),
            (_, last) => {
                let candidates = fits.into_iter().chain(last).take(20).map(String::from).collect();
                Err(Failure::WhichService { candidates, import: String::new() })
            }
        }
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
