//! Review rounds: asking for one, answering, closing; what each reviewer still has to look at.

mod view;

pub use view::{Progress, RoundState, RoundView};

use super::Desk;
use crate::access::{Action, Actor, Permit, Stage, permit};
use crate::cell::Layer;
use crate::change::Author;
use crate::failure::Failure;
use crate::id::{InstitutionId, PersonId, ServiceId, opaque};
use crate::lang::Label;
use crate::review::{Answer, Changed, Scope, Verdict, judge, standing};
use crate::store::{CellDifference, Given, Round};
use std::collections::BTreeSet;

/// Longest note or comment, in characters.
const MAX_WORDS: usize = 4_000;

/// A review that somebody has to give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewToGive {
    /// The round.
    pub round: Round,
    /// The service's name.
    pub name: Label,
    /// Cells that wait for the reviewer.
    pub waiting: usize,
}

/// A change or an objection that concerns something somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeAsked {
    /// Which service.
    pub service: ServiceId,
    /// Its name.
    pub name: Label,
    /// The round.
    pub round: String,
    /// The answer that asks.
    pub given: Given,
    /// The asking institution's name.
    pub institution: Label,
}

impl Desk {
    /// Opens a review round over what changed since the last published version.
    ///
    /// # Errors
    /// [`Failure::NotYet`] where nothing changed or a round is open; [`Failure::Invalid`] for a day that is none;
    /// [`Failure::Forbidden`].
    pub async fn open_round(
        &self,
        actor: &Actor,
        service: &ServiceId,
        note: &str,
        due: &str,
    ) -> Result<Round, Failure> {
        let permit = permit(actor, Action::ManageRounds, &Layer::Shared)?;
        let due = crate::canonical::day("due", due)?;
        let state = self.sheet_state(actor, service).await?;
        if state.changed == 0 {
            return Err(Failure::not_yet("nothing_changed"));
        }
        let reads = self.shared(actor, Action::ReadSheet)?;
        let round = Round {
            id: opaque(self.world.random()),
            service: service.clone(),
            number: self.db.service(&reads, service).await?.number,
            since: state.published.map_or(0, |p| p.number),
            note: words("note", note)?,
            due,
            opened_at: self.world.now(),
            author: Author { person: actor.person.clone(), name: actor.name.clone() },
            answers: 0,
            ended: String::new(),
            ended_at: None,
            ended_by: String::new(),
            version: String::new(),
        };
        let mut tx = self.db.begin().await?;
        tx.add_round(&permit, &round).await?;
        self.note_common(&mut tx, actor, "open_round", service.as_str(), &format!("r{} {}", round.number, round.due))
            .await?;
        tx.commit().await?;
        Ok(round)
    }

    /// Closes a round without publishing. Its answers stay on record.
    ///
    /// # Errors
    /// [`Failure::NotYet`] where it has ended or somebody answered meanwhile; [`Failure::Forbidden`].
    pub async fn close_round(&self, actor: &Actor, service: &ServiceId, round: &str) -> Result<(), Failure> {
        let permit = permit(actor, Action::ManageRounds, &Layer::Shared)?;
        let round = self.round(actor, service, round).await?;
        if !Stage::round(&round.ended, false).fits(permit.action()) {
            return Err(Failure::not_yet("round_ended"));
        }
        let mut tx = self.db.begin().await?;
        tx.end_round(&permit, &round, None, &actor.name, self.world.now()).await?;
        self.note_common(&mut tx, actor, "close_round", service.as_str(), &round.id).await?;
        tx.commit().await
    }

