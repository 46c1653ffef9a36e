//! Folders that several tests share.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use tempfile::TempDir;

use super::files::copy_folder;

/// A folder that is prepared once per test run and copied for each test that changes it.
pub(crate) struct Fixture {
    name: &'static str,
    prepare: fn(&Path),
    folder: OnceLock<PathBuf>,
}

impl Fixture {
    pub(crate) const fn new(name: &'static str, prepare: fn(&Path)) -> Self {
        Self { name, prepare, folder: OnceLock::new() }
    }

    /// The shared folder, for tests that only read it.
    pub(crate) fn shared(&self) -> &Path {
        self.folder.get_or_init(|| {
            let fixtures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fixtures");
            fs::create_dir_all(&fixtures).expect("a folder");
            remove_abandoned(&fixtures);
            let folder = fixtures.join(format!("{}-{}", self.name, std::process::id()));
            // A failed preparation may have left the folder.
            fs::remove_dir_all(&folder).ok();
            fs::create_dir(&folder).expect("a new folder");
            (self.prepare)(&folder);
            folder
        })
    }

    /// A copy, removed when it is dropped.
    pub(crate) fn copy(&self) -> TempDir {
        let copy = tempfile::tempdir().expect("a temporary folder");
        copy_folder(self.shared(), copy.path());
        copy
    }
}

/// Removes the fixtures of ended processes. The test runner exits without dropping statics.
fn remove_abandoned(fixtures: &Path) {
    for entry in fs::read_dir(fixtures).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let process = name.rsplit_once('-').map_or(name, |(_, process)| process);
        if !Path::new("/proc").join(process).exists() {
            // Another test run may remove it at the same time.
            fs::remove_dir_all(&path).ok();
        }
    }
}
