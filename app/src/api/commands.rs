//! What the palette can do beside going to a service or a cell: the pages, and the verbs of the sheet one stands on.

use super::Suggestion;
use crate::pages::{Visit, admin};
use crate::words::{Sheet, common, editor, pages, sheet};
use assessments::access::{Action, permit};
use assessments::cell::Layer;
use assessments::id::ServiceId;
use assessments::lang::Lang;

/// Where a command leads, and its word in each language: one finds it by either.
struct Command {
    url: String,
    words: [String; 2],
    /// What it acts on; empty for a page.
    on: String,
}

/// The commands that fit what is typed; all of them, the sheet's first, where nothing is.
pub fn fitting(visit: &Visit, text: &str, here: &str, lang: Lang) -> Vec<Suggestion> {
    let typed: Vec<String> = text.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let fits = |c: &Command| {
        let words = c.words.join(" ").to_lowercase();
        typed.iter().all(|t| words.contains(t.as_str()))
    };
    let [page, verb] = [editor(lang).palette_page, editor(lang).palette_verb];
    let shown = |c: Command| {
        let [ja, en] = c.words;
        let detail = if c.on.is_empty() { page.to_owned() } else { format!("{verb} · {}", c.on) };
        Suggestion {
            group: if c.on.is_empty() { page } else { verb }.to_owned(),
            url: c.url,
            title: lang.pick(&ja, &en).to_owned(),
            detail,
        }
    };
    of_sheet(visit, here).into_iter().chain(of_program(visit)).filter(fits).map(shown).collect()
}

fn both(word: impl Fn(Lang) -> String) -> [String; 2] {
    Lang::ALL.map(word)
}

fn of_sheet(visit: &Visit, here: &str) -> Vec<Command> {
    let id = here.strip_prefix("/services/").and_then(|rest| rest.split(['/', '?', '#']).next());
    let Some(id) = id.filter(|id| *id != "new").and_then(|id| ServiceId::parse(id).ok()) else { return vec![] };
    let may = |action| visit.actor.as_ref().is_some_and(|a| permit(a, action, &Layer::Shared).is_ok());
    let word = |of: fn(&Sheet) -> &'static str| both(move |lang| of(sheet(lang)).to_owned());
    let mut list = Vec::new();
    let mut add = |url: String, words| list.push(Command { url, words, on: id.to_string() });
    if may(Action::Export) {
        add(format!("/services/{id}/export"), word(|s| s.export));
        for (format, name) in [("json", "JSON"), ("md", "Markdown")] {
            let words = both(|lang| format!("{} {name}", sheet(lang).export_menu));
            add(format!("/services/{id}/export?format={format}"), words);
        }
    }
    if may(Action::PreviewImport) {
        add(format!("/import?service={id}"), word(|s| s.import));
    }
    for (part, of) in [
        ("", (|s| s.tab_overview) as fn(&Sheet) -> &'static str),
        ("/scenarios", |s| s.tab_scenarios),
        ("/criteria", |s| s.tab_criteria),
        ("/notes", |s| s.tab_notes),
        ("/guardrails", |s| s.tab_guardrails),
        ("/history", |s| s.tab_history),
    ] {
        add(format!("/services/{id}{part}"), word(of));
    }
    list
}

fn of_program(visit: &Visit) -> Vec<Command> {
    let may = |action| visit.actor.as_ref().is_some_and(|a| permit(a, action, &Layer::Shared).is_ok());
    let mut list = Vec::new();
    let mut add = |url: &str, words| list.push(Command { url: url.to_owned(), words, on: String::new() });
    add("/", both(|l| common(l).home.to_owned()));
    add("/services", both(|l| common(l).services.to_owned()));
    add("/matrix", both(|l| common(l).matrix.to_owned()));
    add("/guardrails", both(|l| common(l).guardrails.to_owned()));
    add("/overdue", both(|l| pages(l).overdue.to_owned()));
    if may(Action::PreviewImport) {
        add("/import", both(|l| common(l).import.to_owned()));
    }
    if may(Action::AddService) {
        add("/services/new", both(|l| pages(l).new_service.to_owned()));
    }
    for ((path, ja), (_, en)) in admin::places(visit, Lang::Ja).into_iter().zip(admin::places(visit, Lang::En)) {
        add(&path, [ja, en]);
    }
    let set = visit.desk.criteria("");
    for category in &set.categories {
        let words = both(|l| format!("{} {}", category.id, category.name(l)));
        add(&format!("/categories/{}", category.id), words);
    }
    list
}
