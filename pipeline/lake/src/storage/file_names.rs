//! Names of data files. They contain the batch, a compaction or an erasure.
//!
//! | name | meaning |
//! |---|---|
//! | `<batch>--<anything>.parquet` | facts or rejects of a batch, finished or not |
//! | `compacted--<week>x<weeks>-<version>.parquet` | facts of several finished batches, merged |
//! | `<name>.e<n>.parquet` | replacement of `<name>.parquet` since its nth erasure |

use std::path::Path;

const PARQUET: &str = ".parquet";
const COMPACTED: &str = "compacted";

/// The batch of a file. `None` for merged files, whose batches are all finished.
pub(crate) fn batch_of(name: &str) -> Option<&str> {
    name.split_once("--").map(|(batch, _)| batch).filter(|batch| *batch != COMPACTED)
}

/// Whether the name marks a file or a folder that is not completely written. A killed process leaves it.
pub(crate) fn is_temporary(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(".tmp")
}

/// The name of merged facts that begin in these weeks since the epoch, for the commit of this version.
pub(crate) fn compacted_name(first_week: i64, weeks: i64, version: u64) -> String {
    format!("{COMPACTED}--{first_week:06}x{weeks}-{version:08}{PARQUET}")
}

/// The name of the file that replaces `name` when a customer is erased. It is none of `existing`.
pub(crate) fn erased_name(name: &str, existing: &[String]) -> String {
    let base = base(name);
    let numbers = existing.iter().filter_map(|other| erasure_number(base, other));
    let next = numbers.max().unwrap_or(0) + 1;
    format!("{base}.e{next}{PARQUET}")
}

/// The current name of the file `name`: unchanged, or its replacement after erasures. `None` if neither
/// exists.
pub(crate) fn current_name(folder: &Path, name: &str) -> Option<String> {
    if folder.join(name).exists() {
        return Some(name.to_owned());
    }
    let base = base(name);
    let (_, newest) = parquet_files(folder)
        .into_iter()
        .filter_map(|other| Some((erasure_number(base, &other)?, other)))
        .max()?;
    Some(newest)
}

/// Names of the complete Parquet files in a folder, sorted.
pub(crate) fn parquet_files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> =
        names.filter(|name| name.ends_with(PARQUET) && !name.starts_with('.')).collect();
    names.sort();
    names
}

/// The name before any erasure, without its extension.
fn base(name: &str) -> &str {
    let name = name.strip_suffix(PARQUET).unwrap_or(name);
    match name.rsplit_once(".e") {
        Some((base, number)) if number.parse::<u32>().is_ok() => base,
        _ => name,
    }
}

fn erasure_number(base: &str, name: &str) -> Option<u32> {
    name.strip_prefix(base)?.strip_prefix(".e")?.strip_suffix(PARQUET)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_contain_batch_and_erasures() {
        assert_eq!(
            batch_of("20150306T130000Z-1a2b3c4d--01-00003.parquet"),
            Some("20150306T130000Z-1a2b3c4d")
        );
        assert_eq!(batch_of(&compacted_name(2357, 1, 12)), None);
        assert_eq!(batch_of("part-00000001.parquet"), None);
        let first = erased_name("b--01-00003.parquet", &[]);
        assert_eq!(first, "b--01-00003.e1.parquet");
        assert_eq!(batch_of(&first), Some("b"));
        assert_eq!(erased_name(&first, std::slice::from_ref(&first)), "b--01-00003.e2.parquet");
        assert_eq!(erased_name("b--01-00004.parquet", &[first]), "b--01-00004.e1.parquet");
    }

    #[test]
    fn the_newest_erasure_replaces_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str| std::fs::write(folder.path().join(name), "").unwrap();
        put("a.parquet");
        put("b.e2.parquet");
        put("b.e10.parquet");
        put("bb.e11.parquet");
        let current = |name: &str| current_name(folder.path(), name);
        assert_eq!(current("a.parquet").as_deref(), Some("a.parquet"));
        assert_eq!(current("b.parquet").as_deref(), Some("b.e10.parquet"));
        assert_eq!(current("b.e1.parquet").as_deref(), Some("b.e10.parquet"));
        assert_eq!(current("c.parquet"), None);
    }
}
