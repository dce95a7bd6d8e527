//! Texts that met a conflict, of the person who typed them.

use super::talk::{layers, one_of};
use super::{Db, Pool, Tx, fault, on};
use crate::access::{Action, Permit};
use crate::cell::{Address, Layer, SheetKey};
use crate::failure::Failure;
use crate::id::{PersonId, ServiceId};
use crate::lang::Label;
use chrono::{DateTime, Utc};

/// A text that could not be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldText {
    /// Its id.
    pub id: String,
    /// For which sheet and layer.
    pub key: SheetKey,
    /// The service's name.
    pub name: Label,
    /// For which cell.
    pub address: Address,
    /// The criteria set that the sheet followed then.
    pub criteria: String,
    /// The revision from which its writer started.
    pub base: i64,
    /// As it was typed.
    pub text: String,
    /// When it was refused.
    pub at: DateTime<Utc>,
}

type Row = (String, String, String, String, String, String, String, i64, String, DateTime<Utc>);

fn held(row: Row) -> Result<HeldText, Failure> {
    let (id, service, layer, ja, en, address, criteria, base, text, at) = row;
    Ok(HeldText {
        id,
        key: SheetKey { service: ServiceId::parse(&service)?, layer: Layer::parse(&layer)? },
        name: Label { ja, en },
        address: Address::parse(&address)?,
        criteria,
        base,
        text,
        at,
    })
}

impl Db {
    /// What is kept for a person in the permits' layers and was typed after `since`, the newest first.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a permit of something else.
    pub async fn held_texts(
        &self,
        permits: &[Permit],
        person: &PersonId,
        since: DateTime<Utc>,
    ) -> Result<Vec<HeldText>, Failure> {
        let layers = layers(permits)?;
        let rows: Vec<Row> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new(
                "SELECT h.id, h.service, h.layer, v.name_ja, v.name_en, h.address, h.criteria, h.base, h.text, h.at
                 FROM held_texts h JOIN services v ON v.id = h.service WHERE h.person = ");
            q.push_bind(person.to_string()).push(" AND h.at >= ").push_bind(since).push(" AND");
            one_of!(q, "h.layer", layers);
            q.push(" ORDER BY h.at DESC, h.address, h.id");
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        rows.into_iter().map(held).collect()
    }
}

impl Tx {
    /// Keeps texts for their writer: of a cell that is kept already, the newer one. What is older than `since`, and what is
    /// more than `most` of this person's, is forgotten.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a permit of something else.
    pub async fn hold_texts(
        &mut self,
        permit: &Permit,
        person: &PersonId,
        texts: &[HeldText],
        since: DateTime<Utc>,
        most: i64,
    ) -> Result<(), Failure> {
        writes(permit)?;
        for held in texts {
            permit.covers(permit.action(), &held.key.layer)?;
            on!(Tx, self, t => sqlx::query(
                "INSERT INTO held_texts (id, person, service, layer, address, criteria, base, text, at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                 ON CONFLICT (person, service, layer, address) DO UPDATE SET id = excluded.id, criteria = excluded.criteria,
                   base = excluded.base, text = excluded.text, at = excluded.at")
                .bind(&held.id).bind(person.as_str()).bind(held.key.service.as_str()).bind(held.key.layer.key())
                .bind(held.address.to_string()).bind(&held.criteria).bind(held.base).bind(&held.text).bind(held.at)
                .execute(&mut **t).await.map(|_| ()))
            .map_err(fault)?;
        }
        on!(Tx, self, t => sqlx::query("DELETE FROM held_texts WHERE at < $1").bind(since).execute(&mut **t).await.map(|_| ()))
            .map_err(fault)?;
        on!(Tx, self, t => sqlx::query(
            "DELETE FROM held_texts WHERE person = $1 AND id NOT IN
               (SELECT id FROM held_texts WHERE person = $1 ORDER BY at DESC, id LIMIT $2)")
            .bind(person.as_str()).bind(most).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Their writer saved these cells: what was kept of them is not needed any more.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a permit of something else.
    pub async fn release_texts<'a>(
        &mut self,
        permit: &Permit,
        person: &PersonId,
        service: &ServiceId,
        saved: impl Iterator<Item = &'a Address>,
    ) -> Result<(), Failure> {
        writes(permit)?;
        let layer = permit.layer().key();
        let kept: Vec<(String, String)> = on!(Tx, self, t => sqlx::query_as(
            "SELECT id, address FROM held_texts WHERE person = $1 AND service = $2 AND layer = $3")
            .bind(person.as_str()).bind(service.as_str()).bind(&layer).fetch_all(&mut **t).await)
        .map_err(fault)?;
        if kept.is_empty() {
            return Ok(());
        }
        let saved: std::collections::BTreeSet<String> = saved.map(ToString::to_string).collect();
        for (id, _) in kept.into_iter().filter(|(_, address)| saved.contains(address)) {
            self.forget_text(person, &id).await?;
        }
        Ok(())
    }

    /// Forgets a text that is kept for this person; false where there is none.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn forget_text(&mut self, person: &PersonId, id: &str) -> Result<bool, Failure> {
        on!(Tx, self, t => sqlx::query("DELETE FROM held_texts WHERE person = $1 AND id = $2")
            .bind(person.as_str()).bind(id).execute(&mut **t).await.map(|r| r.rows_affected() == 1))
        .map_err(fault)
    }
}

/// That a permit is one of those that write cells.
fn writes(permit: &Permit) -> Result<(), Failure> {
    match permit.action() {
        Action::WriteCells | Action::ApplyImport => Ok(()),
        _ => Err(Failure::NotFound),
    }
}
