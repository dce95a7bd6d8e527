//! The editor of one cell, put into the cell itself.

use super::live;
use super::state::{self, Desk, Draft};
use crate::api::{CellNow, Refusal, differences, read_cell, save_cell, show_markdown};
use crate::islands::browser::clock;
use crate::words::{editor as words, fill};
use assessments::failure::{Conflict, Failure};
use assessments::lang::Lang;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// What the editor says about its text.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Idle,
    Typing,
    Saving,
    Failed(String),
}

impl State {
    fn key(&self) -> &'static str {
        match self {
            State::Idle => "idle",
            State::Typing => "typing",
            State::Saving => "saving",
            State::Failed(_) => "failed",
        }
    }
}

/// One open editor.
#[derive(Clone)]
struct Open {
    desk: Desk,
    cell: HtmlElement,
    host: HtmlElement,
    address: String,
    kind: String,
    /// The text when it was opened, to give back on Escape.
    before: String,
    text: RwSignal<String>,
    base: RwSignal<i64>,
    state: RwSignal<State>,
    conflict: RwSignal<Option<Conflict>>,
    changed_by: RwSignal<Option<String>>,
    edited_by: RwSignal<Option<String>>,
    choices: Vec<(String, String)>,
    restored: bool,
}

/// Opens the editor in a cell. With a draft it goes on from what was typed before.
pub fn open(desk: &Desk, cell: &HtmlElement, draft: Option<Draft>) {
    if cell.get_attribute("data-state").as_deref() == Some("editing") {
        return;
    }
    let Some(address) = cell.get_attribute("data-cell") else { return };
    let _ = cell.set_attribute("data-state", "editing");
    let (desk, cell) = (desk.clone(), cell.clone());
    leptos::task::spawn_local(async move {
        match (read_cell(desk.service.clone(), desk.layer.clone(), address.clone(), desk.lang).await, draft) {
            (Ok(now), draft) => mount(desk, cell, address, now, draft),
            // The server is gone: a draft can still be read and copied, and saved when it is back.
            (Err(_), Some(draft)) => {
                let now = CellNow { number: draft.base, text: draft.text.clone(), ..CellNow::default() };
                mount(desk, cell, address, now, Some(draft));
            }
            (Err(refusal), None) => {
                let _ = cell.remove_attribute("data-state");
                state::remark(&cell, refusal.message(desk.lang), "failed");
            }
        }
    });
}

fn mount(desk: Desk, cell: HtmlElement, address: String, now: CellNow, draft: Option<Draft>) {
    let host = crate::islands::browser::document()
        .and_then(|d| d.create_element("div").ok())
        .and_then(|e| e.dyn_into::<HtmlElement>().ok());
    let Some(host) = host else { return };
    let _ = cell.append_child(&host);
    let kind = cell.get_attribute("data-kind").unwrap_or_default();
    let restored = draft.as_ref().is_some_and(|d| d.text != now.text);
    let base = draft.as_ref().map_or(now.number, |d| d.base);
    let text = draft.map_or_else(|| now.text.clone(), |d| d.text);
    let fresh = !restored;
    let (mounted, place) = (host.clone(), host.clone());
    let own = leptos::mount::mount_to(mounted, move || {
        let open = Open {
            desk,
            cell,
            host,
            address: address.clone(),
            kind,
            before: now.text,
            text: RwSignal::new(text),
            base: RwSignal::new(base),
            state: RwSignal::new(if restored { State::Typing } else { State::Idle }),
            conflict: RwSignal::new(None),
            changed_by: RwSignal::new(None),
            edited_by: RwSignal::new(None),
            choices: now.choices,
            restored,
        };
        live::watch(&open.desk, &address, live::Ears { changed_by: open.changed_by, edited_by: open.edited_by });
        editor(open)
    });
    // The view's signals live as long as the page; the host element is taken out when the editor closes.
    own.forget();
    // `autofocus` counts only while a page loads. A draft that opens by itself does not take the focus.
    let control = place.query_selector("textarea, select, input").ok().flatten().filter(|_| fresh);
    if let Some(control) = control.and_then(|c| c.dyn_into::<HtmlElement>().ok()) {
        let _ = control.focus();
    }
}

fn close(open: &Open) {
    live::unwatch(&open.desk, &open.address);
    open.host.remove();
    let _ = open.cell.remove_attribute("data-state");
    let _ = open.cell.focus();
}

