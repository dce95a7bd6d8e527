//! What adoption and approval do not allow, each with a sentence and a way on.

use crate::lang::Lang;
use serde::{Deserialize, Serialize};

/// A rule that stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The next review lies more than a year ahead.
    ReviewTooFar,
    /// An effort is no number of hours.
    Hours,
    /// Who prepared an approval does not decide on it.
    SamePerson,
    /// The approval is in a state in which this cannot be done.
    State,
    /// There is no published version to pin.
    NothingPublished,
    /// The adoption has no verdict, or is still pending.
    NoVerdict,
    /// A change to the common text needs the reason, in the person's words.
    NoReason,
    /// The record of an institution is looked at as one of its people.
    AsWhom,
}

impl Rule {
    /// All rules.
    pub const ALL: [Rule; 8] = [
        Rule::ReviewTooFar,
        Rule::Hours,
        Rule::SamePerson,
        Rule::State,
        Rule::NothingPublished,
        Rule::NoVerdict,
        Rule::NoReason,
        Rule::AsWhom,
    ];

    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Rule::ReviewTooFar => "review_too_far",
            Rule::Hours => "hours",
            Rule::SamePerson => "same_person",
            Rule::State => "approval_state",
            Rule::NothingPublished => "nothing_published",
            Rule::NoVerdict => "no_verdict",
            Rule::NoReason => "no_reason",
            Rule::AsWhom => "as_whom",
        }
    }

    /// The HTTP status that says the same.
    pub fn status(self) -> u16 {
        match self {
            Rule::SamePerson => 403,
            Rule::State | Rule::NothingPublished | Rule::NoVerdict => 409,
            Rule::ReviewTooFar | Rule::Hours | Rule::NoReason | Rule::AsWhom => 422,
        }
    }

    /// What happened, in a sentence.
    pub fn message(self, detail: &str, lang: Lang) -> String {
        let (ja, en) = match self {
            Rule::ReviewTooFar => (
                format!("「{detail}」は受け付けられません。見直し日と有効期限は、今日から1年以内の日付です。"),
                format!("“{detail}” is not accepted: a review or an expiry lies between today and a year ahead."),
            ),
            Rule::Hours => (
                format!("工数「{detail}」は受け付けられません。0 から 100000 までの時間数です。"),
                format!("“{detail}” is no effort: hours from 0 to 100000."),
            ),
            Rule::SamePerson => (
                "自分が準備した承認は、自分では決裁できません。".to_owned(),
                "Who prepared an approval cannot decide on it.".to_owned(),
            ),
            Rule::State => (
                "この承認は、今の状態ではその操作ができません。ほかの方が先に処理した可能性があります。".to_owned(),
                "The approval is in a state that does not allow this. Somebody may have been faster.".to_owned(),
            ),
            Rule::NothingPublished => (
                "この評価シートには公開された版がまだありません。".to_owned(),
                "The sheet has no published version yet.".to_owned(),
            ),
            Rule::NoVerdict => (
                "判断が「利用可」「条件付きで利用可」「利用不可」のどれにもなっていません。".to_owned(),
                "The verdict is neither “may be used” nor “with conditions” nor “not to be used”.".to_owned(),
            ),
            Rule::NoReason => (
                "共通の評価シートに書く理由が空です。".to_owned(),
                "The reason for changing the common text is empty.".to_owned(),
            ),
            Rule::AsWhom => (
                "承認の記録は、その機関の人としてのみ照合できます。".to_owned(),
                "An approval's record is looked at as one of its institution's people.".to_owned(),
            ),
        };
        match lang {
            Lang::Ja => ja,
            Lang::En => en,
        }
    }

    /// What the reader can do next, in both languages.
    pub fn way_on(self) -> (&'static str, &'static str) {
        match self {
            Rule::ReviewTooFar => (
                "1年以内の日付にしてください。入力した内容は残っています。",
                "Choose a day within a year. What you typed is kept.",
            ),
            Rule::Hours => {
                ("数字で入力してください。入力した内容は残っています。", "Type a number. What you typed is kept.")
            }
            Rule::SamePerson => (
                "同じ機関の別の承認者に決裁を依頼してください。",
                "Ask another approver of your institution to decide.",
            ),
            Rule::State => ("承認のページを開き直してください。", "Open the approval's page again."),
            Rule::NothingPublished => (
                "版の公開後に承認を準備できます。採用判断は今から書けます。",
                "An approval can be prepared once a version is published. The adoption can be written now.",
            ),
            Rule::NoVerdict => (
                "採用判断に判断を記入してから、承認を準備してください。",
                "Write the verdict of the adoption first, then prepare the approval.",
            ),
            Rule::NoReason => (
                "ほかの機関が読んで分かる理由を書いてください。入力した内容は残っています。",
                "Write a reason that other institutions understand. What you typed is kept.",
            ),
            Rule::AsWhom => {
                ("コマンドラインでは --as メールアドレス を付けてください。", "On the command line add --as EMAIL.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_rule_has_a_code_of_its_own_and_says_what_was_met() {
        assert_eq!(Rule::ALL.iter().map(|r| r.code()).collect::<BTreeSet<_>>().len(), Rule::ALL.len());
        assert!(Rule::Hours.message("七", Lang::En).contains('七'));
    }
}
