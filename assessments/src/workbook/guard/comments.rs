//! Cell comments: counted and told, never imported.

use super::xml::{Xml, attribute, resolve};
use crate::failure::Failure;
use quick_xml::events::Event;

/// Most comments of a sheet whose text is shown.
pub const MAX_SHOWN: usize = 50;
/// Characters of a comment that are shown.
const START: usize = 80;

/// Reads a sheet's comments: place and the start of the text, and how many there are.
///
/// # Errors
/// The bound that broke, or damage.
pub fn comments(mut xml: Xml<'_>) -> Result<(Vec<(String, String)>, usize), Failure> {
    let (mut shown, mut count) = (Vec::new(), 0);
    let mut text: Option<(String, String)> = None;
    let (mut in_text, mut phonetic) = (false, false);
    while let Some(event) = xml.next()? {
        match event {
            Event::Start(e) => match e.local_name().as_ref() {
                "comment" => text = Some((attribute(&e, "ref").unwrap_or_default(), String::new())),
                "rPh" => phonetic = true,
                "t" => in_text = !phonetic,
                _ => {}
            },
            Event::Text(t) if in_text => {
                if let Some((_, text)) = text.as_mut().filter(|(_, t)| t.len() < 4 * START) {
                    text.push_str(&t.xml10_content());
                }
            }
            Event::GeneralRef(e) if in_text => {
                if let Some((_, text)) = text.as_mut().filter(|(_, t)| t.len() < 4 * START) {
                    resolve(&e, text);
                }
            }
            Event::End(e) => match e.local_name().as_ref() {
                "t" => in_text = false,
                "rPh" => phonetic = false,
                "comment" => {
                    count += 1;
                    if let Some((at, text)) = text.take().filter(|_| shown.len() < MAX_SHOWN) {
                        let at = at.chars().take(20).collect();
                        shown.push((at, text.chars().take(START).collect::<String>().replace(['\n', '\r'], " ")));
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
    Ok((shown, count))
}
