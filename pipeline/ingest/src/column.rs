//! The cells of one target column on their way from text to the types of the lake.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayBuilder, ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder,
        Int64Builder, StringBuilder, TimestampMicrosecondBuilder, new_null_array,
    },
    datatypes::DataType,
};
use chrono::NaiveDate;
use slotcast_core::Tz;
use slotcast_lake::{
    Pseudonyms,
    contract::{instant_type, money_type},
};

use crate::{
    checks,
    expression::ColumnRule,
    instants::Instants,
    money::{money, whole},
    plan::{Reading, TargetColumn},
    reason::Reason,
    time_form::TimeForm,
    words::Words,
};

/// Words that mean yes, and words that mean no, in lower case.
const YES: [&str; 5] = ["true", "t", "yes", "y", "1"];
const NO: [&str; 5] = ["false", "f", "no", "n", "0"];

/// Reads the cells of one column, a chunk at a time.
pub(crate) struct ColumnReader<'a> {
    reading: Reading,
    required: bool,
    rule: Option<ColumnRule>,
    /// What an empty cell means.
    default: Option<&'static str>,
    values: Values<'a>,
}

enum Values<'a> {
    Absent(usize),
    Text(StringBuilder),
    /// And the rows of the chunk whose customer was forgotten.
    Customer(StringBuilder, &'a Pseudonyms, Vec<usize>),
    Coded(Words),
    Whole(Int64Builder, bool),
    Money(Decimal128Builder, bool),
    Flag(BooleanBuilder),
    Instant(TimestampMicrosecondBuilder, Box<Instants>),
    Day(Date32Builder),
    Number(Float64Builder),
}

/// Whether a text column has few different values in any table.
fn has_few_values(column: &str) -> bool {
    matches!(
        column,
        "product_id"
            | "campaign_id"
            | "option_id"
            | "channel"
            | "kind"
            | "event"
            | "measure"
            | "category"
            | "currency"
            | "threshold_basis"
            | "status"
            | "declared_outcome"
    )
}

impl<'a> ColumnReader<'a> {
    pub(crate) fn new(
        column: &TargetColumn,
        default: Option<&'static str>,
        zone: Tz,
        pseudonyms: &'a Pseudonyms,
    ) -> Self {
        let money_builder = || Decimal128Builder::new().with_data_type(money_type());
        let values = match (&column.rule, column.reading) {
            (None, _) if default.is_none() => Values::Absent(0),
            (_, Reading::Text) if column.name == "customer_id" => {
                Values::Customer(StringBuilder::new(), pseudonyms, Vec::new())
            }
            (_, Reading::Text) if has_few_values(&column.name) => Values::Coded(Words::new(None)),
            (_, Reading::Word(words)) => Values::Coded(Words::new(Some(words))),
            (_, Reading::Text) => Values::Text(StringBuilder::new()),
            (_, Reading::Whole { positive }) => Values::Whole(Int64Builder::new(), positive),
            (_, Reading::Money { positive }) => Values::Money(money_builder(), positive),
            (_, Reading::Flag) => Values::Flag(BooleanBuilder::new()),
            (rule, Reading::Instant) => {
                let rule = rule.clone().unwrap_or_else(|| ColumnRule::plain(""));
                let builder = TimestampMicrosecondBuilder::new().with_data_type(instant_type());
                Values::Instant(builder, Box::new(Instants::new(&rule, zone)))
            }
            (_, Reading::Day) => Values::Day(Date32Builder::new()),
            (_, Reading::Number) => Values::Number(Float64Builder::new()),
        };
        Self {
            reading: column.reading,
            required: column.required,
            rule: column.rule.clone(),
            default,
            values,
        }
    }

    /// Appends one cell: its value, or null and what is wrong with it.
    #[inline]
    pub(crate) fn push(&mut self, cell: Option<&str>) -> Result<(), Reason> {
        let Some(text) = cell.or(self.default) else {
            self.push_null();
            return if self.required { Err(Reason::MissingValue) } else { Ok(()) };
        };
        self.push_text(text).inspect_err(|_| self.push_null())
    }

