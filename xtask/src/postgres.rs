//! A throw-away PostgreSQL server for the tests.
//!
//! A shell keeps watch over it: whatever ends this program (an error, a panic, Ctrl-C, a kill), the pipe between them
//! closes, and the shell stops the server by its own `pg_ctl` and removes its data.

use crate::{apt, run, tools};
use anyhow::{Context, Result, bail};
use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
};

/// A running server; stopped and removed when dropped.
pub struct Postgres {
    watch: Child,
    port: u16,
}

/// `$1` folder of the programs, `$2` port. The data lies in a folder of the user who runs this. Durability is off: these
/// tests are about SQL, not about power cuts.
const WATCH: &str = r#"
set -eu
trap '' INT TERM HUP
data=$(mktemp -d)
stop() { "$1/pg_ctl" -D "$data/db" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$data"; }
fail() { cat "$data/log" >&2; rm -rf "$data"; exit 1; }
"$1/initdb" -D "$data/db" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$data/log" 2>&1 || fail
"$1/pg_ctl" -D "$data/db" -l "$data/log" -w -t 60 -o "-p $2 -h 127.0.0.1 -k '$data' -c fsync=off \
 -c synchronous_commit=off -c full_page_writes=off -c max_connections=300" start >>"$data/log" 2>&1 </dev/null || fail
echo ready
read -r _ || true
stop "$1"
"#;

impl Postgres {
    /// Starts one on a free port of the loopback interface. As root it runs as the user `postgres`: the server refuses
    /// to run as root.
    pub fn start() -> Result<Postgres> {
        let programs = tools::postgres()?;
        let programs = programs.to_str().context("the path of PostgreSQL is not UTF-8")?;
        let mut last = None;
        // Another program may take the free port before the server does.
        for _ in 0..3 {
            let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
            match watch(programs, port) {
                Ok(watch) => return Ok(Postgres { watch, port }),
                Err(error) => last = Some(error),
            }
        }
        Err(last.context("no port was tried")?)
    }

    /// Address of the server's first database; the user may create others.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        let _ = self.watch.wait();
    }
}

fn watch(programs: &str, port: u16) -> Result<Child> {
    let mut shell = if apt::is_root()? {
        ensure_user()?;
        let mut shell = Command::new("runuser");
        shell.args(["-u", "postgres", "--", "sh"]).env_remove("TMPDIR");
        shell
    } else {
        Command::new("sh")
    };
    shell.args(["-c", WATCH, "watch", programs, &port.to_string()]).current_dir("/");
    // Out of the terminal's group: Ctrl-C is for us, the shell hears of it through the pipe.
    let mut child = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0).spawn()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().context("no pipe")?).read_line(&mut line)?;
    if line.trim() != "ready" {
        let _ = child.wait();
        bail!("PostgreSQL did not start on port {port}");
    }
    Ok(child)
}

fn ensure_user() -> Result<()> {
    if run::output(run::command("id")?.args(["-u", "postgres"])).is_ok() {
        return Ok(());
    }
    run::check(run::command("useradd")?.args(["--system", "--no-create-home", "postgres"]))
}
