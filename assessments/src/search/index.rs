//! The index on disk: one a layer, so that no private term of one institution can move another's results.

use super::docs::{Doc, SheetDocs};
use super::folder::Folder;
use super::query::Fields;
use super::tokens::{JaTokenizer, NAME};
use crate::cell::{Address, Layer};
use crate::change::hex;
use crate::failure::Failure;
use crate::id::ServiceId;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use tantivy::collector::DocSetCollector;
use tantivy::query::{AllQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::{Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, TantivyDocument, Term};

/// Memory of a writer, in bytes: the least that tantivy takes.
const HEAP: usize = 15_000_000;

/// Blocks of stored texts that each segment keeps unpacked, some 16 kB each. A page of results reads a few dozen texts;
/// tantivy's own 100 a segment would add up to more than everything else.
const KEPT_BLOCKS: usize = 32;

/// An index fault as our fault.
pub fn fault(error: impl std::fmt::Display) -> Failure {
    tracing::error!(%error, "search index");
    Failure::Internal { operation: format!("search: {error}") }
}

/// The fields of the index.
#[derive(Clone, Copy)]
pub struct Columns {
    pub kind: Field,
    pub service: Field,
    pub section: Field,
    pub lang: Field,
    pub address: Field,
    pub number: Field,
    pub stored: Field,
    pub fields: Fields,
}

/// One layer's index.
pub struct LayerIndex {
    index: Index,
    reader: IndexReader,
    writer: Mutex<Option<IndexWriter>>,
    /// What [`LayerIndex::positions`] found, and of which commit: reading it touches every corner of the index.
    positions: Mutex<Option<(u64, BTreeMap<ServiceId, i64>)>>,
    pub columns: Columns,
}

fn schema() -> (Schema, Columns) {
    let mut schema = Schema::builder();
    let words = |option| {
        TextOptions::default()
            .set_indexing_options(TextFieldIndexing::default().set_tokenizer(NAME).set_index_option(option))
    };
    let columns = Columns {
        kind: schema.add_text_field("kind", STRING),
        service: schema.add_text_field("service", STRING | STORED),
        section: schema.add_text_field("section", STRING),
        lang: schema.add_text_field("lang", STRING),
        address: schema.add_text_field("address", STRING | STORED),
        number: schema.add_i64_field("number", STORED),
        stored: schema.add_text_field("stored", STORED),
        fields: Fields {
            text: schema.add_text_field("text", words(IndexRecordOption::WithFreqsAndPositions)),
            title: schema.add_text_field("title", words(IndexRecordOption::WithFreqsAndPositions)),
        },
    };
    (schema.build(), columns)
}

/// The folder of a layer's index: a hash, so that no institution's name is seen on the disk.
pub fn folder(dir: &Path, layer: &Layer) -> std::path::PathBuf {
    let name = hex(&Sha256::digest(format!("{NAME}/{}", layer.key())));
    dir.join(name.get(..24).unwrap_or("index"))
}

impl LayerIndex {
    /// Opens or makes the index of a layer. What cannot be opened is thrown away: an index is a cache.
    pub fn open(dir: Option<&Path>, layer: &Layer) -> Result<LayerIndex, Failure> {
        let (schema, columns) = schema();
        let index = match dir {
            None => Index::create_in_ram(schema),
            Some(dir) => {
                let folder = folder(dir, layer);
                std::fs::create_dir_all(&folder).map_err(fault)?;
                let existing =
                    Folder::open(&folder).ok().and_then(|f| Index::open(f).ok()).filter(|i| i.schema() == schema);
                match existing {
                    Some(index) => index,
                    None => {
                        std::fs::remove_dir_all(&folder).map_err(fault)?;
                        std::fs::create_dir_all(&folder).map_err(fault)?;
                        let empty = Folder::open(&folder).map_err(fault)?;
                        Index::create(empty, schema, IndexSettings::default()).map_err(fault)?
                    }
                }
            }
        };
        index.tokenizers().register(NAME, JaTokenizer);
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .doc_store_cache_num_blocks(KEPT_BLOCKS)
            .try_into()
            .map_err(fault)?;
        Ok(LayerIndex { index, reader, writer: Mutex::new(None), positions: Mutex::new(None), columns })
    }

    /// A view of what is committed.
    pub fn searcher(&self) -> Result<tantivy::Searcher, Failure> {
        self.reader.reload().map_err(fault)?;
        Ok(self.reader.searcher())
    }

    /// Replaces sheets, in one commit.
    pub fn replace(&self, batch: &[SheetDocs]) -> Result<(), Failure> {
        self.with_writer(|writer, c| {
            for sheet in batch {
                let service = sheet.key.service.as_str();
                writer.delete_term(Term::from_field_text(c.service, service));
                for doc in &sheet.docs {
                    writer.add_document(document(c, doc)).map_err(fault)?;
                }
                let mut position = TantivyDocument::default();
                position.add_text(c.kind, "position");
                position.add_text(c.service, service);
                position.add_i64(c.number, sheet.number);
                writer.add_document(position).map_err(fault)?;
            }
            Ok(())
        })
    }

    /// Empties the index.
    pub fn clear(&self) -> Result<(), Failure> {
        self.with_writer(|writer, _| writer.delete_all_documents().map(|_| ()).map_err(fault))
    }

    fn with_writer(&self, work: impl FnOnce(&mut IndexWriter, &Columns) -> Result<(), Failure>) -> Result<(), Failure> {
        let mut slot = self.writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if slot.is_none() {
            // Opened when first needed: a command that only reads leaves the lock to `serve`.
            *slot = Some(self.index.writer_with_num_threads(1, HEAP).map_err(fault)?);
        }
        let Some(writer) = slot.as_mut() else { return Ok(()) };
        let done = work(writer, &self.columns).and_then(|()| writer.commit().map(|_| ()).map_err(fault));
        if done.is_err() {
            // A writer that failed is not used again.
            *slot = None;
        }
        done?;
        self.reader.reload().map_err(fault)
    }

    fn read(&self, query: &dyn Query) -> Result<Vec<TantivyDocument>, Failure> {
        let searcher = self.searcher()?;
        let found = searcher.search(query, &DocSetCollector).map_err(fault)?;
        found.into_iter().map(|at| searcher.doc(at).map_err(fault)).collect()
    }

    /// The revision of each sheet that was read last.
    pub fn positions(&self) -> Result<BTreeMap<ServiceId, i64>, Failure> {
        let commit = self.index.load_metas().map_err(fault)?.opstamp;
        let mut known = self.positions.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((_, positions)) = known.as_ref().filter(|(read, _)| *read == commit) {
            return Ok(positions.clone());
        }
        let query = TermQuery::new(Term::from_field_text(self.columns.kind, "position"), IndexRecordOption::Basic);
        let mut out = BTreeMap::new();
        for doc in self.read(&query)? {
            out.insert(self.service(&doc)?, doc.get_first(self.columns.number).and_then(|v| v.as_i64()).unwrap_or(0));
        }
        *known = Some((commit, out.clone()));
        Ok(out)
    }

    /// Every document, for `check`.
    pub fn documents(&self) -> Result<BTreeMap<ServiceId, BTreeMap<Address, String>>, Failure> {
        let mut out: BTreeMap<ServiceId, BTreeMap<Address, String>> = BTreeMap::new();
        for doc in self.read(&AllQuery)? {
            if let Some((service, address, text)) = self.cell(&doc)? {
                out.entry(service).or_default().insert(address, text);
            }
        }
        Ok(out)
    }

    fn service(&self, doc: &TantivyDocument) -> Result<ServiceId, Failure> {
        ServiceId::parse(self.text(doc, self.columns.service))
    }

    fn text<'a>(&self, doc: &'a TantivyDocument, field: Field) -> &'a str {
        doc.get_first(field).and_then(|v| v.as_str()).unwrap_or("")
    }

    /// A document's cell; none for a position.
    pub fn cell(&self, doc: &TantivyDocument) -> Result<Option<(ServiceId, Address, String)>, Failure> {
        let address = self.text(doc, self.columns.address);
        if address.is_empty() {
            return Ok(None);
        }
        Ok(Some((self.service(doc)?, Address::parse(address)?, self.text(doc, self.columns.stored).to_owned())))
    }
}

fn document(c: &Columns, doc: &Doc) -> TantivyDocument {
    let mut out = TantivyDocument::default();
    out.add_text(c.kind, "cell");
    out.add_text(c.service, doc.service.as_str());
    out.add_text(c.section, &doc.address.section);
    out.add_text(c.lang, doc.address.lang.map_or("", crate::lang::Lang::code));
    out.add_text(c.address, doc.address.to_string());
    out.add_text(c.stored, &doc.text);
    out.add_text(c.fields.text, &doc.text);
    out.add_text(c.fields.title, &doc.title);
    out
}
