//! The difference of two texts by word, for history and previews.

use crate::merge::ops::ops;
use crate::merge::words::words;
use serde::{Deserialize, Serialize};
use similar::DiffOp;

/// A run of a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "text", rename_all = "lowercase")]
pub enum Run {
    /// In both.
    Same(String),
    /// Only in the old text.
    Gone(String),
    /// Only in the new text.
    New(String),
}

/// Runs that lead from `old` to `new`. Dropping what is new gives `old`, dropping what is gone gives `new`.
pub fn by_word(old: &str, new: &str) -> Vec<Run> {
    let (a, b) = (words(old), words(new));
    let mut runs = Vec::new();
    for op in ops(&a, &b) {
        match op {
            DiffOp::Equal { old_index, len, .. } => runs.push(Run::Same(a[old_index..old_index + len].concat())),
            DiffOp::Delete { old_index, old_len, .. } => {
                runs.push(Run::Gone(a[old_index..old_index + old_len].concat()))
            }
            DiffOp::Insert { new_index, new_len, .. } => {
                runs.push(Run::New(b[new_index..new_index + new_len].concat()))
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                runs.push(Run::Gone(a[old_index..old_index + old_len].concat()));
                runs.push(Run::New(b[new_index..new_index + new_len].concat()));
            }
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn applying_a_diff_gives_the_target(old in "([a-c ]|鍵|証|\n){0,20}", new in "([a-c ]|鍵|証|\n){0,20}") {
            let runs = by_word(&old, &new);
            let side = |skip: fn(&Run) -> bool| runs.iter().filter(|r| !skip(r)).map(|r| match r {
                Run::Same(t) | Run::Gone(t) | Run::New(t) => t.as_str(),
            }).collect::<String>();
            prop_assert_eq!(side(|r| matches!(r, Run::New(_))), old);
            prop_assert_eq!(side(|r| matches!(r, Run::Gone(_))), new);
        }
    }
}
