//! Dependencies between relations, read from the names in their texts.

use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Identifiers and words of a text, without its comments.
pub(crate) fn identifiers(sql: &str) -> HashSet<&str> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let code = sql.lines().map(|line| line.split_once("--").map_or(line, |(code, _)| code));
    code.flat_map(|line| line.split(move |letter| !is_part(letter))).collect()
}

/// Names of these texts, each after the names that its text contains; by name if nothing else decides.
///
/// # Panics
/// Panics if texts refer to each other in a circle.
pub(crate) fn dependency_order<'a>(texts: &BTreeMap<&'a str, &str>) -> Vec<&'a str> {
    let mut inputs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, text) in texts {
        let words = identifiers(text);
        let named = texts.keys().copied().filter(|other| other != name && words.contains(other));
        inputs.insert(name, named.collect());
    }
    let mut ordered: Vec<&str> = Vec::new();
    while ordered.len() < texts.len() {
        let next = texts.keys().find(|name| {
            !ordered.contains(name) && inputs[*name].iter().all(|input| ordered.contains(input))
        });
        ordered.push(next.unwrap_or_else(|| panic!("relations form a circle: {inputs:?}")));
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relation_follows_its_inputs() {
        let texts = BTreeMap::from([
            ("a", "SELECT 1 FROM c -- not z"),
            ("b", "SELECT 2"),
            ("c", "SELECT 3 FROM z"),
            ("z", "SELECT 4"),
        ]);
        assert_eq!(dependency_order(&texts), ["b", "z", "c", "a"]);
    }
}
