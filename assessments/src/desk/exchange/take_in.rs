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
use std::sync::Arc;

/// A file as it was given.
pub(super) struct Given<'a> {
    pub(super) name: &'a str,
    pub(super) bytes: Arc<Vec<u8>>,
    /// A layout profile that the caller names.
    pub(super) profile: Option<&'a str>,
    /// The service that the caller names.
    pub(super) service: Option<&'a ServiceId>,
}

/// A file as it was read.
pub(super) struct Read {
    pub(super) draft: Draft,
    /// What it is about, with warnings; or why that cannot be said.
    pub(super) service: Result<(ServiceId, Vec<Finding>), Failure>,
    /// The set by which its categories were read.
    pub(super) criteria: Arc<CriteriaSet>,
}

impl Desk {
    /// Reads a file and finds out which service it is about. Its categories are read by the criteria set that the
    /// service's sheet follows, an export of our own by the one that the sheet followed then.
    pub(super) async fn read_file(&self, actor: &Actor, file: &Given<'_>) -> Result<Read, Failure> {
        let (name, content) = (file.name.to_owned(), file.bytes.clone());
        let book = Arc::new(blocking(move || workbook::read::read(&name, &content)).await??);
        if let Some(mark) = workbook::recognise(&book)
            && let Some((record, base)) = self.export_base(actor, &mark.export).await?
        {
            let permit = self.shared(actor, Action::ReadSheet)?;
            let then = self.db.criteria_at(&permit, &record.key.service, record.number).await?;
            let criteria = self.criteria(&then.unwrap_or_default());
            let set = criteria.clone();
            let mut draft = blocking(move || workbook::own_draft(&book, &set, &base, &mark)).await?;
            draft.service = Some(record.key.service.to_string());
            let service = self.service_of(actor, &draft, file.service).await;
            return Ok(Read { draft, service, criteria });
        }
        // Another's, or an export that this installation never made (or of another institution's layer): by its looks.
        let mut criteria = self.followed_by(actor, file.service).await?;
        let mut draft = self.foreign(actor, &book, &criteria, file.profile).await?;
        let service = self.service_of(actor, &draft, file.service).await;
        if let Ok((service, _)) = &service {
            let follows = self.followed_by(actor, Some(service)).await?;
            if follows != criteria {
                draft = self.foreign(actor, &book, &follows, file.profile).await?;
                criteria = follows;
            }
        }
        Ok(Read { draft, service, criteria })
    }

    /// The criteria set of a service's sheet; the one in force where nobody says which service.
    async fn followed_by(&self, actor: &Actor, service: Option<&ServiceId>) -> Result<Arc<CriteriaSet>, Failure> {
        let Some(service) = service else { return Ok(self.criteria("")) };
        let permit = self.shared(actor, Action::ReadSheet)?;
        self.known_service(&permit, service).await?;
        Ok(self.criteria(&self.db.service(&permit, service).await?.criteria))
    }

    async fn foreign(
        &self,
        actor: &Actor,
        book: &Arc<workbook::grid::Book>,
        criteria: &Arc<CriteriaSet>,
        profile: Option<&str>,
    ) -> Result<Draft, Failure> {
        let permit = self.shared(actor, Action::PreviewImport)?;
        let remembered = self.db.mappings(&permit, &owner(actor), &criteria.key()).await?;
        let mut profiles = workbook::foreign::builtin_profiles()?;
        if let Some(name) = profile {
            profiles.retain(|p| p.name == name);
            if profiles.is_empty() {
                return Err(Failure::invalid("profile", name));
            }
        }
        let (book, criteria) = (book.clone(), criteria.clone());
        blocking(move || workbook::foreign::draft(&book, &criteria, &profiles, &remembered)).await?
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
