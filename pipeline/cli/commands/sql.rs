//! `slotcast sql`: questions over what a run made visible.

use std::sync::Arc;

use anyhow::Result;
use arrow::{
    array::{RecordBatch, StringArray},
    datatypes::{DataType, Field, Schema},
};
use slotcast_lake::{Lake, LakeError, Room, Snapshot, TableId};
use slotcast_stats::{QueryLimits, UserSession};

use super::Outcome;
use crate::{args::Common, failure::UserError, printer::Printer, settings::Settings, tables::print_rows};

/// What was asked.
pub(crate) struct Question<'a> {
    pub(crate) query: Option<&'a str>,
    pub(crate) describe: &'a Option<Option<String>>,
    pub(crate) run: Option<&'a str>,
    pub(crate) limit: Option<usize>,
}

pub(crate) async fn sql(
    common: &Common,
    settings: &Settings,
    printer: &Printer,
    question: Question<'_>,
) -> Result<Outcome> {
    let lake = Lake::open(&settings.lake)?;
    if lake.runs().await?.latest_done().is_none() {
        return Err(UserError::new(
            "no run of this lake is finished yet, so there is nothing to ask",
            "`slotcast runs` lists what was begun; `slotcast nightly` makes a run",
        )
        .into());
    }
    let session = UserSession::open(&visible_tables(&lake, question.run).await?)?;
    match (question.query, question.describe) {
        (Some(query), _) => {
            let (schema, batches) = session.ask(query, QueryLimits { rows: question.limit }).await?;
            print_rows(printer, common.format, &schema, &batches)?;
        }
        (None, Some(Some(name))) => {
            let schema = session.columns(name).await?;
            let names = schema.fields().iter().map(|field| field.name().clone()).collect();
            let kinds = schema.fields().iter().map(|field| field.data_type().to_string()).collect();
            print_texts(common, printer, &[("column_name", names), ("type", kinds)])?;
        }
        (None, _) => print_texts(common, printer, &[("relation", session.names().to_vec())])?,
    }
    Ok(Outcome::Done)
}

/// The relations and ledgers that a run made visible; of the ledger of runs always the newest. Facts
/// stay behind: they hold costs and customers.
pub(crate) async fn visible_tables(lake: &Lake, run: Option<&str>) -> Result<Vec<Snapshot>> {
    let runs = lake.runs().await?;
    let run = match run {
        Some(run_id) => Some(runs.done(run_id)?),
        None => runs.latest_done(),
    };
    let mut tables = Vec::new();
    for (name, version) in run.map(|run| &run.tables).into_iter().flatten() {
        let table = TableId::parse(name).ok_or_else(|| LakeError::NoTable(name.clone()))?;
        if table.room != Room::Facts {
            tables.push(lake.at(&table, *version).await?);
        }
    }
    for name in ["runs", "run_stages"] {
        tables.extend(lake.head(&TableId::ledger(name)).await?);
    }
    Ok(tables)
}

fn print_texts(common: &Common, printer: &Printer, columns: &[(&str, Vec<String>)]) -> Result<()> {
    let fields = columns.iter().map(|(name, _)| Field::new(*name, DataType::Utf8, true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let arrays = columns.iter().map(|(_, values)| Arc::new(StringArray::from(values.clone())) as _);
    let batch = RecordBatch::try_new(schema.clone(), arrays.collect())?;
    print_rows(printer, common.format, &schema, &[batch])
}
