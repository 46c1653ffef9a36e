//! What the house keeps without a reviewer: short files that say what they are
//! for, arrows between rooms, engines that stay where they are, one version of
//! each engine, nothing left unfinished.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use toml::{Table, Value};

const LONGEST_RUST: usize = 600;
const LONGEST_SQL: usize = 80;

/// What may stand at the top level, dotfiles apart.
const TOP_LEVEL: [&str; 11] = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
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

/// The own crates that a room may use. The command line knows every room.
const ARROWS: [(&str, &[&str]); 9] = [
    ("slotcast-core", &[]),
    ("slotcast-features", &["slotcast-core"]),
    ("slotcast-ingest", &["slotcast-core", "slotcast-lake"]),
    ("slotcast-lake", &["slotcast-core"]),
    ("slotcast-models", &["slotcast-core", "slotcast-features"]),
    ("slotcast-publish", &["slotcast-core"]),
    ("slotcast-rank", &["slotcast-core"]),
    ("slotcast-simulate", &["slotcast-core"]),
    ("slotcast-stats", &["slotcast-core", "slotcast-lake"]),
];

/// Engines by the start of their crates' names, and the room of each.
const ENGINES: [(&str, &str); 5] = [
    ("ballista", "slotcast-stats"),
    ("datafusion", "slotcast-stats"),
    ("deltalake", "slotcast-lake"),
    ("linfa", "slotcast-models"),
    ("polars", "slotcast-ingest"),
];

/// Rooms that build in seconds, and what would end that.
const LIGHT_ROOMS: [&str; 4] = ["slotcast-core", "slotcast-features", "slotcast-models", "slotcast-rank"];
const HEAVY_CRATES: [&str; 3] = ["datafusion", "deltalake", "polars"];

const ONE_VERSION: [&str; 6] = ["arrow", "datafusion", "ndarray", "object_store", "parquet", "polars"];

#[test]
fn every_rust_file_opens_by_saying_what_it_is_for() {
    let bare = texts(".rs").into_iter().filter(|(_, text)| !text.starts_with("//!"));
    assert_none("files that do not open with `//!`", bare.map(|(path, _)| path));
}

#[test]
fn files_stay_short() {
    let long = [(".rs", LONGEST_RUST), (".sql", LONGEST_SQL)].into_iter().flat_map(|(ending, longest)| {
        let counted = texts(ending).into_iter().map(|(path, text)| (path, text.lines().count()));
        counted
            .filter(move |(_, lines)| *lines > longest)
            .map(|(path, lines)| format!("{path}: {lines} lines"))
    });
    assert_none("files that are too long", long);
}

#[test]
fn every_relation_names_its_grain_and_every_audit_its_finding() {
    let silent = texts(".sql").into_iter().filter(|(path, text)| {
        let mut header = text.lines().take_while(|line| line.starts_with("--"));
        match sql_layer(path) {
            Some("staging" | "marts" | "features") => !header.any(|line| line.starts_with("-- grain:")),
            Some("audits") => header.next().is_none(),
            _ => false,
        }
    });
    assert_none("SQL files whose header does not say what a row is", silent.map(|(path, _)| path));
}

#[test]
fn only_staging_reads_facts() {
    let reading = texts(".sql").into_iter().filter(|(path, text)| {
        sql_layer(path).is_some_and(|layer| layer != "staging") && text.lines().any(names_facts)
    });
    assert_none("relations that name `facts.` outside staging", reading.map(|(path, _)| path));
}

#[test]
fn nothing_is_left_unfinished() {
    // Put together here, or this file would be the first to be found.
    let needles = ["to@do!(", "unimpl@emented!(", "d@bg!("].map(|needle| needle.replace('@', ""));
    let unfinished = texts(".rs").into_iter().flat_map(|(path, text)| {
        let found: Vec<_> = needles.iter().filter(|needle| text.contains(needle.as_str())).collect();
        found.into_iter().map(|needle| format!("{path}: {needle}")).collect::<Vec<_>>()
    });
    assert_none("unfinished places", unfinished);
}

#[test]
fn every_file_ends_with_a_newline() {
    let open = texts("").into_iter().filter(|(_, text)| !text.is_empty() && !text.ends_with('\n'));
    assert_none("files without a newline at their end", open.map(|(path, _)| path));
}

#[test]
fn the_top_level_is_fixed() {
    let names: BTreeSet<String> = files().iter().map(|path| first_part(path).to_owned()).collect();
    let strange =
        names.into_iter().filter(|name| !name.starts_with('.') && !TOP_LEVEL.contains(&name.as_str()));
    assert_none("names that do not belong at the top level", strange);
}

#[test]
fn rooms_know_only_the_rooms_they_may() {
    let allowed = BTreeMap::from(ARROWS);
    for room in rooms().into_iter().filter(|room| room.name != "slotcast") {
        let may = allowed.get(room.name.as_str());
        let may = may.unwrap_or_else(|| panic!("say in `ARROWS` which rooms `{}` may know", room.name));
        let own =
            room.dependencies.iter().chain(&room.dev_dependencies).filter(|d| d.starts_with("slotcast"));
        let wrong = own.filter(|dependency| !may.contains(&dependency.as_str()));
        assert_none(&format!("rooms that `{}` may not know", room.name), wrong.cloned());
    }
}

