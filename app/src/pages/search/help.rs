//! How to search, beside the box.

use crate::pages::Visit;
use crate::words::find;
use assessments::link::escape;
use leptos::prelude::*;

/// Examples that can be pressed, each with what it does.
pub fn help(visit: &Visit) -> impl IntoView + use<> {
    let f = find(visit.lang);
    let example = |text: &'static str, says: &'static str| {
        view! { <tr><th scope="row"><a class="mono" href=format!("/search?q={}", escape(text))>{text}</a></th><td>{says}</td></tr> }
    };
    view! {
        <details class="search-help"><summary>{f.search_help}</summary>
            <div class="panel">
                <p class="small">{f.help_words}</p>
                <table class="key small"><tbody>
                    {example(f.help_phrase, f.help_phrase_says)}
                    {example(f.help_minus, f.help_minus_says)}
                    {example(f.help_or, f.help_or_says)}
                    {example(f.help_field, f.help_field_says)}
                    <tr><th scope="row" class="mono">{f.help_id}</th><td>{f.help_id_says}</td></tr>
                </tbody></table>
                <p class="small muted">{f.help_width}</p>
            </div>
        </details>
    }
}
