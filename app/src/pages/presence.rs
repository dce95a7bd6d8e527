//! Who else is on a sheet: the line in the sheet's head and the marks on cells. Drawn with the page for readers without
//! script, and kept up to date by the live stream.

use super::Visit;
use crate::words::together;
use assessments::cell::{Address, Layer, SheetKey};
use assessments::desk::Present;
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::lang::Lang;
use leptos::prelude::*;
use serde::Serialize;

/// Somebody who is here, in words, as the stream tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// `佐藤 花子（A銀行）`.
    pub who: String,
    /// The reader's institution in whose layer they are; empty for the common text.
    pub layer: String,
    /// The cells that they edit.
    pub cells: Vec<String>,
}

/// Somebody in words.
pub fn line(lang: Lang, present: &Present) -> Line {
    let names: Vec<&str> = present.institutions.iter().map(|name| name.get(lang)).collect();
    let who = match (names.join(lang.pick("・", ", ")), lang) {
        (names, _) if names.is_empty() => present.name.clone(),
        (names, Lang::Ja) => format!("{}（{names}）", present.name),
        (names, Lang::En) => format!("{} ({names})", present.name),
    };
    let cells = present.cells.iter().map(ToString::to_string).collect();
    let layer = match &present.layer {
        Layer::Shared => String::new(),
        Layer::Institution(id) => id.to_string(),
    };
    Line { who, layer, cells }
}

/// The line `also here` of a sheet's head. It stays in the page while nobody is here, for the stream to fill.
///
/// # Errors
/// [`Failure::NotFound`] where the reader may not read the common text.
pub fn also_here(visit: &Visit, service: &ServiceId) -> Result<AnyView, Failure> {
    let w = together(visit.lang);
    let people = visit.desk.present(visit.actor()?, service)?;
    let names = people.iter().map(|p| {
        let Line { who, layer, .. } = line(visit.lang, p);
        view! { <li data-private=(!layer.is_empty()).then_some("")>{who}</li> }
    });
    Ok(view! {
        <div class="also-here" id="also-here" hidden=people.is_empty()>
            <span>{w.also_here}</span><ul aria-label=w.also_here>{names.collect_view()}</ul>
        </div>
    }
    .into_any())
}

/// Who has a cell open, in words; nothing where nobody else does.
///
/// # Errors
/// [`Failure::NotFound`] where the reader may not read the common text.
pub fn editing(visit: &Visit, key: &SheetKey, address: &Address) -> Result<Option<String>, Failure> {
    let people = visit.desk.present(visit.actor()?, &key.service)?;
    let here = people.iter().filter(|p| p.layer == key.layer && p.cells.contains(address));
    let names: Vec<String> = here.map(|p| line(visit.lang, p).who).collect();
    Ok((!names.is_empty()).then(|| names.join(visit.lang.pick("、", ", "))))
}
