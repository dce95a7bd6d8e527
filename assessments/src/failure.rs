//! The one error of the whole program: a code, a sentence in both languages, and a way on for the reader.

use crate::lang::Lang;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A cell that could not be merged, with the three texts a person needs to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The cell's address.
    pub address: String,
    /// What the writer started from.
    pub base: String,
    /// What stands there now.
    pub theirs: String,
    /// What the writer wants.
    pub yours: String,
    /// Number of the revision that holds `theirs`: name it as the base of the merged text.
    pub number: i64,
    /// Who wrote `theirs`, by display name; empty where unknown.
    pub author: String,
}

/// Everything that can go wrong, typed end to end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Failure {
    /// Nobody is signed in, or the session is over.
    SignedOut,
    /// Sign-in refused. The same for an unknown address and a wrong password.
    BadCredentials,
    /// The code of the second factor is wrong, was used, or is too old.
    WrongCode,
    /// Too many attempts; wait this many seconds.
    SlowDown {
        /// Seconds until the next attempt is looked at.
        seconds: u64,
    },
    /// The one-time link was used, is too old, or never existed.
    DeadLink,
    /// Not there, or not for this reader: the two are not told apart.
    NotFound,
    /// Visible to the reader, but this verb needs a role that they do not hold.
    Forbidden {
        /// What was asked, by the policy's key.
        action: String,
    },
    /// A value of the wrong form.
    Invalid {
        /// Which field or thing.
        place: String,
        /// What was read, shortened.
        read: String,
    },
    /// A text longer than a cell can hold.
    TooLong {
        /// Which cell.
        place: String,
        /// Length in UTF-16 units.
        units: usize,
        /// Most units.
        most: usize,
    },
    /// Cells that changed meanwhile and could not be merged. Nothing of the change set was written.
    Conflict {
        /// Each with base, theirs and yours.
        cells: Vec<Conflict>,
    },
    /// The same kind of thing exists already.
    Exists {
        /// What.
        place: String,
    },
    /// A file that cannot be taken: why, by the guard's code.
    Refused {
        /// The guard's code: `encrypted`, `legacy_xls`, `too_large`, `not_a_workbook`, ...
        reason: String,
        /// What was seen, shortened.
        detail: String,
    },
    /// The workbook does not say which service it is about; these fit.
    WhichService {
        /// Service ids.
        candidates: Vec<String>,
        /// The import that waits for the answer, so that the file need not be sent again; empty where none does.
        #[serde(default)]
        import: String,
    },
    /// There is no service of that id.
    UnknownService {
        /// What was asked for.
        id: String,
        /// Ids that look like it.
        candidates: Vec<String>,
    },
    /// A file of the machine that cannot be read or written.
    File {
        /// Its path, as given.
        place: String,
        /// What the operating system says.
        detail: String,
    },
    /// The request came from another site, or without the page's own mark.
    CrossSite,
    /// The other side could not be reached or answered something else.
    Transport {
        /// What was seen.
        detail: String,
    },
    /// Our fault. The number leads to the log.
    Internal {
        /// Operation number to quote.
        operation: String,
    },
}

fn short(text: &str) -> String {
    let mut out: String = text.chars().filter(|c| !c.is_control()).take(80).collect();
    if text.chars().count() > 80 {
        out.push('…');
    }
    out
}

impl Failure {
    /// A value of the wrong form.
    pub fn invalid(place: &str, read: &str) -> Failure {
        Failure::Invalid { place: place.into(), read: short(read) }
    }

    /// A refused file.
    pub fn refused(reason: &str, detail: impl AsRef<str>) -> Failure {
        Failure::Refused { reason: reason.into(), detail: short(detail.as_ref()) }
    }

