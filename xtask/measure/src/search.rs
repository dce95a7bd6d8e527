//! Search: how well it answers judged queries, how fast, how soon a change is found, how large the index is.

use crate::fill::desk;
use crate::judged::{self, Place};
use crate::sheet::said;
use anyhow::{Context, Result};
use assessments::access::Actor;
use assessments::cell::{Address, SheetKey};
use assessments::change::Door;
use assessments::desk::{Desk, RealWorld, World, WriteInput};
use assessments::id::ServiceId;
use assessments::lang::Lang;
use assessments::search::{Filter, Request};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long each number of askers asks.
const TIME: Duration = Duration::from_secs(5);

/// What people type into a large library: words of one language and the other, two words, identifiers, parts, fields.
const TYPED: [&str; 24] = [
    "暗号化",
    "閉域",
    "アクセス制御",
    "kms ローテーション",
    "log",
    "S3.1",
    "保持期間",
    "encryption at rest",
    "サーバーアクセスログ",
    "public access",
    "\"既定で暗号化\"",
    "category:K07 鍵",
    "計測サービス 0123",
    "measured service 0042 暗号化",
    "aws:SecureTransport",
    "PutBucketPolicy",
    "監査証跡",
    "least privilege",
    "マルウェア 検査",
    "severity:high 公開",
    "復元",
    "署名付き URL",
    "endpoint policy",
    "バージョニング OR レプリケーション",
];

/// Beginnings of what people type.
const BEGUN: [&str; 16] = [
    "s",
    "s3",
    "暗",
    "暗号",
    "暗号化",
    "計測",
    "enc",
    "encryp",
    "k0",
    "K07",
    "ロー",
    "ローテ",
    "s3.",
    "bucket-p",
    "measured 01",
    "閉",
];

/// What nobody types in good faith.
fn hostile() -> Vec<(&'static str, String)> {
    vec![
        ("10,000 characters of Japanese", "暗号化と鍵の管理".repeat(1_250)),
        ("10,000 Latin letters", "a".repeat(10_000)),
        ("5,000 minus signs", "- ".repeat(5_000)),
        ("only marks", "!?*()[]{}<>|&%$#".repeat(20)),
        ("unbalanced quotes", "\"暗号化 \"鍵 「閉域".to_owned()),
        ("200 words", "ab cd ef gh ij ".repeat(40)),
        ("a regular expression bomb", "(a+)+$ (x|xx)*y .*.*.*.*.*".to_owned()),
        ("right to left and control characters", "\u{202e}\u{0}\u{1}暗号\u{200b}\u{feff}".to_owned()),
        ("common pieces", "の ス ト ー a e 1 s3 化".to_owned()),
    ]
}

fn quantile(seconds: &mut [f64], part: f64) -> f64 {
    seconds.sort_by(f64::total_cmp);
    let at = (part * seconds.len() as f64).ceil() as usize;
    seconds.get(at.saturating_sub(1)).copied().unwrap_or(0.0)
}

/// Prints for each judged query: kind, text, recall at ten, reciprocal rank, whether anything was found.
pub async fn judge(data: &Path, file: &Path) -> Result<()> {
    let desk = desk(data).await?;
    desk.seed(&|_, _| ()).await.map_err(said)?;
    desk.follow().await.map_err(said)?;
    for query in judged::read(&std::fs::read_to_string(file)?) {
        let found =
            desk.search_cells(&Actor::command_line(), &query.text, 10, Filter::default()).await.map_err(said)?;
        let places: Vec<Place> = found
            .iter()
            .map(|(service, cell)| Place {
                service: service.to_string(),
                row: cell.address.row.to_string(),
                field: cell.address.field.clone(),
            })
            .collect();
        let score = query.score(&places);
        println!("{}\t{}\t{}\t{}\t{}", query.kind, query.text, score.recall, score.reciprocal, u8::from(score.found));
    }
    desk.db().close().await;
    Ok(())
}

fn request(text: &str) -> Request {
    Request::new(text, RealWorld.now())
}

/// The same search as nobody asked it before: without a word that stands nowhere. Answers that are still true are kept, and
/// what is measured is to be answering, but for what says otherwise. Its words were asked before, as most words of most
/// people are.
fn fresh(text: &str) -> String {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    format!("{text} -zz{:06}", ASKED.fetch_add(1, Ordering::Relaxed))
}

async fn ask(desk: &Desk, text: &str) -> Result<f64> {
    let start = Instant::now();
    desk.find(&Actor::command_line(), &request(text)).await.map_err(said)?;
    Ok(start.elapsed().as_secs_f64())
}

