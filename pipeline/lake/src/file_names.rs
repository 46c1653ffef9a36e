//! What the names of data files say: the batch that brought them, that they were merged, that a
//! customer was erased from them.
//!
//! | name | means |
//! |---|---|
//! | `<batch>--<anything>.parquet` | facts or rejects of a batch, finished or not |
//! | `compacted--<week>x<weeks>-<version>.parquet` | facts of several finished batches, merged |
//! | `<name>.e<n>.parquet` | takes the place of `<name>.parquet` since the nth erasure |

use std::path::Path;

const PARQUET: &str = ".parquet";
const COMPACTED: &str = "compacted";

/// The batch to which a file belongs; none for merged files, whose batches are all finished.
pub(crate) fn batch_of(name: &str) -> Option<&str> {
    name.split_once("--").map(|(batch, _)| batch).filter(|batch| *batch != COMPACTED)
}

/// Whether a name is that of a file, or a folder, under construction: what a killed process leaves of it is
/// nobody's.
pub(crate) fn is_unfinished(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(".tmp")
}

/// The name of facts that begin in these weeks since the epoch, merged by the commit that makes
/// this version.
pub(crate) fn compacted(first_week: i64, weeks: i64, version: u64) -> String {
    format!("{COMPACTED}--{first_week:06}x{weeks}-{version:08}{PARQUET}")
}

/// The name for what takes the place of `name` when a customer is erased; none of `taken`.
pub(crate) fn without_customer(name: &str, taken: &[String]) -> String {
    let base = base(name);
    let numbers = taken.iter().filter_map(|other| erasure_of(base, other));
    let next = numbers.max().unwrap_or(0) + 1;
    format!("{base}.e{next}{PARQUET}")
}

/// What now stands for the file `name`: itself, or what took its place when a customer was erased.
/// None where neither is there.
pub(crate) fn standing_for(folder: &Path, name: &str) -> Option<String> {
    if folder.join(name).exists() {
        return Some(name.to_owned());
    }
    let base = base(name);
    let (_, newest) = parquet_files(folder)
        .into_iter()
        .filter_map(|other| Some((erasure_of(base, &other)?, other)))
        .max()?;
    Some(newest)
}

/// Names of the Parquet files that lie in a folder, sorted; files under construction are none.
pub(crate) fn parquet_files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> =
        names.filter(|name| name.ends_with(PARQUET) && !name.starts_with('.')).collect();
    names.sort();
    names
}

/// The name as it was before any erasure, without its ending.
fn base(name: &str) -> &str {
    let name = name.strip_suffix(PARQUET).unwrap_or(name);
    match name.rsplit_once(".e") {
        Some((base, number)) if number.parse::<u32>().is_ok() => base,
        _ => name,
    }
}

fn erasure_of(base: &str, name: &str) -> Option<u32> {
    name.strip_prefix(base)?.strip_prefix(".e")?.strip_suffix(PARQUET)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_batch_and_erasures() {
        assert_eq!(
            batch_of("20150306T130000Z-1a2b3c4d--01-00003.parquet"),
            Some("20150306T130000Z-1a2b3c4d")
        );
        assert_eq!(batch_of(&compacted(2357, 1, 12)), None);
        assert_eq!(batch_of("part-00000001.parquet"), None);
        let first = without_customer("b--01-00003.parquet", &[]);
        assert_eq!(first, "b--01-00003.e1.parquet");
        assert_eq!(batch_of(&first), Some("b"));
        assert_eq!(without_customer(&first, std::slice::from_ref(&first)), "b--01-00003.e2.parquet");
        assert_eq!(without_customer("b--01-00004.parquet", &[first]), "b--01-00004.e1.parquet");
    }

    #[test]
    fn the_newest_erasure_stands_for_a_file_that_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str| std::fs::write(folder.path().join(name), "").unwrap();
        put("a.parquet");
        put("b.e2.parquet");
        put("b.e10.parquet");
        put("bb.e11.parquet");
        let standing = |name: &str| standing_for(folder.path(), name);
        assert_eq!(standing("a.parquet").as_deref(), Some("a.parquet"));
        assert_eq!(standing("b.parquet").as_deref(), Some("b.e10.parquet"));
        assert_eq!(standing("b.e1.parquet").as_deref(), Some("b.e10.parquet"));
        assert_eq!(standing("c.parquet"), None);
    }
}