    /// Answers a round, about the whole or about one cell, as of the revision that the reviewer saw. Who reviews for
    /// several institutions says for which; an answer counts once.
    ///
    /// # Errors
    /// [`Failure::NotYet`] where the round has ended, for approving a cell that one changed oneself, and where words are
    /// asked for (changes, objections) and none were given; [`Failure::Forbidden`].
    #[allow(clippy::too_many_arguments)]
    pub async fn answer_round(
        &self,
        actor: &Actor,
        service: &ServiceId,
        round: &str,
        scope: &Scope,
        verdict: Verdict,
        number: i64,
        comment: &str,
        institution: Option<&InstitutionId>,
    ) -> Result<(), Failure> {
        let permit = permit(actor, Action::Review, &Layer::Shared)?;
        let person = actor.person.as_ref().ok_or(Failure::SignedOut)?;
        let view = self.review_round(actor, service, round).await?;
        if !Stage::round(&view.round.ended, view.judgement.is_approved()).fits(permit.action()) {
            return Err(Failure::not_yet("round_ended"));
        }
        let comment = words("comment", comment)?;
        if matches!(verdict, Verdict::AskChanges | Verdict::Object) && comment.trim().is_empty() {
            return Err(Failure::not_yet("no_comment"));
        }
        if number < view.round.since || number > view.number {
            return Err(Failure::invalid("number", &number.to_string()));
        }
        if let Scope::Cell(address) = scope {
            let answered = view.standing(person, scope).is_some();
            let cell = view.hands.iter().find(|c| c.address == *address);
            if cell.is_none() && !(verdict == Verdict::Withdraw && answered) {
                return Err(Failure::not_yet("moved_on"));
            }
            if verdict == Verdict::Approve && cell.is_some_and(|c| c.authors.contains(person)) {
                return Err(Failure::not_yet("own_change"));
            }
        }
        let given = Given {
            ord: 0,
            person: person.clone(),
            name: actor.name.clone(),
            institution: reviews_for(actor, institution)?,
            scope: scope.clone(),
            verdict,
            number,
            comment,
            at: self.world.now(),
        };
        let mut tx = self.db.begin().await?;
        tx.add_answer(&permit, round, &given).await?;
        let detail = format!("{} {} r{number}", verdict.key(), scope.key());
        self.note_common(&mut tx, actor, "answer_round", service.as_str(), detail.trim()).await?;
        tx.commit().await
    }

