//! Builder for the polars frame of a chunk.

use polars::prelude::{Column, DataFrame, IntoColumn, StringChunkedBuilder};

use crate::{
    source::record_reader::RecordReader,
    transform::{
        apply_mapping::EngineError,
        computed_source::RowEvaluator,
        plan::{FilePlan, source_name},
    },
};

/// Text column per reference that polars reads.
#[derive(Default)]
pub(crate) struct TextFrame(Vec<Option<StringChunkedBuilder>>);

impl TextFrame {
    pub(crate) fn new(plan: &FilePlan) -> Self {
        let builder = |(index, is_read): (usize, &bool)| {
            is_read.then(|| StringChunkedBuilder::new(source_name(index).into(), 1024))
        };
        Self(plan.is_polars_source.iter().enumerate().map(builder).collect())
    }

    /// Appends the current record.
    pub(crate) fn push(&mut self, evaluator: &mut RowEvaluator, record: &RecordReader<'_>) {
        for (index, builder) in self.0.iter_mut().enumerate() {
            if let Some(builder) = builder {
                builder.append_option(evaluator.evaluate(index, |column| record.cell(column)));
            }
        }
    }

    /// Finishes the frame.
    pub(crate) fn finish(self, rows: usize) -> Result<DataFrame, EngineError> {
        let columns: Vec<Column> =
            self.0.into_iter().flatten().map(|builder| builder.finish().into_column()).collect();
        if columns.is_empty() {
            // Constants need a frame with rows.
            let mut placeholder = StringChunkedBuilder::new("rows".into(), rows);
            (0..rows).for_each(|_| placeholder.append_null());
            return Ok(DataFrame::new(rows, vec![placeholder.finish().into_column()])?);
        }
        Ok(DataFrame::new(rows, columns)?)
    }
}
