//! Conventions of the repository that a test can check.
//!
//! Each file checks one kind: dependencies of crates, layout, English, names and imports.

mod crates;
mod english;
mod files;
mod imports;
mod layout;
mod modules;
mod names;
mod rust_text;
mod sql_files;

/// Fails with a list of findings.
#[track_caller]
fn assert_none(what: &str, found: impl IntoIterator<Item = String>) {
    let found: Vec<String> = found.into_iter().collect();
    assert!(found.is_empty(), "{} {what}:\n  {}", found.len(), found.join("\n  "));
}
