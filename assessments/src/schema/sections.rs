//! The declaration itself.

use super::{Choice, Field, Kind, Rows, Section};

pub(super) const fn choice(key: &'static str, ja: &'static str, en: &'static str, mark: &'static str) -> Choice {
    Choice { key, ja, en, mark }
}

pub(super) const fn one(
    key: &'static str,
    ja: &'static str,
    en: &'static str,
    kind: Kind,
    width: u16,
    aliases: &'static [&'static str],
) -> Field {
    Field { key, ja, en, kind, bilingual: false, aliases, width }
}

const fn both(
    key: &'static str,
    ja: &'static str,
    en: &'static str,
    kind: Kind,
    width: u16,
    aliases: &'static [&'static str],
) -> Field {
    Field { key, ja, en, kind, bilingual: true, aliases, width }
}

/// The marks of availability, the same in the page, the matrix, the workbook and the printed form.
pub mod marks {
    /// On by default.
    pub const ON: &str = "◎";
    /// Can be enabled.
    pub const CAN: &str = "○";
    /// Partly.
    pub const PARTLY: &str = "△";
    /// Not offered.
    pub const NO: &str = "×";
    /// Not applicable.
    pub const NA: &str = "－";
}

const AVAILABILITY: &[Choice] = &[
    choice("on_default", "既定で有効", "On by default", marks::ON),
    choice("can_enable", "設定で可能", "Can be enabled", marks::CAN),
    choice("partly", "一部可能", "Partly", marks::PARTLY),
    choice("not_offered", "提供なし", "Not offered", marks::NO),
    choice("not_applicable", "対象外", "Not applicable", marks::NA),
];

const RESPONSIBILITY: &[Choice] = &[
    choice("provider", "事業者", "Provider", ""),
    choice("customer", "利用者", "Customer", ""),
    choice("shared", "共同責任", "Shared", ""),
];

const MODES: &[Choice] = &[
    choice("preventive", "予防", "Preventive", ""),
    choice("detective", "発見", "Detective", ""),
    choice("proactive", "事前検査", "Proactive", ""),
    choice("responsive", "是正", "Responsive", ""),
];

const SCOPE: &[Choice] = &[choice("in", "対象", "In scope", ""), choice("out", "対象外", "Out of scope", "")];

const PATH_KIND: &[Choice] = &[
    choice("internet", "インターネット", "Internet", ""),
    choice("vpc_endpoint", "VPCエンドポイント", "VPC endpoint", ""),
    choice("direct_connect_vpn", "Direct Connect・VPN", "Direct Connect or VPN", ""),
    choice("inside_provider", "事業者内部", "Inside the provider", ""),
    choice("other_service", "他サービス経由", "Other service", ""),
];

const PLANE: &[Choice] = &[choice("management", "管理系", "Management", ""), choice("data", "データ系", "Data", "")];

const DIRECTION: &[Choice] = &[
    choice("outbound", "送信", "Outbound", ""),
    choice("inbound", "受信", "Inbound", ""),
    choice("both", "双方向", "Both ways", ""),
];

const SEVERITY: &[Choice] = &[
    choice("high", "高", "High", ""),
    choice("medium", "中", "Medium", ""),
    choice("low", "低", "Low", ""),
    choice("info", "情報", "Information", ""),
];

const REGION: &[Choice] = &[
    choice("yes", "提供あり", "Available", "○"),
    choice("no", "提供なし", "Not available", "×"),
    choice("unknown", "不明", "Unknown", "？"),
];

/// The sections of a sheet, in the order in which they are read.
pub const SECTIONS: &[Section] = &[FACTS, SCENARIOS, PATHS, CRITERIA, NOTES];

const FACTS: Section = Section {
    key: "facts",
    ja: "サービスの概要",
    en: "Service facts",
    rows: Rows::One,
    private: false,
    fields: &[
        both("name", "サービス名", "Service name", Kind::Short, 30, &["対象サービス", "service"]),
        one("abbreviation", "略称", "Abbreviation", Kind::Short, 14, &[]),
        one("provider", "事業者", "Provider", Kind::Short, 14, &["クラウド事業者", "CSP"]),
        both("group", "サービス区分", "Service group", Kind::Short, 20, &["区分", "カテゴリ"]),
        both("summary", "サービス概要", "What it is", Kind::Markdown, 60, &["概要"]),
        one("documentation", "文書", "Documentation", Kind::Links, 50, &["参考文献"]),
        one("tokyo", "東京リージョン", "Tokyo region", Kind::Choice(REGION), 12, &["東京"]),
        one("osaka", "大阪リージョン", "Osaka region", Kind::Choice(REGION), 12, &["大阪"]),
        one("endpoint_prefix", "エンドポイント名", "Endpoint prefix", Kind::Short, 20, &[]),
        one("iam_prefix", "IAM プレフィックス", "IAM prefix", Kind::Short, 20, &[]),
        one("cfn_namespace", "CloudFormation 名前空間", "CloudFormation namespace", Kind::Short, 24, &[]),
    ],
};

