//! Reading a file takes at most 64 MB over rest, whatever the file says.
// A counting allocator cannot be written without.
#![allow(unsafe_code, clippy::unwrap_used)]

mod hostile_cases;

use assessments::workbook::read::read;
use hostile_cases::{bomb, cases, large};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts what is held, and the most that ever was.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator as it came; only numbers are counted beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(held, Ordering::Relaxed);
        // SAFETY: the caller's promise about the layout is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise about place and layout is passed on.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes over rest.
const BOUND: usize = 64 * 1024 * 1024;

/// The most that reading held over what was held before, in bytes.
fn peak(file: &str, bytes: &[u8]) -> usize {
    let before = HELD.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let result = read(file, bytes);
    let most = MOST.load(Ordering::Relaxed) - before;
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
