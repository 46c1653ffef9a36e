//! `slotcast evaluate`: compares a run or a backtest with the truth of a simulation.

use std::{path::Path, sync::Arc};

use anyhow::Result;
use arrow::{
    array::{AsArray, Float64Array, RecordBatch},
    datatypes::{DataType, Float64Type},
};
use slotcast_lake::Lake;

use crate::{
    args::Format, context::Context, outcome::Outcome, output::print_rows, stages, user_query::open_session,
};

pub(super) async fn evaluate(context: Context<'_>, truth: &Path, run_id: Option<&str>) -> Result<Outcome> {
    let Context { common, settings, printer } = context;
    let session = open_session(&Lake::open(&settings.lake)?, run_id).await?;
    let (source, evaluation) = stages::evaluate::evaluate(&session, truth).await?;
    printer.info(format!(
        "{source} of {} slot(s) against the truth; log loss, Brier score and hits are expected values, free of sampling noise",
        evaluation.slots
    ));
    if evaluation.unknown > 0 {
        printer.warn(format!("{} of the offers are missing in the truth", evaluation.unknown));
    }
    if source == "ranking" {
        printer.info(
            "a single list has no standard error over slots; `slotcast backtest --from DATE --to DATE` scores more slots",
        );
    }
    let rows = stages::evaluate::batch(&evaluation)?;
    let rows = if common.format == Format::Table { rounded(&rows)? } else { rows };
    print_rows(printer, common.format, &rows.schema(), std::slice::from_ref(&rows))?;
    Ok(Outcome::Completed)
}

/// The rows with numbers rounded to four decimals.
fn rounded(rows: &RecordBatch) -> Result<RecordBatch> {
    let columns = rows.columns().iter().map(|column| match column.data_type() {
        DataType::Float64 => {
            let values = column.as_primitive::<Float64Type>().iter();
            let rounded = values.map(|value| value.map(|value| (value * 1e4).round() / 1e4));
            Arc::new(rounded.collect::<Float64Array>()) as _
        }
        _ => Arc::clone(column),
    });
    Ok(RecordBatch::try_new(rows.schema(), columns.collect())?)
}
