//! The command line. Stable: scripts depend on it. Data on stdout, logs and progress on stderr; exit 0 done, 1 input
//! refused, 2 wrong usage, 70 our fault.

mod audit;
mod elevation;
mod exchange;
mod keep;
mod open;
mod people;
mod review;
mod serve;
mod services;
mod template;
mod token;
mod verify;

use assessments::failure::Failure;
use assessments::lang::Lang;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// What is logged where nobody says otherwise.
const LOG: &str = "warn,kyohyo=info,server=info";
const LOG_HELP: &str = "Environment:
  KYOHYO_LOG  What is logged, as targets and levels [default: warn,kyohyo=info,server=info].
              kyohyo::time=debug adds what each request took, by its route, without what was asked";

/// Shared security risk assessments of cloud services.
#[derive(Debug, Parser)]
#[command(name = "kyohyo", version, propagate_version = true, after_help = LOG_HELP)]
struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

/// Where the data is.
#[derive(Clone, Debug, Args)]
pub struct Place {
    /// Folder of the embedded database and the search index.
    #[arg(long, global = true, default_value = "./kyohyo-data")]
    data: PathBuf,
    /// A PostgreSQL address instead of the embedded database.
    #[arg(long, global = true)]
    database: Option<String>,
    /// File of the audit's anchors; anchors.log beside the data where this is missing. Best on another disk.
    #[arg(long, global = true, value_name = "FILE")]
    anchors: Option<PathBuf>,
    /// Act as this person (e-mail address), with their permissions and layer.
    #[arg(long = "as", global = true, value_name = "EMAIL")]
    person: Option<String>,
    /// Language of messages.
    #[arg(long, global = true, default_value = "en", value_parser = ["ja", "en"])]
    lang: String,
}

impl Place {
    /// Language of messages.
    pub fn lang(&self) -> Lang {
        Lang::parse(&self.lang).unwrap_or(Lang::En)
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the web pages.
    Serve(serve::Serve),
    /// Read workbooks into sheets.
    Import(exchange::Import),
    /// Write a sheet to a file.
    Export(exchange::Export),
    /// Find cells.
    Search(exchange::Search),
    /// Verify the hash chain, the replay and the search index.
    Check(keep::Check),
    /// Tell whether a workbook is the one that was frozen with an approval.
    Verify(verify::Verify),
    /// The institution's own templates.
    Template(template::Template),
    /// The audit as a file for an auditor.
    Audit(audit::Audit),
    /// What is kept outside of the database, so that a shortened or rewritten audit shows.
    Anchors(audit::Anchors),
    /// Rights for a time.
    Elevation(elevation::Elevation),
    /// Build the search index anew.
    Reindex,
    /// Copy the embedded database to a file while it is in use.
    Backup(keep::Backup),
    /// Put a backup in the place of the embedded database.
    Restore(keep::Restore),
    /// People.
    Person(people::Person),
    /// Institutions.
    Institution(people::Institution),
    /// Services under assessment.
    Service(services::Service),
    /// Review rounds of a sheet.
    Review(review::Review),
    /// Publish a sheet as a new version.
    Publish(review::Publish),
    /// Tokens of the HTTP API.
    Token(token::Token),
    /// Criteria sets and crosswalks.
    Criteria(people::Criteria),
}

/// Runs the command line.
pub async fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; anything else is wrong usage.
            let code = if error.use_stderr() { 2 } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("KYOHYO_LOG").unwrap_or_else(|_| LOG.into());
    let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();
    let lang = cli.place.lang();
    let done = match cli.command {
        Command::Serve(command) => command.run(&cli.place).await,
        Command::Import(command) => command.run(&cli.place).await,
        Command::Export(command) => command.run(&cli.place).await,
        Command::Search(command) => command.run(&cli.place).await,
        Command::Check(command) => command.run(&cli.place).await,
        Command::Verify(command) => command.run(&cli.place).await,
        Command::Template(command) => command.run(&cli.place).await,
        Command::Audit(command) => command.run(&cli.place).await,
        Command::Anchors(command) => command.run(&cli.place).await,
        Command::Elevation(command) => command.run(&cli.place).await,
        Command::Reindex => keep::reindex(&cli.place).await,
        Command::Backup(command) => command.run(&cli.place).await,
        Command::Restore(command) => command.run(&cli.place).await,
        Command::Person(command) => command.run(&cli.place).await,
        Command::Institution(command) => command.run(&cli.place).await,
        Command::Service(command) => command.run(&cli.place).await,
        Command::Review(command) => command.run(&cli.place).await,
        Command::Publish(command) => command.run(&cli.place).await,
        Command::Token(command) => command.run(&cli.place).await,
        Command::Criteria(command) => command.run(&cli.place).await,
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            eprintln!("kyohyo: {}", failure.message(lang));
            eprintln!("        {}", failure.way_on(lang));
            ExitCode::from(exit_code(&failure))
        }
    }
}

/// 70 for our fault, 1 for input that was refused.
fn exit_code(failure: &Failure) -> u8 {
    if matches!(failure, Failure::Internal { .. }) { 70 } else { 1 }
}

/// An operating system's error about a file, as a refusal that names it.
pub(crate) fn file_error(path: &std::path::Path, error: &std::io::Error) -> Failure {
    // What the system says, without its number.
    let detail = error.to_string().split(" (os error").next().unwrap_or_default().to_owned();
    Failure::File { place: path.display().to_string(), detail }
}

/// One JSON document on stdout.
fn print_json<T: serde::Serialize>(value: &T) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|e| Failure::Internal { operation: format!("json {e}") })?;
    println!("{text}");
    Ok(())
}
