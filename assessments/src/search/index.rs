//! The index on disk: one a layer, so that no private term of one institution can move another's results.

use super::docs::{Doc, GroupDocs};
use super::facts::Known;
use super::folder::{Folder, LIST};
use super::kept::{Columns, Kept, document, schema};
use super::recent::Recent;
use super::tokens::{JaTokenizer, NAME, REPEATED};
use crate::cell::Layer;
use crate::change::hex;
use crate::failure::Failure;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tantivy::directory::{Directory, INDEX_WRITER_LOCK};
use tantivy::index::{SegmentId, SegmentMeta};
use tantivy::indexer::NoMergePolicy;
use tantivy::query::{EnableScoring, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Value};
use tantivy::{
    DocAddress, DocId, Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Searcher, TantivyDocument, Term,
};

/// Memory of a writer, in bytes: the least that tantivy takes.
const HEAP: usize = 15_000_000;
/// Memory of a writer that reads a whole library, in bytes, a thread.
const LARGE_HEAP: usize = 30_000_000;

/// Blocks of stored texts that each segment keeps unpacked, some 16 kB each, for reading one after the other.
const KEPT_BLOCKS: usize = 8;

/// Most texts of results that are kept beside, and most of their bytes. What is found first is found again: by the next
/// page, by who narrows a search, by who asks for the same word. A block has one of them and twenty others.
const KEPT_TEXTS: usize = 4_000;
const KEPT_BYTES: usize = 2 * 1024 * 1024;

/// How often an index is opened before it is taken for damaged, and how long it waits in between.
const TRIES: usize = 3;
const AGAIN: Duration = Duration::from_millis(20);

/// An index fault as our fault.
pub fn fault(error: impl std::fmt::Display) -> Failure {
    tracing::error!(%error, "search index");
    Failure::Internal { operation: format!("search: {error}") }
}

/// What tells a list of segments from the one before, without reading it: it is a new file each time.
type Listed = (u64, SystemTime);

/// One layer's index.
pub struct LayerIndex {
    index: Index,
    reader: IndexReader,
    writer: Mutex<Option<(IndexWriter, bool)>>,
    /// Where the index lies; nowhere for one in memory.
    folder: Option<PathBuf>,
    /// The state of the list of segments that the reader was last opened with.
    listed: Mutex<Option<Listed>>,
    /// What [`LayerIndex::positions`] found, and of which commit: reading it touches every corner of the index.
    positions: Mutex<Option<(u64, BTreeMap<String, String>)>>,
    /// Texts by where they lie: what lies there never changes.
    texts: Mutex<Recent<(SegmentId, DocId), Arc<str>>>,
    pub known: Arc<Known>,
    pub columns: Columns,
}

/// The folder of a layer's index: a hash, so that no institution's name is seen on the disk.
pub fn folder(dir: &Path, layer: &Layer) -> std::path::PathBuf {
    let name = hex(&Sha256::digest(format!("{NAME}/{}", layer.key())));
    dir.join(name.get(..24).unwrap_or("index"))
}

/// Throws away what another version of the index left.
pub fn clean(dir: &Path) -> Result<(), Failure> {
    let stamp = dir.join("version");
    if std::fs::read_to_string(&stamp).is_ok_and(|v| v == NAME) {
        return Ok(());
    }
    for old in std::fs::read_dir(dir).map_err(fault)?.flatten().filter(|e| e.path().is_dir()) {
        std::fs::remove_dir_all(old.path()).map_err(fault)?;
    }
    std::fs::write(&stamp, NAME).map_err(fault)
}

impl LayerIndex {
    /// Opens or makes the index of a layer. What cannot be opened is thrown away: an index is a cache.
    pub fn open(dir: Option<&Path>, layer: &Layer) -> Result<LayerIndex, Failure> {
        let (schema, columns) = schema();
        let Some(dir) = dir else {
            return LayerIndex::read(Index::create_in_ram(schema), columns, None).map_err(fault);
        };
        let folder = folder(dir, layer);
        std::fs::create_dir_all(&folder).map_err(fault)?;
        let existing = || {
            let index = Index::open(Folder::open(&folder)?)?;
            let same = index.schema() == schema;
            LayerIndex::read(index, columns, Some(&folder)).map(|open| same.then_some(open))
        };
        for _ in 0..TRIES {
            match existing() {
                Ok(Some(open)) => return Ok(open),
                Ok(None) => break,
                // A commit of another process may just have taken a file away.
                Err(error) => tracing::debug!(%error, "search index"),
            }
            std::thread::sleep(AGAIN);
        }
        let whole = Folder::open(&folder).map_err(fault)?;
        // Only where nobody else writes it: who cannot read what `serve` is writing has to wait, not to throw it away.
        let lock = whole.acquire_lock(&INDEX_WRITER_LOCK).map_err(fault)?;
        std::fs::remove_dir_all(&folder).map_err(fault)?;
        std::fs::create_dir_all(&folder).map_err(fault)?;
        drop(lock);
        let empty = Folder::open(&folder).map_err(fault)?;
        let index = Index::create(empty, schema, IndexSettings::default()).map_err(fault)?;
        LayerIndex::read(index, columns, Some(&folder)).map_err(fault)
    }

