//! Stages of a night: each reads relations, calls a crate, and writes relations.

// Modules in reading order: each uses only those above it.

mod build_context;
pub(crate) mod night;

// Ingest.
pub(crate) mod file_findings;
mod ingest_plan;

mod ingest_commit;
mod ingest_report;

pub(crate) mod ingest;

pub(crate) mod retract;

// Stats.
pub(crate) mod stats;

// Train.
mod champions;
mod model_card;
mod slot_scores;

pub(crate) mod train;

// Rank.
mod final_rankings;
mod list_context;
mod previous_lists;
mod rankings;
mod similar_campaigns;

pub(crate) mod rank;

// Publish.
mod findings;
pub(crate) mod list_warnings;
mod model_check;
pub(crate) mod offer_context;

pub(crate) mod page_view;

pub(crate) mod publish;

// Other verbs.
pub(crate) mod backtest;
pub(crate) mod backtest_tables;
pub(crate) mod evaluate;
pub(crate) mod what_if;
