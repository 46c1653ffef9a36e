//! Rules between the columns of a row.

use arrow::{
    array::{Array, ArrayRef, AsArray, TimestampMicrosecondArray},
    datatypes::{Decimal128Type, Field},
};

use crate::{
    report::{reject_reason::RejectReason, row_errors::RowErrors},
    transform::string_column::StringColumn,
};

/// Returns whether a table has rules between columns.
pub(crate) fn has_table_rules(table: &str) -> bool {
    matches!(table, "campaigns" | "order_events" | "order_snapshots")
}

/// Adds errors for rows that violate a rule between columns. Rows with an invalid cell are skipped.
pub(crate) fn check_table_rules(table: &str, fields: &[Field], columns: &[ArrayRef], errors: &mut RowErrors) {
    let index =
        |name: &str| fields.iter().position(|field| field.name() == name).expect("a column of the contract");
    let instants = |name: &str| -> &TimestampMicrosecondArray { columns[index(name)].as_primitive() };
    let texts = |name: &str| StringColumn::new(&columns[index(name)]);
    let arrays =
        |names: &[&str]| -> Vec<ArrayRef> { names.iter().map(|name| columns[index(name)].clone()).collect() };
    let rows = columns.first().map_or(0, |column| column.len());
    let is_valid = |row: usize, errors: &RowErrors| errors.first(row).is_none();
    match table {
        "campaigns" => {
            let (opens, closes, updated) =
                (instants("opens_at"), instants("closes_at"), instants("updated_at"));
            let (status, outcome) = (texts("status"), texts("declared_outcome"));
            for row in 0..rows {
                if !is_valid(row, errors) {
                    continue;
                }
                let is_open = updated.value(row) < closes.value(row);
                if closes.value(row) <= opens.value(row) {
                    errors.add(row, index("closes_at"), RejectReason::ClosesBeforeOpens);
                } else if is_open && outcome.get(row).is_some() {
                    errors.add(row, index("declared_outcome"), RejectReason::OutcomeBeforeClose);
                } else if is_open && status.get(row) == Some("closed") {
                    errors.add(row, index("status"), RejectReason::OutcomeBeforeClose);
                }
            }
        }
        "order_events" => {
            let (event, units) = (texts("event"), columns[index("units")].clone());
            if units.null_count() == 0 {
                return;
            }
            // A free order is known by its units.
            let amounts = columns[index("amount")].as_primitive_opt::<Decimal128Type>();
            let has_amount =
                |row: usize| amounts.is_some_and(|amounts| amounts.is_valid(row) && amounts.value(row) > 0);
            for row in 0..rows {
                let is_empty = units.is_null(row) && !has_amount(row);
                if is_valid(row, errors) && is_empty && event.get(row) == Some("placed") {
                    errors.add(row, index("units"), RejectReason::NoQuantity);
                }
            }
        }
        "order_snapshots" => {
            let quantities = arrays(&["orders", "units", "amount"]);
            for row in 0..rows {
                if is_valid(row, errors) && quantities.iter().all(|quantity| quantity.is_null(row)) {
                    errors.add(row, index("orders"), RejectReason::NoQuantity);
                }
            }
        }
        _ => {}
    }
}
