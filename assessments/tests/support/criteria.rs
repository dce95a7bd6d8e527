//! A criteria set of 7 viewpoints and 19 categories.

use assessments::criteria::{Category, CriteriaSet, Viewpoint};
use std::collections::BTreeMap;

const VIEWPOINTS: &[(&str, &str, &str)] = &[
    ("V1", "認証・権限管理", "Identity & access"),
    ("V2", "ネットワーク・接続経路", "Network & connection paths"),
    ("V3", "データ保護・暗号化", "Data protection & cryptography"),
    ("V4", "証跡・検知・対応", "Logging, detection & response"),
    ("V5", "構成・脆弱性・実行基盤", "Configuration, vulnerability & runtime"),
    ("V6", "可用性・回復力", "Availability & resilience"),
    ("V7", "事業者保証・責任分界", "Provider assurance & shared responsibility"),
];

pub const CATEGORIES: &[(&str, &str, &str, &str, &str)] = &[
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
