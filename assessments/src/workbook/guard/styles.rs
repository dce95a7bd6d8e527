//! The styles, written anew with what reading needs: number formats, and which cell formats are struck out.

use super::xml::{Xml, attribute};
use crate::failure::Failure;
use quick_xml::escape::escape;
use quick_xml::events::Event;
use std::io::Write;

/// Most cell formats, as Excel allows them.
const MAX_FORMATS: usize = 65_536;
/// Most number formats of the file's own.
const MAX_CODES: usize = 5_000;

/// What was seen in the styles.
#[derive(Default)]
pub struct Styles {
    /// By cell format: whether its font is struck out.
    pub struck: Vec<bool>,
}

/// Reads the styles of a part and writes the little that is needed.
///
/// # Errors
/// The bound that broke, or damage.
pub fn rewrite(mut xml: Xml<'_>, mut out: impl Write) -> Result<Styles, Failure> {
    let mut seen = Styles::default();
    let mut fonts: Vec<bool> = Vec::new();
    let (mut in_fonts, mut in_formats, mut in_codes, mut codes) = (false, false, false, 0);
    let mut body = (String::new(), String::new());
    while let Some(event) = xml.next()? {
        match event {
            Event::Start(e) => match e.local_name().as_ref() {
                "fonts" => in_fonts = true,
                "numFmts" => in_codes = true,
                "cellXfs" => in_formats = true,
                "font" if in_fonts => fonts.push(false),
                "strike" if in_fonts => {
                    let on = attribute(&e, "val").is_none_or(|v| matches!(v.as_str(), "1" | "true" | "on"));
                    if let Some(font) = fonts.last_mut() {
                        *font = on;
                    }
                }
                "numFmt" if in_codes && codes < MAX_CODES => {
                    let (id, code) = (attribute(&e, "numFmtId"), attribute(&e, "formatCode"));
                    if let (Some(id), Some(code)) = (id.and_then(|i| i.parse::<u32>().ok()), code) {
                        let code: String = code.chars().take(400).collect();
                        codes += 1;
                        body.0.push_str(&format!("<numFmt numFmtId=\"{id}\" formatCode=\"{}\"/>", escape(code)));
                    }
                }
                "xf" if in_formats => {
                    let number = |name| attribute(&e, name).and_then(|v| v.parse::<u32>().ok()).unwrap_or(0);
                    let font = usize::try_from(number("fontId")).unwrap_or(usize::MAX);
                    seen.struck.push(fonts.get(font).copied().unwrap_or(false));
                    body.1.push_str(&format!("<xf numFmtId=\"{}\"/>", number("numFmtId")));
                }
                _ => {}
            },
            Event::End(e) => match e.local_name().as_ref() {
                "fonts" => in_fonts = false,
                "numFmts" => in_codes = false,
                "cellXfs" => in_formats = false,
                _ => {}
            },
            _ => {}
        }
        if fonts.len() > MAX_FORMATS || seen.struck.len() > MAX_FORMATS {
            return Err(xml.too_much());
        }
    }
    let (codes, formats) = body;
    let text = format!("<styleSheet><numFmts>{codes}</numFmts><cellXfs>{formats}</cellXfs></styleSheet>");
    out.write_all(text.as_bytes()).map_err(|e| Failure::refused("damaged", e.to_string()))?;
    Ok(seen)
}
