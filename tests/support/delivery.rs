//! Files taken into a lake by the library, for a moment that the test names.

use slotcast_core::{DateTime, Utc};
use slotcast_ingest::{AttributeKinds, Batch, InboxFile, Mapping, TakenIn, take_in};
use slotcast_lake::{FactWriter, Lake, Replace, Snapshot, TableId};

/// What arrives at once.
pub(crate) struct Delivery<'a> {
    pub(crate) id: &'a str,
    pub(crate) files: &'a [InboxFile],
    /// The number of the first file.
    pub(crate) first_origin: i64,
    pub(crate) now: DateTime<Utc>,
    pub(crate) history: bool,
}

impl Delivery<'_> {
    /// Takes the files in beside the facts that are there; what became of each, and the facts then. Every
    /// row has to be good.
    pub(crate) async fn take_in(self, lake: &Lake, facts: &[Snapshot]) -> (Vec<TakenIn>, Vec<Snapshot>) {
        let mapping = Mapping::contract(lake.market().calendar().zone());
        let pseudonyms = lake.pseudonyms().await.unwrap();
        let batch = Batch {
            now: self.now,
            history: self.history,
            strict: true,
            attribute_kinds: AttributeKinds::default(),
            first_origin: self.first_origin,
            pseudonyms: &pseudonyms,
            threads: 1,
            room: usize::MAX,
        };
        let writer = FactWriter::new(lake, self.id, self.first_origin, facts);
        let taken = take_in(self.files, &mapping, &batch, &writer, &()).unwrap().into_iter();
        let taken = taken.map(|file| file.unwrap_or_else(|refused| panic!("{refused}"))).collect();
        for (name, (schema, parts)) in writer.into_written() {
            lake.commit(&TableId::facts(name), &schema, &parts, &Replace::Nothing).await.unwrap();
        }
        (taken, lake.facts().await.unwrap())
    }
}