#[test]
fn engines_stay_in_their_rooms() {
    for room in rooms() {
        // The tests of the whole run the relations with an engine of their own.
        let excused = if room.name == "slotcast" { "datafusion" } else { "" };
        let dev = room.dev_dependencies.iter().filter(|dependency| *dependency != excused);
        let wrong = room.dependencies.iter().chain(dev).filter(|dependency| {
            ENGINES.iter().any(|(engine, home)| dependency.starts_with(engine) && *home != room.name)
        });
        assert_none(&format!("engines that `{}` may not know", room.name), wrong.cloned());
    }
}

#[test]
fn light_rooms_reach_no_heavy_crate() {
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in locked_packages() {
        let needs = package.get("dependencies").and_then(Value::as_array).into_iter().flatten();
        let needs = needs.filter_map(Value::as_str).map(|need| first_word(need).to_owned());
        edges.entry(text_of(&package, "name")).or_default().extend(needs);
    }
    for room in LIGHT_ROOMS {
        let mut reached = BTreeSet::from([room.to_owned()]);
        let mut open = vec![room.to_owned()];
        while let Some(name) = open.pop() {
            let needs = edges.get(&name).into_iter().flatten();
            open.extend(needs.filter(|need| reached.insert((*need).clone())).cloned());
        }
        let heavy = HEAVY_CRATES.into_iter().filter(|name| reached.contains(*name)).map(str::to_owned);
        assert_none(&format!("heavy crates that `{room}` pulls in"), heavy);
    }
}

#[test]
fn there_is_one_version_of_every_engine() {
    let names: Vec<String> = locked_packages().iter().map(|package| text_of(package, "name")).collect();
    for engine in ONE_VERSION {
        let versions = names.iter().filter(|name| *name == engine).count();
        assert_eq!(versions, 1, "`Cargo.lock` holds {versions} versions of `{engine}`");
    }
}

/// A room's manifest, as far as it matters here.
struct Room {
    name: String,
    dependencies: Vec<String>,
    dev_dependencies: Vec<String>,
}

fn rooms() -> Vec<Room> {
    let manifests = texts("Cargo.toml");
    let rooms: Vec<Room> = manifests.iter().map(|(path, text)| room(path, text)).collect();
    assert!(rooms.len() > ARROWS.len(), "rooms are missing: {} manifests", rooms.len());
    rooms
}

fn room(path: &str, text: &str) -> Room {
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
    Room { name: text_of(package, "name"), dependencies, dev_dependencies: names("dev-dependencies") }
}

/// The crate that a dependency names, also where it goes by another name here.
fn crate_name(key: &str, value: &Value) -> String {
    value.get("package").and_then(Value::as_str).unwrap_or(key).to_owned()
}

fn locked_packages() -> Vec<Table> {
    let lock: Table =
        read("Cargo.lock").expect("`Cargo.lock` is there").parse().expect("`Cargo.lock` is TOML");
    let packages = lock["package"].as_array().expect("`package` is an array");
    packages.iter().filter_map(Value::as_table).cloned().collect()
}

fn text_of(table: &Table, key: &str) -> String {
    table[key].as_str().unwrap_or_else(|| panic!("`{key}` is a text")).to_owned()
}

/// `staging`, `marts`, `features` or `audits`.
fn sql_layer(path: &str) -> Option<&str> {
    path.strip_prefix("pipeline/stats/sql/")?.split_once('/').map(|(layer, _)| layer)
}

/// Whether the SQL of a line, comments apart, names the schema `facts`.
fn names_facts(line: &str) -> bool {
    let code = line.split("--").next().unwrap_or_default().to_lowercase().replace('"', "");
    code.match_indices("facts.").any(|(at, _)| {
        let before = code[..at].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    })
}

fn assert_none(what: &str, found: impl Iterator<Item = String>) {
    let found: Vec<String> = found.collect();
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

fn first_part(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or(text)
}

/// Path and text of every text file whose path ends so.
fn texts(ending: &str) -> Vec<(String, String)> {
    let chosen = files().into_iter().filter(|path| path.ends_with(ending));
    chosen.filter_map(|path| read(&path).map(|text| (path, text))).collect()
}

/// The text of a file; `None` for a folder, a binary file and one that is gone.
fn read(path: &str) -> Option<String> {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).ok()
}

/// Every file of the project, new ones included and ignored ones left out, relative to the root.
fn files() -> Vec<String> {
    let files = files_by_git().filter(|files| !files.is_empty()).unwrap_or_else(files_by_walk);
    assert!(files.iter().any(|path| path == "Cargo.toml"), "this is not the root of the project");
    files
}

fn files_by_git() -> Option<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listing = Command::new("git").args(arguments).current_dir(root).output().ok()?;
    let listing = listing.status.success().then(|| String::from_utf8(listing.stdout).ok())??;
    let names = listing.split('\0').filter(|name| root.join(name).is_file());
    Some(names.map(str::to_owned).collect())
}

/// For a copy without git: every folder but those that `.gitignore` names, at the top (`/name`) or anywhere (`name`).
fn files_by_walk() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ignored = read(".gitignore").unwrap_or_default();
    let ignored: BTreeSet<&str> = ignored.lines().chain([".git"]).collect();
    let mut files = Vec::new();
    let mut open = vec![String::new()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(root.join(folder.trim_start_matches('/'))).expect("a folder can be listed")
        {
            let name =
                entry.expect("a folder can be listed").file_name().into_string().expect("names are UTF-8");
            let anchored = format!("{folder}/{name}");
            if ignored.contains(anchored.as_str()) || ignored.contains(name.as_str()) {
                continue;
            }
            if root.join(&anchored[1..]).is_dir() {
                open.push(anchored);
            } else {
                files.push(anchored[1..].to_owned());
            }
        }
    }
    files.sort_unstable();
    files
}
