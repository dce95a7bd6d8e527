//! The plain form of one cell: works with script off, keeps what was typed, shows a conflict with all three texts.

use super::error::notice;
use super::shell::{Place, moment, page};
use super::{Refused, Visit};
use crate::words::{common, editor, fill, pages, sheet, talk};
use assessments::access::{Action, permit};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::desk::SheetView;
use assessments::diff::{Run, by_word};
use assessments::failure::{Conflict, Failure};
use assessments::id::ServiceId;
use assessments::lang::Lang;
use assessments::merge::{Merged, three_way};
use assessments::schema::{self, Field, Kind};
use assessments::store::HeldText;
use leptos::prelude::*;

/// The layer that a form is about: the common text, or an institution's own.
///
/// # Errors
/// [`Failure::NotFound`] for an institution that is not the reader's.
pub fn layer_of(visit: &Visit, institution: &str) -> Result<Layer, Failure> {
    if institution.is_empty() {
        return Ok(Layer::Shared);
    }
    let own = visit.institutions.iter().find(|(id, _)| id.as_str() == institution);
    own.map(|(id, _)| Layer::Institution(id.clone())).ok_or(Failure::NotFound)
}

/// What a form of cells shows: the revision that it goes on from, each cell with its text, and what stands in the way.
pub struct Filled {
    /// The form's base.
    pub base: i64,
    /// Each cell with the text that stands in its control.
    pub texts: Vec<(Address, String)>,
    /// Cells that cannot be merged.
    pub conflicts: Vec<Conflict>,
}

/// Fills a form. What was typed is kept. After a conflict it goes on from what stands there now: a cell in conflict keeps
/// the writer's own text, the others are merged, so that nothing that somebody else wrote is taken back.
///
/// # Errors
/// [`Failure::NotFound`] where the layer is not the reader's.
pub async fn filled(
    visit: &Visit,
    view: &SheetView,
    cells: &[(Address, String)],
    refused: Option<&Refused>,
) -> Result<Filled, Failure> {
    let current = |a: &Address| view.cells.text(a).to_owned();
    let Some(refused) = refused else {
        let texts = cells.iter().map(|(a, _)| (a.clone(), current(a))).collect();
        return Ok(Filled { base: view.number, texts, conflicts: vec![] });
    };
    let base = refused.typed("base").and_then(|b| b.parse().ok()).unwrap_or(view.number);
    let typed = |a: &Address, name: &str| refused.typed(name).map_or_else(|| current(a), str::to_owned);
    let Failure::Conflict { cells: conflicts } = &refused.failure else {
        let texts = cells.iter().map(|(a, name)| (a.clone(), typed(a, name))).collect();
        return Ok(Filled { base, texts, conflicts: vec![] });
    };
    let then = visit.desk.sheet_at(visit.actor()?, &view.key, base.clamp(0, view.number)).await?;
    let merged = |(a, name): &(Address, String)| {
        let yours = typed(a, name);
        let kind = a.declared().map_or(Kind::Short, |f| f.kind);
        let text = match three_way(kind, then.text(a), view.cells.text(a), &yours) {
            Merged::Clean(text) => text,
            Merged::Conflict => yours,
        };
        (a.clone(), text)
    };
    // What is shown as theirs is what the new base holds, whoever wrote between the refusal and this reading.
    let shown = |c: &Conflict| {
        let theirs = Address::parse(&c.address).map_or_else(|_| c.theirs.clone(), |a| current(&a));
        Conflict { theirs, ..c.clone() }
    };
    let conflicts = conflicts.iter().map(shown).collect();
    Ok(Filled { base: view.number, texts: cells.iter().map(merged).collect(), conflicts })
}

/// The form of one cell, of the common text or of an institution's own layer.
///
/// # Errors
/// [`Failure::NotFound`] for a cell that the schema or the sheet does not have; [`Failure::Forbidden`] for a reader.
pub async fn edit(
    visit: &Visit,
    service: &str,
    address: &str,
    institution: &str,
    refused: Option<&Refused>,
) -> Result<String, Failure> {
    drawn(visit, service, address, institution, refused, None).await
}

