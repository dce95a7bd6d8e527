//! A sheet, its criteria set, and a small reader of workbooks, for the tests of exports.

use assessments::cell::Address;
use assessments::criteria::{Category, CriteriaSet, Viewpoint};
use assessments::id::{ExportId, ServiceId};
use assessments::lang::Lang;
use assessments::sheet::{Cells, order_of};
use assessments::workbook::grid::{At, Book, Grid, GridCell, Origin};
use assessments::workbook::{ExportInput, HistoryLine};
use calamine::{Data, DataRef, Reader, Xlsx};
use chrono::DateTime;
use std::collections::BTreeMap;
use std::io::Cursor;

const VIEWPOINTS: &[(&str, &str, &str)] = &[
    ("V1", "認証・権限管理", "Identity & access"),
    ("V2", "ネットワーク・接続経路", "Network & connection paths"),
    ("V3", "データ保護・暗号化", "Data protection & cryptography"),
    ("V4", "証跡・検知・対応", "Logging, detection & response"),
    ("V5", "構成・脆弱性・実行基盤", "Configuration, vulnerability & runtime"),
    ("V6", "可用性・回復力", "Availability & resilience"),
    ("V7", "事業者保証・責任分界", "Provider assurance & shared responsibility"),
];

const CATEGORIES: &[(&str, &str, &str, &str, &str)] = &[
    (
        "K01",
        "V1",
        "認証・ID連携",
        "Authentication & identity federation",
        "管理プレーンとデータプレーンの呼び出し元は何で認証され、匿名・共有・静的な資格情報を禁止できるか。",
    ),
    (
        "K02",
        "V1",
        "認可・最小権限",
        "Authorization & least privilege",
        "アクション・リソース・条件・タグのどの粒度まで権限を絞れ、リソースポリシーは使えるか。",
    ),
    (
        "K03",
        "V1",
        "特権・一時的権限管理",
        "Privileged & temporary elevated access",
        "特権操作を識別して常時付与を避け、承認と時間制限つきで払い出し、後から申請と操作を突合できるか。",
    ),
    (
        "K04",
        "V2",
        "接続経路の閉域化",
        "Private connectivity of connection paths",
        "利用シナリオごとの接続経路を、インターネットへ出さずに閉域で完結でき、経路を条件で縛れるか。",
    ),
    (
        "K05",
        "V2",
        "ネットワークアクセス制限・公開防止",
        "Network restriction & public-exposure prevention",
        "送信元制限と公開設定の禁止を、どの手段で予防・検知できるか。既定値は非公開か。",
    ),
    (
        "K06",
        "V2",
        "外部共有・持ち出し防止",
        "External sharing & exfiltration prevention",
        "他アカウント・他組織・他リージョンへの共有、複製、エクスポートの経路は何で、境界外への操作を止められるか。",
    ),
    (
        "K07",
        "V3",
        "保管データの暗号化",
        "Encryption at rest",
        "何が既定で何の鍵で暗号化され、CMKは使えるか。作成後に変更できない設定や暗号化されない範囲はあるか。",
    ),
    (
        "K08",
        "V3",
        "伝送データの暗号化",
        "Encryption in transit",
        "クライアント間・サービス間・内部・複製の各区間は暗号化され、平文や古いTLSを拒否できるか。",
    ),
    (
        "K09",
        "V3",
        "鍵・証明書・シークレット管理",
        "Key, certificate & secret management",
        "鍵・証明書・シークレットは誰が生成・保管・ローテーション・失効でき、職務分離できるか。",
    ),
    (
        "K10",
        "V3",
        "データの所在・分類・保持・削除",
        "Data residency, classification, retention & deletion",
        "データとメタデータはどこに保存され、リージョン外へ出るか。保持・削除・復元猶予を制御できるか。",
    ),
    (
        "K11",
        "V4",
        "操作ログ・監査証跡",
        "Audit trail & access logging",
        "管理操作とデータ操作は誰が何をしたか記録され、既定で有効か。改ざん防止と保存期間を満たせるか。",
    ),
    (
        "K12",
        "V4",
        "脅威検知・インシデント対応",
        "Threat detection & incident response",
        "不正利用を検知する仕組みは何で、通知・隔離・調査・復旧の手段が用意されているか。",
    ),
    (
        "K13",
        "V5",
        "設定基準・逸脱検知（ガードレール）",
        "Configuration baseline & guardrails",
        "守るべき設定値は何で、予防・発見・事前検査・自動修復のどのガードレールが使えるか。空白は何か。",
    ),
    (
        "K14",
        "V5",
        "脆弱性・パッチ・バージョン管理",
        "Vulnerability, patch & version management",
        "OS・ランタイム・エンジンの更新は誰がいつ行い、脆弱性診断・マルウェア対策・サポート終了に対応できるか。",
    ),
    (
        "K15",
        "V5",
        "実行環境・テナント分離",
        "Runtime & tenant isolation",
        "他テナント・他ワークロード・本番と開発はどの境界で分離され、専有や隔離を選べるか。",
    ),
    (
        "K16",
        "V6",
        "可用性・容量・稼働監視",
        "Availability, capacity & service monitoring",
        "障害時の影響範囲、SLA、冗長化の既定値、クォータは何で、稼働状況を監視できるか。",
    ),
    (
        "K17",
        "V6",
        "バックアップ・復旧",
        "Backup & recovery",
        "データと構成をどう取得・保護（改ざん防止・別アカウント/リージョン）し、どのRPO/RTOで復旧確認できるか。",
    ),
    (
        "K18",
        "V7",
        "第三者認証・責任分界",
        "External assurance & shared responsibility",
        "どの第三者認証・監査の対象で、利用者側に残る責任は何か。",
    ),
    (
        "K19",
        "V7",
        "事業者アクセス・依存サービス・終了",
        "Provider access, dependent services & exit",
        "事業者要員は顧客データに触れうるか。裏で使う他サービスは何か。利用終了時に移行・消去できるか。",
    ),
];

