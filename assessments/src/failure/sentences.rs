//! What a failure says: what happened, and what its reader can do next, in both languages.

use super::not_yet::not_yet;
use super::{Failure, outside, template};
use crate::lang::Lang;

impl Failure {
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
            (Failure::OutOfScope { .. }, Lang::Ja) => "この API トークンのスコープでは、この操作はできません。".into(),
            (Failure::OutOfScope { .. }, Lang::En) => "The scopes of this API token do not allow this.".into(),
            (Failure::Request { reason, detail }, lang) => outside::request(reason, detail, lang),
            (Failure::Provider { reason, detail }, lang) => outside::provider(reason, detail, lang),
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
            (Failure::NothingToUndo, Lang::Ja) => "取り消せる自分の変更がありません。".into(),
            (Failure::NothingToUndo, Lang::En) => "There is no change of yours to undo.".into(),
            (Failure::Elevation { reason }, lang) => crate::elevation::refusal(reason, lang).0.into(),
            (Failure::Exists { place }, Lang::Ja) => format!("「{place}」は既にあります。"),
            (Failure::Exists { place }, Lang::En) => format!("{place} exists already."),
            (Failure::NotYet { reason }, lang) => not_yet(reason, lang).0.into(),
            (Failure::Full { place, most }, Lang::Ja) => format!("「{place}」は上限の{most}件に達しています。"),
            (Failure::Full { place, most }, Lang::En) => format!("{place} holds {most} already, which is the most."),
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
            (Failure::Addressee { handle }, Lang::Ja) => {
                format!("「@{handle}」という宛先は、このコメントを読める人の中にいません。")
            }
            (Failure::Addressee { handle }, Lang::En) => {
                format!("Nobody who can read this comment is called “@{handle}”.")
            }
            (Failure::TooLate { minutes }, Lang::Ja) => format!("書いてから{minutes}分を過ぎたため、編集できません。"),
            (Failure::TooLate { minutes }, Lang::En) => {
                format!("It can be edited for {minutes} minutes after it was written, and these are over.")
            }
            (Failure::Rule { rule, detail }, lang) => rule.message(detail, lang),
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
            Failure::OutOfScope { .. } => {
                ("必要なスコープを持つトークンを作り直してください。", "Make a token that has the scope.")
            }
            Failure::Request { .. } => (
                "API の説明（/api）に従って要求を直してください。何も変更していません。",
                "Correct the request as described at /api. Nothing was changed.",
            ),
            Failure::Provider { reason, .. } => return outside::provider_way_on(reason, lang),
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
            Failure::NothingToUndo => (
                "すでに取り消し済みか、まだ変更していません。履歴から変更を選ぶこともできます。",
                "It was undone already, or you changed nothing yet. You can also choose a change in the history.",
            ),
            Failure::Elevation { reason } => return crate::elevation::refusal(reason, lang).1,
            Failure::Exists { .. } => {
                ("別の名前を使うか、既にあるものを開いてください。", "Use another name, or open the existing one.")
            }
            Failure::NotYet { reason } => return not_yet(reason, lang).1,
            Failure::Full { place, .. } if place == "template" => {
                ("使わない版の使用を終えてください。", "Retire versions that are not used any more.")
            }
            Failure::Full { .. } => (
                "要らないものを外すか、別の一覧を作ってください。",
                "Take out what is not needed, or begin another list.",
            ),
            Failure::Refused { reason, .. } if reason.starts_with("template_") => (
                "テンプレートを直して、もう一度登録してください。登録済みの版は変わっていません。",
                "Mend the template and add it again. Versions that are kept have not changed.",
            ),
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
            Failure::Addressee { .. } => (
                "候補から宛先を選び直してください。非公開の層では自機関の人だけを宛先にできます。入力した内容は残っています。",
                "Choose from the people offered. In a private layer only your own institution can be addressed. What you typed is kept.",
            ),
            Failure::TooLate { .. } => (
                "続きのコメントとして書いてください。入力した内容は残っています。",
                "Write a further comment instead. What you typed is kept.",
            ),
            Failure::Rule { rule, .. } => rule.way_on(),
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
        "other_json" => (
            "JSON ですが、共評の評価シートとして読めません。シートの「JSON」で出力したファイルを選んでください。",
            "This is JSON, but no sheet of Kyohyo. Choose a file that a sheet's “JSON” export made.",
        ),
        "other_markdown" => (
            "Markdown ですが、共評の評価シートとして読めません。シートの「Markdown」で出力したファイルを選び、<!-- kyohyo … --> の行は残してください。",
            "This is Markdown, but no whole sheet of Kyohyo. Choose a file that a sheet's “Markdown” export made, and keep its <!-- kyohyo … --> lines.",
        ),
        "lock_file" => (
            "Excel の一時ファイル（~$）です。元のブックを選んでください。",
            "This is Excel's lock file (~$). Choose the workbook itself.",
        ),
        "other_office" => ("ブックではない Office 文書です。", "This is an Office document, but not a workbook."),
        "not_a_workbook" => ("ブックとして読めないファイルです。", "This file is not a workbook."),
        "wrong_characters" => (
            "文字として読めないところがあります。UTF-8（Excel では「CSV UTF-8」）で保存し直してください。",
            "Part of this file cannot be read as text. Save it as UTF-8 (in Excel: “CSV UTF-8”).",
        ),
        "too_many_files" => {
            ("一度に取り込めるのは 300 ファイルまでです。分けてください。", "At most 300 files at once. Divide them.")
        }
        "too_much_together" => (
            "展開すると合わせて 200 MB を超えます。残りは別に取り込んでください。",
            "Unpacked they are more than 200 MB together. Import the rest apart.",
        ),
        "empty_zip" => ("zip の中にファイルがありません。", "There is no file in the zip."),
        "nested_zip" => (
            "zip の中の zip は読みません。展開して取り込んでください。",
            "A zip within a zip is not read. Unpack it and import its files.",
        ),
        "too_large" => ("ファイルが大きすぎます（上限 20 MB）。", "The file is too large (at most 20 MB)."),
        "too_many_parts" | "too_much_text" | "too_many_cells" | "too_many_sheets" => (
            "ブックの中身が大きすぎます。使っていない行・シート・書式を除いて保存し直してください。",
            "The workbook's contents are too large. Remove unused rows, sheets and formats and save it again.",
        ),
        "too_much_for_a_sheet" => (
            "一つの評価シートに取り込めるのは 20,000 件・8 MB までです。行を分けて別のファイルにしてください。",
            "One assessment sheet takes at most 20,000 texts and 8 MB from a file. Divide the rows into several files.",
        ),
        "damaged" => ("ブックが壊れているか、途中で切れています。", "The workbook is damaged or cut short."),
        "doctype" => {
            ("ブックの中に許可されていない宣言があります。", "The workbook holds a declaration that is not allowed.")
        }
        "nothing_found" => {
            ("評価シートとして読める表が見つかりません。", "No table was found that reads as an assessment sheet.")
        }
        reason if reason.starts_with("template_") => template::refusal(reason),
        "other_layer" => ("このブックは別の機関のものです。", "This workbook belongs to another institution."),
        _ => ("このファイルは受け付けられません。", "This file cannot be taken."),
    };
    let sentence = lang.pick(ja, en);
    let line = (reason == "wrong_characters").then(|| match lang {
        Lang::Ja => format!("{detail} 行目"),
        Lang::En => format!("line {detail}"),
    });
    let detail = line.as_deref().unwrap_or(detail);
    match (detail.is_empty(), lang) {
        (true, _) => sentence.into(),
        (false, Lang::Ja) => format!("{sentence}（{detail}）"),
        (false, Lang::En) => format!("{sentence} ({detail})"),
    }
}
