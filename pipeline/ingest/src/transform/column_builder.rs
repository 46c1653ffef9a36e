//! Builder for a target column: parses cells to the types of the lake.

use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int64Builder,
    StringBuilder, TimestampMicrosecondBuilder, new_null_array,
};
use chrono::NaiveDate;
use slotcast_core::Tz;
use slotcast_lake::{
    Pseudonyms,
    contract::{instant_type, money_type},
};

use crate::{
    report::reject_reason::RejectReason,
    transform::{
        id_checks::{LongIds, is_excel_number},
        plan::FilePlan,
        target_plan::ColumnPlan,
        value_type::ValueType,
    },
    values::{
        cell_cleaner::is_null_word,
        number_format::NumberFormat,
        plain_number::{parse_integer, parse_money},
        ranges::{check_count, check_day, check_money},
        string_dictionary::DictionaryEncoder,
        time_rule::{TimeRule, TimestampFormat},
        timestamp::{TimestampReader, parse_day},
    },
};

/// Texts for true and false, in lower case.
const TRUE: [&str; 5] = ["true", "t", "yes", "y", "1"];
const FALSE: [&str; 5] = ["false", "f", "no", "n", "0"];

/// Text columns with few distinct values, in any table.
const DICTIONARY_COLUMNS: [&str; 12] = [
    "product_id",
    "campaign_id",
    "option_id",
    "channel",
    "kind",
    "event",
    "measure",
    "category",
    "currency",
    "threshold_basis",
    "status",
    "declared_outcome",
];

/// Columns besides ids in which words such as `NULL` are empty.
const NULL_WORD_COLUMNS: [&str; 3] = ["channel", "kind", "currency"];

/// Returns whether a column holds ids.
fn is_id(column: &str) -> bool {
    column.ends_with("_id")
}

/// Builder for one target column, a chunk at a time.
pub(crate) struct ColumnBuilder<'a> {
    value_type: ValueType,
    required: bool,
    time: TimeRule,
    round: bool,
    /// Text for an empty cell.
    default: Option<&'static str>,
    /// Plain notation, for numbers with a currency sign.
    numbers: NumberFormat,
    /// Long ids, in a column of ids.
    ids: Option<LongIds>,
    /// Words such as `NULL` are empty.
    has_null_words: bool,
    /// Number of such words.
    null_words: u64,
    values: Values<'a>,
}

enum Values<'a> {
    /// Number of rows of an absent column.
    Absent(usize),
    Text(StringBuilder),
    /// Pseudonyms, and the rows of the chunk with an erased customer.
    Customer(StringBuilder, &'a Pseudonyms, Vec<usize>),
    Dictionary(DictionaryEncoder),
    Integer(Int64Builder, bool),
    Money(Decimal128Builder, bool),
    Flag(BooleanBuilder),
    Instant(TimestampMicrosecondBuilder, Box<TimestampReader>),
    Day(Date32Builder),
    Number(Float64Builder),
}

impl<'a> ColumnBuilder<'a> {
    pub(crate) fn new(
        plan: &FilePlan,
        column: &ColumnPlan,
        default: Option<&'static str>,
        zone: Tz,
        pseudonyms: &'a Pseudonyms,
    ) -> Self {
        let time = column.rule.as_ref().map(|rule| rule.time.clone()).unwrap_or_default();
        let money_builder = || Decimal128Builder::new().with_data_type(money_type());
        let values = match (&column.rule, column.value_type) {
            (None, _) if default.is_none() => Values::Absent(0),
            (_, ValueType::Text) if column.name == "customer_id" => {
                Values::Customer(StringBuilder::new(), pseudonyms, Vec::new())
            }
            (_, ValueType::Text) if DICTIONARY_COLUMNS.contains(&column.name.as_str()) => {
                Values::Dictionary(DictionaryEncoder::new(None))
            }
            (_, ValueType::Enum(allowed)) => Values::Dictionary(DictionaryEncoder::new(Some(allowed))),
            (_, ValueType::Text) => Values::Text(StringBuilder::new()),
            (_, ValueType::Integer { positive }) => Values::Integer(Int64Builder::new(), positive),
            (_, ValueType::Money { positive }) => Values::Money(money_builder(), positive),
            (_, ValueType::Flag) => Values::Flag(BooleanBuilder::new()),
            (_, ValueType::Instant) => {
                let builder = TimestampMicrosecondBuilder::new().with_data_type(instant_type());
                Values::Instant(builder, Box::new(TimestampReader::new(&time, zone)))
            }
            (_, ValueType::Day) => Values::Day(Date32Builder::new()),
            (_, ValueType::Number) => Values::Number(Float64Builder::new()),
        };
        Self {
            value_type: column.value_type,
            required: column.required,
            time,
            round: column.rule.as_ref().is_some_and(|rule| rule.round),
            default,
            numbers: plan.numbers.plain(),
            ids: is_id(&column.name).then(LongIds::default),
            has_null_words: plan.has_default_nulls
                && (is_id(&column.name) || NULL_WORD_COLUMNS.contains(&column.name.as_str())),
            null_words: 0,
            values,
        }
    }

    /// Appends a cell: its value, or null with an error.
    #[inline]
    pub(crate) fn push(&mut self, cell: Option<&str>) -> Result<(), RejectReason> {
        let mut cell = cell;
        if self.has_null_words && cell.is_some_and(is_null_word) {
            // Only ids are reported: a customer of that name would be many people.
            self.null_words += u64::from(self.ids.is_some());
            cell = None;
        }
        let Some(text) = cell.or(self.default) else {
            self.push_null();
            return if self.required { Err(RejectReason::MissingValue) } else { Ok(()) };
        };
        if let Some(ids) = &mut self.ids {
            if is_excel_number(text) {
                self.push_null();
                return Err(RejectReason::ExcelNumber);
            }
            ids.add(text);
        }
        self.push_text(text).inspect_err(|_| self.push_null())
    }

