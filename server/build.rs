//! Puts the site's files into the program.
//!
//! With `KYOHYO_SITE` (set by `cargo xtask serve` and `test`) it is the finished site: script, WebAssembly and styles,
//! precompressed. Without it, styles and static files only, compressed quickly: pages then look right and work without
//! script, and a plain `cargo test` needs no browser build.

#[path = "../xtask/src/styles.rs"]
mod styles;

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=KYOHYO_SITE");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../xtask/src/styles.rs");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let table = match env::var_os("KYOHYO_SITE").filter(|site| !site.is_empty()) {
        Some(site) => from_site(Path::new(&site))?,
        None => from_style(Path::new("../style"), &out.join("site"))?,
    };
    fs::write(out.join("site.rs"), table)?;
    Ok(())
}

/// The table of a finished site; its manifest is rewritten whenever a file's content, and so its name, changes.
fn from_site(site: &Path) -> Result<String, Box<dyn Error>> {
    let manifest = site.join("manifest.txt");
    println!("cargo::rerun-if-changed={}", manifest.display());
    let mut files = Vec::new();
    for line in fs::read_to_string(&manifest)?.lines() {
        let (name, hashed) = line.split_once('\t').ok_or("manifest.txt: a line without a tab")?;
        files.push((name.to_owned(), hashed.to_owned()));
    }
    table(site, &files)
}

/// The table of `style/` alone.
fn from_style(style: &Path, site: &Path) -> Result<String, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", style.display());
    fs::create_dir_all(site)?;
    let mut files = Vec::new();
    for file in styles::assemble(style)? {
        fs::write(site.join(&file.hashed), &file.bytes)?;
        let zipped = fs::File::create(site.join(format!("{}.gz", file.hashed)))?;
        let mut zipped = flate2::write::GzEncoder::new(zipped, flate2::Compression::fast());
        zipped.write_all(&file.bytes)?;
        zipped.finish()?;
        files.push((file.name, file.hashed));
    }
    table(site, &files)
}

/// A Rust slice of `Asset`, one for each file.
fn table(site: &Path, files: &[(String, String)]) -> Result<String, Box<dyn Error>> {
    let site = site.canonicalize()?;
    let mut table = String::from("&[\n");
    for (name, hashed) in files {
        let path = site.join(hashed);
        let encoded = |suffix: &str| {
            let path = site.join(format!("{hashed}.{suffix}"));
            if path.is_file() { format!("Some(include_bytes!({path:?}))") } else { "None".to_owned() }
        };
        writeln!(
            table,
            "    Asset {{ name: {name:?}, path: {:?}, content_type: {:?}, identity: include_bytes!({path:?}), br: {}, gzip: {} }},",
            format!("/assets/{hashed}"),
            content_type(name),
            encoded("br"),
            encoded("gz"),
        )?;
    }
    table.push_str("]\n");
    Ok(table)
}

/// The media type by the name's ending.
fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("webmanifest") => "application/manifest+json",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
