//! Files and folders of tests.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Copies a folder. Links stay links.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        let kind = entry.file_type().expect("a file type");
        if kind.is_dir() {
            copy_folder(&entry.path(), &target);
        } else if kind.is_symlink() {
            let destination = fs::read_link(entry.path()).expect("a link");
            std::os::unix::fs::symlink(destination, target).expect("a link");
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// Paths of all files below a folder, sorted. Links to folders are not followed.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let entry = entry.expect("an entry");
            let list = if entry.file_type().expect("a file type").is_dir() { &mut open } else { &mut files };
            list.push(entry.path());
        }
    }
    files.sort();
    files
}

/// Writes a text file and its folder.
pub(crate) fn write_text(path: &Path, text: &str) {
    write_bytes(path, text.as_bytes());
}

/// Writes a file and its folder.
#[expect(clippy::disallowed_methods, reason = "tests write their own inboxes")]
pub(crate) fn write_bytes(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    fs::write(path, bytes).expect("a file");
}