/// Prints lines: `search`, askers, searches, median, p99, for questions that nobody asked of words that were asked;
/// `again` for questions that were asked before, `cold` for words that were not; `suggest`, median, p95; `hostile`, seconds, name; `query`, seconds, text.
pub async fn speed(data: &Path) -> Result<()> {
    let desk = Arc::new(desk(data).await?);
    desk.follow().await.map_err(said)?;
    for text in TYPED {
        ask(&desk, text).await?;
        let mut seconds = Vec::new();
        for _ in 0..20 {
            seconds.push(ask(&desk, &fresh(text)).await?);
        }
        let found = desk.find(&Actor::command_line(), &request(text)).await.map_err(said)?.total;
        println!("query\t{}\t{found}\t{text}", quantile(&mut seconds, 0.5));
    }
    for (name, askers) in [("cold", 16), ("search", 1), ("search", 16), ("again", 16)] {
        ask_at_once(&desk, name, askers).await?;
    }
    let mut seconds = Vec::new();
    // A number of suggestions that was not asked for yet: none is answered from what is kept.
    for (text, limit) in (6..16).flat_map(|limit| BEGUN.map(|text| (text, limit))) {
        let start = Instant::now();
        desk.suggestions(&Actor::command_line(), text, limit, Lang::Ja).await.map_err(said)?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    println!("suggest\t{}\t{}", quantile(&mut seconds, 0.5), quantile(&mut seconds, 0.95));
    for (name, text) in hostile() {
        ask(&desk, &text).await?;
        println!("hostile\t{}\t{name}", ask(&desk, &fresh(&text)).await?);
    }
    desk.db().close().await;
    Ok(())
}

/// So many askers at once, each of whom asks again as soon as there is an answer. Prints a line: name, askers, searches,
/// median, p99. `cold` forgets what is known before each question, `again` asks what was asked before.
async fn ask_at_once(desk: &Arc<Desk>, name: &'static str, askers: usize) -> Result<()> {
    let tasks = (0..askers).map(|n| {
        let desk = desk.clone();
        tokio::spawn(async move {
            let (start, mut seconds) = (Instant::now(), Vec::new());
            for text in TYPED.iter().cycle().skip(n * 7) {
                if start.elapsed() > TIME {
                    break;
                }
                if name == "cold" {
                    desk.forget_answers();
                }
                let text = if name == "again" { (*text).to_owned() } else { fresh(text) };
                seconds.push(ask(&desk, &text).await?);
            }
            anyhow::Ok(seconds)
        })
    });
    let mut all = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        all.extend(task.await??);
    }
    println!("{name}\t{askers}\t{}\t{}\t{}", all.len(), quantile(&mut all, 0.5), quantile(&mut all, 0.99));
    Ok(())
}

fn bytes(folder: &Path) -> Result<u64> {
    let mut sum = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        sum += if meta.is_dir() { bytes(&entry.path())? } else { meta.len() };
    }
    Ok(sum)
}

/// Builds the index from nothing. Prints seconds, sheets, bytes of the index.
pub async fn rebuild(data: &Path) -> Result<()> {
    let index = data.join("index");
    let _ = std::fs::remove_dir_all(&index);
    let desk = desk(data).await?;
    let start = Instant::now();
    let sheets = desk.follow().await.map_err(said)?;
    let took = start.elapsed().as_secs_f64();
    println!("{took}\t{sheets}\t{}", bytes(&index)?);
    desk.db().close().await;
    Ok(())
}

/// Saves a word that nobody has used, and asks until it is found. Prints median and p99 of so many saves; then what askers
/// wait who ask while one more is saved each second, as [`ask_at_once`] does.
pub async fn findable(data: &Path, saves: usize) -> Result<()> {
    let desk = Arc::new(desk(data).await?);
    desk.follow().await.map_err(said)?;
    let keeper = tokio::spawn(desk.as_ref().clone().keep_index());
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut seconds = Vec::new();
    for n in 0..saves {
        let word = save(&desk, n).await?;
        let start = Instant::now();
        let text = format!("\"{word}\"");
        while desk.find(&Actor::command_line(), &request(&text)).await.map_err(said)?.total == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        seconds.push(start.elapsed().as_secs_f64());
    }
    println!("{}\t{}", quantile(&mut seconds, 0.5), quantile(&mut seconds, 0.99));
    let saving = desk.clone();
    let saver = tokio::spawn(async move {
        for n in saves.. {
            tokio::time::sleep(Duration::from_secs(1)).await;
            save(&saving, n).await?;
        }
        anyhow::Ok(())
    });
    ask_at_once(&desk, "saving", 16).await?;
    anyhow::ensure!(!saver.is_finished(), "a save was refused");
    saver.abort();
    keeper.abort();
    desk.db().close().await;
    Ok(())
}

/// Saves a word that nobody has used into one of the sheets; gives it back.
async fn save(desk: &Desk, n: usize) -> Result<String> {
    let actor = Actor::command_line();
    let address = Address::parse("criteria/K05/limits/ja").map_err(said)?;
    let services = desk.service_names(&actor).await.map_err(said)?;
    let (id, _) = services.get(n * 31 % services.len()).context("no service")?;
    let key = SheetKey::shared(ServiceId::parse(id.as_str()).map_err(said)?);
    let view = desk.sheet(&actor, &key).await.map_err(said)?;
    let word = format!("findable{n:05}x{}", view.number);
    let input = WriteInput {
        key,
        base: view.number,
        cells: vec![(address.clone(), format!("{} {word}", view.cells.text(&address)))],
        reason: String::new(),
        door: Door::CommandLine,
        source: String::new(),
    };
    desk.write(&actor, &input).await.map_err(said)?;
    Ok(word)
}
