//! Words of working together at the same time: who is here, what is taken back.

use super::words;

words! {
    /// Presence, conflicts of several cells, undo.
    Together, together:
    also_here = "ほかに閲覧中", "Also here";
    undo_last = "自分の直前の変更を取り消す", "Undo my last change";
    undo_last_of = "第{}版を新しい変更として取り消します。ほかの人の変更は残ります。", "Takes revision {} back as a new change. Other people’s changes stay.";
    undo_all = "この操作をまとめて取り消す（{}件）", "Undo the whole operation ({} change sets)";
    undo_all_hint = "同じ操作で書かれた変更をすべて、自機関の記載も含めて取り消します。取り消せないものがあれば、何も変更しません。", "Takes back everything this operation wrote, your institution’s own text included. Where one part cannot be taken back, nothing changes.";
    undone_all = "操作全体を取り消しました。", "The whole operation was undone.";
    conflict_cells = "統合できないセル", "Cells that could not be merged";
    conflict_hint = "何も変更していません。セルを開いて、残す文章を決めてください。", "Nothing was changed. Open a cell and decide what shall stand.";
    open_cell = "このセルを編集", "Edit this cell";
    no_text = "（空）", "(empty)";
}
