//! `import`, `export`, `search`.

mod import;

pub use import::Import;

use super::{Place, file_error, open, print_json};
use assessments::access::Actor;
use assessments::adoption::{Rule, refuse};
use assessments::cell::{Layer, SheetKey};
use assessments::desk::{AdoptionFilter, Bundle, Desk, Format, List};
use assessments::failure::Failure;
use assessments::id::{InstitutionId, ServiceId};
use assessments::search::Filter;
use assessments::store::ServiceFilter;
use clap::Args;
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;

/// Write a sheet to a file.
#[derive(Debug, Args)]
pub struct Export {
    /// Which service.
    #[arg(long, required_unless_present_any = ["matrix", "category", "overdue", "all", "adoptions"])]
    service: Option<String>,
    /// Services by categories, as one workbook.
    #[arg(long, conflicts_with_all = ["service", "category", "overdue", "all", "format"])]
    matrix: bool,
    /// What every service answers for this category (K07), as one workbook.
    #[arg(long, value_name = "ID", conflicts_with_all = ["service", "overdue", "all", "format"])]
    category: Option<String>,
    /// Answers overdue for review, as one workbook.
    #[arg(long, conflicts_with_all = ["service", "all", "format"])]
    overdue: bool,
    /// Every sheet that has an answer, in one zip.
    #[arg(long, conflicts_with = "service")]
    all: bool,
    /// An institution's decisions, approvals and risks that run out, as CSV. Needs `--as`.
    #[arg(long, conflicts_with_all = ["service", "matrix", "category", "overdue", "all", "format"])]
    adoptions: bool,
    /// Whose, where the person of `--as` has several institutions.
    #[arg(long, value_name = "ID", requires = "adoptions")]
    institution: Option<String>,
    /// xlsx, json or md; by the file's ending where it is left out, else xlsx.
    #[arg(long, value_parser = ["xlsx", "json", "md"])]
    format: Option<String>,
    /// Where to; `-` for stdout.
    #[arg(short, long)]
    output: PathBuf,
}

impl Export {
    /// Writes the file.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for an unknown service; [`Failure::Invalid`] where the file cannot be written.
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        let desk = open::seeded(place).await?;
        let actor = open::actor(place, &desk).await?;
        let ending = self.output.extension().and_then(|e| e.to_str()).unwrap_or_default();
        let format = self.format.as_deref().and_then(Format::parse).or_else(|| Format::parse(ending));
        let (format, lang) = (format.unwrap_or(Format::Xlsx), place.lang_of_files());
        if self.all {
            return self.bundle(desk.bundle(&actor, format, lang)?).await;
        }
        let bytes = match self.list() {
            None if self.adoptions => self.decided(place, &desk, &actor).await?,
            Some(list) => desk.export_list(&actor, &list, lang).await?.bytes,
            None => {
                let key = SheetKey::shared(ServiceId::parse(self.service.as_deref().unwrap_or_default())?);
                desk.export(&actor, &key, format, lang).await?.bytes
            }
        };
        let mut out = self.file()?;
        out.write_all(&bytes).and_then(|()| out.flush()).map_err(|e| file_error(&self.output, &e))?;
        self.told(bytes.len());
        Ok(0)
    }

    /// An institution's layer is looked at as one of its people.
    async fn decided(&self, place: &Place, desk: &Desk, actor: &Actor) -> Result<Vec<u8>, Failure> {
        if place.person.is_none() {
            return Err(refuse(Rule::AsWhom, ""));
        }
        let named = self.institution.as_deref().map(InstitutionId::parse).transpose().map_err(|_| Failure::NotFound)?;
        let own = actor.layers().into_iter().find_map(|layer| match layer {
            Layer::Institution(id) if named.as_ref().is_none_or(|named| *named == id) => Some(id),
            _ => None,
        });
        let own = own.ok_or(Failure::NotFound)?;
        Ok(desk.export_adoptions(actor, &own, &AdoptionFilter::default()).await?.bytes)
    }

    fn list(&self) -> Option<List> {
        match &self.category {
            Some(id) => Some(List::Category(ServiceFilter::default(), id.clone())),
            None if self.matrix => Some(List::Matrix(ServiceFilter::default())),
            None => self.overdue.then_some(List::Overdue),
        }
    }

    /// Writes a zip piece by piece.
    async fn bundle(&self, mut bundle: Bundle) -> Result<u8, Failure> {
        let (mut out, mut size) = (self.file()?, 0);
        while let Some(piece) = bundle.next().await? {
            size += piece.len();
            out.write_all(&piece).map_err(|e| file_error(&self.output, &e))?;
        }
        out.flush().map_err(|e| file_error(&self.output, &e))?;
        self.told(size);
        Ok(0)
    }

    fn file(&self) -> Result<Box<dyn Write>, Failure> {
        if self.output.as_os_str() == "-" {
            return Ok(Box::new(std::io::stdout()));
        }
        let file = std::fs::File::create(&self.output).map_err(|e| file_error(&self.output, &e))?;
        Ok(Box::new(file))
    }

    fn told(&self, size: usize) {
        if self.output.as_os_str() != "-" {
            eprintln!("kyohyo: {} ({size} bytes)", self.output.display());
        }
    }
}

impl Place {
    /// Files are Japanese, as their readers' approvals are, unless English was asked for by name.
    fn lang_of_files(&self) -> assessments::lang::Lang {
        let asked = std::env::args().any(|a| a == "--lang" || a.starts_with("--lang="));
        if asked { self.lang() } else { assessments::lang::Lang::Ja }
    }
}

/// Find cells.
#[derive(Debug, Args)]
pub struct Search {
    /// What to look for.
    query: String,
    /// Most cells.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct HitReport {
    service: String,
    section: String,
    row: String,
    field: String,
    text: String,
    snippet: String,
    score: f32,
    url: String,
}

impl Search {
    /// Prints the cells, best first.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the index cannot be read.
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        let desk = open::seeded(place).await?;
        let actor = open::actor(place, &desk).await?;
        open::follow(&desk).await;
        let found = desk.search_cells(&actor, &self.query, self.limit, Filter::default()).await?;
        let hits: Vec<HitReport> = found
            .into_iter()
            .map(|(service, cell)| HitReport {
                url: app::pages::search::url(service.as_str(), &cell.address),
                service: service.to_string(),
                section: cell.address.section.clone(),
                row: cell.address.row.to_string(),
                field: cell.address.field.clone(),
                snippet: cell.snippet.iter().map(|(_, t)| t.as_str()).collect(),
                text: cell.text,
                score: cell.score,
            })
            .collect();
        if self.json {
            print_json(&hits)?;
        } else {
            for hit in &hits {
                println!(
                    "{} {}/{}/{}  {}",
                    hit.service,
                    hit.section,
                    hit.row,
                    hit.field,
                    hit.snippet.replace('\n', " ")
                );
            }
        }
        Ok(0)
    }
}
