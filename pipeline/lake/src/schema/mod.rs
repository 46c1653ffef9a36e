//! Schemas: the input tables of the contract, the ledgers of ingest, and the configuration of a market.

#[macro_use]
mod arrow_schema;
mod config;
pub mod contract;

pub use arrow_schema::arrow_types;
pub use config::{MarketConfig, SlotRule};
