//! Other programs, and a line for each step with the seconds it took.

use anyhow::{Context, Result, bail};
use std::{
    ffi::OsStr,
    path::PathBuf,
    process::{Command, Stdio},
    time::Instant,
};

/// Runs `work` as a step: a line before it, and one after it with the seconds it took.
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("==> {what}");
    let start = Instant::now();
    let result = work();
    let seconds = start.elapsed().as_secs_f64();
    match &result {
        Ok(_) => eprintln!("==> {what}: done in {seconds:.1} s"),
        Err(_) => eprintln!("==> {what}: FAILED after {seconds:.1} s"),
    }
    result
}

/// A program started at the repository's root, without what `cargo run` adds to the environment.
pub fn command(program: impl AsRef<OsStr>) -> Result<Command> {
    let mut command = Command::new(program);
    command.current_dir(crate::place::root()?);
    // Cargo's own library path would give another compiler the wrong libraries; its package variables would make
    // builds depend on how they were started.
    command.env_remove("LD_LIBRARY_PATH");
    for (key, _) in std::env::vars_os() {
        if key.to_str().is_some_and(|key| key.starts_with("CARGO_PKG_") || key.starts_with("CARGO_MANIFEST_")) {
            command.env_remove(key);
        }
    }
    Ok(command)
}

/// The cargo that started this program.
pub fn cargo() -> Result<Command> {
    let mut cargo = command(std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from))?;
    cargo.env("CARGO_TARGET_DIR", crate::place::target()?);
    Ok(cargo)
}

/// Runs to the end with its output shown; an error unless it exits with 0.
pub fn check(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let status = command.stdin(Stdio::null()).status().with_context(|| format!("cannot start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// Runs to the end and returns its standard output, trimmed; an error unless it exits with 0.
pub fn output(command: &mut Command) -> Result<String> {
    let shown = show(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start `{shown}`"))?;
    if !output.status.success() {
        bail!("`{shown}` failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn show(command: &Command) -> String {
    let mut shown = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        shown.push(' ');
        shown.push_str(&argument.to_string_lossy());
    }
    shown
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn output_is_trimmed_and_a_failure_tells_command_and_reason() {
        assert_eq!(output(Command::new("echo").arg("hello")).unwrap(), "hello");
        let error = output(Command::new("sh").args(["-c", "echo why >&2; exit 3"])).unwrap_err().to_string();
        assert!(error.contains("sh -c") && error.contains('3') && error.contains("why"), "{error}");
        assert!(check(&mut Command::new("no-such-program-at-all")).unwrap_err().to_string().contains("cannot start"));
    }
}
