//! User input that becomes a path: run ids, output folders and links.
//!
//! A refused command changes no file.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use crate::support::{assert_refused, cli, query, run, slotcast, write_text, write_tiny_inbox};

/// Content of every file and target of every link below a folder.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_symlink() {
                found.insert(
                    path.clone(),
                    fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes(),
                );
            } else if path.is_dir() {
                found.insert(path.clone(), Vec::new());
                open.push(path);
            } else if path.file_name().is_none_or(|name| name != "writer.lock") {
                found.insert(path.clone(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Asserts that a command is refused with a message of these parts and changes no file.
#[track_caller]
fn assert_refused_unchanged(here: &Path, arguments: &[&str], parts: &[&str]) {
    let before = tree(here);
    assert_refused(&run(slotcast(here).args(arguments)), parts);
    let after = tree(here);
    let changed = before.iter().find(|(path, content)| after.get(*path) != Some(*content));
    assert_eq!(changed.map(|(path, _)| path), None, "changed or removed");
    let new = after.keys().find(|path| !before.contains_key(*path));
    assert_eq!(new, None, "new");
}

fn latest(here: &Path) -> String {
    fs::read_link(here.join("lake/published/latest")).unwrap().to_str().unwrap().to_owned()
}

/// Makes a lake with two publications and returns their run ids.
fn publish_twice(here: &Path) -> (String, String) {
    write_tiny_inbox(here);
    cli(here, "nightly --quiet --inbox inbox --history --as-of 2016-02-12T10:00:00+09:00").ok();
    let first = latest(here);
    cli(here, "nightly --quiet --inbox inbox --history --as-of 2016-02-13T10:00:00+09:00").ok();
    let second = latest(here);
    assert!(first < second, "{first} {second}");
    (first, second)
}

#[test]
fn only_publications_are_retracted() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let (first, second) = publish_twice(here);
    let retract =
        |name: &str, parts: &[&str]| assert_refused_unchanged(here, &["publish", "--retract", name], parts);
    write_text(&here.join("victim/data"), "precious");
    write_text(&here.join("victim.retracted/data"), "precious");
    let victim = here.join("victim");
    let inside = here.join("lake/published").join(&first);
    for name in [
        "latest",
        "../tables",
        victim.to_str().unwrap(),
        inside.to_str().unwrap(),
        "..",
        ".",
        "",
        &format!("./{second}"),
        &format!("{second}/"),
        &format!("{first}.retracted"),
        &format!("{second}-internal"),
        &second.to_uppercase().replace('T', "t"),
    ] {
        retract(name, &[&format!("run `{name}` has published nothing"), "a run id looks like", &second]);
    }
    let unknown = "20160212T010000Z-00000000";
    fs::create_dir_all(here.join("lake/published").join(unknown)).unwrap();
    retract(unknown, &["has published nothing", "the ledger has no such run"]);
    cli(here, "stats --quiet --as-of 2016-02-14T10:00:00+09:00").ok();
    let stats = query(here, "lake", "SELECT max(run_id) FROM runs WHERE verb = 'stats'");
    retract(&stats, &["has published nothing", "it is a run of `stats`"]);
    cli(here, "nightly --quiet --inbox inbox --history --as-of 2016-02-14T10:00:00+09:00").ok();
    cli(here, "publish --quiet --internal").ok();
    let internal = query(here, "lake", "SELECT max(run_id) FROM runs WHERE verb = 'publish'");
    retract(&internal, &["has published nothing", "is internal"]);
}

#[test]
fn retraction_keeps_foreign_folders() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let (first, second) = publish_twice(here);
    let published = here.join("lake/published");
    // A folder with the name of a retracted publication.
    write_text(&published.join(format!("{second}.retracted/data")), "precious");
    assert_refused_unchanged(here, &["publish", "--retract", &second], &[".retracted`", "exists already"]);
    fs::remove_dir_all(published.join(format!("{second}.retracted"))).unwrap();
    // A link instead of a publication.
    fs::rename(published.join(&first), here.join("elsewhere")).unwrap();
    symlink("../../elsewhere", published.join(&first)).unwrap();
    assert_refused_unchanged(here, &["publish", "--retract", &first], &["symbolic link", &first]);
    assert_refused_unchanged(here, &["publish", "--retract", &second], &["nothing was published before"]);
    fs::remove_file(published.join(&first)).unwrap();
    fs::rename(here.join("elsewhere"), published.join(&first)).unwrap();
    // A `latest` that points outside of the lake. Its target stays.
    fs::remove_file(published.join("latest")).unwrap();
    write_text(&here.join(format!("elsewhere/{second}/data")), "precious");
    symlink(here.join("elsewhere").join(&second), published.join("latest")).unwrap();
    cli(here, &format!("publish --retract {second}")).ok();
    assert!(here.join(format!("elsewhere/{second}/data")).exists());
    assert!(published.join(format!("{second}.retracted")).is_dir());
    assert_refused_unchanged(here, &["publish", "--retract", &second], &["was retracted already"]);
}

#[test]
fn older_runs_need_an_id() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    publish_twice(here);
    for name in ["latest", "../ledger", "/etc/passwd", ""] {
        let parts = ["a run id looks like", &format!("not `{name}`"), "slotcast runs"];
        assert_refused_unchanged(here, &["sql", "--run", name, "SELECT 1"], &parts);
        assert_refused_unchanged(here, &["explain", "c1", "--run", name], &parts);
        assert_refused_unchanged(here, &["evaluate", "--truth", "t.parquet", "--run", name], &parts);
    }
    assert_refused(&cli(here, "sql --describe ../ledger/runs"), &["../ledger/runs"]);
    let unknown = "20160212T010000Z-00000000";
    assert_refused_unchanged(here, &["sql", "--run", unknown, "SELECT 1"], &["no finished run", unknown]);
}

