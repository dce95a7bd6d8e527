//! Whether a step's inputs are what they were when it last succeeded.
//!
//! Cargo could tell as well, but asking it for both halves costs more than the whole second start may take.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

/// What went into a step: names, sizes and times of files, and words such as a compiler's version.
#[derive(Clone, Default)]
pub struct Inputs {
    hash: Sha256,
}

impl Inputs {
    /// Inputs of every step: this program itself, and the toolchain in force.
    pub fn new() -> Result<Inputs> {
        let mut inputs = Inputs::default();
        inputs.file(&std::env::current_exe()?)?;
        for key in ["RUSTUP_TOOLCHAIN", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "KYOHYO_WEB"] {
            inputs.word(&std::env::var(key).unwrap_or_default());
        }
        Ok(inputs)
    }

    /// Adds a word.
    pub fn word(&mut self, word: &str) {
        self.hash.update(word.as_bytes());
        self.hash.update([0]);
    }

    /// Adds a file, or every file below a folder. A missing one counts as such.
    pub fn file(&mut self, path: &Path) -> Result<()> {
        let Ok(meta) = fs::metadata(path) else {
            self.word(&format!("missing {}", path.display()));
            return Ok(());
        };
        if meta.is_dir() {
            let mut below: Vec<PathBuf> =
                fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
            below.sort();
            return below.iter().try_for_each(|path| self.file(path));
        }
        let changed = meta.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        self.word(&format!("{} {} {}", path.display(), meta.len(), changed.as_nanos()));
        Ok(())
    }

    /// The inputs as one word.
    pub fn finish(self) -> String {
        self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The record of a step, kept in the target folder.
pub struct Record {
    path: PathBuf,
    now: String,
}

impl Record {
    /// The record of `step` for the inputs as they are now.
    pub fn new(target: &Path, step: &str, inputs: Inputs) -> Record {
        Record { path: target.join("xtask").join(step), now: inputs.finish() }
    }

    /// Whether the step last succeeded with the same inputs.
    pub fn holds(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|before| before == self.now)
    }

    /// Remembers that the step succeeded with these inputs.
    pub fn keep(&self) -> Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&self.path, &self.now).with_context(|| format!("cannot write {}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn record(folder: &Path) -> Record {
        let mut inputs = Inputs::default();
        inputs.file(&folder.join("in")).unwrap();
        Record::new(folder, "step", inputs)
    }

    #[test]
    fn a_record_holds_until_a_file_changes_comes_or_goes() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("in/deep");
        fs::create_dir_all(&inside).unwrap();
        fs::write(inside.join("a"), "1").unwrap();
        assert!(!record(folder.path()).holds());
        record(folder.path()).keep().unwrap();
        assert!(record(folder.path()).holds());
        fs::write(inside.join("a"), "12").unwrap();
        assert!(!record(folder.path()).holds(), "changed");
        record(folder.path()).keep().unwrap();
        fs::write(inside.join("b"), "").unwrap();
        assert!(!record(folder.path()).holds(), "came");
        record(folder.path()).keep().unwrap();
        fs::remove_file(inside.join("b")).unwrap();
        assert!(!record(folder.path()).holds(), "gone");
    }
}