fn type_text(open: &Open, text: String) {
    open.text.set(text.clone());
    open.state.set(State::Typing);
    state::keep(&open.desk, &open.address, &Draft { text, base: open.base.get_untracked() });
}

fn save(open: &Open) {
    if open.state.get_untracked() == State::Saving {
        return;
    }
    open.state.set(State::Saving);
    let open = open.clone();
    leptos::task::spawn_local(async move {
        let (text, base) = (open.text.get_untracked(), open.base.get_untracked());
        let (desk, address) = (open.desk.clone(), open.address.clone());
        let saved = save_cell(desk.service, desk.layer, address, text, base, String::new(), desk.lang).await;
        let w = words(open.desk.lang);
        match saved {
            Ok(saved) => {
                state::forget(&open.desk, &open.address);
                state::show(&open.cell, saved.number, &saved.html, saved.text.is_empty());
                let _ = open.cell.set_attribute("data-just-saved", "");
                let said = if saved.merged { w.merged_note } else { w.saved };
                state::remark(&open.cell, &format!("{said} {}", clock()), "saved");
                close(&open);
            }
            Err(Refusal { failure: Failure::Conflict { cells }, .. }) => {
                open.state.set(State::Typing);
                open.conflict.set(cells.into_iter().next());
            }
            Err(refusal) => {
                let (message, way_on) = (refusal.message(open.desk.lang), refusal.way_on(open.desk.lang));
                open.state.set(State::Failed(format!("{message} {way_on}")));
            }
        }
    });
}

fn editor(open: Open) -> impl IntoView {
    let w = words(open.desk.lang);
    let keys = {
        let open = open.clone();
        move |event: leptos::ev::KeyboardEvent| {
            event.stop_propagation();
            match event.key().as_str() {
                "Enter" if event.ctrl_key() || event.meta_key() => {
                    event.prevent_default();
                    save(&open);
                }
                "Escape" if !event.is_composing() => {
                    state::forget(&open.desk, &open.address);
                    close(&open);
                }
                _ => {}
            }
        }
    };
    let preview = RwSignal::new(None::<String>);
    let (saver, closer, viewer) = (open.clone(), open.clone(), open.clone());
    let show_preview = move |_| {
        if preview.get_untracked().is_some() {
            preview.set(None);
            return;
        }
        let text = viewer.text.get_untracked();
        leptos::task::spawn_local(async move { preview.set(show_markdown(text).await.ok()) });
    };
    let markdown = open.kind == "markdown";
    let (state, changed_by, edited_by, lang) = (open.state, open.changed_by, open.edited_by, open.desk.lang);
    let restored = open.restored;
    let merging = open.clone();
    view! {
        <div class="editor" on:keydown=keys on:dblclick=move |e| e.stop_propagation()>
            {restored.then(|| view! { <p class="note small" data-tone="info">{w.draft_found}</p> })}
            {move || changed_by.get().map(|who| view! { <p class="note small" data-tone="warn" role="status">{fill(w.changed_meanwhile, &[&who])}</p> })}
            <div aria-live="polite">{move || edited_by.get().map(|who| view! { <p class="note small" data-tone="info">{fill(w.edited_by_too, &[&who])}</p> })}</div>
            {control(open.clone())}
            {move || preview.get().map(|html| view! { <div class="prose preview" inner_html=html></div> })}
            {move || merging.conflict.get().map(|c| conflict(merging.clone(), c))}
            <div class="editor-bar">
                <button type="button" class="btn" data-kind="primary" on:click=move |_| save(&saver)>{w.save}</button>
                {markdown.then(|| view! { <button type="button" class="btn" data-kind="quiet" aria-pressed=move || preview.get().is_some().to_string() on:click=show_preview>{w.preview}</button> })}
                <button type="button" class="btn" data-kind="quiet" on:click=move |_| { state::forget(&closer.desk, &closer.address); close(&closer); }>{w.close}</button>
                <span class="saved" role="status" data-state=move || state.get().key()>{move || said(&state.get(), lang)}</span>
                <span class="small muted">{w.hint}</span>
            </div>
        </div>
    }
}

