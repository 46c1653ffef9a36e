//! Schemas of the ledgers that ingest writes.

use arrow::datatypes::SchemaRef;

/// Rejected rows. `customer` is the pseudonym if the row names a customer; erasures search by it.
pub fn rejects_schema() -> SchemaRef {
    arrow_schema! {
        table_name: Utf8 not null,
        file: Utf8 not null,
        line: Int64 not null,
        column_name: Utf8,
        reason: Utf8 not null,
        raw: Binary not null,
        batch_id: Utf8 not null,
        known_at: Timestamp not null,
        customer: Utf8,
    }
}

/// Ingested files, their row counts and retractions. `mapping_hash` hashes the part of the mapping that applied
/// to the file: the same bytes under another mapping are another file.
///
/// Columns from `mapping` on are null in rows of older lakes.
pub fn ingest_files_schema() -> SchemaRef {
    arrow_schema! {
        batch_id: Utf8 not null,
        source_file_id: Int64 not null,
        file: Utf8 not null,
        content_hash: Utf8 not null,
        mapping_hash: Utf8 not null,
        read: Int64 not null,
        accepted: Int64 not null,
        rejected: Int64 not null,
        repeats: Int64 not null,
        filtered: Int64 not null,
        known_at: Timestamp not null,
        mapping: Utf8,
        replaced: Int64,
        findings: Utf8,
        retracted_at: Timestamp,
        retracted_from: Timestamp,
        retracted_before: Int64,
    }
}
