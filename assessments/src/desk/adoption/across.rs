//! An institution's decisions side by side: by verdict, by what runs out, by system, and what reuse saved.

use super::super::Desk;
use super::{ApprovalLine, own_permit};
use crate::access::{Action, Actor};
use crate::adoption::{self, Effort, Risk, Saving, day_after, hours};
use crate::failure::Failure;
use crate::id::{InstitutionId, ServiceId, SystemId, opaque};
use crate::lang::Label;
use crate::store::{AdoptionRow, System};

/// Days before a day on which it counts as near.
const NEAR_DAYS: u64 = 60;

/// What the comparison can be narrowed by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdoptionFilter {
    /// Part of a name or id; empty for all.
    pub text: String,
    /// A verdict's key; empty for all.
    pub verdict: String,
    /// `outdated`, `expired`, `approved`, `none`; empty for all.
    pub standing: String,
}

/// One service's decision.
#[derive(Clone, Debug)]
pub struct AdoptionLine {
    /// The cells.
    pub row: AdoptionRow,
    /// The verdict's key; empty where there is none.
    pub verdict: String,
    /// The approval in force, as it stands.
    pub approval: Option<ApprovalLine>,
    /// Names of the systems that use the service.
    pub systems: Vec<String>,
}

/// A risk whose acceptance runs out soon, or has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueRisk {
    /// The service.
    pub service: ServiceId,
    /// Its name.
    pub name: Label,
    /// The risk.
    pub risk: Risk,
    /// Whether the day has passed.
    pub over: bool,
}

/// A system with the verdicts on its services.
#[derive(Clone, Debug)]
pub struct SystemLine {
    /// The system.
    pub system: System,
    /// Each service: id, name, verdict's key, whether an approval stands behind it.
    pub services: Vec<(ServiceId, Label, String, bool)>,
}

/// Everything that an institution decided.
#[derive(Clone, Debug)]
pub struct AdoptionOverview {
    /// Whose.
    pub institution: InstitutionId,
    /// The day.
    pub today: String,
    /// Verdict's key to how many services, whatever the filter.
    pub verdicts: Vec<(String, usize)>,
    /// Decisions that fit the filter.
    pub lines: Vec<AdoptionLine>,
    /// Approvals that run out within sixty days.
    pub expiring: Vec<ApprovalLine>,
    /// Approvals that are outdated or have run out.
    pub outdated: Vec<ApprovalLine>,
    /// Risks whose acceptance runs out within sixty days, or has.
    pub risks: Vec<DueRisk>,
    /// Systems by name.
    pub systems: Vec<SystemLine>,
    /// Efforts by service.
    pub efforts: Vec<Effort>,
    /// Their sum, and over time.
    pub saving: Saving,
}

impl Desk {
    /// An institution's decisions side by side.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for an institution that is not the actor's.
    pub async fn adoptions(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        filter: &AdoptionFilter,
    ) -> Result<AdoptionOverview, Failure> {
        let reads = own_permit(actor, Action::ReadSheet, institution)?;
        let rows = self.db.adoptions(&reads).await?;
        let approved = self.approved(actor, &reads).await?;
        let systems = self.db.systems(&reads).await?;
        let today = self.today();
        let near = day_after(&today, NEAR_DAYS).unwrap_or_default();
        let names: Vec<(ServiceId, Label)> = self.service_names(actor).await?;
        let lines: Vec<AdoptionLine> = rows.into_iter().map(|row| line(row, &approved, &systems)).collect();
        let efforts: Vec<Effort> = lines.iter().filter_map(effort).collect();
        let mut out = AdoptionOverview {
            institution: institution.clone(),
            verdicts: counted(&lines),
            expiring: approved
                .iter()
                .filter(|l| l.standing.holds() && l.approval.valid_until <= near)
                .cloned()
                .collect(),
            outdated: approved.iter().filter(|l| !l.standing.holds()).cloned().collect(),
            risks: due_risks(&lines, &today, &near),
            systems: systems.into_iter().map(|s| system_line(s, &lines, &names)).collect(),
            saving: adoption::saving(&efforts),
            efforts,
            lines,
            today,
        };
        out.expiring.sort_by(|a, b| a.approval.valid_until.cmp(&b.approval.valid_until));
        out.lines.retain(|l| fits(l, filter));
        Ok(out)
    }

