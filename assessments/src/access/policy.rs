//! The policy: which role may do what. A change here shows as a changed snapshot, which is reviewed.

use crate::cell::Layer;
use serde::{Deserialize, Serialize};

/// A role, over the installation or in an institution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Installation: people, institutions, criteria sets; sees no private layer.
    Administrator,
    /// Installation: the common text and its review rounds.
    Coordinator,
    /// Institution: its people and settings.
    Manager,
    /// Institution: writes the common text and its own layer.
    Editor,
    /// Institution: reviews the common text.
    Reviewer,
    /// Institution: decides on its adoptions.
    Approver,
    /// Institution: reads.
    Reader,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 7] = [
        Role::Administrator,
        Role::Coordinator,
        Role::Manager,
        Role::Editor,
        Role::Reviewer,
        Role::Approver,
        Role::Reader,
    ];

    /// As stored and as on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Role::Administrator => "administrator",
            Role::Coordinator => "coordinator",
            Role::Manager => "manager",
            Role::Editor => "editor",
            Role::Reviewer => "reviewer",
            Role::Approver => "approver",
            Role::Reader => "reader",
        }
    }

    /// Reads a key.
    pub fn parse(text: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|r| r.key() == text)
    }

    /// Whether this role is held over the installation and not in an institution.
    pub fn is_installation(self) -> bool {
        matches!(self, Role::Administrator | Role::Coordinator)
    }
}

/// Something that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Read a sheet's cells in a layer, its history, and search there.
    ReadSheet,
    /// Write cells: edit, restore, undo one's own change.
    WriteCells,
    /// Undo a whole change set of somebody else, such as an import.
    UndoOthers,
    /// Take a workbook out.
    Export,
    /// Preview a workbook's differences.
    PreviewImport,
    /// Apply a previewed import.
    ApplyImport,
    /// Make a service exist, with an empty sheet.
    AddService,
    /// Load a criteria set or a crosswalk.
    ManageCriteria,
    /// Add institutions.
    ManageInstitutions,
    /// Add people and give roles; in an institution's layer: that institution's people.
    ManagePeople,
    /// Read the audit entries.
    ReadAudit,
}

impl Action {
    /// All actions.
    pub const ALL: [Action; 11] = [
        Action::ReadSheet,
        Action::WriteCells,
        Action::UndoOthers,
        Action::Export,
        Action::PreviewImport,
        Action::ApplyImport,
        Action::AddService,
        Action::ManageCriteria,
        Action::ManageInstitutions,
        Action::ManagePeople,
        Action::ReadAudit,
    ];

    /// As in failures and in the policy's table.
    pub fn key(self) -> &'static str {
        match self {
            Action::ReadSheet => "read_sheet",
            Action::WriteCells => "write_cells",
            Action::UndoOthers => "undo_others",
            Action::Export => "export",
            Action::PreviewImport => "preview_import",
            Action::ApplyImport => "apply_import",
            Action::AddService => "add_service",
            Action::ManageCriteria => "manage_criteria",
            Action::ManageInstitutions => "manage_institutions",
            Action::ManagePeople => "manage_people",
            Action::ReadAudit => "read_audit",
        }
    }
}

/// Whether a role, held over the subject, allows an action there. Default deny: what is not named is not allowed.
pub(super) fn allows(role: Role, action: Action, layer: &Layer) -> bool {
    use Action::*;
    let private = matches!(layer, Layer::Institution(_));
    match role {
        Role::Administrator => {
            !private
                && matches!(action, ReadSheet | Export | ManageCriteria | ManageInstitutions | ManagePeople | ReadAudit)
        }
        Role::Coordinator => {
            !private
                && matches!(
                    action,
                    ReadSheet | WriteCells | UndoOthers | Export | PreviewImport | ApplyImport | AddService
                )
        }
        Role::Manager => {
            matches!(action, ReadSheet | Export) || (private && matches!(action, ManagePeople | ReadAudit))
        }
        Role::Editor => {
            matches!(action, ReadSheet | WriteCells | Export | PreviewImport | ApplyImport)
                || (if private { action == UndoOthers } else { action == AddService })
        }
        Role::Reviewer | Role::Approver | Role::Reader => matches!(action, ReadSheet | Export),
    }
}

/// The whole policy as a table: a line a role and layer, a column an action.
pub fn table() -> String {
    let mut out = String::from("role, layer: actions allowed\n");
    let own = Layer::parse("i:own").unwrap_or(Layer::Shared);
    for role in Role::ALL {
        for (layer, word) in [(&Layer::Shared, "common"), (&own, "own institution")] {
            let allowed: Vec<&str> =
                Action::ALL.into_iter().filter(|a| allows(role, *a, layer)).map(Action::key).collect();
            out.push_str(&format!(
                "{}, {word}: {}\n",
                role.key(),
                if allowed.is_empty() { "-".into() } else { allowed.join(" ") }
            ));
        }
    }
    out
}
