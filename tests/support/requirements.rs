//! Resources outside of the repository that some tests need.
//!
//! | variable | resource | default |
//! |---|---|---|
//! | `SLOTCAST_DATASETS` | folder of the public datasets | `../shared/datasets`, next to the repository |
//! | `SLOTCAST_CASES` | folder of the reported inputs | `../shared/cases` |
//! | `SLOTCAST_PEERS` | folder of the independent implementations | `../shared/peers` |
//! | `SLOTCAST_PYTHON` | Python with duckdb and numpy | `python3` |
//! | `SLOTCAST_BROWSER` | folder with the packages of `tests/browser` in `node_modules` | `tests/browser` |
//!
//! The test of a full disk also needs the right to mount a tmpfs.
//!
//! A test without its resource prints the reason and ends. With `SLOTCAST_REQUIRE_ALL=1`, as in `.ci/run`, it fails.
//!
//! The file is also part of the tests of `slotcast-ingest`.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

/// The resource, or nothing after a message that names the test and the missing resource.
#[track_caller]
pub(crate) fn required<T>(resource: Result<T, String>) -> Option<T> {
    let missing = match resource {
        Ok(resource) => return Some(resource),
        Err(missing) => missing,
    };
    let is_required = std::env::var_os("SLOTCAST_REQUIRE_ALL").is_some_and(|value| value == "1");
    assert!(!is_required, "SLOTCAST_REQUIRE_ALL is set, but {missing}");
    // The test runner would capture `eprintln!`.
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    writeln!(std::io::stderr(), "skipped {test}: {missing}").expect("stderr is open");
    None
}

/// A folder of `SLOTCAST_DATASETS`.
#[track_caller]
pub(crate) fn dataset(name: &str) -> Option<PathBuf> {
    let folder = external("SLOTCAST_DATASETS", "shared/datasets").join(name);
    let missing = format!("there is no `{}`; hint: SLOTCAST_DATASETS names the folder", folder.display());
    required(folder.is_dir().then_some(folder).ok_or(missing))
}

/// The value of a variable, or a path next to the repository.
pub(crate) fn external(variable: &str, default: &str) -> PathBuf {
    let next_to = || repository().parent().unwrap_or(repository()).join(default);
    let path = std::env::var_os(variable).map_or_else(next_to, PathBuf::from);
    std::path::absolute(&path).unwrap_or(path)
}

/// Root of the repository: the folder with the lock file.
fn repository() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.ancestors().find(|folder| folder.join("Cargo.lock").is_file()).unwrap_or(own)
}
