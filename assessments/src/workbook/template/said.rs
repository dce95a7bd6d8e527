//! What a template is filled with: a pinned version, an institution's decision on it, and the approval.

use super::names::Values;
use crate::adoption;
use crate::criteria::CriteriaSet;
use crate::guardrail::{Coverage, GuardrailId, parse_links};
use crate::id::{RowId, ServiceId};
use crate::lang::Lang;
use crate::schema::{self, Kind, PRIVATE, Rows, SECTIONS, Section};
use crate::sheet::Cells;
use crate::workbook::export::HistoryLine;
use crate::workbook::text::moment;
use std::collections::BTreeMap;

/// Everything that a template can be filled with.
pub struct Said<'a> {
    /// The service.
    pub service: &'a ServiceId,
    /// The common text of the version.
    pub cells: &'a Cells,
    /// Its criteria set.
    pub criteria: &'a CriteriaSet,
    /// The institution's own cells.
    pub own: &'a Cells,
    /// Values that are there once, by key: of the approval, the version, the institution.
    pub one: BTreeMap<&'static str, String>,
    /// Place, old and new text of what changed since the approval before.
    pub changes: &'a [(String, String, String)],
    /// Newest first.
    pub history: &'a [HistoryLine],
    /// Display name of a guardrail.
    pub guardrails: &'a dyn Fn(&GuardrailId) -> Option<String>,
    /// Language of words.
    pub lang: Lang,
}

type Line = BTreeMap<String, String>;

impl Said<'_> {
    /// The values by their keys.
    pub fn values(&self) -> Values {
        let lang = self.lang;
        let mut one: BTreeMap<String, String> =
            self.one.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        let name = self.cells.shown("facts", &RowId::service(), "name", lang).text.replace('\n', " ");
        let name = if name.trim().is_empty() { self.service.to_string() } else { name };
        one.insert("service".into(), name);
        one.insert("service_id".into(), self.service.to_string());
        one.insert("answered".into(), format!("{} / {}", self.cells.answered(), self.criteria.categories.len()));
        one.insert("changes_count".into(), self.changes.len().to_string());
        let mut lists = BTreeMap::new();
        for section in SECTIONS.iter().chain(PRIVATE) {
            let cells = if section.private { self.own } else { self.cells };
            match section.rows {
                Rows::One => {
                    for field in section.fields {
                        let text = self.spoken(section, field, cells, &RowId::service());
                        let key =
                            if section.private { field.key.into() } else { format!("{}_{}", section.key, field.key) };
                        one.insert(key, text);
                    }
                }
                _ => drop(lists.insert(list_key(section.key).to_owned(), self.rows(section, cells))),
            }
        }
        let risks = lists.get("risks").map_or(0, Vec::len);
        one.insert("risks_count".into(), risks.to_string());
        let terms = one.get("conditions").map(String::as_str).unwrap_or("");
        let terms =
            terms.lines().map(|l| l.trim().trim_start_matches(['-', '*', '・']).trim()).filter(|l| !l.is_empty());
        lists.insert("terms".into(), terms.map(|t| line(&[("text", t)])).collect());
        let changes = self.changes.iter();
        lists
            .insert("changes".into(), changes.map(|(p, o, n)| line(&[("place", p), ("old", o), ("new", n)])).collect());
        lists.insert("history".into(), self.history.iter().map(history).collect());
        lists.insert("guardrail_list".into(), self.guardrail_list());
        Values { one, lists, nothing: lang.pick("（該当なし）", "(none)").into() }
    }

    fn spoken(&self, section: &Section, field: &schema::Field, cells: &Cells, row: &RowId) -> String {
        if field.bilingual {
            return cells.shown(section.key, row, field.key, self.lang).text.to_owned();
        }
        let text = cells.plain(section.key, row, field.key);
        match field.kind {
            Kind::Short | Kind::Date | Kind::Markdown => text.to_owned(),
            _ => field.spoken(self.lang, text),
        }
    }

    fn rows(&self, section: &Section, cells: &Cells) -> Vec<Line> {
        // The risks of a decision are those that somebody wrote; the categories are there all.
        let rows: Vec<RowId> = match section.key {
            "risks" => adoption::risks(cells).into_iter().map(|r| r.row).collect(),
            _ => cells.rows(section, self.criteria),
        };
        let row = |row: RowId| {
            let mut line: Line =
                section.fields.iter().map(|f| (f.key.to_owned(), self.spoken(section, f, cells, &row))).collect();
            line.insert("id".into(), row.to_string());
            if let Some(category) = self.criteria.category(row.as_str()) {
                let viewpoint = self.criteria.viewpoint(&category.viewpoint);
                line.insert("name".into(), category.name(self.lang).to_owned());
                line.insert("viewpoint".into(), viewpoint.map(|v| v.get(self.lang).to_owned()).unwrap_or_default());
            }
            if section.key == "criteria" {
                let risks = schema::section("risks");
                for (of, field) in risks.iter().flat_map(|s| s.fields.iter().map(move |f| (s, f))) {
                    line.insert(format!("risk_{}", field.key), self.spoken(of, field, self.own, &row));
                }
            }
            line
        };
        rows.into_iter().map(row).collect()
    }

    fn guardrail_list(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        for category in &self.criteria.categories {
            let Ok(row) = RowId::parse(&category.id) else { continue };
            for link in parse_links(self.cells.plain("criteria", &row, "guardrails")).unwrap_or_default() {
                let coverage = match link.coverage {
                    Coverage::Full => self.lang.pick("全部", "Full"),
                    Coverage::Partial => self.lang.pick("一部", "Partial"),
                };
                let (own, other) = match self.lang {
                    Lang::Ja => (&link.reason_ja, &link.reason_en),
                    Lang::En => (&link.reason_en, &link.reason_ja),
                };
                let category = format!("{} {}", category.id, category.name(self.lang));
                lines.push(line(&[
                    ("id", &link.id.native),
                    ("name", &(self.guardrails)(&link.id).unwrap_or_default()),
                    ("category", &category),
                    ("coverage", coverage),
                    ("reason", if own.is_empty() { other } else { own }),
                ]));
            }
        }
        lines
    }
}

fn list_key(section: &str) -> &str {
    if section == "criteria" { "controls" } else { section }
}

fn line(of: &[(&str, &str)]) -> Line {
    of.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn history(of: &HistoryLine) -> Line {
    let date = moment(of.at);
    let date = date.split(' ').next().unwrap_or("");
    line(&[("number", &of.number.to_string()), ("date", date), ("author", &of.author), ("reason", &of.reason)])
}
