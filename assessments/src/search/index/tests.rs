#![allow(clippy::unwrap_used)]
use super::super::sweep::tests::doc;
use super::super::{Filter, GroupDocs, Request, Search, Synonyms};
use super::*;

fn group(n: usize, docs: std::ops::Range<usize>) -> GroupDocs {
    GroupDocs { layer: Layer::Shared, group: format!("sheet/{n}"), mark: "1".into(), docs: docs.map(doc).collect() }
}

/// A library of so many sheets of ten documents each, loaded sheet by sheet.
fn load(search: &Search, sheets: std::ops::Range<usize>) {
    for n in sheets {
        search.load(vec![group(n, n * 10..n * 10 + 10)], true).unwrap();
    }
}

/// Documents of each segment, and how many of them are gone.
fn segments(search: &Search) -> Vec<(u32, u32)> {
    let searcher = search.layer(&Layer::Shared).unwrap().searcher().unwrap();
    let mut all: Vec<(u32, u32)> =
        searcher.segment_readers().iter().map(|s| (s.num_docs(), s.num_deleted_docs())).collect();
    all.sort_unstable();
    all
}

fn total(search: &Search, text: &str) -> u64 {
    let request = Request::new(text, chrono::DateTime::UNIX_EPOCH);
    search.find(&[Layer::Shared], &request, &Filter::default()).unwrap().total
}

#[test]
fn cells_of_the_same_row_lie_together_whichever_sheets_they_are_of() {
    let search = Search::in_memory(Synonyms::default()).unwrap();
    search.replace((0..30).map(|n| group(n, n * 10..n * 10 + 10)).collect()).unwrap();
    let index = search.layer(&Layer::Shared).unwrap();
    let searcher = index.searcher().unwrap();
    let (mut changes, mut cells) = (0, 0);
    for (segment, reader) in (0_u32..).zip(searcher.segment_readers()) {
        let mut before = None;
        for doc in reader.doc_ids_alive() {
            let stored = index.stored(&searcher, DocAddress::new(segment, doc)).unwrap();
            let Some(kept) = Kept::read(&stored).unwrap() else { continue };
            cells += 1;
            changes += usize::from(before != Some(kept.address()));
            before = Some(kept.address());
        }
    }
    // Two rows, 300 cells: sheet by sheet they would change place a hundred times.
    assert_eq!((cells, changes), (300, 2));
}

#[test]
fn a_large_load_ends_as_one_segment() {
    let search = Search::in_memory(Synonyms::default()).unwrap();
    load(&search, 0..6);
    // At least one a commit: there are two threads.
    assert!(segments(&search).len() >= 6);
    let found = total(&search, "zop");
    search.settle().unwrap();
    // The positions of six groups among them.
    assert_eq!(segments(&search), [(66, 0)]);
    assert_eq!((total(&search, "zop"), found), (20, 20));
    // What comes later is merged with what else is small; the large one is not written again for it.
    load(&search, 6..9);
    search.settle().unwrap();
    assert_eq!(segments(&search), [(33, 0), (66, 0)]);
    // Unless most of it is gone.
    load(&search, 0..4);
    search.settle().unwrap();
    assert_eq!(segments(&search), [(99, 0)]);
    assert_eq!(total(&search, "zop"), 30);
}

#[test]
fn a_text_that_was_shown_is_not_unpacked_again() {
    let search = Search::in_memory(Synonyms::default()).unwrap();
    search.replace(vec![group(1, 0..30)]).unwrap();
    let request = Request::new("zop", chrono::DateTime::UNIX_EPOCH);
    let shown = || search.find(&[Layer::Shared], &request, &Filter::default()).unwrap().hits[0].text.clone();
    let before = shown();
    let index = search.layer(&Layer::Shared).unwrap();
    assert_eq!(index.texts.lock().unwrap().len(), 10);
    for text in index.texts.lock().unwrap().values_mut() {
        *text = text.replace("zop", "zop zaq").into();
    }
    assert_eq!(shown(), before.replace("zop", "zop zaq"));
    // What is written anew lies elsewhere.
    search.replace(vec![group(1, 0..30)]).unwrap();
    assert_eq!(shown(), before);
}

/// Every file below a folder, by its path in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn what_a_killed_writer_left_is_written_anew() {
    let (whole, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let open = |folder: &Path| Search::open(folder, Synonyms::default()).unwrap();
    open(whole.path()).replace(vec![group(1, 0..30), group(2, 30..60)]).unwrap();
    let inside = |path: &Path| killed.path().join(path.strip_prefix(whole.path()).unwrap());
    for file in files(whole.path()) {
        std::fs::create_dir_all(inside(&file).parent().unwrap()).unwrap();
        std::fs::copy(&file, inside(&file)).unwrap();
    }
    let change = |folder: &Path| {
        let search = open(folder);
        search.replace(vec![group(2, 30..33)]).map(|()| (total(&search, "zop"), total(&search, "zem")))
    };
    let found = change(whole.path()).unwrap();
    let gone: Vec<PathBuf> =
        files(whole.path()).into_iter().filter(|f| f.extension().is_some_and(|e| e == "del")).collect();
    assert!(!gone.is_empty());
    // The other one was killed after it had written half of this, and before its commit.
    gone.iter().for_each(|file| std::fs::write(inside(file), "half").unwrap());
    assert_eq!(change(killed.path()), Ok(found));
    assert!(gone.iter().all(|file| std::fs::read(inside(file)).unwrap() == std::fs::read(file).unwrap()));
    // What the list names is not written over.
    let folder = Folder::open(inside(&gone[0]).parent().unwrap()).unwrap();
    assert!(folder.open_write(Path::new(gone[0].file_name().unwrap())).is_err());
}