    fn read(index: Index, columns: Columns, folder: Option<&Path>) -> tantivy::Result<LayerIndex> {
        index.tokenizers().register(NAME, JaTokenizer { again: false });
        index.tokenizers().register(REPEATED, JaTokenizer { again: true });
        let builder = index.reader_builder().reload_policy(ReloadPolicy::Manual);
        let reader = builder.doc_store_cache_num_blocks(KEPT_BLOCKS).try_into()?;
        Ok(LayerIndex {
            index,
            reader,
            writer: Mutex::new(None),
            folder: folder.map(Path::to_owned),
            listed: Mutex::default(),
            positions: Mutex::new(None),
            texts: Mutex::new(Recent::new(KEPT_TEXTS, KEPT_BYTES)),
            known: Arc::default(),
            columns,
        })
    }

    /// A view of what is committed. Where this process does not write, another may have committed meanwhile.
    pub fn searcher(&self) -> Result<Searcher, Failure> {
        let writes = self.writer.try_lock().is_ok_and(|w| w.is_some());
        if !writes && let Some(folder) = &self.folder {
            // Opening every segment anew costs as much as a small search: only where somebody committed.
            let list = folder.join(LIST).metadata().map_err(fault)?;
            let now = Some((list.ino(), list.modified().map_err(fault)?));
            let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
            if *listed != now {
                self.reload()?;
                *listed = now;
            }
        }
        Ok(self.reader.searcher())
    }

    fn reload(&self) -> Result<(), Failure> {
        self.reader.reload().map_err(fault)?;
        let alive: Vec<_> = self.reader.searcher().segment_readers().iter().map(|s| s.segment_id()).collect();
        self.known.keep(&alive);
        Ok(())
    }

    /// Replaces groups of documents, in one commit.
    ///
    /// Cells of the same row and field lie together, whichever sheets they are of: they are written in the same words, so
    /// that what a word finds lies in a few places and not all over the index. Lists are shorter and read in half the time.
    pub fn replace(&self, batch: &[GroupDocs], large: bool) -> Result<(), Failure> {
        self.with_writer(large, |writer, c| {
            let mut docs: Vec<(&str, &Doc)> = Vec::new();
            for group in batch {
                writer.delete_term(Term::from_field_text(c.group, &group.group));
                docs.extend(group.docs.iter().map(|doc| (group.group.as_str(), doc)));
            }
            docs.sort_by_key(|(_, doc)| &doc.address);
            for (group, doc) in docs {
                writer.add_document(document(c, group, doc)?).map_err(fault)?;
            }
            for group in batch.iter().filter(|group| !group.is_gone()) {
                let mut position = TantivyDocument::default();
                position.add_text(c.group, &group.group);
                position.add_text(c.position, &group.group);
                position.add_text(c.mark, &group.mark);
                writer.add_document(position).map_err(fault)?;
            }
            Ok(())
        })?;
        let mut known = self.positions.lock().unwrap_or_else(PoisonError::into_inner);
        let commit = self.index.load_metas().map_err(fault)?.opstamp;
        if let Some((read, positions)) = known.as_mut() {
            // Only this process writes, so that what it knew and what it added is all there is.
            for group in batch {
                match group.is_gone() {
                    true => positions.remove(&group.group),
                    false => positions.insert(group.group.clone(), group.mark.clone()),
                };
            }
            *read = commit;
        }
        Ok(())
    }

