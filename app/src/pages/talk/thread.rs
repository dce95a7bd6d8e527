//! One thread: where it stands, what was said, and the forms to go on.

use super::{Talk, name_of};
use crate::pages::search::{place, url};
use crate::pages::shell::moment;
use crate::words::{common, fill, talk as words};
use assessments::access::Action;
use assessments::cell::{Address, Layer};
use assessments::lang::Lang;
use assessments::markdown;
use assessments::schema::{self, MAX_UNITS, Rows};
use assessments::store::{Comment, Thread};
use leptos::prelude::*;

/// A thread as an article.
pub(super) fn thread(t: &Talk<'_>, item: &Thread) -> impl IntoView + use<> {
    let (visit, w) = (t.visit, words(t.visit.lang));
    let about = item.address.as_ref().map_or_else(|| w.whole.to_owned(), |a| place(visit, &item.criteria, a));
    let (title, gone) = (about.clone(), gone(t, item));
    // Where its cell is no longer, there is nothing to lead to.
    let cell = item.address.as_ref().filter(|_| gone.is_none()).map(|a| url(t.opened.id(), &in_lang(a, visit.lang)));
    let private = matches!(item.key.layer, Layer::Institution(_));
    let may = t.may(Action::Comment, &item.key.layer);
    let state = if item.resolved.is_some() { "resolved" } else { "open" };
    let alone = t.shown.thread.is_empty().then(|| format!("{}?thread={}", t.action(), item.id));
    let comments = item.comments.iter().map(|c| comment(t, item, c, may)).collect_view();
    view! {
        <article class="panel thread" id=format!("t-{}", item.id) data-state=state data-private=private.then_some("") aria-label=about>
            <header>
                <h3>{match cell {
                    Some(href) => view! { <a href=href>{title}</a> }.into_any(),
                    None => view! { <span>{title}</span> }.into_any(),
                }}</h3>
                {private.then(|| view! { <span class="chip" data-tone="warn">{format!("{} · {}", name_of(visit, &item.key.layer), common(visit.lang).private)}</span> })}
                <span class="chip" data-tone=if state == "resolved" { "good" } else { "info" }>{if state == "resolved" { w.show_resolved } else { w.show_open }}</span>
                {alone.map(|href| view! { <a class="small" href=href>{w.this_thread}</a> })}
            </header>
            {gone.map(|sentence| view! { <p class="note small" data-tone="warn">{sentence}</p> })}
            <ol class="comments">{comments}</ol>
            {item.resolved.as_ref().map(|(at, by)| view! { <p class="small muted">"✓ "{fill(w.resolved_by, &[by, &moment(*at)])}</p> })}
            {may.then(|| answers(t, item))}
        </article>
    }
}

/// The address as the sheet's page anchors it.
fn in_lang(address: &Address, lang: Lang) -> Address {
    let bilingual = address.declared().is_some_and(|f| f.bilingual);
    Address { lang: bilingual.then_some(lang), ..address.clone() }
}

/// Why the thread's cell is not on the sheet any more.
fn gone(t: &Talk<'_>, item: &Thread) -> Option<String> {
    let (w, view) = (words(t.visit.lang), &t.opened.view);
    let address = item.address.as_ref()?;
    let section = schema::section(&address.section)?;
    match section.rows {
        Rows::Criteria if item.criteria != view.criteria.key() => {
            Some(fill(w.other_set, &[&item.criteria, &item.revision]))
        }
        _ => {
            let own = t.opened.own.iter().any(|(_, _, cells)| cells.has_row(section.key, &address.row));
            let there = view.cells.has_row(section.key, &address.row) || (own && item.key.layer != Layer::Shared);
            (!there).then(|| fill(w.gone, &[&item.revision]))
        }
    }
}

