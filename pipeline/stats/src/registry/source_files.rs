//! Texts of the files under `sql/`, listed by `build.rs`.

/// A file under `sql/`.
#[derive(Debug)]
pub(crate) struct SqlFile {
    /// File name without its ending.
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/source_files.rs"));
