//! A browser's side of HTTP/1.1 over one connection that stays open: enough to ask and to wait for the answer.
//!
//! A client library would be a dependency for everybody who builds; this crate is built before everything else.

use anyhow::{Context, Result, bail};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// An open connection.
pub struct Connection {
    stream: BufReader<TcpStream>,
    address: SocketAddr,
}

/// An answer.
#[derive(Debug, Default)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body as it came: compressed where that was asked for.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Connection {
    /// Connects.
    pub fn open(address: SocketAddr) -> Result<Connection> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Connection { stream: BufReader::with_capacity(64 * 1024, stream), address })
    }

    /// Asks for a page. `headers` are whole lines, each with its line end.
    pub fn get(&mut self, path: &str, headers: &str) -> Result<Answer> {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n", self.address))
    }

    /// Sends a form, as a page of ours does.
    pub fn post(&mut self, path: &str, headers: &str, fields: &[(&str, &str)]) -> Result<Answer> {
        let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
        let body = pairs.join("&");
        let (address, length) = (self.address, body.len());
        self.ask(&format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        ))
    }

    fn ask(&mut self, request: &str) -> Result<Answer> {
        self.stream.get_mut().write_all(request.as_bytes())?;
        read(&mut self.stream)
    }
}

/// A form field's value in a body.
pub fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

fn line(from: &mut impl BufRead) -> Result<String> {
    let mut line = String::new();
    if from.read_line(&mut line)? == 0 {
        bail!("the connection was closed");
    }
    Ok(line.trim_end().to_owned())
}

fn read(from: &mut impl BufRead) -> Result<Answer> {
    let first = line(from)?;
    let status = first.split(' ').nth(1).and_then(|code| code.parse().ok());
    let mut answer = Answer { status: status.with_context(|| format!("no answer: {first}"))?, ..Answer::default() };
    loop {
        let line = line(from)?;
        let Some((name, value)) = line.split_once(':') else { break };
        answer.headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    if answer.header("transfer-encoding").is_some_and(|how| how.contains("chunked")) {
        loop {
            let size = line(from)?;
            let size = u64::from_str_radix(size.split(';').next().unwrap_or_default(), 16).context("a chunk's size")?;
            from.take(size).read_to_end(&mut answer.body)?;
            // The chunk's line end; after the last one, the empty line of no trailers.
            line(from)?;
            if size == 0 {
                return Ok(answer);
            }
        }
    }
    let length: u64 = answer.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = Vec::new();
    from.take(length).read_to_end(&mut body)?;
    if body.len() as u64 != length {
        bail!("the connection was closed within an answer");
    }
    Ok(Answer { body, ..answer })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn answers_end_where_they_say() {
        let both = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 303 See Other\r\nTransfer-Encoding: chunked\r\nLocation: /x\r\n\r\n4\r\nwiki\r\n2;x=y\r\nha\r\n0\r\n\r\n";
        let mut from = both.as_slice();
        let first = read(&mut from).unwrap();
        assert_eq!((first.status, first.text()), (200, "abc".to_owned()));
        let second = read(&mut from).unwrap();
        assert_eq!((second.status, second.text(), second.header("location")), (303, "wikiha".to_owned(), Some("/x")));
        assert!(read(&mut from).unwrap_err().to_string().contains("closed"));
    }

    #[test]
    fn half_an_answer_is_none() {
        assert!(read(&mut b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc".as_slice()).is_err());
        assert!(read(&mut b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwi".as_slice()).is_err());
    }

    #[test]
    fn fields_are_escaped_as_browsers_do() {
        assert_eq!(escape("a b&c=鍵"), "a%20b%26c%3D%E9%8D%B5");
    }
}
