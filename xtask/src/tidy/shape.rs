//! The shape of source files: where conditional compilation may stand, and how long a file may be.

use super::{File, Finding, has_word};

/// Where `cfg(` may stand, beside `#[cfg(test)]`: the crates' roots decide what exists in which half
/// and on which system, and islands
/// and the wire have a half on either side. Elsewhere a file is wholly of one half.
const CFG: [&str; 5] =
    ["assessments/src/lib.rs", "app/src/lib.rs", "server/src/lib.rs", "app/src/islands/", "app/src/api/mod.rs"];

/// Lines of a Rust file: above the first it is reported, above the second refused.
const LONG: usize = 400;
const TOO_LONG: usize = 600;

/// Conditional compilation in the wrong place, and files that are too long.
pub fn check(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !file.is_rust() {
        return findings;
    }
    let lines = file.text.lines().count();
    if lines > TOO_LONG {
        findings.push(Finding::new(file, 0, format!("{lines} lines: split it by noun (at most {TOO_LONG})")));
    }
    // This crate runs on the build machine only, and its tests hold the word as text.
    if file.path.starts_with("xtask/") || CFG.iter().any(|place| file.path.starts_with(place)) {
        return findings;
    }
    for (number, line) in file.code() {
        let conditional = ["cfg(", "cfg!(", "cfg_attr("].iter().any(|word| has_word(line, word));
        if conditional && !["cfg(test)", "cfg_attr(test,"].iter().any(|test| line.contains(test)) {
            let message = "conditional compilation belongs into the crate's lib.rs or an island";
            findings.push(Finding::new(file, number, message));
        }
    }
    findings
}

/// Whether the file is long enough to be mentioned.
pub fn is_long(file: &File) -> bool {
    file.is_rust() && file.text.lines().count() > LONG
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    #[test]
    fn conditional_compilation_has_its_places() {
        let text = "#[cfg(feature = \"ssr\")]\nmod a;\n";
        assert!(check(&file("app/src/lib.rs", text)).is_empty());
        assert!(check(&file("app/src/islands/editor.rs", text)).is_empty());
        assert_eq!(check(&file("app/src/pages/home.rs", text)).len(), 1);
        assert_eq!(check(&file("server/src/main.rs", "if cfg!(debug_assertions) {}")).len(), 1);
        assert!(check(&file("server/src/main.rs", "#[cfg(test)]\nmod tests {}")).is_empty());
        assert!(check(&file("app/src/words/ja.rs", "/// in a cfg(x) comment")).is_empty());
    }

    #[test]
    fn a_file_has_at_most_600_lines() {
        let at_most = file("a.rs", &"\n".repeat(600));
        assert!(check(&at_most).is_empty() && is_long(&at_most));
        assert_eq!(check(&file("a.rs", &"\n".repeat(601))).len(), 1);
        assert!(!is_long(&file("a.rs", &"\n".repeat(400))));
        assert!(check(&file("a.txt", &"\n".repeat(9999))).is_empty());
    }
}
