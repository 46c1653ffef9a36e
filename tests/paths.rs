//! Names from outside that would become paths: runs, folders that are replaced, names in a log.
//!
//! Whatever is refused leaves every file as it was.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use crate::{
    commands::{refused, small_inbox},
    support::{ask, run, slotcast, words, write},
};

/// Every file and link below a folder, and what it holds or leads to.
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

/// A command is refused with these words, and no file changes.
#[track_caller]
fn refused_untouched(here: &Path, arguments: &[&str], parts: &[&str]) {
    let before = tree(here);
    refused(&run(slotcast(here).args(arguments)), parts);
    let after = tree(here);
    let changed = before.iter().find(|(path, held)| after.get(*path) != Some(*held));
    assert_eq!(changed.map(|(path, _)| path), None, "changed or gone");
    let new = after.keys().find(|path| !before.contains_key(*path));
    assert_eq!(new, None, "new");
}

fn latest(here: &Path) -> String {
    fs::read_link(here.join("lake/published/latest")).unwrap().to_str().unwrap().to_owned()
}

/// A lake in which two runs published; their ids.
fn published_twice(here: &Path) -> (String, String) {
    small_inbox(here);
    words(here, "nightly --quiet --inbox inbox --history --as-of 2016-02-12T10:00:00+09:00").ok();
    let first = latest(here);
    words(here, "nightly --quiet --inbox inbox --history --as-of 2016-02-13T10:00:00+09:00").ok();
    let second = latest(here);
    assert!(first < second, "{first} {second}");
    (first, second)
}

#[test]
fn only_the_id_of_a_run_that_published_is_retracted() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let (first, second) = published_twice(here);
    let retract =
        |name: &str, parts: &[&str]| refused_untouched(here, &["publish", "--retract", name], parts);
    write(&here.join("victim/data"), "precious");
    write(&here.join("victim.retracted/data"), "precious");
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
    words(here, "stats --quiet --as-of 2016-02-14T10:00:00+09:00").ok();
    let stats = ask(here, "lake", "SELECT max(run_id) FROM runs WHERE verb = 'stats'");
    retract(&stats, &["has published nothing", "it is a run of `stats`"]);
    words(here, "nightly --quiet --inbox inbox --history --as-of 2016-02-14T10:00:00+09:00").ok();
    words(here, "publish --quiet --internal").ok();
    let house = ask(here, "lake", "SELECT max(run_id) FROM runs WHERE verb = 'publish'");
    retract(&house, &["has published nothing", "people of the house"]);
}

#[test]
fn links_and_folders_in_the_way_of_a_retraction_stay() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let (first, second) = published_twice(here);
    let published = here.join("lake/published");
    // A folder by the name that a retracted publication gets.
    write(&published.join(format!("{second}.retracted/data")), "precious");
    refused_untouched(here, &["publish", "--retract", &second], &[".retracted`", "exists already"]);
    fs::remove_dir_all(published.join(format!("{second}.retracted"))).unwrap();
    // A link in the place of a publication.
    fs::rename(published.join(&first), here.join("elsewhere")).unwrap();
    symlink("../../elsewhere", published.join(&first)).unwrap();
    refused_untouched(here, &["publish", "--retract", &first], &["symbolic link", &first]);
    refused_untouched(here, &["publish", "--retract", &second], &["nothing was published before"]);
    fs::remove_file(published.join(&first)).unwrap();
    fs::rename(here.join("elsewhere"), published.join(&first)).unwrap();
    // `latest` that leads elsewhere is nobody's publication; what it leads to stays.
    fs::remove_file(published.join("latest")).unwrap();
    write(&here.join(format!("elsewhere/{second}/data")), "precious");
    symlink(here.join("elsewhere").join(&second), published.join("latest")).unwrap();
    words(here, &format!("publish --retract {second}")).ok();
    assert!(here.join(format!("elsewhere/{second}/data")).exists());
    assert!(published.join(format!("{second}.retracted")).is_dir());
    refused_untouched(here, &["publish", "--retract", &second], &["was retracted already"]);
}

