//! The inbox: one page of what is addressed to its reader.

use super::Visit;
use super::search::place;
use super::shell::{Place, head, moment, page, pager};
use super::talk::name_of;
use crate::words::{common, fill, talk as words};
use assessments::cell::Layer;
use assessments::desk::{InboxItem, InboxKind};
use assessments::failure::Failure;
use assessments::lang::Lang;
use leptos::prelude::*;

/// Items a page.
const SIZE: usize = 50;

/// What the page is narrowed by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Of one kind only.
    pub kind: Option<InboxKind>,
    /// Only what is unread.
    pub unread: bool,
    /// Which page.
    pub page: i64,
}

/// The word of a kind.
pub fn kind_word(lang: Lang, kind: InboxKind) -> &'static str {
    let w = words(lang);
    match kind {
        InboxKind::Mention => w.mention,
        InboxKind::Reply => w.reply_kind,
        InboxKind::Review => w.review,
        InboxKind::Changes => w.changes,
        InboxKind::Conflict => w.conflict,
        InboxKind::Assignment => w.assignment,
        InboxKind::Overdue => w.overdue,
        InboxKind::Approval => w.approval,
        InboxKind::Outdated => w.outdated,
        InboxKind::Elevation => w.elevation,
        InboxKind::ElevationReview => w.elevation_review,
    }
}

/// The inbox.
///
/// # Errors
/// [`Failure::SignedOut`] where nobody is signed in.
pub async fn inbox(visit: &Visit, asked: &Asked, flash: Option<&'static str>) -> Result<String, Failure> {
    let all = visit.desk.inbox(visit.actor()?).await?;
    let (w, c) = (words(visit.lang), common(visit.lang));
    let fits = |i: &&InboxItem| asked.kind.is_none_or(|k| i.kind == k) && (!asked.unread || i.unread);
    let total = all.iter().filter(fits).count();
    let pages = total.div_ceil(SIZE).max(1);
    let number = usize::try_from(asked.page).unwrap_or(1).clamp(1, pages);
    let shown: Vec<&InboxItem> = all.iter().filter(fits).skip((number - 1) * SIZE).take(SIZE).collect();
    let unread = all.iter().filter(|i| i.unread).count();
    let kind = asked.kind.map_or("", InboxKind::key);
    let query = [("kind", kind), ("unread", if asked.unread { "1" } else { "" })];
    Ok(page(visit, w.inbox, Place::None, || {
        let kind_option = |k: &InboxKind| {
            let k = *k;
            let count = all.iter().filter(|i| i.kind == k).count();
            let word = format!("{} ({count})", kind_word(visit.lang, k));
            view! { <option value=k.key() selected={asked.kind == Some(k)}>{word}</option> }
        };
        let kinds = InboxKind::ALL.iter().map(kind_option).collect_view();
        let mark_all = (unread > 0).then(|| {
            view! { <form method="post" action="/inbox"><input type="hidden" name="verb" value="all"/><button class="btn">{w.mark_all}</button></form> }
        });
        view! {
            {head(w.inbox.into(), Some(w.inbox_lead.into()), mark_all.into_any())}
            {flash.map(|f| view! { <p class="note" data-tone="good" role="status">{f}</p> })}
            {(!all.is_empty()).then(|| view! {
                <form class="filters" method="get" action="/inbox" role="search" aria-label=c.apply_filter>
                    <label>{w.kind}<select name="kind"><option value="">{c.all}</option>{kinds}</select></label>
                    <label class="check"><input type="checkbox" name="unread" value="1" checked=asked.unread/>{w.only_unread}</label>
                    <button class="btn">{c.apply_filter}</button>
                </form>
            })}
            {if all.is_empty() {
                view! { <p class="empty">{w.inbox_empty}</p> }.into_any()
            } else if shown.is_empty() {
                view! { <p class="empty">{w.inbox_none}</p> }.into_any()
            } else {
                view! { <ol class="inbox-list">{shown.iter().map(|i| line(visit, i, asked)).collect_view()}</ol> }.into_any()
            }}
            {pager(visit, "/inbox", &query, number as i64, pages as i64, total as i64)}
        }
    }))
}

fn line(visit: &Visit, i: &InboxItem, asked: &Asked) -> impl IntoView + use<> {
    let w = words(visit.lang);
    let about = i.place.as_ref().map(|(set, address)| place(visit, set, address));
    let private = matches!(i.layer, Layer::Institution(_)).then(|| name_of(visit, &i.layer));
    let tone = match i.kind {
        InboxKind::Mention | InboxKind::Review => "info",
        InboxKind::Reply => "line",
        _ => "warn",
    };
    let (verb, word) = if i.unread { ("read", w.mark_read) } else { ("unread", w.mark_unread) };
    let title = i.title.get(visit.lang).to_owned();
    let named = format!("{word}: {title} {}", about.clone().unwrap_or_default());
    let aside = format!("{}: {title} {}", w.put_aside, about.clone().unwrap_or_default());
    view! {
        <li class="panel" data-unread=i.unread.then_some("")>
            <div>
                <p><span class="chip" data-tone=tone>{kind_word(visit.lang, i.kind)}</span>" "
                    {i.unread.then(|| view! { <span class="chip" data-tone="bad">{w.unread}</span>" " })}
                    {private.map(|name| view! { <span class="chip" data-tone="warn">{format!("{name} · {}", common(visit.lang).private)}</span>" " })}
                    <a href=i.url.clone()><b>{title}</b>{about.map(|p| format!(" · {p}"))}</a></p>
                {(!i.text.is_empty()).then(|| view! { <p class="excerpt">{i.text.clone()}</p> })}
                <p class="small muted">{(!i.who.is_empty()).then(|| format!("{} · ", i.who))}
                    {match &i.due {
                        Some(day) => view! { <span>{fill(w.due, &[day])}</span> }.into_any(),
                        None => view! { <time class="mono">{moment(i.at)}</time> }.into_any(),
                    }}</p>
            </div>
            <div class="row">
                {(i.kind == InboxKind::Conflict).then(|| verb_form(i, asked, ("aside", w.put_aside, aside)))}
                {verb_form(i, asked, (verb, word, named))}
            </div>
        </li>
    }
}

/// A form of one button that does something with an item; its name says with which.
fn verb_form(
    i: &InboxItem,
    asked: &Asked,
    (verb, word, named): (&'static str, &'static str, String),
) -> impl IntoView + use<> {
    view! {
        <form method="post" action="/inbox">
            <input type="hidden" name="verb" value=verb/>
            <input type="hidden" name="item" value=i.key.clone()/>
            <input type="hidden" name="kind" value=asked.kind.map_or("", InboxKind::key)/>
            {asked.unread.then(|| view! { <input type="hidden" name="unread" value="1"/> })}
            <button class="btn" data-kind="quiet" aria-label=named>{word}</button>
        </form>
    }
}
