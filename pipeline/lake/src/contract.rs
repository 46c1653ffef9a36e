//! The tables that a market brings: names, columns, kinds and keys, for no engine in particular.
//!
//! Every fact also carries its provenance: when it could be known, and the file and
//! line that brought it. `origin` numbers the files that a lake ever took in, by batch
//! and then by name; `ingest_files` tells their names.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

use ColumnKind::{Count, Day, Flag, Instant, Money, PositiveCount, PositiveMoney, Text, Word};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Any text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number, not negative.
    Count,
    /// A whole number above zero.
    PositiveCount,
    /// Money, or a number of units that may be money: 16 digits before the point, 2 after it; not negative.
    Money,
    /// The same, above zero.
    PositiveMoney,
    /// Yes or no.
    Flag,
    /// An instant, to the microsecond.
    Instant,
    /// A calendar day.
    Day,
}

/// A column of an input table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContractColumn {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether a row without it is rejected.
    pub required: bool,
    /// Whether it belongs to the key.
    pub key: bool,
}

/// An input table.
#[derive(Debug, PartialEq, Eq)]
pub struct ContractTable {
    /// Its name, which is the name of its folder in the inbox.
    pub name: &'static str,
    /// Its columns, in order.
    pub columns: &'static [ContractColumn],
    /// The column that says when a fact happened; none for tables of versions.
    pub occurred: Option<&'static str>,
    /// Whether rows may carry attributes, columns named `attr_<name>`.
    pub attributes: bool,
}

/// Prefix of the columns that carry attributes.
pub const ATTRIBUTE_PREFIX: &str = "attr_";

const fn column(name: &'static str, kind: ColumnKind, required: bool, key: bool) -> ContractColumn {
    ContractColumn { name, kind, required, key }
}

const fn key(name: &'static str, kind: ColumnKind) -> ContractColumn {
    column(name, kind, true, true)
}

const fn must(name: &'static str, kind: ColumnKind) -> ContractColumn {
    column(name, kind, true, false)
}

const fn may(name: &'static str, kind: ColumnKind) -> ContractColumn {
    column(name, kind, false, false)
}

const BASES: ColumnKind = Word(&["units", "amount"]);
const RECORDED: ContractColumn = may("recorded_at", Instant);

/// Every input table, in the order in which they are taken in.
pub static TABLES: [ContractTable; 8] = [
    ContractTable {
        name: "makers",
        columns: &[
            key("maker_id", Text),
            must("name", Text),
            must("kind", Word(&["manufacturer", "brand", "artist"])),
            must("updated_at", Instant),
            RECORDED,
        ],
        occurred: None,
        attributes: false,
    },
    ContractTable {
        name: "products",
        columns: &[
            key("product_id", Text),
            must("title", Text),
            must("category", Text),
            must("maker_id", Text),
            may("artist_id", Text),
            may("image_url", Text),
            may("url", Text),
            must("updated_at", Instant),
            RECORDED,
        ],
        occurred: None,
        attributes: true,
    },
    ContractTable {
        name: "campaigns",
        columns: &[
            key("campaign_id", Text),
            may("candidate_id", Text),
            must("product_id", Text),
            may("slot_date", Day),
            must("opens_at", Instant),
            must("closes_at", Instant),
            must("threshold", PositiveMoney),
            must("threshold_basis", BASES),
            may("price", Money),
            may("currency", Text),
            may("unit_cost", Money),
            may("fixed_cost", Money),
            may("capacity", PositiveMoney),
            may("parent_campaign_id", Text),
            must("status", Word(&["scheduled", "live", "closed", "withdrawn"])),
            may("declared_outcome", Word(&["reached", "missed"])),
            must("updated_at", Instant),
            RECORDED,
        ],
        occurred: None,
        attributes: true,
    },
    ContractTable {
        name: "candidates",
        columns: &[
            key("candidate_id", Text),
            must("product_id", Text),
            must("slot_date", Day),
            must("threshold", PositiveMoney),
            must("threshold_basis", BASES),
            may("price", Money),
            may("currency", Text),
            may("unit_cost", Money),
            may("fixed_cost", Money),
            may("capacity", PositiveMoney),
            must("status", Word(&["proposed", "withdrawn"])),
            must("submitted_at", Instant),
            must("updated_at", Instant),
            RECORDED,
        ],
        occurred: None,
        attributes: true,
    },
    ContractTable {
        name: "order_events",
        columns: &[
            key("event_id", Text),
            must("order_id", Text),
            must("campaign_id", Text),
            may("option_id", Text),
            may("customer_id", Text),
            must("event", Word(&["placed", "cancelled", "refunded"])),
            must("occurred_at", Instant),
            may("units", PositiveCount),
            may("amount", PositiveMoney),
            may("channel", Text),
            may("gift", Flag),
            RECORDED,
        ],
        occurred: Some("occurred_at"),
        attributes: false,
    },
    ContractTable {
        name: "order_snapshots",
        columns: &[
            key("campaign_id", Text),
            key("observed_at", Instant),
            may("measure", Word(&["total", "increment"])),
            may("orders", Count),
            may("units", Count),
            may("amount", Money),
            may("customers", Count),
            RECORDED,
        ],
        occurred: Some("observed_at"),
        attributes: false,
    },
    ContractTable {
        name: "page_views",
        columns: &[
            key("product_id", Text),
            key("hour", Instant),
            key("channel", Text),
            must("views", Count),
            must("visitors", Count),
            RECORDED,
        ],
        occurred: Some("hour"),
        attributes: false,
    },
    ContractTable {
        name: "social_signals",
        columns: &[
            may("signal_id", Text),
            key("product_id", Text),
            key("occurred_at", Instant),
            key("kind", Text),
            key("channel", Text),
            must("count", Count),
            RECORDED,
        ],
        occurred: Some("occurred_at"),
        attributes: false,
    },
];

