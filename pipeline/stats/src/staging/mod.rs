//! Facts prepared for SQL: visible rows only, with versions resolved, ids replaced by surrogate keys and local days.
//!
//! Facts of one session are staged together: order events of the campaigns of some slots, signals or views of some
//! weeks. Only rows that are equal in every remaining column are summed here.

mod entities;
mod fact_columns;
mod held;
mod id_dictionary;
mod moved_keys;
mod orders;
mod product_facts;
mod product_sums;
mod retractions;
mod snapshots;
mod stage_products;
mod staged_table;
mod validity;
mod versions;

pub(crate) use entities::{stage_entities, with_opening_slots};
pub(crate) use fact_columns::{VersionColumns, counts, instants, read_columns};
pub(crate) use id_dictionary::IdDictionary;
pub(crate) use moved_keys::{MovedKeys, MovedVersion};
pub(crate) use orders::stage_orders;
pub(crate) use product_facts::ProductFact;
pub(crate) use retractions::Retractions;
pub(crate) use snapshots::stage_snapshots;
pub(crate) use stage_products::stage_product_facts;
pub(crate) use staged_table::{StagedTable, StagingRequest};
pub(crate) use validity::Validity;
