//! The index's folder. Everything is mapped into memory but the stored texts: those are read piece by piece, a block at a
//! time, so that reading here and there in a large library does not make the whole of it resident.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tantivy::directory::error::{DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, WatchCallback, WatchHandle, WritePtr,
};
use tantivy_common::file_slice::WrapFile;

/// Tantivy's list of segments, which a commit replaces.
pub const LIST: &str = "meta.json";
/// Ending of the files with stored texts.
const STORED: &str = "store";

/// A folder on disk.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    mapped: MmapDirectory,
}

impl Folder {
    /// Opens a folder that exists.
    pub fn open(path: &Path) -> Result<Folder, OpenDirectoryError> {
        Ok(Folder { path: path.to_owned(), mapped: MmapDirectory::open(path)? })
    }
}

impl Folder {
    /// Whether the list of segments names a file: `{segment}.{ending}`, and `{segment}.{number}.del` for what is gone of it.
    /// Of a list that cannot be read nobody knows.
    fn is_listed(&self, path: &Path) -> bool {
        let list = self.mapped.atomic_read(Path::new(LIST)).ok().and_then(|list| serde_json::from_slice(&list).ok());
        let (Some::<serde_json::Value>(list), Some(name)) = (list, path.to_str()) else { return true };
        let (segment, rest) = name.split_once('.').unwrap_or((name, ""));
        let gone = rest.strip_suffix(".del");
        let names = |listed: &serde_json::Value| {
            let same = listed["segment_id"].as_str().is_some_and(|id| id.replace('-', "") == segment);
            same && gone.is_none_or(|number| listed["deletes"]["opstamp"].as_u64() == number.parse().ok())
        };
        list["segments"].as_array().is_none_or(|segments| segments.iter().any(names))
    }
}

impl Directory for Folder {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        if path.extension().is_none_or(|ending| ending != STORED) {
            return self.mapped.get_file_handle(path);
        }
        let fault = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => OpenReadError::FileDoesNotExist(path.to_owned()),
            _ => OpenReadError::wrap_io_error(error, path.to_owned()),
        };
        let file = File::open(self.path.join(path)).map_err(fault)?;
        Ok(Arc::new(WrapFile::new(file).map_err(fault)?))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.mapped.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.mapped.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        match self.mapped.open_write(path) {
            // Left by a writer that was killed before its commit: the next one comes to the same number, and to the same
            // name. Nobody reads what no list names, and only who holds the writer's lock comes here.
            Err(OpenWriteError::FileAlreadyExists(_)) if !self.is_listed(path) => {
                let fault = |error| OpenWriteError::wrap_io_error(error, path.to_owned());
                std::fs::remove_file(self.path.join(path)).map_err(fault)?;
                self.mapped.open_write(path)
            }
            other => other,
        }
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.mapped.atomic_read(path)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        self.mapped.atomic_write(path, data)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.mapped.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.mapped.acquire_lock(lock)
    }

    fn watch(&self, changed: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.mapped.watch(changed)
    }
}
