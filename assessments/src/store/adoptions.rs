//! An institution's decisions across services, and its systems.

use super::{Db, Pool, Tx, fault, on};
use crate::access::{Action, Permit};
use crate::cell::{Address, Layer};
use crate::failure::Failure;
use crate::id::{RowId, ServiceId, SystemId};
use crate::lang::Label;
use crate::sheet::Cells;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// An institution's decision on one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdoptionRow {
    /// The service.
    pub service: ServiceId,
    /// Its name.
    pub name: Label,
    /// The adoption's cells and those of its risks.
    pub cells: Cells,
    /// When the efforts were noted last.
    pub effort_at: Option<DateTime<Utc>>,
}

/// A system of an institution's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct System {
    /// Id.
    pub id: SystemId,
    /// Its name.
    pub name: String,
    /// Who answers for it.
    pub owner: String,
    /// The services that it uses.
    pub services: Vec<ServiceId>,
}

impl Db {
    /// Every decision of the permit's layer, in the order of the services' names.
    ///
    /// # Errors
    /// [`Failure::NotFound`] over the common layer; [`Failure::Internal`] where the database does not answer.
    pub async fn adoptions(&self, permit: &Permit) -> Result<Vec<AdoptionRow>, Failure> {
        own(permit, Action::ReadSheet)?;
        type Line = (String, String, String, String, String, String, String, i64, DateTime<Utc>);
        let rows: Vec<Line> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT c.service, v.name_ja, v.name_en, c.section, c.row_id, c.field, c.value, c.number, s.at
             FROM cells c JOIN services v ON v.id = c.service
               JOIN change_sets s ON s.service = c.service AND s.layer = c.layer AND s.number = c.number
             WHERE c.layer = $1 AND (c.section = 'adoption' OR c.section = 'risks') ORDER BY LOWER(v.name_en), c.service")
            .bind(permit.layer().key()).fetch_all(p).await)
        .map_err(fault)?;
        let mut out: Vec<AdoptionRow> = Vec::new();
        for (service, ja, en, section, row, field, value, number, at) in rows {
            let service = ServiceId::parse(&service)?;
            if out.last().is_none_or(|last| last.service != service) {
                out.push(AdoptionRow { service, name: Label { ja, en }, cells: Cells::new(), effort_at: None });
            }
            let Some(line) = out.last_mut() else { continue };
            if field.starts_with("effort_") {
                line.effort_at = line.effort_at.max(Some(at));
            }
            line.cells.set(Address::new(&section, RowId::parse(&row)?, &field, None), value, number);
        }
        Ok(out)
    }

    /// The systems of the permit's layer, by name.
    ///
    /// # Errors
    /// [`Failure::NotFound`] over the common layer; [`Failure::Internal`] where the database does not answer.
    pub async fn systems(&self, permit: &Permit) -> Result<Vec<System>, Failure> {
        own(permit, Action::ReadSheet)?;
        let rows: Vec<(String, String, String, Option<String>)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT y.id, y.name, y.owner, u.service FROM systems y LEFT JOIN system_services u ON u.system = y.id
             WHERE y.layer = $1 ORDER BY y.name, y.id, u.service").bind(permit.layer().key()).fetch_all(p).await)
        .map_err(fault)?;
        let mut all: BTreeMap<(String, String), System> = BTreeMap::new();
        for (id, name, owner, service) in rows {
            let system = System { id: SystemId::parse(&id)?, name: name.clone(), owner, services: vec![] };
            let slot = all.entry((name, id)).or_insert(system);
            slot.services.extend(service.as_deref().map(ServiceId::parse).transpose()?);
        }
        Ok(all.into_values().collect())
    }
}

impl Tx {
    /// Writes a system down, or changes it.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a system of another institution's or an unknown service.
    pub async fn put_system(&mut self, permit: &Permit, system: &System, at: DateTime<Utc>) -> Result<(), Failure> {
        own(permit, Action::WriteCells)?;
        let put = on!(Tx, self, t => sqlx::query(
            "INSERT INTO systems (id, layer, name, owner, created_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, owner = excluded.owner WHERE systems.layer = excluded.layer")
            .bind(system.id.as_str()).bind(permit.layer().key()).bind(&system.name).bind(&system.owner).bind(at)
            .execute(&mut **t).await.map(|r| r.rows_affected()))
        .map_err(fault)?;
        if put != 1 {
            return Err(Failure::NotFound);
        }
        on!(Tx, self, t => sqlx::query("DELETE FROM system_services WHERE system = $1").bind(system.id.as_str())
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)?;
        for service in &system.services {
            let used = on!(Tx, self, t => sqlx::query(
                "INSERT INTO system_services (system, service) SELECT $1, id FROM services WHERE id = $2 ON CONFLICT DO NOTHING")
                .bind(system.id.as_str()).bind(service.as_str()).execute(&mut **t).await.map(|r| r.rows_affected()))
            .map_err(fault)?;
            if used != 1 {
                return Err(Failure::NotFound);
            }
        }
        Ok(())
    }

    /// Takes a system away.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a system of another institution's.
    pub async fn delete_system(&mut self, permit: &Permit, id: &SystemId) -> Result<(), Failure> {
        own(permit, Action::WriteCells)?;
        on!(Tx, self, t => sqlx::query(
            "DELETE FROM system_services WHERE system IN (SELECT id FROM systems WHERE id = $1 AND layer = $2)")
            .bind(id.as_str()).bind(permit.layer().key()).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)?;
        let gone = on!(Tx, self, t => sqlx::query("DELETE FROM systems WHERE id = $1 AND layer = $2")
            .bind(id.as_str()).bind(permit.layer().key()).execute(&mut **t).await.map(|r| r.rows_affected()))
        .map_err(fault)?;
        if gone == 1 { Ok(()) } else { Err(Failure::NotFound) }
    }
}

/// These tables hold nothing of the common layer.
fn own(permit: &Permit, action: Action) -> Result<(), Failure> {
    permit.covers(action, permit.layer())?;
    if *permit.layer() == Layer::Shared { Err(Failure::NotFound) } else { Ok(()) }
}
