//! Rows to the bytes of a CSV file.

use chrono::{DateTime, Utc};
use slotcast_core::Tz;

use crate::error::SimulateError;

/// A file of an inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketFile {
    /// Where it belongs, relative to the inbox, e.g. `campaigns/campaigns.csv`.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Columns of the tables that every made market has.
pub(crate) const MAKERS: [&str; 4] = ["maker_id", "name", "kind", "updated_at"];
pub(crate) const PRODUCTS: [&str; 6] =
    ["product_id", "title", "category", "maker_id", "artist_id", "updated_at"];
pub(crate) const CAMPAIGNS: [&str; 14] = [
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
pub(crate) const CANDIDATES: [&str; 12] = [
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

/// Threshold, basis, price, currency, unit cost and capacity of an offer, as its row has them.
pub(crate) fn terms(
    threshold: impl ToString,
    price: impl ToString,
    unit_cost: Option<impl ToString>,
    capacity: Option<impl ToString>,
) -> [String; 6] {
    let (basis, currency) = ("units".to_owned(), "KRW".to_owned());
    [threshold.to_string(), basis, price.to_string(), currency, text(unit_cost), text(capacity)]
}

/// The only file of a table.
pub(crate) fn csv_table<const N: usize>(
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

/// An instant as RFC 3339 with the offset of the market's zone.
pub(crate) fn local(zone: Tz, instant: DateTime<Utc>) -> String {
    instant.with_timezone(&zone).format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// The text of a value, empty where there is none.
pub(crate) fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
