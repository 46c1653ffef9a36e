//! Last step of a chunk: computed columns, rules between columns, and the classes of its rows.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef},
    datatypes::Field,
};

use crate::{
    report::row_errors::RowErrors,
    transform::{
        column_builder::ColumnBuilder, evaluator::MappedChunk, fact_chunk::FactChunk,
        file_reader::FileReader, row_classes::RowClasses, table_rules::check_table_rules,
        target_plan::ColumnPlan,
    },
};

impl FileReader<'_> {
    /// Facts of the rows of a chunk, one chunk per target.
    pub(super) fn finish_chunk(
        &mut self,
        lines: Vec<i64>,
        first_row: usize,
        mapped: Option<&MappedChunk>,
        mut errors: Vec<RowErrors>,
    ) -> Vec<FactChunk> {
        let lines = Arc::new(lines);
        let mut chunks = Vec::with_capacity(self.plan.targets.len());
        let mut erased = Vec::new();
        for (number, target) in self.plan.targets.iter().enumerate() {
            let builders = &mut self.builders[number];
            for computed in mapped.into_iter().flat_map(|mapped| &mapped.columns[number]) {
                let builder = &mut builders[computed.column];
                for (row, text) in computed.texts().enumerate() {
                    let pushed = match text {
                        Ok(text) => builder.push(text),
                        Err(reason) => {
                            builder.push_null();
                            Err(reason)
                        }
                    };
                    if let Err(reason) = pushed {
                        errors[number].add(row, computed.column, reason);
                    }
                }
            }
            self.report.null_words += builders.iter_mut().map(ColumnBuilder::take_null_words).sum::<u64>();
            erased.extend(builders.iter_mut().flat_map(ColumnBuilder::take_erased));
            let columns: Vec<ArrayRef> = builders.iter_mut().map(ColumnBuilder::finish).collect();
            let field = |(column, array): (&ColumnPlan, &ArrayRef)| {
                Field::new(&column.name, array.data_type().clone(), true)
            };
            let fields: Vec<Field> = target.columns.iter().zip(&columns).map(field).collect();
            check_table_rules(target.table.name, &fields, &columns, &mut errors[number]);
            chunks.push(FactChunk {
                table: target.table,
                fields,
                columns,
                rows: Vec::with_capacity(lines.len()),
                lines: Arc::clone(&lines),
                file: self.file,
                first_row,
                keeps_repeats: self.keeps_repeats,
            });
        }
        let rows =
            RowClasses { plan: &self.plan, lines: &lines, mapped, errors: &errors, raw: &self.raw_rows };
        for row in 0..lines.len() {
            let rejected = self.report.rejects.len();
            rows.classify(row, &mut self.report, &mut chunks);
            for reject in &mut self.report.rejects[rejected..] {
                reject.customer = chunks.iter().find_map(|chunk| chunk.customer(row));
                // Rejects must not store the text of a row of an erased customer.
                if erased.contains(&row) {
                    reject.raw.clear();
                }
            }
        }
        self.partial_cancellations.add(&chunks);
        chunks.retain(|chunk| !chunk.rows.is_empty());
        chunks
    }
}
