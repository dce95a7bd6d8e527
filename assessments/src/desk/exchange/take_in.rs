//! A file's bytes to a draft, and the service that it is about.

use super::super::Desk;
use super::super::sign_in::blocking;
use super::owner;
use crate::access::{Action, Actor, Permit, permit};
use crate::cell::{Layer, SheetKey};
use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::id::{ExportId, ImportId, ServiceId};
use crate::import::{Draft, Finding, Level};
use crate::sheet::Cells;
use crate::store::{ExportRecord, ImportRecord};
use crate::workbook::{self, JsonSheet, Taken};
use std::sync::Arc;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Files that are read at a time, whoever sends them: one may take 64 MB and half a second of a core, and pages are to be
/// answered meanwhile. The others wait for their turn.
static READERS: Semaphore = Semaphore::const_new(2);

/// One's turn at reading a workbook, for as long as it is held.
pub(in crate::desk) async fn turn() -> Option<SemaphorePermit<'static>> {
    READERS.acquire().await.ok()
}

/// A file as it was given.
pub(super) struct Given<'a> {
    pub(super) name: &'a str,
    pub(super) bytes: Arc<Vec<u8>>,
    /// A layout profile that the caller names.
    pub(super) profile: Option<&'a str>,
    /// The service that the caller names.
    pub(super) service: Option<&'a ServiceId>,
    /// Sheets that are read, where the file has several copies of a table.
    pub(super) sheets: &'a [String],
}

/// A file as it was read.
pub(super) struct Read {
    pub(super) draft: Draft,
    /// What it is about, with warnings; or why that cannot be said.
    pub(super) service: Result<(ServiceId, Vec<Finding>), Failure>,
    /// The set by which its categories were read.
    pub(super) criteria: Arc<CriteriaSet>,
    /// Where it comes home to: the layer that it was handed out from, the common text for all other files.
    pub(super) layer: Layer,
}

impl Desk {
    /// Reads a file and finds out which service it is about. Its categories are read by the criteria set that the
    /// service's sheet follows, an export of our own by the one that the sheet followed then.
    pub(super) async fn read_file(&self, actor: &Actor, file: &Given<'_>) -> Result<Read, Failure> {
        let (name, content) = (file.name.to_owned(), file.bytes.clone());
        // Until what it says is known: a book is in memory as long.
        let _turn = turn().await;
        let taken = blocking(move || workbook::take(&name, &content)).await??;
        let book = match taken {
            Taken::Document(sheet) => return self.read_sheet(actor, sheet, file).await,
            Taken::Book(book) => Arc::new(book),
        };
        let mark = workbook::recognise(&book);
        if let Some(mark) = &mark
            && let Some((record, base)) = self.export_base(actor, &mark.export).await?
        {
            let criteria = self.criteria_of(actor, &record).await?;
            let set = criteria.clone();
            let sheets = file.sheets.to_vec();
            let mark = mark.clone();
            let mut draft = blocking(move || workbook::own_draft_of(&book, &set, &base, &mark, &sheets)).await??;
            draft.service = Some(record.key.service.to_string());
            let service = self.service_of(actor, &draft, file.service).await;
            let service = service.and_then(|found| at_home(&record.key, found));
            return Ok(Read { draft, service, criteria, layer: record.key.layer });
        }
        // What was handed out from a layer is that layer's alone: its texts never end in the common text, whoever sends it.
        if workbook::of_a_layer(&book) || self.is_of_a_layer(actor, mark.as_ref()).await? {
            return Err(Failure::NotFound);
        }
        // Another's, or an export that this installation never made: by its looks.
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
        Ok(Read { draft, service, criteria, layer: Layer::Shared })
    }

    /// A JSON document: its cells name their places themselves.
    async fn read_sheet(&self, actor: &Actor, sheet: JsonSheet, file: &Given<'_>) -> Result<Read, Failure> {
        let export = match sheet.mark() {
            Some(mark) => self.export_base(actor, &mark.export).await?,
            None => None,
        };
        let (draft, criteria) = match &export {
            Some((record, base)) => {
                let criteria = self.criteria_of(actor, record).await?;
                (sheet.draft(&criteria, Some(base)), criteria)
            }
            None if sheet.of_a_layer() || self.is_of_a_layer(actor, sheet.mark().as_ref()).await? => {
                return Err(Failure::NotFound);
            }
            None => {
                let criteria = self.followed_by(actor, file.service).await?;
                (sheet.draft(&criteria, None), criteria)
            }
        };
        let service = self.service_of(actor, &draft, file.service).await;
        let (service, layer) = match export {
            Some((record, _)) => (service.and_then(|found| at_home(&record.key, found)), record.key.layer),
            None => (service, Layer::Shared),
        };
        Ok(Read { draft, service, criteria, layer })
    }

    /// Whether a file says that it is an export of some institution's layer. Notes on answers stand in the same sections as
    /// the common text: what they are is not seen by their looks.
    async fn is_of_a_layer(&self, actor: &Actor, mark: Option<&workbook::OwnMark>) -> Result<bool, Failure> {
        match mark {
            Some(mark) => self.db.is_of_a_layer(&self.shared(actor, Action::PreviewImport)?, &mark.export).await,
            None => Ok(false),
        }
    }

    /// The criteria set that an export's sheet followed then.
    async fn criteria_of(&self, actor: &Actor, record: &ExportRecord) -> Result<Arc<CriteriaSet>, Failure> {
        let reads = permit(actor, Action::ReadSheet, &record.key.layer)?;
        let then = self.db.criteria_at(&reads, &record.key.service, record.number).await?.unwrap_or_default();
        let asked = if then.is_empty() { self.asked_by(actor, &record.key).await? } else { then };
        Ok(self.criteria(&asked))
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

    /// What an export stood for, in whichever layer of the actor's it was made; none for one of another's layer.
    pub(super) async fn export_base(
        &self,
        actor: &Actor,
        id: &ExportId,
    ) -> Result<Option<(ExportRecord, Cells)>, Failure> {
        for layer in actor.layers() {
            let Ok(permit) = permit(actor, Action::PreviewImport, &layer) else { continue };
            if let Some(record) = self.db.export(&permit, id).await? {
                let cells = self.sheet_at(actor, &record.key, record.number).await?;
                return Ok(Some((record, cells)));
            }
        }
        Ok(None)
    }

    /// A kept file of the actor's, in whichever layer it is to go, and the leave to look at it.
    pub(super) async fn kept(&self, actor: &Actor, id: &ImportId) -> Result<(Permit, ImportRecord), Failure> {
        // Who imports nothing is told so, whatever the id.
        self.shared(actor, Action::PreviewImport)?;
        for layer in actor.layers() {
            let Ok(permit) = permit(actor, Action::PreviewImport, &layer) else { continue };
            match self.db.import(&permit, id, actor.person.as_ref()).await {
                Err(Failure::NotFound) => {}
                found => return found.map(|record| (permit, record)),
            }
        }
        Err(Failure::NotFound)
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

/// A layer's file is about its own service: a caller who names another one is not asked again, since the text would stand
/// in a sheet that it was never about.
fn at_home(
    key: &SheetKey,
    (service, warnings): (ServiceId, Vec<Finding>),
) -> Result<(ServiceId, Vec<Finding>), Failure> {
    let home = key.layer == Layer::Shared || key.service == service;
    if home { Ok((service, warnings)) } else { Err(Failure::NotFound) }
}
