//! From records to typed rows: plan, expressions, columns, checks.

pub(crate) mod apply_mapping;
mod cell_text;
mod column_builder;
mod computed_source;
mod error_mark;
pub(crate) mod fact_chunk;
pub(crate) mod file_reader;
pub(crate) mod plan;
mod polars_expression;
mod polars_to_arrow;
mod raw_rows;
mod table_rules;
mod target_plan;
mod text_frame;
mod value_type;
