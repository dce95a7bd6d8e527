//! A cell's text in words: what a person reads in a history, a conflict or a preview instead of the stored keys.

use super::{Field, Kind, section};
use crate::cell::Address;
use crate::criteria::CriteriaSet;
use crate::guardrail::{Coverage, parse_links};
use crate::lang::Lang;
use crate::link;

impl Field {
    /// The text in words of a language. Choices become mark and word, links title and date, guardrail links identifier,
    /// coverage and reason, one a line. What cannot be read by its kind stays as it is: nothing is hidden.
    #[must_use]
    pub fn spoken(&self, lang: Lang, text: &str) -> String {
        match self.kind {
            Kind::Choice(list) | Kind::Choices(list) => {
                let words =
                    text.split(',').map(str::trim).filter(|key| !key.is_empty()).map(|key| {
                        list.iter().find(|c| c.key == key).map_or_else(|| key.to_owned(), |c| c.marked(lang))
                    });
                words.collect::<Vec<_>>().join(lang.pick("、", ", "))
            }
            Kind::Links => link::parse(text).map_or_else(
                |_| text.to_owned(),
                |links| {
                    let line = |l: &link::Link| match &l.as_of {
                        Some(date) => format!("{} {date} {}", l.title, l.url),
                        None => format!("{} {}", l.title, l.url),
                    };
                    links.iter().map(line).collect::<Vec<_>>().join("\n")
                },
            ),
            Kind::Guardrails => parse_links(text).map_or_else(
                |_| text.to_owned(),
                |links| {
                    let line = |l: &crate::guardrail::GuardrailLink| {
                        let coverage = match l.coverage {
                            Coverage::Full => lang.pick("全部", "full"),
                            Coverage::Partial => lang.pick("一部", "partial"),
                        };
                        let reasons =
                            [&l.reason_ja, &l.reason_en].map(|r| r.trim()).into_iter().filter(|r| !r.is_empty());
                        let reasons = reasons.collect::<Vec<_>>().join(" / ");
                        format!("{}（{coverage}）{reasons}", l.id.native)
                    };
                    links.iter().map(line).collect::<Vec<_>>().join("\n")
                },
            ),
            Kind::Short | Kind::Markdown | Kind::Date | Kind::Reference(_) => text.to_owned(),
        }
    }
}

/// A cell's place in words: part, row and field. `criteria` is the set that its sheet follows.
#[must_use]
pub fn place(criteria: &CriteriaSet, address: &Address, lang: Lang) -> String {
    let part = section(&address.section).map_or("", |s| s.label(lang));
    let field = address.declared().map_or("", |f| f.label(lang));
    match criteria.category(address.row.as_str()) {
        Some(category) if address.section == "criteria" => format!("{} {} › {field}", category.id, category.name(lang)),
        Some(category) if address.of_criteria() => {
            format!("{part} {} {} › {field}", category.id, category.name(lang))
        }
        _ if matches!(address.section.as_str(), "facts" | "adoption") => format!("{part} › {field}"),
        _ => format!("{part} {} › {field}", address.row),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::field;
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("availability", "can_enable", "○ 設定で可能")]
    #[case("availability", "a_retired_key", "a_retired_key")]
    #[case("modes", "preventive,detective", "予防、発見")]
    #[case("evidence", "[S3 の資料](https://example.com/a) 2026-10-30", "S3 の資料 2026-10-30 https://example.com/a")]
    #[case(
        "guardrails",
        "securityhub:S3.5 | partial | 通信のみ | transport only",
        "S3.5（一部）通信のみ / transport only"
    )]
    #[case("summary", "そのまま *x*", "そのまま *x*")]
    #[case("availability", "", "")]
    fn a_text_is_spoken_by_its_kind(#[case] key: &str, #[case] text: &str, #[case] spoken: &str) {
        assert_eq!(field("criteria", key).unwrap().spoken(Lang::Ja, text), spoken);
    }
}
