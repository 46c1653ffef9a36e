//! Functions of the mapping language that polars lacks, as functions of whole text columns.
//!
//! A function with state across chunks keeps it behind a lock. The evaluator of a file runs each
//! function once per chunk, in file order.

mod apply;
mod lookup;
mod row_state;
mod text;

pub(super) use apply::concat;
pub(super) use lookup::{count_unmatched, look_up};
pub(super) use row_state::{fill_down, line_ordinal, running_total};
pub(super) use text::{
    absolute, element_text, map_words, multiply, number_sign, plain_number, slot, starts_with, text_steps,
    value_at_path,
};
