//! What a fresh installation starts with, and what `--demo` adds.

mod adoption;
mod elevation;
mod find;
mod review;
mod talk;
mod tokens;

use super::Desk;
use super::write::WriteInput;
use crate::access::{Action, Actor, Role};
use crate::cell::{Address, Layer, SheetKey};
use crate::change::Door;
use crate::failure::Failure;
use crate::id::{InstitutionId, RowId, ServiceId};
use crate::lang::{Label, Lang};
use crate::library::{services, starter_sheets};

impl Desk {
    /// Whether no service exists yet.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn is_empty(&self) -> Result<bool, Failure> {
        let permit = self.shared(&Actor::command_line(), Action::ReadSheet)?;
        Ok(self.db.service_names(&permit).await?.is_empty())
    }

    /// Loads the starter library into an empty installation: every known service with its facts, and the sheets that
    /// are written out. `progress` is told (done, of). Returns whether there was anything to do.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn seed(&self, progress: &(dyn Fn(usize, usize) + Sync)) -> Result<bool, Failure> {
        if !self.is_empty().await? {
            return Ok(false);
        }
        let actor = Actor { name: "共評ライブラリ".into(), ..Actor::command_line() };
        let permit = self.shared(&actor, Action::WriteCells)?;
        let adds = self.shared(&actor, Action::AddService)?;
        let (services, sheets) = (services()?, starter_sheets(crate::library::default_criteria()?.as_ref())?);
        let total = services.len() + sheets.len();
        let operation = self.operation()?;
        let mut tx = self.db.begin().await?;
        for (n, known) in services.iter().enumerate() {
            tx.add_service(&adds, &known.id).await?;
            let mut cells = Vec::new();
            for (field, text) in &known.facts {
                match crate::schema::field("facts", field) {
                    Some(f) if f.bilingual => {
                        cells
                            .extend(Lang::ALL.map(|lang| {
                                (Address::new("facts", RowId::service(), field, Some(lang)), text.clone())
                            }));
                    }
                    _ => cells.push((Address::new("facts", RowId::service(), field, None), text.clone())),
                }
            }
            let input = library_input(&known.id, cells);
            self.append(&mut tx, &actor, &permit, &input, &operation).await?;
            progress(n + 1, total);
        }
        for (n, sheet) in sheets.into_iter().enumerate() {
            tx.add_service(&adds, &sheet.service).await?;
            let mut input = library_input(&sheet.service, sheet.cells);
            input.base = i64::MAX - 1;
            self.append(&mut tx, &actor, &permit, &input, &operation).await?;
            progress(services.len() + n + 1, total);
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Two institutions with people, private notes and changes, so that one can see what working together looks like.
    /// Returns (e-mail, one-time sign-in token) of the people. Nothing happens where the institutions exist.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn demo(&self) -> Result<Vec<(String, String)>, Failure> {
        let chief = Actor::command_line();
        let mut links = Vec::new();
        let banks = [
            ("a-bank", "A銀行", "A Bank", "佐藤 花子", "hanako@a-bank.example"),
            ("b-bank", "B銀行", "B Bank", "田中 一郎", "ichiro@b-bank.example"),
        ];
        for (id, ja, en, name, email) in banks {
            let institution = InstitutionId::parse(id)?;
            match self.add_institution(&chief, &institution, &Label { ja: ja.into(), en: en.into() }).await {
                Err(Failure::Exists { .. }) => return Ok(links),
                other => other?,
            }
            let roles = [Role::Manager, Role::Editor, Role::Reviewer].map(|role| (Some(institution.clone()), role));
            links.push((email.to_owned(), self.add_person(&chief, email, name, &roles).await?));
            let person = self.person(email).await?;
            self.demo_tokens(&person, &institution).await?;
            self.demo_work(&person, institution.clone()).await?;
            if id == "a-bank" {
                self.demo_find(&person, &institution).await?;
            }
        }
        // S3 is published first: the adoption that follows is over that version.
        links.extend(self.demo_review().await?);
        links.extend(self.demo_adoption().await?);
        self.demo_elevation(&self.person("hanako@a-bank.example").await?).await?;
        self.demo_talk().await?;
        Ok(links)
    }

    async fn demo_work(&self, actor: &Actor, institution: InstitutionId) -> Result<(), Failure> {
        let s3 = ServiceId::parse("s3")?;
        let first = institution.as_str() == "a-bank";
        let (address, add) = if first {
            ("criteria/K11/limits/ja", "データイベントの保存期間は監査要件に合わせて個別に決める。")
        } else {
            ("criteria/K09/limits/ja", "鍵の削除予約は取り消し期間を設けて申請する運用を前提とする。")
        };
        let address = Address::parse(address)?;
        let view = self.sheet(actor, &SheetKey::shared(s3.clone())).await?;
        let text = format!("{}\n\n{add}", view.cells.text(&address));
        let shared = WriteInput {
            key: SheetKey::shared(s3.clone()),
            base: view.number,
            cells: vec![(address, text)],
            reason: "運用部門の確認を反映".into(),
            door: Door::Browser,
            source: String::new(),
        };
        self.write(actor, &shared).await?;
        let own = if first {
            "当行では顧客情報を含むバケットは SSE-KMS を必須とする。"
        } else {
            "当行では検証環境に限り利用する。"
        };
        let private = WriteInput {
            key: SheetKey { service: s3, layer: Layer::Institution(institution) },
            base: 0,
            cells: vec![(Address::parse("criteria/K07/limits/ja")?, own.into())],
            reason: "自機関の判断".into(),
            door: Door::Browser,
            source: String::new(),
        };
        self.write(actor, &private).await?;
        Ok(())
    }
}

fn library_input(service: &ServiceId, cells: Vec<(Address, String)>) -> WriteInput {
    WriteInput {
        key: SheetKey::shared(service.clone()),
        base: 0,
        cells,
        reason: String::new(),
        door: Door::Library,
        source: env!("CARGO_PKG_VERSION").into(),
    }
}
