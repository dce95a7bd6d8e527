//! From the linked WebAssembly to what a browser loads: module, script and the snippets that crates bring.

use crate::styles::Named;
use anyhow::{Context, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
};
use wasm_bindgen_cli_support::Bindgen;

/// Runs wasm-bindgen on `wasm` and names the results `app.wasm`, `app.js` and `snippet-*.js` by their content.
///
/// The script names no file of its own: the page gives it the module's address.
pub fn bind(wasm: &Path, work: &Path) -> Result<Vec<Named>> {
    if work.exists() {
        fs::remove_dir_all(work)?;
    }
    Bindgen::new()
        .input_path(wasm)
        .out_name("app")
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(work)
        .context("wasm-bindgen")?;
    let mut script = fs::read_to_string(work.join("app.js"))?;
    let mut files = vec![Named::new("app.wasm", fs::read(work.join("app_bg.wasm"))?)];
    for path in scripts(&work.join("snippets"))? {
        let within = path.strip_prefix(work)?.to_str().context("a snippet's name is not UTF-8")?.replace('\\', "/");
        files.push(snippet(&within, fs::read_to_string(&path)?, &mut script)?);
    }
    if script.contains("./snippets/") {
        bail!("the script still imports a snippet that wasm-bindgen did not write");
    }
    files.push(Named::new("app.js", script.into_bytes()));
    Ok(files)
}

/// Names a snippet and lets the script import it by that name. All files of the site lie in one folder.
fn snippet(within: &str, text: String, script: &mut String) -> Result<Named> {
    if text.contains("from './")
        || text.contains("from \"./")
        || text.contains("from '../")
        || text.contains("from \"../")
    {
        bail!("{within} imports another snippet: name those too before its import can be followed");
    }
    let flat = within.trim_start_matches("snippets/").replace('/', "-");
    let named = Named::new(&format!("snippet-{flat}"), text.into_bytes());
    *script = script.replace(&format!("./{within}"), &format!("./{}", named.hashed));
    Ok(named)
}

/// Every script below a folder, by name.
fn scripts(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                found.extend(scripts(&path)?);
            } else if path.extension().is_some_and(|extension| extension == "js" || extension == "mjs") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_snippet_is_imported_by_its_hashed_name() {
        let mut script = "import { x } from './snippets/crate-1/inline0.js';".to_owned();
        let named = snippet("snippets/crate-1/inline0.js", "export const x = 1;".to_owned(), &mut script).unwrap();
        assert!(named.hashed.starts_with("snippet-crate-1-inline0.") && named.hashed.ends_with(".js"));
        assert_eq!(script, format!("import {{ x }} from './{}';", named.hashed));
    }

    #[test]
    fn a_snippet_that_imports_another_is_refused() {
        let text = "import './b.js'; import { y } from '../c.js';".to_owned();
        assert!(snippet("snippets/a/a.js", text, &mut String::new()).is_err());
    }
}
