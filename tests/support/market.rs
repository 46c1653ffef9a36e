//! Small markets.

use std::{collections::BTreeMap, path::Path};

use slotcast_core::{DateTime, NaiveDate, Utc};
use slotcast_lake::contract::TABLES;
use slotcast_simulate::{Market, MarketFile, MarketSpec, OutputFormat, Preset, WriteOptions};

use super::files::write_text;

/// A small simulated market without late, repeated or corrected rows: one file per slot.
pub(crate) fn small_market(
    slots: u32,
    seats: u32,
    first: NaiveDate,
    until: DateTime<Utc>,
) -> Vec<MarketFile> {
    let (slots, seats, first) = (slots.to_string(), seats.to_string(), format!("\"{first}\""));
    let settings = [
        ("market.slots", slots.as_str()),
        ("market.seats", seats.as_str()),
        ("market.first_slot", first.as_str()),
        ("market.pool", "1.6"),
        ("market.makers", "6"),
        ("market.rest_slots", "3"),
        ("market.customers", "400"),
        ("signals.alert.median", "16"),
        ("signals.wish.median", "10"),
        ("signals.share.median", "5"),
        ("signals.like.median", "12"),
        ("views.conversion", "0.9"),
        ("views.lead_days", "1"),
        ("anomalies.late_rows", "0"),
        ("anomalies.repeated_rows", "0"),
        ("anomalies.corrections", "0"),
    ];
    let spec = MarketSpec::preset(Preset::Y2016).with(&settings).expect("valid settings");
    let options = WriteOptions { format: OutputFormat::Csv, since: None, until, threads: 1 };
    Market::new(spec, 7).and_then(|market| market.files(&options)).expect("a market").0
}

/// A row of a CSV file, by column.
pub(crate) type CsvRow = BTreeMap<String, String>;

/// Table and rows of a file of a market.
pub(crate) fn table_rows(file: &MarketFile) -> (&'static str, Vec<CsvRow>) {
    let table = TABLES.iter().find(|table| file.path.starts_with(table.name)).expect("a table");
    let mut reader = csv::Reader::from_reader(file.bytes.as_slice());
    (table.name, reader.deserialize().map(|row| row.expect("a row")).collect())
}

/// Writes an inbox with one maker, one product and one campaign.
pub(crate) fn write_tiny_inbox(folder: &Path) {
    let inbox = folder.join("inbox");
    write_text(
        &inbox.join("makers/m.csv"),
        "maker_id,name,kind,updated_at\nm1,해담,artist,2016-01-01T00:00:00Z\n",
    );
    write_text(
        &inbox.join("products/p.csv"),
        "product_id,title,category,maker_id,updated_at\np1,백자 수저,주방,m1,2016-01-01T00:00:00Z\n",
    );
    write_text(
        &inbox.join("campaigns/c.csv"),
        "campaign_id,product_id,opens_at,closes_at,threshold,threshold_basis,status,updated_at\n\
         c1,p1,2016-02-16T10:00:00+09:00,2016-02-23T10:00:00+09:00,100,units,scheduled,2016-02-01T00:00:00Z\n",
    );
}