#[test]
fn older_runs_are_named_by_their_ids() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    published_twice(here);
    for name in ["latest", "../ledger", "/etc/passwd", ""] {
        let looks = ["a run id looks like", &format!("not `{name}`"), "slotcast runs"];
        refused_untouched(here, &["sql", "--run", name, "SELECT 1"], &looks);
        refused_untouched(here, &["explain", "c1", "--run", name], &looks);
        refused_untouched(here, &["evaluate", "--truth", "t.parquet", "--run", name], &looks);
    }
    refused(&words(here, "sql --describe ../ledger/runs"), &["../ledger/runs"]);
    let unknown = "20160212T010000Z-00000000";
    refused_untouched(here, &["sql", "--run", unknown, "SELECT 1"], &["no finished run", unknown]);
}

#[test]
fn a_folder_that_was_not_made_is_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for (verb, mark) in [("demo", ".slotcast-demo"), ("simulate", ".slotcast-simulate")] {
        let out = |name: &str, parts: &[&str]| refused_untouched(here, &[verb, "--out", name], parts);
        // A mark alone authorises nothing.
        for (name, file) in [
            ("foreign", "data"),
            ("inside", "inbox/makers/data.csv"),
            ("house", "lake/data"),
            ("settings", "slotcast.toml"),
        ] {
            let name = format!("{verb}-{name}");
            write(&here.join(&name).join(file), "precious");
            out(&name, &["was not made by", &name, "--out DIR"]);
            write(&here.join(&name).join(mark), "");
            if (verb, file) != ("simulate", "lake/data") {
                out(&name, &["was not made by", &name, "--out DIR"]);
            }
        }
        // Lines of a mark lead nowhere else.
        let climbing = format!("{verb}-climbing");
        write(&here.join(&climbing).join(mark), "../victim/data\n/etc/passwd\n");
        write(&here.join(&climbing).join("data"), "precious");
        write(&here.join("victim/data"), "precious");
        out(&climbing, &["was not made by"]);
        // A link is no folder, and none in it is followed.
        let link = format!("{verb}-link");
        symlink("victim", here.join(&link)).unwrap();
        for name in [link.clone(), format!("{link}/"), format!("./{link}/.")] {
            out(&name, &["symbolic link", "--out DIR"]);
        }
        let linked = here.join(format!("{verb}-linked"));
        fs::create_dir_all(&linked).unwrap();
        symlink("../victim/data", linked.join(mark)).unwrap();
        out(&format!("{verb}-linked"), &["was not made by", mark]);
        out("victim/data", &["no folder"]);
    }
    // A day that is added is added to nobody else's folder.
    let since = ["simulate", "--out", "simulate-settings", "--since", "2016-05-20T20:00:00+09:00"];
    refused_untouched(here, &since, &["slotcast.toml", "was not made by"]);
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
fn what_a_simulation_made_is_replaced_and_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let simulate = |more: &[&str]| {
        run(slotcast(here).args(["simulate", "--quiet", "--out", "made/"]).args(MARKET).args(more))
    };
    simulate(&[]).ok();
    let first = tree(&here.join("made"));
    let truth = here.join("made/truth.parquet");
    fs::hard_link(&truth, here.join("kept")).unwrap();
    write(&here.join("made/lake/data"), "a lake is not looked at");
    simulate(&["--form", "ndjson", "--seed", "2"]).ok();
    assert!(here.join("made/lake/data").exists());
    assert!(
        tree(&here.join("made")).keys().all(|path| path.extension().is_none_or(|ending| ending != "csv"))
    );
    assert_eq!(fs::read(here.join("kept")).unwrap(), first[&truth], "nothing is written over");
    write(&here.join("made/inbox/makers/mine.csv"), "precious");
    let before = tree(here);
    refused(&simulate(&[]), &["made/inbox/makers/mine.csv", "was not made by", "--out DIR"]);
    assert!(tree(here) == before, "what was there stays");
    fs::remove_file(here.join("made/inbox/makers/mine.csv")).unwrap();
    // Half a line is what a killed process leaves of the mark.
    let mark = here.join("made/.slotcast-simulate");
    let text = fs::read_to_string(&mark).unwrap();
    write(&mark, &format!("{text}inbox/makers/ha"));
    simulate(&[]).ok();
    fs::remove_dir_all(here.join("made/lake")).unwrap();
    assert_eq!(tree(&here.join("made")).len(), first.len());
}
