//! How high a row has to be for its text: what the formats of cells say of wrapping and size of letters.

use super::xml::{Kind, tags};

/// The tallest row that Excel allows, in points.
pub const TALLEST: f64 = 409.0;

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
        wraps.then(|| text.split('\n').map(|l| lines(l, width, size)).sum::<f64>() * line(size) + 4.0)
    }

    /// A text in pieces that each fit the tallest row; one piece where it fits or the cell does not wrap.
    pub fn pieces(&self, style: u32, text: &str, width: f64) -> Vec<String> {
        let (wraps, size) = self.of(style);
        if !wraps || self.height(style, text, width).is_none_or(|h| h <= TALLEST) {
            return vec![text.to_owned()];
        }
        let most = ((TALLEST - 4.0) / line(size)).floor().max(1.0);
        let room = room(width, size);
        let (mut pieces, mut piece, mut used) = (Vec::new(), String::new(), 0.0);
        for part in text.split_inclusive('\n').flat_map(|l| short(l, room * (most - 1.0).max(1.0))) {
            let needs = lines(part.trim_end_matches('\n'), width, size);
            if used + needs > most && !piece.is_empty() {
                pieces.push(std::mem::take(&mut piece).trim_end_matches('\n').to_owned());
                used = 0.0;
            }
            piece.push_str(part);
            used += needs;
        }
        pieces.push(piece);
        pieces
    }
}

/// Points of a line. The gothics of Japanese workbooks stand in tall lines.
fn line(size: f64) -> f64 {
    size * 1.5
}

/// Half-width letters that a line takes.
fn room(width: f64, size: f64) -> f64 {
    (width * 11.0 / size * 0.92).max(2.0)
}

fn units(text: &str) -> f64 {
    text.chars().map(|c| if c.is_ascii() || ('｡'..='ﾟ').contains(&c) { 1.0 } else { 1.9 }).sum()
}

fn lines(text: &str, width: f64, size: f64) -> f64 {
    (units(text) / room(width, size)).ceil().max(1.0)
}

/// A line in parts of at most so many half-width letters.
fn short(line: &str, most: f64) -> Vec<&str> {
    let (mut parts, mut from, mut used) = (Vec::new(), 0, 0.0);
    for (at, c) in line.char_indices() {
        let wide = if c.is_ascii() { 1.0 } else { 1.9 };
        if used + wide > most && at > from {
            parts.push(line.get(from..at).unwrap_or(""));
            (from, used) = (at, 0.0);
        }
        used += wide;
    }
    parts.push(line.get(from..).unwrap_or(""));
    parts
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
