//! Parquet files, validated before the decoder reads them.

mod delta;
mod footer;
mod page_header;
mod pages;
pub(crate) mod reader;
#[cfg(test)]
mod tests;
mod thrift;
mod types;
