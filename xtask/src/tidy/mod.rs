//! The rules of the architecture, as code. Each rule says what to do instead.

mod borders;
mod leftovers;
mod migrations;
mod shape;

use crate::{place, run};
use anyhow::{Result, bail};
use std::fs;

/// A text file of the repository.
struct File {
    /// Path below the root, with `/`.
    path: String,
    text: String,
}

impl File {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Lines of code with their numbers from 1: whole-line comments are left out, they may name anything.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(index, line)| (index + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

/// A broken rule: where, and what to do instead.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    /// From 1; 0 for the file as a whole.
    line: usize,
    message: String,
}

impl Finding {
    fn new(file: &File, line: usize, message: impl Into<String>) -> Finding {
        Finding { path: file.path.clone(), line, message: message.into() }
    }
}

/// Checks every rule on all files that git has or would add. With `bless`, records new migrations first.
pub fn tidy(bless: bool) -> Result<()> {
    let root = place::root()?;
    if bless {
        migrations::bless(&root.join("migrations"))?;
    }
    let files = files()?;
    let mut findings = migrations::check(&files);
    for file in &files {
        findings.extend(borders::check(file));
        findings.extend(shape::check(file));
        findings.extend(leftovers::check(file));
    }
    for file in files.iter().filter(|file| shape::is_long(file)) {
        eprintln!("{}: {} lines, could it be split by noun?", file.path, file.text.lines().count());
    }
    for Finding { path, line, message } in &findings {
        eprintln!("{path}:{line}: {message}");
    }
    if !findings.is_empty() {
        bail!("tidy: {} findings", findings.len());
    }
    eprintln!("tidy: {} files, no finding", files.len());
    Ok(())
}

/// Text files that git tracks or would add; those deleted but not yet committed are gone.
fn files() -> Result<Vec<File>> {
    let root = place::root()?;
    let list =
        run::output(run::command("git")?.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))?;
    let mut files: Vec<File> = list
        .split('\0')
        .filter(|path| !path.is_empty())
        .filter_map(|path| Some(File { path: path.to_owned(), text: fs::read_to_string(root.join(path)).ok()? }))
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Where `word` stands on its own in `line`: not inside a longer name.
fn has_word(line: &str, word: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].ends_with(part_of_name)
            && (word.ends_with(|c| !part_of_name(c)) || !line[at + word.len()..].starts_with(part_of_name))
    })
}

#[cfg(test)]
fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_not_a_part_of_a_longer_one() {
        assert!(has_word("use sqlx::Row;", "sqlx::"));
        assert!(has_word("(file!())", "file!"));
        assert!(!has_word("my_sqlx::x", "sqlx::"));
        assert!(!has_word("mysqlx", "sqlx"));
        assert!(!has_word("sqlxx", "sqlx"));
    }

    #[test]
    fn comments_are_no_code() {
        let file = file("a.rs", "//! a\n  /// b\nlet c; // d\n");
        assert_eq!(file.code().collect::<Vec<_>>(), [(3, "let c; // d")]);
    }
}
