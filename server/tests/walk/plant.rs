//! What each institution has beside its cells: an adoption with an approval, a system, talk of its own, a request for
//! elevated access. B's has the secrets in it.

use super::stage::{SECRETS, Stage, Whose};
use assessments::access::{Action, Actor, Role, permit};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::change::{Author, Door};
use assessments::desk::{Format, PrepareInput, TemplateUpload, WriteInput};
use assessments::elevation::{Scope, Wish};
use assessments::id::{InstitutionId, ServiceId};
use assessments::lang::Lang;
use assessments::sheet::content_hash;
use assessments::store::Publication;

impl Stage {
    /// A published version of s3: there is something to adopt.
    pub async fn publish(&self) {
        let chief = Actor::command_line();
        let key = SheetKey::shared(ServiceId::parse("s3").unwrap());
        let view = self.desk.sheet(&chief, &key).await.unwrap();
        let publication = Publication {
            service: key.service,
            version: "2026.11.1".into(),
            number: view.number,
            hash: content_hash(&view.cells, &view.criteria.key()),
            criteria: view.criteria.key(),
            at: self.now(),
            author: Author { person: None, name: "まとめ役".into() },
            round: String::new(),
            note: String::new(),
        };
        let permit = permit(&chief, Action::Publish, &Layer::Shared).unwrap();
        let mut tx = self.desk.db().begin().await.unwrap();
        tx.add_publication(&permit, &publication).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn plant_more(&mut self, whose: Whose) {
        let secret = |n: usize| if whose == Whose::B { SECRETS[n].to_owned() } else { format!("plain words {n}") };
        let id = InstitutionId::parse(if whose == Whose::A { "a-bank" } else { "b-bank" }).unwrap();
        let service = ServiceId::parse("s3").unwrap();
        let (editor, approver) = (self.actor(Some(whose), Role::Editor), self.actor(Some(whose), Role::Approver));
        let key = SheetKey { service: service.clone(), layer: whose.layer() };
        let base = self.desk.sheet(&editor, &key).await.unwrap().number;
        let cell = |address: &str, text: &str| (Address::parse(address).unwrap(), text.to_owned());
        let adoption = WriteInput {
            key: key.clone(),
            base,
            cells: vec![
                cell("adoption/service/verdict", "with_conditions"),
                cell("adoption/service/conditions", &secret(6)),
            ],
            reason: String::new(),
            door: Door::Form,
            source: String::new(),
        };
        self.desk.write(&editor, &adoption).await.unwrap();
        let valid_until = (self.now() + chrono::Duration::days(200)).format("%Y-%m-%d").to_string();
        let input = PrepareInput { valid_until, ticket: secret(7), forward: true, ..PrepareInput::default() };
        let made = self.desk.prepare_approval(&editor, &id, &service, &input).await.unwrap();
        self.desk.decide_approval(&approver, &id, &made.id, true, &secret(8), Default::default()).await.unwrap();
        self.thing("approval", whose, made.id.as_str());
        let system = self.desk.put_system(&editor, &id, None, &secret(9), "", &[service]).await.unwrap();
        self.thing("system", whose, system.as_str());

        let thread = self.desk.open_thread(&editor, &key, None, &secret(10)).await.unwrap();
        self.thing("thread", whose, &thread);

        // Texts that met a conflict: their writer's own, of the common sheet too.
        let late = |key: &SheetKey, address: &str, text: String| WriteInput {
            key: key.clone(),
            base: 0,
            cells: vec![cell(address, &text)],
            reason: String::new(),
            door: Door::Form,
            source: String::new(),
        };
        let common = SheetKey::shared(key.service.clone());
        for (key, address, text) in
            [(&common, "criteria/K07/summary/ja", secret(12)), (&key, "criteria/K07/limits/ja", secret(13))]
        {
            let refused = self.desk.write(&editor, &late(key, address, text)).await;
            assert!(matches!(refused, Err(assessments::failure::Failure::Conflict { .. })), "{refused:?}");
        }
        let held = self.desk.held_texts(&editor).await.unwrap();
        assert_eq!(held.len(), 2);
        let own = held.iter().find(|h| h.key == key).unwrap();
        self.thing("held", whose, &own.id);

        let basket = self.desk.add_basket(&editor, &secret(10)).await.unwrap();
        self.thing("basket", whose, basket.as_str());
        let search = self.desk.save_search(&editor, &secret(10), "q=plain", None).await.unwrap();
        self.thing("search", whose, search.as_str());

        let manager = self.actor(Some(whose), Role::Manager);
        // A template with the institution's own words in it.
        let bytes = self.desk.export(&editor, &key, Format::Xlsx, Lang::Ja).await.unwrap().bytes;
        let upload =
            TemplateUpload { name: secret(9), note: secret(10), file_name: format!("{}.xlsx", secret(4)), bytes };
        let template = self.desk.add_template(&manager, &id, &upload).await.unwrap();
        self.thing("template", whose, &template.id);
        // One to retire: the other is still to be filled.
        let old = self.desk.add_template(&manager, &id, &upload).await.unwrap();
        self.thing("old-template", whose, &old.id);

        let wish = Wish {
            scope: Scope::WorkInLayer,
            layer: whose.layer(),
            reason: secret(11),
            ticket: "T-1".into(),
            start: None,
            minutes: 60,
        };
        let grant = self.desk.ask_elevation(&manager, wish).await.unwrap();
        self.thing("grant", whose, grant.as_str());
    }
}
