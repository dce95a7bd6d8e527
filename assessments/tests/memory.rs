//! Reading a file takes at most 64 MB over rest, whatever the file says.
#![allow(clippy::unwrap_used)]

mod counting;
mod hostile_cases;

use assessments::failure::Failure;
use assessments::sheet::Cells;
use assessments::workbook::{Taken, take, try_out};
use hostile_cases::texts::large_texts;
use hostile_cases::{Case, Expect, bomb, case, cases, large};

/// Bytes over rest.
const BOUND: usize = 64 * 1024 * 1024;

/// The most that `read` held over what was held before, in bytes.
fn peak(read: impl FnOnce()) -> usize {
    let before = counting::held();
    counting::forget();
    read();
    counting::most() - before
}

/// What came of a file, and the most that reading it held; and the same of all that an import does before it asks.
fn measured(case: &Case) -> (Result<Taken, Failure>, usize, usize) {
    let mut taken = None;
    let most = peak(|| taken = Some(take(case.file, &case.bytes)));
    let all = peak(|| drop(try_out(case.file, &case.bytes, &Cells::new())));
    (taken.unwrap(), most, all)
}

/// Whether a file came to the end that it must come to.
fn is_as_it_must(case: &Case, taken: &Result<Taken, Failure>) -> bool {
    match (taken, &case.expect) {
        (Err(Failure::Refused { reason, .. }), Expect::Refused(codes)) => codes.contains(&reason.as_str()),
        (Ok(_), Expect::Read(_)) => true,
        (_, expect) => *expect == Expect::Either,
    }
}

/// One test, since a second thread would be counted too.
#[test]
fn no_file_takes_more_than_64_megabytes_over_rest() {
    let large = [
        case("the largest that is taken", "a.xlsx", large(290_000), Expect::Read("")),
        case("a bomb of two gigabytes", "a.xlsx", bomb(1_900), Expect::Refused(&["too_much_text", "damaged"])),
    ];
    let mut all = Vec::new();
    for case in cases().into_iter().chain(large).chain(large_texts()) {
        let (taken, most, whole) = measured(&case);
        assert!(is_as_it_must(&case, &taken), "{}: {:?}", case.name, taken.map(drop));
        all.push((most, whole, case.name));
    }
    all.sort_unstable();
    for (most, whole, name) in all.iter().rev().take(12) {
        println!("{} MB, with the import's plan {} MB: {name}", most >> 20, whole >> 20);
    }
    for (most, whole, name) in &all {
        assert!(*most <= BOUND && *whole <= BOUND, "{name}: {} MB, {} MB", most >> 20, whole >> 20);
    }
    assert!(all.last().unwrap().0 > 1024 * 1024, "the counter counts");
}
