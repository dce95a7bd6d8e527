//! The operations that lead from one sequence to another, in bounded work.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Most units gone and new before two sequences count as two texts. Myers' algorithm costs length times difference: two
/// unlike texts of the greatest length would hold the one writer for seconds, and a difference of thousands of words
/// tells a reader nothing that the two texts do not.
pub const MOST_DIFFERENT: usize = 2_000;

/// The operations from `old` to `new`; one replacement of all between the common ends where they differ too much.
#[must_use]
pub fn ops(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (a, b) = (&old[start..], &new[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
    if a.is_empty() || b.is_empty() || alike(a, b, MOST_DIFFERENT) {
        return capture_diff_slices(Algorithm::Myers, old, new);
    }
    let equal = |old_index, new_index, len| (len > 0).then_some(DiffOp::Equal { old_index, new_index, len });
    let middle = DiffOp::Replace { old_index: start, old_len: a.len(), new_index: start, new_len: b.len() };
    let (old_end, new_end) = (start + a.len(), start + b.len());
    equal(0, 0, start).into_iter().chain([middle]).chain(equal(old_end, new_end, end)).collect()
}

/// Whether at most `most` units are gone or new: the forward half of Myers' greedy algorithm, which stops there.
fn alike(a: &[&str], b: &[&str], most: usize) -> bool {
    if a.len().abs_diff(b.len()) > most {
        return false;
    }
    let most = most.min(a.len() + b.len());
    // The furthest place on each diagonal, which runs from -most to most; one spare on either side.
    let mut furthest = vec![0_usize; 2 * most + 3];
    for d in 0..=most {
        for step in 0..=d {
            let at = most + 1 + 2 * step - d;
            let down = step == 0 || (step < d && furthest[at - 1] < furthest[at + 1]);
            let mut x = if down { furthest[at + 1] } else { furthest[at - 1] + 1 };
            let Some(mut y) = (x + most + 1).checked_sub(at) else { continue };
            while x < a.len() && y < b.len() && a[x] == b[y] {
                (x, y) = (x + 1, y + 1);
            }
            furthest[at] = x;
            if x >= a.len() && y >= b.len() {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn alike_agrees_with_the_library(a in proptest::collection::vec("[abc]", 0..14), b in proptest::collection::vec("[abc]", 0..14), most in 1_usize..30) {
            let (a, b): (Vec<&str>, Vec<&str>) = (a.iter().map(String::as_str).collect(), b.iter().map(String::as_str).collect());
            let different: usize = capture_diff_slices(Algorithm::Myers, &a, &b)
                .iter()
                .map(|op| match op {
                    DiffOp::Equal { .. } => 0,
                    DiffOp::Delete { old_len, .. } => *old_len,
                    DiffOp::Insert { new_len, .. } => *new_len,
                    DiffOp::Replace { old_len, new_len, .. } => old_len + new_len,
                })
                .sum();
            // The library may find a longer way than the shortest, never a shorter one.
            if different <= most {
                prop_assert!(alike(&a, &b, most));
            }
            if !alike(&a, &b, most) {
                prop_assert!(different > most);
            }
        }
    }

    #[test]
    fn two_unlike_texts_are_one_replacement_between_their_common_ends() {
        let word = |prefix: &str, n: usize| (0..n).map(|i| format!("{prefix}{i}")).collect::<Vec<_>>();
        let (a, b) = (word("a", 16_000), word("b", 16_000));
        let with_ends = |middle: &'static str, v: &[String]| {
            let all: Vec<String> =
                [vec!["始".to_owned()], v.to_vec(), vec![middle.to_owned(), "終".to_owned()]].concat();
            all
        };
        let (a, b) = (with_ends("x", &a), with_ends("y", &b));
        let (a, b): (Vec<&str>, Vec<&str>) =
            (a.iter().map(String::as_str).collect(), b.iter().map(String::as_str).collect());
        let found = ops(&a, &b);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(matches!(found[1], DiffOp::Replace { old_index: 1, old_len: 16_001, new_index: 1, new_len: 16_001 }));
    }
}
