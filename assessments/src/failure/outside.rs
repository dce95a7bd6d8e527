//! Words for what goes wrong with programs outside: a request of the API, the provider that people sign in with.

use crate::lang::Lang;

fn with(sentence: &str, detail: &str, lang: Lang) -> String {
    match (detail.is_empty(), lang) {
        (true, _) => sentence.into(),
        (false, Lang::Ja) => format!("{sentence}（{detail}）"),
        (false, Lang::En) => format!("{sentence} ({detail})"),
    }
}

/// Why a request was not taken.
pub(super) fn request(reason: &str, detail: &str, lang: Lang) -> String {
    let (ja, en) = match reason {
        "method" => ("このアドレスではこのメソッドを使えません。", "This address does not take this method."),
        "media_type" => ("本文の Content-Type を受け付けられません。", "The body’s Content-Type is not taken here."),
        "too_large" => ("本文が大きすぎます。", "The body is too large."),
        "no_revision" => (
            "書き込みには、読んだときの版を If-Match で示す必要があります。",
            "A write must name the revision that it starts from, in If-Match.",
        ),
        "unknown_revision" => ("If-Match の版はまだありません。", "There is no such revision as If-Match names."),
        "cookie" => (
            "API はクッキーを受け付けません。トークンを Authorization で送ってください。",
            "The API takes no cookies. Send a token in Authorization.",
        ),
        _ => ("要求の形が正しくありません。", "The request is malformed."),
    };
    with(lang.pick(ja, en), detail, lang)
}

/// Why signing in through the provider did not work.
pub(super) fn provider(reason: &str, detail: &str, lang: Lang) -> String {
    let (ja, en) = match reason {
        "state" => (
            "このブラウザで始めたサインインではないか、すでに使われています。",
            "This sign-in was not begun in this browser, or has been used already.",
        ),
        "expired" => ("サインインの手続きが時間切れになりました。", "The sign-in took too long and has ended."),
        "denied" => (
            "認証基盤でサインインが取り消されたか、許可されませんでした。",
            "The sign-in was cancelled or not allowed at the provider.",
        ),
        "unreachable" => ("認証基盤に接続できません。", "The sign-in provider cannot be reached."),
        "answer" => ("認証基盤の回答を確かめられません。", "The provider’s answer could not be verified."),
        "link_first" => (
            "同じメールアドレスのアカウントがあります。自動では結び付けません。",
            "There is an account with this e-mail address. It is not linked by itself.",
        ),
        "taken" => (
            "この認証基盤のアカウントは、別の人に結び付いています。",
            "This account of the provider is linked to somebody else.",
        ),
        "inactive" => ("このアカウントは利用を停止されています。", "This account is no longer active."),
        "only_way" => (
            "パスワードがないため、結び付けを解くとサインインできなくなります。",
            "You have no password: without the link you could not sign in any more.",
        ),
        "off" => ("認証基盤でのサインインは設定されていません。", "Signing in through a provider is not set up here."),
        _ => ("認証基盤でサインインできませんでした。", "Signing in through the provider did not work."),
    };
    with(lang.pick(ja, en), detail, lang)
}

/// What the reader can do next.
pub(super) fn provider_way_on(reason: &str, lang: Lang) -> &'static str {
    let (ja, en) = match reason {
        "state" | "expired" | "denied" => {
            ("もう一度、サインインの画面から始めてください。", "Begin again from the sign-in page.")
        }
        "link_first" => (
            "パスワードでサインインし、「自分のアカウント」から認証基盤を結び付けてください。",
            "Sign in with your password, and link the provider from “Your account”.",
        ),
        "taken" | "inactive" => ("機関の管理者に相談してください。", "Ask your institution’s manager."),
        "only_way" => (
            "機関の管理者に新しいリンクを依頼し、パスワードを決めてから解いてください。",
            "Ask your institution’s manager for a new link, choose a password, and unlink then.",
        ),
        "off" => ("パスワードでサインインしてください。", "Sign in with your password."),
        _ => (
            "時間をおいてやり直し、続く場合は操作番号を管理者に伝えてください。",
            "Try again later; if it goes on, give the operation number to your administrator.",
        ),
    };
    lang.pick(ja, en)
}
