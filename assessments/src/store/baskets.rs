//! Baskets: lists of cells that a person collected. A basket keeps the revision at which a cell was taken and not its
//! text, so that what is erased from the history is erased from every basket as well.

use super::own::{private_layers, read_layer, shared_with, sharing};
use super::{Db, Pool, Tx, fault, on};
use crate::access::{Action, Permit};
use crate::cell::{Address, Layer};
use crate::failure::Failure;
use crate::id::{BasketId, InstitutionId, PersonId, ServiceId};
use crate::lang::Label;
use chrono::{DateTime, Utc};
use sqlx::FromRow;

/// A basket's line in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasketRow {
    /// Its id.
    pub id: BasketId,
    /// Whose it is.
    pub person: PersonId,
    /// Their name.
    pub owner: String,
    /// The institution that reads along; none where it is the person's alone.
    pub shared: Option<InstitutionId>,
    /// Its name.
    pub name: String,
    /// When it was changed last.
    pub changed_at: DateTime<Utc>,
}

/// Which cell, in which layer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BasketCellKey {
    /// The service.
    pub service: ServiceId,
    /// Whose text.
    pub layer: Layer,
    /// The cell.
    pub address: Address,
}

/// A collected cell, as it was and as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasketCellRow {
    /// Which cell.
    pub key: BasketCellKey,
    /// The service's name.
    pub name: Label,
    /// The criteria set that its sheet follows.
    pub criteria: String,
    /// The revision at which it was taken.
    pub number: i64,
    /// When.
    pub taken_at: DateTime<Utc>,
    /// The collector's own remark.
    pub remark: String,
    /// The text as it was taken; none where it was erased since.
    pub then: Option<String>,
    /// The text now; none where it was erased.
    pub now: Option<String>,
}

impl BasketCellRow {
    /// Whether the text is another one than when it was taken.
    pub fn changed(&self) -> bool {
        self.then != self.now
    }
}

#[derive(FromRow)]
struct Line {
    id: String,
    person: String,
    owner: String,
    layer: String,
    name: String,
    changed_at: DateTime<Utc>,
}

impl TryFrom<Line> for BasketRow {
    type Error = Failure;
    fn try_from(line: Line) -> Result<Self, Failure> {
        Ok(Self {
            id: BasketId::parse(&line.id)?,
            person: PersonId::parse(&line.person)?,
            owner: line.owner,
            shared: shared_with(&line.layer)?,
            name: line.name,
            changed_at: line.changed_at,
        })
    }
}

#[derive(FromRow)]
struct CellLine {
    service: String,
    layer: String,
    address: String,
    number: i64,
    taken_at: DateTime<Utc>,
    remark: String,
    name_ja: String,
    name_en: String,
    criteria: Option<String>,
    then_known: i64,
    then_text: Option<String>,
    now_text: Option<String>,
}

impl TryFrom<CellLine> for BasketCellRow {
    type Error = Failure;
    fn try_from(line: CellLine) -> Result<Self, Failure> {
        // A cell that nobody had written yet was empty; a written one without a text was erased.
        let then = if line.then_known == 0 { Some(String::new()) } else { line.then_text };
        let now = if line.then_known == 0 && line.now_text.is_none() { Some(String::new()) } else { line.now_text };
        Ok(Self {
            key: BasketCellKey {
                service: ServiceId::parse(&line.service)?,
                layer: Layer::parse(&line.layer)?,
                address: Address::parse(&line.address)?,
            },
            name: Label { ja: line.name_ja, en: line.name_en },
            criteria: line.criteria.unwrap_or_default(),
            number: line.number,
            taken_at: line.taken_at,
            remark: line.remark,
            then,
            now,
        })
    }
}

const LINE: &str = "SELECT b.id, b.person, p.name AS owner, b.layer, b.name, b.changed_at
    FROM baskets b JOIN people p ON p.id = b.person";

const CELLS: &str =
    "SELECT b.service, b.layer, b.address, b.number, b.taken_at, b.remark, v.name_ja, v.name_en, h.criteria,
    (SELECT COUNT(*) FROM cell_changes c WHERE c.service = b.service AND c.layer = b.layer AND c.address = b.address
       AND c.number <= b.number) AS then_known,
    (SELECT c.new_text FROM cell_changes c WHERE c.service = b.service AND c.layer = b.layer AND c.address = b.address
       AND c.number <= b.number ORDER BY c.number DESC LIMIT 1) AS then_text,
    (SELECT c.new_text FROM cell_changes c WHERE c.service = b.service AND c.layer = b.layer AND c.address = b.address
       ORDER BY c.number DESC LIMIT 1) AS now_text
    FROM basket_cells b JOIN services v ON v.id = b.service
    LEFT JOIN heads h ON h.service = b.service AND h.layer = b.layer WHERE b.basket = ";

