//! Somebody who edits cells over one connection: through the plain form, or as the browser's half does.

use crate::bench::http::{Connection, escape};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::net::SocketAddr;

/// Somebody at work on one sheet.
pub struct Editor {
    connection: Connection,
    headers: String,
    service: String,
}

/// What the program said to a save.
#[derive(Debug, PartialEq, Eq)]
pub enum Said {
    /// Saved as this revision.
    Saved(i64),
    /// Nothing was new.
    Same,
    /// Somebody changed the same words; nothing was written.
    Conflict,
}

impl Editor {
    /// Connects as the person of these headers.
    pub fn open(address: SocketAddr, headers: &str, service: &str) -> Result<Editor> {
        let connection = Connection::open(address)?;
        Ok(Editor { connection, headers: headers.to_owned(), service: service.to_owned() })
    }

    /// The cell as its form shows it: revision and text.
    pub fn form(&mut self, cell: &str) -> Result<(i64, String)> {
        let path = format!("/services/{}/edit?cell={}", self.service, escape(cell));
        let answer = self.connection.get(&path, &self.headers)?;
        if answer.status != 200 {
            bail!("the form of {cell} was answered with {}", answer.status);
        }
        form(&answer.text()).with_context(|| format!("no form of {cell}"))
    }

    /// Saves a text. An error means that nobody knows whether it was saved.
    pub fn save(&mut self, cell: &str, base: i64, text: &str) -> Result<Said> {
        let path = format!("/services/{}/edit", self.service);
        let fields = [("cell", cell), ("base", &base.to_string()), ("text", text), ("reason", "")];
        let answer = self.connection.post(&path, &self.headers, &fields)?;
        let done =
            answer.header("location").and_then(|to| to.split(['?', '#']).find_map(|part| part.strip_prefix("done=")));
        match (answer.status, done) {
            (303, Some("same")) => Ok(Said::Same),
            (303, Some(saved)) => {
                let number = saved.strip_prefix("saved-").and_then(|number| number.parse().ok());
                Ok(Said::Saved(number.with_context(|| format!("done={saved}"))?))
            }
            (409, _) => Ok(Said::Conflict),
            (status, _) => bail!(Refused(status)),
        }
    }

    /// Revision and text of a cell, as the browser's half reads it.
    pub fn cell(&mut self, cell: &str) -> Result<(i64, String)> {
        let fields = [("service", self.service.as_str()), ("layer", ""), ("address", cell), ("lang", "en")];
        let answer = self.connection.post("/api/cell", &self.headers, &fields)?;
        let now: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        match (answer.status, now["number"].as_i64(), now["text"].as_str()) {
            (200, Some(number), Some(text)) => Ok((number, text.to_owned())),
            (status, ..) => bail!("{cell} was answered with {status}: {}", answer.text()),
        }
    }

    /// Saves a text as the browser's half does. An error means that nobody knows whether it was saved.
    pub fn put(&mut self, cell: &str, base: i64, text: &str) -> Result<Said> {
        let base = base.to_string();
        let fields = [
            ("service", self.service.as_str()),
            ("layer", ""),
            ("address", cell),
            ("text", text),
            ("base", &base),
            ("reason", ""),
            ("lang", "en"),
        ];
        let answer = self.connection.post("/api/save", &self.headers, &fields)?;
        let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        match (answer.status, said["number"].as_i64(), said["failure"]["code"].as_str()) {
            (200, Some(number), _) => Ok(Said::Saved(number)),
            (_, _, Some("conflict")) => Ok(Said::Conflict),
            (status, ..) => bail!(Refused(status)),
        }
    }
}

/// An answer that is neither a save nor a conflict.
#[derive(Debug)]
pub struct Refused(pub u16);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a save was answered with {}", self.0)
    }
}

impl std::error::Error for Refused {}

fn form(html: &str) -> Option<(i64, String)> {
    let base = html.split_once("name=\"base\" value=\"")?.1.split_once('"')?.0.parse().ok()?;
    let text = html.split_once("<textarea")?.1.split_once('>')?.1.split_once("</textarea>")?.0;
    let text = text.strip_prefix('\n').unwrap_or(text);
    let signs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&amp;", "&")];
    Some((base, signs.iter().fold(text.to_owned(), |text, (name, sign)| text.replace(name, sign))))
}

#[cfg(test)]
mod tests {
    use super::form;

    #[test]
    fn a_form_is_read_as_a_browser_reads_it() {
        let html =
            "<input type=\"hidden\" name=\"base\" value=\"12\"/><textarea name=\"text\">\na &amp;lt; b\n</textarea>";
        assert_eq!(form(html), Some((12, "a &lt; b\n".to_owned())));
        assert_eq!(form("<textarea>x</textarea>"), None);
    }
}
