//! Adds a guardrail link to an editor by typing part of an identifier or name.

use crate::api::{GuardrailHit, find_guardrails};
use crate::words::editor as words;
use assessments::lang::Lang;
use leptos::prelude::*;

/// The picker: a field, its hits, and two buttons each for how far the guardrail goes.
pub fn picker(lang: Lang, text: RwSignal<String>, typed: impl Fn(String) + Clone + 'static) -> impl IntoView {
    let w = words(lang);
    let hits = RwSignal::new(Vec::<GuardrailHit>::new());
    let ask = move |part: String| {
        if part.trim().len() < 2 {
            hits.set(vec![]);
            return;
        }
        leptos::task::spawn_local(async move { hits.set(find_guardrails(part, lang).await.unwrap_or_default()) });
    };
    let typed = StoredValue::new_local(typed);
    let add = move |id: &str, coverage: &str| {
        let before = text.get_untracked();
        let line = format!("{id} | {coverage}");
        let joined = if before.trim().is_empty() { line } else { format!("{}\n{line}", before.trim_end()) };
        typed.with_value(|t| t(joined));
        hits.set(vec![]);
    };
    view! {
        <div class="picker">
            <input type="search" placeholder=w.add_guardrail aria-label=w.add_guardrail on:input:target=move |e| ask(e.target().value())/>
            <ul class="plain-list">
                {move || hits.get().into_iter().map(|hit| {
                    let (full, partial) = (hit.id.clone(), hit.id.clone());
                    view! {
                        <li class="row"><span class="mono small">{hit.id.clone()}</span><span class="small muted">{hit.name}" "{hit.detail}</span>
                            <button type="button" class="btn" on:click=move |_| add(&full, "full")>{w.full}</button>
                            <button type="button" class="btn" on:click=move |_| add(&partial, "partial")>{w.partial}</button></li>
                    }
                }).collect_view()}
            </ul>
        </div>
    }
}
