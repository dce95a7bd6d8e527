//! Words that search takes for one another: those that ship, and what coordinators add or switch off.

use super::Desk;
use crate::access::{Action, Actor};
use crate::failure::{Conflict, Failure};
use crate::search::{SynonymGroup, Synonyms, fold_text};
use crate::store::StoredGroup;
use std::collections::BTreeSet;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

/// How soon a search takes over what another server changed; the pages of the list itself always do.
const SOON: Duration = Duration::from_secs(1);
/// Most groups of one's own.
const MOST_GROUPS: usize = 2_000;
/// Most words of a group.
const MOST_WORDS: usize = 40;
/// Most characters of a word.
const MOST_CHARS: usize = 80;

/// The list as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SynonymTable {
    /// Its number: a change names the number that it started from.
    pub number: i64,
    /// The groups that ship, then one's own.
    pub groups: Vec<SynonymGroup>,
}

impl Desk {
    /// The list.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn synonyms(&self, actor: &Actor) -> Result<SynonymTable, Failure> {
        self.shared(actor, Action::ReadSheet)?;
        self.read_synonyms().await
    }

    async fn read_synonyms(&self) -> Result<SynonymTable, Failure> {
        let (number, stored) = self.db.synonyms().await?;
        let mut groups = Synonyms::shipped();
        for (words, on) in stored {
            match groups.iter_mut().find(|g| g.shipped && same(&g.words, &words)) {
                Some(shipped) => shipped.on = on,
                // A shipped group that is gone from the program and was off has nothing left to switch.
                None if !on => {}
                None => groups.push(SynonymGroup { words, shipped: false, on }),
            }
        }
        Ok(SynonymTable { number, groups })
    }

    /// Puts a list in force, at once and without a new index: groups that do not ship are one's own, and of those that
    /// ship it counts whether they are on. `base` is the number of the list that the writer saw.
    ///
    /// # Errors
    /// [`Failure::Forbidden`] without the role; [`Failure::Invalid`] naming the group that cannot be used;
    /// [`Failure::Conflict`] where somebody else changed the list meanwhile.
    pub async fn set_synonyms(
        &self,
        actor: &Actor,
        base: i64,
        groups: &[SynonymGroup],
    ) -> Result<SynonymTable, Failure> {
        let permit = self.shared(actor, Action::EditSynonyms)?;
        let stored = checked(groups)?;
        let mut tx = self.db.begin().await?;
        let before = self.read_synonyms().await?;
        let Some(number) = tx.set_synonyms(&permit, base, &stored).await? else {
            let (theirs, yours) = (written(&before.groups), written(groups));
            let conflict = Conflict {
                address: "synonyms".into(),
                base: String::new(),
                theirs,
                yours,
                number: before.number,
                author: String::new(),
            };
            return Err(Failure::Conflict { cells: vec![conflict] });
        };
        let detail = difference(&before.groups, groups);
        tx.audit(actor, &self.entry("edit_synonyms", &number.to_string(), &detail)).await?;
        tx.commit().await?;
        self.follow_synonyms().await?;
        self.read_synonyms().await
    }

    /// The same for a search, whose answer another server's change is to reach soon, and which is not to wait for the
    /// database each time.
    pub(super) async fn follow_synonyms_now_and_then(&self) -> Result<(), Failure> {
        let due = {
            let mut asked = self.synonyms_asked.lock().unwrap_or_else(PoisonError::into_inner);
            let due = asked.is_none_or(|last| last.elapsed() >= SOON);
            if due {
                *asked = Some(Instant::now());
            }
            due
        };
        if due { self.follow_synonyms().await } else { Ok(()) }
    }

    /// Takes over what another server or a command changed. Cheap where nothing changed.
    pub(super) async fn follow_synonyms(&self) -> Result<(), Failure> {
        if self.search.synonyms().number() != self.db.synonyms_number().await? {
            let table = self.read_synonyms().await?;
            self.search.set_synonyms(Synonyms::of_groups(&table.groups).numbered(table.number));
        }
        Ok(())
    }
}

fn folded(words: &[String]) -> BTreeSet<String> {
    words.iter().map(|w| fold_text(w)).collect()
}

fn same(a: &[String], b: &[String]) -> bool {
    folded(a) == folded(b)
}

/// A list as text: a group a line, a minus before what is off. Shipped groups stand in it only where they are off.
fn written(groups: &[SynonymGroup]) -> String {
    let line = |g: &SynonymGroup| format!("{}{}", if g.on { "" } else { "- " }, g.words.join(", "));
    groups.iter().filter(|g| !g.shipped || !g.on).map(line).collect::<Vec<_>>().join("\n")
}

/// What changed, in a line of the audit.
fn difference(before: &[SynonymGroup], after: &[SynonymGroup]) -> String {
    let (before, after) = (written(before), written(after));
    let (old, new): (BTreeSet<&str>, BTreeSet<&str>) = (before.lines().collect(), after.lines().collect());
    let added = new.difference(&old).map(|l| format!("+ {l}"));
    let gone = old.difference(&new).map(|l| format!("− {l}"));
    added.chain(gone).collect::<Vec<_>>().join("; ").chars().take(2_000).collect()
}

fn checked(groups: &[SynonymGroup]) -> Result<Vec<StoredGroup>, Failure> {
    let shipped = Synonyms::shipped();
    let mut out: Vec<StoredGroup> = Vec::new();
    for group in groups {
        let mut words: Vec<String> = Vec::new();
        for word in group.words.iter().map(|w| w.split_whitespace().collect::<Vec<_>>().join(" ")) {
            let odd = word.chars().count() > MOST_CHARS || word.chars().any(char::is_control);
            if odd || (!word.is_empty() && fold_text(&word).chars().all(|c| !c.is_alphanumeric())) {
                return Err(Failure::invalid("synonyms", &word));
            }
            if !word.is_empty() && !words.iter().any(|w| fold_text(w) == fold_text(&word)) {
                words.push(word);
            }
        }
        let ships = shipped.iter().any(|s| same(&s.words, &words));
        if ships && group.on {
            continue;
        }
        if words.len() < 2 || words.len() > MOST_WORDS {
            return Err(Failure::invalid("synonyms", &group.words.join(", ")));
        }
        if !out.iter().any(|(known, _)| same(known, &words)) {
            out.push((words, group.on));
        }
    }
    if out.len() > MOST_GROUPS {
        return Err(Failure::invalid("synonyms", &out.len().to_string()));
    }
    Ok(out)
}
