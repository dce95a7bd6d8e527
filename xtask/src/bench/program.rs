//! The release binary at work on a data folder.

use super::http::Connection;
use crate::{place, run};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError, mpsc::channel},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Least length of a password is the product's; nobody but us ever signs in here.
const PASSWORD: &str = "measured and thrown away";

/// What is written into the log: what went wrong alone, or what each request took as well, and how such a line is known.
const QUIET: &str = "warn";
const LOUD: &str = "warn,kyohyo::time=debug";
const TIMED: &str = " kyohyo::time: ";

/// What was asked for, by its route, and the seconds that the server took for it.
pub type Timed = (String, f64);

/// A running `kyohyo serve`; killed when dropped.
pub struct Program {
    child: Child,
    times: Arc<Mutex<Vec<Timed>>>,
    /// Where it answers.
    pub address: SocketAddr,
}

impl Program {
    /// Starts it on a folder and waits until it says that it serves.
    pub fn start(data: &Path) -> Result<Program> {
        Program::start_with(data, &[])
    }

    /// The same with further arguments.
    pub fn start_with(data: &Path, more: &[&str]) -> Result<Program> {
        Program::started(data, more, QUIET)
    }

    /// The same where [`Program::times`] is asked afterwards.
    pub fn start_timed(data: &Path, more: &[&str]) -> Result<Program> {
        Program::started(data, more, LOUD)
    }

    fn started(data: &Path, more: &[&str], log: &str) -> Result<Program> {
        let (mut program, mut log) = Program::spawn(data, more, log)?;
        let (said, heard) = channel();
        let times = program.times.clone();
        thread::spawn(move || {
            let mut all = String::new();
            let mut line = String::new();
            while log.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
                if let Some(timed) = timed(&line) {
                    times.lock().unwrap_or_else(PoisonError::into_inner).push(timed);
                    line.clear();
                    continue;
                }
                all.push_str(&line);
                if line.contains("serving on") {
                    let _ = said.send(Ok(()));
                }
                line.clear();
            }
            let _ = said.send(Err(all));
        });
        match heard.recv_timeout(PATIENCE) {
            Ok(Ok(())) => Ok(program),
            Ok(Err(log)) => bail!("kyohyo serve ended: {}", log.trim()),
            Err(_) => {
                program.kill();
                bail!("kyohyo serve did not start within {PATIENCE:?}")
            }
        }
    }

    /// Starts it and gives back the seconds until the first page was answered.
    pub fn first_page(data: &Path) -> Result<f64> {
        let start = Instant::now();
        let (program, mut log) = Program::spawn(data, &[], QUIET)?;
        thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        loop {
            let answer = Connection::open(program.address).and_then(|mut page| page.get("/sign-in", ""));
            match answer {
                Ok(page) if page.status == 200 => return Ok(start.elapsed().as_secs_f64()),
                Ok(page) => bail!("the first page was answered with {}", page.status),
                Err(_) if start.elapsed() > PATIENCE => bail!("no page within {PATIENCE:?}"),
                Err(_) => thread::sleep(Duration::from_millis(1)),
            }
        }
    }

    fn spawn(data: &Path, more: &[&str], log: &str) -> Result<(Program, impl BufRead + Send + 'static)> {
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let mut serve = Command::new(place::binary()?);
        serve.args(["serve", "--listen", &address.to_string(), "--data"]).arg(data).args(more).env("KYOHYO_LOG", log);
        let mut child = serve.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let log = BufReader::new(child.stderr.take().context("no pipe")?);
        Ok((Program { child, address, times: Arc::default() }, log))
    }

    /// What the server itself took for what it answered since this was asked last, in the order of the answers.
    pub fn times(&self) -> Vec<Timed> {
        // The last lines may still be on their way.
        thread::sleep(Duration::from_millis(100));
        std::mem::take(&mut *self.times.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// kB of resident memory: all now, at most ever, and now without what is only a file's cache.
    pub fn resident(&self) -> Result<[u64; 3]> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = |name: &str| -> Result<u64> {
            let found = status.lines().find_map(|line| line.strip_prefix(name));
            let number = found.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
            number.with_context(|| format!("/proc has no {name}"))
        };
        Ok([line("VmRSS:")?, line("VmHWM:")?, line("RssAnon:")?])
    }

    /// Asks it to stop and waits until it is gone.
    pub fn stop(mut self) -> Result<()> {
        // A shell's own `kill`: the standard library only knows the hard way.
        run::check(Command::new("sh").args(["-c", "kill -TERM \"$1\"", "stop", &self.child.id().to_string()]))?;
        self.child.wait()?;
        Ok(())
    }

    /// Pulls the plug.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Adds a coordinator of a name that nobody has yet, and signs them in. Gives back the header with their cookie.
    pub fn sign_in(&self, data: &Path) -> Result<String> {
        self.use_link(&Program::invite(data, &new_email()?, "計測")?)
    }

    /// A token for reading through the API, of a coordinator of a name that nobody has yet. Gives back its header.
    pub fn token(&self, data: &Path) -> Result<String> {
        let email = new_email()?;
        Program::invite(data, &email, "計測")?;
        let mut add = Command::new(place::binary()?);
        add.args(["token", "add", "--name", "measured", "--scope", "read", "--as", &email]);
        Ok(format!("Authorization: Bearer {}\r\n", run::output(add.arg("--data").arg(data))?.trim()))
    }

    /// Chooses a password by a one-time link. Gives back the header with the cookie of who is signed in by it.
    pub fn use_link(&self, link: &str) -> Result<String> {
        let mut connection = Connection::open(self.address)?;
        let answer = connection.post(link, "", &[("password", PASSWORD)])?;
        let cookie = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next());
        let cookie = cookie.with_context(|| format!("signing in was answered with {}", answer.status))?;
        Ok(format!("Cookie: {cookie}\r\n"))
    }

    /// Adds a coordinator and gives back the path of their one-time link.
    pub fn invite(data: &Path, email: &str, name: &str) -> Result<String> {
        let mut add = Command::new(place::binary()?);
        add.args(["person", "add", "--role", "coordinator", "--name", name, "--email", email]);
        run::output(add.arg("--data").arg(data))
    }
}

fn new_email() -> Result<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
    Ok(format!("measured-{now}@example.com"))
}

/// What a line of the log says of a request's time.
fn timed(line: &str) -> Option<Timed> {
    let (_, said) = line.split_once(TIMED)?;
    let value = |name: &str| said.split_whitespace().find_map(|part| part.strip_prefix(name));
    let micros: f64 = value("micros=")?.parse().ok()?;
    Some((value("route=")?.trim_matches('"').to_owned(), micros / 1e6))
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

#[cfg(test)]
mod tests {
    use super::timed;

    #[test]
    fn a_line_of_the_log_says_what_a_request_took() {
        let line = "2026-11-29T10:00:00.000000Z DEBUG kyohyo::time: route=\"/search\" status=200 micros=2500\n";
        assert_eq!(timed(line), Some(("/search".to_owned(), 0.0025)));
        assert_eq!(timed("2026-11-29T10:00:00Z  WARN server: something micros=1\n"), None);
    }
}
