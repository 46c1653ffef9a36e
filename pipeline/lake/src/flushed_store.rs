//! The local disk as Delta's log sees it: what becomes visible lies on the disk before.
//!
//! `object_store` writes a file beside its place and links it there, but flushes neither the file
//! nor the folder (0.13). A power loss could then leave an entry whose name is there and whose
//! bytes are not. Here the file is flushed before the link, and the folder after it.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::PathBuf,
};

use async_trait::async_trait;
use deltalake::logstore::object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart, local::LocalFileSystem,
    path::Path,
};
use futures_core::stream::BoxStream;

use crate::steps::step;

/// The whole local disk; paths are absolute.
#[derive(Debug, Default)]
pub(crate) struct FlushedStore(LocalFileSystem);

impl std::fmt::Display for FlushedStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FlushedStore")
    }
}

/// Puts bytes in their place: only where nothing is, or over what is there.
fn put_flushed(path: &std::path::Path, parts: &[PutPayload], is_new: bool) -> Result<PutResult> {
    // Listings of the store leave out names that end so.
    let beside = PathBuf::from(format!("{}#{}", path.display(), std::process::id()));
    let folder = path.parent().unwrap_or(path);
    let write = || {
        fs::create_dir_all(folder)?;
        step("log entry written");
        let mut file = File::create(&beside)?;
        parts.iter().flatten().try_for_each(|bytes| file.write_all(bytes))?;
        file.sync_all()?;
        step("log entry visible");
        if is_new {
            // A link, unlike a rename, fails where another writer was first.
            fs::hard_link(&beside, path)?;
            fs::remove_file(&beside)?;
        } else {
            fs::rename(&beside, path)?;
        }
        step("log entry flushed");
        File::open(folder)?.sync_all()
    };
    write().map_err(|error| {
        // The error at hand says more than one about the leftover, which `vacuum` takes away too.
        let _ = fs::remove_file(&beside);
        match error.kind() {
            ErrorKind::AlreadyExists => {
                Error::AlreadyExists { path: path.display().to_string(), source: error.into() }
            }
            _ => Error::Generic { store: "FlushedStore", source: error.into() },
        }
    })?;
    Ok(PutResult { e_tag: None, version: None })
}

/// A file that comes in parts, such as a checkpoint of the log. It is small: it waits in memory.
#[derive(Debug)]
struct Parts {
    path: PathBuf,
    held: Vec<PutPayload>,
}

#[async_trait]
impl MultipartUpload for Parts {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.held.push(data);
        Box::pin(std::future::ready(Ok(())))
    }

    async fn complete(&mut self) -> Result<PutResult> {
        put_flushed(&self.path, &std::mem::take(&mut self.held), false)
    }

    async fn abort(&mut self) -> Result<()> {
        self.held.clear();
        Ok(())
    }
}

#[async_trait]
impl ObjectStore for FlushedStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        match opts.mode {
            PutMode::Update(_) => self.0.put_opts(location, payload, opts).await,
            PutMode::Create | PutMode::Overwrite => {
                let path = self.0.path_to_filesystem(location)?;
                put_flushed(&path, &[payload], opts.mode == PutMode::Create)
            }
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        _: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        Ok(Box::new(Parts { path: self.0.path_to_filesystem(location)?, held: Vec::new() }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.0.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.0.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.0.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.0.copy_opts(from, to, options).await
    }
}

#[cfg(test)]
mod tests {
    use deltalake::logstore::object_store::ObjectStoreExt;

    use super::*;

    #[tokio::test]
    async fn only_one_of_two_writers_of_the_same_entry_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let store = FlushedStore::default();
        let place = folder.path().join("table/_delta_log/00000000000000000000.json");
        let location = Path::from_absolute_path(&place).unwrap();
        let put = |text: &'static str, mode: PutMode| {
            store.put_opts(&location, text.into(), PutOptions { mode, ..PutOptions::default() })
        };
        put("first", PutMode::Create).await.unwrap();
        assert!(matches!(put("second", PutMode::Create).await, Err(Error::AlreadyExists { .. })));
        assert_eq!(store.get(&location).await.unwrap().bytes().await.unwrap(), "first");
        put("third", PutMode::Overwrite).await.unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "third");
        let mut parts = store.put_multipart(&location).await.unwrap();
        for part in ["a", "b", "c"] {
            parts.put_part(part.into()).await.unwrap();
        }
        parts.complete().await.unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "abc");
        assert_eq!(fs::read_dir(place.parent().unwrap()).unwrap().count(), 1, "nothing lies beside it");
    }

    #[tokio::test]
    async fn a_full_or_closed_disk_is_told_by_its_own_error() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("table"), "a file where a folder should be").unwrap();
        let location = Path::from_absolute_path(folder.path().join("table/entry.json")).unwrap();
        let refused = FlushedStore::default().put(&location, "text".into()).await.unwrap_err();
        let cause = std::error::Error::source(&refused).unwrap();
        assert!(cause.downcast_ref::<std::io::Error>().is_some(), "{refused:?}");
    }
}
