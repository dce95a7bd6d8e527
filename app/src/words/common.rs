//! Words of the frame that every page has.

use super::words;

words! {
    /// The frame: header, footer, menus, states that stand on many pages.
    Common, common:
    brand = "共評", "Kyohyo";
    skip = "本文へ移動", "Skip to content";
    main_nav = "主なページ", "Main pages";
    home = "ホーム", "Home";
    services = "サービス", "Services";
    matrix = "一覧表", "Matrix";
    guardrails = "ガードレール", "Guardrails";
    import = "Excel取込", "Import Excel";
    search = "検索", "Search";
    search_hint = "統制・識別子・留意事項を検索", "Search controls, identifiers, notes";
    sign_in = "サインイン", "Sign in";
    sign_out = "サインアウト", "Sign out";
    other_language = "English", "日本語";
    menu = "メニュー", "Menu";
    seen_as = "表示中の立場", "You are viewing as";
    private = "非公開", "Private";
    shared = "共通", "Common";
    edit = "編集", "Edit";
    history = "履歴", "History";
    save = "保存", "Save";
    cancel = "やめる", "Cancel";
    apply_filter = "絞り込む", "Filter";
    clear = "条件を消す", "Clear";
    all = "すべて", "All";
    none_yet = "未記入", "Not written yet";
    unanswered = "未回答", "No answer";
    next = "次へ", "Next";
    previous = "前へ", "Previous";
    page_of = "{} / {} ページ", "Page {} of {}";
    items = "全 {} 件", "{} in all";
    by_at = "{} · {}", "{} · {}";
    reconstruction = "公開情報に基づく再構成", "reconstructed from public sources";
    only_other_ja = "日本語のみ", "Japanese only";
    only_other_en = "英語のみ", "English only";
    operation = "操作番号", "Operation";
    back_home = "ホームへ戻る", "Back to the home page";
    try_search = "検索する", "Search instead";
    keyboard = "キーボード操作", "Keyboard";
    not_checked = "未確認", "not checked";
    open = "開く", "Open";
    more = "もっと見る", "Show more";
    footer = "評価シートはサービスの事実を記し、採否の判断は各機関が行います。", "Sheets state facts about services; each institution decides for itself.";
}
