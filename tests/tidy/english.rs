//! English of docs, comments, messages and pages.

use super::{
    assert_none,
    files::{rust_files, texts},
};

/// Words with which no doc line begins: a doc begins with the noun.
const OPENERS: [&str; 9] = ["What", "Who", "Whom", "Whose", "Which", "How", "Where", "When", "Why"];

/// Words of the former dialect of this repository, each with its replacement.
const BANNED: [(&str, &str); 15] = [
    ("anew", "again, from scratch"),
    ("beside", "next to, with"),
    ("house", "project, internal"),
    ("mind", "note, warning"),
    ("nought", "0"),
    ("room", "crate, space"),
    ("rooms", "crates"),
    ("said", "predicted, stated"),
    ("says", "contains, states"),
    ("so many", "the number"),
    ("stands", "is, holds"),
    ("tell", "contain, show"),
    ("tells", "contains, shows"),
    ("told", "contained, shown"),
    ("yardstick", "baseline"),
];

/// A line of prose: path, line number and text.
type Line = (String, usize, String);

#[test]
fn docs_open_with_the_noun() {
    let found = rust_files().iter().flat_map(|(path, parsed)| {
        let wrong = parsed.docs.iter().filter(|doc| {
            let first = doc.text.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
            OPENERS.contains(&first)
        });
        wrong.map(move |doc| format!("{path}:{}: {}", doc.line, doc.text)).collect::<Vec<_>>()
    });
    assert_none("doc line(s) that open with a question word", found);
}

#[test]
fn prose_has_no_banned_words() {
    let found = prose().into_iter().flat_map(|(path, number, text)| {
        let words = words(&text);
        let banned = BANNED.iter().filter(|(banned, _)| contains(&words, banned));
        let messages = banned.map(|(banned, instead)| {
            format!("{path}:{number}: `{banned}` (instead: {instead}): {}", text.trim())
        });
        messages.collect::<Vec<_>>()
    });
    assert_none("banned word(s)", found);
}

/// Docs, comments and strings of Rust files, comments of SQL files, and pages.
fn prose() -> Vec<Line> {
    let mut lines = Vec::new();
    for (path, parsed) in rust_files() {
        // This file lists the words.
        if path == "tests/tidy/english.rs" {
            continue;
        }
        let all = parsed.docs.iter().chain(&parsed.comments).chain(&parsed.strings);
        lines.extend(all.map(|own| (path.clone(), own.line, own.text.clone())));
    }
    for ending in [".sql", ".slt", ".md", "locales/en.toml", ".py", ".mjs", ".ci/run", ".clippy.toml"] {
        for (path, text) in texts(ending) {
            let is_sql = ending == ".sql" || ending == ".slt";
            let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line.to_owned()));
            let prose =
                numbered.filter(|(_, line)| !is_sql || line.starts_with("--") || line.starts_with('#'));
            lines.extend(prose.map(|(number, line)| (path.clone(), number, line)));
        }
    }
    lines
}

/// Lower-case words of a line.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '\'');
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Whether the words contain a banned word or phrase.
fn contains(words: &[String], banned: &str) -> bool {
    let banned: Vec<&str> = banned.split(' ').collect();
    words.windows(banned.len()).any(|window| window == banned)
}
