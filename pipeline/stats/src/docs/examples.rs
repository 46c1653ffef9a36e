//! Example queries of relations: files under `sql/examples/`, each query with its question as a comment.

use crate::registry::EXAMPLES;

/// A question and its query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleQuery {
    /// Question in plain words.
    pub question: String,
    /// Query with its semicolon.
    pub sql: String,
}

/// Names of the relations with examples.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    EXAMPLES.iter().map(|file| file.name)
}

/// Examples of a relation.
pub fn examples(name: &str) -> Vec<ExampleQuery> {
    let file = EXAMPLES.iter().find(|file| file.name == name);
    file.map(|file| parse(file.text)).unwrap_or_default()
}

/// Comments, then a query up to a line that ends in `;`.
fn parse(text: &str) -> Vec<ExampleQuery> {
    let mut examples = Vec::new();
    let (mut question, mut sql) = (Vec::new(), Vec::new());
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match line.strip_prefix("--") {
            Some(words) if sql.is_empty() => question.push(words.trim()),
            _ => sql.push(line.trim_end()),
        }
        if !sql.is_empty() && line.trim_end().ends_with(';') {
            examples.push(ExampleQuery { question: question.join(" "), sql: sql.join("\n") });
            (question, sql) = (Vec::new(), Vec::new());
        }
    }
    examples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_and_queries_are_parsed() {
        let examples =
            parse("-- how many,\n-- and why?\nSELECT 1, -- one\n  ';' AS x\nFROM t;\n\n-- b?\nSELECT 2;\n");
        assert_eq!(examples.len(), 2);
        assert_eq!(examples[0].question, "how many, and why?");
        assert_eq!(examples[0].sql, "SELECT 1, -- one\n  ';' AS x\nFROM t;");
    }
}