/// The columns that every fact carries after those of its table and its attributes.
pub const PROVENANCE: [&str; 3] = ["known_at", "origin", "line"];

impl ContractTable {
    /// The table called `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.name == name)
    }

    /// The column called `name`.
    pub fn column(&self, name: &str) -> Option<&'static ContractColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The column by which facts are laid out in time: when they happened, or when the version was made.
    pub fn time(&self) -> &'static str {
        self.occurred.unwrap_or("updated_at")
    }

    /// The column of what the facts are of, by which they are sorted within a week: events are looked
    /// up by campaign, every other table by the first column of its key.
    pub fn entity(&self) -> &'static str {
        match self.name {
            "order_events" => "campaign_id",
            _ => self.columns.iter().find(|column| column.key).map_or("", |column| column.name),
        }
    }

    /// The schema of the table's facts: its columns, these attributes, the provenance.
    pub fn fact_schema(&self, attributes: &[Field]) -> SchemaRef {
        let own = self.columns.iter().map(|column| Field::new(column.name, column.kind.arrow(), true));
        let provenance = PROVENANCE.iter().map(|name| {
            let kind = match *name {
                "known_at" => instant_type(),
                _ => DataType::Int64,
            };
            Field::new(*name, kind, true)
        });
        Arc::new(Schema::new(own.chain(attributes.iter().cloned()).chain(provenance).collect::<Vec<_>>()))
    }
}

impl ColumnKind {
    /// The Arrow type in which the lake keeps it.
    pub fn arrow(self) -> DataType {
        match self {
            Text | Word(_) => DataType::Utf8,
            Count | PositiveCount => DataType::Int64,
            Money | PositiveMoney => money_type(),
            Flag => DataType::Boolean,
            Instant => instant_type(),
            Day => DataType::Date32,
        }
    }
}

/// A week, in microseconds: the stretch of time by which facts are laid out.
pub const WEEK_MICROS: i64 = 604_800_000_000;

/// The week of a moment in microseconds, counted from the epoch.
pub fn week_of(micros: i64) -> i64 {
    micros.div_euclid(WEEK_MICROS)
}

/// Microseconds since the epoch, UTC.
pub fn instant_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// Decimal with two places.
pub fn money_type() -> DataType {
    DataType::Decimal128(18, 2)
}

/// Rows that were not taken in.
pub fn rejects_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("table_name", DataType::Utf8, false),
        Field::new("file", DataType::Utf8, false),
        Field::new("line", DataType::Int64, false),
        Field::new("column_name", DataType::Utf8, true),
        Field::new("reason", DataType::Utf8, false),
        Field::new("raw", DataType::Binary, false),
        Field::new("batch_id", DataType::Utf8, false),
        Field::new("known_at", instant_type(), false),
        // The pseudonym, where the row names a customer that could be read: `forget` goes by it.
        Field::new("customer", DataType::Utf8, true),
    ]))
}

/// Files that were taken in, with their account.
pub fn ingest_files_schema() -> SchemaRef {
    let count = |name: &str| Field::new(name, DataType::Int64, false);
    Arc::new(Schema::new(vec![
        Field::new("batch_id", DataType::Utf8, false),
        count("origin"),
        Field::new("file", DataType::Utf8, false),
        Field::new("content_hash", DataType::Utf8, false),
        // By which part of which mapping it was read: the same bytes read otherwise are another file.
        Field::new("way_of_reading", DataType::Utf8, false),
        count("read"),
        count("accepted"),
        count("rejected"),
        count("repeats"),
        count("filtered"),
        Field::new("known_at", instant_type(), false),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_a_key_and_no_column_twice() {
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
