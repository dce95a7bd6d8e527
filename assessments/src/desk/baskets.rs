//! A reviewer's baskets: cells collected from searches, sheets and category pages, with own remarks.
//!
//! A basket is its owner's alone until they share it with one of their institutions, whose people then read along. What
//! of it somebody sees is decided when they read and not when it was collected: a cell of a layer that is not theirs
//! is not there for them.

use super::sign_in::blocking;
use super::{Desk, Exported, Format};
use crate::access::{Action, Actor, Permit, permit};
use crate::canonical;
use crate::cell::{Layer, SheetKey};
use crate::failure::Failure;
use crate::id::{BasketId, InstitutionId, PersonId, opaque};
use crate::lang::Lang;
use crate::schema;
use crate::store::{BasketCellKey, BasketCellRow, BasketRow, Tx};
use crate::workbook;

/// Most baskets of a person.
pub const MAX_BASKETS: i64 = 50;
/// Most cells of a basket.
pub const MAX_BASKET_CELLS: usize = 300;
/// Longest name, in characters.
pub const MAX_NAME: usize = 80;
/// Longest remark, in characters.
pub const MAX_REMARK: usize = 2_000;

/// A basket as one reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasketView {
    /// Its line.
    pub basket: BasketRow,
    /// Whether it is the reader's own: only then they may change it.
    pub own: bool,
    /// Its cells in order, those that the reader may read.
    pub cells: Vec<BasketCellRow>,
}

/// What can be done to a cell in a basket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BasketChange {
    /// Write the remark.
    Remark(String),
    /// One place up.
    Up,
    /// One place down.
    Down,
    /// Take the text as it is now.
    Retake,
    /// Out of the basket.
    Drop,
}

/// Who a personal record belongs to: the person that acts.
pub(super) fn somebody(actor: &Actor) -> Result<&PersonId, Failure> {
    actor.person.as_ref().ok_or(Failure::Forbidden { action: Action::ReadSheet.key().into() })
}

/// A name in one line, within bounds.
pub(super) fn short_name(name: &str) -> Result<String, Failure> {
    let name = canonical::clean(name).split_whitespace().collect::<Vec<_>>().join(" ");
    let units = name.chars().count();
    match units {
        0 => Err(Failure::invalid("name", "")),
        _ if units > MAX_NAME => Err(Failure::TooLong { place: "name".into(), units, most: MAX_NAME }),
        _ => Ok(name),
    }
}

/// Leave to read each layer that the actor reads.
pub(super) fn reads(actor: &Actor) -> Result<Vec<Permit>, Failure> {
    actor.layers().iter().map(|layer| permit(actor, Action::ReadSheet, layer)).collect()
}

