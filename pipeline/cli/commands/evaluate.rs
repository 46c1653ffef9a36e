//! `slotcast evaluate`: a run or a backtest, held against a simulator's truth.

use std::{path::Path, sync::Arc};

use anyhow::Result;
use arrow::{
    array::{AsArray, Float64Array, RecordBatch},
    datatypes::{DataType, Float64Type},
};
use slotcast_lake::Lake;
use slotcast_stats::{Limits, UserSession};

use super::Outcome;
use crate::{
    args::{Common, Format},
    commands::sql::visible_tables,
    printer::Printer,
    settings::Settings,
    stages,
    tables::print_rows,
};

pub(crate) async fn evaluate(
    common: &Common,
    settings: &Settings,
    printer: &Printer,
    truth: &Path,
    run: Option<&str>,
) -> Result<Outcome> {
    let lake = Lake::open(&settings.lake)?;
    let session = UserSession::open(
        &visible_tables(&lake, run).await?,
        Limits::none(),
        slotcast_core::Audience::Everyone,
    )?;
    let found = stages::evaluate::evaluate(&session, truth).await?;
    printer.say(format!(
        "{} of {} slot(s) against the truth; log loss, Brier score and hits are expected ones, without luck",
        found.source, found.slots
    ));
    if found.unknown > 0 {
        printer.warn(format!("the truth does not know {} of the offers", found.unknown));
    }
    if found.source == "ranking" {
        printer.say("one list has no error bar over slots; `slotcast backtest --from DATE --to DATE` scores more of them");
    }
    let rows = match common.format {
        Format::Table => rounded(&found.rows)?,
        _ => found.rows,
    };
    print_rows(printer, common.format, &rows.schema(), std::slice::from_ref(&rows))?;
    Ok(Outcome::Done)
}

/// As much of each figure as anybody reads.
fn rounded(rows: &RecordBatch) -> Result<RecordBatch> {
    let columns = rows.columns().iter().map(|column| match column.data_type() {
        DataType::Float64 => {
            let values = column.as_primitive::<Float64Type>().iter();
            let short = values.map(|value| value.map(|value| (value * 1e4).round() / 1e4));
            Arc::new(short.collect::<Float64Array>()) as _
        }
        _ => Arc::clone(column),
    });
    Ok(RecordBatch::try_new(rows.schema(), columns.collect())?)
}
