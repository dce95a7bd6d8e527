//! Bytes of any kind through the whole of an import, short of a database.
#![no_main]

use assessments::sheet::Cells;
use assessments::workbook::try_out;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = try_out("a.xlsx", bytes, &Cells::new());
});