impl Desk {
    /// The actor's baskets and those that their institutions read along, own ones first.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn baskets(&self, actor: &Actor) -> Result<Vec<BasketRow>, Failure> {
        self.shared(actor, Action::ReadSheet)?;
        match &actor.person {
            Some(person) => self.db.baskets(&reads(actor)?, person).await,
            None => Ok(vec![]),
        }
    }

    /// A basket with its cells.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where it is neither the actor's nor shared with an institution of theirs.
    pub async fn basket(&self, actor: &Actor, id: &BasketId) -> Result<BasketView, Failure> {
        self.shared(actor, Action::ReadSheet)?;
        let (person, reads) = (somebody(actor)?, reads(actor)?);
        let basket = self.db.basket(&reads, person, id).await?;
        let cells = self.db.basket_cells(&reads, id).await?;
        Ok(BasketView { own: basket.person == *person, basket, cells })
    }

    /// Makes an empty basket.
    ///
    /// # Errors
    /// [`Failure::Invalid`] without a name; [`Failure::Full`] past the bound.
    pub async fn add_basket(&self, actor: &Actor, name: &str) -> Result<BasketId, Failure> {
        let name = short_name(name)?;
        let mut tx = self.db.begin().await?;
        let id = self.new_basket(&mut tx, actor, name).await?;
        tx.commit().await?;
        Ok(id)
    }

    async fn new_basket(&self, tx: &mut Tx, actor: &Actor, name: String) -> Result<BasketId, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        let person = somebody(actor)?.clone();
        if tx.count_baskets(&person).await? >= MAX_BASKETS {
            return Err(Failure::Full { place: "baskets".into(), most: usize::try_from(MAX_BASKETS).unwrap_or(0) });
        }
        let id = BasketId::parse(&opaque(self.world.random()))?;
        let (owner, changed_at) = (actor.name.clone(), self.world.now());
        tx.add_basket(&permit, &BasketRow { id: id.clone(), person, owner, shared: None, name, changed_at }).await?;
        Ok(id)
    }

    /// Names a basket anew and says which institution reads along; none for nobody.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the basket is not the actor's own, or the institution is not theirs;
    /// [`Failure::Forbidden`] for somebody who only reads there.
    pub async fn set_basket(
        &self,
        actor: &Actor,
        id: &BasketId,
        name: &str,
        share: Option<&InstitutionId>,
    ) -> Result<(), Failure> {
        let (name, person) = (short_name(name)?, somebody(actor)?);
        let before = self.db.basket(&reads(actor)?, person, id).await?;
        let layer = share.map(|id| Layer::Institution(id.clone()));
        let shares = layer.as_ref().map(|layer| permit(actor, Action::Comment, layer)).transpose()?;
        let mut tx = self.db.begin().await?;
        tx.touch_basket(person, id, self.world.now()).await?;
        tx.set_basket(id, &name, shares.as_ref()).await?;
        if before.shared.as_ref() != share {
            for (institution, action) in
                before.shared.iter().map(|i| (i, "unshare_basket")).chain(share.map(|i| (i, "share_basket")))
            {
                let layer = Layer::Institution(institution.clone());
                tx.audit(actor, &self.entry_in(&layer, action, id.as_str(), &name)).await?;
            }
        }
        tx.commit().await
    }

    /// Takes a basket away.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where it is not the actor's own.
    pub async fn remove_basket(&self, actor: &Actor, id: &BasketId) -> Result<(), Failure> {
        let person = somebody(actor)?;
        let before = self.db.basket(&reads(actor)?, person, id).await?;
        let mut tx = self.db.begin().await?;
        tx.touch_basket(person, id, self.world.now()).await?;
        tx.remove_basket(id).await?;
        if let Some(institution) = before.shared {
            let layer = Layer::Institution(institution);
            tx.audit(actor, &self.entry_in(&layer, "unshare_basket", id.as_str(), &before.name)).await?;
        }
        tx.commit().await
    }

    /// Puts cells into a basket of the actor's, at the end: into the named one, or into the one that they changed last,
    /// or into a first one. Says which, and how many of the cells are new there.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a cell that the actor may not read, or a basket that is not theirs; [`Failure::Full`].
    pub async fn collect(
        &self,
        actor: &Actor,
        basket: Option<&BasketId>,
        cells: &[BasketCellKey],
        lang: Lang,
    ) -> Result<(BasketId, usize), Failure> {
        let person = somebody(actor)?;
        let mut read = Vec::with_capacity(cells.len());
        for cell in cells.iter().take(MAX_BASKET_CELLS + 1) {
            read.push((cell, self.readable(actor, cell).await?));
        }
        let newest = match basket {
            Some(id) => Some(id.clone()),
            None => self.baskets(actor).await?.into_iter().find(|b| b.person == *person).map(|b| b.id),
        };
        let at = self.world.now();
        let mut tx = self.db.begin().await?;
        let id = match newest {
            Some(id) => id,
            None => self.new_basket(&mut tx, actor, lang.pick("レビュー用", "For review").to_owned()).await?,
        };
        tx.touch_basket(person, &id, at).await?;
        let mut there = tx.basket_order(&id).await?.len();
        let mut added = 0;
        for (cell, (permit, number)) in read {
            let ord = i64::try_from(there).unwrap_or(i64::MAX);
            if tx.add_to_basket(&permit, &id, cell, ord, (number, at)).await? {
                (there, added) = (there + 1, added + 1);
            }
        }
        if there > MAX_BASKET_CELLS {
            return Err(Failure::Full { place: "basket".into(), most: MAX_BASKET_CELLS });
        }
        tx.commit().await?;
        Ok((id, added))
    }

    /// Leave to read a cell, and the revision that its sheet is at.
    async fn readable(&self, actor: &Actor, cell: &BasketCellKey) -> Result<(Permit, i64), Failure> {
        let permit = permit(actor, Action::ReadSheet, &cell.layer)?;
        schema::declared(&cell.address).map_err(|_| Failure::NotFound)?;
        let key = SheetKey { service: cell.service.clone(), layer: cell.layer.clone() };
        Ok((permit, self.sheet(actor, &key).await?.number))
    }

    /// Changes something about a cell in a basket.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the basket is not the actor's own or does not hold the cell.
    pub async fn change_in_basket(
        &self,
        actor: &Actor,
        id: &BasketId,
        cell: &BasketCellKey,
        change: &BasketChange,
    ) -> Result<(), Failure> {
        let person = somebody(actor)?;
        let reads = permit(actor, Action::ReadSheet, &cell.layer)?;
        let retaken = match change {
            BasketChange::Retake => self.readable(actor, cell).await?.1,
            _ => 0,
        };
        let at = self.world.now();
        let mut tx = self.db.begin().await?;
        tx.touch_basket(person, id, at).await?;
        match change {
            BasketChange::Remark(text) => {
                let text = canonical::clean(text);
                let units = text.chars().count();
                if units > MAX_REMARK {
                    return Err(Failure::TooLong { place: "remark".into(), units, most: MAX_REMARK });
                }
                tx.remark_in_basket(&reads, id, cell, text.trim()).await?;
            }
            BasketChange::Retake => tx.retake_in_basket(&reads, id, cell, (retaken, at)).await?,
            BasketChange::Drop => tx.drop_from_basket(id, cell).await?,
            BasketChange::Up => self.step(&mut tx, actor, id, cell, false).await?,
            BasketChange::Down => self.step(&mut tx, actor, id, cell, true).await?,
        }
        tx.commit().await
    }

    /// Changes places with the neighbour that the actor sees, and numbers the cells anew.
    async fn step(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        id: &BasketId,
        cell: &BasketCellKey,
        down: bool,
    ) -> Result<(), Failure> {
        let mut order = tx.basket_order(id).await?;
        let layers = actor.layers();
        let from = order.iter().position(|c| c == cell).ok_or(Failure::NotFound)?;
        let seen = |(_, c): &(usize, &BasketCellKey)| layers.contains(&c.layer);
        let to = if down {
            order.iter().enumerate().skip(from + 1).find(seen).map(|(n, _)| n)
        } else {
            order.iter().enumerate().take(from).rfind(seen).map(|(n, _)| n)
        };
        let Some(to) = to else { return Ok(()) };
        let moved = order.remove(from);
        order.insert(to, moved);
        for (ord, cell) in (0..).zip(&order) {
            tx.place_in_basket(id, cell, ord).await?;
        }
        Ok(())
    }

    /// Hands a basket out, with what the actor may read of it.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the basket is not for the actor; [`Failure::Invalid`] for another format than
    /// a workbook and Markdown.
    pub async fn export_basket(
        &self,
        actor: &Actor,
        id: &BasketId,
        format: Format,
        lang: Lang,
    ) -> Result<Exported, Failure> {
        self.shared(actor, Action::Export)?;
        let view = self.basket(actor, id).await?;
        let at = self.world.now();
        let mut tx = self.db.begin().await?;
        let detail = format!("{} {}", view.basket.name, format.ending());
        self.note(&mut tx, actor, "export_basket", id.as_str(), &detail).await?;
        tx.commit().await?;
        let file_name = format!("kyohyo-basket-{}.{}", at.format("%Y%m%d-%H%M"), format.ending());
        let lines: Vec<workbook::BasketLine> = view.cells.iter().map(|c| self.basket_line(c, lang)).collect();
        let bytes = blocking(move || {
            let input = workbook::BasketInput {
                id: view.basket.id.as_str(),
                name: &view.basket.name,
                owner: &view.basket.owner,
                lines: &lines,
                at,
                lang,
            };
            match format {
                Format::Xlsx => workbook::export_basket(&input),
                Format::Markdown => Ok(workbook::basket_markdown(&input)),
                Format::Json => Err(Failure::invalid("format", "json")),
            }
        })
        .await??;
        Ok(Exported { file_name, content_type: format.content_type(), bytes })
    }

    /// A collected cell in words.
    fn basket_line(&self, cell: &BasketCellRow, lang: Lang) -> workbook::BasketLine {
        let set = self.criteria(&cell.criteria);
        let spoken = |text: &Option<String>| match (text, cell.key.address.declared()) {
            (None, _) => lang.pick("（消去済み）", "(erased)").to_owned(),
            (Some(text), Some(field)) => field.spoken(lang, text),
            (Some(text), None) => text.clone(),
        };
        workbook::BasketLine {
            service: format!("{} ({})", cell.name.get(lang), cell.key.service),
            place: schema::place(&set, &cell.key.address, lang),
            layer: match &cell.key.layer {
                Layer::Shared => lang.pick("共通", "Common").to_owned(),
                Layer::Institution(id) => format!("{} {id}", lang.pick("非公開", "Private")),
            },
            private: cell.key.layer != Layer::Shared,
            then: spoken(&cell.then),
            now: spoken(&cell.now),
            changed: cell.changed(),
            remark: cell.remark.clone(),
            taken_at: cell.taken_at,
            number: cell.number,
            address: cell.key.address.to_string(),
        }
    }
}
