//! Reading: sheets, lists, history.

use super::Desk;
use crate::access::{Action, Actor, permit};
use crate::cell::{Address, Layer, SheetKey};
use crate::change::ChangeSet;
use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::guardrail::{Guardrail, GuardrailId, GuardrailLink, Mechanism, parse_links};
use crate::id::{RowId, ServiceId};
use crate::lang::Label;
use crate::search::{Hit, HitKind, Request};
use crate::sheet::Cells;
use crate::store::{Backlink, ChangeFilter, MatrixRow, NewsLine, OverdueRow, ServiceFilter, ServiceRow};
use std::sync::Arc;

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// From 1.
    pub page: i64,
    /// Items a page.
    pub size: i64,
    /// Items in all.
    pub total: i64,
}

impl<T> Page<T> {
    /// How many pages there are, at least one.
    pub fn pages(&self) -> i64 {
        (self.total + self.size - 1).max(self.size) / self.size
    }
}

/// A sheet as one reader sees it.
#[derive(Clone, Debug)]
pub struct SheetView {
    /// Which sheet and layer.
    pub key: SheetKey,
    /// The service's line: names, provider, last change.
    pub service: ServiceRow,
    /// The revision.
    pub number: i64,
    /// Its cells.
    pub cells: Cells,
    /// The criteria set that it follows.
    pub criteria: Arc<CriteriaSet>,
    /// The revision that moved it to that set; 0 where it always followed it.
    pub moved: i64,
}

/// One row of a sheet.
#[derive(Clone, Debug)]
pub struct RowView {
    /// The sheet's revision.
    pub number: i64,
    /// The row's cells.
    pub cells: Cells,
    /// The criteria set that the sheet follows.
    pub criteria: Arc<CriteriaSet>,
}

/// What lists can be narrowed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facets {
    /// Sheets with every category answered.
    pub answered: i64,
    /// Sheets with some.
    pub started: i64,
    /// Sheets with none.
    pub empty: i64,
    /// Providers that exist.
    pub providers: Vec<String>,
    /// Service groups that exist.
    pub groups: Vec<Label>,
}

/// A guardrail with the answers that lean on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardrailPage {
    /// Its identifier, in the catalogue's spelling where it is there.
    pub id: GuardrailId,
    /// Its entry; none for a retired or newer one.
    pub entry: Option<Guardrail>,
    /// The answers.
    pub answers: Vec<LeaningAnswer>,
}

/// An answer that leans on a guardrail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaningAnswer {
    /// Its service.
    pub service: ServiceId,
    /// The service's name.
    pub name: Label,
    /// Its category.
    pub row: RowId,
    /// The criteria set that has the category.
    pub criteria: String,
    /// How it leans on it.
    pub link: GuardrailLink,
}

impl Desk {
    /// A sheet in a layer.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for an unknown service and for a layer that is not the actor's.
    pub async fn sheet(&self, actor: &Actor, key: &SheetKey) -> Result<SheetView, Failure> {
        let permit = permit(actor, Action::ReadSheet, &key.layer)?;
        let (head, cells) = self.db.cells(&permit, &key.service).await?;
        let service = self.lined(self.db.service(&permit, &key.service).await?);
        let asked = if head.criteria.is_empty() { self.asked_by(actor, key).await? } else { head.criteria };
        let criteria = self.criteria(&asked);
        Ok(SheetView { key: key.clone(), service, number: head.number, cells, criteria, moved: head.moved })
    }

    /// One row of a sheet in a layer. An open page reads it for every change that it is told of.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for an unknown service and for a layer that is not the actor's.
    pub async fn row(&self, actor: &Actor, key: &SheetKey, address: &Address) -> Result<RowView, Failure> {
        let permit = permit(actor, Action::ReadSheet, &key.layer)?;
        let (head, cells) = self.db.row(&permit, &key.service, (&address.section, &address.row)).await?;
        let asked = if head.criteria.is_empty() { self.asked_by(actor, key).await? } else { head.criteria };
        Ok(RowView { number: head.number, cells, criteria: self.criteria(&asked) })
    }

    /// A sheet's cells as they were at a revision.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the layer is not the actor's or the revision does not exist.
    pub async fn sheet_at(&self, actor: &Actor, key: &SheetKey, number: i64) -> Result<Cells, Failure> {
        let permit = permit(actor, Action::ReadSheet, &key.layer)?;
        let (head, _) = self.db.cells(&permit, &key.service).await?;
        if number < 0 || number > head.number {
            return Err(Failure::NotFound);
        }
        self.db.cells_at(&permit, &key.service, number).await
    }

    /// Change sets of a layer, newest first.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the layer is not the actor's.
    pub async fn history(
        &self,
        actor: &Actor,
        layer: &Layer,
        filter: &ChangeFilter,
    ) -> Result<Vec<ChangeSet>, Failure> {
        let permit = permit(actor, Action::ReadSheet, layer)?;
        if let Some(service) = &filter.service {
            self.db.service(&permit, service).await?;
        }
        self.db.changes(&permit, filter).await
    }

