//! Dependencies between crates, and the crate of each engine.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::{
    assert_none,
    files::{read, texts},
};

/// Dependencies of each library crate within the workspace. The root package depends on all of them.
const DEPENDENCIES: [(&str, &[&str]); 10] = [
    ("slotcast-core", &[]),
    ("slotcast-features", &["slotcast-core"]),
    ("slotcast-forecast", &["slotcast-core", "slotcast-features", "slotcast-models", "slotcast-rank"]),
    ("slotcast-ingest", &["slotcast-core", "slotcast-lake"]),
    ("slotcast-lake", &["slotcast-core"]),
    ("slotcast-models", &["slotcast-core", "slotcast-features"]),
    ("slotcast-publish", &["slotcast-core"]),
    ("slotcast-rank", &["slotcast-core"]),
    ("slotcast-simulate", &["slotcast-core"]),
    ("slotcast-stats", &["slotcast-core", "slotcast-lake"]),
];

/// Prefix of the crates of an engine, and the only crate that uses the engine.
const ENGINES: [(&str, &str); 5] = [
    ("ballista", "slotcast-stats"),
    ("datafusion", "slotcast-stats"),
    ("deltalake", "slotcast-lake"),
    ("linfa", "slotcast-models"),
    ("polars", "slotcast-ingest"),
];

/// Crates that build in seconds, and the dependencies that would prevent it.
const LIGHT_CRATES: [&str; 5] =
    ["slotcast-core", "slotcast-features", "slotcast-forecast", "slotcast-models", "slotcast-rank"];
const HEAVY_CRATES: [&str; 3] = ["datafusion", "deltalake", "polars"];

const ONE_VERSION: [&str; 6] = ["arrow", "datafusion", "ndarray", "object_store", "parquet", "polars"];

#[test]
fn crates_have_allowed_dependencies() {
    let allowed = BTreeMap::from(DEPENDENCIES);
    for own in manifests().into_iter().filter(|own| own.name != "slotcast") {
        let allowed = allowed.get(own.name.as_str());
        let allowed = allowed.unwrap_or_else(|| panic!("`DEPENDENCIES` lacks `{}`", own.name));
        let all = own.dependencies.iter().chain(&own.dev_dependencies);
        let wrong = all.filter(|name| name.starts_with("slotcast") && !allowed.contains(&name.as_str()));
        assert_none(&format!("dependency(s) that `{}` may not have", own.name), wrong.cloned());
    }
}

#[test]
fn engines_have_one_user() {
    for own in manifests() {
        // The workspace tests run queries with an engine of their own.
        let allowed = if own.name == "slotcast" { "datafusion" } else { "" };
        let dev = own.dev_dependencies.iter().filter(|dependency| *dependency != allowed);
        let wrong = own.dependencies.iter().chain(dev).filter(|dependency| {
            ENGINES.iter().any(|(engine, user)| dependency.starts_with(engine) && *user != own.name)
        });
        assert_none(&format!("engine(s) that `{}` may not use", own.name), wrong.cloned());
    }
}

#[test]
fn light_crates_avoid_heavy_ones() {
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in locked_packages() {
        let needs = package.get("dependencies").and_then(Value::as_array).into_iter().flatten();
        let needs =
            needs.filter_map(Value::as_str).map(|need| need.split(' ').next().unwrap_or(need).to_owned());
        edges.entry(string(&package, "name")).or_default().extend(needs);
    }
    for light in LIGHT_CRATES {
        let mut reached = BTreeSet::from([light.to_owned()]);
        let mut open = vec![light.to_owned()];
        while let Some(name) = open.pop() {
            let needs = edges.get(&name).into_iter().flatten();
            open.extend(needs.filter(|need| reached.insert((*need).clone())).cloned());
        }
        let heavy = HEAVY_CRATES.into_iter().filter(|name| reached.contains(*name)).map(str::to_owned);
        assert_none(&format!("heavy crate(s) below `{light}`"), heavy);
    }
}

#[test]
fn engines_have_one_version() {
    let names: Vec<String> = locked_packages().iter().map(|package| string(package, "name")).collect();
    for engine in ONE_VERSION {
        let versions = names.iter().filter(|name| *name == engine).count();
        assert_eq!(versions, 1, "`Cargo.lock` contains {versions} versions of `{engine}`");
    }
}

/// Names in the manifest of a crate.
struct Manifest {
    name: String,
    dependencies: Vec<String>,
    dev_dependencies: Vec<String>,
}

fn manifests() -> Vec<Manifest> {
    let manifests: Vec<Manifest> =
        texts("Cargo.toml").iter().map(|(path, text)| manifest(path, text)).collect();
    assert!(manifests.len() > 9, "only {} manifests were found", manifests.len());
    manifests
}

fn manifest(path: &str, text: &str) -> Manifest {
    let manifest: Table = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flatten();
    let tables: Vec<&Table> =
        targets.filter_map(|(_, target)| target.as_table()).chain([&manifest]).collect();
    let names = |section: &str| {
        let sections = tables.iter().filter_map(|table| table.get(section)?.as_table());
        sections.flatten().map(|(key, value)| crate_name(key, value)).collect::<Vec<_>>()
    };
    let package = manifest["package"].as_table().expect("`package` is a table");
    let dependencies = [names("dependencies"), names("build-dependencies")].concat();
    Manifest { name: string(package, "name"), dependencies, dev_dependencies: names("dev-dependencies") }
}

/// Name of the crate behind a dependency, which may be renamed.
fn crate_name(key: &str, value: &Value) -> String {
    value.get("package").and_then(Value::as_str).unwrap_or(key).to_owned()
}

fn locked_packages() -> Vec<Table> {
    let lock: Table = read("Cargo.lock").expect("a `Cargo.lock`").parse().expect("valid TOML");
    let packages = lock["package"].as_array().expect("`package` is an array");
    packages.iter().filter_map(Value::as_table).cloned().collect()
}

fn string(table: &Table, key: &str) -> String {
    table[key].as_str().unwrap_or_else(|| panic!("`{key}` must be a string")).to_owned()
}
