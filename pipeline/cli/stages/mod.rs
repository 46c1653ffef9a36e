//! The stages of a night, each a function of a run under way.

mod account;
pub(crate) mod backtest;
pub(crate) mod backtest_tables;
mod beside;
mod card;
pub(crate) mod champions;
pub(crate) mod checks;
pub(crate) mod evaluate;
pub(crate) mod ingest;
mod model_check;
pub(crate) mod page_view;
pub(crate) mod publish;
pub(crate) mod rank;
mod similar;
pub(crate) mod stats;
pub(crate) mod train;
pub(crate) mod what_if;
