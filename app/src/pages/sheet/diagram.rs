//! Connection paths as a diagram: actors on the left, routes in the middle, the service on the right. Drawn as SVG from
//! the data, with every path as a sentence for those who do not see it.

use super::Opened;
use crate::words::{fill, sheet};
use assessments::id::RowId;
use assessments::lang::Lang;
use assessments::schema;
use leptos::prelude::*;
use std::collections::BTreeMap;

const WIDTH: usize = 960;
const BOX_W: usize = 230;
const BOX_H: usize = 44;
const ROW_H: usize = 84;
const TOP: usize = 16;

/// One path as the drawing needs it.
struct Edge {
    from: String,
    to: String,
    kind: String,
    kind_word: String,
    plane: String,
    label: String,
}

/// The diagram with its caption; nothing where there is no path.
pub fn figure(opened: &Opened<'_>) -> AnyView {
    let s = sheet(opened.visit.lang);
    let edges: Vec<Edge> = opened.rows("paths").iter().map(|row| edge(opened, row)).collect();
    if edges.is_empty() {
        return ().into_any();
    }
    let service = opened.view.service.name.get(opened.visit.lang).to_owned();
    let froms = places(edges.iter().map(|e| e.from.as_str()));
    let tos = places(edges.iter().map(|e| e.to.as_str()));
    let rows = edges.len();
    let height = TOP * 2 + rows.max(1) * ROW_H;
    let sentences: Vec<_> = edges
        .iter()
        .map(|e| view! { <li>{format!("{} → {}：{}、{}", e.from, e.to, e.kind_word, e.label)}</li> })
        .collect();
    view! {
        <figure class="panel diagram">
            <figcaption><h3>{s.diagram}</h3><p class="small muted">{s.diagram_legend}</p></figcaption>
            <svg viewBox=format!("0 0 {WIDTH} {height}") width="100%" role="img" aria-label=format!("{service} — {}", fill(s.diagram_desc, &[&rows]))>
                {draw(&edges, &froms, &tos, height)}
            </svg>
            <ul class="visually-hidden">{sentences}</ul>
        </figure>
    }
    .into_any()
}

fn edge(opened: &Opened<'_>, row: &RowId) -> Edge {
    let lang = opened.visit.lang;
    let shown = |field: &str| opened.view.cells.shown("paths", row, field, lang).text.to_owned();
    let word = |field: &str, key: &str| {
        let choice = schema::field("paths", field).and_then(|f| f.choices().iter().find(|c| c.key == key));
        choice.map_or(String::new(), |c| c.label(lang).to_owned())
    };
    let or_row = |text: String| if text.is_empty() { row.to_string() } else { text };
    let (kind, plane) = (shown("kind"), shown("plane"));
    let parts: Vec<String> =
        [shown("encryption"), shown("authentication")].into_iter().filter(|t| !t.is_empty()).collect();
    let label = parts.join(if lang == Lang::Ja { "・" } else { ", " });
    Edge { from: or_row(shown("from")), to: or_row(shown("to")), kind_word: word("kind", &kind), kind, plane, label }
}

/// Distinct names in the order of their first use.
fn places<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    let mut out = BTreeMap::new();
    for name in names {
        let next = out.len();
        out.entry(name).or_insert(next);
    }
    out
}

/// The vertical middle of the `n`th of `count` boxes.
fn middle(n: usize, count: usize, height: usize) -> usize {
    let room = height - TOP * 2;
    TOP + room * (2 * n + 1) / (2 * count.max(1))
}

fn draw(edges: &[Edge], froms: &BTreeMap<&str, usize>, tos: &BTreeMap<&str, usize>, height: usize) -> AnyView {
    let right = WIDTH - BOX_W - 8;
    let boxes = |places: &BTreeMap<&str, usize>, x: usize| {
        places
            .iter()
            .map(|(name, n)| {
                let y = middle(*n, places.len(), height);
                node(name, x, y)
            })
            .collect::<Vec<_>>()
    };
    // The label of the nth path sits on its own height, so that labels never cover each other.
    let lines: Vec<_> = edges
        .iter()
        .enumerate()
        .map(|(n, e)| {
            let (y1, y2) = (at(froms, &e.from, height), at(tos, &e.to, height));
            let (x1, x2, own) = (BOX_W + 8, right, middle(n, edges.len(), height));
            let (a, b) = (x1 + 90, x2 - 90);
            let path = format!("M{x1} {y1} C{} {y1} {} {own} {a} {own} L{b} {own} C{} {own} {} {y2} {x2} {y2}", x1 + 50, a - 40, b + 40, x2 - 50);
            let middle_x = (x1 + x2) / 2;
            view! {
                <g class="edge" data-kind=e.kind.clone() data-plane=e.plane.clone()>
                    <path d=path></path>
                    <text class="edge-label" x=middle_x.to_string() y=(own - 7).to_string() text-anchor="middle">{e.kind_word.clone()}</text>
                    <text class="edge-note" x=middle_x.to_string() y=(own + 17).to_string() text-anchor="middle">{cut(&e.label, 52)}</text>
                </g>
            }
        })
        .collect();
    view! { {lines} {boxes(froms, 8)} {boxes(tos, right)} }.into_any()
}

fn at(places: &BTreeMap<&str, usize>, name: &str, height: usize) -> usize {
    places.get(name).map_or(height / 2, |n| middle(*n, places.len(), height))
}

fn node(name: &str, x: usize, y: usize) -> AnyView {
    let (first, second) = two_lines(name, 30);
    let center = (x + BOX_W / 2).to_string();
    let single = second.is_empty();
    view! {
        <g class="node">
            <rect x=x.to_string() y=(y - BOX_H / 2).to_string() width=BOX_W.to_string() height=BOX_H.to_string() rx="6"></rect>
            <text x=center.clone() y=(if single { y + 5 } else { y - 3 }).to_string() text-anchor="middle">{first}</text>
            {(!single).then(|| view! { <text x=center y=(y + 14).to_string() text-anchor="middle">{second}</text> })}
        </g>
    }
    .into_any()
}

/// Width in half-width units: a Japanese character counts two.
fn width(c: char) -> usize {
    if (c as u32) < 0x2e80 { 1 } else { 2 }
}

fn cut(text: &str, units: usize) -> String {
    let mut used = 0;
    let mut out = String::new();
    for c in text.chars() {
        used += width(c);
        if used > units {
            out.push('…');
            break;
        }
        out.push(c);
    }
    out
}

/// Breaks a name into at most two lines, at a blank where there is one near the end.
fn two_lines(text: &str, units: usize) -> (String, String) {
    let mut used = 0;
    let mut end = text.len();
    let mut blank = None;
    for (at, c) in text.char_indices() {
        used += width(c);
        if used > units {
            end = blank.unwrap_or(at);
            break;
        }
        if matches!(c, ' ' | '（' | '(' | '・' | '/') && at > 0 {
            blank = Some(at);
        }
    }
    let (first, second) = text.split_at(end);
    (first.trim().to_owned(), cut(second.trim(), units))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_break_in_two_and_are_cut_at_a_character() {
        assert_eq!(two_lines("営業店端末", 30), ("営業店端末".into(), String::new()));
        let (first, second) = two_lines("オンプレミスの業務システム（勘定系ホスト連携基盤）", 30);
        assert_eq!(first, "オンプレミスの業務システム");
        assert!(second.starts_with('（') && second.chars().count() <= 16);
        assert_eq!(cut("暗号化", 4), "暗号…");
    }

    #[test]
    fn boxes_stand_apart() {
        assert!(middle(1, 2, 200) - middle(0, 2, 200) > BOX_H);
    }
}