fn comment(t: &Talk<'_>, item: &Thread, c: &Comment, may: bool) -> impl IntoView + use<> {
    let (visit, w) = (t.visit, words(t.visit.lang));
    let own = t.actor().is_some_and(|a| a.is(&c.author));
    let fresh = visit.desk.can_still_edit(c);
    let deletable = may && (own || t.may(Action::UndoOthers, &item.key.layer));
    let body = match &c.deleted {
        Some((at, by)) => view! { <p class="muted"><i>{fill(w.deleted, &[by, &moment(*at)])}</i></p> }.into_any(),
        None => view! {
            <div class="prose" inner_html=markdown::to_html_naming(&c.text, &c.mentions)></div>
            {(!c.versions.is_empty()).then(|| versions(t, c))}
            <div class="comment-tools">
                {(may && own && fresh).then(|| edit(t, c))}
                {deletable.then(|| delete(t, c))}
            </div>
        }
        .into_any(),
    };
    view! {
        <li id=format!("c-{}", c.id)>
            <p class="small"><b>{c.author.name.clone()}</b>{institutions(t, c).map(|i| view! { <span class="muted">{visit.lang.pick("（", " (")}{i}{visit.lang.pick("）", ")")}</span> })}
                " "<time class="muted mono" datetime=c.at.to_rfc3339()>{moment(c.at)}</time>
                {c.edited_at.filter(|_| c.deleted.is_none()).map(|_| view! { " "<span class="muted">{w.edited}</span> })}</p>
            {body}
        </li>
    }
}

/// The institutions of a comment's author, as the list of people knows them now.
fn institutions(t: &Talk<'_>, c: &Comment) -> Option<String> {
    let person = c.author.person.as_ref()?;
    let (_, people) = t.people.first()?;
    let labels = &people.iter().find(|p| p.id == *person)?.institutions;
    let names: Vec<String> = labels.iter().map(|l| l.get(t.visit.lang).to_owned()).collect();
    (!names.is_empty()).then(|| names.join(t.visit.lang.pick("・", ", ")))
}

fn versions(t: &Talk<'_>, c: &Comment) -> impl IntoView + use<> {
    let items = c.versions.iter().map(|(text, at)| {
        view! { <li><time class="small muted mono">{moment(*at)}</time><div class="prose" inner_html=markdown::to_html_naming(text, &c.mentions)></div></li> }
    });
    view! { <details class="small earlier"><summary>{words(t.visit.lang).earlier}</summary><ol>{items.collect_view()}</ol></details> }
}

fn edit(t: &Talk<'_>, c: &Comment) -> impl IntoView + use<> {
    let w = words(t.visit.lang);
    let typed = t.typed("edit", &c.id, "text");
    let open = typed.is_some();
    view! {
        <details open=open><summary>{w.edit}</summary>
            <form class="form" method="post" action=t.action()>
                {t.hidden("edit", &c.id)}
                <label>{w.body}<textarea name="text" rows="4" required maxlength=MAX_UNITS.to_string()>{crate::pages::shell::in_area(typed.unwrap_or_else(|| c.text.clone()))}</textarea></label>
                <p class="hint">{w.edit_hint}</p>
                <button class="btn">{w.save}</button>
            </form></details>
    }
}

fn delete(t: &Talk<'_>, c: &Comment) -> impl IntoView + use<> {
    let w = words(t.visit.lang);
    view! {
        <details><summary>{w.delete}</summary>
            <form class="form" method="post" action=t.action()>{t.hidden("delete", &c.id)}
                <p class="hint">{w.delete_hint}</p><button class="btn" data-kind="danger">{w.delete_it}</button></form></details>
    }
}

/// Answering, and settling the matter. Where one thread is looked at alone, the form stands open.
fn answers(t: &Talk<'_>, item: &Thread) -> impl IntoView + use<> {
    let w = words(t.visit.lang);
    let typed = t.typed("reply", &item.id, "text");
    let open = typed.is_some() || !t.shown.thread.is_empty();
    let (verb, word) = if item.resolved.is_some() { ("reopen", w.reopen) } else { ("resolve", w.resolve) };
    view! {
        <div class="answers">
            <details open=open><summary>{w.reply_to}</summary>
                <form class="form" method="post" action=t.action()>
                    {t.hidden("reply", &item.id)}
                    <label>{w.body}<textarea name="text" rows="3" required maxlength=MAX_UNITS.to_string()>{crate::pages::shell::in_area(typed.unwrap_or_default())}</textarea></label>
                    {t.to("reply", &item.id, &item.key.layer)}
                    <button class="btn" data-kind="primary">{w.reply}</button>
                </form></details>
            <form method="post" action=t.action()>{t.hidden(verb, &item.id)}<button class="btn">{word}</button></form>
        </div>
    }
}
