//! Where things are: the repository, the target folder, the user's cache.

use anyhow::{Context, Result};
use std::{
    env,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

/// The repository's root: the folder above this crate's.
pub fn root() -> Result<PathBuf> {
    // Cargo sets this for `cargo run`; a compiled-in path would be wrong once the folder is moved.
    let own = env::var_os("CARGO_MANIFEST_DIR").context("start me as `cargo xtask`")?;
    Ok(Path::new(&own).parent().context("the crate has no folder above it")?.to_owned())
}

/// Cargo's target folder for the server half.
pub fn target() -> Result<PathBuf> {
    match env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty()) {
        Some(folder) => Ok(env::current_dir()?.join(folder)),
        None => Ok(root()?.join("target")),
    }
}

/// Cargo's target folder for the browser half: another compiler may be at work there.
pub fn web_target() -> Result<PathBuf> {
    Ok(target()?.join("web"))
}

/// The finished site.
pub fn site() -> Result<PathBuf> {
    Ok(target()?.join("site"))
}

/// The release binary, or the one that `KYOHYO_BIN` names.
pub fn binary() -> Result<PathBuf> {
    match named_binary() {
        Some(named) => Ok(env::current_dir()?.join(named)),
        None => Ok(target()?.join("release/kyohyo")),
    }
}

/// A finished binary that the caller wants to be used as it is (`KYOHYO_BIN`): nothing is built then.
pub fn named_binary() -> Option<PathBuf> {
    env::var_os("KYOHYO_BIN").filter(|file| !file.is_empty()).map(PathBuf::from)
}

/// A folder of ours in the user's cache, kept across clones and `cargo clean`.
pub fn cache(name: &str) -> Result<PathBuf> {
    let base = match (env::var_os("XDG_CACHE_HOME").filter(|base| !base.is_empty()), env::var_os("HOME")) {
        (Some(base), _) => PathBuf::from(base),
        (None, Some(home)) => Path::new(&home).join(".cache"),
        (None, None) => target()?,
    };
    Ok(base.join("kyohyo").join(name))
}

/// Waits until no other build writes the site and the release binary; let go when the file is dropped.
pub fn lock() -> Result<File> {
    let folder = target()?.join("xtask");
    fs::create_dir_all(&folder)?;
    let file = File::create(folder.join("lock"))?;
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        eprintln!("==> waiting for another cargo xtask to finish building");
        file.lock()?;
    }
    Ok(file)
}

/// The first program of these names on the search path.
pub fn program(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    names.iter().find_map(|name| env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file()))
}
