//! What an institution keeps for itself: decisions on S3 by both banks, an approval that waits, one that a newer version
//! made outdated, systems, and efforts.

use super::super::{Desk, PrepareInput, WriteInput};
use crate::access::{Actor, Role};
use crate::adoption::day_after;
use crate::cell::{Address, Layer, SheetKey};
use crate::change::Door;
use crate::failure::Failure;
use crate::id::{InstitutionId, ServiceId};
use crate::lang::Lang;
use crate::review::{Scope, Verdict};

impl Desk {
    /// Approvers, and what they and the others decided. Gives back the approvers' sign-in links.
    pub(super) async fn demo_adoption(&self) -> Result<Vec<(String, String)>, Failure> {
        let chief = Actor::command_line();
        let mut links = Vec::new();
        for (bank, name, email) in
            [("a-bank", "鈴木 次郎", "jiro@a-bank.example"), ("b-bank", "山本 三枝", "mie@b-bank.example")]
        {
            let role = (Some(InstitutionId::parse(bank)?), Role::Approver);
            links.push((email.to_owned(), self.add_person(&chief, email, name, &[role]).await?));
        }
        let hanako = self.person("hanako@a-bank.example").await?;
        let ichiro = self.person("ichiro@b-bank.example").await?;
        self.demo_decisions(&hanako, &ichiro).await?;
        self.demo_lambda(&hanako, &ichiro).await?;
        let (a_bank, s3) = (InstitutionId::parse("a-bank")?, ServiceId::parse("s3")?);
        let input = self.demo_prepare("RINGI-2026-118", "顧客情報を置く条件を今回から加えています。")?;
        match self.prepare_approval(&hanako, &a_bank, &s3, &input).await {
            // Where no version of S3 is published there is nothing to approve.
            Ok(_) | Err(Failure::Rule { .. }) => {}
            Err(other) => return Err(other),
        }
        let used = ["s3", "rds", "lambda"].into_iter().map(ServiceId::parse).collect::<Result<Vec<_>, _>>()?;
        self.put_system(&hanako, &a_bank, None, "口座照会基盤", "リテール IT 部", &used).await?;
        self.put_system(&hanako, &a_bank, None, "帳票保管", "事務企画部", &[s3]).await?;
        Ok(links)
    }

    fn demo_prepare(&self, ticket: &str, comment: &str) -> Result<PrepareInput, Failure> {
        let until = day_after(&self.today(), 360).ok_or(Failure::NotFound)?;
        Ok(PrepareInput {
            ticket: ticket.into(),
            comment: comment.into(),
            valid_until: until,
            forward: true,
            ..PrepareInput::default()
        })
    }

    async fn demo_decisions(&self, hanako: &Actor, ichiro: &Actor) -> Result<(), Failure> {
        let soon = day_after(&self.today(), 30).unwrap_or_default();
        let later = day_after(&self.today(), 300).unwrap_or_default();
        let s3 = [
            ("adoption/service/verdict", "with_conditions"),
            (
                "adoption/service/conditions",
                "- 保管時の暗号化は自行管理の鍵で行う\n- 公開設定は組織単位で禁止する\n- 保存先は東京・大阪リージョンに限る",
            ),
            ("adoption/service/data_classes", "public,internal,confidential,customer"),
            ("adoption/service/note", "オブジェクトロックの保持期間は、監査部門と合意した年数を上限とする。"),
            ("adoption/service/next_review", later.as_str()),
            ("adoption/service/effort_reuse", "14"),
            ("adoption/service/effort_alone", "22"),
            ("risks/K09/control", "鍵の削除予約は二名で承認し、操作を監視する。"),
            ("risks/K09/accepted", "鍵管理の担当が夜間は一名となる。"),
            ("risks/K09/owner", "システムリスク管理部"),
            ("risks/K09/expires", soon.as_str()),
            ("risks/K11/control", "データイベントの記録を重要なバケットに限って有効にする。"),
            ("risks/K11/owner", "リテール IT 部"),
        ];
        self.demo_own(hanako, "a-bank", "s3", &s3).await?;
        let rds = [
            ("adoption/service/verdict", "may_use"),
            ("adoption/service/data_classes", "public,internal,confidential,customer,personal"),
            ("adoption/service/next_review", later.as_str()),
            ("adoption/service/effort_reuse", "18"),
            ("adoption/service/effort_alone", "27.5"),
        ];
        self.demo_own(hanako, "a-bank", "rds", &rds).await?;
        let own = [
            ("adoption/service/verdict", "pending"),
            ("adoption/service/note", "まず開発環境で試し、本番での利用は次の四半期に判断する。"),
            ("adoption/service/data_classes", "public,internal"),
        ];
        self.demo_own(ichiro, "b-bank", "s3", &own).await
    }

