//! Fills a data folder through the desk, so that what is measured is what saving makes.

use crate::sheet::said;
use anyhow::Result;
use assessments::access::Actor;
use assessments::cell::{Address, SheetKey};
use assessments::change::Door;
use assessments::desk::{Desk, NewService, RealWorld, WriteInput};
use assessments::id::ServiceId;
use assessments::lang::Label;
use assessments::search::{Search, Synonyms};
use assessments::store::Db;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Who offers the services of a filled folder, so that filters have something to choose from.
const PROVIDERS: [&str; 3] = ["AWS", "Microsoft", "Google Cloud"];

/// The desk over a data folder, with the files that the program itself uses.
pub async fn desk(data: &Path) -> Result<Desk> {
    std::fs::create_dir_all(data)?;
    let db = Db::sqlite(&data.join("kyohyo.sqlite")).await.map_err(said)?;
    let search = Search::open(&data.join("index"), Synonyms::builtin()).map_err(said)?;
    Desk::open(db, search, Arc::new(RealWorld)).await.map_err(said)
}

/// Adds sheets, each with every cell of Amazon S3's under a name of its own, until there are `sheets`, and brings the
/// search index up. Prints the sheets added and the seconds of writing and of indexing.
pub async fn fill(data: &Path, sheets: usize) -> Result<()> {
    let desk = desk(data).await?;
    let actor = Actor::command_line();
    let own_name =
        |address: &Address| address.section == "facts" && matches!(address.field.as_str(), "name" | "provider");
    let mut cells = crate::sheet::cells()?;
    cells.retain(|(address, _)| !own_name(address));
    let there = desk.service_names(&actor).await.map_err(said)?.len();
    let start = Instant::now();
    for number in there + 1..=sheets {
        let id = ServiceId::parse(&name(number)).map_err(said)?;
        let label =
            Label { ja: format!("計測サービス {number:04}"), en: format!("Measured service {number:04}") };
        let provider = PROVIDERS[number % PROVIDERS.len()].to_owned();
        let new = NewService { id: id.clone(), name: label.clone(), provider };
        desk.add_service(&actor, &new, Door::CommandLine).await.map_err(said)?;
        let input = WriteInput {
            key: SheetKey::shared(id),
            base: 1,
            cells: cells.iter().map(|(address, text)| (address.clone(), renamed(address, text, &label))).collect(),
            reason: String::new(),
            door: Door::CommandLine,
            source: String::new(),
        };
        desk.write(&actor, &input).await.map_err(said)?;
    }
    let written = start.elapsed();
    let start = Instant::now();
    desk.follow().await.map_err(said)?;
    let indexed = start.elapsed();
    desk.db().close().await;
    println!("{}\t{}\t{}", sheets.saturating_sub(there), written.as_secs_f64(), indexed.as_secs_f64());
    Ok(())
}

/// Id of the `number`th sheet.
pub fn name(number: usize) -> String {
    format!("measured-{number:04}")
}

/// A text about the service of that name. Links and identifiers stay as they are.
fn renamed(address: &Address, text: &str, name: &Label) -> String {
    match address.lang {
        Some(lang) => text.replace("Amazon S3", lang.pick(&name.ja, &name.en)),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn texts_are_about_the_new_service_and_links_are_not_touched() {
        let name = Label { ja: "い".into(), en: "a".into() };
        let text = Address::parse("criteria/K07/summary/ja").unwrap();
        assert_eq!(renamed(&text, "Amazon S3 は", &name), "い は");
        let links = Address::parse("criteria/K07/evidence").unwrap();
        assert_eq!(renamed(&links, "[Amazon S3](x)", &name), "[Amazon S3](x)");
    }
}
