//! What people need to know about the HTTP API, with a walk-through.

use super::Visit;
use super::shell::{Place, head, page};
use crate::words::{Api, api, tokens};
use assessments::access::Scope;
use leptos::prelude::*;

/// An operation, as the OpenAPI document has it.
pub struct Operation {
    /// `GET`.
    pub method: String,
    /// Path below `/api/v1`.
    pub path: String,
    /// The handler's name, by which its words are found.
    pub id: String,
    /// The document's own summary, where there are no words yet.
    pub summary: String,
    /// The scope that it needs.
    pub scope: String,
}

const READ: &str = "export KYOHYO=https://kyohyo.example
export TOKEN=kyohyo_...
curl -H \"Authorization: Bearer $TOKEN\" $KYOHYO/api/v1/me
curl -H \"Authorization: Bearer $TOKEN\" \"$KYOHYO/api/v1/sheets?state=answered&limit=20\"
curl -i -H \"Authorization: Bearer $TOKEN\" \\
  \"$KYOHYO/api/v1/sheets/s3/cell?address=criteria/K07/summary/ja\"
# ETag: \"12\"";

const WRITE: &str = "curl -X PATCH -H \"Authorization: Bearer $TOKEN\" -H 'If-Match: \"12\"' \\
  -H 'Content-Type: application/json' $KYOHYO/api/v1/sheets/s3 -d '{
  \"cells\": [{\"address\": \"criteria/K07/summary/ja\", \"text\": \"保存時の暗号化は既定で有効です。\"}],
  \"reason\": \"定期点検\"
}'
curl -H \"Authorization: Bearer $TOKEN\" $KYOHYO/api/v1/sheets/s3/changes?limit=5";

const FILES: &str = "curl -G -H \"Authorization: Bearer $TOKEN\" $KYOHYO/api/v1/search --data-urlencode q=暗号化
curl -OJ -H \"Authorization: Bearer $TOKEN\" \"$KYOHYO/api/v1/sheets/s3/export?format=xlsx\"
curl -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/octet-stream' \\
  --data-binary @kyohyo-s3-r12.xlsx \"$KYOHYO/api/v1/imports?file=kyohyo-s3-r12.xlsx\"
curl -X POST -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\
  $KYOHYO/api/v1/imports/ID/apply -d '{}'";

fn word(w: &'static Api, operation: &Operation) -> String {
    match operation.id.as_str() {
        "me" => w.me,
        "list" => w.list,
        "add" => w.add,
        "read" => w.read,
        "write" => w.write,
        "cell" => w.cell,
        "history" => w.history,
        "versions" => w.versions,
        "audit" => w.audit,
        "undo" => w.undo,
        "restore" => w.restore,
        "search" => w.search,
        "export" => w.export,
        "preview" => w.preview,
        "again" => w.again,
        "name" => w.name,
        "apply" => w.apply,
        _ => return operation.summary.clone(),
    }
    .to_owned()
}

/// The page.
pub fn api_page(visit: &Visit, operations: &[Operation]) -> String {
    let w = api(visit.lang);
    page(visit, w.title, Place::None, || {
        let code = |text: &'static str| view! { <pre class="code" tabindex="0"><code>{text}</code></pre> };
        let part = |title: &'static str, text: &'static str| view! { <section><h2>{title}</h2><p>{text}</p></section> };
        let rows = operations
            .iter()
            .map(|o| {
                view! {
                    <tr><th scope="row" data-label=w.address><code class="mono">{o.method.clone()}" "{o.path.clone()}</code></th>
                        <td data-label=w.what>{word(w, o)}</td><td data-label=w.scope><code class="mono small">{o.scope.clone()}</code></td></tr>
                }
            })
            .collect_view();
        let scopes =
            Scope::ALL.map(|s| view! { <dt><code class="mono">{s.key()}</code></dt><dd>{s.label(visit.lang)}</dd> });
        let actions = view! {
            <a class="btn" data-kind="primary" href="/account#tokens">{tokens(visit.lang).make}</a>" "
            <a class="btn" href="/api/v1/openapi.json">{w.machine}</a>
        };
        view! {
            {head(w.title.into(), Some(w.lead.into()), actions.into_any())}
            <div class="stack api-page">
                {part(w.first_title, w.first)}
                <section><h2>{w.second_title}</h2><p>{w.second}</p>{code(READ)}</section>
                <section><h2>{w.third_title}</h2><p>{w.third}</p>{code(WRITE)}</section>
                <section><h2>{w.fourth_title}</h2><p>{w.fourth}</p>{code(FILES)}</section>
                {part(w.layers_title, w.layers)}
                <section><h2>{w.scopes_title}</h2><p>{w.scopes_lead}</p><dl class="facts-list">{scopes}</dl></section>
                {part(w.pages_title, w.pages)}
                {part(w.errors_title, w.errors)}
                {part(w.rate_title, w.rate)}
                <section><h2>{w.operations}</h2><p class="small muted mono">"/api/v1"</p>
                    <table class="list">
                        <thead><tr><th scope="col">{w.method}" / "{w.address}</th><th scope="col">{w.what}</th><th scope="col">{w.scope}</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </section>
            </div>
        }
    })
}
