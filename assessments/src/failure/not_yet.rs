//! What has to wait for something else, in words.

use crate::lang::Lang;

/// Why something cannot be done now, and what leads on.
pub(super) fn not_yet(reason: &str, lang: Lang) -> (&'static str, &'static str) {
    let (what, on) = match reason {
        "nothing_changed" => (
            ("前の公開版から変わったところがありません。", "Nothing has changed since the last published version."),
            ("変更してから審査を依頼してください。", "Change the sheet first, then ask for a review."),
        ),
        "two_copies" => (
            (
                "同じ表の写しが二つ以上あり、どれを読むか決まっていません。",
                "There are two copies of one table, and nobody has said which to read.",
            ),
            (
                "取込の確認でシートを選んでください（コマンドラインでは --sheet 名前）。",
                "Choose the sheet in the preview (--sheet NAME on the command line).",
            ),
        ),
        "layer_file_alone" => (
            (
                "機関の非公開領域から出力されたファイルは、ほかのファイルとまとめては取り込めません。",
                "A file that was handed out from an institution’s layer is not taken together with others.",
            ),
            ("このファイルだけを選んで取り込んでください。", "Import this file by itself."),
        ),
        "no_quorum" => (
            ("まだ必要な数の機関が承認していません。", "Not enough institutions have approved yet."),
            (
                "審査のページで、どのセルがどの機関を待っているかを確かめてください。",
                "See on the review page which cells wait for whom.",
            ),
        ),
        "objection" => (
            ("取り下げられていない異議があります。", "There is an objection that has not been withdrawn."),
            (
                "異議を出した人に回答し直してもらうか、権限の昇格を申請してください。",
                "Ask whoever objected to answer again, or ask for elevated access.",
            ),
        ),
        "round_open" => (
            ("このシートにはもう進行中の審査があります。", "This sheet has an open review round already."),
            ("進行中の審査を使うか、閉じてから依頼し直してください。", "Use the open round, or close it first."),
        ),
        "no_round" => (
            ("このシートに進行中の審査はありません。", "No review round is open for this sheet."),
            ("先に審査を依頼してください。", "Open a round first."),
        ),
        "round_ended" => (
            ("この審査はもう終わっています。", "This review round has ended."),
            ("審査のページで今の状態を確かめてください。", "See the present state on the review page."),
        ),
        "own_change" => (
            ("自分で変更したセルは承認できません。", "You cannot approve a cell that you changed yourself."),
            ("ほかの人の変更に回答してください。", "Answer for what others changed."),
        ),
        "moved_on" => (
            ("操作の間にシートか回答が変わりました。", "The sheet or the answers changed meanwhile."),
            ("ページを読み直して、もう一度確かめてください。", "Load the page again and look once more."),
        ),
        "target_answered" => (
            ("写し先のシートにはもう回答があります。", "The target sheet has answers already."),
            ("回答のないシートを選んでください。", "Choose a sheet without answers."),
        ),
        "nothing_to_copy" => (
            ("引き継ぎ元のシートに回答がありません。", "The source sheet has no answers."),
            ("回答のあるシートを選んでください。", "Choose a sheet that has answers."),
        ),
        "nothing_to_confirm" => (
            ("確認を待つ引継ぎはありません。", "No answer waits to be confirmed."),
            (
                "ほかの人が先に確認した可能性があります。ページを読み直してください。",
                "Somebody may have confirmed it before you. Load the page again.",
            ),
        ),
        "no_comment" => (
            ("修正の依頼と異議にはコメントが必要です。", "Asking for changes and objecting need a comment."),
            ("何をどう直してほしいかを書いてください。", "Say what should change, and how."),
        ),
        "no_reason" => (
            ("承認数を満たさない公開には理由が必要です。", "Publishing without quorum needs a reason."),
            ("監査記録に残る理由を書いてください。", "Write the reason; it stays in the audit."),
        ),
        "unsettled" => (
            (
                "未確認の引継ぎか、確認期限を過ぎた回答があります。",
                "There are answers that nobody confirmed, or that are overdue.",
            ),
            (
                "どの回答かを見て、確認の欄に印を付けて（コマンドでは --seen）公開してください。",
                "Look at them, tick the box that says so (--seen on the command line), and publish again.",
            ),
        ),
        "no_institution" => (
            ("機関が選ばれていません。", "No institution is chosen."),
            ("割り当てる機関を一つ以上選んでください。", "Choose at least one institution."),
        ),
        "other_criteria" => (
            ("二つのシートは別のクライテリアに従っています。", "The two sheets follow different criteria sets."),
            ("同じクライテリアのシートを選んでください。", "Choose a sheet of the same criteria set."),
        ),
        _ => (
            ("今はこの操作を行えません。", "This cannot be done now."),
            ("ページを読み直して、もう一度確かめてください。", "Load the page again and look once more."),
        ),
    };
    (lang.pick(what.0, what.1), lang.pick(on.0, on.1))
}
