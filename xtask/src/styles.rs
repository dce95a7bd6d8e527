//! Styles and static files under `style/`, named by their content.
//!
//! Shared by `cargo xtask` (release site) and `server/build.rs` (plain `cargo check` and `cargo test`), so that a page
//! looks the same whichever way it was built. Needs nothing but `std` and `sha2`.

use sha2::{Digest, Sha256};
use std::{fs, io, path::Path};

/// A file of the site: what pages call it, what it is called in an address, and its bytes.
pub struct Named {
    /// Logical name, such as `main.css`.
    pub name: String,
    /// Name with the content's hash, such as `main.1f2e3d4c5b6a.css`.
    pub hashed: String,
    /// The content.
    pub bytes: Vec<u8>,
}

impl Named {
    /// Names `bytes` by their content.
    pub fn new(name: &str, bytes: Vec<u8>) -> Named {
        let hash: String = Sha256::digest(&bytes).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let hashed = match name.rsplit_once('.') {
            Some((stem, extension)) => format!("{stem}.{hash}.{extension}"),
            None => format!("{name}.{hash}"),
        };
        Named { name: name.to_owned(), hashed, bytes }
    }
}

/// All files of `style/`: `style/static/*` as they are, and every `style/*.css` in name order as one `main.css`.
///
/// A style refers to a static file as `url(static/NAME)`; the address is replaced by the hashed name beside it.
pub fn assemble(style: &Path) -> io::Result<Vec<Named>> {
    let mut files = Vec::new();
    for path in sorted(&style.join("static"))? {
        if let Some(name) = path.file_name().and_then(|name| name.to_str()) {
            files.push(Named::new(name, fs::read(&path)?));
        }
    }
    let mut css = String::new();
    for path in sorted(style)?.iter().filter(|path| path.extension().is_some_and(|extension| extension == "css")) {
        css.push_str(&strip(&fs::read_to_string(path)?));
    }
    for file in &files {
        for quote in ["", "\"", "'"] {
            css = css.replace(&format!("url({quote}static/{}{quote})", file.name), &format!("url({})", file.hashed));
        }
    }
    files.push(Named::new("main.css", css.into_bytes()));
    Ok(files)
}

/// The plain files of a folder by name; none if there is no such folder.
fn sorted(folder: &Path) -> io::Result<Vec<std::path::PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// A style without comments, indentation and empty lines. Strings stay as they are.
fn strip(css: &str) -> String {
    let mut kept = String::with_capacity(css.len());
    let mut quote = None;
    let mut chars = css.chars().peekable();
    while let Some(c) = chars.next() {
        match quote {
            Some(open) => {
                kept.push(c);
                if c == '\\' {
                    kept.extend(chars.next());
                } else if c == open {
                    quote = None;
                }
            }
            None if c == '/' && chars.peek() == Some(&'*') => {
                chars.next();
                let mut last = ' ';
                for c in chars.by_ref() {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
                // A comment parts two words as a blank does.
                kept.push(' ');
            }
            None => {
                if c == '"' || c == '\'' {
                    quote = Some(c);
                }
                kept.push(c);
            }
        }
    }
    let mut lines = String::with_capacity(kept.len());
    for line in kept.lines().map(str::trim).filter(|line| !line.is_empty()) {
        lines.push_str(line);
        lines.push('\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_strings_stay() {
        let css = "/* a */\n.x {\n  content: \"/* b */ \\\" //\"; /**/\n  color: red/*c*/;\n}\n";
        assert_eq!(strip(css), ".x {\ncontent: \"/* b */ \\\" //\";\ncolor: red ;\n}\n");
    }

    #[test]
    fn an_unclosed_comment_ends_with_the_file() {
        assert_eq!(strip("a{}/* b"), "a{}\n");
    }

    #[test]
    fn styles_are_joined_by_name_and_point_at_hashed_files() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        fs::create_dir(folder.path().join("static"))?;
        fs::write(folder.path().join("static/icons.svg"), "<svg/>")?;
        fs::write(folder.path().join("20-b.css"), "b{background:url(\"static/icons.svg\")}")?;
        fs::write(folder.path().join("10-a.css"), "a{}")?;
        let files = assemble(folder.path())?;
        assert_eq!(files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["icons.svg", "main.css"]);
        let css = String::from_utf8_lossy(&files[1].bytes).into_owned();
        assert_eq!(css, format!("a{{}}\nb{{background:url({})}}\n", files[0].hashed));
        assert!(files[0].hashed.starts_with("icons.") && files[0].hashed.ends_with(".svg"));
        assert_eq!(files[0].hashed.len(), "icons.svg".len() + 13);
        Ok(())
    }
}
