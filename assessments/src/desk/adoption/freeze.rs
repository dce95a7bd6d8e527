//! The workbook of a decision, frozen with it.

use super::super::Desk;
use super::super::sign_in::blocking;
use super::approve::own_hash;
use super::own_permit;
use crate::access::{Action, Actor, Permit};
use crate::adoption::{self, Answer, Rule, refuse};
use crate::cell::SheetKey;
use crate::change::hex;
use crate::failure::Failure;
use crate::id::{ApprovalId, ExportId, InstitutionId, opaque};
use crate::lang::Lang;
use crate::sheet::Cells;
use crate::store::{AnswerRow, Approval, FrozenFile};
use crate::workbook::{self, ApprovalLines, ExportInput, OwnSheet};
use sha2::{Digest, Sha256};

impl Desk {
    /// The workbook of a decision: the pinned version's export, and the institution's own sheet.
    pub(super) async fn frozen(
        &self,
        actor: &Actor,
        reads: &Permit,
        institution: &InstitutionId,
        approval: &Approval,
        lang: Lang,
    ) -> Result<(ExportId, FrozenFile), Failure> {
        let published = self.published(actor, &approval.service, &approval.version).await?;
        let own = self.db.cells_at(reads, &approval.service, approval.own_number).await?;
        let own_set = self.db.criteria_at(reads, &approval.service, approval.own_number).await?.unwrap_or_default();
        // What is approved is what was pinned, to the letter.
        if published.publication.hash != approval.hash
            || !published.holds()
            || own_hash(&own, &self.criteria(&own_set).key()) != approval.own_hash
        {
            return Err(refuse(Rule::State, "hash"));
        }
        let answers = match &approval.renews {
            Some(before) => self.db.approval_answers(reads, before).await?,
            None => vec![],
        };
        let name = self.db.institution(institution).await?.get(lang).to_owned();
        let history =
            self.history_lines(actor, &SheetKey::shared(approval.service.clone()), approval.number, lang).await?;
        let with = (&published.cells, &own, &*published.criteria);
        let since = self.since(actor, reads, &approval.service, Some(approval), with, lang).await?;
        let export = ExportId::parse(&opaque(self.world.random()))?;
        let (catalogue, approval, made) = (self.catalogue.clone(), approval.clone(), export.clone());
        let at = approval.decided_at.unwrap_or_else(|| self.world.now());
        let file_name = format!("kyohyo-{}-{}-approval.xlsx", approval.service, approval.version);
        let content = blocking(move || {
            let names = |id: &crate::guardrail::GuardrailId| {
                catalogue.get(id).map(|g| g.name.clone()).filter(|n| !n.is_empty())
            };
            let input = ExportInput {
                service: &approval.service,
                cells: &published.cells,
                criteria: &published.criteria,
                history: &history,
                export: &made,
                number: approval.number,
                at,
                lang,
                guardrails: &names,
            };
            let mut lines = approval_lines(&approval, &answers, lang);
            (lines.before, lines.since) = since;
            lines.summary = summary(&own, lang);
            let own = OwnSheet { institution: &name, cells: &own, approval: Some(&lines) };
            workbook::export_with(&input, &own)
        })
        .await??;
        let sha256 = hex(&Sha256::digest(&content));
        Ok((export.clone(), FrozenFile { name: file_name, export: export.to_string(), sha256, content }))
    }

    /// The frozen workbook of a decision, as it was.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for another institution's, and before the decision.
    pub async fn approval_file(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        id: &ApprovalId,
    ) -> Result<FrozenFile, Failure> {
        let exports = own_permit(actor, Action::Export, institution)?;
        let file = self.db.approval_file(&exports, id).await?;
        let mut tx = self.db.begin().await?;
        tx.audit(actor, &self.entry_in(exports.layer(), "export", id.as_str(), &file.name)).await?;
        tx.commit().await?;
        Ok(file)
    }
}

/// The decision in one line.
fn summary(own: &Cells, lang: Lang) -> String {
    let verdict = adoption::verdict(own).map(|v| v.marked(lang)).unwrap_or_default();
    let accepted = adoption::risks(own).iter().filter(|r| !r.accepted.is_empty()).count();
    match lang {
        Lang::Ja => format!("判断: {verdict}　受容するリスク {accepted} 件"),
        Lang::En => format!("Verdict: {verdict}　{accepted} accepted risk(s)"),
    }
}

/// The lines of the institution's sheet that speak of the approval.
fn approval_lines(a: &Approval, answers: &[AnswerRow], lang: Lang) -> ApprovalLines {
    let by = |name: &str, at: chrono::DateTime<chrono::Utc>| format!("{name}　{}", workbook::moment(at));
    let decided = a.decided.as_ref().zip(a.decided_at).map(|(who, at)| by(&who.name, at)).unwrap_or_default();
    let took = if a.taken_over {
        lang.pick("（不在者に代わる決裁）", " (in the place of people who are away)")
    } else {
        ""
    };
    let said = adoption::Standing::As(a.state);
    let lines = [
        (lang.pick("承認番号", "Approval"), a.id.to_string()),
        (lang.pick("決裁", "Decision"), format!("{} {}{took}", said.mark(), said.label(lang))),
        (lang.pick("決裁者・日時（日本時間）", "Decided by, at (Japan time)"), decided),
        (lang.pick("決裁者のコメント", "Decider's comment"), a.decision.clone()),
        (lang.pick("準備者・日時（日本時間）", "Prepared by, at (Japan time)"), by(&a.prepared.name, a.prepared_at)),
        (lang.pick("準備者のコメント", "Preparer's comment"), a.comment.clone()),
        (lang.pick("稟議・チケット番号", "Ticket"), a.ticket.clone()),
        (lang.pick("有効期限・次回見直し", "Valid until, next review"), a.valid_until.clone()),
        (lang.pick("照合コード", "Check code"), adoption::check_code(a.id.as_str(), &a.hash, &a.own_hash)),
        (lang.pick("固定した版", "Pinned version"), format!("{}（r{}）", a.version, a.number)),
        (lang.pick("版の内容ハッシュ", "Content hash of the version"), a.hash.clone()),
        (
            lang.pick("採用判断の版と内容ハッシュ", "Revision and content hash of the adoption"),
            format!("r{} {}", a.own_number, a.own_hash),
        ),
    ];
    let changes = answers.iter().map(|r| {
        let word = Answer::parse(&r.answer).map_or(r.answer.as_str(), |w| w.label(lang)).to_owned();
        [format!("{} {}", r.version, r.address), word, by(&r.name, r.at), r.comment.clone()]
    });
    ApprovalLines {
        lines: lines
            .into_iter()
            .map(|(label, value)| (label.to_owned(), value))
            .filter(|(_, v)| !v.is_empty())
            .collect(),
        changes: changes.collect(),
        since: vec![],
        before: String::new(),
        code: adoption::check_code(a.id.as_str(), &a.hash, &a.own_hash),
        summary: String::new(),
    }
}
