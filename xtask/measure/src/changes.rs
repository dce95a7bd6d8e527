//! Every change of a sheet's common text, for comparing with what was acknowledged.

use crate::fill::desk;
use crate::sheet::said;
use anyhow::Result;
use assessments::access::Actor;
use assessments::cell::Layer;
use assessments::id::ServiceId;
use assessments::store::ChangeFilter;
use std::path::Path;

/// Change sets asked for at once.
const PAGE: i64 = 500;

/// Prints a line for each changed cell, newest first: revision, address, text with each line end
/// and tab as a blank, so that words stay words.
pub async fn changes(data: &Path, service: &str) -> Result<()> {
    let desk = desk(data).await?;
    let service = ServiceId::parse(service).map_err(said)?;
    let mut before = None;
    loop {
        let filter = ChangeFilter { service: Some(service.clone()), before, limit: PAGE, ..ChangeFilter::default() };
        let sets = desk.history(&Actor::command_line(), &Layer::Shared, &filter).await.map_err(said)?;
        for set in &sets {
            for cell in &set.cells {
                let text = cell.new.as_deref().unwrap_or_default().replace(char::is_whitespace, " ");
                println!("{}\t{}\t{text}", set.number, cell.address);
            }
        }
        before = sets.last().map(|set| set.number);
        if before.is_none_or(|number| number <= 1) {
            desk.db().close().await;
            return Ok(());
        }
    }
}
