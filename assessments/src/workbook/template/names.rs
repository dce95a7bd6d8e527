//! What a template can ask for: names in Japanese and English, from the schema and a few of the approval's own.

use crate::schema::{self, Rows, Section};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// A name that a template can hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As values are kept: `verdict`, within a list `summary`.
    pub key: String,
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

/// A list, and what each of its rows has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListName {
    /// The list's own name.
    pub name: Name,
    /// What its rows have.
    pub fields: Vec<Name>,
}

/// Values to fill in: one by key, and lists of rows by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// Values that are there once.
    pub one: BTreeMap<String, String>,
    /// Lists.
    pub lists: BTreeMap<String, Vec<BTreeMap<String, String>>>,
    /// What stands in a list without rows.
    pub nothing: String,
}

/// All names.
pub struct Names {
    /// Those that are there once.
    pub one: Vec<Name>,
    /// Lists.
    pub lists: Vec<ListName>,
}

/// Names of the approval and of what is pinned.
const ONE: &[Written] = &[
    ("service", "サービス名", "Service"),
    ("service_id", "サービスID", "Service id"),
    ("institution", "機関名", "Institution"),
    ("version", "版", "Version"),
    ("revision", "リビジョン", "Revision"),
    ("criteria", "クライテリア", "Criteria set"),
    ("hash", "内容ハッシュ", "Content hash"),
    ("own_hash", "採用判断のハッシュ", "Hash of the adoption"),
    ("code", "照合コード", "Check code"),
    ("approval", "承認番号", "Approval"),
    ("state", "承認状態", "State"),
    ("approver", "承認者", "Approver"),
    ("approved_at", "承認日", "Approved on"),
    ("decision", "決裁コメント", "Decision comment"),
    ("preparer", "作成者", "Preparer"),
    ("prepared_at", "作成日", "Prepared on"),
    ("comment", "作成者コメント", "Preparer comment"),
    ("ticket", "稟議番号", "Ticket"),
    ("valid_until", "有効期限", "Valid until"),
    ("previous_version", "前回の版", "Previous version"),
    ("changes_count", "変更件数", "Number of changes"),
    ("risks_count", "リスク件数", "Number of risks"),
    ("answered", "回答済み分類数", "Answered categories"),
    ("today", "出力日", "Today"),
];

/// A name as it is written in a template: key, Japanese, English.
type Written = (&'static str, &'static str, &'static str);

/// Lists beside the sections: each with the names of its fields.
const LISTS: &[(&str, &str, &str, &[Written])] = &[
    ("terms", "条件一覧", "Terms", &[("text", "条件", "Text")]),
    ("changes", "変更点", "Changes", &[("place", "箇所", "Place"), ("old", "変更前", "Old"), ("new", "変更後", "New")]),
    (
        "history",
        "改訂履歴",
        "History",
        &[
            ("number", "版", "Revision"),
            ("date", "日付", "Date"),
            ("author", "変更者", "Author"),
            ("reason", "変更理由", "Reason"),
        ],
    ),
    (
        "guardrail_list",
        "ガードレール一覧",
        "Guardrail list",
        &[
            ("id", "ID", "Id"),
            ("name", "名称", "Name"),
            ("category", "対策分類", "Category"),
            ("coverage", "充足", "Coverage"),
            ("reason", "理由", "Reason"),
        ],
    ),
];

/// What every row of a section has beside its fields.
const OF_ROWS: &[Written] = &[
    ("n", "連番", "No."),
    ("id", "番号", "Id"),
    ("name", "対策分類", "Category"),
    ("viewpoint", "評価観点", "Viewpoint"),
];

static NAMES: LazyLock<Names> = LazyLock::new(names);

/// All names.
pub fn all() -> &'static Names {
    &NAMES
}

fn name((key, ja, en): &(&str, &str, &str)) -> Name {
    Name { key: (*key).to_owned(), ja: (*ja).to_owned(), en: (*en).to_owned() }
}

