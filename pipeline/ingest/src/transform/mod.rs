//! From records to typed rows: plan, expressions, columns, checks.

mod column_builder;
mod column_functions;
mod error_mark;
pub(crate) mod evaluator;
mod explode;
pub(crate) mod fact_chunk;
pub(crate) mod file_reader;
mod finish_chunk;
mod frame_names;
mod id_checks;
pub(crate) mod lookup_table;
pub(crate) mod partial_cancellations;
pub(crate) mod plan;
mod plan_columns;
mod polars_expression;
mod raw_rows;
mod row_classes;
mod string_column;
mod table_rules;
mod target_plan;
pub(crate) mod text_columns;
mod text_frame;
mod value_type;
