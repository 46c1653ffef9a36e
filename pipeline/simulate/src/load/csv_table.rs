//! Dimension tables as CSV files.

use chrono::{DateTime, Utc};
use slotcast_core::Tz;

use crate::{error::SimulateError, market_file::MarketFile};

pub(super) const MAKERS: [&str; 4] = ["maker_id", "name", "kind", "updated_at"];
pub(super) const PRODUCTS: [&str; 6] =
    ["product_id", "title", "category", "maker_id", "artist_id", "updated_at"];
pub(super) const CAMPAIGNS: [&str; 14] = [
    "campaign_id",
    "candidate_id",
    "product_id",
    "slot_date",
    "opens_at",
    "closes_at",
    "threshold",
    "threshold_basis",
    "price",
    "currency",
    "unit_cost",
    "capacity",
    "status",
    "updated_at",
];
pub(super) const CANDIDATES: [&str; 12] = [
    "candidate_id",
    "product_id",
    "slot_date",
    "threshold",
    "threshold_basis",
    "price",
    "currency",
    "unit_cost",
    "capacity",
    "status",
    "submitted_at",
    "updated_at",
];

/// The file of a table.
pub(super) fn csv_table<const N: usize>(
    table: &'static str,
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Result<MarketFile, SimulateError> {
    let failed = |source: csv::Error| SimulateError::Csv { table, source };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).map_err(failed)?;
    for row in rows {
        writer.write_record(row).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(error.into_error().into()))?;
    Ok(MarketFile { path: format!("{table}/{table}.csv"), bytes })
}

/// An instant in RFC 3339 with the offset of the zone.
pub(super) fn local_text(zone: Tz, instant: DateTime<Utc>) -> String {
    instant.with_timezone(&zone).format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// The text of a value; empty for none.
pub(super) fn optional_text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
