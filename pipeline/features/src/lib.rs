//! From the relation `offer_features` to typed columns: one row an offer, nothing learned.
//!
//! A feature is any column of the relation that is not a key. What is fitted
//! (clipping, imputation, scaling, shrinkage) happens in `models`, on training
//! rows only. This room reads record batches and touches no file and no clock.

mod error;
mod labels;
mod spec;
mod table;

pub use error::FeatureError;
pub use labels::{Demand, Label, Labels, Outcome};
pub use spec::{FeatureKind, FeatureSpec};
pub use table::{Column, FeatureTable, OfferKey};
