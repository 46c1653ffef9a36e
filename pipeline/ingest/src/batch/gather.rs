//! Assembly of the record batch of a part file, with provenance columns.

use std::sync::Arc;

use arrow::{
    array::{
        Array, ArrayRef, AsArray, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray,
        TimestampMicrosecondArray, new_null_array,
    },
    compute::interleave,
    datatypes::{DataType, Field, Int32Type, Int64Type, Schema, TimestampMicrosecondType},
};
use hashbrown::HashMap;
use slotcast_lake::{
    LakeError,
    contract::{ATTRIBUTE_PREFIX, ContractTable, PROVENANCE, instant_type},
};

use crate::{
    batch::{
        chunk_slice::{ChunkSlice, SliceRow},
        entity_sort::{DistinctChunks, sort_rows, strings_of},
        signal_sums::SignalSums,
    },
    transform::fact_chunk::FactChunk,
};

/// Provenance of the facts of a batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Provenance {
    /// Time of the ingest in microseconds.
    pub(crate) now: i64,
    /// Dates facts by the source instead of by the ingest.
    pub(crate) history: bool,
    /// Id of the first file of the batch.
    pub(crate) first_source_file_id: i64,
}

/// Gathers the accepted rows of a part file, sorted, as one record batch.
pub(crate) fn gather_rows(
    table: &'static ContractTable,
    slices: &[ChunkSlice],
    accepted: Vec<SliceRow>,
    sums: &SignalSums,
    provenance: &Provenance,
) -> Result<RecordBatch, LakeError> {
    let times: Vec<&[i64]> = slices.iter().map(|slice| slice.chunk.times()).collect();
    let accepted = sort_rows(table, slices, &times, accepted);
    let rows: Vec<(usize, usize)> =
        accepted.iter().map(|row| (row.slice as usize, row.row as usize)).collect();
    let DistinctChunks { chunks, chunk_of_slice } = DistinctChunks::new(slices);
    let chunk_rows: Vec<(usize, usize)> =
        rows.iter().map(|(slice, row)| (chunk_of_slice[*slice], *row)).collect();
    let own = table.columns.iter().map(|column| Field::new(column.name, column.kind.arrow(), true));
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for field in own.chain(attribute_fields(slices)) {
        let column = match field.name().as_str() {
            "count" | "recorded_at" if sums.has_any() => gather_sums(&field, slices, &accepted, sums),
            _ => gather_column(&field, &chunks, &chunk_rows)?,
        };
        fields.push(Field::new(field.name(), column.data_type().clone(), true));
        columns.push(column);
    }
    let known_at = known_times(slices, &times, &accepted, sums, provenance);
    columns.push(Arc::new(TimestampMicrosecondArray::from(known_at).with_timezone("UTC")));
    let source_file =
        |(slice, _): &(usize, usize)| provenance.first_source_file_id + slices[*slice].chunk.file as i64;
    columns.push(Arc::new(Int64Array::from_iter_values(rows.iter().map(source_file))));
    let line = |(slice, row): &(usize, usize)| slices[*slice].chunk.lines[*row];
    columns.push(Arc::new(Int64Array::from_iter_values(rows.iter().map(line))));
    for (name, column) in PROVENANCE.iter().zip(&columns[columns.len() - PROVENANCE.len()..]) {
        fields.push(Field::new(*name, column.data_type().clone(), true));
    }
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

fn attribute_fields(slices: &[ChunkSlice]) -> Vec<Field> {
    let mut found: Vec<Field> = Vec::new();
    for field in slices.iter().flat_map(|slice| &slice.chunk.fields) {
        if field.name().starts_with(ATTRIBUTE_PREFIX) && found.iter().all(|own| own.name() != field.name()) {
            found.push(field.clone());
        }
    }
    found.sort_by(|a, b| a.name().cmp(b.name()));
    found
}

fn gather_column(
    field: &Field,
    chunks: &[&Arc<FactChunk>],
    rows: &[(usize, usize)],
) -> Result<ArrayRef, LakeError> {
    let chunk_column = |chunk: &&Arc<FactChunk>| match chunk.column(field.name()) {
        Some(column) => Arc::clone(column),
        None => new_null_array(field.data_type(), chunk.lines.len()),
    };
    let columns: Vec<ArrayRef> = chunks.iter().map(chunk_column).collect();
    if columns.iter().all(|column| column.null_count() == column.len()) {
        return Ok(new_null_array(field.data_type(), rows.len()));
    }
    if columns.iter().any(|column| matches!(column.data_type(), DataType::Dictionary(..))) {
        return Ok(gather_dictionary(&columns, rows));
    }
    let columns: Vec<&dyn Array> = columns.iter().map(AsRef::as_ref).collect();
    Ok(interleave(&columns, rows)?)
}

/// Merges encoded columns to one column with a common dictionary.
fn gather_dictionary(columns: &[ArrayRef], rows: &[(usize, usize)]) -> ArrayRef {
    let mut codes_by_string: HashMap<&str, i32> = HashMap::new();
    let mut strings: Vec<&str> = Vec::new();
    let mut merged_code = |string| {
        *codes_by_string.entry(string).or_insert_with(|| {
            strings.push(string);
            (strings.len() - 1) as i32
        })
    };
    let merged_codes: Vec<Vec<i32>> = columns
        .iter()
        .map(|column| match column.as_any_dictionary_opt() {
            Some(_) => strings_of(column).map(&mut merged_code).collect(),
            None => Vec::new(),
        })
        .collect();
    let codes: Vec<Option<&Int32Array>> = columns
        .iter()
        .map(|column| column.as_dictionary_opt::<Int32Type>().map(DictionaryArray::keys))
        .collect();
    // A column without codes is all null.
    let code = |(column, row): &(usize, usize)| {
        let codes = codes[*column].filter(|codes| codes.is_valid(*row))?;
        Some(merged_codes[*column][codes.value(*row) as usize])
    };
    let codes: Int32Array = rows.iter().map(code).collect();
    Arc::new(DictionaryArray::new(codes, Arc::new(StringArray::from_iter_values(strings))))
}

/// Counts or recording times, some of which are sums.
fn gather_sums(field: &Field, slices: &[ChunkSlice], accepted: &[SliceRow], sums: &SignalSums) -> ArrayRef {
    let value = |at: &SliceRow| -> Option<i64> {
        let column = slices[at.slice as usize].column(field.name())?;
        let (row, is_count) = (at.row as usize, field.name() == "count");
        match (sums.sum(*at), is_count) {
            (Some((sum, _)), true) => Some(sum.count),
            (Some((sum, _)), false) => sum.recorded_at,
            (None, _) if column.is_null(row) => None,
            (None, true) => Some(column.as_primitive::<Int64Type>().value(row)),
            (None, false) => Some(column.as_primitive::<TimestampMicrosecondType>().value(row)),
        }
    };
    let values = accepted.iter().map(value);
    if field.data_type() == &instant_type() {
        Arc::new(values.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
    } else {
        Arc::new(values.collect::<Int64Array>())
    }
}

/// Times at which this system could have known the facts.
///
/// The time of the ingest, or a later recording time of the source. With `history`, the recording
/// time of the source, or the time of the fact.
fn known_times(
    slices: &[ChunkSlice],
    times: &[&[i64]],
    accepted: &[SliceRow],
    sums: &SignalSums,
    provenance: &Provenance,
) -> Vec<i64> {
    let recorded: Vec<Option<&TimestampMicrosecondArray>> = slices
        .iter()
        .map(|slice| {
            let column = slice.column("recorded_at")?;
            (column.null_count() < column.len()).then(|| column.as_primitive())
        })
        .collect();
    let known_at = |at: &SliceRow| {
        let (slice, row) = (at.slice as usize, at.row as usize);
        let recorded_at = match sums.sum(*at) {
            Some((sum, _)) => sum.recorded_at,
            None => recorded[slice].filter(|column| column.is_valid(row)).map(|column| column.value(row)),
        };
        if provenance.history {
            recorded_at.unwrap_or_else(|| times[slice][row])
        } else {
            recorded_at.map_or(provenance.now, |recorded_at| recorded_at.max(provenance.now))
        }
    };
    accepted.iter().map(known_at).collect()
}
