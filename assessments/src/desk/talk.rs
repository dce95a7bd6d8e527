//! Comments in threads: opening, answering, editing, deleting, resolving, and who can be named.
//!
//! A thread belongs to a layer. In the common one every member reads it; in an institution's own, that institution alone,
//! and nobody else can be named there. The audit says that something was said and where, never what.

use super::live::Event;
use super::{Desk, Page};
use crate::access::{Action, Actor, Permit, permit};
use crate::canonical;
use crate::cell::{Address, Layer, SheetKey};
use crate::failure::Failure;
use crate::id::{PersonId, ServiceId, opaque};
use crate::lang::{Label, Lang};
use crate::schema::{self, MAX_UNITS, Rows};
use crate::store::{Comment, NewComment, NewThread, NoticeKind, TalkFilter, Thread, Tx};
use crate::{markdown, mention};
use chrono::Duration;
use std::collections::{BTreeMap, BTreeSet};

/// How long one may edit one's own comment.
pub const EDIT_MINUTES: i64 = 60;

/// Somebody whom one can name in a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    /// Id.
    pub id: PersonId,
    /// Display name.
    pub name: String,
    /// Their institutions' names, as far as this layer shows them.
    pub institutions: Vec<Label>,
    /// What names them: the first is offered, all are understood.
    pub handles: Vec<String>,
}

/// Whom a text names: what was written, and who that is.
type Named = Vec<(String, PersonId, String)>;

impl Desk {
    /// Leave to read every layer that is the actor's to read.
    pub(super) fn reads(&self, actor: &Actor) -> Result<Vec<Permit>, Failure> {
        let permits: Vec<Permit> =
            actor.layers().iter().filter_map(|layer| permit(actor, Action::ReadSheet, layer).ok()).collect();
        if permits.is_empty() { Err(Failure::NotFound) } else { Ok(permits) }
    }

    /// Threads of the layers that the actor may read, those first in which something happened last.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for somebody who may read nothing, and for an unknown service.
    pub async fn threads(
        &self,
        actor: &Actor,
        filter: &TalkFilter,
        page: i64,
        size: i64,
    ) -> Result<Page<Thread>, Failure> {
        let permits = self.reads(actor)?;
        if let Some(service) = &filter.service {
            self.db.service(&self.shared(actor, Action::ReadSheet)?, service).await?;
        }
        let (page, size) = (page.clamp(1, 100_000), size.clamp(1, 500));
        let (items, total) = self.db.threads(&permits, filter, (page - 1) * size, size).await?;
        Ok(Page { items, page, size, total })
    }

    /// How many open threads stand on each cell of a sheet (`section/row/field`; the sheet as a whole: an empty text), in the
    /// layers that the actor may read. What was said about a category of another criteria set is not about this one's.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for somebody who may read nothing.
    pub async fn talk_counts(
        &self,
        actor: &Actor,
        service: &ServiceId,
        criteria: &str,
    ) -> Result<BTreeMap<String, i64>, Failure> {
        let mut counts = BTreeMap::new();
        for (place, set, open) in self.db.open_threads(&self.reads(actor)?, service).await? {
            let here = set == criteria || !of_the_set(&place);
            // What stands nowhere any more is counted with the sheet.
            *counts.entry(if here { place } else { String::new() }).or_insert(0) += open;
        }
        Ok(counts)
    }

