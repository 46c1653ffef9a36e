//! No public type name twice in a crate.

use std::collections::BTreeMap;

use super::{assert_none, modules::CrateModules};

#[test]
fn public_types_have_unique_names() {
    let mut repeated = Vec::new();
    for own in CrateModules::all() {
        let mut files: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for module in own.modules.values() {
            for name in public_types(&module.code) {
                files.entry(name).or_default().push(&module.file);
            }
        }
        let several = files.into_iter().filter(|(_, files)| files.len() > 1);
        repeated.extend(several.map(|(name, files)| format!("`{name}` in {}", files.join(", "))));
    }
    assert_none("public type name(s) defined twice in a crate", repeated);
}

/// Names of types and traits that are visible outside of their module.
fn public_types(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for line in code.lines().map(str::trim_start).filter(|line| line.starts_with("pub")) {
        let item = line.split_once(' ').map_or("", |(_, item)| item);
        for kind in ["struct ", "enum ", "trait ", "type ", "union "] {
            if let Some(name) = item.strip_prefix(kind) {
                let end = name.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(name.len());
                // A macro's `$name` has no name here.
                names.extend((end > 0).then(|| name[..end].to_owned()));
            }
        }
    }
    names
}