fn said(state: &State, lang: Lang) -> String {
    let w = words(lang);
    match state {
        State::Idle => String::new(),
        State::Typing => w.typing.into(),
        State::Saving => w.saving.into(),
        State::Failed(why) => format!("{} {why}", w.failed),
    }
}

/// The control for the cell's kind.
fn control(open: Open) -> AnyView {
    let label = open.cell.get_attribute("aria-label").unwrap_or_default();
    let text = open.text;
    let typed = {
        let open = open.clone();
        move |value: String| type_text(&open, value)
    };
    match open.kind.as_str() {
        "choice" => {
            let options = open.choices.iter().cloned();
            let options = options.map(|(key, word)| { let own = key.clone(); view! { <option value=key selected=move || text.get() == own>{word}</option> } }).collect_view();
            view! { <select aria-label=label on:change:target=move |e| typed(e.target().value())><option value="">"—"</option>{options}</select> }.into_any()
        }
        "choices" => open
            .choices
            .iter()
            .cloned()
            .map(|(key, word)| {
                let (own, typed) = (key.clone(), typed.clone());
                let has = move || text.with(|t| t.split(',').any(|k| k == own));
                let toggle = move |on: bool| {
                    let mut keys: Vec<String> = text.get_untracked().split(',').filter(|k| !k.is_empty() && *k != key).map(str::to_owned).collect();
                    if on {
                        keys.push(key.clone());
                    }
                    typed(keys.join(","));
                };
                view! { <label class="check"><input type="checkbox" prop:checked=has on:change:target=move |e| toggle(e.target().checked())/>{word}</label> }
            })
            .collect_view()
            .into_any(),
        "short" | "reference" | "date" => {
            let form = if open.kind == "date" { "date" } else { "text" };
            view! { <input type=form aria-label=label prop:value=move || text.get() on:input:target=move |e| typed(e.target().value())/> }.into_any()
        }
        _ => {
            let rows = open.before.lines().count().clamp(4, 16).to_string();
            let picker = (open.kind == "guardrails").then(|| super::super::guardrail_picker::picker(open.desk.lang, text, typed.clone()));
            view! {
                <textarea aria-label=label rows=rows prop:value=move || text.get() on:input:target=move |e| typed(e.target().value())></textarea>
                {picker}
            }
            .into_any()
        }
    }
}

/// The three texts, and the way to one.
fn conflict(open: Open, c: Conflict) -> impl IntoView {
    let w = words(open.desk.lang);
    // Plain at once; with the differences by word, and a choice's words, as soon as the server answers.
    let texts = [c.base.clone(), c.theirs.clone(), c.yours.clone()];
    let drawn = RwSignal::new(Vec::<String>::new());
    let (address, base, lang, sent) = (c.address.clone(), c.base.clone(), open.desk.lang, texts.to_vec());
    leptos::task::spawn_local(
        async move { drawn.set(differences(address, base, sent, lang).await.unwrap_or_default()) },
    );
    let pane = |title: &'static str, n: usize| {
        let plain = texts[n].clone();
        let body = move || match drawn.with(|html| html.get(n).cloned()) {
            Some(html) => view! { <div class="diff" inner_html=html></div> }.into_any(),
            None => view! { <div class="diff">{plain.clone()}</div> }.into_any(),
        };
        view! { <section><h3>{title}</h3>{body}</section> }
    };
    let (theirs, yours, number) = (c.theirs.clone(), c.yours.clone(), c.number);
    let take = move |open: Open, text: String| {
        move |_| {
            // From here on the edit starts from what stands there now, whichever text is taken.
            open.base.set(number);
            type_text(&open, text.clone());
        }
    };
    let (a, b, saver) = (take(open.clone(), theirs), take(open.clone(), yours), open.clone());
    view! {
        <div class="conflict" role="group" aria-label=w.conflict>
            <p role="alert"><b>{w.conflict}</b>" "<span class="muted">{c.author.clone()}</span></p>
            {pane(w.base, 0)}
            {pane(w.theirs, 1)}
            {pane(w.yours, 2)}
            <p class="row">
                <button type="button" class="btn" on:click=a>{w.use_theirs}</button>
                <button type="button" class="btn" on:click=b>{w.use_yours}</button>
                <button type="button" class="btn" data-kind="primary" on:click=move |_| { saver.base.set(number); saver.conflict.set(None); save(&saver); }>{w.save_merged}</button>
            </p>
        </div>
    }
}
