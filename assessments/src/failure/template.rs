//! Words for what keeps an institution's own template from being kept or filled. The place stands behind them.

/// Why, in Japanese and English.
pub(super) fn refusal(reason: &str) -> (&'static str, &'static str) {
    match reason {
        "template_unknown" => {
            ("テンプレートに、知らない名前の差し込み位置があります。", "The template names a place that is not known.")
        }
        "template_unclosed" => (
            "テンプレートの繰り返しが閉じていません。{{/一覧}} を同じシートに書いてください。",
            "A list of the template is not closed. Write {{/list}} on the same sheet.",
        ),
        "template_unopened" => (
            "テンプレートの {{/一覧}} に対応する {{#一覧}} がありません。",
            "The template closes a list that was not opened.",
        ),
        "template_nested" => (
            "テンプレートの繰り返しの中に、別の繰り返しがあります。入れ子にはできません。",
            "The template opens a list within another. Lists cannot be nested.",
        ),
        "template_overlap" => (
            "テンプレートの二つの繰り返しが同じ行にあります。行を分けてください。",
            "Two lists of the template share a row. Put them in rows of their own.",
        ),
        "template_merge" => (
            "繰り返す行の境目をまたぐ結合セルがあります。結合を繰り返しの内側に収めてください。",
            "Merged cells reach over the edge of repeated rows. Keep the merge within them.",
        ),
        "template_name" => (
            "テンプレートの名前の定義が、セルを指していません。",
            "A defined name of the template does not refer to a cell.",
        ),
        "template_prefix" => (
            "このブックの書き方（名前空間の接頭辞）には差し込めません。Excel で開いて保存し直してください。",
            "This workbook is written with prefixes, into which nothing can be filled. Open it in Excel and save it again.",
        ),
        "template_tall" => (
            "文章が一行の高さに収まらず、印刷では途中までしか見えないセルがあります。",
            "Some cells hold more text than a row can show: printed, it is cut off.",
        ),
        "template_macro_sheet" => (
            "マクロのシートを含むブックは使えません。シートを除いて保存し直してください。",
            "The workbook holds a sheet of macros. Remove the sheet and save it again.",
        ),
        _ => ("このテンプレートは使えません。", "This template cannot be used."),
    }
}