    /// Appends nothing, for a cell of which something else is wrong.
    pub(crate) fn push_null(&mut self) {
        match &mut self.values {
            Values::Absent(rows) => *rows += 1,
            Values::Text(values) | Values::Customer(values, ..) => values.append_null(),
            Values::Coded(values) => values.push_null(),
            Values::Whole(values, _) => values.append_null(),
            Values::Money(values, _) => values.append_null(),
            Values::Flag(values) => values.append_null(),
            Values::Instant(values, _) => values.append_null(),
            Values::Day(values) => values.append_null(),
            Values::Number(values) => values.append_null(),
        }
    }

    fn push_text(&mut self, text: &str) -> Result<(), Reason> {
        match &mut self.values {
            Values::Absent(rows) => *rows += 1,
            Values::Text(values) => values.append_value(text),
            Values::Customer(values, pseudonyms, forgotten) => {
                let pseudonym = pseudonyms.of(text);
                if pseudonym.is_none() {
                    forgotten.push(values.len());
                }
                values.append_option(pseudonym);
            }
            Values::Coded(values) => values.push(text)?,
            Values::Whole(values, positive) => values.append_value(checks::count(whole(text)?, *positive)?),
            Values::Money(values, positive) => {
                let round = self.rule.as_ref().is_some_and(|rule| rule.round);
                values.append_value(checks::amount(money(text, round)?, *positive)?);
            }
            Values::Flag(values) => values.append_value(flag(text)?),
            Values::Instant(values, instants) => values.append_value(instants.read(text)?),
            Values::Day(values) => {
                values.append_value(checks::day(day(text, self.rule.as_ref().map(|rule| &rule.form))?)?);
            }
            Values::Number(values) => {
                let number: f64 = text.parse().map_err(|_| Reason::BadNumber)?;
                if !number.is_finite() {
                    return Err(Reason::BadNumber);
                }
                values.append_value(number);
            }
        }
        Ok(())
    }

    /// The rows of the chunk so far whose customer was forgotten; each is told once.
    pub(crate) fn take_forgotten(&mut self) -> Vec<usize> {
        match &mut self.values {
            Values::Customer(.., forgotten) => std::mem::take(forgotten),
            _ => Vec::new(),
        }
    }

    /// The column of the chunk. The reader begins the next one, which is taken to be as long.
    pub(crate) fn finish(&mut self) -> ArrayRef {
        match &mut self.values {
            Values::Absent(rows) => new_null_array(&lake_type(self.reading), std::mem::take(rows)),
            Values::Text(values) | Values::Customer(values, ..) => {
                let (rows, bytes) = (values.len(), values.values_slice().len());
                let finished = values.finish();
                *values = StringBuilder::with_capacity(rows, bytes + bytes / 8);
                Arc::new(finished)
            }
            Values::Coded(values) => values.finish(),
            Values::Whole(values, _) => {
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

fn flag(text: &str) -> Result<bool, Reason> {
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    match (is(&YES), is(&NO)) {
        (true, _) => Ok(true),
        (_, true) => Ok(false),
        _ => Err(Reason::BadFlag),
    }
}

/// Days since the epoch.
fn day(text: &str, form: Option<&TimeForm>) -> Result<i32, Reason> {
    let read = |format: &str| NaiveDate::parse_from_str(text, format).ok();
    let day = match form {
        Some(TimeForm::Formats(formats)) => formats.iter().find_map(|format| read(format)),
        _ if text.len() == 10 => read("%Y-%m-%d"),
        _ => None,
    };
    let days = day.ok_or(Reason::BadDate)?.signed_duration_since(NaiveDate::default()).num_days();
    i32::try_from(days).map_err(|_| Reason::OutOfRange)
}

/// The type in which the lake keeps what is read so.
pub(crate) fn lake_type(reading: Reading) -> DataType {
    match reading {
        Reading::Text | Reading::Word(_) => DataType::Utf8,
        Reading::Whole { .. } => DataType::Int64,
        Reading::Money { .. } => money_type(),
        Reading::Flag => DataType::Boolean,
        Reading::Instant => instant_type(),
        Reading::Day => DataType::Date32,
        Reading::Number => DataType::Float64,
    }
}
