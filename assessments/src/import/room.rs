//! How much one file may bring to one sheet.

use crate::failure::Failure;

/// Most cells of one change set, and so of what one file brings to one sheet.
pub const MAX_CELLS: usize = 20_000;
/// Most bytes of text that one file brings to one sheet: more than two million Japanese characters, many times the largest
/// sheet there is. A document of ours is at most as large.
pub const MAX_TEXT: usize = 8 * 1024 * 1024;

/// What one file may still bring. A text is counted as often as it is taken: a ditto mark or a merged area repeats it.
#[derive(Debug)]
pub struct Room {
    cells: usize,
    text: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self { cells: MAX_CELLS, text: MAX_TEXT }
    }
}

impl Room {
    /// Takes room for a text of so many bytes. From the first that has none, none has: the file is refused.
    pub fn take(&mut self, bytes: usize) -> bool {
        let left = self.cells.checked_sub(1).zip(self.text.checked_sub(bytes));
        (self.cells, self.text) = left.unwrap_or((0, 0));
        left.is_some()
    }

    /// Whether a text found no room, or the next one would find none.
    pub fn is_full(&self) -> bool {
        self.cells == 0
    }

    /// # Errors
    /// [`Failure::Refused`] `too_much_for_a_sheet` where a text found no room.
    pub fn check(&self) -> Result<(), Failure> {
        if self.is_full() { Err(Failure::refused("too_much_for_a_sheet", "")) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_taken_and_from_the_first_that_does_not_nothing_is() {
        let mut room = Room::default();
        assert!(room.take(MAX_TEXT - 1) && room.take(1) && room.check().is_ok());
        assert!(!room.take(1) && !room.take(0) && room.check().is_err());
        let mut room = Room::default();
        assert!((0..MAX_CELLS - 1).all(|_| room.take(1)) && room.check().is_ok());
    }
}
