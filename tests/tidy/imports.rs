//! No circular imports between the files of a crate.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    assert_none,
    modules::{CrateModules, Module},
};

/// Files that a file imports from.
type Graph = BTreeMap<String, BTreeSet<String>>;

#[test]
fn imports_have_no_circles() {
    let circles = CrateModules::all().into_iter().flat_map(|own| circles(&graph(&own)));
    assert_none("circle(s) of imports", circles.map(|files| files.join(" <-> ")));
}

/// Imports between the files of a crate. Re-exports are no imports of the file that re-exports.
fn graph(own: &CrateModules) -> Graph {
    let mut graph = Graph::new();
    for module in own.modules.values() {
        let edges = graph.entry(module.file.clone()).or_default();
        for path in used_paths(own, module) {
            let target = resolve(own, module, &path, 0);
            edges.extend(target.filter(|file| *file != module.file));
        }
    }
    graph
}

/// Paths in a module's code that may lead to another module of the crate.
fn used_paths(own: &CrateModules, module: &Module) -> Vec<Vec<String>> {
    let children = own.children(&module.path);
    let is_local = |first: &str| ["crate", "super", "self"].contains(&first) || children.contains(first);
    let mut paths = Vec::new();
    for (visibility, tree) in use_trees(&module.code) {
        if visibility.is_empty() {
            paths.extend(expand(&tree));
        }
    }
    paths.extend(inline_paths(&module.code));
    paths.retain(|path| path.first().is_some_and(|first| is_local(first)));
    paths
}

/// File of the item that a path names, if it is in this crate.
fn resolve(own: &CrateModules, from: &Module, path: &[String], depth: usize) -> Option<String> {
    if depth > 8 {
        return None;
    }
    let mut at = from.path.clone();
    let mut rest = path;
    while let [first, others @ ..] = rest {
        match first.as_str() {
            "crate" => at.clear(),
            "super" => drop(at.pop()),
            "self" => {}
            name => {
                let child: Vec<String> = at.iter().cloned().chain([name.to_owned()]).collect();
                if !own.modules.contains_key(&child) {
                    break;
                }
                at = child;
            }
        }
        rest = others;
    }
    let module = own.modules.get(&at)?;
    // A module alone is named before one of its items is used, as in `use super::orders; orders::write()`.
    let Some(item) = rest.first() else { return Some(module.file.clone()) };
    let exported = use_trees(&module.code).into_iter().filter(|(visibility, _)| !visibility.is_empty());
    let exported = exported.flat_map(|(_, tree)| expand(&tree));
    for exported in exported {
        if exported.last() == Some(item) && exported.len() > 1 {
            return resolve(own, module, &exported, depth + 1).or_else(|| Some(module.file.clone()));
        }
    }
    Some(module.file.clone())
}

/// Visibility and tree of every `use` declaration.
fn use_trees(code: &str) -> Vec<(String, String)> {
    let declarations = statements(code).filter_map(|statement| split_use(statement));
    let joined = declarations.map(|(visibility, tree)| {
        (visibility.to_owned(), tree.split_whitespace().collect::<Vec<_>>().join(" "))
    });
    joined.collect()
}

/// Parts of the code between semicolons and blocks. A `use` declaration, braces included, is one part.
fn statements(code: &str) -> impl Iterator<Item = &str> {
    let mut rest = code;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let is_use = split_use(rest).is_some();
        let end = rest.find(|letter| letter == ';' || (!is_use && ['{', '}'].contains(&letter)));
        let (statement, others) = rest.split_at(end.unwrap_or(rest.len()));
        rest = others.get(1..).unwrap_or_default();
        Some(statement)
    })
}

/// Visibility and tree of a `use` declaration; `None` for another statement.
fn split_use(statement: &str) -> Option<(&str, &str)> {
    let statement = without_attributes(statement.trim_start());
    let (before, after) = statement.split_once("use ")?;
    let visibility = before.trim();
    (visibility.is_empty() || (visibility.starts_with("pub") && !visibility.contains(char::is_whitespace)))
        .then_some((visibility, after))
}

fn without_attributes(statement: &str) -> &str {
    match statement.strip_prefix("#[").and_then(|rest| rest.split_once("]\n")) {
        Some((_, rest)) => without_attributes(rest.trim_start()),
        None => statement,
    }
}

/// The paths of a tree such as `super::{plan::{Offer, Slot}, spec}`. Names after `as` are left out.
fn expand(tree: &str) -> Vec<Vec<String>> {
    let Some((before, inner)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or(tree);
        let names = path.split("::").map(|name| name.trim().to_owned());
        return vec![names.filter(|name| !name.is_empty() && name != "*").collect()];
    };
    let prefix: Vec<String> =
        before.split("::").map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    let inner = inner.rsplit_once('}').map_or(inner, |(inner, _)| inner);
    let branches = branches(inner).into_iter().flat_map(expand);
    branches
        .map(|branch| {
            let branch = if branch == ["self"] { Vec::new() } else { branch };
            prefix.iter().cloned().chain(branch).collect()
        })
        .collect()
}

/// Parts of a list, divided at commas outside of braces.
fn branches(list: &str) -> Vec<&str> {
    let (mut depth, mut start) = (0, 0);
    let mut parts = Vec::new();
    for (at, letter) in list.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[start..]);
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// Paths such as `crate::plan::Offer` outside of `use` declarations.
fn inline_paths(code: &str) -> Vec<Vec<String>> {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    let others = statements(code).filter(|statement| split_use(statement).is_none());
    let words = others.flat_map(|statement| statement.split(|letter| !is_name(letter)));
    let words = words.filter(|word| word.contains("::"));
    let paths = words.map(|word| word.split("::").map(str::to_owned).filter(|name| !name.is_empty()));
    paths.map(Iterator::collect).collect()
}

/// Groups of files that reach each other.
fn circles(graph: &Graph) -> Vec<Vec<String>> {
    let reach = |start: &String| {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&String> = graph[start].iter().collect();
        while let Some(file) = open.pop() {
            if reached.insert(file.clone()) {
                open.extend(graph.get(file).into_iter().flatten());
            }
        }
        reached
    };
    let reached: BTreeMap<&String, BTreeSet<String>> = graph.keys().map(|file| (file, reach(file))).collect();
    let mut circles = BTreeSet::new();
    for (file, own) in &reached {
        if own.contains(*file) {
            let mutual = own.iter().filter(|other| reached[other].contains(*file));
            circles.insert(mutual.cloned().collect::<Vec<_>>());
        }
    }
    circles.into_iter().collect()
}

#[test]
fn use_trees_expand() {
    let code =
        "use super::{\n    plan::{Offer, self},\n    spec as other,\n};\npub use a::B;\nlet x = used;\n";
    let trees = use_trees(code);
    assert_eq!(trees.len(), 2);
    let paths: Vec<String> = expand(&trees[0].1).iter().map(|path| path.join("::")).collect();
    assert_eq!(paths, ["super::plan::Offer", "super::plan", "super::spec"]);
}

#[test]
fn mutual_imports_are_a_circle() {
    let edges = [("a", "b"), ("b", "c"), ("c", "b"), ("c", "d"), ("d", "d2")];
    let mut graph = Graph::new();
    for (from, to) in edges {
        graph.entry(from.to_owned()).or_default().insert(to.to_owned());
        graph.entry(to.to_owned()).or_default();
    }
    assert_eq!(circles(&graph), [["b", "c"]]);
}
