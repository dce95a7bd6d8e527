//! Reading a file takes at most 64 MB over rest, whatever the file says.
#![allow(clippy::unwrap_used)]

mod counting;
mod hostile_cases;

use assessments::failure::Failure;
use assessments::import::Plan;
use assessments::sheet::Cells;
use assessments::workbook::{Taken, take, try_out};
use hostile_cases::tables::large_tables;
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

/// What came of reading a file, and the most that it held.
fn taken(case: &Case) -> (Result<Taken, Failure>, usize) {
    let mut taken = None;
    let most = peak(|| taken = Some(take(case.file, &case.bytes)));
    (taken.unwrap(), most)
}

/// What came of all that an import does before it asks, and the most that it held.
fn planned(case: &Case) -> (Result<Plan, Failure>, usize) {
    let mut plan = None;
    let most = peak(|| plan = Some(try_out(case.file, &case.bytes, &Cells::new())));
    (plan.unwrap(), most)
}

/// Whether a file came to the end that it must come to.
fn is_as_it_must<T>(case: &Case, taken: &Result<T, Failure>) -> bool {
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
        case("the largest that is taken", "a.xlsx", large(195_000), Expect::Read("")),
        case("a bomb of two gigabytes", "a.xlsx", bomb(1_900), Expect::Refused(&["too_much_text", "damaged"])),
    ];
    let mut all = Vec::new();
    for case in cases().into_iter().chain(large).chain(large_texts()) {
        let (taken, most) = taken(&case);
        assert!(is_as_it_must(&case, &taken), "{}: {:?}", case.name, taken.map(drop));
        drop(taken);
        all.push((most.max(planned(&case).1), case.name));
    }
    for case in large_tables() {
        let (plan, most) = planned(&case);
        assert!(is_as_it_must(&case, &plan), "{}: {:?}", case.name, plan.map(|p| p.cells.len()));
        if let (Ok(plan), Expect::Read(code)) = (&plan, &case.expect) {
            assert!(code.is_empty() || plan.findings.iter().any(|f| f.code == *code), "{}: no {code}", case.name);
        }
        all.push((most, case.name));
    }
    all.sort_unstable();
    for (most, name) in all.iter().rev().take(30) {
        println!("{} MB: {name}", most >> 20);
    }
    for (most, name) in &all {
        assert!(*most <= BOUND, "{name}: {} MB", most >> 20);
    }
    assert!(all.last().unwrap().0 > 1024 * 1024, "the counter counts");
}
