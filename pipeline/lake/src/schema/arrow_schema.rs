//! Arrow schemas from a list of columns.

/// Types that [`arrow_schema!`](crate::arrow_schema) expands to.
pub mod arrow_types {
    pub use arrow::datatypes::{DataType, Field, Schema};
}

/// An Arrow schema from a list of columns: `arrow_schema! { run_id: Utf8 not null, started_at: Timestamp }`.
///
/// A type is a variant of [`DataType`](arrow::datatypes::DataType), `Timestamp` (microseconds in UTC),
/// `Money` (two decimal places), or an expression in parentheses. Columns are nullable unless they are
/// `not null`.
#[macro_export]
macro_rules! arrow_schema {
    (@schema [$($fields:expr,)*]) => {
        ::std::sync::Arc::new($crate::arrow_types::Schema::new(::std::vec![$($fields,)*]))
    };
    (@schema [$($fields:expr,)*] $name:ident: $kind:tt not null $(, $($rest:tt)*)?) => {
        $crate::arrow_schema!(
            @schema [$($fields,)* $crate::arrow_schema!(@field $name, $kind, false),] $($($rest)*)?
        )
    };
    (@schema [$($fields:expr,)*] $name:ident: $kind:tt $(, $($rest:tt)*)?) => {
        $crate::arrow_schema!(
            @schema [$($fields,)* $crate::arrow_schema!(@field $name, $kind, true),] $($($rest)*)?
        )
    };
    (@field $name:ident, $kind:tt, $nullable:literal) => {
        $crate::arrow_types::Field::new(stringify!($name), $crate::arrow_schema!(@type $kind), $nullable)
    };
    (@type Timestamp) => { $crate::contract::instant_type() };
    (@type Money) => { $crate::contract::money_type() };
    (@type ($kind:expr)) => { $kind };
    (@type $kind:ident) => { $crate::arrow_types::DataType::$kind };
    ($($columns:tt)*) => { $crate::arrow_schema!(@schema [] $($columns)*) };
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::{DataType, Field, Schema, TimeUnit};

    #[test]
    fn columns_are_nullable_unless_not_null() {
        let schema = arrow_schema! {
            run_id: Utf8 not null,
            started_at: Timestamp,
            amount: Money,
            window: (DataType::Duration(TimeUnit::Second)) not null,
        };
        let timestamp = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        let expected = Schema::new(vec![
            Field::new("run_id", DataType::Utf8, false),
            Field::new("started_at", timestamp, true),
            Field::new("amount", DataType::Decimal128(18, 2), true),
            Field::new("window", DataType::Duration(TimeUnit::Second), false),
        ]);
        assert_eq!(*schema, expected);
        assert_eq!(arrow_schema! { n: Int64 }.fields().len(), 1, "without a final comma");
    }
}
