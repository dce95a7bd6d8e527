//! Where rows go when a list takes more or fewer rows than the template has for it.

/// The last row of a sheet, from 0.
const LAST: u32 = 1_048_575;

/// Rows that are repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The first row, from 0.
    pub first: u32,
    /// The last row.
    pub last: u32,
    /// How often it stands in the filled sheet, at least once.
    pub copies: u32,
}

impl Block {
    /// How many rows it has.
    pub fn height(self) -> u32 {
        self.last - self.first + 1
    }

    /// Whether a row is one of its rows.
    pub fn holds(self, row: u32) -> bool {
        (self.first..=self.last).contains(&row)
    }

    fn more(self) -> u32 {
        (self.copies - 1) * self.height()
    }
}

/// A range of rows and columns, from 0, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// First row.
    pub top: u32,
    /// First column.
    pub left: u32,
    /// Last row.
    pub bottom: u32,
    /// Last column.
    pub right: u32,
}

/// A sheet's repeated rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowMap {
    /// In order, none within another.
    pub blocks: Vec<Block>,
}

impl RowMap {
    /// Whether every row stays where it is.
    pub fn stays(&self) -> bool {
        self.blocks.iter().all(|b| b.copies == 1)
    }

    /// The block that holds a row.
    pub fn block(&self, row: u32) -> Option<Block> {
        self.blocks.iter().copied().find(|b| b.holds(row))
    }

    /// Where a row goes; one of a block: where its first copy goes.
    pub fn start(&self, row: u32) -> u32 {
        let more: u32 = self.blocks.iter().filter(|b| b.last < row).map(|b| b.more()).sum();
        if row >= LAST { LAST } else { row.saturating_add(more).min(LAST) }
    }

    /// Where a range's last row goes: a range over all of a block grows with it.
    pub fn end(&self, top: u32, bottom: u32) -> u32 {
        let more = self.block(bottom).filter(|b| b.last == bottom && top <= b.first).map_or(0, Block::more);
        self.start(bottom).saturating_add(more).min(LAST)
    }

    /// Where an area goes. One that lies within a block is there as often as the block; one over all of its rows grows.
    pub fn areas(&self, area: Area) -> Vec<Area> {
        let within = self.block(area.top).filter(|b| b.holds(area.bottom));
        match within {
            Some(b) if area.top > b.first || area.bottom < b.last => self.copies(area, b),
            _ => vec![Area { top: self.start(area.top), bottom: self.end(area.top, area.bottom), ..area }],
        }
    }

    /// A merge's areas: one within a block is there as often as the block.
    pub fn merged(&self, area: Area) -> Vec<Area> {
        match self.block(area.top).filter(|b| b.holds(area.bottom)) {
            Some(b) => self.copies(area, b),
            None => vec![Area { top: self.start(area.top), bottom: self.end(area.top, area.bottom), ..area }],
        }
    }

    fn copies(&self, area: Area, block: Block) -> Vec<Area> {
        let at = |n: u32| {
            let by = n * block.height();
            Area { top: self.start(area.top) + by, bottom: self.start(area.bottom) + by, ..area }
        };
        (0..block.copies).map(at).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> RowMap {
        RowMap { blocks: vec![Block { first: 4, last: 4, copies: 3 }, Block { first: 8, last: 9, copies: 2 }] }
    }

    #[test]
    fn rows_below_a_list_move_and_ranges_over_it_grow() {
        let map = map();
        assert_eq!([3, 4, 5, 8, 10].map(|r| map.start(r)), [3, 4, 7, 10, 14]);
        assert_eq!(map.end(4, 4), 6);
        assert_eq!(map.end(0, 20), 24);
        assert_eq!(map.end(5, 8), 10, "half of a block does not grow");
        assert_eq!(map.end(0, 1_048_575), 1_048_575);
    }

    #[test]
    fn what_lies_within_a_block_is_repeated() {
        let map = map();
        let one = Area { top: 9, left: 1, bottom: 9, right: 2 };
        assert_eq!(map.areas(one).iter().map(|a| a.top).collect::<Vec<_>>(), [11, 13]);
        let row = Area { top: 4, left: 1, bottom: 4, right: 2 };
        assert_eq!(map.areas(row), [Area { top: 4, left: 1, bottom: 6, right: 2 }]);
        assert_eq!(map.merged(row).len(), 3);
    }
}
