//! Error pages: what happened, a number to quote, and a way on.

use super::Visit;
use super::shell::{Place, page};
use crate::words::{common, pages};
use assessments::failure::Failure;
use leptos::prelude::*;

/// The page of a failure.
pub fn error(visit: &Visit, failure: &Failure) -> String {
    let (w, p) = (common(visit.lang), pages(visit.lang));
    let (message, way_on) = (failure.message(visit.lang), failure.way_on(visit.lang));
    let signed_out = matches!(failure, Failure::SignedOut);
    page(visit, p.error_title, Place::None, || {
        view! {
            <section class="error-page">
                <p class="mono muted">{failure.status()}" "{failure.code()}</p>
                <h1>{p.error_title}</h1>
                <h2>{p.what_happened}</h2>
                <p>{message}</p>
                <h2>{p.way_on}</h2>
                <p>{way_on}</p>
                <p class="row">
                    {if signed_out {
                        view! { <a class="btn" data-kind="primary" href="/sign-in">{w.sign_in}</a> }.into_any()
                    } else {
                        view! { <a class="btn" href="/">{w.back_home}</a>" "<a class="btn" href="/search">{w.try_search}</a> }.into_any()
                    }}
                </p>
                <p class="small muted">{w.operation}": "<span class="mono">{visit.operation.clone()}</span></p>
            </section>
        }
    })
}

/// A failure above a form, with what to do.
pub fn notice(visit: &Visit, failure: &Failure) -> impl IntoView + use<> {
    view! {
        <div class="note" data-tone="bad" role="alert">
            <p><b>{failure.message(visit.lang)}</b></p>
            <p>{failure.way_on(visit.lang)}</p>
        </div>
    }
}
