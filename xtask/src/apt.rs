//! Packages of the distribution (Debian, Ubuntu), installed without asking.

use crate::{place::program, run};
use anyhow::{Result, bail};

/// Installs packages with nothing they merely recommend. Says what to install where it may not.
pub fn install(packages: &[&str], why: &str) -> Result<()> {
    let list = packages.join(" ");
    let by_hand = format!("{why} needs these packages: {list}. Please install them and start me again");
    if program(&["apt-get"]).is_none() {
        bail!("{by_hand} (this machine has no apt-get)");
    }
    let before: &[&str] = if is_root()? {
        &[]
    } else if run::output(run::command("sudo")?.args(["-n", "true"])).is_ok() {
        &["sudo", "-n"]
    } else {
        bail!("{by_hand}: sudo apt-get install --no-install-recommends {list}");
    };
    run::step(&format!("apt-get install {list}"), || {
        apt(before, &["update", "-qq"])?;
        let mut arguments = vec!["install", "-y", "-qq", "--no-install-recommends"];
        arguments.extend(packages);
        apt(before, &arguments)
    })
}

fn apt(before: &[&str], arguments: &[&str]) -> Result<()> {
    // `env` because sudo drops variables.
    let line = [before, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"], arguments].concat();
    run::check(run::command(line[0])?.args(&line[1..]))
}

/// Whether this is the administrator's account.
pub fn is_root() -> Result<bool> {
    Ok(run::output(run::command("id")?.arg("-u"))? == "0")
}