    /// The newest changes of the common text, a line each.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn news(&self, actor: &Actor, limit: i64) -> Result<Vec<NewsLine>, Failure> {
        self.db.news(&self.shared(actor, Action::ReadSheet)?, limit.clamp(1, 100)).await
    }

    /// The services table.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn services(
        &self,
        actor: &Actor,
        filter: &ServiceFilter,
        page: i64,
        size: i64,
    ) -> Result<Page<ServiceRow>, Failure> {
        let (page, size) = bounded(page, size);
        let (items, total) =
            self.db.services(&self.shared(actor, Action::ReadSheet)?, filter, (page - 1) * size, size).await?;
        Ok(Page { items: items.into_iter().map(|row| self.lined(row)).collect(), page, size, total })
    }

    /// A line whose sheet nobody has written in asks what the set in force asks.
    pub(super) fn lined(&self, mut row: ServiceRow) -> ServiceRow {
        if row.asked == 0 {
            row.asked = i64::try_from(self.criteria("").categories.len()).unwrap_or(0);
        }
        row
    }

    /// The day, where the program's readers are: in Japan.
    pub fn today(&self) -> String {
        (self.world.now() + chrono::Duration::hours(9)).format("%Y-%m-%d").to_string()
    }

    /// Answers of the common text whose review day has passed, the longest overdue first.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn overdue(&self, actor: &Actor, page: i64, size: i64) -> Result<Page<OverdueRow>, Failure> {
        let (page, size) = bounded(page, size);
        let permit = self.shared(actor, Action::ReadSheet)?;
        let (items, total) = self.db.overdue(&permit, &self.today(), (page - 1) * size, size).await?;
        Ok(Page { items, page, size, total })
    }

    /// What the services table can be narrowed by, with counts.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn facets(&self, actor: &Actor) -> Result<Facets, Failure> {
        let ([answered, started, empty], providers, groups) =
            self.db.facets(&self.shared(actor, Action::ReadSheet)?).await?;
        Ok(Facets { answered, started, empty, providers, groups })
    }

    /// The matrix of services and categories. Where sheets follow different criteria sets, the filter names one.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn matrix(
        &self,
        actor: &Actor,
        filter: &ServiceFilter,
        page: i64,
        size: i64,
    ) -> Result<Page<MatrixRow>, Failure> {
        let (page, size) = bounded(page, size);
        let (items, total) =
            self.db.matrix(&self.shared(actor, Action::ReadSheet)?, filter, (page - 1) * size, size).await?;
        Ok(Page { items, page, size, total })
    }

    /// Catalogue entries that fit a text, a page of them.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub fn guardrails(
        &self,
        actor: &Actor,
        text: &str,
        mechanism: Option<Mechanism>,
        page: i64,
        size: i64,
    ) -> Result<Page<Guardrail>, Failure> {
        self.shared(actor, Action::ReadSheet)?;
        let (page, size) = bounded(page, size);
        let found = self.catalogue.find(text, mechanism);
        let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
        let (skip, take) =
            (usize::try_from((page - 1) * size).unwrap_or(usize::MAX), usize::try_from(size).unwrap_or(50));
        Ok(Page { items: found.into_iter().skip(skip).take(take).cloned().collect(), page, size, total })
    }

    /// A guardrail and every answer of the common text that leans on it.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where neither the catalogue nor an answer knows it.
    pub async fn guardrail(&self, actor: &Actor, id: &GuardrailId) -> Result<GuardrailPage, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        let mut answers = Vec::new();
        for back in self.db.backlinks(&permit, &id.to_string()).await? {
            let link = parse_links(&back.links).unwrap_or_default().into_iter().find(|l| l.id.folded() == id.folded());
            if let Some(link) = link {
                let Backlink { service, name, row, criteria, .. } = back;
                answers.push(LeaningAnswer { service, name, row, criteria, link });
            }
        }
        let entry = self.catalogue.get(id).cloned();
        if entry.is_none() && answers.is_empty() {
            return Err(Failure::NotFound);
        }
        Ok(GuardrailPage { id: entry.as_ref().map_or_else(|| id.clone(), |e| e.id.clone()), entry, answers })
    }

    /// Hits of the search whose text holds a guardrail's identifier, but for the links to it that answers have.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn mentions(&self, actor: &Actor, id: &GuardrailId, limit: usize) -> Result<Vec<Hit>, Failure> {
        let text = format!("\"{}\"", id.native.replace('"', " "));
        let request = Request { limit: limit.saturating_mul(4), count: false, ..Request::new(&text, self.world.now()) };
        let native = id.native.to_lowercase();
        // The search finds what is like it, too: here only the identifier itself counts.
        let holds = |hit: &Hit| hit.text.to_lowercase().contains(&native);
        let link = |hit: &Hit| {
            hit.layer == Layer::Shared
                && hit.address.as_ref().is_some_and(|a| a.section == "criteria" && a.field == "guardrails")
        };
        let found = self.find(actor, &request).await?;
        let cells = found.hits.iter().filter(|hit| hit.kind != HitKind::Guardrail && holds(hit) && !link(hit));
        Ok(cells.take(limit).cloned().collect())
    }
}

pub(super) fn bounded(page: i64, size: i64) -> (i64, i64) {
    (page.clamp(1, 100_000), size.clamp(1, 500))
}
