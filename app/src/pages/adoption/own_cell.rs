//! A cell of an institution's own layer, which the page's desk can edit in place. Without script the form of its row
//! stands beside it.

use crate::pages::Visit;
use crate::pages::cell::{body, kind};
use crate::words::common;
use assessments::cell::Address;
use assessments::desk::SheetView;
use leptos::prelude::*;

/// Where an own cell stands.
pub(super) struct OwnCell<'a> {
    pub(super) visit: &'a Visit,
    /// The own layer's cells.
    pub(super) view: &'a SheetView,
    /// Whether the reader may write it.
    pub(super) writes: bool,
}

impl OwnCell<'_> {
    /// The cell with its field's name over it. `form` is the address of the form that edits it without script. An empty one
    /// that the reader cannot write is hidden by the style sheet until a colleague edits it, and is there to show that.
    pub(super) fn draw(&self, address: &Address, form: &str) -> Option<AnyView> {
        let (lang, field) = (self.visit.lang, address.declared()?);
        let text = self.view.cells.text(address);
        let label = field.label(lang);
        let name = if address.section == "adoption" { label.to_owned() } else { format!("{} {label}", address.row) };
        let edit = common(lang).edit;
        let tool = self.writes.then(|| {
            view! { <div class="cell-tools"><a class="tool" data-tool="edit" href=form.to_owned() aria-label=format!("{edit} {name}")>{edit}</a></div> }
        });
        Some(
            view! {
                <div class="cell" id=address.anchor() data-cell=address.to_string() data-own="" data-kind=kind(field)
                    data-editable=self.writes.then_some("") data-empty=text.is_empty().then_some("") tabindex=self.writes.then_some("0")
                    role="group" aria-label=name.clone()>
                    <span class="cell-label">{label}</span>
                    <div class="cell-body" lang=address.lang.map(|l| l.code())>{body(&self.visit.desk, &self.view.criteria, lang, field, text)}</div>
                    {tool}
                </div>
            }
            .into_any(),
        )
    }
}
