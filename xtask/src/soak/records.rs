//! What the database says in the end, asked through the HTTP API.

use super::Changed;
use crate::bench::http::{Connection, escape};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{collections::BTreeMap, net::SocketAddr};

/// Change sets asked for at once.
const PAGE: usize = 200;

/// Reads with an API token.
pub struct Records {
    connection: Connection,
    token: String,
}

impl Records {
    /// Connects with the header that holds the token.
    pub fn open(address: SocketAddr, token: &str) -> Result<Records> {
        Ok(Records { connection: Connection::open(address)?, token: token.to_owned() })
    }

    fn get(&mut self, path: &str) -> Result<Value> {
        let answer = self.connection.get(&format!("/api/v1{path}"), &self.token)?;
        if answer.status != 200 {
            bail!("{path} was answered with {}: {}", answer.status, answer.text());
        }
        serde_json::from_slice(&answer.body).with_context(|| format!("{path} is no JSON"))
    }

    /// Every text of a sheet's common part, by cell.
    pub fn texts(&mut self, service: &str) -> Result<BTreeMap<String, String>> {
        let sheet = self.get(&format!("/sheets/{service}"))?;
        let cells = sheet["cells"].as_array().context("a sheet without cells")?;
        Ok(cells.iter().map(|cell| (text(&cell["address"]), text(&cell["text"]))).collect())
    }

    /// Every change of a sheet, newest first.
    pub fn changes(&mut self, service: &str) -> Result<Vec<Changed>> {
        let mut found = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(&format!("/sheets/{service}/changes?limit={PAGE}{cursor}"))?;
            for set in page["items"].as_array().context("a history without items")? {
                let number = set["revision"].as_i64().context("a change set without a revision")?;
                for cell in set["cells"].as_array().into_iter().flatten() {
                    found.push(Changed { number, cell: text(&cell["address"]), text: text(&cell["new"]) });
                }
            }
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={}", escape(next)),
                None => return Ok(found),
            }
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
