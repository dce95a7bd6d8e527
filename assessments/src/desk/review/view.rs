//! A round with everything that bears on it, and what can be read from that.

use crate::id::{InstitutionId, PersonId};
use crate::lang::Label;
use crate::review::{Answer, Changed, Judgement, Scope, standing};
use crate::store::{CellDifference, Given, Reviewer, Round};
use std::collections::{BTreeMap, BTreeSet};

/// How a round stands, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundState {
    /// It waits for answers.
    Open,
    /// It can be published.
    Approved,
    /// It published a version.
    Published,
    /// It was closed without one.
    Closed,
}

/// A round with everything that bears on it.
#[derive(Clone, Debug)]
pub struct RoundView {
    /// The round.
    pub round: Round,
    /// The revision that it was judged at: the newest while it runs.
    pub number: i64,
    /// What changed since the last published version.
    pub changed: Vec<CellDifference>,
    /// The same, with whose hand it was.
    pub hands: Vec<Changed>,
    /// All answers, the first first.
    pub given: Vec<Given>,
    /// The answers as they were judged, in the same order.
    pub answers: Vec<Answer>,
    /// The judgement.
    pub judgement: Judgement,
    /// Who may answer.
    pub reviewers: Vec<Reviewer>,
    /// Names of institutions.
    pub names: BTreeMap<InstitutionId, Label>,
}

/// How far an institution is with a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The institution.
    pub institution: InstitutionId,
    /// Its name.
    pub name: Label,
    /// Its people who may answer.
    pub people: Vec<String>,
    /// Changed cells that it had no hand in.
    pub may: usize,
    /// Those of them that it approves as they stand.
    pub approved: usize,
    /// Those whose approval was lost by a later change.
    pub outdated: usize,
    /// Cells in which it asks for changes.
    pub asked: usize,
    /// Objections of its people that stand.
    pub objections: usize,
}

impl RoundView {
    /// How it stands, in a word.
    pub fn state(&self) -> RoundState {
        match self.round.ended.as_str() {
            "published" => RoundState::Published,
            "" if self.judgement.is_approved() => RoundState::Approved,
            "" => RoundState::Open,
            _ => RoundState::Closed,
        }
    }

    /// The institutions that have reviewers, each with how far it is.
    pub fn progress(&self) -> Vec<Progress> {
        let mut out: BTreeMap<&InstitutionId, Progress> = BTreeMap::new();
        for reviewer in &self.reviewers {
            let line = out.entry(&reviewer.institution).or_insert_with(|| Progress {
                institution: reviewer.institution.clone(),
                name: reviewer.label.clone(),
                people: vec![],
                may: self.hands.iter().filter(|c| !c.institutions.contains(&reviewer.institution)).count(),
                approved: 0,
                outdated: 0,
                asked: 0,
                objections: 0,
            });
            line.people.push(reviewer.name.clone());
        }
        for (institution, line) in &mut out {
            let has = |side: &BTreeSet<InstitutionId>| side.contains(*institution);
            line.approved = self.judgement.cells.values().filter(|c| has(&c.approved)).count();
            line.outdated = self.judgement.cells.values().filter(|c| has(&c.outdated)).count();
            line.asked = self.judgement.cells.values().filter(|c| has(&c.asked)).count();
            let objects = |place: &&usize| self.answers.get(**place).is_some_and(|a| a.institution == **institution);
            line.objections = self.judgement.objections.iter().filter(objects).count();
        }
        out.into_values().collect()
    }

    /// The institutions with a hand in the changes, by name; and how many changes are of nobody's.
    pub fn authors(&self) -> (Vec<(InstitutionId, Label)>, usize) {
        let ids: BTreeSet<&InstitutionId> = self.hands.iter().flat_map(|c| &c.institutions).collect();
        let name = |id: &InstitutionId| {
            self.names.get(id).cloned().unwrap_or_else(|| Label { ja: id.to_string(), en: id.to_string() })
        };
        let of_nobody = self.hands.iter().filter(|c| c.institutions.is_empty()).count();
        (ids.into_iter().map(|id| (id.clone(), name(id))).collect(), of_nobody)
    }

    /// The last answer of somebody about something, where it was not withdrawn.
    pub fn standing(&self, person: &PersonId, scope: &Scope) -> Option<&Given> {
        standing(&self.answers).get(&(person.clone(), scope.clone())).and_then(|place| self.given.get(*place))
    }

    /// Changed cells that still wait for this reviewer: not their institution's own, and not answered as they stand.
    pub fn waiting_for(&self, person: &PersonId, institutions: &BTreeSet<InstitutionId>) -> usize {
        let standing = standing(&self.answers);
        let last = |scope| standing.get(&(person.clone(), scope)).and_then(|place| self.answers.get(*place));
        let waits = |c: &&Changed| {
            let own = c.authors.contains(person) || institutions.iter().any(|i| c.institutions.contains(i));
            let answer = last(Scope::Cell(c.address.clone())).or_else(|| last(Scope::Whole));
            !own && answer.is_none_or(|a| a.number < c.number)
        };
        self.hands.iter().filter(waits).count()
    }
}
