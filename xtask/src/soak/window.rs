//! An open page of a sheet: hears the stream of changes, and reads each cell anew that it is told of, as the browser's
//! half does. In the end its texts have to be the database's.

use super::editor::Editor;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{
    collections::{BTreeMap, HashMap},
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

/// When a save was sent, by its word: what a page shows is timed from there.
pub type Clock = Mutex<HashMap<String, Instant>>;

/// What a page shows, and what it heard.
#[derive(Default)]
pub struct Page {
    /// Revision and text of each cell that it shows.
    texts: Mutex<BTreeMap<String, (i64, String)>>,
    /// Change sets that it was told of.
    pub heard: AtomicUsize,
    /// How often it was told to draw everything anew.
    pub behind: AtomicUsize,
    /// Seconds from somebody else's sending of a save until it was shown here.
    pub shown: Mutex<Vec<f64>>,
}

impl Page {
    /// The cells whose text is not what the database has.
    pub fn differs(&self, database: &BTreeMap<String, String>) -> Vec<String> {
        let texts = held(&self.texts);
        let same = |cell: &String, text: &String| database.get(cell).map_or("", String::as_str) == text;
        texts.iter().filter(|(cell, (_, text))| !same(cell, text)).map(|(cell, _)| cell.clone()).collect()
    }

    /// Notes how long the newest save in a text took until it stands here. One's own does not count.
    fn time(&self, text: &str, clock: &Clock, own: bool) {
        let now = Instant::now();
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        let sent = held(clock);
        let newest = words.filter_map(|word| sent.get(word)).max().copied();
        drop(sent);
        if let Some(sent) = newest.filter(|_| !own) {
            held(&self.shown).push(now.saturating_duration_since(sent).as_secs_f64());
        }
    }

    fn read(&self, editor: &mut Editor, cell: &str) -> Result<String> {
        let (number, text) = editor.cell(cell)?;
        let mut texts = held(&self.texts);
        let there = texts.entry(cell.to_owned()).or_default();
        if number >= there.0 {
            *there = (number, text.clone());
        }
        Ok(text)
    }
}

/// What a mutex holds; a thread that panicked ends the run elsewhere.
pub fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The stream of a page. Closing the other end of [`Stream::handle`] ends it.
pub struct Stream(BufReader<TcpStream>);

/// What the stream told.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Change { own: bool, cells: Vec<String> },
    Behind,
    Other,
}

impl Stream {
    /// Opens the stream of a sheet, from now on, and waits until it stands.
    pub fn open(address: SocketAddr, headers: &str, service: &str) -> Result<Stream> {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(
            format!("GET /live?service={service} HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n").as_bytes(),
        )?;
        let mut stream = Stream(BufReader::new(stream));
        let mut line = String::new();
        stream.0.read_line(&mut line)?;
        if !line.contains(" 200 ") {
            bail!("the stream was answered with {}", line.trim());
        }
        while line.trim() != "" {
            line.clear();
            stream.0.read_line(&mut line)?;
        }
        Ok(stream)
    }

    /// By which another thread ends the stream.
    pub fn handle(&self) -> Result<TcpStream> {
        Ok(self.0.get_ref().try_clone()?)
    }

    /// The bytes of the next chunk; none at the end.
    fn chunk(&mut self, into: &mut Vec<u8>) -> Result<bool> {
        let mut line = String::new();
        if self.0.read_line(&mut line)? == 0 {
            return Ok(false);
        }
        let size = u64::from_str_radix(line.trim(), 16).with_context(|| format!("a chunk's size: {line:?}"))?;
        let read = (&mut self.0).take(size).read_to_end(into)?;
        let mut end = String::new();
        self.0.read_line(&mut end)?;
        Ok(size > 0 && read as u64 == size)
    }

    /// Goes on until it is ended: keeps the page's texts what they are on the server. An error is the server's.
    pub fn follow(mut self, page: &Page, editor: &mut Editor, cells: &[String], clock: &Clock) -> Result<()> {
        for cell in cells {
            page.read(editor, cell)?;
        }
        let mut bytes = Vec::new();
        while self.chunk(&mut bytes).unwrap_or(false) {
            while let Some(end) = bytes.windows(2).position(|pair| pair == b"\n\n") {
                let event: Vec<u8> = bytes.drain(..end + 2).collect();
                match told(&String::from_utf8_lossy(&event)) {
                    Told::Change { own, cells: told } => {
                        page.heard.fetch_add(1, Ordering::Relaxed);
                        for cell in told.iter().filter(|cell| cells.contains(cell)) {
                            let text = page.read(editor, cell)?;
                            page.time(&text, clock, own);
                        }
                    }
                    Told::Behind => {
                        page.behind.fetch_add(1, Ordering::Relaxed);
                        for cell in cells {
                            page.read(editor, cell)?;
                        }
                    }
                    Told::Other => {}
                }
            }
        }
        Ok(())
    }
}

/// Ends a stream from outside.
pub fn end(handle: &TcpStream) {
    let _ = handle.shutdown(Shutdown::Both);
}

fn told(event: &str) -> Told {
    let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    match field("event:") {
        Some("behind") => Told::Behind,
        Some("change") => {
            let change: Value = field("data:").and_then(|data| serde_json::from_str(data).ok()).unwrap_or_default();
            let addresses = change["addresses"].as_array().into_iter().flatten();
            let cells = addresses.filter_map(Value::as_str).map(str::to_owned).collect();
            Told::Change { own: change["own"].as_bool().unwrap_or(false), cells }
        }
        _ => Told::Other,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn events_are_read_as_a_browser_reads_them() {
        let event =
            "event: change\nid: x\ndata: {\"author\":\"a\",\"own\":false,\"layer\":\"\",\"addresses\":[\"a/b/c\"]}\n\n";
        assert_eq!(told(event), Told::Change { own: false, cells: vec!["a/b/c".into()] });
        assert_eq!(told("event: behind\ndata: -\n\n"), Told::Behind);
        assert_eq!(told(": keep-alive\n\n"), Told::Other);
    }

    #[test]
    fn a_page_differs_where_its_text_is_not_the_databases() {
        let page = Page::default();
        held(&page.texts).extend([("a".into(), (1, "x".into())), ("b".into(), (1, String::new()))]);
        let database = |text: &str| BTreeMap::from([("a".to_owned(), text.to_owned())]);
        assert!(page.differs(&database("x")).is_empty());
        assert_eq!(page.differs(&database("y")), ["a"]);
    }
}
