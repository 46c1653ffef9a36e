//! The modules of each crate, and the files that contain them.

use std::collections::{BTreeMap, BTreeSet};

use super::{files::rust_files, rust_text::RustText};

/// A module in a file of its own.
pub(super) struct Module {
    pub(super) file: String,
    /// Names from the root of the crate, such as `["market", "plan"]`.
    pub(super) path: Vec<String>,
    /// Code without comments, strings and inline test modules.
    pub(super) code: String,
}

/// The modules of a crate, by path.
pub(super) struct CrateModules {
    pub(super) modules: BTreeMap<Vec<String>, Module>,
}

impl CrateModules {
    /// Every library, the binary and the tests of the workspace.
    pub(super) fn all() -> Vec<Self> {
        let sources: BTreeMap<&str, &RustText> =
            rust_files().iter().map(|(path, parsed)| (path.as_str(), parsed)).collect();
        let is_root = |path: &&&str| {
            path.ends_with("/src/lib.rs") || ["pipeline/cli/main.rs", "tests/main.rs"].contains(*path)
        };
        sources.keys().filter(is_root).map(|root| Self::load(root, &sources)).collect()
    }

    fn load(root: &str, sources: &BTreeMap<&str, &RustText>) -> Self {
        let mut modules = BTreeMap::new();
        let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let mut open = vec![(root.to_owned(), folder, Vec::new())];
        while let Some((file, folder, path)) = open.pop() {
            let code = without_tests(&sources[file.as_str()].code);
            for name in declared_modules(&code) {
                let candidates = [format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")];
                let Some(child) = candidates.into_iter().find(|file| sources.contains_key(file.as_str()))
                else {
                    continue;
                };
                let path: Vec<String> = path.iter().cloned().chain([name.clone()]).collect();
                open.push((child, format!("{folder}/{name}"), path));
            }
            modules.insert(path.clone(), Module { file, path, code });
        }
        Self { modules }
    }

    /// Names of the child modules of a module.
    pub(super) fn children(&self, path: &[String]) -> BTreeSet<&str> {
        let children = self.modules.keys().filter(|own| own.len() == path.len() + 1 && own.starts_with(path));
        children.filter_map(|own| own.last().map(String::as_str)).collect()
    }
}

/// Code up to the first test module in the file.
fn without_tests(code: &str) -> String {
    let tests = code.match_indices("#[cfg(test)]").find(|(at, mark)| {
        let item = code[at + mark.len()..].trim_start();
        item.starts_with("mod ") && item.find(['{', ';']).is_some_and(|at| item[at..].starts_with('{'))
    });
    tests.map_or(code, |(at, _)| &code[..at]).to_owned()
}

/// Names of `mod name;` declarations.
fn declared_modules(code: &str) -> Vec<String> {
    let declarations = code.lines().map(str::trim).filter_map(|line| line.strip_suffix(';'));
    let names = declarations.filter_map(|line| match line.rsplit_once("mod ") {
        Some((before, name)) if before.is_empty() || before.starts_with("pub") => Some(name.trim()),
        _ => None,
    });
    names.map(str::to_owned).collect()
}