    /// Whom one can name in a layer: its readers.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the layer is not the actor's.
    pub async fn addressees(&self, actor: &Actor, layer: &Layer) -> Result<Vec<Addressee>, Failure> {
        let known = self.db.known_people(&permit(actor, Action::ReadSheet, layer)?).await?;
        let mut held: BTreeMap<String, BTreeSet<PersonId>> = BTreeMap::new();
        for line in &known {
            held.entry(mention::handle(&line.email, &line.institution)).or_default().insert(line.id.clone());
        }
        let mut people: Vec<Addressee> = Vec::new();
        for line in known {
            let mut handle = mention::handle(&line.email, &line.institution);
            // Two of one name in an institution, at two mail domains: the end of the id tells them apart.
            if held.get(&handle).is_some_and(|people| people.len() > 1) {
                let id = line.id.as_str();
                let tail = &id[id.len().saturating_sub(4)..];
                handle = mention::handle(
                    &format!("{}-{tail}", line.email.split('@').next().unwrap_or("")),
                    &line.institution,
                );
            }
            let institution = (!line.institution.is_empty()).then_some(line.institution_name);
            match people.last_mut().filter(|p| p.id == line.id) {
                Some(person) => {
                    person.institutions.extend(institution);
                    // Who belongs to an institution is known by it.
                    person.handles.insert(usize::from(person.institutions.len() > 1), handle);
                }
                None => people.push(Addressee {
                    id: line.id,
                    name: line.name,
                    institutions: institution.into_iter().collect(),
                    handles: vec![handle],
                }),
            }
        }
        Ok(people)
    }

    /// Opens a thread with its first comment; gives back its id.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a cell that is not there and for a layer that is not the actor's; [`Failure::Invalid`],
    /// [`Failure::TooLong`] and [`Failure::Addressee`] for the text; [`Failure::Forbidden`].
    pub async fn open_thread(
        &self,
        actor: &Actor,
        key: &SheetKey,
        address: Option<&Address>,
        text: &str,
    ) -> Result<String, Failure> {
        let permit = permit(actor, Action::Comment, &key.layer)?;
        let sheet = self.sheet(actor, &SheetKey::shared(key.service.clone())).await?;
        let place = match address {
            Some(address) => self.standing(actor, key, &sheet, address).await?.to_string(),
            None => String::new(),
        };
        let text = checked(text)?;
        let people = self.addressees(actor, &key.layer).await?;
        let named = named(&people, &text)?;
        let (id, at) = (opaque(self.world.random()), self.world.now());
        let criteria = sheet.criteria.key();
        let new = NewThread {
            id: &id,
            service: &key.service,
            address: &place,
            criteria: &criteria,
            revision: sheet.number,
            at,
        };
        let mut tx = self.db.begin().await?;
        tx.open_thread(&permit, actor, &new).await?;
        let comment = opaque(self.world.random());
        tx.add_comment(&permit, actor, &NewComment { id: &comment, thread: &id, text: &text, at }).await?;
        self.tell_them(&mut tx, actor, &permit, (&id, &comment), &named, BTreeSet::new()).await?;
        self.noted(&mut tx, actor, key, "comment", &comment, &place).await?;
        tx.commit().await?;
        self.live.tell(Event::Talk(key.clone()));
        Ok(id)
    }

    /// The cell of an address, where the sheet has it now, as threads name it: without a language.
    async fn standing(
        &self,
        actor: &Actor,
        key: &SheetKey,
        sheet: &super::SheetView,
        address: &Address,
    ) -> Result<Address, Failure> {
        let field = schema::field(&address.section, &address.field).ok_or(Failure::NotFound)?;
        let whole = Address { lang: field.bilingual.then_some(Lang::Ja), ..address.clone() };
        let section = schema::declared(&whole).map_err(|_| Failure::NotFound)?;
        let row = &address.row;
        let there = match section.rows {
            Rows::Criteria => sheet.criteria.category(row.as_str()).is_some(),
            _ if sheet.cells.has_row(section.key, row) => true,
            _ => key.layer != Layer::Shared && self.sheet(actor, key).await?.cells.has_row(section.key, row),
        };
        if there { Ok(Address { lang: None, ..whole }) } else { Err(Failure::NotFound) }
    }

    /// The thread that the actor may see under this id.
    async fn seen(&self, actor: &Actor, thread: &str) -> Result<Thread, Failure> {
        let filter = TalkFilter { thread: Some(thread.to_owned()), ..TalkFilter::default() };
        self.db.threads(&self.reads(actor)?, &filter, 0, 1).await?.0.pop().ok_or(Failure::NotFound)
    }

