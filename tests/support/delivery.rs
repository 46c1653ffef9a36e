//! Ingests through the library, at a time that the test chooses.

use std::collections::BTreeSet;

use slotcast_core::{DateTime, Utc};
use slotcast_ingest::{AttributeKinds, Batch, InboxFile, IngestedFile, Mapping, ingest_files};
use slotcast_lake::{FilesToRemove, Lake, Snapshot, TableId};

/// Files that arrive together.
pub(crate) struct Delivery<'a> {
    pub(crate) id: &'a str,
    pub(crate) files: &'a [InboxFile],
    /// Number of the first file.
    pub(crate) first_origin: i64,
    pub(crate) now: DateTime<Utc>,
    pub(crate) history: bool,
}

impl Delivery<'_> {
    /// Adds the files to the facts of a lake. Returns the result per file and all facts. Every row must be valid.
    pub(crate) async fn ingest(self, lake: &Lake, facts: &[Snapshot]) -> (Vec<IngestedFile>, Vec<Snapshot>) {
        let mapping = Mapping::contract(lake.market().calendar().zone());
        let pseudonyms = lake.pseudonyms().await.unwrap();
        let batch = Batch {
            now: self.now,
            history: self.history,
            strict: true,
            lookup_files: &[],
            attribute_kinds: AttributeKinds::default(),
            first_source_file_id: self.first_origin,
            retracted_files: BTreeSet::new(),
            pseudonyms: &pseudonyms,
            threads: 1,
            memory_budget: usize::MAX,
        };
        let writer = lake.fact_writer(self.id, self.first_origin, facts);
        let taken = ingest_files(self.files, &mapping, &batch, &writer, &()).unwrap().into_iter();
        let taken = taken.map(|file| file.unwrap_or_else(|refused| panic!("{refused}"))).collect();
        for (name, (schema, parts)) in writer.into_files() {
            lake.commit(&TableId::facts(name), &schema, &parts, &FilesToRemove::None).await.unwrap();
        }
        (taken, lake.facts().await.unwrap())
    }
}
