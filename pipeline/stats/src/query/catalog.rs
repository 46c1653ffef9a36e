//! Relations that users may query.

use arrow::datatypes::SchemaRef;
use datafusion::prelude::SessionContext;
use slotcast_lake::Snapshot;

use super::limits::QueryLimits;

/// A relation that users may query.
#[derive(Debug)]
pub struct QueryableRelation {
    /// Name of the relation.
    pub name: String,
    /// Columns of the relation.
    pub schema: SchemaRef,
    /// Number of rows, if the lake records it.
    pub rows: Option<u64>,
    /// Folder of its files, as the engine's errors spell it.
    pub(super) folder: Option<String>,
}

impl QueryableRelation {
    pub(super) fn new(snapshot: &Snapshot) -> Self {
        let rows = snapshot.files.iter().map(|file| file.rows);
        let folder = snapshot.files.first().and_then(|file| file.path.parent());
        let folder = folder.and_then(|folder| std::path::absolute(folder).ok());
        Self {
            name: snapshot.table.name.clone(),
            schema: SchemaRef::clone(&snapshot.schema),
            rows: rows.sum(),
            folder: folder.map(|folder| folder.to_string_lossy().trim_start_matches('/').to_owned()),
        }
    }
}

/// Relations of a session, and the limits of its queries.
pub(super) struct QueryCatalog {
    pub(super) context: SessionContext,
    pub(super) relations: Vec<QueryableRelation>,
    pub(super) limits: QueryLimits,
}

impl QueryCatalog {
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.relations.iter().map(|relation| relation.name.as_str())
    }

    pub(super) fn has_column(&self, name: &str) -> bool {
        self.with_column(name).next().is_some()
    }

    /// Names of the relations with a column of this name.
    pub(super) fn with_column(&self, name: &str) -> impl Iterator<Item = &str> {
        let with_column =
            self.relations.iter().filter(move |relation| relation.schema.column_with_name(name).is_some());
        with_column.map(|relation| relation.name.as_str())
    }

    /// A message of the engine with folders replaced by the names of their relations.
    pub(super) fn without_paths(&self, message: String) -> String {
        let folders =
            self.relations.iter().filter_map(|relation| Some((relation.folder.as_ref()?, &relation.name)));
        folders.fold(message, |message, (folder, name)| {
            message.replace(&format!("/{folder}"), name).replace(folder.as_str(), name)
        })
    }
}
