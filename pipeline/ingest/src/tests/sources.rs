//! The mappings that are shipped, and the real files that lie beside the repository.

use std::{path::PathBuf, time::Instant};

use super::{Known, Settings, Taken, settings};
use crate::{Inbox, Mapping, scan_inbox};

fn here(relative: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(relative)
}

/// A mapping of `data/sources`.
pub(super) fn mapping(name: &str) -> Mapping {
    let text = std::fs::read_to_string(here(&format!("data/sources/{name}.toml"))).unwrap();
    Mapping::parse(&text, &format!("{name}.toml")).unwrap_or_else(|error| panic!("{error}"))
}

/// What came of the real files by their mapping, and the inbox that they were; says so where they are absent.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub(super) fn taken_in(dataset: &str, mapping: &Mapping) -> Option<(Inbox, Vec<Taken>)> {
    let folder = here(&format!("../shared/datasets/{dataset}"));
    if !folder.exists() {
        eprintln!("skipped: {} is not there", folder.display());
        return None;
    }
    let inbox = scan_inbox(&folder, mapping).unwrap();
    let settings = Settings { history: true, ..settings() };
    let start = Instant::now();
    let taken = Known::nothing().take_all(&inbox.files, mapping, &settings);
    eprintln!("{dataset}: {:.2?}", start.elapsed());
    Some((inbox, taken.into_iter().map(Result::unwrap).collect()))
}
