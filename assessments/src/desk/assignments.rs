//! Sharing a sheet's categories out among institutions, the way a working group splits its work.

use super::Desk;
use crate::access::{Action, Actor, Permit, permit};
use crate::cell::Layer;
use crate::change::Author;
use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::id::{InstitutionId, RowId, ServiceId};
use crate::lang::Label;
use crate::store::{Assignment, Standing};
use std::collections::BTreeMap;

/// A category with who has it and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// The assignment.
    pub assignment: Assignment,
    /// The institution's name.
    pub name: Label,
    /// Whether it has an availability.
    pub answered: bool,
    /// Whether somebody verified it: a day of verification, and nothing taken over that waits.
    pub confirmed: bool,
    /// Whether its day has passed before it was confirmed.
    pub overdue: bool,
}

/// What one institution has of one sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Which service.
    pub service: ServiceId,
    /// Its name.
    pub name: Label,
    /// Which institution.
    pub institution: InstitutionId,
    /// Its name.
    pub institution_name: Label,
    /// Its categories.
    pub rows: Vec<RowId>,
    /// How many are answered.
    pub answered: usize,
    /// How many are confirmed.
    pub confirmed: usize,
    /// How many are past their day and not confirmed.
    pub overdue: usize,
    /// The next day by which something is due; empty for none.
    pub due: String,
}

/// Who gets which category; none takes it back.
pub type Plan = Vec<(RowId, Option<InstitutionId>)>;

/// Deals the categories out in turn, in the order of the set. Those in `keep` stay where they are.
pub fn round_robin(set: &CriteriaSet, institutions: &[InstitutionId], keep: &[RowId]) -> Plan {
    let free = set.categories.iter().filter_map(|c| RowId::parse(&c.id).ok()).filter(|row| !keep.contains(row));
    free.zip(institutions.iter().cycle()).map(|(row, institution)| (row, Some(institution.clone()))).collect()
}

/// Gives every category of a viewpoint to one institution.
pub fn by_viewpoint(set: &CriteriaSet, chosen: &BTreeMap<String, InstitutionId>) -> Plan {
    let line = |c: &crate::criteria::Category| {
        let institution = chosen.get(&c.viewpoint)?;
        Some((RowId::parse(&c.id).ok()?, Some(institution.clone())))
    };
    set.categories.iter().filter_map(line).collect()
}

impl Desk {
    /// Shares categories out, or takes them back.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for a day that is none, an unknown institution, or a category that the sheet's criteria set does
    /// not have; [`Failure::Forbidden`].
    pub async fn assign(&self, actor: &Actor, service: &ServiceId, plan: &Plan, due: &str) -> Result<usize, Failure> {
        let permit = permit(actor, Action::Assign, &Layer::Shared)?;
        let due = crate::canonical::day("due", due)?;
        let reads = self.shared(actor, Action::ReadSheet)?;
        let (head, _) = self.db.cells(&reads, service).await?;
        let set = self.criteria(&head.criteria);
        let names = self.db.institution_names(&reads).await?;
        let before: BTreeMap<RowId, Assignment> =
            self.db.assignments(&reads, Some(service)).await?.into_iter().map(|a| (a.row.clone(), a)).collect();
        let mut tx = self.db.begin().await?;
        let mut changed = 0;
        for (row, institution) in plan {
            if set.category(row.as_str()).is_none() {
                return Err(Failure::invalid("category", row.as_str()));
            }
            let had = before.get(row);
            let detail = match institution {
                Some(id) if !names.contains_key(id) => return Err(Failure::invalid("institution", id.as_str())),
                Some(id) if had.is_some_and(|a| a.institution == *id && a.due == due) => continue,
                Some(id) => {
                    let new = Assignment {
                        service: service.clone(),
                        criteria: set.key(),
                        row: row.clone(),
                        institution: id.clone(),
                        due: due.clone(),
                        at: self.world.now(),
                        author: Author { person: actor.person.clone(), name: actor.name.clone() },
                    };
                    tx.assign(&permit, &new).await?;
                    format!("{row} {id} {due}")
                }
                None if had.is_none() => continue,
                None => {
                    tx.unassign(&permit, service, &set.key(), row).await?;
                    format!("{row} -")
                }
            };
            self.note_common(&mut tx, actor, "assign", service.as_str(), detail.trim()).await?;
            changed += 1;
        }
        tx.commit().await?;
        Ok(changed)
    }