    /// Empties the index.
    pub fn clear(&self) -> Result<(), Failure> {
        self.with_writer(false, |writer, _| writer.delete_all_documents().map(|_| ()).map_err(fault))?;
        *self.positions.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    fn with_writer(
        &self,
        large: bool,
        work: impl FnOnce(&mut IndexWriter, &Columns) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut slot = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref().is_some_and(|(_, was)| *was != large) {
            *slot = None;
        }
        if slot.is_none() {
            // Opened when first needed: a command that only reads leaves the lock to `serve`.
            let (threads, heap) = if large { (2, 2 * LARGE_HEAP) } else { (1, HEAP) };
            let writer = self.index.writer_with_num_threads(threads, heap).map_err(fault)?;
            if large {
                // They are merged once, when all are there.
                writer.set_merge_policy(Box::new(NoMergePolicy));
            }
            *slot = Some((writer, large));
        }
        let Some((writer, _)) = slot.as_mut() else { return Ok(()) };
        let done = work(writer, &self.columns).and_then(|()| writer.commit().map(|_| ()).map_err(fault));
        if done.is_err() {
            // A writer that failed is not used again.
            *slot = None;
        }
        done?;
        self.reload()
    }

    /// Makes one segment of those that a large load left, since a search opens the lists of each word in every segment; and
    /// gives the memory of the load back. Where it is not called, because the program ended, the next writer merges as usual.
    pub fn settle(&self) -> Result<(), Failure> {
        let mut slot = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref().is_some_and(|(_, large)| *large)
            && let Some((mut writer, _)) = slot.take()
        {
            let parts = self.scattered()?;
            if parts.len() > 1 {
                writer.merge(&parts).wait().map_err(fault)?;
            }
            writer.wait_merging_threads().map_err(fault)?;
            self.reload()?;
        }
        Ok(())
    }

    /// The segments that are worth merging: all but one that is larger than they are together and holds little that is gone.
    fn scattered(&self) -> Result<Vec<SegmentId>, Failure> {
        let mut metas = self.index.searchable_segment_metas().map_err(fault)?;
        metas.sort_by_key(SegmentMeta::num_docs);
        let rest: u32 = metas.iter().rev().skip(1).map(SegmentMeta::num_docs).sum();
        metas.pop_if(|largest| largest.num_docs() > rest && largest.num_deleted_docs() < largest.num_docs() / 2);
        Ok(metas.iter().map(SegmentMeta::id).collect())
    }

    /// What was read last of each group.
    pub fn positions(&self) -> Result<BTreeMap<String, String>, Failure> {
        let commit = self.index.load_metas().map_err(fault)?.opstamp;
        let mut known = self.positions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, positions)) = known.as_ref().filter(|(read, _)| *read == commit) {
            return Ok(positions.clone());
        }
        let mut out = BTreeMap::new();
        let searcher = self.searcher()?;
        for (segment, reader) in (0_u32..).zip(searcher.segment_readers()) {
            let index = reader.inverted_index(self.columns.position).map_err(fault)?;
            let mut stream = index.terms().stream().map_err(fault)?;
            while stream.advance() {
                let term =
                    Term::from_field_text(self.columns.position, std::str::from_utf8(stream.key()).unwrap_or(""));
                let query = TermQuery::new(term, IndexRecordOption::Basic);
                let weight = query.weight(EnableScoring::disabled_from_searcher(&searcher)).map_err(fault)?;
                let mut found = Vec::new();
                weight.for_each_no_score(reader, &mut |docs| found.extend_from_slice(docs)).map_err(fault)?;
                for doc in found.into_iter().filter(|d| reader.alive_bitset().is_none_or(|a| a.is_alive(*d))) {
                    let doc: TantivyDocument = searcher.doc(DocAddress::new(segment, doc)).map_err(fault)?;
                    out.insert(
                        self.text(&doc, self.columns.position).to_owned(),
                        self.text(&doc, self.columns.mark).to_owned(),
                    );
                }
            }
        }
        *known = Some((commit, out.clone()));
        Ok(out)
    }

    /// Every document's fingerprint by [`super::key_of`], for `check`. One document at a time: a large library has many.
    pub fn fingerprints(&self) -> Result<BTreeMap<String, String>, Failure> {
        let searcher = self.searcher()?;
        let mut out = BTreeMap::new();
        for (segment, reader) in (0_u32..).zip(searcher.segment_readers()) {
            for doc in reader.doc_ids_alive() {
                let doc: TantivyDocument = searcher.doc(DocAddress::new(segment, doc)).map_err(fault)?;
                if let Some(kept) = Kept::read(self.text(&doc, self.columns.stored))? {
                    out.insert(kept.key(), kept.fingerprint.into_owned());
                }
            }
        }
        Ok(out)
    }

    fn text<'a>(&self, doc: &'a TantivyDocument, field: Field) -> &'a str {
        doc.get_first(field).and_then(|v| v.as_str()).unwrap_or("")
    }

    /// What is stored of a document, as [`Kept::read`] takes it.
    pub fn stored(&self, searcher: &Searcher, at: DocAddress) -> Result<Arc<str>, Failure> {
        let key = (searcher.segment_reader(at.segment_ord).segment_id(), at.doc_id);
        let texts = || self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = texts().get(&key) {
            return Ok(known.clone());
        }
        let doc: TantivyDocument = searcher.doc(at).map_err(fault)?;
        let stored: Arc<str> = self.text(&doc, self.columns.stored).into();
        let forgotten = texts().put(key, stored.clone(), stored.len() + 120);
        drop(forgotten);
        Ok(stored)
    }
}

#[cfg(test)]
mod tests;
