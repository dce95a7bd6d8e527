//! The HTTP API against its own document: schemathesis asks what the document allows and what it does not, and every
//! answer has to be one that the document names.

use crate::bench::program::Program;
use crate::python::{self, Wanted};
use crate::{place, run, serve};
use anyhow::Result;
use std::path::Path;

/// The version whose findings were looked at.
const SCHEMATHESIS: Wanted = Wanted {
    cache: "schemathesis",
    packages: &["schemathesis==4.32.5"],
    proof: "from importlib.metadata import version; assert version('schemathesis') == '4.32.5'",
    purpose: "testing the HTTP API",
};

/// Runs it on the release binary.
pub fn api() -> Result<()> {
    serve::build()?;
    let python = python::python(&SCHEMATHESIS)?;
    let folder = tempfile::tempdir()?;
    let token = token(folder.path())?;
    // As fast as it can: the limit of a token has tests of its own.
    let program = Program::start_with(folder.path(), &["--api-rate", "1000000"])?;
    let mut schemathesis = run::command(&python)?;
    schemathesis.current_dir(place::root()?.join("xtask/api"));
    schemathesis.args(["-m", "schemathesis.cli", "run"]);
    schemathesis.arg(format!("http://{}/api/v1/openapi.json", program.address));
    schemathesis.args(["--header", &format!("Authorization: Bearer {token}")]);
    run::check(&mut schemathesis)?;
    program.stop()
}

/// A token of an editor who may do all that tokens can.
fn token(data: &Path) -> Result<String> {
    let kyohyo = |arguments: &[&str]| -> Result<String> {
        run::output(run::command(place::binary()?)?.args(arguments).arg("--data").arg(data))
    };
    let email = "tester@test-bank.example";
    kyohyo(&["institution", "add", "test-bank", "--name", "試験銀行"])?;
    kyohyo(&[
        "person",
        "add",
        "--email",
        email,
        "--name",
        "試験",
        "--role",
        "test-bank:editor",
        "--role",
        "coordinator",
    ])?;
    let scopes = ["read", "write", "export", "import", "audit"].map(|s| ["--scope", s]).concat();
    kyohyo(&[&["token", "add", "--as", email, "--name", "schemathesis"], scopes.as_slice()].concat())
}
