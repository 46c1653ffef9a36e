//! Values of single cells: numbers, timestamps, ranges, dictionary-encoded text.

pub(crate) mod cell_cleaner;
pub(crate) mod decimal;
mod east_asian_timestamp;
pub(crate) mod iso_timestamp;
pub(crate) mod json_path;
pub(crate) mod money_text;
pub(crate) mod normalize;
pub(crate) mod number_format;
pub(crate) mod plain_number;
pub(crate) mod ranges;
pub(crate) mod strftime;
pub(crate) mod string_dictionary;
pub(crate) mod time_rule;
pub(crate) mod timestamp;
pub(crate) mod zone_name;