    /// Answers in a thread; gives back the comment's id.
    ///
    /// # Errors
    /// As [`Desk::open_thread`].
    pub async fn reply(&self, actor: &Actor, thread: &str, text: &str) -> Result<String, Failure> {
        let thread = self.seen(actor, thread).await?;
        let permit = permit(actor, Action::Comment, &thread.key.layer)?;
        let text = checked(text)?;
        let people = self.addressees(actor, &thread.key.layer).await?;
        let named = named(&people, &text)?;
        // Who has written here before and can still read here.
        let before: BTreeSet<PersonId> = thread.comments.iter().filter_map(|c| c.author.person.clone()).collect();
        let told = people.into_iter().map(|p| p.id).filter(|id| before.contains(id)).collect();
        let (id, at) = (opaque(self.world.random()), self.world.now());
        let mut tx = self.db.begin().await?;
        tx.add_comment(&permit, actor, &NewComment { id: &id, thread: &thread.id, text: &text, at }).await?;
        self.tell_them(&mut tx, actor, &permit, (&thread.id, &id), &named, told).await?;
        self.noted(&mut tx, actor, &thread.key, "comment", &id, &place(&thread)).await?;
        tx.commit().await?;
        self.live.tell(Event::Talk(thread.key.clone()));
        Ok(id)
    }

    /// Gives one's own comment another text within the hour. The earlier text stays readable.
    ///
    /// # Errors
    /// [`Failure::Forbidden`] for somebody else's; [`Failure::TooLate`] after the hour; as [`Desk::open_thread`].
    pub async fn edit_comment(&self, actor: &Actor, comment: &str, text: &str) -> Result<Thread, Failure> {
        let (thread, at) = (self.db.thread_of(&self.reads(actor)?, comment).await?, self.world.now());
        let permit = permit(actor, Action::Comment, &thread.key.layer)?;
        let old = found(&thread, comment)?;
        if !actor.is(&old.author) {
            return Err(Failure::Forbidden { action: Action::Comment.key().into() });
        }
        if !self.can_still_edit(old) {
            return Err(Failure::TooLate { minutes: EDIT_MINUTES });
        }
        let text = checked(text)?;
        let named = named(&self.addressees(actor, &thread.key.layer).await?, &text)?;
        if text == old.text {
            return Ok(thread);
        }
        let mut tx = self.db.begin().await?;
        if !tx.edit_comment(&permit, &NewComment { id: comment, thread: &thread.id, text: &text, at }).await? {
            return Err(Failure::NotFound);
        }
        self.tell_them(&mut tx, actor, &permit, (&thread.id, comment), &named, BTreeSet::new()).await?;
        self.noted(&mut tx, actor, &thread.key, "edit_comment", comment, &place(&thread)).await?;
        tx.commit().await?;
        self.live.tell(Event::Talk(thread.key.clone()));
        Ok(thread)
    }

    /// Whether a comment is young enough to be edited by its author.
    pub fn can_still_edit(&self, comment: &Comment) -> bool {
        self.world.now() - comment.at <= Duration::minutes(EDIT_MINUTES)
    }

    /// Takes a comment's words away for good; that it was there, and who took it away, stays. One's own, or anybody's with
    /// the right to undo what others did.
    ///
    /// # Errors
    /// [`Failure::Forbidden`]; [`Failure::NotFound`].
    pub async fn delete_comment(&self, actor: &Actor, comment: &str) -> Result<Thread, Failure> {
        let thread = self.db.thread_of(&self.reads(actor)?, comment).await?;
        let writes = permit(actor, Action::Comment, &thread.key.layer)?;
        if !actor.is(&found(&thread, comment)?.author) {
            permit(actor, Action::UndoOthers, &thread.key.layer)?;
        }
        let mut tx = self.db.begin().await?;
        tx.delete_comment(&writes, actor, &thread.id, comment, self.world.now()).await?;
        self.noted(&mut tx, actor, &thread.key, "delete_comment", comment, &place(&thread)).await?;
        tx.commit().await?;
        self.live.tell(Event::Talk(thread.key.clone()));
        Ok(thread)
    }

