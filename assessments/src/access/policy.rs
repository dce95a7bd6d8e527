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
    /// Load a criteria set or a crosswalk. No role holds it; the command line on the server's own files does.
    ManageCriteria,
    /// Add institutions.
    ManageInstitutions,
    /// Add people and give roles; in an institution's layer: that institution's people.
    ManagePeople,
    /// Read the audit entries. Of the common part no role holds it; the command line on the server's own files does.
    ReadAudit,
    /// Write comments, resolve threads.
    Comment,
    /// Answer a review round of the common text.
    Review,
    /// Ask for a review round, remind, close it.
    ManageRounds,
    /// Share a sheet's categories out among institutions.
    Assign,
    /// Publish a version that a review round approved.
    Publish,
    /// Publish a version without the approvals that a round asks for. No role holds it.
    PublishWithoutQuorum,
    /// Prepare an internal approval of an adoption.
    PrepareApproval,
    /// Decide on an internal approval.
    DecideApproval,
    /// Decide in the place of the people who are away. No role holds it.
    TakeOverApproval,
    /// Keep the institution's own templates: add versions, retire them.
    ManageTemplates,
    /// Change the words that search takes for one another.
    EditSynonyms,
    /// Ask for a right for a time.
    RequestElevation,
    /// Grant, refuse or end somebody's right for a time, and review it afterwards.
    DecideElevation,
}

impl Action {
    /// All actions.
    pub const ALL: [Action; 24] = [
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
        Action::Comment,
        Action::Review,
        Action::ManageRounds,
        Action::Assign,
        Action::Publish,
        Action::PublishWithoutQuorum,
        Action::PrepareApproval,
        Action::DecideApproval,
        Action::TakeOverApproval,
        Action::ManageTemplates,
        Action::EditSynonyms,
        Action::RequestElevation,
        Action::DecideElevation,
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
            Action::Comment => "comment",
            Action::Review => "review",
            Action::ManageRounds => "manage_rounds",
            Action::Assign => "assign",
            Action::Publish => "publish",
            Action::PublishWithoutQuorum => "publish_without_quorum",
            Action::PrepareApproval => "prepare_approval",
            Action::DecideApproval => "decide_approval",
            Action::TakeOverApproval => "take_over_approval",
            Action::ManageTemplates => "manage_templates",
            Action::EditSynonyms => "edit_synonyms",
            Action::RequestElevation => "request_elevation",
            Action::DecideElevation => "decide_elevation",
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
                && matches!(
                    action,
                    ReadSheet | Export | ManageInstitutions | ManagePeople | RequestElevation | DecideElevation
                )
        }
        Role::Coordinator => {
            !private
                && matches!(
                    action,
                    ReadSheet
                        | WriteCells
                        | UndoOthers
                        | Export
                        | PreviewImport
                        | ApplyImport
                        | AddService
                        | Comment
                        | ManageRounds
                        | Assign
                        | Publish
                        | EditSynonyms
                        | RequestElevation
                        | DecideElevation
                )
        }
        Role::Manager => {
            matches!(action, ReadSheet | Export | Comment)
                || (private
                    && matches!(
                        action,
                        ManagePeople | ReadAudit | ManageTemplates | RequestElevation | DecideElevation
                    ))
        }
        Role::Editor => {
            matches!(action, ReadSheet | WriteCells | Export | PreviewImport | ApplyImport | Comment)
                || (if private {
                    matches!(action, UndoOthers | PrepareApproval | RequestElevation)
                } else {
                    action == AddService
                })
        }
        Role::Reviewer => matches!(action, ReadSheet | Export | Comment) || (!private && action == Review),
        Role::Approver => {
            matches!(action, ReadSheet | Export | Comment)
                || (private && matches!(action, DecideApproval | ManageTemplates | RequestElevation))
        }
        Role::Reader => matches!(action, ReadSheet | Export),
    }
}

/// What whoever holds the server's files can do without a role: a first installation has nobody who could grant it.
pub(super) fn of_the_files(action: Action, layer: &Layer) -> bool {
    *layer == Layer::Shared && matches!(action, Action::ManageCriteria | Action::ReadAudit)
}
