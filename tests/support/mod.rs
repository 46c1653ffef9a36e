//! Temporary lakes, the real binary, the shared datasets.
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

mod delivery;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use slotcast_core::{DateTime, NaiveDate, Utc};
use slotcast_lake::contract::TABLES;
use slotcast_simulate::{FileForm, Market, MarketFile, MarketSpec, Preset, Writing};

pub(crate) use delivery::Delivery;

/// The moment for which the datasets were counted independently.
pub(crate) const COUNTED_AT: &str = "2015-03-06T10:00:00-03:00";

/// Root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A dataset beside the repository; says so where it is absent.
pub(crate) fn dataset(name: &str) -> Option<PathBuf> {
    let folder = root().parent()?.join("shared/datasets").join(name);
    if !folder.is_dir() {
        eprintln!("skipped: `{}` is not here", folder.display());
        return None;
    }
    Some(folder)
}

/// The command, in a folder of its own so that no settings file is found.
pub(crate) fn slotcast(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slotcast"));
    command.current_dir(folder).env_remove("SLOTCAST_LAKE").env_remove("SLOTCAST_CONFIG");
    command
}

/// Runs the command; what it printed and how it ended.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The same, where anything but success fails the test.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self
    }
}

pub(crate) fn run(command: &mut Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().expect("the binary starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    Ran { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}

/// Arguments in one text, split at spaces.
pub(crate) fn words(folder: &Path, arguments: &str) -> Ran {
    run(slotcast(folder).args(arguments.split_whitespace()))
}

/// Answers a question as CSV, without the header.
#[track_caller]
pub(crate) fn ask(folder: &Path, lake: &str, question: &str) -> String {
    let asked = run(slotcast(folder).args(["sql", "--lake", lake, "--format", "csv", question])).ok();
    asked.stdout.split_once('\n').expect("a header").1.trim_end().to_owned()
}

/// Copies a folder; links stay links.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            copy_folder(&entry.path(), &target);
        } else if kind.is_symlink() {
            let leads_to = std::fs::read_link(entry.path()).expect("a link");
            std::os::unix::fs::symlink(leads_to, target).expect("a link");
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// Opens pages in a browser and checks what a reader does with them; says so where there is no browser.
#[track_caller]
pub(crate) fn in_browser(pages: &[PathBuf]) {
    let beside = root().join("tests/browser");
    let home = std::env::var_os("SLOTCAST_BROWSER").map_or(beside, PathBuf::from);
    if !home.join("node_modules").is_dir() {
        eprintln!("skipped: `{}` has no `node_modules`, so no page is opened in a browser", home.display());
        return;
    }
    let checked = run(Command::new("node").arg(home.join("check.mjs")).args(pages));
    assert_eq!(checked.code, Some(0), "{}\n{}", checked.stdout, checked.stderr);
}

/// A small made market whose rows come once, right and in time: one file a slot.
pub(crate) fn small_market(
    slots: u32,
    seats: u32,
    first: NaiveDate,
    until: DateTime<Utc>,
) -> Vec<MarketFile> {
    let (slots, seats, first) = (slots.to_string(), seats.to_string(), format!("\"{first}\""));
    let numbers = [
        ("market.slots", slots.as_str()),
        ("market.seats", seats.as_str()),
        ("market.first_slot", first.as_str()),
        ("market.pool", "1.6"),
        ("market.makers", "6"),
        ("market.rest_slots", "3"),
        ("market.customers", "400"),
        ("signals.alert.median", "16"),
        ("signals.wish.median", "10"),
        ("signals.share.median", "5"),
        ("signals.like.median", "12"),
        ("views.conversion", "0.9"),
        ("views.lead_days", "1"),
        ("traps.late_rows", "0"),
        ("traps.repeated_rows", "0"),
        ("traps.corrections", "0"),
    ];
    let spec = MarketSpec::preset(Preset::Y2016).with(&numbers).expect("numbers of the specification");
    let writing = Writing { form: FileForm::Csv, since: None, until, threads: 1 };
    Market::new(spec, 7).and_then(|market| market.files(&writing)).expect("a market").0
}

/// A row of a table, by the names of its columns.
pub(crate) type Row = BTreeMap<String, String>;

/// The table that a made file belongs to, and its rows.
pub(crate) fn table_rows(file: &MarketFile) -> (&'static str, Vec<Row>) {
    let table = TABLES.iter().find(|table| file.path.starts_with(table.name)).expect("a table");
    let mut reader = csv::Reader::from_reader(file.bytes.as_slice());
    (table.name, reader.deserialize().map(|row| row.expect("a row")).collect())
}

/// Writes a file of an inbox.
pub(crate) fn write(path: &Path, text: &str) {
    write_bytes(path, text.as_bytes());
}

/// Writes a file of an inbox.
#[expect(clippy::disallowed_methods, reason = "tests make their own inboxes")]
pub(crate) fn write_bytes(path: &Path, text: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    std::fs::write(path, text).expect("a file");
}