    async fn demo_own(&self, actor: &Actor, bank: &str, service: &str, cells: &[(&str, &str)]) -> Result<(), Failure> {
        let layer = Layer::Institution(InstitutionId::parse(bank)?);
        let key = SheetKey { service: ServiceId::parse(service)?, layer };
        let base = self.sheet(actor, &key).await?.number;
        let cells = cells.iter().map(|(a, t)| Ok((Address::parse(a)?, (*t).to_owned())));
        let input = WriteInput {
            key,
            base,
            cells: cells.collect::<Result<_, Failure>>()?,
            reason: "採用判断を記入".into(),
            door: Door::Form,
            source: String::new(),
        };
        self.write(actor, &input).await.map(|_| ())
    }

    /// Lambda is published, approved by A, changed and published again.
    async fn demo_lambda(&self, hanako: &Actor, ichiro: &Actor) -> Result<(), Failure> {
        let (a_bank, lambda) = (InstitutionId::parse("a-bank")?, ServiceId::parse("lambda")?);
        self.demo_publish(hanako, ichiro, &lambda).await?;
        let cells = [
            ("adoption/service/verdict", "with_conditions"),
            ("adoption/service/conditions", "VPC 内で実行し、外部への通信は許可した宛先に限る。"),
            ("adoption/service/data_classes", "public,internal"),
            ("adoption/service/effort_reuse", "9"),
            ("adoption/service/effort_alone", "13"),
        ];
        self.demo_own(hanako, "a-bank", "lambda", &cells).await?;
        let input = self.demo_prepare("RINGI-2026-097", "初回の承認です。")?;
        let made = self.prepare_approval(hanako, &a_bank, &lambda, &input).await?;
        let jiro = self.person("jiro@a-bank.example").await?;
        let words = "条件を前提に承認します。";
        self.decide_approval(&jiro, &a_bank, &made.id, true, words, Lang::Ja).await?;
        let chief = Actor { name: "事務局".into(), ..Actor::command_line() };
        let key = SheetKey::shared(lambda.clone());
        let view = self.sheet(&chief, &key).await?;
        let more = |cell: &str, text: &str| {
            let address = Address::parse(cell)?;
            let text = format!("{}\n\n{text}", view.cells.text(&address)).trim().to_owned();
            Ok((address, text))
        };
        let cells = [
            more(
                "criteria/K07/limits/ja",
                "環境変数は既定の鍵でも暗号化されるが、鍵の利用を記録するには自行管理の鍵を指定する。",
            ),
            more("criteria/K05/limits/ja", "VPC に接続しない関数の通信経路は利用者が制限できない。"),
        ];
        let input = WriteInput {
            key,
            base: view.number,
            cells: cells.into_iter().collect::<Result<_, Failure>>()?,
            reason: "通信経路と鍵の記述を補足".into(),
            door: Door::Browser,
            source: String::new(),
        };
        self.write(&chief, &input).await?;
        self.demo_publish(hanako, ichiro, &lambda).await
    }

    async fn demo_publish(&self, hanako: &Actor, ichiro: &Actor, service: &ServiceId) -> Result<(), Failure> {
        let chief = Actor { name: "事務局".into(), ..Actor::command_line() };
        let round = self.open_round(&chief, service, "公開前の確認をお願いします。", "").await?;
        for reviewer in [hanako, ichiro] {
            let (scope, verdict) = (Scope::Whole, Verdict::Approve);
            self.answer_round(reviewer, service, &round.id, &scope, verdict, round.number, "", None).await?;
        }
        let seen = self.unsettled(&chief, service).await?.mark();
        self.publish(&chief, service, &round.id, "", &seen).await.map(|_| ())
    }
}
