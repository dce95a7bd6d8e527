//! Sections that exist in institutions' layers only: the decision on a service, and the risks taken with it.
//!
//! They are cells like all others, so that history, merge, undo and the institution's own search come from the one write
//! path. They have one language, the institution's own.

use super::sections::{choice, one};
use super::{Choice, Kind, Rows, Section};

/// Whether the institution uses the service.
const VERDICT: &[Choice] = &[
    choice("may_use", "利用可", "May be used", "○"),
    choice("with_conditions", "条件付きで利用可", "With conditions", "△"),
    choice("not", "利用不可", "Not to be used", "×"),
    choice("pending", "検討中", "Pending", "…"),
];

/// Which data may be kept in it.
const DATA: &[Choice] = &[
    choice("public", "公開情報", "Public", ""),
    choice("internal", "社内情報", "Internal", ""),
    choice("confidential", "機密情報", "Confidential", ""),
    choice("customer", "顧客情報", "Customer data", ""),
    choice("personal", "個人情報", "Personal data", ""),
    choice("special", "要配慮個人情報", "Special categories of personal data", ""),
];

/// The sections of an institution's layer, beside those that the common text has.
pub const PRIVATE: &[Section] = &[ADOPTION, RISKS];

const ADOPTION: Section = Section {
    key: "adoption",
    ja: "採用判断",
    en: "Adoption",
    rows: Rows::One,
    private: true,
    fields: &[
        one("verdict", "判断", "Verdict", Kind::Choice(VERDICT), 14, &[]),
        one("conditions", "利用条件", "Conditions", Kind::Markdown, 60, &[]),
        one("data_classes", "取り扱える情報", "Data allowed", Kind::Choices(DATA), 24, &[]),
        one("note", "自機関の所見", "Own note", Kind::Markdown, 60, &[]),
        one("next_review", "次回見直し日", "Next review", Kind::Date, 12, &[]),
        one("effort_reuse", "評価工数（共同評価を利用、時間）", "Effort with reuse, hours", Kind::Short, 12, &[]),
        one(
            "effort_alone",
            "評価工数（単独で行う場合の見積り、時間）",
            "Effort alone, estimated hours",
            Kind::Short,
            12,
            &[],
        ),
    ],
};

const RISKS: Section = Section {
    key: "risks",
    ja: "リスクへの対応",
    en: "Risks",
    rows: Rows::Criteria,
    private: true,
    fields: &[
        one("control", "代替統制", "Compensating control", Kind::Markdown, 50, &[]),
        one("accepted", "受容するリスク", "Accepted risk", Kind::Markdown, 50, &[]),
        one("owner", "責任者", "Owner", Kind::Short, 16, &[]),
        one("expires", "受容の期限", "Accepted until", Kind::Date, 12, &[]),
    ],
};
