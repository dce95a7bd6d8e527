//! What an import does with bytes of any kind, short of a database: the entry of the fuzz target, the soak and the property
//! tests.

use super::parcel::parcel;
use super::{Taken, foreign, own_draft, plan, recognise, take};
use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::import::Plan;
use crate::sheet::Cells;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// Reads a file as an import does, and compares it with `base`: a workbook of our own or another's, JSON, Markdown,
/// separated values,
/// or a zip of them, of which the last one that can be read counts.
///
/// # Errors
/// [`Failure::Refused`] for what cannot be taken. It never panics, and takes at most 64 MB and half a second a file.
pub fn try_out(file: &str, bytes: &[u8], base: &Cells) -> Result<Plan, Failure> {
    let mut last = Err(Failure::refused("not_a_workbook", ""));
    // Only what may be a zip is copied for it.
    let parcel = if bytes.starts_with(b"PK") { parcel(&Arc::new(bytes.to_vec()))? } else { None };
    let Some(mut files) = parcel else { return one(file, bytes, base) };
    while let Some((name, content)) = files.take() {
        let read = content.and_then(|content| one(&name, &content, base));
        if read.is_ok() || last.is_err() {
            last = read;
        }
    }
    last
}

fn one(file: &str, bytes: &[u8], base: &Cells) -> Result<Plan, Failure> {
    let criteria = criteria()?;
    let book = match take(file, bytes)? {
        Taken::Document(sheet) => return Ok(plan(&sheet.draft(&criteria, Some(base)), Some(base), base, 1)),
        Taken::Book(book) => book,
    };
    let own = recognise(&book);
    let draft = match &own {
        Some(mark) => own_draft(&book, &criteria, base, mark)?,
        None => foreign::draft(&book, &criteria, profiles()?, &BTreeMap::new())?,
    };
    // As after a request: a preview is made from the draft alone.
    drop(book);
    Ok(plan(&draft, own.is_some().then_some(base), base, 1))
}

fn criteria() -> Result<Arc<CriteriaSet>, Failure> {
    static SET: OnceLock<Arc<CriteriaSet>> = OnceLock::new();
    if let Some(set) = SET.get() {
        return Ok(set.clone());
    }
    let set = crate::library::default_criteria()?;
    Ok(SET.get_or_init(|| set).clone())
}

fn profiles() -> Result<&'static [foreign::Profile], Failure> {
    static ALL: OnceLock<Vec<foreign::Profile>> = OnceLock::new();
    if ALL.get().is_none() {
        let _ = ALL.set(foreign::builtin_profiles()?);
    }
    Ok(ALL.get().map_or(&[], Vec::as_slice))
}
