//! The facts of one batch on their way into the lake: parts that no log names yet.
//!
//! A part holds facts of a stretch of time. Repeats of a fact lie in the same stretch, so
//! whoever looks for them asks for the parts that meet it, and never for the whole history.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use arrow::{
    array::RecordBatch,
    datatypes::{DataType, Field, SchemaRef},
};

use crate::{
    contract::{ATTRIBUTE_PREFIX, ContractTable},
    error::LakeError,
    layout::TableId,
    parquet_file::{Part, Span, write_part},
    snapshot::Snapshot,
    store::Lake,
};

/// Writes the parts of one batch, and knows the parts that the lake had before.
#[derive(Debug)]
pub struct FactWriter {
    lake: Lake,
    prefix: String,
    number: AtomicU32,
    held: BTreeMap<&'static str, Vec<(PathBuf, Option<Span>)>>,
    written: Mutex<BTreeMap<&'static str, Vec<Part>>>,
    attributes: Mutex<BTreeMap<&'static str, BTreeMap<String, Field>>>,
}

/// What a batch has written, by table: parts, and the schema that covers them.
pub type Written = BTreeMap<&'static str, (SchemaRef, Vec<Part>)>;

impl FactWriter {
    /// A writer of the batch `batch_id` on top of these snapshots of facts. `attempt` keeps the
    /// names of a batch that is begun again apart from those it left behind.
    pub fn new(lake: &Lake, batch_id: &str, attempt: i64, heads: &[Snapshot]) -> Self {
        let mut held: BTreeMap<&'static str, Vec<_>> = BTreeMap::new();
        let mut attributes = BTreeMap::new();
        for snapshot in heads {
            if let Some(table) = ContractTable::named(&snapshot.table.name) {
                learn(&mut attributes, table, &snapshot.schema);
                let files = snapshot.files.iter().map(|file| (file.path.clone(), file.span));
                held.entry(table.name).or_default().extend(files);
            }
        }
        Self {
            lake: lake.clone(),
            prefix: format!("{batch_id}--{attempt:02}"),
            number: AtomicU32::new(0),
            held,
            written: Mutex::default(),
            attributes: Mutex::new(attributes),
        }
    }

    /// The files that may hold facts of this stretch: of the lake, and of this batch so far.
    pub fn meeting(&self, table: &'static ContractTable, span: &Span) -> Vec<PathBuf> {
        let held = self.held.get(table.name).into_iter().flatten();
        let held = held.filter(|(_, own)| own.is_none_or(|own| own.meets(span)));
        let mut paths: Vec<PathBuf> = held.map(|(path, _)| path.clone()).collect();
        let folder = self.lake.layout().table(&TableId::facts(table.name));
        let written = self.written();
        let parts = written.get(table.name).into_iter().flatten();
        let parts = parts.filter(|part| part.span.is_none_or(|own| own.meets(span)));
        paths.extend(parts.map(|part| folder.join(&part.name)));
        paths
    }

    /// Writes one part.
    ///
    /// # Errors
    /// When the disk is full or the folder cannot be written.
    pub fn write(&self, table: &'static ContractTable, facts: &RecordBatch) -> Result<(), LakeError> {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{number:05}.parquet", self.prefix);
        let folder = self.lake.layout().table(&TableId::facts(table.name));
        let span = Span::over(None, table.time(), facts);
        let part = write_part(&folder, &name, std::slice::from_ref(facts), span)?;
        let mut attributes = self.attributes.lock().unwrap_or_else(PoisonError::into_inner);
        learn(&mut attributes, table, &facts.schema());
        drop(attributes);
        self.written().entry(table.name).or_default().push(part);
        Ok(())
    }

    /// The parts, by table, for the commit that makes them facts.
    pub fn into_written(self) -> Written {
        let attributes = self.attributes.into_inner().unwrap_or_else(PoisonError::into_inner);
        let written = self.written.into_inner().unwrap_or_else(PoisonError::into_inner);
        let with_schema = |(name, mut parts): (&'static str, Vec<Part>)| {
            parts.sort_by(|a, b| a.name.cmp(&b.name));
            let own: Vec<Field> =
                attributes.get(name).into_iter().flat_map(|own| own.values().cloned()).collect();
            let schema = ContractTable::named(name)?.fact_schema(&own);
            Some((name, (schema, parts)))
        };
        written.into_iter().filter_map(with_schema).collect()
    }

    /// Removes what was written, to begin the batch again.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn start_over(&self) -> Result<(), LakeError> {
        for (table, parts) in std::mem::take(&mut *self.written()) {
            let folder = self.lake.layout().table(&TableId::facts(table));
            for part in parts {
                let path = folder.join(&part.name);
                std::fs::remove_file(&path).map_err(LakeError::io("remove", &path))?;
            }
        }
        Ok(())
    }

    fn written(&self) -> MutexGuard<'_, BTreeMap<&'static str, Vec<Part>>> {
        // A list of parts is whole after every push.
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Remembers the attributes of a schema of facts.
fn learn(
    attributes: &mut BTreeMap<&'static str, BTreeMap<String, Field>>,
    table: &'static ContractTable,
    schema: &SchemaRef,
) {
    for field in schema.fields().iter().filter(|field| field.name().starts_with(ATTRIBUTE_PREFIX)) {
        let kind = match field.data_type() {
            DataType::Dictionary(..) => DataType::Utf8,
            other => other.clone(),
        };
        let own = attributes.entry(table.name).or_default();
        own.entry(field.name().clone()).or_insert_with(|| Field::new(field.name(), kind, true));
    }
}
