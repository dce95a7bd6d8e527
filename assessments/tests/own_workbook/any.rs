//! Any text, and any grid of texts.

use super::book::{PART2, differences, opened, planned, put};
use crate::support::{address, criteria, export_id, sheet};
use assessments::canonical;
use assessments::import::Level;
use assessments::workbook::grid::{At, Book, Grid, Origin};
use assessments::workbook::{OwnMark, own_draft, plan, recognise};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_text_comes_home(texts in proptest::collection::vec("\\PC{0,40}|[\\x00-\\x7f]{0,30}|[_x0-9A-F\\n\\r\\t ]{0,20}|[ぁ-ん\u{3099}\u{e0100}👍 ]{0,20}", 12)) {
        let mut cells = sheet();
        for (n, text) in texts.iter().enumerate() {
            let at = address(&format!("criteria/K{:02}/{}", n + 1, ["summary/ja", "limits/en", "verified_by"][n % 3]));
            let stored = canonical::check(&at, at.declared().unwrap(), text).unwrap();
            cells.set(at, stored, 12);
        }
        let plan = planned(&opened(&cells), &cells, &cells);
        prop_assert_eq!(differences(&plan), Vec::<String>::new());
        prop_assert!(plan.findings.iter().all(|f| f.level != Level::Error), "{:?}", plan.findings);
    }

    #[test]
    fn no_grid_of_texts_panics(cells in proptest::collection::vec((0u32..40, 0u32..30, "#id/(criteria|notes|facts|paths)|KB1\\|e1\\|s3/criteria\\|1|K0[1-9]~[0-9a-f]{8}|N-0[1-9]|note/ja|summary/ja|留意事項|影響|推奨対応|facts/name|#ja|◎|\\PC{0,6}"), 0..120)) {
        let mut grid = Grid { name: PART2.into(), ..Grid::default() };
        for (row, col, text) in cells {
            put(&mut grid, At { row, col }, &text, Origin::Text);
        }
        let book = Book { sheets: vec![grid], ..Book::default() };
        let mark = OwnMark { export: export_id(), service: "s3".into(), number: 12 };
        let base = sheet();
        let _ = recognise(&book);
        let draft = own_draft(&book, &criteria(), &base, &mark).unwrap();
        let plan = plan(&draft, Some(&base), &base, 12);
        for cell in &plan.cells {
            prop_assert!(assessments::schema::declared(&cell.address).is_ok());
        }
    }
}
