//! A two-dimensional code as a picture: what stands on paper leads back to the approval.

use qrcode::{Color, EcLevel, QrCode};

/// Pixels of a module.
const SCALE: usize = 4;
/// Modules of white around it.
const QUIET: usize = 4;

/// The code of a text as a bitmap of two colours; none where the text is too long.
pub fn bitmap(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).ok()?;
    let (width, colours) = (code.width(), code.to_colors());
    let side = (width + 2 * QUIET) * SCALE;
    let dark = |x: usize, y: usize| {
        let (x, y) = ((x / SCALE).checked_sub(QUIET), (y / SCALE).checked_sub(QUIET));
        x.zip(y).is_some_and(|(x, y)| x < width && colours.get(y * width + x) == Some(&Color::Dark))
    };
    let stride = side.div_ceil(32) * 4;
    let mut out = Vec::with_capacity(62 + stride * side);
    let number = |n: usize| u32::try_from(n).unwrap_or(0).to_le_bytes();
    out.extend(b"BM");
    out.extend(number(62 + stride * side));
    out.extend([0; 4]);
    out.extend(number(62));
    out.extend(number(40));
    out.extend(number(side));
    out.extend(number(side));
    out.extend([1, 0, 1, 0]);
    out.extend([0; 4]);
    out.extend(number(stride * side));
    // 96 dots an inch.
    out.extend(number(3_780));
    out.extend(number(3_780));
    out.extend(number(2));
    out.extend([0; 4]);
    out.extend([255, 255, 255, 0, 0, 0, 0, 0]);
    // Lines stand from the bottom up.
    for y in (0..side).rev() {
        for byte in 0..stride {
            let bit = |n: usize| u8::from(byte * 8 + n < side && dark(byte * 8 + n, y)) << (7 - n);
            out.push((0..8).map(bit).sum());
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_picture_has_the_size_that_it_says() {
        let picture = bitmap("kyohyo approval abc 0000-1111-2222").unwrap();
        let size = u32::from_le_bytes(picture[2..6].try_into().unwrap());
        assert_eq!(size as usize, picture.len());
        // The corner of a finder pattern is dark, the margin is not.
        let side = u32::from_le_bytes(picture[18..22].try_into().unwrap()) as usize;
        let stride = side.div_ceil(32) * 4;
        let at = |x: usize, y: usize| picture[62 + (side - 1 - y) * stride + x / 8] >> (7 - x % 8) & 1;
        assert_eq!((at(0, 0), at(QUIET * SCALE, QUIET * SCALE)), (0, 1));
    }
}
