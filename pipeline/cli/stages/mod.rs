//! The stages of a night, each a function of a run under way.

mod account;
pub(crate) mod backtest;
pub(crate) mod evaluate;
pub(crate) mod ingest;
pub(crate) mod publish;
pub(crate) mod rank;
pub(crate) mod stats;
pub(crate) mod train;