#[test]
fn foreign_folder_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for (verb, mark) in [("demo", ".slotcast-demo"), ("simulate", ".slotcast-simulate")] {
        let out = |name: &str, parts: &[&str]| assert_refused_unchanged(here, &[verb, "--out", name], parts);
        // A marker file alone is not enough.
        for (name, file) in [
            ("foreign", "data"),
            ("inside", "inbox/makers/data.csv"),
            ("lake", "lake/data"),
            ("settings", "slotcast.toml"),
        ] {
            let name = format!("{verb}-{name}");
            write_text(&here.join(&name).join(file), "precious");
            out(&name, &["was not created by", &name, "--out DIR"]);
            write_text(&here.join(&name).join(mark), "");
            if (verb, file) != ("simulate", "lake/data") {
                out(&name, &["was not created by", &name, "--out DIR"]);
            }
        }
        // Lines of a marker file cannot name files outside of the folder.
        let climbing = format!("{verb}-climbing");
        write_text(&here.join(&climbing).join(mark), "../victim/data\n/etc/passwd\n");
        write_text(&here.join(&climbing).join("data"), "precious");
        write_text(&here.join("victim/data"), "precious");
        out(&climbing, &["was not created by"]);
        // A link is no folder, and none in it is followed.
        let link = format!("{verb}-link");
        symlink("victim", here.join(&link)).unwrap();
        for name in [link.clone(), format!("{link}/"), format!("./{link}/.")] {
            out(&name, &["symbolic link", "--out DIR"]);
        }
        let linked = here.join(format!("{verb}-linked"));
        fs::create_dir_all(&linked).unwrap();
        symlink("../victim/data", linked.join(mark)).unwrap();
        out(&format!("{verb}-linked"), &["was not created by", mark]);
        out("victim/data", &["not a folder"]);
    }
    // A day cannot be added to a foreign folder.
    let since = ["simulate", "--out", "simulate-settings", "--since", "2016-05-20T20:00:00+09:00"];
    assert_refused_unchanged(here, &since, &["slotcast.toml", "was not created by"]);
}

const MARKET: [&str; 8] = [
    "--set",
    "market.slots=6",
    "--set",
    "market.seats=3",
    "--set",
    "signals.alert.median=8",
    "--set",
    "views.conversion=0.9",
];

#[test]
fn simulation_replaces_only_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let simulate = |more: &[&str]| {
        run(slotcast(here).args(["simulate", "--quiet", "--out", "made/"]).args(MARKET).args(more))
    };
    simulate(&[]).ok();
    let first = tree(&here.join("made"));
    let truth = here.join("made/truth.parquet");
    fs::hard_link(&truth, here.join("kept")).unwrap();
    write_text(&here.join("made/lake/data"), "a lake is ignored");
    simulate(&["--form", "ndjson", "--seed", "2"]).ok();
    assert!(here.join("made/lake/data").exists());
    assert!(
        tree(&here.join("made")).keys().all(|path| path.extension().is_none_or(|ending| ending != "csv"))
    );
    assert_eq!(fs::read(here.join("kept")).unwrap(), first[&truth], "hard-linked files do not change");
    write_text(&here.join("made/inbox/makers/mine.csv"), "precious");
    let before = tree(here);
    assert_refused(&simulate(&[]), &["made/inbox/makers/mine.csv", "was not created by", "--out DIR"]);
    assert!(tree(here) == before, "what was there stays");
    fs::remove_file(here.join("made/inbox/makers/mine.csv")).unwrap();
    // A killed process may leave half a line in the marker file.
    let mark = here.join("made/.slotcast-simulate");
    let text = fs::read_to_string(&mark).unwrap();
    write_text(&mark, &format!("{text}inbox/makers/ha"));
    simulate(&[]).ok();
    fs::remove_dir_all(here.join("made/lake")).unwrap();
    assert_eq!(tree(&here.join("made")).len(), first.len());
}
