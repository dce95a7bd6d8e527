//! Marks and words of other people's workbooks, as choices of ours.

use crate::schema::{Choice, Field};
use unicode_normalization::UnicodeNormalization;

/// Reads a choice: our own key, word or mark first, then the spellings that people use. What stands behind a mark
/// (`○※1`, `○(条件付き)`) comes back as the rest.
pub fn choice(field: &Field, list: &'static [Choice], text: &str) -> (Option<&'static str>, String) {
    let plain: String = text.nfkc().collect();
    let plain = plain.trim();
    let own = list.iter().find(|c| {
        [c.key, c.ja, c.en].iter().any(|w| plain.eq_ignore_ascii_case(&w.nfkc().collect::<String>()))
            || text.trim() == format!("{} {}", c.mark, c.ja)
            || text.trim() == format!("{} {}", c.mark, c.en)
    });
    if let Some(choice) = own {
        return (Some(choice.key), String::new());
    }
    let (key, rest) = match field.key {
        "availability" => availability(plain),
        "responsibility" => (responsibility(plain), String::new()),
        "kind" => (path_kind(plain), String::new()),
        "severity" => (severity(plain), String::new()),
        _ => (None, String::new()),
    };
    (key.and_then(|k| list.iter().find(|c| c.key == k)).map(|c| c.key), rest)
}

/// Whether a text is nothing but a dash: "does not apply", "none" or "nobody has looked".
pub fn is_dash(text: &str) -> bool {
    let text: String = text.nfkc().collect();
    let text = text.trim();
    text.chars().count() == 1 && text.chars().all(|c| matches!(c, '-' | '‐' | '−' | '–' | '—' | '―' | 'ー'))
}

/// Whether a text says yes, in a column that asks.
pub fn is_yes(text: &str) -> bool {
    let text: String = text.nfkc().collect();
    let text = text.trim();
    ["true", "yes", "y", "はい", "有", "あり", "有効"].iter().any(|w| text.eq_ignore_ascii_case(w))
        || text.starts_with(['○', '〇', '◯', '●', '◎'])
}

fn availability(text: &str) -> (Option<&'static str>, String) {
    const WORDS: [(&str, &str); 22] = [
        ("◎", "on_default"),
        ("○", "can_enable"),
        ("〇", "can_enable"),
        ("◯", "can_enable"),
        ("●", "can_enable"),
        ("✓", "can_enable"),
        ("△", "partly"),
        ("▲", "partly"),
        ("×", "not_offered"),
        ("✕", "not_offered"),
        ("✖", "not_offered"),
        ("対象外", "not_applicable"),
        ("該当なし", "not_applicable"),
        ("N/A", "not_applicable"),
        ("Not Applicable", "not_applicable"),
        ("有", "can_enable"),
        ("あり", "can_enable"),
        ("無", "not_offered"),
        ("なし", "not_offered"),
        ("True", "can_enable"),
        ("False", "not_offered"),
        ("一部", "partly"),
    ];
    if let Some((word, key)) = WORDS.iter().find(|(w, _)| text.starts_with(w)) {
        let rest = text.get(word.len()..).unwrap_or("").trim().trim_matches(|c| matches!(c, '(' | ')')).trim();
        return (Some(key), rest.to_owned());
    }
    match text {
        _ if is_dash(text) => (Some("not_applicable"), String::new()),
        "x" | "X" => (Some("not_offered"), String::new()),
        _ => (None, String::new()),
    }
}

fn responsibility(text: &str) -> Option<&'static str> {
    match text.to_lowercase().as_str() {
        "microsoft" | "aws" | "provider" | "事業者" => Some("provider"),
        "customer" | "利用者" => Some("customer"),
        "shared" | "共同" => Some("shared"),
        _ => None,
    }
}

fn path_kind(text: &str) -> Option<&'static str> {
    let has = |words: &[&str]| words.iter().any(|w| text.contains(w));
    if has(&["エンドポイント", "endpoint", "PrivateLink"]) {
        Some("vpc_endpoint")
    } else if has(&["Direct Connect", "VPN", "閉域", "専用線"]) {
        Some("direct_connect_vpn")
    } else if has(&["インターネット", "internet", "Internet"]) {
        Some("internet")
    } else {
        None
    }
}

fn severity(text: &str) -> Option<&'static str> {
    match text {
        "高" | "High" | "H" => Some("high"),
        "中" | "Medium" | "M" => Some("medium"),
        "低" | "Low" | "L" => Some("low"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;
    use rstest::rstest;

    #[rstest]
    #[case("○", Some("can_enable"), "")]
    #[case("〇", Some("can_enable"), "")]
    #[case(" ○ ", Some("can_enable"), "")]
    #[case("○※1", Some("can_enable"), "※1")]
    #[case("○\n(条件付き)", Some("can_enable"), "条件付き")]
    #[case("△", Some("partly"), "")]
    #[case("✕", Some("not_offered"), "")]
    #[case("Ｘ", Some("not_offered"), "")]
    #[case("－", Some("not_applicable"), "")]
    #[case("ー", Some("not_applicable"), "")]
    #[case("Ｎ／Ａ", Some("not_applicable"), "")]
    #[case("◎ 既定で有効", Some("on_default"), "")]
    #[case("on_default", Some("on_default"), "")]
    #[case("要確認", None, "")]
    fn spellings_of_marks(#[case] text: &str, #[case] key: Option<&str>, #[case] rest: &str) {
        let read = schema::field("criteria", "availability").map(|f| choice(f, f.choices(), text));
        assert_eq!(read, Some((key, rest.to_owned())));
    }
}
