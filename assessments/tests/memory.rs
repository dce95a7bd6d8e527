//! Reading a file takes at most 64 MB over rest, whatever the file says.
#![allow(clippy::unwrap_used)]

mod counting;
mod hostile_cases;

use assessments::workbook::read::read;
use hostile_cases::{bomb, cases, large};
/// Bytes over rest.
const BOUND: usize = 64 * 1024 * 1024;

/// The most that reading held over what was held before, in bytes.
fn peak(file: &str, bytes: &[u8]) -> usize {
    let before = counting::held();
    counting::forget();
    let result = read(file, bytes);
    let most = counting::most() - before;
    drop(result);
    most
}

/// One test, since a second thread would be counted too.
#[test]
fn no_file_takes_more_than_64_megabytes_over_rest() {
    let mut worst = (0, "");
    for case in cases() {
        let most = peak(case.file, &case.bytes);
        assert!(most <= BOUND, "{}: {} MB", case.name, most / 1024 / 1024);
        worst = worst.max((most, case.name));
    }
    for (name, bytes) in [("the largest that is taken", large(290_000)), ("a bomb of two gigabytes", bomb(1_900))] {
        let most = peak("a.xlsx", &bytes);
        assert!(most <= BOUND, "{name}: {} MB", most / 1024 / 1024);
        worst = worst.max((most, name));
    }
    assert!(worst.0 > 1024 * 1024, "the counter counts");
    println!("worst: {} MB, {}", worst.0 / 1024 / 1024, worst.1);
}
