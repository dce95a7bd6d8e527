//! Many requests over connections that stay open, each sending the next as soon as it has its answer.

use super::http::Connection;
use super::table::quantile;
use anyhow::{Context, Result, bail};
use std::{
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

/// Before the clock runs: caches fill, connections open.
const WARM: Duration = Duration::from_millis(500);

/// What a browser says it takes (Chromium 123, Firefox 126 and later): answers are compressed, as its user gets them.
pub const BROWSER: &str = "Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: ja\r\n";

/// What came of it.
pub struct Load {
    /// Answers a second.
    pub per_second: f64,
    /// Seconds that half of the answers took at most.
    pub median: f64,
    /// Seconds that 99 of 100 took at most.
    pub p99: f64,
    /// Bytes of an answer's body, on average, as transferred.
    pub bytes: u64,
}

/// Asks for these pages in turn. An answer other than 200 is an error: refusing is fast.
pub fn load(address: SocketAddr, headers: &str, paths: &[String], connections: usize, time: Duration) -> Result<Load> {
    let start = Instant::now() + WARM;
    let end = start + time;
    let work = |first: usize| -> Result<(Vec<f64>, usize)> {
        let mut connection = Connection::open(address)?;
        let (mut seconds, mut bytes) = (Vec::new(), 0);
        for path in paths.iter().cycle().skip(first) {
            let asked = Instant::now();
            if asked >= end {
                break;
            }
            let answer = connection.get(path, headers)?;
            if answer.status != 200 {
                bail!("{path} was answered with {}", answer.status);
            }
            if asked >= start {
                seconds.push(asked.elapsed().as_secs_f64());
                bytes += answer.body.len();
            }
        }
        Ok((seconds, bytes))
    };
    let (mut all, mut bytes) = (Vec::new(), 0);
    thread::scope(|scope| -> Result<()> {
        let threads: Vec<_> =
            (0..connections).map(|n| scope.spawn(move || work(n * paths.len() / connections))).collect();
        for thread in threads {
            let (seconds, read) = thread.join().ok().context("a connection's thread ended")??;
            all.extend(seconds);
            bytes += read;
        }
        Ok(())
    })?;
    if all.is_empty() {
        bail!("no answer within {time:?}");
    }
    // The last answers come after the end: the rate counts the time that was really taken.
    let took = start.elapsed().as_secs_f64();
    all.sort_by(f64::total_cmp);
    Ok(Load {
        per_second: all.len() as f64 / took,
        median: quantile(&all, 0.5),
        p99: quantile(&all, 0.99),
        bytes: (bytes / all.len()) as u64,
    })
}
