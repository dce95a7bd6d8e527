//! Server functions, for islands only. Plain forms post to the server's own routes, which call the same desk verbs.

use crate::words::editor;
use assessments::failure::Failure;
use assessments::lang::Lang;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

/// A failure on the wire, typed end to end, and in words: a browser carries the sentences of the failures that it meets
/// and not of all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What it is.
    pub failure: Failure,
    /// What happened and the way on, Japanese.
    ja: [String; 2],
    /// The same in English.
    en: [String; 2],
}

impl Refusal {
    /// What happened, in a sentence.
    pub fn message(&self, lang: Lang) -> &str {
        lang.pick(&self.ja[0], &self.en[0])
    }

    /// What can be done about it.
    pub fn way_on(&self, lang: Lang) -> &str {
        lang.pick(&self.ja[1], &self.en[1])
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.en[0])
    }
}

impl std::error::Error for Refusal {}

impl FromServerFnError for Refusal {
    type Encoder = JsonEncoding;
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let words =
            [Lang::Ja, Lang::En].map(|lang| [editor(lang).no_answer, editor(lang).no_answer_way].map(str::to_owned));
        let [ja, en] = words;
        Refusal { failure: Failure::Transport { detail: error.to_string() }, ja, en }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let words = [Lang::Ja, Lang::En].map(|lang| [failure.message(lang), failure.way_on(lang).to_owned()]);
        let [ja, en] = words;
        Refusal { failure, ja, en }
    }
}

/// A cell as the editor opens it and as a live change brings it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellNow {
    /// The text as stored.
    pub text: String,
    /// The text as shown, safe HTML.
    pub html: String,
    /// The revision that this was read at: the base of an edit.
    pub number: i64,
    /// (key, words) of a choice field.
    pub choices: Vec<(String, String)>,
}

/// What saving did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// The text that now stands; other than what was sent where it was merged.
    pub text: String,
    /// As shown.
    pub html: String,
    /// The revision.
    pub number: i64,
    /// Whether somebody else's change is in it as well.
    pub merged: bool,
}

/// A suggestion of the search box or of the palette.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The name of the group that it stands in; those of one group follow one another.
    pub group: String,
    /// Where it leads.
    pub url: String,
    /// What it is.
    pub title: String,
    /// A line under it.
    pub detail: String,
}

/// A guardrail to be linked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardrailHit {
    /// `config:s3-...`.
    pub id: String,
    /// Its name, where known.
    pub name: String,
    /// Mechanism and mode.
    pub detail: String,
}

/// Reads one cell. The layer is an institution of the reader's, or empty for the common text.
#[server(endpoint = "cell")]
pub async fn read_cell(service: String, layer: String, address: String, lang: Lang) -> Result<CellNow, Refusal> {
    Ok(serve::read_cell(&service, &layer, &address, lang).await?)
}

/// Saves one cell of the common text, or of an institution's layer.
#[server(endpoint = "save")]
pub async fn save_cell(
    service: String,
    layer: String,
    address: String,
    text: String,
    base: i64,
    reason: String,
    lang: Lang,
) -> Result<Saved, Refusal> {
    Ok(serve::save_cell((&service, &layer), &address, text, base, reason, lang).await?)
}

/// Says which cell the tab has open to edit; none where the address is empty. The layer is an institution of the
/// reader's, or empty for the common text.
#[server(endpoint = "edits")]
pub async fn edits(service: String, layer: String, tab: String, address: String) -> Result<(), Refusal> {
    Ok(serve::edits(&service, &layer, &tab, &address)?)
}

/// Markdown as it would be shown.
#[server(endpoint = "markdown")]
pub async fn show_markdown(text: String) -> Result<String, Refusal> {
    Ok(serve::show_markdown(&text)?)
}

/// How texts differ from a base, by word: HTML for each. Made here, since the code that finds it would cost every first
/// page a tenth of its bytes.
#[server(endpoint = "differences")]
pub async fn differences(
    address: String,
    base: String,
    texts: Vec<String>,
    lang: Lang,
) -> Result<Vec<String>, Refusal> {
    Ok(serve::differences(&address, &base, &texts, lang)?)
}

/// Commands, services, guardrails and cells that fit what is being typed on the page `here`; where nothing is typed, the
/// commands.
#[server(endpoint = "suggest")]
pub async fn suggest(text: String, here: String, lang: Lang) -> Result<Vec<Suggestion>, Refusal> {
    Ok(serve::suggest(&text, &here, lang).await?)
}

/// Guardrails that fit what is being typed.
#[server(endpoint = "guardrails")]
pub async fn find_guardrails(text: String, lang: Lang) -> Result<Vec<GuardrailHit>, Refusal> {
    Ok(serve::find_guardrails(&text, lang)?)
}

#[cfg(feature = "ssr")]
mod commands;
#[cfg(feature = "ssr")]
mod serve;