/// The form of a cell with a text that is kept for its writer: as it was refused for the conflict, with what stands there
/// today.
///
/// # Errors
/// [`Failure::NotFound`] for a text that is not the reader's; [`Failure::Forbidden`] for a reader.
pub async fn held(visit: &Visit, service: &str, id: &str) -> Result<String, Failure> {
    let actor = visit.actor()?;
    let held = visit.desk.held_text(actor, id).await?;
    if held.key.service.as_str() != service {
        return Err(Failure::NotFound);
    }
    let view = visit.desk.sheet(actor, &held.key).await?;
    let base = held.base.clamp(0, view.number);
    let then = visit.desk.sheet_at(actor, &held.key, base).await?;
    let address = held.address.to_string();
    let conflict = Conflict {
        address: address.clone(),
        base: then.text(&held.address).to_owned(),
        theirs: view.cells.text(&held.address).to_owned(),
        yours: held.text.clone(),
        number: view.number,
        author: String::new(),
    };
    let refused = Refused {
        failure: Failure::Conflict { cells: vec![conflict] },
        typed: vec![("base".into(), base.to_string()), ("text".into(), held.text.clone())],
    };
    let institution = match &held.key.layer {
        Layer::Shared => "",
        Layer::Institution(id) => id.as_str(),
    };
    drawn(visit, service, &address, institution, Some(&refused), Some(&held)).await
}

async fn drawn(
    visit: &Visit,
    service: &str,
    address: &str,
    institution: &str,
    refused: Option<&Refused>,
    held: Option<&HeldText>,
) -> Result<String, Failure> {
    let actor = visit.actor()?;
    let layer = layer_of(visit, institution)?;
    permit(actor, Action::WriteCells, &layer)?;
    let address = Address::parse(address).map_err(|_| Failure::NotFound)?;
    schema::declared_in(&layer, &address).map_err(|_| Failure::NotFound)?;
    let field = address.declared().ok_or(Failure::NotFound)?;
    let key = SheetKey { service: ServiceId::parse(service).map_err(|_| Failure::NotFound)?, layer };
    let view = visit.desk.sheet(actor, &key).await?;
    let form = filled(visit, &view, &[(address.clone(), "text".into())], refused).await?;
    let text = form.texts.first().map(|(_, t)| t.clone()).unwrap_or_default();
    let reason = refused.and_then(|r| r.typed("reason")).unwrap_or("").to_owned();
    let (w, s) = (common(visit.lang), sheet(visit.lang));
    let name = view.service.name.get(visit.lang).to_owned();
    let title = format!("{} · {name}", s.edit_title);
    let back = super::search::url(service, &address);
    let too = super::presence::editing(visit, &key, &address)?;
    Ok(page(visit, &title, Place::Services, || {
        let category = view.criteria.category(address.row.as_str()).filter(|_| address.of_criteria());
        view! {
            <nav class="crumbs" aria-label=s.tabs><a href=format!("/services/{service}")>{name}</a>" › "<a href=back.clone()>{super::search::place(visit, &view.criteria.key(), &address)}</a></nav>
            <h1>{field.label(visit.lang)}{address.lang.map(|l| if l == Lang::Ja { "（日本語）" } else { " (English)" })}</h1>
            {super::adoption::private_line(visit, &key.layer)}
            {category.map(|c| super::across::question(visit, &view.criteria, c))}
            {too.map(|who| view! { <p class="note" data-tone="info">{fill(editor(visit.lang).edited_by_too, &[&who])}</p> })}
            {match held {
                Some(held) => kept(visit, held).into_any(),
                None => refused.map(|r| notice(visit, &r.failure)).into_any(),
            }}
            {form.conflicts.iter().map(|c| three(visit, &address, c)).collect_view()}
            <form class="form wide" method="post" action=format!("/services/{service}/edit")>
                <input type="hidden" name="cell" value=address.to_string()/>
                <input type="hidden" name="base" value=form.base.to_string()/>
                {(!institution.is_empty()).then(|| view! { <input type="hidden" name="institution" value=institution.to_owned()/> })}
                {input(visit, field, "text", &text, address.lang)}
                <label>{s.reason}<input type="text" name="reason" value=reason maxlength="2000"/></label>
                <p class="row"><button class="btn" data-kind="primary">{w.save}</button><a class="btn" data-kind="quiet" href=back>{w.cancel}</a></p>
            </form>
        }
    }))
}