    /// Takes the number of words such as `NULL` in a column of ids.
    pub(crate) fn take_null_words(&mut self) -> u64 {
        std::mem::take(&mut self.null_words)
    }

    /// First id of the column, if a spreadsheet has rounded all long ones.
    pub(crate) fn ruined_id(&self) -> Option<&str> {
        self.ids.as_ref()?.ruined()
    }

    /// Appends null, for a cell with another error.
    pub(crate) fn push_null(&mut self) {
        match &mut self.values {
            Values::Absent(rows) => *rows += 1,
            Values::Text(values) | Values::Customer(values, ..) => values.append_null(),
            Values::Dictionary(values) => values.push_null(),
            Values::Integer(values, _) => values.append_null(),
            Values::Money(values, _) => values.append_null(),
            Values::Flag(values) => values.append_null(),
            Values::Instant(values, _) => values.append_null(),
            Values::Day(values) => values.append_null(),
            Values::Number(values) => values.append_null(),
        }
    }

    fn push_text(&mut self, text: &str) -> Result<(), RejectReason> {
        match &mut self.values {
            Values::Absent(rows) => *rows += 1,
            Values::Text(values) => values.append_value(text),
            Values::Customer(values, pseudonyms, erased) => {
                let pseudonym = pseudonyms.pseudonym(text);
                if pseudonym.is_none() {
                    erased.push(values.len());
                }
                values.append_option(pseudonym);
            }
            Values::Dictionary(values) => values.push(text)?,
            Values::Integer(values, positive) => {
                let number = parse_integer(text).or_else(|reason| {
                    self.numbers.to_plain(text).ok_or(reason).and_then(|plain| parse_integer(&plain))
                })?;
                values.append_value(check_count(number, *positive)?);
            }
            Values::Money(values, positive) => {
                let number = parse_money(text, self.round).or_else(|reason| match reason {
                    RejectReason::BadNumber => {
                        let plain = self.numbers.to_plain(text).ok_or(reason)?;
                        parse_money(&plain, self.round)
                    }
                    reason => Err(reason),
                })?;
                values.append_value(check_money(number, *positive)?);
            }
            Values::Flag(values) => values.append_value(parse_flag(text)?),
            Values::Instant(values, timestamps) => values.append_value(timestamps.parse(text)?),
            Values::Day(values) => {
                values.append_value(check_day(days_since_epoch(text, &self.time.format)?)?)
            }
            Values::Number(values) => {
                let number: f64 = match text.parse() {
                    Ok(number) => number,
                    Err(_) => {
                        let plain = self.numbers.to_plain(text).ok_or(RejectReason::BadNumber)?;
                        plain.parse().map_err(|_| RejectReason::BadNumber)?
                    }
                };
                if !number.is_finite() {
                    return Err(RejectReason::BadNumber);
                }
                values.append_value(number);
            }
        }
        Ok(())
    }

    /// Takes the rows of the chunk with an erased customer.
    pub(crate) fn take_erased(&mut self) -> Vec<usize> {
        match &mut self.values {
            Values::Customer(.., erased) => std::mem::take(erased),
            _ => Vec::new(),
        }
    }

    /// Finishes the column of the chunk. The next chunk gets the same capacity.
    pub(crate) fn finish(&mut self) -> ArrayRef {
        match &mut self.values {
            Values::Absent(rows) => new_null_array(&self.value_type.arrow_type(), std::mem::take(rows)),
            Values::Text(values) | Values::Customer(values, ..) => {
                let (rows, bytes) = (values.len(), values.values_slice().len());
                let finished = values.finish();
                *values = StringBuilder::with_capacity(rows, bytes + bytes / 8);
                Arc::new(finished)
            }
            Values::Dictionary(values) => values.finish(),
            Values::Integer(values, _) => {
                let finished = values.finish();
                *values = Int64Builder::with_capacity(finished.len());
                Arc::new(finished)
            }
            Values::Money(values, _) => {
                let finished = values.finish();
                *values = Decimal128Builder::with_capacity(finished.len()).with_data_type(money_type());
                Arc::new(finished)
            }
            Values::Flag(values) => Arc::new(values.finish()),
            Values::Instant(values, _) => {
                let finished = values.finish();
                *values =
                    TimestampMicrosecondBuilder::with_capacity(finished.len()).with_data_type(instant_type());
                Arc::new(finished)
            }
            Values::Day(values) => Arc::new(values.finish()),
            Values::Number(values) => Arc::new(values.finish()),
        }
    }
}

fn parse_flag(text: &str) -> Result<bool, RejectReason> {
    let is_one_of = |texts: &[&str]| texts.iter().any(|own| text.eq_ignore_ascii_case(own));
    match (is_one_of(&TRUE), is_one_of(&FALSE)) {
        (true, _) => Ok(true),
        (_, true) => Ok(false),
        _ => Err(RejectReason::BadFlag),
    }
}

/// Parses a day to days since the epoch.
fn days_since_epoch(text: &str, format: &TimestampFormat) -> Result<i32, RejectReason> {
    let days = parse_day(text, format)?.signed_duration_since(NaiveDate::default()).num_days();
    i32::try_from(days).map_err(|_| RejectReason::OutOfRange)
}
