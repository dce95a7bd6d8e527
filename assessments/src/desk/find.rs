//! Search: what is found, for whom, and what is offered while somebody types.

use super::Desk;
use super::turns::in_turn;
use crate::access::{Action, Actor};
use crate::cell::{Address, Layer};
use crate::criteria::Category;
use crate::failure::Failure;
use crate::guardrail::Guardrail;
use crate::id::ServiceId;
use crate::lang::{Label, Lang};
use crate::schema::{PRIVATE, SECTIONS};
use crate::search::{Answer, FacetKey, Filter, Hit, Request, fold_text};
use crate::store::ServiceRow;
use std::sync::Arc;

/// Sections whose hits are cells of the working text.
fn cell_sections() -> impl Iterator<Item = &'static str> {
    // Sections of an institution's layer are in nobody's index but its own.
    SECTIONS.iter().chain(PRIVATE).map(|section| section.key)
}

/// A cell that a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundCell {
    /// In which layer.
    pub layer: Layer,
    /// Which cell.
    pub address: Address,
    /// The criteria set that its sheet follows.
    pub criteria: String,
    /// The whole text, plain.
    pub text: String,
    /// A piece of it: (marked, text) runs.
    pub snippet: Vec<(bool, String)>,
    /// Higher is better; comparable within one search.
    pub score: f32,
}

/// What a search found in one sheet, best cell first.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The service.
    pub service: ServiceId,
    /// Its name.
    pub name: Label,
    /// Cells.
    pub cells: Vec<FoundCell>,
}

/// What is offered while somebody types.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Suggestions {
    /// Services, by their names.
    pub services: Vec<ServiceRow>,
    /// Categories: criteria set, category, name.
    pub categories: Vec<(String, String, Label)>,
    /// Guardrails.
    pub guardrails: Vec<Guardrail>,
    /// Cells, those that changed lately first among equals.
    pub cells: Vec<Hit>,
}

impl Desk {
    /// Searches everything that the actor may read. Layers that are not the actor's are not opened.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text; [`Failure::Internal`].
    pub async fn find(&self, actor: &Actor, request: &Request) -> Result<Arc<Answer>, Failure> {
        self.find_within(actor, request, Filter::default()).await
    }

    async fn find_within(&self, actor: &Actor, request: &Request, filter: Filter) -> Result<Arc<Answer>, Failure> {
        self.shared(actor, Action::ReadSheet)?;
        self.follow_synonyms_now_and_then().await?;
        let (search, layers, mut request) = (self.search.clone(), actor.layers(), request.clone());
        request.limit = request.limit.min(1_000);
        if let Some(answer) = search.remembered(&layers, &request, &filter) {
            return Ok(answer);
        }
        in_turn(move || search.find(&layers, &request, &filter)).await?
    }

    /// The service groups that can be searched for, as the index knows them.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub fn searched_groups(&self, actor: &Actor) -> Result<Vec<Label>, Failure> {
        self.shared(actor, Action::ReadSheet)?;
        Ok(self.search.groups())
    }

    /// Suggestions while typing, for a reader of a language: at most `limit` of each kind.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn suggestions(
        &self,
        actor: &Actor,
        typed: &str,
        limit: usize,
        lang: Lang,
    ) -> Result<Suggestions, Failure> {
        let text = typed.trim();
        if text.is_empty() {
            return Ok(Suggestions::default());
        }
        let mut request =
            Request { limit, prefix: true, recent: true, count: false, lang, ..Request::new(typed, self.world.now()) };
        cell_sections().for_each(|section| request.facets.add(FacetKey::Section, section));
        // The database and the index are asked at the same time.
        let (names, found) =
            futures::future::try_join(self.named_like(actor, text, limit), self.find(actor, &request)).await?;
        Ok(Suggestions { cells: found.hits.clone(), ..names })
    }

    /// Services, categories and guardrails one of whose names holds a text: at most `limit` of each kind, no cells.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn named_like(&self, actor: &Actor, text: &str, limit: usize) -> Result<Suggestions, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        let folded = fold_text(text.trim());
        if folded.is_empty() {
            return Ok(Suggestions::default());
        }
        let limit = limit.min(20);
        let size = i64::try_from(limit).unwrap_or(5);
        let guardrails = self.guardrails(actor, text.trim(), None, 1, size)?.items;
        let mut categories = Vec::new();
        for set in self.criteria_sets() {
            let fits = |c: &&Category| [&c.id, &c.ja, &c.en].iter().any(|n| fold_text(n).contains(&folded));
            let found = set.categories.iter().filter(fits);
            categories.extend(found.map(|c| (set.key(), c.id.clone(), Label { ja: c.ja.clone(), en: c.en.clone() })));
        }
        categories.truncate(limit);
        let services = self.db.service_lines(&permit, &self.search.services_like(text.trim(), limit)).await?;
        let services = services.into_iter().map(|row| self.lined(row)).collect();
        Ok(Suggestions { services, categories, guardrails, cells: vec![] })
    }

    /// Cells that fit a query, best first, in the layers that the actor may read.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn search_cells(
        &self,
        actor: &Actor,
        query: &str,
        limit: usize,
        filter: Filter,
    ) -> Result<Vec<(ServiceId, FoundCell)>, Failure> {
        if query.trim().is_empty() {
            return Ok(vec![]);
        }
        let mut request = Request { limit, count: false, ..Request::new(query, self.world.now()) };
        cell_sections().for_each(|section| request.facets.add(FacetKey::Section, section));
        Ok(cells(&self.find_within(actor, &request, filter).await?.hits))
    }

    /// The same grouped by sheet, in the order of each sheet's best cell.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn search(
        &self,
        actor: &Actor,
        query: &str,
        limit: usize,
        filter: Filter,
    ) -> Result<Vec<Found>, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        let mut groups: Vec<Found> = Vec::new();
        for (service, cell) in self.search_cells(actor, query, limit, filter).await? {
            match groups.iter_mut().find(|g| g.service == service) {
                Some(group) => group.cells.push(cell),
                None => {
                    let name = self.db.service(&permit, &service).await?.name;
                    groups.push(Found { service, name, cells: vec![cell] });
                }
            }
        }
        Ok(groups)
    }

    /// Suggestions of cells while typing.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn suggest(
        &self,
        actor: &Actor,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<(ServiceId, FoundCell)>, Failure> {
        let mut request = Request {
            limit: limit.min(50),
            prefix: true,
            recent: true,
            count: false,
            ..Request::new(prefix, self.world.now())
        };
        cell_sections().for_each(|section| request.facets.add(FacetKey::Section, section));
        Ok(cells(&self.find(actor, &request).await?.hits))
    }
}

/// Hits that are cells, as older doors show them.
fn cells(hits: &[Hit]) -> Vec<(ServiceId, FoundCell)> {
    let cell = |hit: &Hit| {
        let Hit { layer, service, address, criteria, text, snippet, score, .. } = hit.clone();
        Some((service?, FoundCell { layer, address: address?, criteria, text, snippet, score }))
    };
    hits.iter().filter_map(cell).collect()
}
