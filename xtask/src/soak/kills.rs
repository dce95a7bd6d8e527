//! Pulls the plug in a stream of saves, over and over.

use super::editor::{Editor, Refused, Said};
use super::{Acknowledged, changes, check, lost};
use crate::bench::{measure, program::Program, scratch, table::Table};
use anyhow::{Context, Result, bail};
use std::{
    net::SocketAddr,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

const SERVICE: &str = "ecs";
const WRITERS: usize = 4;
/// Saves that are acknowledged at least before the plug is pulled.
const ENOUGH: usize = 20;
/// The plug is pulled within so many milliseconds after that.
const WITHIN: u32 = 60;
/// Rounds on one folder; then a fresh one, so that histories stay as short as they are in use.
const ROUNDS: usize = 25;

/// Kills until the time is over.
pub fn kills(time: Duration) -> Result<Table> {
    measure::build()?;
    let start = Instant::now();
    let (mut kills, mut saves) = (0, 0);
    while start.elapsed() < time {
        let folder = scratch()?;
        let mut acknowledged = Vec::new();
        for round in 0..ROUNDS {
            if let Err(error) = one(folder.path(), round, &mut acknowledged) {
                return Err(error.context(format!("round {round} on {}, which is kept", folder.keep().display())));
            }
            kills += 1;
            if start.elapsed() >= time {
                break;
            }
        }
        saves += acknowledged.len();
        eprintln!("    {kills} kills, {saves} saves acknowledged and there");
    }
    let mut table = Table::new(
        "kill -9 in a stream of saves",
        &["kills", "saves acknowledged", "lost", "faults of `kyohyo check`"],
    );
    table.row([kills.to_string(), saves.to_string(), "0".into(), "0".into()]);
    Ok(table)
}

/// One kill, and everything that must hold after it.
fn one(data: &Path, round: usize, acknowledged: &mut Vec<Acknowledged>) -> Result<()> {
    let mut program = Program::start(data)?;
    let headers = program.sign_in(data)?;
    let address = program.address;
    let done = AtomicUsize::new(0);
    let rounds = thread::scope(|scope| -> Result<Vec<Vec<Acknowledged>>> {
        let write = |writer| write(address, &headers, writer, round, &done);
        let threads: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(move || write(writer))).collect();
        while done.load(Ordering::Relaxed) < ENOUGH && !threads.iter().all(|thread| thread.is_finished()) {
            thread::sleep(Duration::from_millis(1));
        }
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH)?.subsec_nanos();
        thread::sleep(Duration::from_micros(u64::from(nanos / 1000 % (WITHIN * 1000))));
        program.kill();
        threads.into_iter().map(|thread| thread.join().ok().context("a writer's thread ended")?).collect()
    })?;
    let last: Vec<Acknowledged> = rounds.iter().filter_map(|saves| saves.last().cloned()).collect();
    acknowledged.extend(rounds.into_iter().flatten());
    if last.len() < WRITERS {
        bail!("{} of {WRITERS} writers had a save acknowledged", last.len());
    }
    // Whoever opens the folder first has to repair it: the commands as well as the program.
    if round.is_multiple_of(2) {
        check(data, &[])?;
    }
    let program = Program::start(data)?;
    let gone = lost(acknowledged, &changes(data, SERVICE)?).len();
    if gone > 0 {
        bail!("{gone} of {} acknowledged saves are not in the history", acknowledged.len());
    }
    let mut reader = Editor::open(program.address, &program.sign_in(data)?, SERVICE)?;
    for save in &last {
        let (number, text) = reader.form(&save.cell)?;
        // The save that was under way may be there as well: nobody was told either way.
        if number < save.number || !(text.contains(&save.token) || text.contains(&next(&save.token)?)) {
            bail!("{} says {text} at revision {number}; {} was acknowledged as {}", save.cell, save.token, save.number);
        }
    }
    program.stop()?;
    check(data, &[])
}

/// Saves as fast as it can until the program is gone.
fn write(
    address: SocketAddr,
    headers: &str,
    writer: usize,
    round: usize,
    done: &AtomicUsize,
) -> Result<Vec<Acknowledged>> {
    let cell = format!("criteria/K0{}/summary/ja", writer + 1);
    let mut saves = Vec::new();
    let mut editor = Editor::open(address, headers, SERVICE)?;
    let (mut base, _) = editor.form(&cell)?;
    for n in 0.. {
        let token = format!("r{round}w{writer}n{n}");
        match editor.save(&cell, base, &format!("{token} end")) {
            Ok(Said::Saved(number)) => {
                base = number;
                saves.push(Acknowledged { number, cell: cell.clone(), token });
                done.fetch_add(1, Ordering::Relaxed);
            }
            Ok(other) => bail!("nobody else writes {cell}, and yet: {other:?}"),
            Err(error) if error.is::<Refused>() => return Err(error),
            Err(_) => break,
        }
    }
    Ok(saves)
}

/// The word of the save after this one.
fn next(token: &str) -> Result<String> {
    let (who, n) = token.rsplit_once('n').context("a token without a number")?;
    Ok(format!("{who}n{}", n.parse::<usize>()? + 1))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::next;

    #[test]
    fn the_next_save_has_the_next_number() {
        assert_eq!(next("r3w1n9").unwrap(), "r3w1n10");
    }
}
