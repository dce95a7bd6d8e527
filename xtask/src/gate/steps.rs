//! What each step of the gate runs. The runners print for themselves.

use crate::{place, postgres::Postgres, run, serve, tools, web::Web};
use anyhow::Result;

pub fn fmt() -> Result<()> {
    run::check(run::cargo()?.args(["fmt", "--all", "--check"]))
}

pub fn clippy() -> Result<()> {
    run::check(run::cargo()?.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    let web = Web::provision()?;
    let mut clippy = web.clippy()?;
    clippy.args(["-p", "app", "-p", "assessments", "--lib", "--no-default-features", "--features", "app/hydrate"]);
    run::check(clippy.args(["--", "-D", "warnings"]))
}

pub fn docs() -> Result<()> {
    let mut cargo = run::cargo()?;
    cargo.env("RUSTDOCFLAGS", "-D warnings");
    run::check(cargo.args(["doc", "--workspace", "--no-deps"]))
}

pub fn unit(arguments: &[String]) -> Result<()> {
    tools::office()?;
    let nextest = tools::nextest()?;
    let postgres = Postgres::start()?;
    let mut cargo = run::cargo()?;
    cargo.env("KYOHYO_TEST_POSTGRES", postgres.url());
    cargo.args(if nextest { ["nextest", "run"].as_slice() } else { &["test"] });
    // `cargo xtask test --only unit -- -p NAME` is the quick way to tests that want a database.
    if !arguments.iter().any(|argument| argument == "-p" || argument == "--package") {
        cargo.arg("--workspace");
    }
    run::check(cargo.args(arguments))
}

pub fn e2e(arguments: &[String]) -> Result<()> {
    let chromium = tools::chromium()?;
    tools::fonts()?;
    let folder = tools::node_packages()?;
    let binary = serve::build()?;
    // One spec starts two servers in front of it.
    let postgres = Postgres::start()?;
    let mut npx = run::command(place::program(&["npx"]).unwrap_or_else(|| "npx".into()))?;
    npx.current_dir(folder).env("KYOHYO_BIN", binary).env("KYOHYO_CHROMIUM", chromium);
    npx.env("KYOHYO_TEST_POSTGRES", postgres.url());
    run::check(npx.args(["--no-install", "playwright", "test"]).args(arguments))
}
