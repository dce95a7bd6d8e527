//! What a crowd works on: one program over a file, or two programs over one PostgreSQL.

use super::{check, crowd::SHEETS};
use crate::{bench::program::Program, place, postgres::Postgres, run};
use anyhow::{Context, Result};
use clap::ValueEnum;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// Where the cells are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Database {
    /// the embedded database behind one program
    Sqlite,
    /// a throw-away PostgreSQL behind two programs; each person works with one of them
    Postgres,
}

/// Programs at work over one database.
pub struct Installation {
    /// Dropped, and so ended, before the database behind them.
    programs: Vec<Program>,
    /// `--data` of each program: the embedded database, and the search index.
    folders: Vec<PathBuf>,
    postgres: Option<Postgres>,
}

impl Installation {
    /// Starts what is needed, with all data under a folder.
    pub fn start(kind: Database, folder: &Path) -> Result<Installation> {
        let (postgres, programs) = match kind {
            Database::Sqlite => (None, 1),
            Database::Postgres => (Some(Postgres::start()?), 2),
        };
        let folders = (1..=programs).map(|n| folder.join(format!("data-{n}"))).collect();
        let mut new = Installation { programs: vec![], folders, postgres };
        for at in 0..programs {
            let folder = new.folder(at)?.to_owned();
            let database = new.database();
            let more: Vec<&str> =
                ["--api-rate", "1000000"].into_iter().chain(database.iter().map(String::as_str)).collect();
            new.programs.push(Program::start_with(&folder, &more)?);
        }
        Ok(new)
    }

    /// What stands before the table of figures.
    pub fn name(&self) -> &'static str {
        if self.postgres.is_some() { "two servers, one PostgreSQL" } else { "one SQLite server" }
    }

    /// Where the program of a person answers.
    pub fn address(&self, person: usize) -> Result<SocketAddr> {
        Ok(self.program(person)?.address)
    }

    /// People of one sheet, every [`SHEETS`]-th, work with one program and the other in turn.
    fn program(&self, person: usize) -> Result<&Program> {
        self.programs.get(person / SHEETS % self.programs.len().max(1)).context("no program runs")
    }

    /// Adds a coordinator, signs them in at their program, and gives back the header with their cookie.
    pub fn sign_in(&self, person: usize) -> Result<String> {
        let arguments = ["person", "add", "--role", "coordinator", "--name", &format!("計測{person}"), "--email"];
        let link = run::output(self.command(&arguments)?.arg(email(person)))?;
        self.program(person)?.use_link(&link)
    }

    /// The header with an API token of a person's that reads.
    pub fn token(&self, person: usize) -> Result<String> {
        let mut add = self.command(&["token", "add", "--name", "soak", "--scope", "read", "--as"])?;
        Ok(format!("Authorization: Bearer {}\r\n", run::output(add.arg(email(person)))?))
    }

    /// Ids of services, those with a text of the library's first.
    pub fn services(&self, number: usize) -> Result<Vec<String>> {
        let list = run::output(&mut self.command(&["service", "list"])?)?;
        let all: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
        let (filled, empty): (Vec<&str>, Vec<&str>) = all.iter().partition(|id| ["s3", "rds", "lambda"].contains(id));
        Ok(filled.into_iter().chain(empty).take(number).map(str::to_owned).collect())
    }

    /// Ends the programs and lets `kyohyo check` look at the database and at each index.
    pub fn stop_and_check(&mut self) -> Result<()> {
        for program in self.programs.drain(..) {
            program.stop()?;
        }
        let database = self.database();
        self.folders.iter().try_for_each(|folder| check(folder, &database))
    }

    fn folder(&self, at: usize) -> Result<&Path> {
        self.folders.get(at).map(PathBuf::as_path).context("no folder")
    }

    fn database(&self) -> Vec<String> {
        self.postgres.iter().flat_map(|server| ["--database".to_owned(), server.url()]).collect()
    }

    fn command(&self, arguments: &[&str]) -> Result<std::process::Command> {
        let mut command = run::command(place::binary()?)?;
        command.args(arguments.iter().take(2)).arg("--data").arg(self.folder(0)?).args(self.database());
        command.args(arguments.iter().skip(2));
        Ok(command)
    }
}

fn email(person: usize) -> String {
    format!("measured-{person}@example.com")
}
