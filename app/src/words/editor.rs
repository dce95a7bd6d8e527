//! Words of the editor and the other islands.

use super::words;

words! {
    /// What stands in the browser: editor, live changes, keyboard, palette.
    Editor, editor:
    editing = "編集", "Edit";
    preview = "プレビュー", "Preview";
    hint = "Ctrl+Enter で確定 · Esc で戻す", "Ctrl+Enter keeps · Esc gives the old text back";
    typing = "未保存（この端末に控えあり）", "Not saved yet (kept on this device)";
    saving = "保存しています…", "Saving…";
    saved = "✓ 保存済み", "✓ Saved";
    failed = "保存できませんでした。文章はこの端末に残っています。", "Could not be saved. Your text is kept on this device.";
    retry = "もう一度保存", "Save again";
    save = "保存", "Save";
    close = "閉じる", "Close";
    other = "もう一方の言語", "Other language";
    conflict = "ほかの人が同じ箇所を変更しました。何も上書きしていません。", "Somebody changed the same words. Nothing was overwritten.";
    base = "元の文章", "Base";
    theirs = "現在の文章", "Theirs";
    yours = "あなたの文章", "Yours";
    merged = "統合した文章", "Merged text";
    use_theirs = "現在の文章を使う", "Use theirs";
    use_yours = "自分の文章を使う", "Use yours";
    save_merged = "統合して保存", "Save the merged text";
    changed_by = "{} さんが変更しました", "{} changed this";
    changed_meanwhile = "編集中に {} さんがこのセルを変更しました。保存時に統合します。", "{} changed this cell while you were editing. Saving will merge.";
    edited_by = "{} さんが編集中", "{} is editing";
    edited_by_too = "{} さんもこのセルを編集しています。保存時に統合します。", "{} is editing this cell as well. Saving will merge.";
    own_changed = "自機関の記載を {} さんが変更しました。", "{} changed your institution’s own text.";
    reload = "表示を更新", "Refresh";
    draft_found = "保存していない文章を復元しました。", "Unsaved text was restored.";
    merged_note = "ほかの人の変更と統合して保存しました。", "Saved, merged with somebody else’s change.";
    online = "更新を受信中", "Live";
    offline = "接続が切れています。再接続しています…", "Disconnected. Reconnecting…";
    keys_title = "キーボード操作", "Keyboard";
    key_search = "検索", "Search";
    key_palette = "コマンド", "Commands";
    key_cells = "次・前のセル", "Next, previous cell";
    key_edit = "編集", "Edit";
    key_help = "この一覧", "This list";
    key_go = "移動（h ホーム、s サービス、m 一覧表、g ガードレール、i 取込）", "Go (h home, s services, m matrix, g guardrails, i import)";
    palette = "サービス・ページ・識別子へ移動", "Go to a service, page or identifier";
    palette_page = "ページ", "Page";
    palette_verb = "操作", "Do";
    no_hit = "見つかりません", "Nothing found";
    add_guardrail = "識別子の一部を入力してガードレールを追加", "Type part of an id to add a guardrail";
    full = "全部", "Full";
    partial = "一部", "Partial";
    no_answer = "サーバーに接続できません。", "The server cannot be reached.";
    no_answer_way = "接続を確かめてください。入力した内容はこの端末に残っています。", "Check your connection. What you typed is still on this device.";
    reading = "読み込んでいます… {}%", "Reading… {}%";
    show_changes_only = "変わるセルだけ", "Only cells that change";
}