    /// Resolves a thread, or opens it again.
    ///
    /// # Errors
    /// [`Failure::Forbidden`]; [`Failure::NotFound`].
    pub async fn resolve_thread(&self, actor: &Actor, thread: &str, resolved: bool) -> Result<Thread, Failure> {
        let thread = self.seen(actor, thread).await?;
        let permit = permit(actor, Action::Comment, &thread.key.layer)?;
        let mut tx = self.db.begin().await?;
        if tx.resolve_thread(&permit, actor, &thread.id, resolved, self.world.now()).await? {
            let verb = if resolved { "resolve_thread" } else { "reopen_thread" };
            self.noted(&mut tx, actor, &thread.key, verb, &thread.id, &place(&thread)).await?;
            tx.commit().await?;
            self.live.tell(Event::Talk(thread.key.clone()));
        }
        Ok(thread)
    }

    /// Keeps whom a comment names and tells them, and those who wrote in its thread. Nobody is told of their own words.
    async fn tell_them(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        permit: &Permit,
        (thread, comment): (&str, &str),
        named: &Named,
        wrote: BTreeSet<PersonId>,
    ) -> Result<(), Failure> {
        for (handle, person, name) in named {
            tx.add_mention(permit, comment, handle, person, name).await?;
        }
        let mentions = named.iter().map(|(_, person, _)| (person.clone(), NoticeKind::Mention));
        for (person, kind) in mentions.chain(wrote.into_iter().map(|person| (person, NoticeKind::Reply))) {
            if actor.person.as_ref() == Some(&person) {
                continue;
            }
            let id = opaque(self.world.random());
            if tx.add_notice(permit, &id, &person, kind, thread, comment, self.world.now()).await? {
                self.queue_mail(tx, &person).await?;
            }
        }
        Ok(())
    }

    /// Notes a verb where its layer's people read it: in the layer's own audit, or in the actor's institution's.
    async fn noted(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        key: &SheetKey,
        verb: &str,
        subject: &str,
        place: &str,
    ) -> Result<(), Failure> {
        let detail = format!("{} {place}", key.service);
        match &key.layer {
            Layer::Shared => self.note(tx, actor, verb, subject, detail.trim_end()).await,
            own => tx.audit(actor, &self.entry_in(own, verb, subject, detail.trim_end())).await,
        }
    }
}

/// Whether a place's row is a category of a criteria set.
pub(super) fn of_the_set(place: &str) -> bool {
    let section = place.split('/').next().unwrap_or("");
    schema::section(section).is_some_and(|s| matches!(s.rows, Rows::Criteria))
}

fn place(thread: &Thread) -> String {
    thread.address.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn found<'a>(thread: &'a Thread, comment: &str) -> Result<&'a Comment, Failure> {
    thread.comments.iter().find(|c| c.id == comment && c.deleted.is_none()).ok_or(Failure::NotFound)
}

/// A comment's text: cleaned like a cell's, not empty, no longer than a cell's.
fn checked(text: &str) -> Result<String, Failure> {
    let text = canonical::clean(text.trim()).into_owned();
    let units = text.encode_utf16().count();
    if units > MAX_UNITS {
        return Err(Failure::TooLong { place: "comment".into(), units, most: MAX_UNITS });
    }
    if text.is_empty() { Err(Failure::invalid("comment", "")) } else { Ok(text) }
}

/// Whom a text names. `@word` that is nobody's handle is a word; `@name:institution` is meant for somebody, and who writes it
/// learns that nobody here is called so.
fn named(people: &[Addressee], text: &str) -> Result<Named, Failure> {
    let mut out = Named::new();
    for handle in markdown::handles(text) {
        match people.iter().find(|p| p.handles.contains(&handle)) {
            Some(person) => out.push((handle, person.id.clone(), person.name.clone())),
            None if handle.contains(':') => return Err(Failure::Addressee { handle }),
            None => {}
        }
    }
    Ok(out)
}
