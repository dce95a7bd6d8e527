//! The program: command line, router, sessions, the guard around every request, live events, and the assets inside it.

pub mod assets;
pub mod cli;
pub mod web;