    /// The stable code, as in JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Failure::SignedOut => "signed_out",
            Failure::BadCredentials => "bad_credentials",
            Failure::WrongCode => "wrong_code",
            Failure::SlowDown { .. } => "slow_down",
            Failure::DeadLink => "dead_link",
            Failure::NotFound => "not_found",
            Failure::Forbidden { .. } => "forbidden",
            Failure::Invalid { .. } => "invalid",
            Failure::TooLong { .. } => "too_long",
            Failure::Conflict { .. } => "conflict",
            Failure::Exists { .. } => "exists",
            Failure::Refused { .. } => "refused",
            Failure::WhichService { .. } => "which_service",
            Failure::UnknownService { .. } => "unknown_service",
            Failure::File { .. } => "file",
            Failure::CrossSite => "cross_site",
            Failure::Transport { .. } => "transport",
            Failure::Internal { .. } => "internal",
        }
    }

    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Failure::SignedOut => 401,
            Failure::BadCredentials | Failure::WrongCode | Failure::DeadLink => 403,
            Failure::SlowDown { .. } => 429,
            Failure::NotFound | Failure::UnknownService { .. } => 404,
            Failure::Forbidden { .. } | Failure::CrossSite => 403,
            Failure::Invalid { .. }
            | Failure::TooLong { .. }
            | Failure::Refused { .. }
            | Failure::WhichService { .. }
            | Failure::File { .. } => 422,
            Failure::Conflict { .. } | Failure::Exists { .. } => 409,
            Failure::Transport { .. } => 502,
            Failure::Internal { .. } => 500,
        }
    }

    /// What happened, in a sentence.
    pub fn message(&self, lang: Lang) -> String {
        match (self, lang) {
            (Failure::SignedOut, Lang::Ja) => "サインインしていないか、サインインの期限が切れています。".into(),
            (Failure::SignedOut, Lang::En) => "You are not signed in, or your session has ended.".into(),
            (Failure::BadCredentials, Lang::Ja) => "メールアドレスまたはパスワードが違います。".into(),
            (Failure::BadCredentials, Lang::En) => "The e-mail address or the password is wrong.".into(),
            (Failure::WrongCode, Lang::Ja) => "確認コードが違うか、すでに使われています。".into(),
            (Failure::WrongCode, Lang::En) => "The code is wrong, or has been used already.".into(),
            (Failure::SlowDown { seconds }, Lang::Ja) => format!("試行が続いたため、あと{seconds}秒お待ちください。"),
            (Failure::SlowDown { seconds }, Lang::En) => format!("Too many attempts. Please wait {seconds} seconds."),
            (Failure::DeadLink, Lang::Ja) => "このリンクは使用済みか、期限が切れています。".into(),
            (Failure::DeadLink, Lang::En) => "This link has been used already or has expired.".into(),
            (Failure::NotFound, Lang::Ja) => "見つかりません。".into(),
            (Failure::NotFound, Lang::En) => "Not found.".into(),
            (Failure::Forbidden { .. }, Lang::Ja) => "この操作に必要な役割がありません。".into(),
            (Failure::Forbidden { .. }, Lang::En) => "You do not hold a role that allows this.".into(),
            (Failure::Invalid { place, read }, Lang::Ja) => format!("「{place}」の値「{read}」は受け付けられません。"),
            (Failure::Invalid { place, read }, Lang::En) => format!("“{read}” is not a valid value for {place}."),
            (Failure::TooLong { place, units, most }, Lang::Ja) => {
                format!("「{place}」が長すぎます（{units}文字、上限{most}文字）。")
            }
            (Failure::TooLong { place, units, most }, Lang::En) => {
                format!("{place} is too long ({units} characters; at most {most}).")
            }
            (Failure::Conflict { cells }, Lang::Ja) => {
                format!("{}件のセルが同時に変更され、自動では統合できません。何も上書きしていません。", cells.len())
            }
            (Failure::Conflict { cells }, Lang::En) => {
                format!(
                    "{} cell(s) were changed by somebody else and could not be merged. Nothing was overwritten.",
                    cells.len()
                )
            }
            (Failure::Exists { place }, Lang::Ja) => format!("「{place}」は既にあります。"),
            (Failure::Exists { place }, Lang::En) => format!("{place} exists already."),
            (Failure::Refused { reason, detail }, lang) => refusal(reason, detail, lang),
            (Failure::WhichService { candidates, .. }, Lang::Ja) if candidates.is_empty() => {
                "どのサービスのブックか判断できません。".into()
            }
            (Failure::WhichService { candidates, .. }, Lang::Ja) => {
                format!("どのサービスのブックか判断できません。候補：{}", candidates.join("、"))
            }
            (Failure::WhichService { candidates, .. }, Lang::En) if candidates.is_empty() => {
                "The workbook does not say which service it is about.".into()
            }
            (Failure::WhichService { candidates, .. }, Lang::En) => {
                format!("The workbook does not say which service it is about. It could be: {}", candidates.join(", "))
            }
            (Failure::UnknownService { id, candidates }, Lang::Ja) => match candidates.join("、") {
                near if near.is_empty() => format!("サービス「{id}」はありません。"),
                near => format!("サービス「{id}」はありません。近いもの：{near}"),
            },
            (Failure::UnknownService { id, candidates }, Lang::En) => match candidates.join(", ") {
                near if near.is_empty() => format!("There is no service “{id}”."),
                near => format!("There is no service “{id}”. It could be: {near}"),
            },
            (Failure::File { place, detail }, Lang::Ja) => format!("ファイル「{place}」を扱えません：{detail}"),
            (Failure::File { place, detail }, Lang::En) => format!("The file {place} cannot be used: {detail}."),
            (Failure::CrossSite, Lang::Ja) => "他のサイトからの要求は受け付けません。".into(),
            (Failure::CrossSite, Lang::En) => "Requests from other sites are refused.".into(),
            (Failure::Transport { .. }, Lang::Ja) => "サーバーに接続できません。".into(),
            (Failure::Transport { .. }, Lang::En) => "The server cannot be reached.".into(),
            (Failure::Internal { operation }, Lang::Ja) => {
                format!("処理を完了できませんでした（操作番号 {operation}）。")
            }
            (Failure::Internal { operation }, Lang::En) => {
                format!("The work could not be done (operation {operation}).")
            }
        }
    }

    /// What the reader can do next.
    pub fn way_on(&self, lang: Lang) -> &'static str {
        let (ja, en) = match self {
            Failure::SignedOut => (
                "サインインし直してください。入力した内容はこの端末に残っています。",
                "Sign in again. What you typed is still on this device.",
            ),
            Failure::BadCredentials => {
                ("入力を確かめて、もう一度お試しください。", "Check what you typed and try again.")
            }
            Failure::WrongCode => (
                "認証アプリに今出ている 6 桁か、未使用の回復コードを入力してください。",
                "Type the six digits that your authenticator shows now, or an unused recovery code.",
            ),
            Failure::SlowDown { .. } => ("時間をおいてお試しください。", "Try again after the wait."),
            Failure::DeadLink => ("管理者に新しいリンクを依頼してください。", "Ask your administrator for a new link."),
            Failure::NotFound => ("URL を確かめるか、検索してください。", "Check the address, or search."),
            Failure::Forbidden { .. } => {
                ("機関の管理者に役割を依頼してください。", "Ask your institution's manager for the role.")
            }
            Failure::Invalid { .. } => {
                ("値を直してください。入力した内容は残っています。", "Correct the value. What you typed is kept.")
            }
            Failure::TooLong { .. } => (
                "文章を短くするか、行を分けてください。入力した内容は残っています。",
                "Shorten the text or split the row. What you typed is kept.",
            ),
            Failure::Conflict { .. } => (
                "元の文章・現在の文章・あなたの文章を見比べて、統合してください。",
                "Compare the base, the current text and yours, and merge them.",
            ),
            Failure::Exists { .. } => {
                ("別の名前を使うか、既にあるものを開いてください。", "Use another name, or open the existing one.")
            }
            Failure::Refused { .. } => (
                "案内に従ってファイルを保存し直し、もう一度取り込んでください。何も変更していません。",
                "Save the file again as described and import it once more. Nothing was changed.",
            ),
            Failure::WhichService { .. } => (
                "サービスを選んでください（コマンドラインでは --service ID）。",
                "Choose the service (--service ID on the command line).",
            ),
            Failure::UnknownService { .. } => (
                "サービスを選ぶか、追加してください（コマンドラインでは kyohyo service add）。",
                "Choose a service, or add it (kyohyo service add on the command line).",
            ),
            Failure::File { .. } => ("パスと権限を確かめてください。", "Check the path and its permissions."),
            Failure::CrossSite => ("このサイトのページから操作してください。", "Use this site's own pages."),
            Failure::Transport { .. } => (
                "接続を確かめてください。入力した内容はこの端末に残っています。",
                "Check your connection. What you typed is still on this device.",
            ),
            Failure::Internal { .. } => (
                "もう一度お試しください。続く場合は操作番号を管理者に伝えてください。",
                "Try again. If it goes on, give the operation number to your administrator.",
            ),
        };
        lang.pick(ja, en)
    }
}

