//! The site: every file that a browser loads, named by its content, precompressed, with a manifest of the names.

use crate::{
    bindgen, encode,
    fingerprint::{Inputs, Record},
    place, run,
    styles::{self, Named},
    web::Web,
};
use anyhow::{Context, Result};
use std::{fs, path::Path};

/// Builds the site where its sources changed. Returns its folder's manifest, which names every file's content.
pub fn build() -> Result<String> {
    let root = place::root()?;
    let site = place::site()?;
    let mut inputs = Inputs::new()?;
    for input in ["Cargo.toml", "Cargo.lock", "app", "assessments/Cargo.toml", "assessments/src", "style"] {
        inputs.file(&root.join(input))?;
    }
    let record = Record::new(&place::target()?, "site", inputs);
    let manifest = site.join("manifest.txt");
    if !record.holds() || !manifest.is_file() {
        let wasm = browser_half()?;
        run::step("site", || assemble(&root, &wasm, &site))?;
        record.keep()?;
    }
    fs::read_to_string(&manifest).with_context(|| format!("cannot read {}", manifest.display()))
}

/// Compiles the browser half. Returns the linked module's path.
pub fn browser_half() -> Result<std::path::PathBuf> {
    let web = Web::provision()?;
    run::step("browser half", || {
        let mut cargo = web.cargo("build")?;
        cargo.args(["-p", "app", "--lib", "--no-default-features", "--features", "hydrate"]);
        run::check(cargo.args(["--profile", "wasm-release"]))
    })?;
    Ok(place::web_target()?.join(crate::web::TARGET).join("wasm-release/app.wasm"))
}

/// Writes the site's files beside each other, then swaps the folder in.
fn assemble(root: &Path, wasm: &Path, site: &Path) -> Result<()> {
    let target = place::target()?;
    let mut files = bindgen::bind(wasm, &target.join("xtask/bindgen"))?;
    files.push(Named::new("boot.js", fs::read(root.join("app/boot.js"))?));
    files.extend(styles::assemble(&root.join("style"))?);
    write(&files, site, &target.join("xtask/encoded"))
}

fn write(files: &[Named], site: &Path, kept: &Path) -> Result<()> {
    let fresh = site.with_extension("new");
    for old in [&fresh, site] {
        if old.exists() {
            fs::remove_dir_all(old)?;
        }
    }
    fs::create_dir_all(&fresh)?;
    let mut manifest = String::new();
    for file in files {
        encode::write(&fresh, kept, &file.hashed, &file.bytes)?;
        manifest.push_str(&format!("{}\t{}\n", file.name, file.hashed));
    }
    fs::write(fresh.join("manifest.txt"), manifest)?;
    fs::rename(&fresh, site)?;
    forget(files, kept)
}

/// Drops compressed forms of content that is no longer part of the site.
fn forget(files: &[Named], kept: &Path) -> Result<()> {
    for entry in fs::read_dir(kept)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !files.iter().any(|file| name.strip_prefix(&file.hashed).is_some_and(|rest| rest == ".br" || rest == ".gz"))
        {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_site_is_replaced_as_a_whole_and_old_content_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let (site, kept) = (folder.path().join("site"), folder.path().join("kept"));
        let old = Named::new("main.css", b"a{}".repeat(99));
        write(std::slice::from_ref(&old), &site, &kept).unwrap();
        let new = Named::new("main.css", b"b{}".repeat(99));
        write(std::slice::from_ref(&new), &site, &kept).unwrap();
        let mut names: Vec<_> =
            fs::read_dir(&site).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        let (br, gz) = (format!("{}.br", new.hashed), format!("{}.gz", new.hashed));
        assert_eq!(names, [new.hashed.clone(), br, gz, "manifest.txt".to_owned()]);
        assert_eq!(fs::read_to_string(site.join("manifest.txt")).unwrap(), format!("main.css\t{}\n", new.hashed));
        assert_eq!(fs::read_dir(&kept).unwrap().count(), 2);
    }
}
