//! What this process keeps in memory, as Linux counts it.

use std::fs;

/// (resident now, resident at most since the last [`forget`]) in kB; zeros where the system does not tell.
pub fn resident() -> (u64, u64) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = |name: &str| {
        let found = status.lines().find_map(|line| line.strip_prefix(name));
        found.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
    };
    (line("VmRSS:"), line("VmHWM:"))
}

/// Starts the peak anew.
pub fn forget() {
    // 5: "reset the peak resident set size". Where it may not be written, peaks are those of the whole run.
    let _ = fs::write("/proc/self/clear_refs", "5");
}