impl Db {
    /// The baskets that a person owns, and those that the permits' institutions read along: own ones first, the last
    /// changed on top.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn baskets(&self, reads: &[Permit], person: &PersonId) -> Result<Vec<BasketRow>, Failure> {
        let layers = private_layers(reads)?;
        let lines: Vec<Line> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new(LINE);
            q.push(" WHERE b.person = ").push_bind(person.as_str());
            for layer in &layers {
                q.push(" OR b.layer = ").push_bind(layer.as_str());
            }
            q.push(" ORDER BY CASE WHEN b.person = ").push_bind(person.as_str());
            q.push(" THEN 0 ELSE 1 END, b.changed_at DESC, b.id");
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        lines.into_iter().map(BasketRow::try_from).collect()
    }

    /// A basket that is the person's own, or that an institution of the permits reads along.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where it is neither, or does not exist.
    pub async fn basket(&self, reads: &[Permit], person: &PersonId, id: &BasketId) -> Result<BasketRow, Failure> {
        let layers = private_layers(reads)?;
        let line: Option<Line> = on!(Pool, &self.read, p =>
            sqlx::query_as(sqlx::AssertSqlSafe(format!("{LINE} WHERE b.id = $1"))).bind(id.as_str()).fetch_optional(p).await)
        .map_err(fault)?;
        let line = line.filter(|l| l.person == person.as_str() || layers.contains(&l.layer));
        line.ok_or(Failure::NotFound)?.try_into()
    }

    /// The cells of a basket in its order, those of the permits' layers only.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn basket_cells(&self, reads: &[Permit], id: &BasketId) -> Result<Vec<BasketCellRow>, Failure> {
        let layers = reads.iter().map(read_layer).collect::<Result<Vec<_>, _>>()?;
        let lines: Vec<CellLine> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new(CELLS);
            q.push_bind(id.as_str()).push(" AND b.layer IN ('-'");
            for layer in &layers {
                q.push(", ").push_bind(layer.as_str());
            }
            q.push(") ORDER BY b.ord, b.service, b.address");
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        lines.into_iter().map(BasketCellRow::try_from).collect()
    }
}

