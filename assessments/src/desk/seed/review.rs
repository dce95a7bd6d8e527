//! What reviewing together looks like: a published version of S3, a round over what changed since, a sheet that was
//! started from another one, and a sheet that is shared out.

use super::super::{CopyParts, Desk, WriteInput, round_robin};
use crate::access::{Actor, Role};
use crate::cell::{Address, SheetKey};
use crate::change::Door;
use crate::failure::Failure;
use crate::id::{InstitutionId, ServiceId};
use crate::lang::Label;
use crate::review::{Scope, Verdict};

impl Desk {
    /// A third institution and a coordinator, and what they do with the others. Gives back their sign-in links.
    pub(super) async fn demo_review(&self) -> Result<Vec<(String, String)>, Failure> {
        let chief = Actor::command_line();
        let c_bank = InstitutionId::parse("c-bank")?;
        let name = Label { ja: "C信託銀行".into(), en: "C Trust Bank".into() };
        self.add_institution(&chief, &c_bank, &name).await?;
        let roles = [Role::Manager, Role::Editor, Role::Reviewer].map(|role| (Some(c_bank.clone()), role));
        let naoko = self.add_person(&chief, "naoko@c-bank.example", "鈴木 直子", &roles).await?;
        let coordinator = "jimukyoku@kyohyo.example";
        let office = self.add_person(&chief, coordinator, "事務局 高橋", &[(None, Role::Coordinator)]).await?;
        let (chief, reviewers) = (
            self.person(coordinator).await?,
            [
                self.person("hanako@a-bank.example").await?,
                self.person("ichiro@b-bank.example").await?,
                self.person("naoko@c-bank.example").await?,
            ],
        );
        self.demo_version(&chief, &reviewers).await?;
        self.demo_round(&chief, &reviewers).await?;
        self.demo_start(&reviewers[1]).await?;
        self.demo_shares(&chief).await?;
        Ok(vec![("naoko@c-bank.example".into(), naoko), (coordinator.into(), office)])
    }

    async fn demo_version(&self, chief: &Actor, reviewers: &[Actor; 3]) -> Result<(), Failure> {
        let s3 = ServiceId::parse("s3")?;
        let round = self.open_round(chief, &s3, "初回の公開に向けて、全体を確認してください。", "").await?;
        for reviewer in reviewers {
            let (scope, verdict) = (Scope::Whole, Verdict::Approve);
            self.answer_round(reviewer, &s3, &round.id, &scope, verdict, round.number, "", None).await?;
        }
        let seen = self.unsettled(chief, &s3).await?.mark();
        self.publish(chief, &s3, &round.id, "最初の公開版", &seen).await?;
        Ok(())
    }

    /// Two answers change after the version; one reviewer approves, one asks for a change.
    async fn demo_round(&self, chief: &Actor, reviewers: &[Actor; 3]) -> Result<(), Failure> {
        let (key, [hanako, ichiro, naoko]) = (SheetKey::shared(ServiceId::parse("s3")?), reviewers);
        let cell = Address::parse("criteria/K05/limits/ja")?;
        let other = Address::parse("criteria/K02/limits/ja")?;
        let view = self.sheet(hanako, &key).await?;
        let more = |address: &Address, text: &str| {
            (address.clone(), format!("{}\n\n{text}", view.cells.text(address)).trim().to_owned())
        };
        let input = WriteInput {
            key: key.clone(),
            base: view.number,
            cells: vec![
                more(&cell, "VPC エンドポイントのポリシーで、利用できるバケットを自組織のものに限る。"),
                more(&other, "一時的な認証情報の有効期間は業務に必要な長さまでとする。"),
            ],
            reason: "共同点検の指摘を反映".into(),
            door: Door::Browser,
            source: String::new(),
        };
        let number = self.write(hanako, &input).await?.number;
        let due = (self.world.now() + chrono::Duration::days(10)).format("%Y-%m-%d").to_string();
        let note = "公開後に変わった 2 件です。設定例が自機関でも成り立つかを見てください。";
        let round = self.open_round(chief, &key.service, note, &due).await?;
        let give = async |who: &Actor, scope: Scope, verdict, comment: &str| {
            self.answer_round(who, &key.service, &round.id, &scope, verdict, number, comment, None).await
        };
        give(ichiro, Scope::Whole, Verdict::Approve, "").await?;
        let ask = "オンプレミスから閉域で接続する場合の書き方も加えてください。";
        give(naoko, Scope::Cell(cell), Verdict::AskChanges, ask).await
    }

    /// FSx begins as a copy of S3; one answer is confirmed already.
    async fn demo_start(&self, editor: &Actor) -> Result<(), Failure> {
        let (s3, fsx) = (ServiceId::parse("s3")?, ServiceId::parse("fsx")?);
        let parts = CopyParts { scenarios: true, notes: false };
        let reason = "同じストレージなので S3 から始める";
        let written = self.copy_sheet(editor, &s3, &fsx, parts, reason, Door::Form).await?;
        let rows = written.cells.iter().find(|(a, _)| a.section == "criteria").map(|(a, _)| a.row.clone());
        self.confirm(editor, &fsx, rows.as_slice(), written.number, Door::Form).await?;
        Ok(())
    }

    /// RDS is shared out among the three, with a day that has passed and one that has not.
    async fn demo_shares(&self, chief: &Actor) -> Result<(), Failure> {
        let rds = ServiceId::parse("rds")?;
        let set = self.sheet(chief, &SheetKey::shared(rds.clone())).await?.criteria;
        let banks =
            ["a-bank", "b-bank", "c-bank"].into_iter().map(InstitutionId::parse).collect::<Result<Vec<_>, _>>()?;
        let day = |days| (self.world.now() + chrono::Duration::days(days)).format("%Y-%m-%d").to_string();
        let plan = round_robin(&set, &banks, &[]);
        self.assign(chief, &rds, &plan, &day(21)).await?;
        self.assign(chief, &rds, &plan.into_iter().take(4).collect(), &day(-7)).await?;
        Ok(())
    }
}