/// Seven viewpoints, nineteen categories.
pub fn criteria() -> CriteriaSet {
    CriteriaSet {
        id: "reconstructed-7x19".into(),
        version: "0.1.0".into(),
        provenance: "reconstruction".into(),
        editions: BTreeMap::new(),
        framework_names: BTreeMap::new(),
        viewpoints: VIEWPOINTS
            .iter()
            .map(|(id, ja, en)| Viewpoint { id: (*id).into(), ja: (*ja).into(), en: (*en).into() })
            .collect(),
        categories: CATEGORIES
            .iter()
            .map(|(id, viewpoint, ja, en, question)| Category {
                id: (*id).into(),
                viewpoint: (*viewpoint).into(),
                ja: (*ja).into(),
                en: (*en).into(),
                question_ja: (*question).into(),
                question_en: format!("Question of {id}?"),
                answer_shape: String::new(),
                frameworks: BTreeMap::new(),
            })
            .collect(),
    }
}

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

/// The texts that workbooks are known to bend.
pub fn torture() -> Vec<String> {
    let mut all: Vec<String> = [
        "😀👩‍👩‍👧‍👦",
        "か\u{3099}き\u{3099}",
        "葛\u{e0100}飾区",
        "神\u{fa19}",
        "=1+1",
        "-x",
        "+1",
        "@a",
        "001",
        "1-1",
        "2025/4/1",
        "1.10",
        "1e5",
        "TRUE",
        "#N/A",
        "_x000D_",
        "a_x000D_b",
        "a_x000D_\nb",
        "_x005F_x000D_",
        "_x0041_",
        "_xZZZZ_",
        "a\tb\tc",
        "  前後の空白  ",
        "　全角の空白　",
        "行末の空白 \n次の行  ",
        "\n先頭の改行",
        "末尾の改行\n",
        "שלום עולם",
        "مرحبا",
        "CR\r\nLF\rここまで",
        "'apostrophe",
        "<b>&amp;</b>",
        "\u{a0}nbsp\u{a0}",
        "zero\u{200b}width",
        "ﾊﾝｶｸ",
        "\"quoted\"",
        "a\n\n\nb",
        "0.30000000000000004",
        "=HYPERLINK(\"x\")",
    ]
    .map(str::to_owned)
    .into();
    all.push("長".repeat(32_000));
    all.push("😀".repeat(16_000));
    all.push("_x000D_".repeat(4_000));
    all
}

/// A sheet whose texts are the torture list, in stored form.
pub fn tortured() -> Cells {
    let mut cells = sheet();
    let rows: Vec<String> = CATEGORIES.iter().map(|c| c.0.to_owned()).collect();
    let mut places = Vec::new();
    for row in rows {
        for field in ["summary/ja", "summary/en", "configure/ja", "limits/en", "handled_by/ja"] {
            places.push(format!("criteria/{row}/{field}"));
        }
    }
    for n in 1..=5 {
        places.push(format!("notes/N-{n:02}/regions"));
        places.push(format!("notes/N-{n:02}/number"));
    }
    for (n, at) in places.iter().enumerate() {
        let at = address(at);
        let text = &torture()[n % torture().len()];
        let stored = assessments::canonical::check(&at, at.declared().unwrap(), text).unwrap();
        cells.set(at, stored, 12);
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
