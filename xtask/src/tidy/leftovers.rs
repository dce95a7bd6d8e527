//! What a developer leaves behind: paths of their machine, switched-off tests, unfinished code, foreign registries.

use super::{File, Finding, has_word};

/// Starts of paths that exist on one machine only.
const PATHS: [&str; 3] = ["/work/", "/root/", "/home/"];

/// Words in Rust that mean "later", and words in end-to-end tests that switch other tests off.
const RUST: [&str; 3] = ["todo!", "dbg!", "unimplemented!"];
const TESTS: [&str; 4] = [".only(", "test.skip", "test.fixme", "describe.skip"];

/// This file names them all.
const OWN: &str = "xtask/src/tidy/leftovers.rs";

/// All leftovers of a file.
pub fn check(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    if file.path == OWN {
        return findings;
    }
    for (index, line) in file.text.lines().enumerate() {
        if let Some(path) = PATHS.iter().find(|path| has_path(line, path)) {
            findings.push(Finding::new(file, index + 1, format!("{path} is a path of one machine")));
        }
    }
    if file.is_rust() {
        for (number, line) in file.code() {
            for word in RUST.iter().filter(|word| has_word(line, word)) {
                findings.push(Finding::new(file, number, format!("{word} is not finished")));
            }
        }
    }
    if file.path.starts_with("end2end/") {
        for (number, line) in file.code() {
            for word in TESTS.iter().filter(|word| line.contains(**word)) {
                findings.push(Finding::new(file, number, format!("{word} switches tests off")));
            }
        }
    }
    findings.extend(registries(file));
    findings
}

/// Whether a path starts here: `https://example.com/home/` and `../work/` do not.
fn has_path(line: &str, path: &str) -> bool {
    line.match_indices(path)
        .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-}*/)]>%".contains(c)))
}

/// Lock files that name another registry than the public one fail on everybody else's machine.
fn registries(file: &File) -> Vec<Finding> {
    let (start, public) = match file.path.rsplit('/').next() {
        Some("Cargo.lock") => ("source = \"", "registry+https://github.com/rust-lang/crates.io-index\""),
        Some("package-lock.json") => ("\"resolved\": \"", "https://registry.npmjs.org/"),
        _ => return Vec::new(),
    };
    let lines = file.text.lines().enumerate();
    lines
        .filter(|(_, line)| line.split_once(start).is_some_and(|(_, source)| !source.starts_with(public)))
        .map(|(index, _)| Finding::new(file, index + 1, "a package from elsewhere than the public registry"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    #[test]
    fn a_machines_path_is_found_and_an_address_is_not() {
        assert_eq!(check(&file("README.md", "cd /work/main")).len(), 1);
        assert_eq!(check(&file("a.json", "{\"at\":\"/root/x\"}")).len(), 1);
        assert_eq!(check(&file("a.sh", "A=/home/me")).len(), 1);
        assert!(check(&file("a.md", "https://example.com/home/x ../work/y /workbook /homes/")).is_empty());
    }

    #[test]
    fn unfinished_code_and_switched_off_tests_are_found() {
        assert_eq!(check(&file("app/src/a.rs", "todo!();\n// todo!\ndbg!(x)")).len(), 2);
        assert_eq!(check(&file("end2end/a.spec.ts", "test.only('x')\ntest.skip()\n// test.skip")).len(), 2);
        assert!(check(&file("README.md", "todo! test.only(")).is_empty());
    }

    #[test]
    fn lock_files_name_public_registries() {
        let ours = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
        assert!(check(&file("Cargo.lock", ours)).is_empty());
        assert_eq!(check(&file("Cargo.lock", "source = \"registry+https://mirror.example/index\"")).len(), 1);
        let npm =
            "\"resolved\": \"https://registry.npmjs.org/a/-/a-1.tgz\",\n\"resolved\": \"https://mirror.example/a.tgz\"";
        assert_eq!(check(&file("end2end/package-lock.json", npm)).iter().map(|f| f.line).collect::<Vec<_>>(), [2]);
    }
}
