//! Builder for the polars frame of a chunk.

use std::borrow::Cow;

use polars::prelude::{Column, DataFrame, IntoColumn, PolarsResult, StringChunkedBuilder};

use crate::{
    source::record_reader::RecordView,
    transform::{frame_names::text_name, plan::FilePlan, text_columns::TextColumn},
};

/// Text column per cell, and per element, that polars reads.
#[derive(Default)]
pub(crate) struct TextFrame(Vec<(TextColumn, StringChunkedBuilder)>);

impl TextFrame {
    pub(crate) fn new(plan: &FilePlan) -> Self {
        let read = plan.texts.all().iter().enumerate().filter(|(index, _)| plan.is_read(*index));
        let columns = read.filter(|(_, own)| matches!(own, TextColumn::Cell(_) | TextColumn::Element));
        let builder = |index| StringChunkedBuilder::new(text_name(index).into(), 1024);
        Self(columns.map(|(index, own)| (own.clone(), builder(index))).collect())
    }

    /// Appends a record, or one of its elements. Returns whether letters of a cell were normalized.
    pub(crate) fn push(
        &mut self,
        plan: &FilePlan,
        record: &RecordView<'_>,
        element: Option<&str>,
        needs_cleaning: bool,
    ) -> bool {
        let mut is_normalized = false;
        for (column, builder) in &mut self.0 {
            let cell = match column {
                TextColumn::Cell(column) => record.cell(*column),
                _ => element,
            };
            if needs_cleaning {
                let cell = cell.and_then(|cell| plan.cleaner.clean(cell, &mut is_normalized));
                builder.append_option(cell);
            } else {
                builder.append_option(cell.map(Cow::Borrowed));
            }
        }
        is_normalized
    }

    /// Finishes the frame.
    pub(crate) fn finish(self, rows: usize) -> PolarsResult<DataFrame> {
        let columns: Vec<Column> =
            self.0.into_iter().map(|(_, builder)| builder.finish().into_column()).collect();
        if columns.is_empty() {
            // Constants need a frame with rows.
            let mut placeholder = StringChunkedBuilder::new("rows".into(), rows);
            (0..rows).for_each(|_| placeholder.append_null());
            return DataFrame::new(rows, vec![placeholder.finish().into_column()]);
        }
        DataFrame::new(rows, columns)
    }
}
