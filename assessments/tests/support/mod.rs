//! A sheet, its criteria set, and a small reader of workbooks, for the tests of exports.

mod criteria;
mod torture;

pub use criteria::{CATEGORIES, criteria};
pub use torture::tortured;

use assessments::cell::Address;
use assessments::criteria::CriteriaSet;
use assessments::id::{ExportId, ServiceId};
use assessments::lang::Lang;
use assessments::sheet::{Cells, order_of};
use assessments::workbook::grid::{At, Book, Grid, GridCell, Origin};
use assessments::workbook::{ExportInput, HistoryLine};
use calamine::{Data, DataRef, Reader, Xlsx};
use chrono::DateTime;
use std::io::Cursor;

pub fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

pub fn set(cells: &mut Cells, at: &str, text: &str) {
    cells.set(address(at), text.to_owned(), 12);
}

/// A sheet as people write them.
pub fn sheet() -> Cells {
    let mut cells = Cells::new();
    let all = [
        ("facts/service/name/ja", "Amazon S3"),
        ("facts/service/name/en", "Amazon S3"),
        ("facts/service/abbreviation", "S3"),
        ("facts/service/provider", "AWS"),
        ("facts/service/summary/ja", "オブジェクトストレージです。\n\n- 容量の上限はありません"),
        ("facts/service/tokyo", "yes"),
        (
            "facts/service/documentation",
            "[Amazon S3 User Guide](https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html)",
        ),
    ];
    for (at, text) in all {
        set(&mut cells, at, text);
    }
    for n in 1..=4 {
        let row = format!("scenarios/S-{n:02}");
        set(&mut cells, &format!("{row}/order"), &order_of(n - 1));
        set(
            &mut cells,
            &format!("{row}/title/ja"),
            &format!("{}のデータを預かる利用", ["顧客", "勘定系", "市場", "監査"][n - 1]),
        );
        set(
            &mut cells,
            &format!("{row}/title/en"),
            &format!("Keeping {} data", ["customer", "core", "market", "audit"][n - 1]),
        );
        set(
            &mut cells,
            &format!("{row}/purpose/ja"),
            &format!("業務{n}のバッチが日次で書き込み、参照系から読み出します。"),
        );
        set(&mut cells, &format!("{row}/scope"), if n == 3 { "out" } else { "in" });
        let row = format!("paths/P-{n:02}");
        set(&mut cells, &format!("{row}/order"), &order_of(n - 1));
        set(&mut cells, &format!("{row}/scenario"), &format!("S-{n:02}"));
        set(&mut cells, &format!("{row}/from/ja"), "オンプレミスの業務サーバー");
        set(&mut cells, &format!("{row}/to/ja"), &format!("バケット{n}"));
        set(
            &mut cells,
            &format!("{row}/kind"),
            ["internet", "vpc_endpoint", "direct_connect_vpn", "other_service"][n - 1],
        );
        set(&mut cells, &format!("{row}/plane"), "data");
        set(&mut cells, &format!("{row}/protocol"), "443");
        set(&mut cells, &format!("{row}/encryption/ja"), "TLS 1.2 以上");
    }
    for (n, (id, _, ja, en, _)) in CATEGORIES.iter().enumerate() {
        let row = format!("criteria/{id}");
        let choice = ["on_default", "can_enable", "partly", "not_offered", "not_applicable"][n % 5];
        set(&mut cells, &format!("{row}/availability"), choice);
        set(&mut cells, &format!("{row}/responsibility"), ["customer", "shared", "provider"][n % 3]);
        set(
            &mut cells,
            &format!("{row}/summary/ja"),
            &format!(
                "{ja}について、サービスの機能は次のとおりです。\n\n1. 既定の動作は**有効**です。\n2. 組織のポリシーで強制でき、無効にする操作は記録されます。\n3. 例外はリソースポリシーで個別に定めます。"
            ),
        );
        set(&mut cells, &format!("{row}/summary/en"), &format!("What the service does about {en}."));
        set(
            &mut cells,
            &format!("{row}/configure/ja"),
            &format!(
                "`PutBucketPolicy` を使い、{ja}の条件を拒否として書きます。アカウント全体の設定を先に行い、次にバケットごとに確かめます。"
            ),
        );
        set(&mut cells, &format!("{row}/limits/ja"), "設定前に作られたオブジェクトには及びません。");
        set(&mut cells, &format!("{row}/modes"), "preventive,detective");
        set(
            &mut cells,
            &format!("{row}/guardrails"),
            "config:s3-bucket-ssl-requests-only | full | 通信を拒否で強制 | enforced\nsecurityhub:S3.5 | partial | 検知のみ | detects only",
        );
        set(
            &mut cells,
            &format!("{row}/evidence"),
            &format!(
                "[Security best practices](https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#{id}) 2026-10-30"
            ),
        );
        set(&mut cells, &format!("{row}/verified_at"), "2026-10-30");
        set(&mut cells, &format!("{row}/review_by"), "2027-03-31");
    }
    for n in 1..=5 {
        let row = format!("notes/N-{n:02}");
        set(&mut cells, &format!("{row}/order"), &order_of(n - 1));
        set(&mut cells, &format!("{row}/number"), &n.to_string());
        set(&mut cells, &format!("{row}/category"), &format!("K{:02}", n * 3));
        set(
            &mut cells,
            &format!("{row}/note/ja"),
            &format!(
                "留意事項その{n}：既定の{}に気をつけてください。",
                ["暗号化", "公開設定", "保持期間", "複製", "ログ"][n - 1]
            ),
        );
        set(
            &mut cells,
            &format!("{row}/impact/ja"),
            &format!("影響は{}です。", ["漏えい", "公開", "消失", "遅延", "追跡不能"][n - 1]),
        );
        set(&mut cells, &format!("{row}/severity"), ["high", "medium", "low", "info", "high"][n - 1]);
        set(&mut cells, &format!("{row}/scenarios"), "S-01,S-02");
        set(&mut cells, &format!("{row}/as_of"), "2026-11-01");
    }
    cells
}