fn names() -> Names {
    let mut one: Vec<Name> = ONE.iter().map(name).collect();
    let mut lists = Vec::new();
    for section in schema::SECTIONS.iter().chain(schema::PRIVATE) {
        let fields = section.fields.iter().map(|f| name(&(f.key, f.ja, f.en)));
        match section.rows {
            // Facts stand behind the adoption: a name that both have is the adoption's.
            Rows::One => one.extend(fields.map(|f| field_of(section, f))),
            _ => {
                let mut all: Vec<Name> = OF_ROWS.iter().map(name).collect();
                all.extend(fields);
                if section.key == "criteria" {
                    let own = schema::section("risks").map_or(&[][..], |s| s.fields);
                    all.extend(own.iter().map(|f| Name {
                        key: format!("risk_{}", f.key),
                        ja: f.ja.into(),
                        en: f.en.into(),
                    }));
                }
                lists.push(ListName { name: list_name(section), fields: all });
            }
        }
    }
    lists.extend(LISTS.iter().map(|(key, ja, en, fields)| ListName {
        name: name(&(key, ja, en)),
        fields: std::iter::once(&("n", "連番", "No.")).chain(fields.iter()).map(name).collect(),
    }));
    Names { one, lists }
}

fn field_of(section: &Section, field: Name) -> Name {
    if section.key == "adoption" { field } else { Name { key: format!("{}_{}", section.key, field.key), ..field } }
}

/// The categories are the controls of the second part.
fn list_name(section: &Section) -> Name {
    match section.key {
        "criteria" => name(&("controls", "対策", "Controls")),
        "risks" => name(&("risks", "リスク", "Risks")),
        key => name(&(key, section.ja, section.en)),
    }
}

/// A name for comparing: width, case, blanks and joining marks do not count.
fn fold(text: &str) -> String {
    let text: String = text.nfkc().collect();
    text.to_lowercase().chars().filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '.' | '・' | '。')).collect()
}

fn is(name: &Name, asked: &str) -> bool {
    [&name.key, &name.ja, &name.en].into_iter().any(|n| fold(n) == asked)
}

/// The list of this name.
pub fn list(asked: &str) -> Option<&'static ListName> {
    let asked = fold(asked);
    all().lists.iter().find(|l| is(&l.name, &asked))
}

/// What a name stands for: within a list first one of its rows' own.
pub fn field(asked: &str, within: Option<&ListName>) -> Option<(bool, &'static Name)> {
    let asked = fold(asked);
    let key = within.map(|l| l.name.key.as_str());
    let own = all().lists.iter().find(|l| Some(l.name.key.as_str()) == key);
    let of_row = own.and_then(|l| l.fields.iter().find(|n| is(n, &asked)));
    of_row.map(|n| (true, n)).or_else(|| all().one.iter().find(|n| is(n, &asked)).map(|n| (false, n)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_both_languages_and_any_width() {
        let key = |asked, within| field(asked, within).map(|(own, n)| (own, n.key.as_str()));
        assert_eq!(key("Ｖｅｒｄｉｃｔ", None), Some((false, "verdict")));
        assert_eq!(key("利用条件", None), Some((false, "conditions")));
        assert_eq!(key("稟議 番号", None), Some((false, "ticket")));
        let controls = list("対策");
        assert_eq!(controls.map(|l| l.name.key.as_str()), Some("controls"));
        assert_eq!(key("availability", controls), Some((true, "availability")));
        assert_eq!(key("risk_control", controls), Some((true, "risk_control")));
        assert_eq!(key("verdict", controls), Some((false, "verdict")));
        assert_eq!((key("zaphiro", controls), list("zaphiro").is_some()), (None, false));
    }

    #[test]
    fn no_two_names_of_a_place_are_the_same() {
        for names in all().lists.iter().map(|l| &l.fields).chain([&all().one]) {
            let keys: std::collections::BTreeSet<String> = names.iter().map(|n| fold(&n.key)).collect();
            assert_eq!(keys.len(), names.len());
        }
    }
}