    /// The shared-out categories of a sheet, in the order of its criteria set.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for an unknown service.
    pub async fn assignments(&self, actor: &Actor, service: &ServiceId) -> Result<Vec<Assigned>, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        self.db.service(&permit, service).await?;
        self.assigned(&permit, Some(service)).await
    }

    async fn assigned(&self, permit: &Permit, service: Option<&ServiceId>) -> Result<Vec<Assigned>, Failure> {
        let all = self.db.assignments(permit, service).await?;
        if all.is_empty() {
            return Ok(vec![]);
        }
        let standing = self.db.assigned_standing(permit, service).await?;
        let (names, today) = (self.db.institution_names(permit).await?, self.today());
        let line = |assignment: Assignment| {
            let at = (assignment.service.clone(), assignment.row.clone());
            let Standing { answered, verified, taken_over } = standing.get(&at).cloned().unwrap_or_default();
            let confirmed = answered && verified && !taken_over;
            let overdue = !confirmed && !assignment.due.is_empty() && assignment.due < today;
            let id = &assignment.institution;
            let name = names.get(id).cloned().unwrap_or_else(|| Label { ja: id.to_string(), en: id.to_string() });
            Assigned { name, answered, confirmed, overdue, assignment }
        };
        Ok(all.into_iter().map(line).collect())
    }

    /// What every institution has of every sheet, one's own first, then by the day on which it is due.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn shares(&self, actor: &Actor) -> Result<Vec<Share>, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        let mut out: BTreeMap<(ServiceId, InstitutionId), Share> = BTreeMap::new();
        for line in self.assigned(&permit, None).await? {
            let a = line.assignment;
            let at = (a.service.clone(), a.institution.clone());
            let share = out.entry(at).or_insert_with(|| Share {
                service: a.service.clone(),
                name: Label::default(),
                institution: a.institution.clone(),
                institution_name: line.name.clone(),
                rows: vec![],
                answered: 0,
                confirmed: 0,
                overdue: 0,
                due: String::new(),
            });
            share.answered += usize::from(line.answered);
            share.confirmed += usize::from(line.confirmed);
            share.overdue += usize::from(line.overdue);
            if !line.confirmed && !a.due.is_empty() && (share.due.is_empty() || a.due < share.due) {
                share.due = a.due;
            }
            share.rows.push(a.row);
        }
        let mut out: Vec<Share> = out.into_values().collect();
        for share in &mut out {
            share.name = self.db.service(&permit, &share.service).await?.name;
        }
        let own = |s: &Share| !actor.institutions.contains_key(&s.institution);
        out.sort_by_key(|s| (own(s), s.confirmed == s.rows.len(), s.due.is_empty(), s.due.clone(), s.service.clone()));
        Ok(out)
    }

    /// What the actor's own institutions still have to confirm.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn assigned_to(&self, actor: &Actor) -> Result<Vec<Share>, Failure> {
        let all = self.shares(actor).await?;
        let mine = |s: &Share| actor.institutions.contains_key(&s.institution) && s.confirmed < s.rows.len();
        Ok(all.into_iter().filter(mine).collect())
    }

    /// The institutions that work together here, by name.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn institutions_together(&self, actor: &Actor) -> Result<Vec<(InstitutionId, Label)>, Failure> {
        Ok(self.db.institution_names(&self.shared(actor, Action::ReadSheet)?).await?.into_iter().collect())
    }
}
