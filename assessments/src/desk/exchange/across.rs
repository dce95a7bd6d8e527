//! Workbooks that read across services.

use super::super::Desk;
use super::super::sign_in::blocking;
use super::hand_out::{Exported, Format};
use crate::access::{Action, Actor};
use crate::failure::Failure;
use crate::id::{RowId, ServiceId};
use crate::lang::{Label, Lang};
use crate::schema::place;
use crate::store::{Answers, ServiceFilter, ServiceRow};
use crate::workbook::across::{self, AcrossInput, DifferenceLine, OverdueLine, ServiceLine};

/// Most services of one workbook.
const MOST: i64 = 10_000;

/// A list that can be taken out as a workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum List {
    /// Services by categories, and a sheet for each viewpoint.
    Matrix(ServiceFilter),
    /// What every service answers for one category of the filter's criteria set, with room for questions.
    Category(ServiceFilter, String),
    /// Answers overdue for review.
    Overdue,
    /// What changed in a service's common text from one published version to another; to the present text where the later
    /// one is empty.
    Difference(ServiceId, String, String),
}

impl List {
    /// As in file names and in the audit.
    fn key(&self) -> String {
        match self {
            List::Matrix(_) => "matrix".into(),
            List::Category(_, id) => format!("category-{id}"),
            List::Overdue => "overdue".into(),
            List::Difference(service, from, to) if to.is_empty() => format!("{service}-{from}-now"),
            List::Difference(service, from, to) => format!("{service}-{from}-{to}"),
        }
    }
}

impl Desk {
    /// Hands a list out as a workbook.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a category that the criteria set does not have, and where the actor may not read the
    /// common text.
    pub async fn export_list(&self, actor: &Actor, list: &List, lang: Lang) -> Result<Exported, Failure> {
        self.shared(actor, Action::Export)?;
        let today = self.today();
        let bytes = match list {
            List::Matrix(filter) => self.matrix_book(actor, filter, lang).await?,
            List::Category(filter, id) => self.category_book(actor, filter, id, lang).await?,
            List::Overdue => self.overdue_book(actor, lang).await?,
            List::Difference(service, from, to) => self.difference_book(actor, service, from, to, lang).await?,
        };
        let mut tx = self.db.begin().await?;
        self.note(&mut tx, actor, "export", &list.key(), "xlsx").await?;
        tx.commit().await?;
        let file_name = format!("kyohyo-{}-{}.xlsx", list.key(), today.replace('-', ""));
        Ok(Exported { file_name, content_type: Format::Xlsx.content_type(), bytes })
    }

    async fn matrix_book(&self, actor: &Actor, filter: &ServiceFilter, lang: Lang) -> Result<Vec<u8>, Failure> {
        let criteria = self.criteria(&filter.criteria);
        // As on the page: sheets of one set have the same columns; while there is only one, empty sheets stand there too.
        let set = if self.criteria_sets().len() > 1 { criteria.key() } else { String::new() };
        let filter = ServiceFilter { criteria: set, ..filter.clone() };
        let lines = self.lines(actor, &filter, Answers::Short, false).await?;
        let (at, narrowed) = (self.world.now(), narrowed(&filter, lang));
        blocking(move || across::matrix(&AcrossInput { lang, criteria: &criteria, at, narrowed }, &lines)).await?
    }

    async fn category_book(
        &self,
        actor: &Actor,
        filter: &ServiceFilter,
        id: &str,
        lang: Lang,
    ) -> Result<Vec<u8>, Failure> {
        let criteria = self.criteria(&filter.criteria);
        let row = RowId::parse(id).map_err(|_| Failure::NotFound)?;
        criteria.category(id).ok_or(Failure::NotFound)?;
        let filter = ServiceFilter { criteria: criteria.key(), ..filter.clone() };
        let lines = self.lines(actor, &filter, Answers::Of(&row), true).await?;
        let (at, narrowed, id) = (self.world.now(), narrowed(&filter, lang), id.to_owned());
        blocking(move || across::category(&AcrossInput { lang, criteria: &criteria, at, narrowed }, &id, &lines))
            .await?
    }

