//! Heads and sources of SQL files.

use super::{assert_none, files::texts};

#[test]
fn sql_files_state_their_grain() {
    let silent = texts(".sql").into_iter().filter(|(path, text)| {
        let mut header = text.lines().take_while(|line| line.starts_with("--"));
        match layer(path) {
            Some("staging" | "marts" | "features") => !header.any(|line| line.starts_with("-- grain:")),
            Some("audits") => header.next().is_none(),
            _ => false,
        }
    });
    assert_none("SQL file(s) without a grain or a description", silent.map(|(path, _)| path));
}

#[test]
fn only_staging_reads_facts() {
    let reading = texts(".sql").into_iter().filter(|(path, text)| {
        layer(path).is_some_and(|layer| layer != "staging") && text.lines().any(names_facts)
    });
    assert_none("relation(s) outside staging that read `facts.`", reading.map(|(path, _)| path));
}

/// Folder of a relation, such as `staging` or `marts`.
fn layer(path: &str) -> Option<&str> {
    path.strip_prefix("pipeline/stats/sql/")?.split_once('/').map(|(layer, _)| layer)
}

/// Whether a line, without its comment, names the schema `facts`.
fn names_facts(line: &str) -> bool {
    let code = line.split("--").next().unwrap_or_default().to_lowercase().replace('"', "");
    code.match_indices("facts.").any(|(at, _)| {
        let before = code[..at].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    })
}
