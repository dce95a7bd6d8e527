//! What a reader can do about a finding.

use crate::lang::Lang;

/// The way on from a finding, by its code; one sentence.
pub fn way_on(code: &str, lang: Lang) -> &'static str {
    let (ja, en) = match code {
        "blank_kept" => (
            "空欄では消えません。消す場合は取込の確認でそのセルを選びます。",
            "A blank erases nothing. To erase, choose the cell in the preview.",
        ),
        "own_column" => (
            "機関独自の列です。取込の確認で自機関の層に残せます。",
            "A column of your own. The preview offers to keep it in your institution’s layer.",
        ),
        "column_missing" | "row_missing" => {
            ("何もする必要はありません。現在の内容が残ります。", "Nothing to do: what stands here stays.")
        }
        "other_revision" | "rows_realigned" | "criteria_moved" | "marks_differ" | "other_service" => {
            ("取込の確認で、変わるセルを一つずつ確かめてください。", "Look at each changed cell in the preview.")
        }
        "two_copies" | "other_candidate" => (
            "読むシートを選ぶか、要らない写しを削除してください。",
            "Choose which sheet is read, or delete the copy that is not needed.",
        ),
        "duplicate_row" | "unknown_row" => (
            "新しい行として扱います。違う場合はブックの ID 列を直してください。",
            "It counts as a new row. If that is wrong, correct the ID column of the workbook.",
        ),
        "unmapped_category" => (
            "「分類の対応づけ」で対策分類を選ぶと取り込めます。",
            "Choose its category under “How categories were taken”.",
        ),
        "unknown_choice" | "invalid_value" | "not_understood" | "unknown_address" | "ditto_of_nothing" => (
            "そのセルを選択肢のとおりに直して、もう一度取り込んでください。",
            "Correct the cell and import the file again.",
        ),
        "excel_converted" | "formula" | "error_value" | "unreadable_cell" => {
            ("セルを文字列として入力し直してください。", "Enter the cell again as text.")
        }
        "too_long" | "too_many_rows" => ("文章や行を分けてください。", "Divide the text or the rows."),
        "struck_out" => ("残す場合は取り消し線を外してください。", "Remove the strike-out if the text is to stay."),
        "comment" | "hidden_cells" | "sheet_not_read" | "row_without_place" | "assessment_date" => {
            ("必要な内容は表のセルへ書き写してください。", "Copy what is needed into a cell of the table.")
        }
        "said_twice" | "more_findings" => {
            ("重なりや指摘を減らして、もう一度取り込んでください。", "Mend what is listed and import the file again.")
        }
        _ => ("", ""),
    };
    lang.pick(ja, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_that_took_something_away_has_a_way_on() {
        for code in ["unmapped_category", "unknown_choice", "excel_converted", "too_long", "struck_out", "two_copies"] {
            assert!(Lang::ALL.iter().all(|lang| !way_on(code, *lang).is_empty()), "{code}");
        }
    }
}
