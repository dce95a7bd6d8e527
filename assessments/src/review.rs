//! When a review round has what it needs: a pure judgement over what changed and what reviewers answered.
//!
//! Two institutions must approve every changed cell that had no hand in it. Whose hand: every person who changed the
//! cell since the last published version, with all the institutions that they belong to. An institution that wrote one
//! cell may therefore still review the others; nobody ever approves what they wrote themselves.

use crate::cell::Address;
use crate::failure::Failure;
use crate::id::{InstitutionId, PersonId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How many institutions must approve a changed cell.
pub const QUORUM: usize = 2;

/// What a reviewer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It can be published.
    Approve,
    /// It should be changed first. Does not stop the others' approvals from counting.
    AskChanges,
    /// It must not be published so. Stops the round until it is withdrawn or answered anew.
    Object,
    /// Takes one's own earlier answer of the same scope back.
    Withdraw,
}

impl Verdict {
    /// All of them, in the order of a form.
    pub const ALL: [Verdict; 4] = [Verdict::Approve, Verdict::AskChanges, Verdict::Object, Verdict::Withdraw];

    /// As stored and in forms.
    pub fn key(self) -> &'static str {
        match self {
            Verdict::Approve => "approve",
            Verdict::AskChanges => "ask_changes",
            Verdict::Object => "object",
            Verdict::Withdraw => "withdraw",
        }
    }

    /// Reads a key.
    pub fn parse(text: &str) -> Option<Verdict> {
        Verdict::ALL.into_iter().find(|v| v.key() == text)
    }
}

/// What an answer is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// Everything that changed.
    Whole,
    /// One cell. For that cell it goes before the same person's answer for the whole.
    Cell(Address),
}

impl Scope {
    /// As stored: empty, or the address.
    pub fn key(&self) -> String {
        match self {
            Scope::Whole => String::new(),
            Scope::Cell(address) => address.to_string(),
        }
    }

    /// Reads what [`Scope::key`] wrote.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for anything else.
    pub fn parse(text: &str) -> Result<Scope, Failure> {
        if text.is_empty() { Ok(Scope::Whole) } else { Address::parse(text).map(Scope::Cell) }
    }
}

/// A cell whose text differs from the last published version's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Which cell.
    pub address: Address,
    /// The revision that changed it last.
    pub number: i64,
    /// Who changed it since the last published version.
    pub authors: BTreeSet<PersonId>,
    /// The institutions that they belong to.
    pub institutions: BTreeSet<InstitutionId>,
}

impl Changed {
    /// Whether an answer comes from a hand that wrote this cell, or from its institution.
    pub fn is_own(&self, answer: &Answer) -> bool {
        self.authors.contains(&answer.person) || answer.belongs.iter().any(|i| self.institutions.contains(i))
    }
}

/// An answer of a reviewer, as far as it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Who.
    pub person: PersonId,
    /// For which institution.
    pub institution: InstitutionId,
    /// All institutions that the person belongs to.
    pub belongs: BTreeSet<InstitutionId>,
    /// About what.
    pub scope: Scope,
    /// What.
    pub verdict: Verdict,
    /// The revision that the reviewer saw.
    pub number: i64,
}

/// How one changed cell stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CellState {
    /// Institutions whose approval counts.
    pub approved: BTreeSet<InstitutionId>,
    /// Institutions that approved an earlier text of it.
    pub outdated: BTreeSet<InstitutionId>,
    /// Institutions that approved but had a hand in it.
    pub own: BTreeSet<InstitutionId>,
    /// Institutions that ask for a change, and have seen its present text.
    pub asked: BTreeSet<InstitutionId>,
    /// Institutions that object.
    pub objected: BTreeSet<InstitutionId>,
}

impl CellState {
    /// Whether enough institutions approved it.
    pub fn is_approved(&self) -> bool {
        self.approved.len() >= QUORUM
    }
}

/// How a round stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// The changed cells.
    pub cells: BTreeMap<Address, CellState>,
    /// Objections that stand, by their place among the answers.
    pub objections: Vec<usize>,
}

impl Judgement {
    /// Cells that wait for approvals.
    pub fn missing(&self) -> usize {
        self.cells.values().filter(|c| !c.is_approved()).count()
    }

    /// Whether every changed cell has its approvals and nobody objects. A round over no change approves nothing.
    pub fn is_approved(&self) -> bool {
        !self.cells.is_empty() && self.objections.is_empty() && self.missing() == 0
    }
}

