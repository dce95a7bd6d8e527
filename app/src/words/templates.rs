//! Words of an institution's own templates.

use super::words;

words! {
    /// Own templates of the approval workbook.
    Templates, templates:
    of = "{} のテンプレート", "Templates of {}";
    manage = "自機関のテンプレートを管理する", "Manage the institution’s templates";
    lead = "内部承認に使う自機関のExcelブックを登録すると、書式・結合・印刷設定をそのままに、判断・条件・リスク・回答を差し込んで取り出せます。", "Keep the workbook that your institution uses for its approvals. Kyohyo fills in verdict, conditions, risks and answers; looks, merges and print set-up stay as they are.";
    empty = "テンプレートはまだありません。", "There is no template yet.";
    col_name = "テンプレート", "Template";
    col_version = "版", "Version";
    col_added = "登録", "Added";
    col_state = "状態", "State";
    in_use = "使用中", "In use";
    older = "以前の版", "An older version";
    retired = "使用終了", "Retired";
    retired_by = "使用終了: {}（{}）", "Retired by {} ({})";
    add = "テンプレートを登録", "Add a template";
    add_hint = "xlsx または xlsm。マクロは取り除いて保存します。同じ名前で登録すると新しい版になります。", "xlsx or xlsm; macros are taken out. The same name again makes a new version.";
    file = "ブック", "Workbook";
    name = "名前（空ならファイル名）", "Name (the file’s where it is empty)";
    note = "この版のメモ（任意）", "Note on this version (optional)";
    check = "差し込み位置を確かめる", "Check the places";
    save = "登録する", "Keep it";
    added = "テンプレートを登録しました。", "The template was kept.";
    retire = "使用を終える", "Retire";
    retired_done = "この版の使用を終えました。", "This version was retired.";
    download = "テンプレートを取得", "Download the template";
    version_of = "{} 第 {} 版", "{}, version {}";
    places = "差し込み位置（{}）", "Places ({})";
    places_none = "差し込み位置がありません。ブックはそのまま出力されます。", "It asks for nothing: the workbook comes out as it is.";
    problems = "直すところ", "What to mend";
    checked = "問題はありません。登録できます。", "Nothing to mend: it can be kept.";
    checked_again = "登録するには、もう一度ブックを選んでください。", "To keep it, choose the workbook once more.";
    notes = "ご確認ください", "Please note";
    col_where = "場所", "Where";
    col_written = "書き方", "As written";
    col_means = "差し込むもの", "Stands for";
    margin = "ヘッダー・フッター", "header or footer";
    in_list = "{}の行ごと", "for each row of {}";
    unknown = "知らない名前", "not known";
    fill_title = "自機関のテンプレートで出力", "Fill your own template";
    anyway = "このまま出力する", "Download it all the same";
    fill_button = "差し込んで出力", "Fill and download";
    fill_service = "サービスのID", "Service id";
    fill_hint = "いまの採用判断と最新の公開版を差し込みます。承認のページからは、固定した版を差し込みます。", "Fills in the adoption as it stands and the newest published version. From an approval’s page, the pinned version is filled in.";
    help = "差し込みの書き方", "How to mark places";
    help_lead = "セルに {{判断}} のように書くか、セルに kyohyo.verdict のような名前を付けます。行を繰り返すときは {{#対策}} から {{/対策}} までの行に書きます。名前は日本語・英語のどちらでも使えます。", "Write {{verdict}} into a cell, or give the cell a name such as kyohyo.verdict. For a list, write within the rows from {{#controls}} to {{/controls}}. Names work in Japanese and English.";
    help_once = "一度だけ差し込むもの", "There once";
    help_list = "一覧「{}」の行", "Rows of the list “{}”";
    did_add = "テンプレートを登録", "Added a template";
    did_retire = "テンプレートの使用を終了", "Retired a template";
    did_fill = "テンプレートに差し込んで出力", "Filled a template";
}
