//! The mapping language: its syntax, its rules, and their validation.

pub(crate) mod attributes;
mod check_column;
mod check_expression;
mod check_layout;
mod check_lookups;
mod check_mapping;
mod check_time;
mod classify;
pub(crate) mod column_rule;
pub(crate) mod condition;
mod definitions;
pub(crate) mod expression;
pub(crate) mod file_rule;
pub(crate) mod header;
pub(crate) mod lookup_rule;
mod mapping_text;
pub(crate) mod pattern;
mod raw_condition;
mod raw_expression;
mod raw_mapping;
mod raw_steps;
mod raw_text;
pub(crate) mod source_mapping;
pub(crate) mod source_ref;
pub(crate) mod text_step;
mod violation;