    async fn overdue_book(&self, actor: &Actor, lang: Lang) -> Result<Vec<u8>, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        let mut lines = Vec::new();
        for row in self.db.overdue(&permit, &self.today(), 0, MOST).await?.0 {
            let criteria = self.criteria(&row.criteria);
            let name = criteria.category(row.row.as_str()).map(|c| Label { ja: c.ja.clone(), en: c.en.clone() });
            let (category, name) = (row.row.to_string(), name.unwrap_or_default());
            lines.push(OverdueLine { service: row.name, category, name, review_by: row.review_by });
        }
        let (criteria, at) = (self.criteria(""), self.world.now());
        blocking(move || {
            let input = AcrossInput { lang, criteria: &criteria, at, narrowed: String::new() };
            across::overdue(&input, &lines)
        })
        .await?
    }

    async fn difference_book(
        &self,
        actor: &Actor,
        service: &ServiceId,
        from: &str,
        to: &str,
        lang: Lang,
    ) -> Result<Vec<u8>, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        let row = self.db.service(&permit, service).await?;
        let versions = self.publications(actor, service).await?;
        let number =
            |version: &str| versions.iter().find(|p| p.version == version).map(|p| p.number).ok_or(Failure::NotFound);
        let (first, last) = (number(from)?, if to.is_empty() { row.number } else { number(to)? });
        let criteria = self.criteria(&row.criteria);
        let changed = self.difference(actor, service, first, last).await?;
        let lines: Vec<DifferenceLine> = changed
            .into_iter()
            .map(|c| DifferenceLine {
                place: place(&criteria, &c.address, lang),
                address: c.address,
                old: c.old,
                new: c.new,
            })
            .collect();
        let later = if to.is_empty() { lang.pick("現在", "now") } else { to };
        let title = format!("{}　{from} → {later}", row.name.get(lang));
        let at = self.world.now();
        blocking(move || {
            let input = AcrossInput { lang, criteria: &criteria, at, narrowed: String::new() };
            across::difference(&input, &title, &lines)
        })
        .await?
    }

    /// The services of a filter with some of their answers; without those that have none where `answering`.
    async fn lines(
        &self,
        actor: &Actor,
        filter: &ServiceFilter,
        which: Answers<'_>,
        answering: bool,
    ) -> Result<Vec<ServiceLine>, Failure> {
        let (reads, exports) = (self.shared(actor, Action::ReadSheet)?, self.shared(actor, Action::Export)?);
        let (services, _) = self.db.services(&reads, filter, 0, MOST).await?;
        let ids: Vec<ServiceId> = services.iter().map(|s| s.id.clone()).collect();
        let mut answers = self.db.answers(&exports, &ids, which).await?;
        let line = |row: ServiceRow| {
            let cells = answers.remove(&row.id);
            let there = cells.is_some();
            let ServiceRow { id, name, provider, group, .. } = row;
            let line = ServiceLine { id: id.to_string(), name, provider, group, cells: cells.unwrap_or_default() };
            (there || !answering).then_some(line)
        };
        Ok(services.into_iter().filter_map(line).collect())
    }
}

/// What a list was narrowed to, in words.
fn narrowed(filter: &ServiceFilter, lang: Lang) -> String {
    let state = match filter.state.as_str() {
        "empty" => lang.pick("未記入", "not started"),
        "started" => lang.pick("記入中", "started"),
        "answered" => lang.pick("回答済み", "answered"),
        _ => "",
    };
    let said: Vec<&str> =
        [&filter.text, &filter.provider, &filter.group, state].into_iter().filter(|t| !t.is_empty()).collect();
    if said.is_empty() {
        String::new()
    } else {
        format!("{} {}", lang.pick("絞り込み:", "Narrowed to:"), said.join(" / "))
    }
}
