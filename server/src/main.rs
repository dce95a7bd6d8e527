//! `kyohyo`: see `kyohyo --help`.

use std::process::ExitCode;

/// Pages, workbooks and searches make and drop many small texts on several threads. The system's allocator keeps most of
/// what that took; this one gives it back.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[tokio::main]
async fn main() -> ExitCode {
    server::cli::run().await
}
