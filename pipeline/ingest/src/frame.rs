//! Rows of text to columns of text: a chunk of a file as a frame of polars.

use polars::prelude::{Column, DataFrame, IntoColumn, PolarsResult, StringChunkedBuilder};

use crate::{
    plan::{Plan, cell_name},
    reason::Reason,
    refused::FileRefused,
    source::{RowAt, Source, Step},
};

/// Rows that are read, typed and settled together.
pub(crate) struct Chunk {
    /// One text column for each cell of the plan.
    pub(crate) columns: Vec<Column>,
    /// Where the rows of the frame lie.
    pub(crate) rows: Vec<RowAt>,
    /// Rows that could not be read.
    pub(crate) bad: Vec<(RowAt, Reason)>,
    /// Whether the file has ended.
    pub(crate) is_last: bool,
}

impl Chunk {
    /// Reads up to `limit` rows.
    pub(crate) fn read(
        file: &str,
        source: &mut Source<'_>,
        plan: &Plan,
        limit: usize,
    ) -> Result<Self, FileRefused> {
        let room = limit.min(1 << 16);
        let new = |place: usize| StringChunkedBuilder::new(cell_name(place).into(), room);
        let mut builders: Vec<_> = (0..plan.cells.len()).map(new).collect();
        let (mut rows, mut bad, mut is_last) = (Vec::new(), Vec::new(), false);
        while rows.len() + bad.len() < limit {
            match source.step(file)? {
                Step::End => {
                    is_last = true;
                    break;
                }
                Step::Bad(at, reason) => bad.push((at, reason)),
                Step::Row(at) => {
                    for (builder, (place, json)) in builders.iter_mut().zip(&plan.cells) {
                        match (source.cell(*place), json) {
                            (Some(text), None) => builder.append_value(text),
                            (Some(text), Some(key)) => builder.append_option(field(text, key)),
                            (None, _) => builder.append_null(),
                        }
                    }
                    rows.push(at);
                }
            }
        }
        let columns = builders.into_iter().map(|builder| builder.finish().into_column()).collect();
        Ok(Self { columns, rows, bad, is_last })
    }

    /// The rows as a frame.
    pub(crate) fn frame(&self) -> PolarsResult<DataFrame> {
        DataFrame::new(self.rows.len(), self.columns.clone())
    }
}

/// A field of a JSON object as text. What is no object, or lacks the field, has none.
fn field(text: &str, key: &str) -> Option<String> {
    match serde_json::from_str::<serde_json::Value>(text).ok()?.get(key)? {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    }
}
