//! The files of the repository.

use std::{collections::BTreeSet, fs, path::Path, process::Command, sync::OnceLock};

use super::rust_text::RustText;

/// Path and text of every text file with a path that ends so.
pub(super) fn texts(ending: &str) -> Vec<(String, String)> {
    let chosen = files().into_iter().filter(|path| path.ends_with(ending));
    chosen.filter_map(|path| read(&path).map(|text| (path, text))).collect()
}

/// Every Rust file, by path.
pub(super) fn rust_files() -> &'static [(String, RustText)] {
    static FILES: OnceLock<Vec<(String, RustText)>> = OnceLock::new();
    FILES
        .get_or_init(|| texts(".rs").into_iter().map(|(path, text)| (path, RustText::parse(&text))).collect())
}

/// Text of a file; `None` for a folder, a binary file or a missing file.
pub(super) fn read(path: &str) -> Option<String> {
    fs::read_to_string(root().join(path)).ok()
}

/// Paths of all files relative to the root, including new files and excluding ignored ones.
pub(super) fn files() -> Vec<String> {
    let files = files_by_git().filter(|files| !files.is_empty()).unwrap_or_else(files_by_walk);
    assert!(files.iter().any(|path| path == "Cargo.toml"), "this is not the root of the repository");
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_by_git() -> Option<Vec<String>> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listing = Command::new("git").args(arguments).current_dir(root()).output().ok()?;
    let listing = listing.status.success().then(|| String::from_utf8(listing.stdout).ok())??;
    let names = listing.split('\0').filter(|name| root().join(name).is_file());
    Some(names.map(str::to_owned).collect())
}

/// Files of a copy without git: all folders except those in `.gitignore`, at the top (`/name`) or anywhere (`name`).
fn files_by_walk() -> Vec<String> {
    let ignored = read(".gitignore").unwrap_or_default();
    let ignored: BTreeSet<&str> = ignored.lines().chain([".git"]).collect();
    let mut files = Vec::new();
    let mut open = vec![String::new()];
    while let Some(folder) = open.pop() {
        let entries = fs::read_dir(root().join(folder.trim_start_matches('/')));
        for entry in entries.expect("a readable folder") {
            let name = entry.expect("a readable folder").file_name().into_string().expect("a UTF-8 name");
            let anchored = format!("{folder}/{name}");
            if ignored.contains(anchored.as_str()) || ignored.contains(name.as_str()) {
                continue;
            }
            if root().join(&anchored[1..]).is_dir() {
                open.push(anchored);
            } else {
                files.push(anchored[1..].to_owned());
            }
        }
    }
    files.sort_unstable();
    files
}