impl Tx {
    /// Makes a basket.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn add_basket(&mut self, permit: &Permit, basket: &BasketRow) -> Result<(), Failure> {
        permit.covers(Action::ReadSheet, &Layer::Shared)?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO baskets (id, person, layer, name, created_at, changed_at) VALUES ($1, $2, '', $3, $4, $4)")
            .bind(basket.id.as_str()).bind(basket.person.as_str()).bind(&basket.name).bind(basket.changed_at)
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// How many baskets a person owns. Taken inside the write, so that a bound holds.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn count_baskets(&mut self, person: &PersonId) -> Result<i64, Failure> {
        on!(Tx, self, t => sqlx::query_scalar("SELECT COUNT(*) FROM baskets WHERE person = $1").bind(person.as_str())
            .fetch_one(&mut **t).await)
        .map_err(fault)
    }

    /// Notes that the owner changed a basket. Its row is the lock under which its cells are changed.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the basket is not this person's.
    pub async fn touch_basket(&mut self, person: &PersonId, id: &BasketId, at: DateTime<Utc>) -> Result<(), Failure> {
        let touched =
            on!(Tx, self, t => sqlx::query("UPDATE baskets SET changed_at = $3 WHERE id = $1 AND person = $2")
            .bind(id.as_str()).bind(person.as_str()).bind(at).execute(&mut **t).await.map(|r| r.rows_affected()))
            .map_err(fault)?;
        if touched == 1 { Ok(()) } else { Err(Failure::NotFound) }
    }

    /// Names a basket anew and says who reads along; `shares` is the permit of the institution that does.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn set_basket(&mut self, id: &BasketId, name: &str, shares: Option<&Permit>) -> Result<(), Failure> {
        let layer = sharing(shares)?;
        on!(Tx, self, t => sqlx::query("UPDATE baskets SET name = $2, layer = $3 WHERE id = $1").bind(id.as_str()).bind(name)
            .bind(layer).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Takes a basket away with everything in it.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn remove_basket(&mut self, id: &BasketId) -> Result<(), Failure> {
        for sql in ["DELETE FROM basket_cells WHERE basket = $1", "DELETE FROM baskets WHERE id = $1"] {
            on!(Tx, self, t => sqlx::query(sql).bind(id.as_str()).execute(&mut **t).await.map(|_| ()))
                .map_err(fault)?;
        }
        Ok(())
    }

    /// Which cells are in a basket, in its order, whatever their layer: for moving them and for the bound.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn basket_order(&mut self, id: &BasketId) -> Result<Vec<BasketCellKey>, Failure> {
        let rows: Vec<(String, String, String)> = on!(Tx, self, t => sqlx::query_as(
            "SELECT service, layer, address FROM basket_cells WHERE basket = $1 ORDER BY ord, service, address")
            .bind(id.as_str()).fetch_all(&mut **t).await)
        .map_err(fault)?;
        rows.into_iter()
            .map(|(service, layer, address)| {
                Ok(BasketCellKey {
                    service: ServiceId::parse(&service)?,
                    layer: Layer::parse(&layer)?,
                    address: Address::parse(&address)?,
                })
            })
            .collect()
    }

    /// Puts a cell at the end of a basket, at the revision at which it was read. Says whether it is new there.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the permit is of another layer.
    pub async fn add_to_basket(
        &mut self,
        permit: &Permit,
        id: &BasketId,
        cell: &BasketCellKey,
        ord: i64,
        (number, at): (i64, DateTime<Utc>),
    ) -> Result<bool, Failure> {
        permit.covers(Action::ReadSheet, &cell.layer)?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO basket_cells (basket, service, layer, address, ord, number, taken_at, remark)
             VALUES ($1, $2, $3, $4, $5, $6, $7, '') ON CONFLICT (basket, service, layer, address) DO NOTHING")
            .bind(id.as_str()).bind(cell.service.as_str()).bind(cell.layer.key()).bind(cell.address.to_string()).bind(ord)
            .bind(number).bind(at).execute(&mut **t).await.map(|r| r.rows_affected() == 1))
        .map_err(fault)
    }

    /// Changes a cell's place.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn place_in_basket(&mut self, id: &BasketId, cell: &BasketCellKey, ord: i64) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query(
            "UPDATE basket_cells SET ord = $5 WHERE basket = $1 AND service = $2 AND layer = $3 AND address = $4")
            .bind(id.as_str()).bind(cell.service.as_str()).bind(cell.layer.key()).bind(cell.address.to_string()).bind(ord)
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Writes a cell's remark.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the cell is not in the basket.
    pub async fn remark_in_basket(
        &mut self,
        permit: &Permit,
        id: &BasketId,
        cell: &BasketCellKey,
        remark: &str,
    ) -> Result<(), Failure> {
        permit.covers(Action::ReadSheet, &cell.layer)?;
        let changed = on!(Tx, self, t => sqlx::query(
            "UPDATE basket_cells SET remark = $5 WHERE basket = $1 AND service = $2 AND layer = $3 AND address = $4")
            .bind(id.as_str()).bind(cell.service.as_str()).bind(cell.layer.key()).bind(cell.address.to_string()).bind(remark)
            .execute(&mut **t).await.map(|r| r.rows_affected()))
        .map_err(fault)?;
        if changed == 1 { Ok(()) } else { Err(Failure::NotFound) }
    }

    /// Takes a cell's text as it is now.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the cell is not in the basket.
    pub async fn retake_in_basket(
        &mut self,
        permit: &Permit,
        id: &BasketId,
        cell: &BasketCellKey,
        (number, at): (i64, DateTime<Utc>),
    ) -> Result<(), Failure> {
        permit.covers(Action::ReadSheet, &cell.layer)?;
        let changed = on!(Tx, self, t => sqlx::query(
            "UPDATE basket_cells SET number = $5, taken_at = $6 WHERE basket = $1 AND service = $2 AND layer = $3 AND address = $4")
            .bind(id.as_str()).bind(cell.service.as_str()).bind(cell.layer.key()).bind(cell.address.to_string()).bind(number).bind(at)
            .execute(&mut **t).await.map(|r| r.rows_affected()))
        .map_err(fault)?;
        if changed == 1 { Ok(()) } else { Err(Failure::NotFound) }
    }

    /// Takes a cell out of a basket.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn drop_from_basket(&mut self, id: &BasketId, cell: &BasketCellKey) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query(
            "DELETE FROM basket_cells WHERE basket = $1 AND service = $2 AND layer = $3 AND address = $4")
            .bind(id.as_str()).bind(cell.service.as_str()).bind(cell.layer.key()).bind(cell.address.to_string())
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }
}