/// The answers that count: the last of each person and scope that was not withdrawn, by their place.
pub fn standing(answers: &[Answer]) -> BTreeMap<(PersonId, Scope), usize> {
    let mut last = BTreeMap::new();
    for (place, answer) in answers.iter().enumerate() {
        last.insert((answer.person.clone(), answer.scope.clone()), place);
    }
    last.retain(|_, place| answers.get(*place).is_some_and(|a| a.verdict != Verdict::Withdraw));
    last
}

/// Judges a round: `answers` in the order in which they were given.
pub fn judge(changed: &[Changed], answers: &[Answer]) -> Judgement {
    let standing = standing(answers);
    let people: BTreeSet<&PersonId> = standing.keys().map(|(person, _)| person).collect();
    let mut out = Judgement::default();
    for cell in changed {
        let state = out.cells.entry(cell.address.clone()).or_default();
        for person in &people {
            let by = |scope: Scope| standing.get(&((*person).clone(), scope)).and_then(|place| answers.get(*place));
            let Some(answer) = by(Scope::Cell(cell.address.clone())).or_else(|| by(Scope::Whole)) else { continue };
            let seen = answer.number >= cell.number;
            let side = match answer.verdict {
                Verdict::Approve if cell.is_own(answer) => &mut state.own,
                Verdict::Approve if seen => &mut state.approved,
                Verdict::Approve => &mut state.outdated,
                Verdict::AskChanges if seen => &mut state.asked,
                Verdict::Object => &mut state.objected,
                Verdict::AskChanges | Verdict::Withdraw => continue,
            };
            side.insert(answer.institution.clone());
        }
        // Somebody of the institution approved the present text: the older approval of a colleague says nothing more.
        let newer = state.approved.clone();
        state.outdated.retain(|i| !newer.contains(i));
    }
    // An objection to a cell that is as it was published has nothing left to stop.
    let concerns = |scope: &Scope| match scope {
        Scope::Whole => true,
        Scope::Cell(address) => out.cells.contains_key(address),
    };
    let objects = |place: &usize| answers.get(*place).is_some_and(|a| a.verdict == Verdict::Object);
    out.objections =
        standing.iter().filter(|((_, scope), place)| concerns(scope) && objects(place)).map(|(_, p)| *p).collect();
    out.objections.sort_unstable();
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    const K07: &str = "criteria/K07/summary/ja";
    const K08: &str = "criteria/K08/summary/ja";

    fn bank(id: &str) -> InstitutionId {
        InstitutionId::parse(id).unwrap()
    }

    fn changed(address: &str, number: i64, by: &str) -> Changed {
        Changed {
            address: Address::parse(address).unwrap(),
            number,
            authors: BTreeSet::from([PersonId::parse(&format!("{by}-writer")).unwrap()]),
            institutions: BTreeSet::from([bank(by)]),
        }
    }

    /// `a approve 5`, `b object 5 criteria/K07/summary/ja`: institution (its reviewer), verdict, revision, cell.
    fn answers(lines: &[&str]) -> Vec<Answer> {
        let answer = |line: &&str| {
            let parts: Vec<&str> = line.split(' ').collect();
            Answer {
                person: PersonId::parse(&format!("{}-reviewer", parts[0])).unwrap(),
                institution: bank(parts[0]),
                belongs: BTreeSet::from([bank(parts[0])]),
                scope: Scope::parse(parts.get(3).unwrap_or(&"")).unwrap(),
                verdict: Verdict::parse(parts[1]).unwrap(),
                number: parts[2].parse().unwrap(),
            }
        };
        lines.iter().map(answer).collect()
    }

    #[rstest]
    #[case::nobody(&[], false)]
    #[case::one_institution(&["b approve 5"], false)]
    #[case::two_institutions(&["b approve 5", "c approve 5"], true)]
    #[case::the_authors_institution_does_not_count(&["a approve 5", "b approve 5"], false)]
    #[case::an_older_text_does_not_count(&["b approve 4", "c approve 5"], false)]
    #[case::approved_again(&["b approve 4", "c approve 5", "b approve 5"], true)]
    #[case::an_objection_stops(&["b approve 5", "c approve 5", "d object 5"], false)]
    #[case::an_objection_of_the_authors_institution_too(&["b approve 5", "c approve 5", "a object 5"], false)]
    #[case::withdrawn(&["b approve 5", "c approve 5", "d object 5", "d withdraw 5"], true)]
    #[case::resolved_by_a_later_answer(&["b approve 5", "d object 5", "d approve 5"], true)]
    #[case::asking_for_changes_stops_nobody_else(&["b approve 5", "c approve 5", "d ask_changes 5"], true)]
    #[case::but_does_not_approve(&["b approve 5", "c ask_changes 5"], false)]
    #[case::changed_ones_mind(&["b approve 5", "c approve 5", "c ask_changes 5"], false)]
    #[case::cell_by_cell(&["b approve 5 criteria/K07/summary/ja", "c approve 5 criteria/K07/summary/ja"], true)]
    #[case::the_cell_goes_before_the_whole(&["b approve 5", "c ask_changes 5 criteria/K07/summary/ja", "c approve 5"], false)]
    #[case::a_withdrawn_cell_falls_back_to_the_whole(&["b approve 5", "c ask_changes 5 criteria/K07/summary/ja", "c approve 5", "c withdraw 5 criteria/K07/summary/ja"], true)]
    #[case::an_objection_to_a_cell_outlives_an_approval_of_the_whole(&["b approve 5", "c approve 5", "d object 5 criteria/K07/summary/ja", "d approve 5"], false)]
    #[case::an_objection_to_what_is_no_longer_changed(&["b approve 5", "c approve 5", "d object 3 criteria/K08/summary/ja"], true)]
    fn a_quorum(#[case] lines: &[&str], #[case] approved: bool) {
        let judged = judge(&[changed(K07, 5, "a")], &answers(lines));
        assert_eq!(judged.is_approved(), approved, "{judged:?}");
    }

    #[test]
    fn a_changed_cell_loses_its_approval_and_the_others_keep_theirs() {
        let before = [changed(K07, 5, "a"), changed(K08, 5, "a")];
        let given = answers(&["b approve 5", "c approve 5"]);
        assert!(judge(&before, &given).is_approved());
        let after = judge(&[changed(K07, 6, "a"), changed(K08, 5, "a")], &given);
        assert_eq!(after.missing(), 1);
        assert_eq!(after.cells[&Address::parse(K07).unwrap()].outdated, BTreeSet::from([bank("b"), bank("c")]));
        assert!(after.cells[&Address::parse(K08).unwrap()].is_approved());
    }

    #[test]
    fn institutions_that_wrote_different_cells_may_review_one_another() {
        let cells = [changed(K07, 5, "a"), changed(K08, 5, "b")];
        assert!(!judge(&cells, &answers(&["a approve 5", "b approve 5"])).is_approved());
        assert!(judge(&cells, &answers(&["a approve 5", "b approve 5", "c approve 5"])).is_approved());
    }

    #[test]
    fn somebody_of_two_institutions_does_not_approve_the_work_of_either() {
        let mut given = answers(&["b approve 5", "c approve 5"]);
        given[1].belongs.insert(bank("a"));
        let judged = judge(&[changed(K07, 5, "a")], &given);
        assert!(!judged.is_approved());
        assert_eq!(judged.cells[&Address::parse(K07).unwrap()].own, BTreeSet::from([bank("c")]));
    }

    #[test]
    fn a_round_over_nothing_approves_nothing() {
        assert!(!judge(&[], &answers(&["b approve 5", "c approve 5"])).is_approved());
    }

    fn any_answer() -> impl Strategy<Value = Answer> {
        (0..5usize, 0..4usize, 3i64..7, 0..3usize).prop_map(|(bank, verdict, number, scope)| {
            let name = ["a", "b", "c", "d", "e"][bank];
            let line = format!("{name} {} {number} {}", Verdict::ALL[verdict].key(), ["", K07, K08][scope]);
            answers(&[line.trim_end()]).remove(0)
        })
    }

    proptest! {
        #[test]
        fn what_is_approved_was_seen_by_two_institutions_without_a_hand_in_it(
            given in prop::collection::vec(any_answer(), 0..30), k07 in 3i64..7, k08 in 3i64..7,
        ) {
            let cells = [changed(K07, k07, "a"), changed(K08, k08, "b")];
            let judged = judge(&cells, &given);
            if judged.is_approved() {
                for cell in &cells {
                    let whole = |a: &&Answer| a.scope == Scope::Whole || a.scope == Scope::Cell(cell.address.clone());
                    let seen: BTreeSet<&InstitutionId> = given.iter()
                        .filter(|a| a.verdict == Verdict::Approve && a.number >= cell.number && !cell.is_own(a))
                        .filter(whole).map(|a| &a.institution).collect();
                    prop_assert!(seen.len() >= QUORUM);
                }
                // One more objection always stops it.
                let mut more = given.clone();
                more.extend(answers(&["e object 9"]));
                prop_assert!(!judge(&cells, &more).is_approved());
            }
            // Changing a cell again never wins approvals, and leaves the other as it was.
            let mut later = cells.clone();
            later[0].number = 99;
            let again = judge(&later, &given);
            prop_assert!(again.cells[&later[0].address].approved.is_empty());
            prop_assert_eq!(&again.cells[&cells[1].address], &judged.cells[&cells[1].address]);
        }
    }
}
