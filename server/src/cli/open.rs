//! Opening the desk for a command: creates and migrates what is missing.

use super::{Place, file_error};
use assessments::access::Actor;
use assessments::desk::{Desk, RealWorld};
use assessments::failure::Failure;
use assessments::search::{Search, Synonyms};
use assessments::store::Db;
use std::path::PathBuf;
use std::sync::Arc;

/// File of the embedded database.
pub fn database_file(place: &Place) -> PathBuf {
    place.data.join("kyohyo.sqlite")
}

/// File of the audit's anchors.
pub fn anchors_file(place: &Place) -> PathBuf {
    place.anchors.clone().unwrap_or_else(|| place.data.join("anchors.log"))
}

/// Opens the desk. `writes` says whether this process may write the search index: while `serve` runs, only it does.
pub async fn desk(place: &Place) -> Result<Desk, Failure> {
    std::fs::create_dir_all(&place.data).map_err(|e| file_error(&place.data, &e))?;
    let db = match &place.database {
        Some(url) => Db::postgres(url).await?,
        None => Db::sqlite(&database_file(place)).await?,
    };
    let index = place.data.join("index");
    let search = tokio::task::spawn_blocking(move || Search::open(&index, Synonyms::builtin()))
        .await
        .map_err(|e| Failure::Internal { operation: format!("task {e}") })??;
    let desk = Desk::open(db, search, Arc::new(RealWorld)).await?;
    desk.keep_anchors_in(anchors_file(place));
    Ok(desk)
}

/// A desk with the starter library in it, as every command finds it.
pub async fn seeded(place: &Place) -> Result<Desk, Failure> {
    let desk = desk(place).await?;
    let bar = indicatif::ProgressBar::with_draw_target(None, indicatif::ProgressDrawTarget::stderr());
    let seeded = desk
        .seed(&|done, of| {
            bar.set_length(of as u64);
            bar.set_position(done as u64);
        })
        .await?;
    bar.finish_and_clear();
    if seeded {
        eprintln!("kyohyo: the starter library is loaded");
    }
    Ok(desk)
}

/// Who the command acts as.
pub async fn actor(place: &Place, desk: &Desk) -> Result<Actor, Failure> {
    match &place.person {
        Some(email) => desk.person(email).await,
        None => Ok(Actor::command_line()),
    }
}

/// Brings the search index up to what a command wrote. While `serve` runs it holds the index and follows by itself.
pub async fn follow(desk: &Desk) {
    if let Err(failure) = desk.follow().await {
        tracing::debug!(%failure, "the search index is written by another process");
    }
}
