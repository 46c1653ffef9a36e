//! The input tables of the contract.

use super::{
    column::{
        ColumnKind::{self, Boolean, Count, Date, Instant, Money, OneOf, PositiveCount, PositiveMoney, Text},
        ContractColumn, key, optional, required,
    },
    table::ContractTable,
};

const BASIS: ColumnKind = OneOf(&["units", "amount"]);
const RECORDED_AT: ContractColumn = optional("recorded_at", Instant);

/// Every input table, in the order of ingestion.
pub static TABLES: [ContractTable; 8] = [
    ContractTable {
        name: "makers",
        columns: &[
            key("maker_id", Text),
            required("name", Text),
            required("kind", OneOf(&["manufacturer", "brand", "artist"])),
            required("updated_at", Instant),
            RECORDED_AT,
        ],
        event_time: None,
        has_attributes: false,
    },
    ContractTable {
        name: "products",
        columns: &[
            key("product_id", Text),
            required("title", Text),
            optional("category", Text),
            required("maker_id", Text),
            optional("artist_id", Text),
            optional("image_url", Text),
            optional("url", Text),
            required("updated_at", Instant),
            RECORDED_AT,
        ],
        event_time: None,
        has_attributes: true,
    },
    ContractTable {
        name: "campaigns",
        columns: &[
            key("campaign_id", Text),
            optional("candidate_id", Text),
            required("product_id", Text),
            optional("slot_date", Date),
            required("opens_at", Instant),
            required("closes_at", Instant),
            required("threshold", PositiveMoney),
            required("threshold_basis", BASIS),
            optional("price", Money),
            optional("currency", Text),
            optional("unit_cost", Money),
            optional("fixed_cost", Money),
            optional("capacity", PositiveMoney),
            optional("parent_campaign_id", Text),
            required("status", OneOf(&["scheduled", "live", "closed", "withdrawn"])),
            optional("declared_outcome", OneOf(&["reached", "missed"])),
            required("updated_at", Instant),
            RECORDED_AT,
        ],
        event_time: None,
        has_attributes: true,
    },
    ContractTable {
        name: "candidates",
        columns: &[
            key("candidate_id", Text),
            required("product_id", Text),
            required("slot_date", Date),
            required("threshold", PositiveMoney),
            required("threshold_basis", BASIS),
            optional("price", Money),
            optional("currency", Text),
            optional("unit_cost", Money),
            optional("fixed_cost", Money),
            optional("capacity", PositiveMoney),
            required("status", OneOf(&["proposed", "withdrawn"])),
            required("submitted_at", Instant),
            required("updated_at", Instant),
            RECORDED_AT,
        ],
        event_time: None,
        has_attributes: true,
    },
    ContractTable {
        name: "order_events",
        columns: &[
            key("event_id", Text),
            required("order_id", Text),
            required("campaign_id", Text),
            optional("option_id", Text),
            optional("customer_id", Text),
            required("event", OneOf(&["placed", "cancelled", "refunded"])),
            required("occurred_at", Instant),
            optional("units", PositiveCount),
            optional("amount", Money),
            optional("channel", Text),
            optional("gift", Boolean),
            RECORDED_AT,
        ],
        event_time: Some("occurred_at"),
        has_attributes: false,
    },
    ContractTable {
        name: "order_snapshots",
        columns: &[
            key("campaign_id", Text),
            key("observed_at", Instant),
            optional("measure", OneOf(&["total", "increment"])),
            optional("orders", Count),
            optional("units", Count),
            optional("amount", Money),
            optional("customers", Count),
            RECORDED_AT,
        ],
        event_time: Some("observed_at"),
        has_attributes: false,
    },
    ContractTable {
        name: "page_views",
        columns: &[
            key("product_id", Text),
            key("hour", Instant),
            key("channel", Text),
            required("views", Count),
            optional("visitors", Count),
            RECORDED_AT,
        ],
        event_time: Some("hour"),
        has_attributes: false,
    },
    ContractTable {
        name: "social_signals",
        columns: &[
            optional("signal_id", Text),
            key("product_id", Text),
            key("occurred_at", Instant),
            key("kind", Text),
            key("channel", Text),
            required("count", Count),
            RECORDED_AT,
        ],
        event_time: Some("occurred_at"),
        has_attributes: false,
    },
];

impl ContractTable {
    /// The table with this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_have_a_key_and_unique_columns() {
        for table in &TABLES {
            assert!(table.columns.iter().any(|column| column.key), "{}", table.name);
            let schema = table.fact_schema(&[]);
            for field in schema.fields() {
                let same = schema.fields().iter().filter(|other| other.name() == field.name()).count();
                assert_eq!(same, 1, "{}.{}", table.name, field.name());
            }
        }
    }
}