    /// Writes one of the institution's systems down, or changes it. Gives back its id.
    ///
    /// # Errors
    /// [`Failure::Invalid`] without a name; [`Failure::NotFound`] for another institution's and for unknown services.
    pub async fn put_system(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        id: Option<&SystemId>,
        name: &str,
        owner: &str,
        services: &[ServiceId],
    ) -> Result<SystemId, Failure> {
        let writes = own_permit(actor, Action::WriteCells, institution)?;
        let line =
            |text: &str| crate::canonical::clean(text.trim()).replace('\n', " ").chars().take(200).collect::<String>();
        if line(name).is_empty() {
            return Err(Failure::invalid("name", name));
        }
        let id = id.cloned().map_or_else(|| SystemId::parse(&opaque(self.world.random())), Ok)?;
        let system = System { id: id.clone(), name: line(name), owner: line(owner), services: services.to_vec() };
        let mut tx = self.db.begin().await?;
        tx.put_system(&writes, &system, self.world.now()).await?;
        let used = services.iter().map(ServiceId::as_str).collect::<Vec<_>>().join(" ");
        let detail = format!("{} {used}", system.name);
        tx.audit(actor, &self.entry_in(writes.layer(), "put_system", id.as_str(), &detail)).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Takes one of the institution's systems away.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for another institution's.
    pub async fn delete_system(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        id: &SystemId,
    ) -> Result<(), Failure> {
        let writes = own_permit(actor, Action::WriteCells, institution)?;
        let mut tx = self.db.begin().await?;
        tx.delete_system(&writes, id).await?;
        tx.audit(actor, &self.entry_in(writes.layer(), "delete_system", id.as_str(), "")).await?;
        tx.commit().await
    }
}

fn line(row: AdoptionRow, approved: &[ApprovalLine], systems: &[System]) -> AdoptionLine {
    AdoptionLine {
        verdict: adoption::field(&row.cells, "verdict").to_owned(),
        approval: approved.iter().find(|l| l.approval.service == row.service).cloned(),
        systems: systems.iter().filter(|s| s.services.contains(&row.service)).map(|s| s.name.clone()).collect(),
        row,
    }
}

fn counted(lines: &[AdoptionLine]) -> Vec<(String, usize)> {
    let choices = crate::schema::field("adoption", "verdict").map_or(&[][..], |f| f.choices());
    let count = |key: &str| lines.iter().filter(|l| l.verdict == key).count();
    choices.iter().map(|c| (c.key.to_owned(), count(c.key))).collect()
}

/// Both efforts are needed: one alone says nothing about a saving.
fn effort(line: &AdoptionLine) -> Option<Effort> {
    let of = |key: &str| hours(adoption::field(&line.row.cells, key));
    let at = line.row.effort_at? + chrono::Duration::hours(9);
    Some(Effort {
        service: line.row.service.clone(),
        name: line.row.name.clone(),
        month: at.format("%Y-%m").to_string(),
        reuse: of("effort_reuse")?,
        alone: of("effort_alone")?,
    })
}

fn due_risks(lines: &[AdoptionLine], today: &str, near: &str) -> Vec<DueRisk> {
    let mut out = Vec::new();
    for line in lines {
        let due = adoption::risks(&line.row.cells)
            .into_iter()
            .filter(|r| !r.expires.is_empty() && r.expires.as_str() <= near);
        out.extend(due.map(|risk| DueRisk {
            service: line.row.service.clone(),
            name: line.row.name.clone(),
            over: risk.expires.as_str() < today,
            risk,
        }));
    }
    out.sort_by(|a, b| a.risk.expires.cmp(&b.risk.expires));
    out
}

fn system_line(system: System, lines: &[AdoptionLine], names: &[(ServiceId, Label)]) -> SystemLine {
    let of = |id: &ServiceId| {
        let line = lines.iter().find(|l| l.row.service == *id);
        let name = names.iter().find(|(known, _)| known == id).map(|(_, n)| n.clone()).unwrap_or_default();
        let holds = line.and_then(|l| l.approval.as_ref()).is_some_and(|a| a.standing.holds());
        (id.clone(), name, line.map(|l| l.verdict.clone()).unwrap_or_default(), holds)
    };
    SystemLine { services: system.services.iter().map(of).collect(), system }
}

fn fits(line: &AdoptionLine, filter: &AdoptionFilter) -> bool {
    let text = filter.text.trim().to_lowercase();
    let named = [line.row.service.as_str(), &line.row.name.ja, &line.row.name.en]
        .into_iter()
        .chain(line.systems.iter().map(String::as_str))
        .any(|n| n.to_lowercase().contains(&text));
    let standing = line.approval.as_ref().map_or("none", |a| a.standing.key());
    named
        && (filter.verdict.is_empty() || line.verdict == filter.verdict)
        && (filter.standing.is_empty() || standing == filter.standing)
}
