//! Damaged workbooks through the reader, for as long as one likes.

use crate::chance::Chance;
use crate::sheet;
use crate::{memory, mutate};
use anyhow::{Context, Result, bail};
use assessments::sheet::Cells;
use assessments::workbook;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A reading that takes longer than this is a finding.
const SLOW: Duration = Duration::from_millis(500);
/// One that takes longer than this ends the run: it may never come back.
const STUCK: Duration = Duration::from_secs(20);
/// More kB over rest than this are a finding.
const MUCH: u64 = 64 * 1024;

static PANICS: AtomicU64 = AtomicU64::new(0);

/// What a reading needs beside the file.
struct Bench {
    base: Cells,
    /// kB resident before the first file.
    rest: u64,
}

/// Reads damaged versions of the files, and of an export of our own, until the time is over. Every file is written to
/// `folder` before it is read, so that the one that ends this process is there; findings are kept there.
///
/// Prints: files read, refused, panics that the reader caught, slow ones, greedy ones, worst seconds, worst kB.
pub fn fuzz(time: Duration, seed: u64, folder: &Path, files: &[&str]) -> Result<()> {
    let mut corpus = vec![("own.xlsx".to_owned(), crate::workbook::book()?)];
    for file in files {
        corpus.push(((*file).to_owned(), fs::read(file).with_context(|| format!("cannot read {file}"))?));
    }
    let corpus: Vec<_> = corpus.into_iter().map(|(name, bytes)| (name, mutate::parts(&bytes), bytes)).collect();
    let bench = Bench { base: sheet::as_stored()?, rest: memory::resident().0 };
    std::panic::set_hook(Box::new(|panic| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        eprintln!("panic: {panic}");
    }));
    let watched = watch();
    let current = folder.join("current.xlsx");
    let mut found = Found::default();
    let start = Instant::now();
    for number in 0_u64.. {
        if start.elapsed() >= time {
            break;
        }
        let mut chance = Chance(seed.wrapping_add(number.wrapping_mul(0x1_0000_0001)));
        let Some((name, parts, bytes)) = chance.of(&corpus) else { bail!("nothing to damage") };
        let bytes = mutate::damaged(bytes, parts.as_ref(), &mut chance);
        fs::write(&current, &bytes)?;
        watched.store(now(), Ordering::Relaxed);
        let why = found.read(&bench, &bytes);
        watched.store(0, Ordering::Relaxed);
        if let Some(why) = why {
            let kept = folder.join(format!("{why}-{seed}-{number}.xlsx"));
            fs::rename(&current, &kept)?;
            eprintln!("{why}: damaged {name}, kept as {}", kept.display());
        }
    }
    println!("{}", found.line());
    Ok(())
}

#[derive(Default)]
struct Found {
    read: u64,
    refused: u64,
    panics: u64,
    slow: u64,
    greedy: u64,
    seconds: f64,
    kilobytes: u64,
}

impl Found {
    /// Reads one file as an import does; says what is wrong with how it went.
    fn read(&mut self, bench: &Bench, bytes: &[u8]) -> Option<&'static str> {
        memory::forget();
        let panics = PANICS.load(Ordering::Relaxed);
        let start = Instant::now();
        match catch_unwind(AssertUnwindSafe(|| workbook::try_out("damaged.xlsx", bytes, &bench.base))) {
            Ok(Ok(_)) => self.read += 1,
            _ => self.refused += 1,
        }
        let took = start.elapsed();
        let over = memory::resident().1.saturating_sub(bench.rest);
        self.seconds = self.seconds.max(took.as_secs_f64());
        self.kilobytes = self.kilobytes.max(over);
        if PANICS.load(Ordering::Relaxed) > panics {
            self.panics += 1;
            Some("panic")
        } else if took > SLOW {
            self.slow += 1;
            Some("slow")
        } else if over > MUCH {
            self.greedy += 1;
            Some("greedy")
        } else {
            None
        }
    }

    fn line(&self) -> String {
        let Found { read, refused, panics, slow, greedy, seconds, kilobytes } = self;
        format!("{read}\t{refused}\t{panics}\t{slow}\t{greedy}\t{seconds}\t{kilobytes}")
    }
}

fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// When the present reading began, in milliseconds; 0 between two. A thread ends the process where one does not come
/// back: its file is still there under its name.
fn watch() -> &'static AtomicU64 {
    static BEGAN: AtomicU64 = AtomicU64::new(0);
    std::thread::spawn(|| {
        loop {
            std::thread::sleep(Duration::from_millis(500));
            let began = BEGAN.load(Ordering::Relaxed);
            if began != 0 && u128::from(now().saturating_sub(began)) > STUCK.as_millis() {
                eprintln!("measure: a file was not read within {STUCK:?}");
                std::process::exit(3);
            }
        }
    });
    &BEGAN
}