const SCENARIOS: Section = Section {
    key: "scenarios",
    ja: "利用シナリオ",
    en: "Usage scenarios",
    rows: Rows::Free("S"),
    private: false,
    fields: &[
        both("title", "利用シナリオ", "Usage scenario", Kind::Short, 34, &["シナリオ", "ユースケース", "scenario"]),
        both("purpose", "目的", "Purpose", Kind::Markdown, 54, &["利用目的", "用途"]),
        both(
            "data_class",
            "取扱データ",
            "Data handled",
            Kind::Short,
            24,
            &["取り扱うデータ", "データ区分", "情報区分"],
        ),
        one("scope", "評価対象", "Scope", Kind::Choice(SCOPE), 11, &["対象範囲"]),
    ],
};

const PATHS: Section = Section {
    key: "paths",
    ja: "接続経路",
    en: "Connection paths",
    rows: Rows::Free("P"),
    private: false,
    fields: &[
        one("scenario", "シナリオ番号", "Scenario no.", Kind::Reference("scenarios"), 11, &[]),
        both("from", "接続元", "From", Kind::Short, 22, &["送信元", "source"]),
        both("to", "接続先", "To", Kind::Short, 22, &["宛先", "送信先", "destination"]),
        one("kind", "経路種別", "Kind of route", Kind::Choice(PATH_KIND), 20, &["接続経路", "経路", "接続方式"]),
        one("plane", "管理系・データ系", "Plane", Kind::Choice(PLANE), 13, &["系統"]),
        one("direction", "方向", "Direction", Kind::Choice(DIRECTION), 9, &["通信方向"]),
        one("protocol", "プロトコル・ポート", "Protocol and port", Kind::Short, 18, &["プロトコル", "ポート"]),
        both("encryption", "暗号化", "Encryption", Kind::Short, 20, &["通信の暗号化", "暗号化方式"]),
        both("authentication", "認証", "Authentication", Kind::Short, 24, &["認証方式"]),
        both("remarks", "備考", "Remarks", Kind::Markdown, 40, &["補足"]),
    ],
};

const CRITERIA: Section = Section {
    key: "criteria",
    ja: "セキュリティクライテリア",
    en: "Security criteria",
    rows: Rows::Criteria,
    private: false,
    fields: &[
        one(
            "availability",
            "提供状況",
            "Availability",
            Kind::Choice(AVAILABILITY),
            14,
            &["提供有無", "対応状況", "評価", "対応可否", "状況"],
        ),
        both("handled_by", "対象外の場合の対応主体", "Handled by, where not applicable", Kind::Short, 18, &[]),
        one("responsibility", "責任分界", "Responsibility", Kind::Choice(RESPONSIBILITY), 11, &["責任", "責任主体"]),
        both(
            "summary",
            "概要",
            "Summary",
            Kind::Markdown,
            56,
            &["サービスの提供する機能", "機能概要", "機能名", "内容"],
        ),
        both(
            "configure",
            "設定方法",
            "How to configure",
            Kind::Markdown,
            50,
            &["設定", "設定内容", "利用者の対応", "guidance"],
        ),
        both(
            "limits",
            "制約・注意",
            "Limits and caveats",
            Kind::Markdown,
            46,
            &["補足", "制約", "制限事項", "備考", "注意点"],
        ),
        one("modes", "統制の種類", "Modes", Kind::Choices(MODES), 14, &["予防・発見"]),
        one("guardrails", "ガードレール", "Guardrails", Kind::Guardrails, 44, &["自動統制"]),
        one(
            "evidence",
            "根拠",
            "Evidence",
            Kind::Links,
            44,
            &["参考URL", "参考ＵＲＬ", "参照", "URL", "出典", "reference"],
        ),
        one("same_as", "同内容の参照先", "Same as", Kind::Reference("criteria"), 12, &[]),
        one("verified_at", "確認日", "Verified at", Kind::Date, 12, &["評価日"]),
        one("verified_by", "確認者", "Verified by", Kind::Short, 14, &["評価者", "担当者"]),
        one("review_by", "次回確認期限", "Review by", Kind::Date, 12, &["見直し期限"]),
        one("taken_over", "引継ぎ元（未確認）", "Taken over, not confirmed", Kind::Reference("criteria"), 14, &[]),
    ],
};

const NOTES: Section = Section {
    key: "notes",
    ja: "サービス利用時の留意事項",
    en: "Usage notes",
    rows: Rows::Free("N"),
    private: false,
    fields: &[
        one("number", "項番", "Number", Kind::Short, 8, &["No.", "番号", "no"]),
        one(
            "category",
            "対策分類",
            "Category",
            Kind::Reference("criteria"),
            10,
            &["対応する管理策", "管理策", "対応クライテリア"],
        ),
        both("note", "留意事項", "Note", Kind::Markdown, 56, &["内容", "注意事項"]),
        both("impact", "影響", "Impact", Kind::Markdown, 36, &["リスク", "想定される影響"]),
        both("action", "推奨対応", "Recommended action", Kind::Markdown, 44, &["対応", "対策", "推奨事項"]),
        one("severity", "重要度", "Severity", Kind::Choice(SEVERITY), 9, &["優先度", "深刻度"]),
        one("scenarios", "関係するシナリオ", "Scenarios", Kind::Reference("scenarios"), 13, &["シナリオ"]),
        one("regions", "リージョン", "Regions", Kind::Short, 16, &["対象リージョン"]),
        one("as_of", "時点", "As of", Kind::Date, 12, &["確認日", "更新日"]),
        one("source", "出典", "Source", Kind::Links, 40, &["参照", "参考URL", "URL"]),
    ],
};
