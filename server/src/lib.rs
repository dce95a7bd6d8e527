//! The program: command line, router, sessions, the guard around every request, live events, and the assets inside it.

pub mod assets;
pub mod cli;
pub mod mail;
pub mod oidc;
pub mod web;

/// Pages, workbooks and searches make and drop many small texts on several threads. The system's allocator keeps most of
/// what that took; this one gives it back.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
