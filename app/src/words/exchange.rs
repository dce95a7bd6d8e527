//! Words of the import.

use super::words;

words! {
    /// Import: drop, preview, choose, apply.
    Exchange, exchange:
    title = "Excelブックの取込", "Import a workbook";
    lead = "ブックを読み、セルごとに何が変わるかを先に示します。選んで適用するまで何も変わりません。", "The workbook is read and shown cell by cell. Nothing changes until you choose and apply.";
    drop = "ここにファイルを置くか、選んでください（.xlsx、20 MB まで）", "Drop a file here or choose one (.xlsx, up to 20 MB)";
    choose = "ファイルを選ぶ", "Choose a file";
    service = "サービス", "Service";
    service_auto = "ブックから判断する", "Take it from the workbook";
    read = "読み込む", "Read";
    reading = "読み込んでいます", "Reading";
    own_hint = "共評から出力したブックは、出力した版との差分だけが取り込まれます。空欄は文章を消しません。", "A workbook exported from Kyohyo brings only what differs from its revision. A blank never erases.";
    preview = "取込の確認", "Preview";
    of_file = "「{}」を {} に取り込みます", "“{}” into {}";
    added = "追加", "New";
    changed = "変更", "Changed";
    merged = "統合", "Merged";
    unchanged = "同じ", "Same";
    conflict = "競合", "Conflict";
    deletion = "削除の提案", "Proposed deletion";
    not_understood = "読めない箇所", "Not understood";
    take = "取込", "Take";
    cell = "セル", "Cell";
    place = "ブックの位置", "In the file";
    current = "現在", "Now";
    file = "ブック", "File";
    result = "取込後", "After";
    outcome = "結果", "Outcome";
    findings = "読み取りの報告", "What the reader must know";
    mapping = "分類の対応づけ", "How categories were taken";
    mapping_hint = "ブックの分類名をクライテリアの分類へ対応づけます。直すと次のファイルでも使われます。", "Maps the file’s categories to the criteria set. Corrections are remembered for the next file.";
    label = "ブックの分類名", "In the file";
    category = "対策分類", "Category";
    confidence = "確度", "Confidence";
    no_category = "（対応なし）", "(none)";
    remap = "対応づけを保存して読み直す", "Save the mapping and read again";
    apply = "選んだセルを適用する", "Apply the chosen cells";
    applied = "適用しました（第 {} 版、{} セル）。", "Applied (revision {}, {} cells).";
    undo = "取込を取り消す", "Undo the import";
    nothing = "取り込むものはありません。ブックは現在の評価シートと同じです。", "There is nothing to take. The workbook says the same as the sheet.";
    keep_mine = "現在の文章のまま", "Keep the current text";
    take_file = "ブックの文章にする", "Take the file’s text";
    write_own = "まとめた文章", "Merged text";
    same_hidden = "同じ内容の {} セルは省いています。", "{} cells that are the same are left out.";
    delete_row = "この行を削除する", "Delete this row";
    info = "情報", "Note";
    warning = "注意", "Warning";
    error = "未取込", "Not taken";
    candidates = "名称が近いサービス", "Services of a like name";
    which = "どのサービスのブックですか", "Which service is this workbook about?";
    which_lead = "ブックの名称だけではサービスを一つに決められません。ファイルは保管しています。選ぶと取込の確認へ進みます。", "Its name does not fit exactly one service. The file is kept: choose, and the preview follows.";
    go_on = "確認へ進む", "Go on to the preview";
}