    /// The rounds of a sheet, newest first.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for an unknown service.
    pub async fn rounds(&self, actor: &Actor, service: &ServiceId) -> Result<Vec<Round>, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        self.db.service(&permit, service).await?;
        self.db.rounds(&permit, service).await
    }

    async fn round(&self, actor: &Actor, service: &ServiceId, id: &str) -> Result<Round, Failure> {
        self.rounds(actor, service).await?.into_iter().find(|r| r.id == id).ok_or(Failure::NotFound)
    }

    /// A round with what changed, what was answered, and what comes of it. A round that has ended is judged at the
    /// revision where it ended, where it published one; else at the one it was opened on.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a round that the sheet does not have.
    pub async fn review_round(&self, actor: &Actor, service: &ServiceId, id: &str) -> Result<RoundView, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        let round = self.round(actor, service, id).await?;
        let number = match (round.ended.as_str(), round.version.as_str()) {
            ("", _) => self.db.service(&permit, service).await?.number,
            (_, "") => round.number,
            (_, version) => self
                .db
                .publications(&permit, service)
                .await?
                .iter()
                .find(|p| p.version == version)
                .map_or(round.number, |p| p.number),
        };
        self.view_of(&permit, round, number).await
    }

    async fn view_of(&self, permit: &Permit, round: Round, number: i64) -> Result<RoundView, Failure> {
        let changed = self.db.difference(permit, &round.service, round.since, number).await?;
        let given = self.db.round_answers(permit, &round.id).await?;
        let writers = changed.iter().flat_map(|c| &c.authors).filter_map(|a| a.person.clone()).collect();
        let wrote = self.db.belonging(permit, &writers, true).await?;
        let answerers = given.iter().map(|g| g.person.clone()).collect();
        let belongs = self.db.belonging(permit, &answerers, false).await?;
        let hand = |c: &CellDifference| {
            let authors: BTreeSet<PersonId> = c.authors.iter().filter_map(|a| a.person.clone()).collect();
            let institutions = authors.iter().filter_map(|p| wrote.get(p)).flatten().cloned().collect();
            Changed { address: c.address.clone(), number: c.number, authors, institutions }
        };
        let answer = |g: &Given| {
            let mut all = belongs.get(&g.person).cloned().unwrap_or_default();
            all.insert(g.institution.clone());
            Answer {
                person: g.person.clone(),
                institution: g.institution.clone(),
                belongs: all,
                scope: g.scope.clone(),
                verdict: g.verdict,
                number: g.number,
            }
        };
        let hands: Vec<Changed> = changed.iter().map(hand).collect();
        let answers: Vec<Answer> = given.iter().map(answer).collect();
        Ok(RoundView {
            judgement: judge(&hands, &answers),
            round,
            number,
            changed,
            hands,
            given,
            answers,
            reviewers: self.db.reviewers(permit).await?,
            names: self.db.institution_names(permit).await?,
        })
    }

    /// Every open round with how it stands, the one due first before the others.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn open_rounds(&self, actor: &Actor) -> Result<Vec<(RoundView, Label)>, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        let mut out = Vec::new();
        for round in self.db.open_rounds(&permit).await? {
            let service = self.db.service(&permit, &round.service).await?;
            out.push((self.view_of(&permit, round, service.number).await?, service.name));
        }
        Ok(out)
    }

    /// The open rounds that wait for an answer of this reviewer.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn reviews_to_give(&self, actor: &Actor) -> Result<Vec<ReviewToGive>, Failure> {
        let Some(person) = actor.person.as_ref().filter(|_| permit(actor, Action::Review, &Layer::Shared).is_ok())
        else {
            return Ok(vec![]);
        };
        let own: BTreeSet<InstitutionId> = actor.institutions.keys().cloned().collect();
        let rounds = self.open_rounds(actor).await?;
        let to_give = rounds.into_iter().map(|(view, name)| {
            let waiting = view.waiting_for(person, &own);
            ReviewToGive { round: view.round, name, waiting }
        });
        Ok(to_give.filter(|r| r.waiting > 0).collect())
    }

    /// What reviewers of open rounds ask of this person: changes and objections about cells that they wrote and that have
    /// not been changed since; about the whole, where they wrote any of it.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn changes_asked_of(&self, actor: &Actor) -> Result<Vec<ChangeAsked>, Failure> {
        let Some(person) = &actor.person else { return Ok(vec![]) };
        let mut out = Vec::new();
        for (view, name) in self.open_rounds(actor).await? {
            for place in standing(&view.answers).into_values() {
                let Some(given) = view.given.get(place) else { continue };
                let asks = matches!(given.verdict, Verdict::AskChanges | Verdict::Object);
                let concerns = |c: &Changed| match &given.scope {
                    Scope::Whole => c.authors.contains(person),
                    Scope::Cell(address) => {
                        c.address == *address && c.authors.contains(person) && c.number <= given.number
                    }
                };
                if !asks || !view.hands.iter().any(concerns) {
                    continue;
                }
                let institution = view.names.get(&given.institution).cloned();
                out.push(ChangeAsked {
                    service: view.round.service.clone(),
                    name: name.clone(),
                    round: view.round.id.clone(),
                    given: given.clone(),
                    institution: institution.unwrap_or_else(|| Label {
                        ja: given.institution.to_string(),
                        en: given.institution.to_string(),
                    }),
                });
            }
        }
        out.sort_by(|a, b| b.given.at.cmp(&a.given.at).then(a.service.cmp(&b.service)));
        Ok(out)
    }
}

/// The institution for which somebody answers: the one they name, or the only one in which they review.
fn reviews_for(actor: &Actor, named: Option<&InstitutionId>) -> Result<InstitutionId, Failure> {
    let mut own = actor.reviews_for();
    match named {
        Some(id) => own.find(|o| *o == id).cloned().ok_or_else(|| Failure::invalid("institution", id.as_str())),
        None => own.next().cloned().ok_or_else(|| Failure::Forbidden { action: Action::Review.key().into() }),
    }
}

fn words(place: &str, text: &str) -> Result<String, Failure> {
    let text = crate::canonical::clean(text.trim()).into_owned();
    let units = text.chars().count();
    if units > MAX_WORDS {
        return Err(Failure::TooLong { place: place.into(), units, most: MAX_WORDS });
    }
    Ok(text)
}
