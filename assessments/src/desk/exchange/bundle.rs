//! Every sheet in one zip, a sheet at a time: what is held in memory does not grow with their number.

use super::super::Desk;
use super::hand_out::Format;
use crate::access::{Action, Actor};
use crate::cell::SheetKey;
use crate::failure::Failure;
use crate::id::ServiceId;
use crate::lang::Lang;
use crate::store::ServiceFilter;
use crate::workbook::zip_out::ZipOut;
use std::collections::VecDeque;

/// Services asked for at a time.
const BATCH: i64 = 200;

/// A zip that is being written.
pub struct Bundle {
    desk: Desk,
    actor: Actor,
    format: Format,
    lang: Lang,
    filter: ServiceFilter,
    waiting: VecDeque<ServiceId>,
    offset: i64,
    all_known: bool,
    zip: Option<ZipOut>,
}

impl Desk {
    /// Begins a zip of every sheet that has an answer, as workbooks or in another format.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub fn bundle(&self, actor: &Actor, format: Format, lang: Lang) -> Result<Bundle, Failure> {
        self.shared(actor, Action::Export)?;
        Ok(Bundle {
            desk: self.clone(),
            actor: actor.clone(),
            format,
            lang,
            filter: ServiceFilter::default(),
            waiting: VecDeque::new(),
            offset: 0,
            all_known: false,
            zip: Some(ZipOut::new(self.world.now())),
        })
    }
}

impl Bundle {
    /// The next piece of the file; none at its end. A piece holds one sheet, or the zip's directory.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer or the zip cannot be written; what came before is no whole
    /// zip then.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        if self.waiting.is_empty() && !self.all_known {
            self.look().await?;
        }
        let Some(service) = self.waiting.pop_front() else {
            return self.zip.take().map(ZipOut::finish).transpose();
        };
        let key = SheetKey::shared(service);
        let file = self.desk.export(&self.actor, &key, self.format, self.lang).await?;
        let Some(zip) = self.zip.as_mut() else { return Ok(None) };
        zip.add(&file.file_name, &file.bytes).map(Some)
    }

    /// Services with answers stand first in the list: it is read until one has none.
    async fn look(&mut self) -> Result<(), Failure> {
        let permit = self.desk.shared(&self.actor, Action::ReadSheet)?;
        let (rows, _) = self.desk.db.services(&permit, &self.filter, self.offset, BATCH).await?;
        let answered = rows.iter().take_while(|row| row.answered > 0).count();
        self.all_known = answered < usize::try_from(BATCH).unwrap_or(usize::MAX);
        self.offset += BATCH;
        self.waiting.extend(rows.into_iter().take(answered).map(|row| row.id));
        Ok(())
    }
}