pub fn export_id() -> ExportId {
    ExportId::parse("0a1b2c3d4e5f6g7h8j9k0m1n2p").unwrap()
}

/// Exports a sheet in a language.
pub fn exported(cells: &Cells, criteria: &CriteriaSet, lang: Lang) -> Vec<u8> {
    let service = ServiceId::parse("s3").unwrap();
    let at = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
    let history: Vec<HistoryLine> = (1..=12)
        .rev()
        .map(|number| HistoryLine {
            number,
            at,
            author: "山田 花子".into(),
            reason: "公式文書の更新を反映しました。".into(),
            door: "ブラウザー".into(),
            cells: 3,
        })
        .collect();
    let name = |id: &assessments::guardrail::GuardrailId| {
        (id.native == "S3.5").then(|| "S3 general purpose buckets should require requests to use SSL".to_owned())
    };
    let input = ExportInput {
        service: &service,
        cells,
        criteria,
        history: &history,
        export: &export_id(),
        number: 12,
        at,
        lang,
        guardrails: &name,
    };
    assessments::workbook::export(&input).unwrap()
}

/// Reads a workbook of our own making; uploads go through the guard, not through this.
pub fn read(bytes: &[u8]) -> Book {
    let mut xlsx: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let names = xlsx.sheet_names();
    let mut book = Book { file: "test.xlsx".into(), ..Book::default() };
    book.names = xlsx.defined_names().iter().cloned().collect();
    for name in names {
        let mut grid = Grid { name: name.clone(), ..Grid::default() };
        let mut reader = xlsx.worksheet_cells_reader(&name).unwrap();
        while let Some(cell) = reader.next_cell().unwrap() {
            let (row, col) = cell.get_position();
            let value: Data = match cell.get_value() {
                DataRef::SharedString(s) => Data::String((*s).to_owned()),
                other => other.clone().into(),
            };
            let (text, origin) = match value {
                Data::Empty => continue,
                Data::String(s) => (assessments::canonical::clean(&s).into_owned(), Origin::Text),
                Data::DateTime(d) => (d.as_datetime().unwrap().format("%Y-%m-%d").to_string(), Origin::Date),
                Data::Float(f) => (f.to_string(), Origin::Number),
                Data::Int(i) => (i.to_string(), Origin::Number),
                Data::Bool(b) => (b.to_string(), Origin::Bool),
                other => (other.to_string(), Origin::Error),
            };
            if !text.is_empty() {
                grid.cells.insert(At { row, col }, GridCell { text, origin, struck: false });
            }
        }
        book.sheets.push(grid);
    }
    book
}
