//! Who may name whom: libraries stay behind one door, and crates depend in one direction.

use super::{File, Finding, has_word};

/// A library, and the only places below `assessments/src` that may name it.
const DOORS: [(&str, &str); 4] = [
    ("sqlx", "assessments/src/store"),
    ("tantivy", "assessments/src/search"),
    ("calamine", "assessments/src/workbook"),
    ("rust_xlsxwriter", "assessments/src/workbook"),
];

/// What an assessment knows nothing of.
const NO_HTTP: [&str; 5] = ["axum", "leptos", "http", "hyper", "tower"];

/// A crate, and the crates of ours that it may depend on.
const MAY_USE: [(&str, &[&str]); 4] =
    [("assessments", &[]), ("app", &["assessments"]), ("server", &["app", "assessments"]), ("xtask", &[])];

/// Libraries named outside their door, and dependencies in the wrong direction.
pub fn check(file: &File) -> Vec<Finding> {
    if let Some((name, allowed)) = MAY_USE.iter().find(|(name, _)| file.path == format!("{name}/Cargo.toml")) {
        return dependencies(file, name, allowed);
    }
    // Tests may build whatever input they need; this crate names the libraries as data.
    if !file.is_rust() || file.path.starts_with("xtask/") || file.path.contains("/tests/") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (number, line) in file.code() {
        for (library, door) in DOORS {
            if names(line, library) && !within(&file.path, door) {
                findings.push(Finding::new(file, number, format!("only {door} may name {library}: ask it")));
            }
        }
        for library in NO_HTTP.iter().filter(|library| file.path.starts_with("assessments/src") && names(line, library))
        {
            let message = format!("an assessment knows no {library}: that belongs to app or server");
            findings.push(Finding::new(file, number, message));
        }
    }
    findings
}

fn names(line: &str, library: &str) -> bool {
    has_word(line, &format!("{library}::")) || has_word(line, &format!("use {library}"))
}

/// Whether `path` is the module `door`, as a file or as a folder.
fn within(path: &str, door: &str) -> bool {
    path.strip_prefix(door).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

fn dependencies(file: &File, name: &str, allowed: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut in_table = false;
    for (index, line) in file.text.lines().enumerate() {
        let key = if let Some(table) = line.trim().strip_prefix('[') {
            let table = table.trim_end_matches(']');
            in_table = table.ends_with("dependencies");
            table.split_once("dependencies.").map_or("", |(_, key)| key)
        } else if in_table {
            line.split(['.', ' ', '=']).next().unwrap_or_default()
        } else {
            ""
        };
        if MAY_USE.iter().any(|(ours, _)| *ours == key) && !allowed.contains(&key) {
            findings.push(Finding::new(file, index + 1, format!("{name} must not depend on {key}")));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    #[test]
    fn a_library_is_named_behind_its_door_only() {
        let text = "use sqlx::Row;\nlet a = tantivy::Index::open();\n// calamine::open\n";
        assert!(check(&file("assessments/src/store/cells.rs", "use sqlx::Row;")).is_empty());
        assert!(check(&file("assessments/src/search.rs", "use tantivy;")).is_empty());
        assert!(check(&file("assessments/tests/store.rs", text)).is_empty());
        let lines: Vec<usize> = check(&file("server/src/lib.rs", text)).iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [1, 2]);
        assert_eq!(check(&file("assessments/src/store_of_things.rs", "use sqlx::Row;")).len(), 1);
    }

    #[test]
    fn an_assessment_knows_no_http() {
        assert_eq!(check(&file("assessments/src/id.rs", "use axum::Json;\nuse http::Uri;")).len(), 2);
        assert!(check(&file("assessments/src/id.rs", "let url = \"http://example.com\";")).is_empty());
        assert!(check(&file("server/src/id.rs", "use axum::Json;")).is_empty());
    }

    #[test]
    fn crates_depend_in_one_direction() {
        let wrong =
            "[package]\nname = \"app\"\n[dependencies]\nassessments.workspace = true\nserver = { path = \"x\" }\n";
        let found = check(&file("app/Cargo.toml", wrong));
        assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [5]);
        assert_eq!(check(&file("assessments/Cargo.toml", "[dev-dependencies.app]\npath = \"../app\"")).len(), 1);
        assert!(check(&file("server/Cargo.toml", "[dependencies]\napp.workspace = true")).is_empty());
    }
}
