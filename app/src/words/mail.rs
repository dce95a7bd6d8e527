//! Words of the mail about the inbox.

use super::words;

words! {
    /// A mail: plain text.
    Mail, mail:
    subject = "［共評］受信箱に新しいお知らせがあります（{} 件）", "[Kyohyo] New in your inbox ({})";
    subject_alarm = "［共評］緊急の自己承認がありました（お知らせ {} 件）", "[Kyohyo] An emergency self-approval (items: {})";
    greeting = "{} さん", "Dear {},";
    mention = "{} さんが「{}」のコメントであなたを指名しました。", "{} mentioned you in a comment on “{}”.";
    reply = "{} さんが「{}」の話題に返信しました。", "{} replied in a thread on “{}”.";
    private = "非公開の層に、あなた宛てのお知らせがあります。内容は受信箱で確かめてください。", "There is something for you in a private layer. Please read it in your inbox.";
    private_alarm = "非公開の層で、緊急の自己承認がありました。内容は画面で確かめてください。", "Somebody approved a right for themselves in an emergency, in a private layer. Please look at it in the program.";
    inbox = "受信箱", "Inbox";
    setting = "メール通知の設定（停止もこちら）", "Change how often you get this mail, or stop it";
}
