//! Shipped mappings, and the real data sets that they read.

#[path = "../../../../tests/support/requirements.rs"]
mod requirements;

use std::{path::PathBuf, time::Instant};

use super::{IngestResult, Settings, TestLake, settings};
use crate::{Inbox, Mapping, scan_inbox};
use requirements::dataset;

fn repository(relative: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(relative)
}

/// A mapping of `data/sources`.
pub(super) fn mapping(name: &str) -> Mapping {
    let text = std::fs::read_to_string(repository(&format!("data/sources/{name}.toml"))).unwrap();
    Mapping::parse(&text, &format!("{name}.toml")).unwrap_or_else(|error| panic!("{error}"))
}

/// Ingests a data set with its mapping; none if the data set is absent.
#[expect(clippy::print_stderr, reason = "the duration is printed")]
pub(super) fn ingest_dataset(name: &str, mapping: &Mapping) -> Option<(Inbox, Vec<IngestResult>)> {
    let folder = dataset(name)?;
    let inbox = scan_inbox(&folder, &|file| mapping.classify(file)).unwrap();
    let settings = Settings { history: true, ..settings() };
    let start = Instant::now();
    let results = TestLake::empty().ingest_all(&inbox.files, mapping, &settings);
    eprintln!("{name}: {:.2?}", start.elapsed());
    Some((inbox, results.into_iter().map(Result::unwrap).collect()))
}
