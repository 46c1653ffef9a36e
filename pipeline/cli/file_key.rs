//! Keys by which files of an inbox are recognized.

use std::{collections::BTreeSet, fmt};

use anyhow::Result;
use arrow::array::AsArray;
use rayon::prelude::*;
use slotcast_ingest::{InboxFile, Mapping};
use slotcast_lake::{Lake, TableId};

/// Ledger of the files that were ever ingested.
pub(crate) const INGEST_FILES: &str = "ingest_files";

/// Key of a file: its content, and the part of the mapping that reads it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FileKey {
    pub(crate) content_hash: String,
    pub(crate) mapping_hash: String,
}

impl fmt::Display for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.content_hash, self.mapping_hash)
    }
}

/// Keys of files in their order, each or the reason why the file cannot be read.
pub(crate) fn file_keys(files: &[InboxFile], mapping: &Mapping) -> Vec<Result<FileKey, String>> {
    let key = |file: &InboxFile| -> Result<FileKey, String> {
        let content_hash = content_hash(file)?;
        Ok(FileKey { content_hash, mapping_hash: mapping.mapping_hash(&file.name) })
    };
    files.par_iter().map(key).collect()
}

/// Hash of a file's content. Only regular files are opened, because a pipe would block the run.
fn content_hash(file: &InboxFile) -> Result<String, String> {
    match std::fs::metadata(&file.path) {
        Ok(found) if found.is_file() => file.content_hash().map_err(|error| error.to_string()),
        Ok(_) => Err(format!("`{}` is not a regular file", file.name)),
        Err(error) => Err(format!("`{}` cannot be read: {error}", file.name)),
    }
}

/// Keys of the files that were ever ingested.
pub(crate) async fn ingested_keys(lake: &Lake) -> Result<BTreeSet<FileKey>> {
    let mut keys = BTreeSet::new();
    if let Some(snapshot) = lake.head(&TableId::ledger(INGEST_FILES)).await? {
        for batch in snapshot.read()? {
            let text = |name: &str| batch.column_by_name(name).and_then(|own| own.as_string_opt::<i32>());
            let contents = text("content_hash").into_iter().flatten();
            let pairs = contents.zip(text("mapping_hash").into_iter().flatten());
            keys.extend(pairs.filter_map(|(content, mapping)| {
                Some(FileKey { content_hash: content?.to_owned(), mapping_hash: mapping?.to_owned() })
            }));
        }
    }
    Ok(keys)
}
