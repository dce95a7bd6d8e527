//! The form of the adoption, or of one category's risk: every field of the row at once.

use super::{private_line, url, whose};
use crate::pages::error::notice;
use crate::pages::forms::{filled, input, three};
use crate::pages::shell::{Place, page};
use crate::pages::{Refused, Visit};
use crate::words::{adoption, common, sheet};
use assessments::access::Action;
use assessments::cell::{Address, Layer, SheetKey};
use assessments::failure::Failure;
use assessments::id::{RowId, ServiceId};
use assessments::schema;
use leptos::prelude::*;

/// The cells of a form: those of the adoption where no row is named, of a category's risk otherwise.
///
/// # Errors
/// [`Failure::NotFound`] for a row of the wrong form.
pub fn cells_of(row: &str) -> Result<Vec<Address>, Failure> {
    let (section, row) = match row {
        "" => ("adoption", RowId::service()),
        row => ("risks", RowId::parse(row).map_err(|_| Failure::NotFound)?),
    };
    let fields = schema::section(section).map_or(&[][..], |s| s.fields);
    Ok(fields.iter().map(|f| Address::new(section, row.clone(), f.key, None)).collect())
}

/// The form.
///
/// # Errors
/// [`Failure::NotFound`] for an institution that is not the reader's and a category that the sheet does not have;
/// [`Failure::Forbidden`] for a reader.
pub async fn form(
    visit: &Visit,
    service: &str,
    institution: &str,
    row: &str,
    refused: Option<&Refused>,
) -> Result<String, Failure> {
    let (id, _) = whose(visit, institution)?;
    let layer = Layer::Institution(id.clone());
    visit.who_may(Action::WriteCells, &layer)?;
    let key = SheetKey { service: ServiceId::parse(service).map_err(|_| Failure::NotFound)?, layer };
    let view = visit.desk.sheet(visit.actor()?, &key).await?;
    let cells: Vec<(Address, String)> = cells_of(row)?.into_iter().map(|a| (a.clone(), a.to_string())).collect();
    let category = view.criteria.category(row);
    if !row.is_empty() && category.is_none() {
        return Err(Failure::NotFound);
    }
    let form = filled(visit, &view, &cells, refused).await?;
    let reason = refused.and_then(|r| r.typed("reason")).unwrap_or("").to_owned();
    let (w, c, s) = (adoption(visit.lang), common(visit.lang), sheet(visit.lang));
    let name = view.service.name.get(visit.lang).to_owned();
    let title = if row.is_empty() { w.edit_title } else { w.risk_title };
    let back = url(service, &id);
    Ok(page(visit, &format!("{title} · {name}"), Place::Services, || {
        let controls =
            form.texts.iter().filter_map(|(a, text)| Some(input(visit, a.declared()?, &a.to_string(), text, None)));
        let conflicts = form.conflicts.iter().filter_map(|c| {
            let address = Address::parse(&c.address).ok()?;
            let label = address.declared().map(|f| f.label(visit.lang));
            Some(view! { <h2>{label}</h2>{three(visit, &address, c)} })
        });
        view! {
            <nav class="crumbs" aria-label=s.tabs><a href=format!("/services/{service}")>{name}</a>" › "<a href=back.clone()>{w.tab}</a></nav>
            <h1>{title}</h1>
            {private_line(visit, &key.layer)}
            {category.map(|k| crate::pages::across::question(visit, &view.criteria, k))}
            {refused.map(|r| notice(visit, &r.failure))}
            {conflicts.collect_view()}
            <form class="form wide" method="post" action=format!("/services/{service}/adoption/edit")>
                <input type="hidden" name="institution" value=id.to_string()/>
                <input type="hidden" name="row" value=row.to_owned()/>
                <input type="hidden" name="base" value=form.base.to_string()/>
                {controls.collect_view()}
                <label>{s.reason}<input type="text" name="reason" value=reason maxlength="2000"/></label>
                <p class="row"><button class="btn" data-kind="primary">{c.save}</button><a class="btn" data-kind="quiet" href=back.clone()>{c.cancel}</a></p>
            </form>
        }
    }))
}
