//! What the demonstration's people say to each other.

use super::super::Desk;
use crate::cell::{Address, Layer, SheetKey};
use crate::failure::Failure;
use crate::id::{InstitutionId, ServiceId};

impl Desk {
    /// Three threads on S3: one that is open between two institutions, one that is settled, one of an institution's own.
    pub(super) async fn demo_talk(&self) -> Result<(), Failure> {
        let s3 = ServiceId::parse("s3")?;
        let shared = SheetKey::shared(s3.clone());
        let hanako = self.person("hanako@a-bank.example").await?;
        let ichiro = self.person("ichiro@b-bank.example").await?;
        let at = Address::parse("criteria/K07/limits/ja")?;
        let open = self
            .open_thread(
                &hanako,
                &shared,
                Some(&at),
                "@ichiro:b-bank 鍵をバケットごとに分けていますか。監査では、鍵の利用記録を業務ごとに示す必要があります。",
            )
            .await?;
        self.reply(
            &ichiro,
            &open,
            "@hanako:a-bank **用途ごと**に分けています。\n\n- 顧客情報：専用の KMS キー\n- ログ：共用の KMS キー\n\n鍵ポリシーでは `kms:ViaService` を S3 に限っています。",
        )
        .await?;
        let settled = self
            .open_thread(&ichiro, &shared, None, "大阪リージョンの提供状況は、公開情報の 10 月版で確認しました。")
            .await?;
        self.reply(&hanako, &settled, "確認しました。ありがとうございます。").await?;
        self.resolve_thread(&hanako, &settled, true).await?;
        let own = SheetKey { service: s3, layer: Layer::Institution(InstitutionId::parse("a-bank")?) };
        self.open_thread(&hanako, &own, Some(&at), "当行の鍵管理規程（第 4 章）との対応を次回の定例で確認する。")
            .await?;
        Ok(())
    }
}
