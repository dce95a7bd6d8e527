//! What a token may do of what its person may do.

use super::Action;
use crate::lang::Lang;
use serde::{Deserialize, Serialize};

/// A scope of an API token. Every scope reads: nothing can be written, exported or imported unseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Sheets, cells, history, search.
    Read,
    /// Cells, new services, undo.
    Write,
    /// Files out.
    Export,
    /// Files in: preview and apply.
    Import,
    /// The audit, where the person may read it.
    Audit,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Scope; 5] = [Scope::Read, Scope::Write, Scope::Export, Scope::Import, Scope::Audit];

    /// As stored, on the command line and in the API.
    pub fn key(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Write => "write",
            Scope::Export => "export",
            Scope::Import => "import",
            Scope::Audit => "audit",
        }
    }

    /// Reads a key.
    pub fn parse(text: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|s| s.key() == text)
    }

    /// The scope in words.
    pub fn label(self, lang: Lang) -> &'static str {
        let (ja, en) = match self {
            Scope::Read => ("読む（シート・履歴・検索）", "Read (sheets, history, search)"),
            Scope::Write => ("書く（セル・サービスの追加・取消）", "Write (cells, new services, undo)"),
            Scope::Export => ("出力する", "Export"),
            Scope::Import => ("取り込む（確認と適用）", "Import (preview and apply)"),
            Scope::Audit => ("監査記録を読む", "Read the audit"),
        };
        lang.pick(ja, en)
    }

    /// Whether this scope lets an action through that a role allows. What is in no scope no token does: people, roles,
    /// institutions, criteria sets, review rounds, versions, internal approvals, elevated access.
    pub fn covers(self, action: Action) -> bool {
        use Action::*;
        match self {
            Scope::Read => action == ReadSheet,
            Scope::Write => matches!(action, ReadSheet | WriteCells | UndoOthers | AddService),
            Scope::Export => matches!(action, ReadSheet | Export),
            Scope::Import => matches!(action, ReadSheet | PreviewImport | ApplyImport),
            Scope::Audit => matches!(action, ReadSheet | ReadAudit),
        }
    }
}
