//! `slotcast sql`: questions over what a run made visible.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use arrow::{
    array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray},
    datatypes::{Field, Schema},
};
use slotcast_core::Audience;
use slotcast_lake::{Lake, LakeError, Room, Snapshot, TableId};
use slotcast_stats::{Described, Limits, UserSession, described, is_working};

use super::Outcome;
use crate::{
    args::{Common, Format, SqlLimits},
    failure::UserError,
    printer::{Pipe, Printer},
    seen::run_asked,
    settings::{Settings, SqlFile},
    tables::{Output, as_table, print_rows},
};

/// Rows of a table that is printed, where nobody says otherwise.
const ROWS: usize = 10_000;
/// Seconds that a question gets.
const SECONDS: u64 = 60;
/// MiB that it may hold.
const MEMORY_MIB: u32 = 1024;

/// What was asked.
pub(crate) struct Question<'a> {
    pub(crate) query: Option<&'a str>,
    pub(crate) describe: &'a Option<Option<String>>,
    pub(crate) run: Option<&'a str>,
    pub(crate) limits: &'a SqlLimits,
    pub(crate) audience: Audience,
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
    let tables = visible_tables(&lake, question.run).await?;
    let session = UserSession::open(&tables, limits(question.limits, &settings.sql), question.audience)?;
    match (question.query, question.describe) {
        (Some(query), _) => {
            let rows = rows(common.format, question.limits, &settings.sql);
            answer(printer, common.format, &session, query, rows).await?;
        }
        (None, Some(Some(name))) => describe(printer, common.format, &session.describe(name)?)?,
        (None, _) => list(printer, common.format, &session)?,
    }
    Ok(Outcome::Done)
}

fn limits(asked: &SqlLimits, settings: &SqlFile) -> Limits {
    let seconds = asked.timeout.or(settings.seconds).unwrap_or(SECONDS);
    let memory = asked.memory.or(settings.memory_mib).unwrap_or(MEMORY_MIB);
    Limits { time: (seconds > 0).then(|| Duration::from_secs(seconds)), memory_mib: Some(u64::from(memory)) }
}

/// People read a screen or two; who asks for CSV wants all of it.
fn rows(format: Format, asked: &SqlLimits, settings: &SqlFile) -> Option<usize> {
    let usual = (format == Format::Table).then(|| settings.rows.unwrap_or(ROWS));
    asked.limit.or(usual).filter(|rows| *rows > 0)
}

async fn answer(
    printer: &Printer,
    format: Format,
    session: &UserSession,
    query: &str,
    rows: Option<usize>,
) -> Result<()> {
    let mut answer = session.ask(query, rows).await?;
    let mut output = Output::begin(printer, format, answer.schema())?;
    let mut shown = 0;
    while let Some(batch) = answer.next().await? {
        shown += batch.num_rows();
        output.write(&batch)?;
        if output.is_closed() {
            return Ok(());
        }
        answer.leave_out(output.waited());
    }
    output.end()?;
    if answer.is_cut() {
        let otherwise = if format == Format::Table { ", or `--format csv > rows.csv`" } else { "" };
        printer.warn(format!("only the first {shown} row(s) are here; all of them: `--limit 0`{otherwise}"));
    }
    Ok(())
}

/// The relations and ledgers that a run made visible; of the ledger of runs always the newest. Facts
/// stay behind: they hold costs and customers. So does what is kept for the next night only.
pub(crate) async fn visible_tables(lake: &Lake, run: Option<&str>) -> Result<Vec<Snapshot>> {
    let runs = lake.runs().await?;
    let run = run_asked(&runs, run)?;
    let mut tables = Vec::new();
    for (name, version) in run.map(|run| &run.tables).into_iter().flatten() {
        let table = TableId::parse(name).ok_or_else(|| LakeError::NoTable(name.clone()))?;
        if table.room != Room::Facts && !is_working(&table.name) {
            tables.push(lake.at(&table, *version).await?);
        }
    }
    for name in ["runs", "run_stages"] {
        tables.extend(lake.head(&TableId::ledger(name)).await?);
    }
    Ok(tables)
}

fn list(printer: &Printer, format: Format, session: &UserSession) -> Result<()> {
    let tables = session.tables();
    let described: Vec<Described> =
        tables.iter().map(|table| described(&table.name, &table.schema)).collect();
    let rows = tables.iter().map(|table| table.rows.and_then(|rows| i64::try_from(rows).ok()));
    let batch = rows_of(vec![
        ("relation", texts(described.iter().map(|relation| relation.name.as_str()))),
        ("rows", Arc::new(rows.collect::<Int64Array>())),
        ("grain", texts(described.iter().map(|relation| relation.grain.as_str()))),
        ("about", texts(described.iter().map(Described::about))),
    ])?;
    print_rows(printer, format, &batch.schema(), std::slice::from_ref(&batch))?;
    if format == Format::Table {
        printer.say("columns and questions of one: `slotcast sql --describe NAME`");
    }
    Ok(())
}

/// One relation: for people all there is to know, for programs its columns.
fn describe(printer: &Printer, format: Format, relation: &Described) -> Result<()> {
    let columns = rows_of(vec![
        ("column_name", texts(relation.columns.iter().map(|column| column.name.as_str()))),
        ("type", texts(relation.columns.iter().map(|column| column.kind.as_str()))),
        ("doc", texts(relation.columns.iter().map(|column| column.doc.as_str()))),
    ])?;
    if format != Format::Table {
        return print_rows(printer, format, &columns.schema(), &[columns]);
    }
    let mut page = format!("{}\na row is: {}\n", relation.name, relation.grain);
    for note in &relation.notes {
        page.push_str(&format!("\n{note}\n"));
    }
    page.push_str(&format!("\n{}", as_table(&columns.schema(), &[columns])?));
    for example in &relation.examples {
        page.push_str(&format!("\n-- {}\n{}\n", example.question, example.sql));
    }
    Ok(std::io::Write::write_all(&mut Pipe::default(), page.as_bytes())?)
}

fn rows_of(columns: Vec<(&str, ArrayRef)>) -> Result<RecordBatch> {
    let fields = columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    Ok(RecordBatch::try_new(schema, columns.into_iter().map(|(_, array)| array).collect())?)
}

fn texts<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    // What nobody says is null.
    Arc::new(values.map(|text| Some(text).filter(|text| !text.is_empty())).collect::<StringArray>())
}
