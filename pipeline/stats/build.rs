//! Lists the files under `sql/` as constants, so that a new relation is registered by its file alone.
#![expect(clippy::disallowed_methods, reason = "a build script writes its output file")]

use std::{
    env,
    error::Error,
    ffi::OsStr,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

/// Folder under `sql/`, name of the constant, ending of its files.
const FOLDERS: [(&str, &str, &str); 7] = [
    ("staging", "STAGING", "sql"),
    ("marts", "MARTS", "sql"),
    ("features", "FEATURES", "sql"),
    ("audits", "AUDITS", "sql"),
    ("reports", "REPORTS", "sql"),
    ("examples", "EXAMPLES", "sql"),
    ("catalog", "CATALOG", "md"),
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=sql");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("sql");
    let mut source = String::new();
    for (folder, constant, ending) in FOLDERS {
        writeln!(source, "/// Files of `sql/{folder}`, by name.")?;
        writeln!(source, "pub(crate) const {constant}: &[SqlFile] = &[")?;
        for path in files(&root.join(folder), ending)? {
            let name = path.file_stem().and_then(OsStr::to_str).ok_or("a file name is not UTF-8")?;
            writeln!(source, "    SqlFile {{ name: {name:?}, text: include_str!({path:?}) }},")?;
        }
        writeln!(source, "];")?;
    }
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("source_files.rs"), source)?;
    Ok(())
}

/// Files of a folder with this ending, in the order of their names.
fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new(ending)) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
