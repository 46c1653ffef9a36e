//! Feature tables: rows of the relation `offer_features` as typed columns, and their labels. Nothing is fitted here.
//!
//! A feature is any column of the relation that is not a key. Everything fitted (clipping, imputation, scaling,
//! shrinkage) is in `models`, on training rows only. This crate reads record batches; it has no files and no clock.

// Modules in reading order: each uses only those above it.

mod error;

mod spec;

mod arrow_columns;

mod table;

mod outcome;

mod labels;

pub use error::FeatureError;
pub use labels::{Labels, OutcomeVersion};
pub use outcome::{ObservedDemand, Outcome};
pub use spec::{FeatureKind, FeatureSpec};
pub use table::{FeatureColumn, FeatureTable, OfferKey};