/// Since when a text is kept, and the way to do without it.
fn kept(visit: &Visit, held: &HeldText) -> impl IntoView + use<> {
    let t = talk(visit.lang);
    view! {
        <div class="note" data-tone="warn"><p>{fill(t.held, &[&moment(held.at)])}</p>
            <form method="post" action="/inbox">
                <input type="hidden" name="verb" value="aside"/>
                <input type="hidden" name="item" value=held.id.clone()/>
                <button class="btn" data-kind="quiet">{t.put_aside}</button>
            </form>
        </div>
    }
}

/// The three texts of a conflict, with what each side changed.
pub fn three(visit: &Visit, address: &Address, c: &Conflict) -> impl IntoView + use<> {
    let p = pages(visit.lang);
    let pane = |title: &'static str, text: &str| {
        let runs = match text {
            "" => view! { <span class="muted small">{common(visit.lang).none_yet}</span> }.into_any(),
            text => cell_diff(visit.lang, address, &c.base, text).into_any(),
        };
        view! { <section><h3>{title}</h3><div class="diff">{runs}</div></section> }
    };
    view! {
        <div class="conflict" role="group" aria-label=p.conflict_title>
            {pane(p.base, &c.base)}
            {pane(p.theirs, &c.theirs)}
            {pane(p.yours, &c.yours)}
        </div>
    }
}

/// A difference by word, marked with `ins` and `del`.
pub fn diff(old: &str, new: &str) -> impl IntoView + use<> {
    by_word(old, new)
        .into_iter()
        .map(|run| match run {
            Run::Same(t) => view! { <span>{t}</span> }.into_any(),
            Run::Gone(t) => view! { <del>{t}</del> }.into_any(),
            Run::New(t) => view! { <ins>{t}</ins> }.into_any(),
        })
        .collect_view()
}

/// The difference of two texts of a cell, in words: a choice reads as on the sheet and not as its key.
pub fn cell_diff(lang: Lang, address: &Address, old: &str, new: &str) -> impl IntoView + use<> {
    let spoken = |text: &str| address.declared().map_or_else(|| text.to_owned(), |field| field.spoken(lang, text));
    diff(&spoken(old), &spoken(new))
}

/// The control for a field's kind, under a name.
pub fn input(visit: &Visit, field: &'static Field, name: &str, text: &str, lang: Option<Lang>) -> AnyView {
    let s = sheet(visit.lang);
    let label = field.label(visit.lang);
    let (name, text) = (name.to_owned(), text.to_owned());
    let hint = format!("hint-{}", name.replace('/', "-"));
    let area = |words: &'static str| {
        view! {
            <label>{label}<textarea name=name.clone() rows="8" lang=lang.map(Lang::code) aria-describedby=hint.clone()>{super::shell::in_area(text.clone())}</textarea></label>
            <p class="hint" id=hint.clone()>{words}</p>
        }
        .into_any()
    };
    match field.kind {
        Kind::Markdown => area(s.edit_hint),
        Kind::Links => area(s.links_hint),
        Kind::Guardrails => area(s.guardrails_hint),
        Kind::Choice(list) => {
            let options = list.iter().map(|c| view! { <option value=c.key selected={c.key == text}>{c.marked(visit.lang)}</option> }).collect_view();
            view! { <label>{label}<select name=name><option value="">{s.edit_choice_none}</option>{options}</select></label> }.into_any()
        }
        Kind::Choices(list) => {
            let keys: Vec<&str> = text.split(',').collect();
            let boxes = list
                .iter()
                .map(|c| view! { <label class="check"><input type="checkbox" name=name.clone() value=c.key checked=keys.contains(&c.key)/>{c.label(visit.lang)}</label> })
                .collect_view();
            view! { <fieldset><legend>{label}</legend>{boxes}</fieldset> }.into_any()
        }
        Kind::Date => view! { <label>{label}<input type="date" name=name value=text/></label> }.into_any(),
        Kind::Short => view! { <label>{label}<input type="text" name=name value=text lang=lang.map(Lang::code)/></label> }.into_any(),
        Kind::Reference(_) => view! {
            <label>{label}<input type="text" name=name value=text aria-describedby=hint.clone()/></label><p class="hint" id=hint>{s.reference_hint}</p>
        }
        .into_any(),
    }
}
