//! What a template loses before it is kept (macros), and what people are told of it.

use super::book::{self, Book, Changed};
use super::xml::{Edits, Kind, tags, with_attr};
use crate::failure::Failure;
use crate::lang::Lang;
use std::collections::BTreeSet;

/// Most parts of links to other workbooks that are looked into.
const MAX_LINKS: usize = 200;
/// A workbook without macros.
const PLAIN: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
/// Macros as a content type.
const MACROS: &str = "application/vnd.ms-office.vbaProject";

/// Something that people should know of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Note {
    /// Macros were taken out.
    MacrosRemoved,
    /// It links to other workbooks.
    ExternalLinks,
    /// It asks another program for data (DDE).
    Dde,
    /// It holds objects of other programs or controls.
    Embedded,
    /// It asks a database or the web for data.
    Connections,
}

impl Note {
    /// The note as a sentence.
    pub fn words(self, lang: Lang) -> &'static str {
        let (ja, en) = match self {
            Note::MacrosRemoved => (
                "マクロを取り除きました。ボタンは残りますが動きません。",
                "Macros were taken out. Buttons stay, but do nothing.",
            ),
            Note::ExternalLinks => {
                ("ほかのブックへのリンクが残っています。", "It links to other workbooks; the links were kept.")
            }
            Note::Dde => (
                "ほかのプログラムを呼び出すリンク（DDE）が残っています。開くときに警告が出ます。",
                "It holds links that call other programs (DDE). Excel warns when it is opened.",
            ),
            Note::Embedded => (
                "埋め込みオブジェクトまたはコントロールが残っています。",
                "It holds embedded objects or controls; they were kept.",
            ),
            Note::Connections => {
                ("外部データへの接続が残っています。", "It holds connections to outside data; they were kept.")
            }
        };
        lang.pick(ja, en)
    }
}

/// Takes macros out. A workbook without any comes back as it is.
///
/// # Errors
/// [`Failure::Refused`] for a damaged package.
pub fn clean(bytes: &[u8]) -> Result<(Vec<u8>, Vec<Note>), Failure> {
    let book = book::open(bytes)?;
    let mut notes = told(bytes, &book)?;
    let mut changed = Changed::new();
    let types = book::part(bytes, "[content_types].xml")?;
    let new = without_macros(&types);
    let linked = |part: &String| book.links.iter().any(|(kind, of)| kind == "vbaProject" && of == part);
    let gone: BTreeSet<String> = book.parts.iter().filter(|p| is_macro(p) || linked(p)).cloned().collect();
    if new != types {
        changed.insert("[content_types].xml".into(), Some(new));
    }
    book::forget(bytes, &book, &gone, &mut changed)?;
    if !gone.is_empty() {
        notes.insert(Note::MacrosRemoved);
    }
    let notes = notes.into_iter().collect();
    Ok((if changed.is_empty() { bytes.to_vec() } else { book::write(bytes, &changed)? }, notes))
}

fn is_macro(part: &str) -> bool {
    let file = part.rsplit('/').next().unwrap_or("");
    (file.starts_with("vbaproject") && file.ends_with(".bin")) || file == "vbadata.xml"
}

/// The content types of a workbook that may hold no macros.
fn without_macros(types: &str) -> String {
    let mut edits = Edits::new(types);
    for tag in tags(types).filter(|t| t.kind != Kind::Close) {
        let kind = tag.attr("ContentType").unwrap_or_default();
        let of_book = tag.attr("PartName").is_some_and(|p| p.to_lowercase().contains("workbook"));
        if tag.name == "Default" && kind == MACROS && tag.kind == Kind::Empty {
            edits.replace(tag.start..tag.end, "");
        } else if of_book && kind.ends_with(".main+xml") && kind != PLAIN {
            edits.replace(tag.start..tag.end, &with_attr(tag.raw, "ContentType", PLAIN));
        }
    }
    edits.finish()
}

fn told(bytes: &[u8], book: &Book) -> Result<BTreeSet<Note>, Failure> {
    let mut notes = BTreeSet::new();
    let links = book.links.iter().filter(|(kind, part)| kind == "externalLink" && book.parts.contains(part));
    for (_, part) in links.take(MAX_LINKS) {
        notes.insert(Note::ExternalLinks);
        if tags(&book::part(bytes, part)?).any(|t| t.name == "ddeLink") {
            notes.insert(Note::Dde);
        }
    }
    let has = |start: &str| book.parts.iter().any(|p| p.starts_with(start));
    if has("xl/embeddings/") || has("xl/activex/") || has("xl/ctrlprops/") {
        notes.insert(Note::Embedded);
    }
    if has("xl/connections.xml") || has("xl/querytables/") {
        notes.insert(Note::Connections);
    }
    Ok(notes)
}
