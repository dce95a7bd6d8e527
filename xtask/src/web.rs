//! A compiler for WebAssembly.
//!
//! rustup's, where its target is there or can be added. Where rustup cannot download, the distribution's compiler with
//! its standard library's source: the library is built once, into a sysroot in the user's cache.

use crate::{apt, place, run};
use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The target triple of the browser half.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Debian's compiler for WebAssembly, its sources, and the linker.
const PACKAGES: [&str; 4] = ["rustc-web", "rust-web-src", "rust-web-llvm", "lld-22"];

/// Where those packages put the compiler: never the rustup proxy of the same name.
const RUSTC: &str = "/usr/bin/rustc";
const CLIPPY: &str = "/usr/bin/cargo-clippy";

/// A compiler that can build the browser half.
pub enum Web {
    /// The toolchain in force has the target.
    Rustup,
    /// The distribution's compiler, with the standard library in this sysroot.
    Distribution(PathBuf),
}

impl Web {
    /// Finds or installs one. `KYOHYO_WEB=distribution` leaves rustup out, as on a machine where it cannot download.
    pub fn provision() -> Result<Web> {
        let rustup = std::env::var_os("KYOHYO_WEB").is_none_or(|wanted| wanted != "distribution");
        if rustup && has_target()? {
            return Ok(Web::Rustup);
        }
        if let Some(sysroot) = built_sysroot()? {
            return Ok(Web::Distribution(sysroot));
        }
        if rustup && place::program(&["rustup"]).is_some() {
            let added = run::step("rustup target add wasm32-unknown-unknown", || {
                run::check(run::command("rustup")?.args(["target", "add", TARGET]))
            });
            if added.is_ok() && has_target()? {
                return Ok(Web::Rustup);
            }
        }
        eprintln!("==> no target from rustup: using the distribution's compiler");
        if !source().is_dir() || place::program(&["rust-lld"]).is_none() {
            apt::install(&PACKAGES, "the browser half")?;
        }
        run::step("standard library for WebAssembly (once)", build_sysroot).map(Web::Distribution)
    }

    /// `cargo SUBCOMMAND` for the browser half, in its own target folder.
    pub fn cargo(&self, subcommand: &str) -> Result<Command> {
        let mut cargo = run::cargo()?;
        self.finish(&mut cargo)?;
        cargo.args([subcommand, "--target", TARGET]);
        Ok(cargo)
    }

    /// `cargo clippy` for the browser half. Clippy must match the compiler: rustup's cannot read the other's libraries.
    pub fn clippy(&self) -> Result<Command> {
        let Web::Distribution(_) = self else { return self.cargo("clippy") };
        if !Path::new(CLIPPY).is_file() {
            apt::install(&["rust-web-clippy"], "clippy for the browser half")?;
        }
        let mut clippy = run::command(CLIPPY)?;
        self.finish(&mut clippy)?;
        clippy.args(["clippy", "--target", TARGET]);
        Ok(clippy)
    }

    fn finish(&self, command: &mut Command) -> Result<()> {
        command.env("CARGO_TARGET_DIR", place::web_target()?);
        if let Web::Distribution(sysroot) = self {
            // For the target only: build scripts and macros keep the compiler's own library.
            command.env("RUSTC", RUSTC).env(
                "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
                format!("--sysroot={}", sysroot.to_str().context("the cache's path is not UTF-8")?),
            );
        }
        Ok(())
    }
}

/// Whether the toolchain in force has the standard library for WebAssembly.
fn has_target() -> Result<bool> {
    let folder = run::output(run::command("rustc")?.args(["--print", "target-libdir", "--target", TARGET]))?;
    Ok(holds_std(Path::new(&folder)))
}

fn holds_std(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| {
        entries.any(|entry| entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("libstd-")))
    })
}

/// The standard library's source that belongs to the distribution's compiler.
fn source() -> PathBuf {
    PathBuf::from("/usr/lib/rustlib/src/rust/library/std")
}

/// The sysroot for the distribution's compiler as it is now: a new version of it gets a new one.
fn sysroot() -> Result<PathBuf> {
    let version = run::output(run::command(RUSTC)?.arg("-vV"))?;
    let hash: String = Sha256::digest(version.as_bytes()).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    place::cache(&format!("wasm-std-{hash}"))
}

fn libraries(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib").join(TARGET).join("lib")
}

fn built_sysroot() -> Result<Option<PathBuf>> {
    if !Path::new(RUSTC).is_file() || place::program(&["rust-lld"]).is_none() {
        return Ok(None);
    }
    let sysroot = sysroot()?;
    Ok(holds_std(&libraries(&sysroot)).then_some(sysroot))
}

/// Builds the standard library with the distribution's compiler and moves it into its sysroot.
fn build_sysroot() -> Result<PathBuf> {
    let sysroot = sysroot()?;
    fs::create_dir_all(&sysroot)?;
    let work = tempfile::tempdir_in(&sysroot)?;
    let manifest = "[package]\nname = \"nothing\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[lib]\npath = \"lib.rs\"\n\n\
                    [profile.release]\nopt-level = \"s\"\ndebug = false\n\n[workspace]\n";
    fs::write(work.path().join("Cargo.toml"), manifest)?;
    fs::write(work.path().join("lib.rs"), "")?;
    let mut cargo = run::cargo()?;
    cargo.current_dir(work.path()).env("CARGO_TARGET_DIR", work.path().join("target")).env("RUSTC", RUSTC);
    // -Z needs the nightly switch; the bitcode lets the whole program be optimised as one at the end.
    cargo.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-Cembed-bitcode=yes");
    cargo.args(["build", "--release", "-Zbuild-std=std,panic_abort", "--target", TARGET]);
    run::check(&mut cargo)?;

    let built = work.path().join("target").join(TARGET).join("release/deps");
    let fresh = work.path().join("fresh");
    fs::create_dir_all(&fresh)?;
    for entry in fs::read_dir(&built)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libnothing") {
            fs::copy(entry.path(), fresh.join(name))?;
        }
    }
    if !holds_std(&fresh) {
        bail!("the standard library was built but is not in {}", built.display());
    }
    let home = libraries(&sysroot);
    fs::create_dir_all(home.parent().context("no parent")?)?;
    // In one move, so that a run that was stopped leaves nothing half-done.
    let _ = fs::remove_dir_all(&home);
    fs::rename(&fresh, &home)?;
    Ok(sysroot)
}
