//! How high a text stands in a column, and where it is cut so that a row can hold it. Excel and LibreOffice draw a row as
//! high as the file says, so the file has to know.

use crate::cut::whole;
use std::ops::Range;

/// The tallest row that Excel allows, in points.
pub const TALLEST: f64 = 409.0;
/// Pixels of a column's width unit in our workbooks' default font (Yu Gothic 11).
const UNIT: f64 = 8.0;

/// Letters of one size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Letters {
    /// Pixels of a half-width character.
    pub narrow: f64,
    /// Pixels of a full-width character.
    pub wide: f64,
    /// Points of a line.
    pub line: f64,
    /// Points that a row has above and below its lines.
    pub pad: f64,
}

/// The body of our own workbooks: Yu Gothic 9, which stands in tall lines.
pub const BODY: Letters = Letters { narrow: 6.6, wide: 12.2, line: 14.5, pad: 5.0 };

/// Pixels that a text has in one of our own columns, by its width in Excel's units.
pub fn room(width: f64) -> f64 {
    width * UNIT - 8.0
}

impl Letters {
    /// Lines that a text takes in a column of so many pixels.
    fn lines(&self, text: &str, room: f64) -> f64 {
        let room = room.max(self.wide);
        text.split('\n').map(|l| (l.chars().map(|c| self.pixels(c)).sum::<f64>() / room).ceil().max(1.0)).sum()
    }

    fn pixels(&self, c: char) -> f64 {
        if c.is_ascii() || ('｡'..='ﾟ').contains(&c) { self.narrow } else { self.wide }
    }

    /// Points of a row of one line.
    pub fn one(&self) -> f64 {
        self.line + self.pad
    }

    /// Points of the row that a text needs in a column of so many pixels, whatever Excel allows.
    pub fn height(&self, text: &str, room: f64) -> f64 {
        self.lines(text, room) * self.line + self.pad
    }

    /// Where a text is cut so that no piece is higher than `most` points: at the end of a line or sentence where one is
    /// near, never inside a character. A line's end at which it is cut belongs to no piece; everything else does.
    pub fn pieces(&self, text: &str, room: f64, most: f64) -> Vec<Range<usize>> {
        let room = room.max(self.wide);
        let most = ((most.min(TALLEST) - self.pad) / self.line).floor().max(1.0);
        let (mut out, mut from) = (Vec::new(), 0);
        if self.lines(text, room) <= most {
            out.push(0..text.len());
            return out;
        }
        while let Some(rest) = text.get(from..).filter(|rest| !rest.is_empty()) {
            let cut = good(rest, self.fitting(rest, room, most));
            let piece = rest.get(..cut).unwrap_or(rest).trim_end_matches('\n');
            if !piece.is_empty() {
                out.push(from..from + piece.len());
            }
            from += cut.max(1);
        }
        if out.is_empty() {
            out.push(0..0);
        }
        out
    }

    /// How many bytes of a text stand in so many lines.
    fn fitting(&self, text: &str, room: f64, most: f64) -> usize {
        let (mut line, mut used) = (1.0, 0.0);
        for (at, c) in text.char_indices() {
            let pixels = if c == '\n' { 0.0 } else { self.pixels(c) };
            if c == '\n' || used + pixels > room {
                (line, used) = (line + 1.0, pixels);
            } else {
                used += pixels;
            }
            if line > most {
                return back(text, at);
            }
        }
        text.len()
    }
}

/// The last place at or before `at` at which a text can be cut; the next one after it where there is none.
fn back(text: &str, at: usize) -> usize {
    let earlier = text.get(..at).unwrap_or("").char_indices().rev().map(|(before, _)| before);
    let mut places = std::iter::once(at).chain(earlier.take(64)).filter(|place| *place > 0);
    places.find(|place| whole(text, *place) == *place).unwrap_or_else(|| whole(text, at.max(1)))
}

/// Where to cut a text of which the first `fits` bytes fit: behind the last line, sentence or word of their last third,
/// whichever is first in that order; there, where it has none.
fn good(text: &str, fits: usize) -> usize {
    // What follows is a new line: that is the best of ends.
    if text.get(fits..).is_none_or(|rest| rest.is_empty() || rest.starts_with('\n')) {
        return text.len().min(fits + 1);
    }
    let head = text.get(..fits).unwrap_or("");
    let near = |found: Option<(usize, &str)>| {
        found.map(|(at, end)| at + end.len()).filter(|end| *end * 3 >= fits * 2 && whole(text, *end) == *end)
    };
    near(head.rmatch_indices('\n').next())
        .or_else(|| near(head.rmatch_indices(['。', '．', '！', '？']).next()))
        .or_else(|| near(head.rmatch_indices(". ").next()))
        .or_else(|| near(head.rmatch_indices([' ', '、', '　']).next()))
        .unwrap_or(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(text: &str, width: f64, most: f64) -> Vec<&str> {
        BODY.pieces(text, room(width), most).into_iter().map(|piece| &text[piece]).collect()
    }

    #[test]
    fn a_text_is_cut_at_the_end_of_a_line_or_sentence_and_a_short_one_is_not() {
        assert_eq!(cut("短い", 30.0, 100.0), ["短い"]);
        let lines = "暗号化する。\n".repeat(60);
        // 100 points are six lines and what stands around them.
        assert!(
            cut(&lines, 30.0, 100.0).iter().all(|p| p.ends_with('。') && p.lines().count() == 6),
            "{:?}",
            cut(&lines, 30.0, 100.0)
        );
        let sentences = "鍵の管理に関する所見。".repeat(40);
        assert!(cut(&sentences, 30.0, 100.0).iter().all(|p| p.ends_with('。')), "{:?}", cut(&sentences, 30.0, 100.0));
        let words = "rotation of keys ".repeat(60);
        assert!(cut(&words, 30.0, 100.0).iter().all(|p| p.ends_with(' ')));
        assert!(cut(&"あ".repeat(2_000), 30.0, 100.0).len() > 10);
    }

    #[test]
    fn a_mark_stays_with_its_character() {
        for joined in ["か\u{3099}", "葛\u{e0100}", "👩\u{200d}👧", "🇯🇵"] {
            let text = joined.repeat(300);
            for piece in cut(&text, 11.0, 60.0) {
                assert_eq!(piece.replace(joined, ""), "");
            }
        }
        // Marks alone have no place to be cut, and still come to an end.
        assert!(!cut(&"\u{3099}".repeat(5_000), 11.0, 60.0).is_empty());
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_every_piece_fits(text in "[あ-んa-z。 、\n]{0,1500}", width in 5.0f64..60.0, most in 25.0f64..409.0) {
            let pieces = cut(&text, width, most);
            let plain = |t: &str| t.replace('\n', "");
            prop_assert_eq!(plain(&pieces.concat()), plain(&text));
            for piece in pieces {
                prop_assert!(BODY.height(piece, room(width)) <= most.max(BODY.one()), "{piece}");
            }
        }
    }
}
