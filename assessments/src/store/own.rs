//! Lists of a person's own that an institution may read along: what baskets and saved searches have in common.

use crate::access::{Action, Permit};
use crate::cell::Layer;
use crate::failure::Failure;
use crate::id::InstitutionId;

/// The institution that reads along, from the column `layer`; none where it is empty.
pub(super) fn shared_with(layer: &str) -> Result<Option<InstitutionId>, Failure> {
    if layer.is_empty() {
        return Ok(None);
    }
    match Layer::parse(layer)? {
        Layer::Institution(id) => Ok(Some(id)),
        Layer::Shared => Ok(None),
    }
}

/// The column `layer` for an institution that is to read along, whose permit this is.
pub(super) fn sharing(shares: Option<&Permit>) -> Result<String, Failure> {
    let Some(permit) = shares else { return Ok(String::new()) };
    permit.covers(Action::Comment, permit.layer())?;
    Ok(permit.layer().key())
}

/// The layer that a permit opens for reading.
pub(super) fn read_layer(permit: &Permit) -> Result<String, Failure> {
    permit.covers(Action::ReadSheet, permit.layer())?;
    Ok(permit.layer().key())
}

/// The institutions' layers among those that permits open.
pub(super) fn private_layers(reads: &[Permit]) -> Result<Vec<String>, Failure> {
    let private = reads.iter().filter(|p| *p.layer() != Layer::Shared);
    private.map(read_layer).collect()
}
