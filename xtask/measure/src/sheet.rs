//! The sheet that everything is measured with: Amazon S3 as it ships.

use anyhow::{Context, Result, anyhow};
use assessments::cell::Address;
use assessments::criteria::CriteriaSet;
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::lang::Lang;
use assessments::library::{default_criteria, starter_sheets};
use assessments::sheet::Cells;
use std::sync::Arc;

/// A failure as an error of this program.
pub fn said(failure: Failure) -> anyhow::Error {
    anyhow!("{} ({})", failure.message(Lang::En), failure.code())
}

/// The service.
pub fn service() -> Result<ServiceId> {
    ServiceId::parse("s3").map_err(said)
}

/// The criteria set that ships.
pub fn criteria() -> Result<Arc<CriteriaSet>> {
    default_criteria().map_err(said)
}

/// Its cells, in the file's order.
pub fn cells() -> Result<Vec<(Address, String)>> {
    let sheets = starter_sheets(&*criteria()?).map_err(said)?;
    let sheet = sheets.into_iter().find(|sheet| sheet.service.as_str() == "s3");
    Ok(sheet.context("the library has no sheet of Amazon S3")?.cells)
}

/// The same as a sheet at its first revision.
pub fn as_stored() -> Result<Cells> {
    let mut stored = Cells::new();
    for (address, text) in cells()? {
        stored.set(address, text, 1);
    }
    Ok(stored)
}
