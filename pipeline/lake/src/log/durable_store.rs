//! Object store of the local disk for Delta logs: an entry is flushed before it becomes visible.
//!
//! `object_store` 0.13 writes a temporary file and links it to its name, but flushes neither the file nor
//! the folder. After a power loss an entry could have its name without its bytes. This store flushes the
//! file before the link and the folder after it.

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

use crate::fail_point::fail_point;

/// The whole local disk; paths are absolute.
#[derive(Debug, Default)]
pub(crate) struct DurableStore(LocalFileSystem);

impl std::fmt::Display for DurableStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DurableStore")
    }
}

/// Writes a file: only if it does not exist, or over an existing one.
fn put_durably(path: &std::path::Path, chunks: &[PutPayload], is_new: bool) -> Result<PutResult> {
    // Listings of the store leave out names with this suffix.
    let temporary = PathBuf::from(format!("{}#{}", path.display(), std::process::id()));
    let folder = path.parent().unwrap_or(path);
    let write = || {
        fs::create_dir_all(folder)?;
        fail_point("log entry written");
        let mut file = File::create(&temporary)?;
        chunks.iter().flatten().try_for_each(|bytes| file.write_all(bytes))?;
        file.sync_all()?;
        fail_point("log entry visible");
        if is_new {
            // Unlike a rename, a link fails if another writer was first.
            fs::hard_link(&temporary, path)?;
            fs::remove_file(&temporary)?;
        } else {
            fs::rename(&temporary, path)?;
        }
        fail_point("log entry flushed");
        File::open(folder)?.sync_all()
    };
    write().map_err(|error| {
        // The original error is more useful than one of the removal. `vacuum` removes the file, too.
        let _ = fs::remove_file(&temporary);
        match error.kind() {
            ErrorKind::AlreadyExists => {
                Error::AlreadyExists { path: path.display().to_string(), source: error.into() }
            }
            _ => Error::Generic { store: "DurableStore", source: error.into() },
        }
    })?;
    Ok(PutResult { e_tag: None, version: None })
}

/// A multipart upload, such as a checkpoint of the log. It is small, so it stays in memory.
#[derive(Debug)]
struct BufferedUpload {
    path: PathBuf,
    chunks: Vec<PutPayload>,
}

#[async_trait]
impl MultipartUpload for BufferedUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.chunks.push(data);
        Box::pin(std::future::ready(Ok(())))
    }

    async fn complete(&mut self) -> Result<PutResult> {
        put_durably(&self.path, &std::mem::take(&mut self.chunks), false)
    }

    async fn abort(&mut self) -> Result<()> {
        self.chunks.clear();
        Ok(())
    }
}

#[async_trait]
impl ObjectStore for DurableStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        match opts.mode {
            PutMode::Update(_) => self.0.put_opts(location, payload, opts).await,
            PutMode::Create | PutMode::Overwrite => {
                let path = self.0.path_to_filesystem(location)?;
                put_durably(&path, &[payload], opts.mode == PutMode::Create)
            }
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        _: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        Ok(Box::new(BufferedUpload { path: self.0.path_to_filesystem(location)?, chunks: Vec::new() }))
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
    async fn the_second_writer_of_an_entry_fails() {
        let folder = tempfile::tempdir().unwrap();
        let store = DurableStore::default();
        let entry = folder.path().join("table/_delta_log/00000000000000000000.json");
        let location = Path::from_absolute_path(&entry).unwrap();
        let put = |text: &'static str, mode: PutMode| {
            store.put_opts(&location, text.into(), PutOptions { mode, ..PutOptions::default() })
        };
        put("first", PutMode::Create).await.unwrap();
        assert!(matches!(put("second", PutMode::Create).await, Err(Error::AlreadyExists { .. })));
        assert_eq!(store.get(&location).await.unwrap().bytes().await.unwrap(), "first");
        put("third", PutMode::Overwrite).await.unwrap();
        assert_eq!(fs::read_to_string(&entry).unwrap(), "third");
        let mut upload = store.put_multipart(&location).await.unwrap();
        for chunk in ["a", "b", "c"] {
            upload.put_part(chunk.into()).await.unwrap();
        }
        upload.complete().await.unwrap();
        assert_eq!(fs::read_to_string(&entry).unwrap(), "abc");
        assert_eq!(fs::read_dir(entry.parent().unwrap()).unwrap().count(), 1, "no temporary file is left");
    }

    #[tokio::test]
    async fn errors_of_the_disk_are_the_source() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("table"), "a file instead of a folder").unwrap();
        let location = Path::from_absolute_path(folder.path().join("table/entry.json")).unwrap();
        let refused = DurableStore::default().put(&location, "text".into()).await.unwrap_err();
        let cause = std::error::Error::source(&refused).unwrap();
        assert!(cause.downcast_ref::<std::io::Error>().is_some(), "{refused:?}");
    }
}
