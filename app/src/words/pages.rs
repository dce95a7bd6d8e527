//! Words of the pages that go across sheets.

use super::words;

words! {
    /// Home, lists, matrix, guardrails, search, sign-in, errors.
    Pages, pages:
    home_title = "ホーム", "Home";
    home_lead = "クラウドサービスのリスク評価を、機関が共同で書き、読み、持ち帰るための知識ベースです。", "A knowledge base where institutions write, read and take home risk assessments of cloud services together.";
    recent = "最近の変更", "What changed lately";
    recent_empty = "まだ変更はありません。評価シートを開いて最初の回答を書いてください。", "Nothing has changed yet. Open a sheet and write the first answer.";
    by_state = "評価シートの状態", "Sheets by state";
    state_answered = "回答済み", "Answered";
    state_started = "記入中", "In progress";
    state_empty = "未着手", "Not started";
    go_on = "続きから", "Where to go on";
    go_on_hint = "一部だけ回答がある評価シートです。", "Sheets that are answered in part.";
    go_on_empty = "記入中の評価シートはありません。", "No sheet is in progress.";
    written = "書き上がった評価シート", "Sheets written in full";
    services_title = "サービス", "Services";
    col_service = "サービス", "Service";
    col_provider = "事業者", "Provider";
    col_group = "区分", "Group";
    col_answered = "回答", "Answered";
    col_changed = "最終変更", "Last change";
    filter_text = "名称・略称・識別子", "Name, abbreviation or id";
    filter_provider = "事業者", "Provider";
    filter_group = "区分", "Group";
    filter_state = "状態", "State";
    services_empty = "条件に合うサービスはありません。", "No service fits these conditions.";
    never = "—", "—";
    matrix_title = "一覧表", "Matrix";
    matrix_lead = "サービスごとの提供状況です。記号を押すと該当する回答へ移ります。", "Availability by service. A mark leads to its answer.";
    legend = "凡例", "Legend";
    category_title = "対策分類", "Control category";
    category_lead = "この分類に各サービスがどう答えているかを並べています。", "What every service answers for this category.";
    category_empty = "この分類に回答したサービスはまだありません。", "No service answers this category yet.";
    question = "質問", "Question";
    guidance = "回答の目安", "What a good answer holds";
    frameworks = "参考マッピング", "Reference mapping";
    frameworks_hint = "準拠を示すものではありません。版は各枠組みの表記によります。", "For reference only, not a statement of conformity. Editions as stated.";
    guardrails_title = "ガードレール", "Guardrails";
    guardrails_lead = "AWS Config、Security Hub、Control Tower、GuardDuty の識別子です。空欄は不明を表し、「なし」ではありません。", "Identifiers of AWS Config, Security Hub, Control Tower and GuardDuty. A blank is unknown, never “no”.";
    guardrails_filter = "識別子または名称の一部", "Part of an id or name";
    guardrails_empty = "条件に合うガードレールはありません。", "No guardrail fits.";
    col_id = "識別子", "Identifier";
    col_mechanism = "仕組み", "Mechanism";
    col_mode = "種類", "Mode";
    col_severity = "重要度", "Severity";
    col_regions = "東京 / 大阪", "Tokyo / Osaka";
    col_name = "名称", "Name";
    not_in_catalogue = "カタログにない識別子です（廃止または新規の可能性があります）。", "This identifier is not in the catalogue (it may be retired or new).";
    leaning = "このガードレールを使う回答", "Answers that lean on it";
    leaning_empty = "このガードレールを使う回答はまだありません。", "No answer leans on it yet.";
    full = "全部", "Full";
    partial = "一部", "Partial";
    detail = "詳細", "Detail";
    search_title = "検索", "Search";
    search_label = "検索する言葉", "Search for";
    search_lead = "統制、識別子、留意事項を日本語でも英語でも探せます。例：閉域、KMS ローテーション、S3.5", "Find controls, identifiers and notes in Japanese or English. For example: private connectivity, kms rotation, S3.5";
    search_none = "見つかりませんでした。言葉を短くするか、別の言い方をお試しください。", "Nothing was found. Try a shorter or another word.";
    found_cells = "{} 件のシート・{} 件のセル", "{} sheets · {} cells";
    sign_in_title = "サインイン", "Sign in";
    email = "メールアドレス", "E-mail address";
    password = "パスワード", "Password";
    sign_in_lead = "機関から登録されたメールアドレスでサインインします。", "Sign in with the address your institution registered.";
    first_time = "初めての方は、管理者から受け取った一度限りのリンクを開いてください。", "If you are new, open the one-time link that your administrator gave you.";
    welcome_title = "ようこそ", "Welcome";
    welcome_lead = "{} さん、次回から使うパスワードを決めてください。このリンクは一度だけ使えます。", "{}, choose the password you will sign in with. This link works once.";
    new_password = "新しいパスワード（12文字以上）", "New password (at least 12 characters)";
    start = "はじめる", "Start";
    error_title = "お探しのページを表示できません", "This page cannot be shown";
    what_happened = "何が起きたか", "What happened";
    way_on = "次にできること", "What you can do next";
    conflict_title = "同時に変更されたセル", "Changed at the same time";
    theirs = "現在の文章", "Current text";
    yours = "あなたの文章", "Your text";
    base = "元の文章", "Base text";
}
