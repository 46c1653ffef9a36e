//! Definitions of a mapping in one notation, for the key by which a file is recognized.
//!
//! Comments, the order of keys and later versions of this program change nothing.

use std::collections::BTreeMap;

/// Definition of each file rule, and of what all rules share.
#[derive(Clone, Debug, Default)]
pub(super) struct Definitions {
    shared: String,
    files: Vec<String>,
}

impl Definitions {
    /// Definitions of a mapping whose text is valid.
    pub(super) fn new(text: &str) -> Self {
        let document: toml::Table = toml::from_str(text).unwrap_or_default();
        let shared = ["slots", "currency"].map(|key| document.get(key).map(notation));
        let files = document.get("file").and_then(toml::Value::as_array);
        Self {
            shared: format!("{shared:?}"),
            files: files.into_iter().flatten().map(rule_notation).collect(),
        }
    }

    /// Definition of a file rule with what all rules share.
    pub(super) fn of_file(&self, index: usize) -> String {
        format!("{} {}", self.shared, self.files[index])
    }
}

/// Text of a file rule without the keys that change no fact.
fn rule_notation(rule: &toml::Value) -> String {
    let mut rule = rule.clone();
    if let Some(table) = rule.as_table_mut() {
        table.retain(|key, _| !["pattern", "unused"].contains(&key));
    }
    notation(&rule)
}

/// Text of a value with the keys of its tables in order.
fn notation(value: &toml::Value) -> String {
    match value {
        toml::Value::Table(table) => {
            let entries: BTreeMap<&String, String> =
                table.iter().map(|(key, value)| (key, notation(value))).collect();
            format!("{entries:?}")
        }
        toml::Value::Array(values) => format!("{:?}", values.iter().map(notation).collect::<Vec<_>>()),
        other => other.to_string(),
    }
}
