//! Top level, file lengths and unfinished code.

use std::collections::BTreeSet;

use super::{
    assert_none,
    files::{files, texts},
};

/// Lines of a Rust file: largest median, largest 90th percentile, largest length.
const RUST_LINES: [usize; 3] = [125, 270, 400];
const MAX_SQL_LINES: usize = 80;

/// Names at the top level, except dotfiles.
const TOP_LEVEL: [&str; 12] = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "data",
    "models",
    "notebooks",
    "pipeline",
    "tests",
];

#[test]
fn top_level_is_fixed() {
    let names: BTreeSet<String> =
        files().iter().map(|path| path.split('/').next().unwrap_or(path).to_owned()).collect();
    let unknown =
        names.into_iter().filter(|name| !name.starts_with('.') && !TOP_LEVEL.contains(&name.as_str()));
    assert_none("unknown name(s) at the top level", unknown);
}

#[test]
fn rust_files_open_with_a_doc() {
    let undocumented = texts(".rs").into_iter().filter(|(_, text)| !text.starts_with("//!"));
    assert_none("Rust file(s) without a `//!` in the first line", undocumented.map(|(path, _)| path));
}

#[test]
fn files_are_short() {
    let lines = |ending: &str| -> Vec<(String, usize)> {
        texts(ending).into_iter().map(|(path, text)| (path, text.lines().count())).collect()
    };
    let [max_median, max_p90, max] = RUST_LINES;
    let (rust, sql) = (lines(".rs"), lines(".sql"));
    let long = |files: &[(String, usize)], max: usize| -> Vec<String> {
        let long = files.iter().filter(|(_, lines)| *lines > max);
        long.map(|(path, lines)| format!("{path}: {lines} lines")).collect()
    };
    assert_none("file(s) too long", [long(&rust, max), long(&sql, MAX_SQL_LINES)].concat());
    let mut counts: Vec<usize> = rust.into_iter().map(|(_, lines)| lines).collect();
    counts.sort_unstable();
    let (median, p90) = (counts[counts.len() / 2], counts[counts.len() * 9 / 10]);
    assert!(
        median <= max_median && p90 <= max_p90,
        "Rust files: median {median}, 90th percentile {p90} lines"
    );
}

#[test]
fn files_end_with_a_newline() {
    let open = texts("").into_iter().filter(|(_, text)| !text.is_empty() && !text.ends_with('\n'));
    assert_none("file(s) without a newline at the end", open.map(|(path, _)| path));
}

#[test]
fn code_is_finished() {
    // Assembled here, or this file would match.
    let needles = ["to@do!(", "unimpl@emented!(", "d@bg!("].map(|needle| needle.replace('@', ""));
    let unfinished = texts(".rs").into_iter().flat_map(|(path, text)| {
        let found: Vec<_> = needles.iter().filter(|needle| text.contains(needle.as_str())).collect();
        found.into_iter().map(|needle| format!("{path}: {needle}")).collect::<Vec<_>>()
    });
    assert_none("unfinished place(s)", unfinished);
}
