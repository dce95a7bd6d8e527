//! The file drop: takes a file from the desk of the computer into the form's own file field, and shows how far the
//! upload is. It must live in the browser because dropping is an event; without script the form works as it is.

use crate::words::editor;
use assessments::lang::Lang;
use leptos::prelude::*;

/// The drop zone around the import form.
#[island]
pub fn FileDrop(lang: Lang) -> impl IntoView {
    let percent = RwSignal::new(None::<u32>);
    let failed = RwSignal::new(false);
    let here = NodeRef::<leptos::html::Div>::new();
    Effect::new(move |_| start(here, percent, failed));
    let w = editor(lang);
    view! {
        <div class="drop-status" node_ref=here role="status">
            {move || percent.get().map(|p| view! {
                <progress max="100" value=p.to_string()></progress><span class="small">{crate::words::fill(w.reading, &[&p])}</span>
            })}
            {move || failed.get().then_some(w.failed)}
        </div>
    }
}

#[cfg(not(feature = "hydrate"))]
fn start(_: NodeRef<leptos::html::Div>, _: RwSignal<Option<u32>>, _: RwSignal<bool>) {}

#[cfg(feature = "hydrate")]
fn start(here: NodeRef<leptos::html::Div>, percent: RwSignal<Option<u32>>, failed: RwSignal<bool>) {
    use super::browser::listen;
    use wasm_bindgen::JsCast;
    use web_sys::{DragEvent, HtmlFormElement, HtmlInputElement};

    let Some(form) = here
        .get_untracked()
        .and_then(|h| h.closest("form").ok().flatten())
        .and_then(|f| f.dyn_into::<HtmlFormElement>().ok())
    else {
        return;
    };
    let zone = form.clone();
    listen(&form, "dragover", move |event| {
        event.prevent_default();
        let _ = zone.set_attribute("data-over", "");
    });
    let zone = form.clone();
    listen(&form, "dragleave", move |_| {
        let _ = zone.remove_attribute("data-over");
    });
    let zone = form.clone();
    listen(&form, "drop", move |event| {
        event.prevent_default();
        let _ = zone.remove_attribute("data-over");
        let files = event.dyn_into::<DragEvent>().ok().and_then(|e| e.data_transfer()).and_then(|d| d.files());
        let input =
            zone.query_selector("input[type=file]").ok().flatten().and_then(|i| i.dyn_into::<HtmlInputElement>().ok());
        if let (Some(files), Some(input)) = (files.filter(|f| f.length() > 0), input) {
            input.set_files(Some(&files));
            let _ = zone.request_submit();
        }
    });
    let sender = form.clone();
    listen(&form, "submit", move |event| {
        event.prevent_default();
        send(&sender, percent, failed);
    });
}

/// Sends the form with progress; where the answer leads, the page goes.
#[cfg(feature = "hydrate")]
fn send(form: &web_sys::HtmlFormElement, percent: RwSignal<Option<u32>>, failed: RwSignal<bool>) {
    use super::browser::{document, go, listen};
    use wasm_bindgen::JsCast;

    let (Ok(data), Ok(request)) = (web_sys::FormData::new_with_form(form), web_sys::XmlHttpRequest::new()) else {
        let _ = form.submit();
        return;
    };
    failed.set(false);
    percent.set(Some(0));
    if let Ok(upload) = request.upload() {
        listen(&upload, "progress", move |event| {
            if let Ok(progress) = event.dyn_into::<web_sys::ProgressEvent>() {
                let share = if progress.total() > 0.0 { progress.loaded() / progress.total() * 100.0 } else { 0.0 };
                percent.set(Some(share as u32));
            }
        });
    }
    let done = request.clone();
    listen(&request, "load", move |_| {
        percent.set(None);
        let preview = done.response_url();
        if preview.contains("/import/") {
            go(&preview);
            return;
        }
        // Refused: the server drew the same page with the reason; show it.
        let fresh = done.response_text().ok().flatten().unwrap_or_default();
        let parsed = web_sys::DomParser::new()
            .ok()
            .and_then(|p| p.parse_from_string(&fresh, web_sys::SupportedType::TextHtml).ok());
        let note = parsed.and_then(|d| d.query_selector("[role=alert]").ok().flatten());
        let old = document().and_then(|d| d.query_selector("main [role=alert]").ok().flatten());
        if let Some(old) = old {
            old.remove();
        }
        match (note, document().and_then(|d| d.query_selector("main form").ok().flatten())) {
            (Some(note), Some(place)) => {
                let _ = place.before_with_node_1(&note);
            }
            _ => failed.set(true),
        }
    });
    listen(&request, "error", move |_| {
        percent.set(None);
        failed.set(true);
    });
    if request.open("POST", "/import").is_err() || request.send_with_opt_form_data(Some(&data)).is_err() {
        let _ = form.submit();
    }
}
