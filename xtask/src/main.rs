//! `cargo xtask`: everything that takes more than one command, so that a fresh machine needs exactly one.
//!
//! | module | what it does |
//! |---|---|
//! | `serve` | browser half, release binary, start |
//! | `gate` | every test, in the order of `.ci/run` |
//! | `tidy` | the rules of the architecture, as code |
//! | `site`, `styles`, `bindgen`, `encode` | the files that a browser loads |
//! | `web` | a compiler for WebAssembly, from rustup or from the distribution |
//! | `apt`, `tools`, `postgres`, `python` | what the tests need beside Rust |
//! | `bench` | figures, never pass or fail |
//! | `soak` | kills, damaged files and crowds, for as long as one likes |
//! | `run`, `place`, `fingerprint` | processes, folders, and whether a step can be skipped |

mod apt;
mod bench;
mod bindgen;
mod encode;
mod fingerprint;
mod gate;
mod place;
mod postgres;
mod python;
mod run;
mod serve;
mod site;
mod soak;
mod styles;
mod tidy;
mod tools;
mod web;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Build, start and test Kyohyo; what is missing on this machine is installed without asking.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build both halves and start on 127.0.0.1:3000; further arguments go to `kyohyo serve`
    #[command(disable_help_flag = true)]
    Serve {
        /// `--demo` adds two institutions with people, decisions and changes; `kyohyo serve --help` lists the others
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Build the browser half and the release binary, and print the binary's path
    Build,
    /// Run every test, stopping at the first step that fails
    Test {
        /// Run only these steps (may be repeated), in the usual order
        #[arg(long, value_enum)]
        only: Vec<gate::Step>,
        /// Further arguments for the test runner of a single step, after `--`
        #[arg(last = true, requires = "only")]
        arguments: Vec<String>,
    },
    /// Check the rules of the architecture
    Tidy {
        /// Record the hashes of new migrations
        #[arg(long)]
        bless: bool,
    },
    /// Print figures about speed and size
    Bench {
        /// What to measure; all if none is named
        #[arg(value_enum)]
        what: Vec<bench::What>,
        /// Measure all and put the figures into README.md
        #[arg(long)]
        readme: bool,
    },
    /// Look for what short tests do not find
    Soak {
        /// What to do; all if none is named
        #[arg(value_enum)]
        what: Vec<soak::What>,
        /// How long each of them goes on [default: 10, the crowd 1]
        #[arg(long)]
        minutes: Option<f64>,
        /// Where the crowd's cells are kept
        #[arg(long, value_enum, default_value = "sqlite")]
        database: soak::Database,
    },
}

fn go(command: Command) -> anyhow::Result<()> {
    if !matches!(command, Command::Tidy { .. }) {
        tools::make()?;
    }
    match command {
        Command::Serve { arguments } => serve::serve(&arguments),
        Command::Build => serve::build().map(|binary| println!("{}", binary.display())),
        Command::Test { only, arguments } => gate::test(&only, &arguments),
        Command::Tidy { bless } => tidy::tidy(bless),
        Command::Bench { what, readme } => bench::bench(&what, readme),
        Command::Soak { what, minutes, database } => soak::soak(&what, minutes, database),
    }
}

fn main() -> ExitCode {
    match go(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
