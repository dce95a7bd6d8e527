//! What of a sheet goes into the index.

use crate::cell::{Address, SheetKey};
use crate::criteria::CriteriaSet;
use crate::guardrail::parse_links;
use crate::id::{RowId, ServiceId};
use crate::lang::Lang;
use crate::link;
use crate::markdown;
use crate::schema::{Field, Kind};
use crate::sheet::Cells;

/// What is indexed: one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doc {
    /// The service.
    pub service: ServiceId,
    /// Which cell.
    pub address: Address,
    /// Names of the service, the row and the field, in both languages.
    pub title: String,
    /// The text without Markdown's marks.
    pub text: String,
}

/// A sheet's documents, at a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetDocs {
    /// Which sheet and layer.
    pub key: SheetKey,
    /// The revision that was read.
    pub number: i64,
    /// One document a cell.
    pub docs: Vec<Doc>,
}

/// The documents of a sheet: every cell of every row that exists.
pub fn documents_of(key: &SheetKey, cells: &Cells, criteria: &CriteriaSet, number: i64) -> SheetDocs {
    let service = RowId::service();
    let names = ["name", "abbreviation"]
        .map(|f| Lang::ALL.map(|l| cells.shown("facts", &service, f, l).text.to_owned()).join(" "));
    let docs = cells.iter().filter(|(a, _)| !a.is_order() && cells.has_row(&a.section, &a.row)).filter_map(
        |(address, cell)| {
            let field = address.declared()?;
            let text = plain(field, address.lang, &cell.value);
            (!text.is_empty()).then(|| Doc {
                service: key.service.clone(),
                title: title(key, &names, address, field, criteria),
                address: address.clone(),
                text,
            })
        },
    );
    SheetDocs { key: key.clone(), number, docs: docs.collect() }
}

fn title(key: &SheetKey, names: &[String; 2], address: &Address, field: &Field, criteria: &CriteriaSet) -> String {
    let category =
        criteria.category(address.row.as_str()).map(|c| format!("{} {} {}", c.id, c.ja, c.en)).unwrap_or_default();
    format!("{} {} {} {category} {} {}", key.service, names[0], names[1], field.ja, field.en)
}

/// The words of a cell, whatever its kind.
fn plain(field: &Field, lang: Option<Lang>, value: &str) -> String {
    match field.kind {
        Kind::Markdown => markdown::to_plain(value),
        Kind::Choice(list) | Kind::Choices(list) => {
            let keys: Vec<&str> = value.split(',').collect();
            let words = list.iter().filter(|c| keys.contains(&c.key)).map(|c| match lang {
                Some(lang) => c.label(lang).to_owned(),
                None => format!("{} {}", c.ja, c.en),
            });
            words.collect::<Vec<_>>().join(" ")
        }
        Kind::Links => {
            let links = link::parse(value).unwrap_or_default();
            links.iter().map(|l| format!("{} {}", l.title, l.url)).collect::<Vec<_>>().join("\n")
        }
        Kind::Guardrails => {
            let links = parse_links(value).unwrap_or_default();
            let line = |l: &crate::guardrail::GuardrailLink| {
                format!("{} {} {}", l.id.native, l.reason_ja, l.reason_en).trim().to_owned()
            };
            links.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        Kind::Short | Kind::Date | Kind::Reference(_) => value.to_owned(),
    }
}
