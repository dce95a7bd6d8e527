//! What the tests need beside Rust: a browser, fonts, an office, a database server, Node and its packages.

use crate::{apt, fingerprint, place, run};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What builds the C parts of dependencies (SQLite, the allocator).
pub fn make() -> Result<()> {
    let missing: Vec<&str> = [("make", "make"), ("cc", "gcc"), ("cc", "libc6-dev")]
        .into_iter()
        .filter(|(program, _)| place::program(&[program]).is_none())
        .map(|(_, package)| package)
        .collect();
    if missing.is_empty() { Ok(()) } else { apt::install(&missing, "building") }
}

/// Path of a Chromium; installs one where there is none. `KYOHYO_CHROMIUM` wins.
pub fn chromium() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("KYOHYO_CHROMIUM").filter(|path| !path.is_empty()) {
        return Ok(PathBuf::from(path));
    }
    let find = || place::program(&["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]);
    if find().is_none() {
        apt::install(&["chromium"], "the end-to-end tests")?;
    }
    find().context("no Chromium after installing it")
}

/// Japanese fonts, without which every screenshot shows boxes.
pub fn fonts() -> Result<()> {
    let noto = ["/usr/share/fonts/opentype/noto", "/usr/share/fonts/noto-cjk", "/usr/share/fonts/truetype/noto"];
    let found = noto.iter().any(|folder| {
        fs::read_dir(folder).is_ok_and(|mut entries| {
            entries.any(|entry| entry.is_ok_and(|entry| entry.file_name().to_string_lossy().contains("CJK")))
        })
    });
    if found { Ok(()) } else { apt::install(&["fonts-noto-cjk"], "pages in Japanese") }
}

/// LibreOffice's spreadsheet, which opens and saves our workbooks in the tests.
pub fn office() -> Result<()> {
    let calc = ["/usr/lib/libreoffice/program/libsclo.so", "/opt/libreoffice/program/libsclo.so"];
    if place::program(&["soffice", "libreoffice"]).is_some()
        && (calc.iter().any(|file| Path::new(file).exists()) || place::program(&["localc"]).is_some())
    {
        return Ok(());
    }
    apt::install(&["libreoffice-calc"], "the workbook tests")
}

/// Folder of PostgreSQL's server programs, which Debian keeps off the search path.
pub fn postgres() -> Result<PathBuf> {
    if find_postgres().is_none() {
        apt::install(&["postgresql"], "the store's tests")?;
    }
    find_postgres().context("no PostgreSQL server after installing it")
}

fn find_postgres() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect())
        .unwrap_or_default();
    versions.sort_by_key(|bin| bin.parent().and_then(|version| version.file_name()?.to_str()?.parse::<u32>().ok()));
    let on_path = || place::program(&["initdb"])?.parent().map(Path::to_owned);
    versions.into_iter().rev().find(|bin| bin.join("initdb").is_file()).or_else(on_path)
}

/// Node and npm, installed where they are missing.
pub fn npm() -> Result<()> {
    if place::program(&["npm"]).is_none() || place::program(&["npx"]).is_none() {
        apt::install(&["nodejs", "npm"], "the end-to-end tests")?;
    }
    Ok(())
}

/// Installs the Node packages that `end2end/package-lock.json` names, unless they are there.
pub fn node_packages() -> Result<PathBuf> {
    let folder = place::root()?.join("end2end");
    npm()?;
    let lock = folder.join("package-lock.json");
    if !lock.is_file() {
        bail!("{} is missing", lock.display());
    }
    let mut inputs = fingerprint::Inputs::default();
    inputs.word(&fs::read_to_string(&lock)?);
    let record = fingerprint::Record::new(&folder.join("node_modules"), "packages", inputs);
    if !record.holds() {
        run::step("npm ci", || {
            let mut npm = run::command("npm")?;
            npm.current_dir(&folder).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
            run::check(npm.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))
        })?;
        record.keep()?;
    }
    Ok(folder)
}

/// Whether cargo-nextest is there, building it from source where it is not.
pub fn nextest() -> Result<bool> {
    let there = || -> Result<bool> { Ok(run::output(run::cargo()?.args(["nextest", "--version"])).is_ok()) };
    if there()? {
        return Ok(true);
    }
    let installed = run::step("cargo install cargo-nextest", || {
        // A target folder of its own would be thrown away; ours keeps it should the install be cut off.
        run::check(run::cargo()?.args(["install", "cargo-nextest", "--locked"]))
    });
    Ok(installed.is_ok() && there()?)
}
