//! How high a row has to be for its text: what the formats of cells say of wrapping and size of letters.

use super::xml::{Kind, tags};
use crate::workbook::tall::{Letters, TALLEST};

/// Wrapping and size of letters, by number of cell format.
#[derive(Clone, Debug, Default)]
pub struct Looks(Vec<(bool, f64)>);

impl Looks {
    /// Reads the styles' part.
    pub fn read(xml: &str) -> Looks {
        let (mut fonts, mut looks) = (Vec::new(), Vec::new());
        let (mut in_fonts, mut in_cells) = (false, false);
        for tag in tags(xml) {
            match (tag.name, tag.kind) {
                ("fonts", kind) => in_fonts = kind == Kind::Open,
                ("cellXfs", kind) => in_cells = kind == Kind::Open,
                ("font", Kind::Open | Kind::Empty) if in_fonts => fonts.push(11.0),
                ("sz", Kind::Open | Kind::Empty) if in_fonts => {
                    let size =
                        tag.attr("val").and_then(|v| v.parse::<f64>().ok()).filter(|s| (1.0..=409.0).contains(s));
                    if let (Some(font), Some(size)) = (fonts.last_mut(), size) {
                        *font = size;
                    }
                }
                ("xf", Kind::Open | Kind::Empty) if in_cells => {
                    let font = usize::try_from(tag.number("fontId").unwrap_or(0)).unwrap_or(0);
                    looks.push((false, fonts.get(font).copied().unwrap_or(11.0)));
                }
                ("alignment", Kind::Open | Kind::Empty) if in_cells => {
                    let wraps = tag.attr("wrapText").is_some_and(|v| matches!(v.as_str(), "1" | "true"));
                    if let Some(last) = looks.last_mut() {
                        last.0 = wraps;
                    }
                }
                _ => {}
            }
        }
        Looks(looks)
    }

    fn of(&self, style: u32) -> (bool, f64) {
        usize::try_from(style).ok().and_then(|at| self.0.get(at)).copied().unwrap_or((false, 11.0))
    }

    /// Points that a text needs in a cell this many characters wide; none where the cell does not wrap.
    pub fn height(&self, style: u32, text: &str, width: f64) -> Option<f64> {
        let (wraps, size) = self.of(style);
        wraps.then(|| letters(size).height(text, room(width)))
    }

    /// A text in pieces that each fit the tallest row; one piece where it fits or the cell does not wrap.
    pub fn pieces(&self, style: u32, text: &str, width: f64) -> Vec<String> {
        let (wraps, size) = self.of(style);
        if !wraps {
            return vec![text.to_owned()];
        }
        let pieces = letters(size).pieces(text, room(width), TALLEST);
        pieces.into_iter().filter_map(|piece| text.get(piece)).map(str::to_owned).collect()
    }
}

/// Letters of a size in points. The gothics of Japanese workbooks stand in tall lines.
fn letters(size: f64) -> Letters {
    Letters { narrow: size * 0.73, wide: size * 1.39, line: size * 1.5, pad: 4.0 }
}

/// Pixels of a column in a foreign workbook, whose unit depends on a font that we do not know.
fn room(width: f64) -> f64 {
    width * 7.4
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLES: &str = "<styleSheet><fonts><font><sz val=\"11\"/></font><font><sz val=\"22\"/></font></fonts>\
        <cellXfs><xf fontId=\"0\"/><xf fontId=\"1\"><alignment wrapText=\"1\"/></xf></cellXfs></styleSheet>";

    #[test]
    fn a_long_text_is_cut_into_rows_and_nothing_of_it_is_lost() {
        let looks = Looks::read(STYLES);
        assert_eq!(looks.height(0, "あ\nい", 10.0), None);
        let text = format!("{}\n{}", "長い文章です。".repeat(60), "二行目");
        let pieces = looks.pieces(1, &text, 12.0);
        assert!(pieces.len() > 2);
        assert!(pieces.iter().all(|p| looks.height(1, p, 12.0).is_some_and(|h| h <= TALLEST)));
        assert_eq!(pieces.concat().replace('\n', ""), text.replace('\n', ""));
        assert_eq!(looks.pieces(0, &text, 12.0).len(), 1);
    }
}