/// Why a file was refused, as a sentence that says what to do.
fn refusal(reason: &str, detail: &str, lang: Lang) -> String {
    let (ja, en) = match reason {
        "empty" => ("ファイルが空です。", "The file is empty."),
        "encrypted" => (
            "パスワードで保護されたブックです。Excel でパスワードを外して保存し直してください。",
            "The workbook is protected by a password. Remove the password in Excel and save it again.",
        ),
        "legacy_xls" => (
            "旧形式（.xls）のブックです。Excel で .xlsx として保存し直してください。",
            "This is a workbook of the old format (.xls). Save it as .xlsx in Excel.",
        ),
        "xlsb" => (
            "バイナリ形式（.xlsb）のブックです。.xlsx として保存し直してください。",
            "This is a binary workbook (.xlsb). Save it as .xlsx.",
        ),
        "ods" => (
            "OpenDocument 形式です。.xlsx として保存し直してください。",
            "This is an OpenDocument file. Save it as .xlsx.",
        ),
        "html" => (
            "HTML または XML がブックとして保存されています。Excel で開き、.xlsx として保存し直してください。",
            "This is HTML or XML saved under a workbook's name. Open it in Excel and save it as .xlsx.",
        ),
        "lock_file" => (
            "Excel の一時ファイル（~$）です。元のブックを選んでください。",
            "This is Excel's lock file (~$). Choose the workbook itself.",
        ),
        "other_office" => ("ブックではない Office 文書です。", "This is an Office document, but not a workbook."),
        "not_a_workbook" => ("ブックとして読めないファイルです。", "This file is not a workbook."),
        "too_large" => ("ファイルが大きすぎます（上限 20 MB）。", "The file is too large (at most 20 MB)."),
        "too_many_parts" | "too_much_text" | "too_many_cells" | "too_many_sheets" => (
            "ブックの中身が大きすぎます。使っていない行・シート・書式を除いて保存し直してください。",
            "The workbook's contents are too large. Remove unused rows, sheets and formats and save it again.",
        ),
        "damaged" => ("ブックが壊れているか、途中で切れています。", "The workbook is damaged or cut short."),
        "doctype" => {
            ("ブックの中に許可されていない宣言があります。", "The workbook holds a declaration that is not allowed.")
        }
        "nothing_found" => {
            ("評価シートとして読める表が見つかりません。", "No table was found that reads as an assessment sheet.")
        }
        "other_layer" => ("このブックは別の機関のものです。", "This workbook belongs to another institution."),
        _ => ("このファイルは受け付けられません。", "This file cannot be taken."),
    };
    let sentence = lang.pick(ja, en);
    match (detail.is_empty(), lang) {
        (true, _) => sentence.into(),
        (false, Lang::Ja) => format!("{sentence}（{detail}）"),
        (false, Lang::En) => format!("{sentence} ({detail})"),
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Lang::En))
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn json_carries_the_code_and_reads_back() {
        let failure = Failure::Conflict {
            cells: vec![Conflict {
                address: "criteria/K07/summary/ja".into(),
                base: "a".into(),
                theirs: "b".into(),
                yours: "c".into(),
                number: 3,
                author: "佐藤".into(),
            }],
        };
        let text = serde_json::to_string(&failure).unwrap();
        assert!(text.contains(r#""code":"conflict""#));
        assert_eq!(serde_json::from_str::<Failure>(&text).unwrap(), failure);
    }

    #[test]
    fn what_was_read_is_shortened_and_harmless_in_a_terminal() {
        let Failure::Invalid { read, .. } = Failure::invalid("x", &format!("\u{1b}[31m{}", "あ".repeat(500))) else {
            unreachable!()
        };
        assert!(read.chars().count() <= 81 && !read.contains('\u{1b}'));
    }
}
