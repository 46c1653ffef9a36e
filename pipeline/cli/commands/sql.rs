//! `slotcast sql`: queries and describes the relations of a run.

use std::{io::Write as _, time::Duration};

use anyhow::Result;
use slotcast_core::Audience;
use slotcast_lake::Lake;
use slotcast_stats::{QueryLimits, RelationDoc, UserSession, relation_doc};

use crate::{
    args::{Format, SqlLimits},
    batch_builder::BatchBuilder,
    context::Context,
    outcome::Outcome,
    output::{RowOutput, as_table, print_rows},
    printer::Printer,
    run_snapshot::no_completed_run,
    settings::SqlSettings,
    stdout::Stdout,
    user_query::visible_tables,
};

/// Default maximum number of rows of a table.
const MAX_ROWS: usize = 10_000;
/// Default time limit of a query.
const MAX_SECONDS: u64 = 60;
/// Default memory limit of a query.
const MAX_MEMORY_MIB: u32 = 1024;

/// A query, or a request to describe relations.
pub(super) struct SqlRequest<'a> {
    pub(super) query: Option<&'a str>,
    pub(super) describe: &'a Option<Option<String>>,
    pub(super) run_id: Option<&'a str>,
    pub(super) limits: &'a SqlLimits,
    pub(super) audience: Audience,
}

pub(super) async fn sql(context: Context<'_>, request: &SqlRequest<'_>) -> Result<Outcome> {
    let Context { common, settings, printer } = context;
    let lake = Lake::open(&settings.lake)?;
    if lake.runs().await?.visible().is_none() {
        return Err(no_completed_run().into());
    }
    let tables = visible_tables(&lake, request.run_id).await?;
    let session = UserSession::open(&tables, limits(request.limits, &settings.sql), request.audience)?;
    match (request.query, request.describe) {
        (Some(query), _) => {
            let max_rows = max_rows(common.format, request.limits, &settings.sql);
            print_answer(printer, common.format, &session, query, max_rows).await?;
        }
        (None, Some(Some(name))) => print_relation(printer, common.format, &session.describe(name)?)?,
        (None, _) => print_relations(printer, common.format, &session)?,
    }
    Ok(Outcome::Completed)
}

fn limits(args: &SqlLimits, settings: &SqlSettings) -> QueryLimits {
    let seconds = args.timeout.or(settings.seconds).unwrap_or(MAX_SECONDS);
    let memory = args.memory.or(settings.memory_mib).unwrap_or(MAX_MEMORY_MIB);
    QueryLimits {
        time: (seconds > 0).then(|| Duration::from_secs(seconds)),
        memory_mib: Some(u64::from(memory)),
    }
}

/// Maximum number of rows; `None` for all. Only tables have a default, because other formats are for programs.
fn max_rows(format: Format, args: &SqlLimits, settings: &SqlSettings) -> Option<usize> {
    let default = (format == Format::Table).then(|| settings.rows.unwrap_or(MAX_ROWS));
    args.limit.or(default).filter(|rows| *rows > 0)
}

async fn print_answer(
    printer: &Printer,
    format: Format,
    session: &UserSession,
    query: &str,
    max_rows: Option<usize>,
) -> Result<()> {
    let mut answer = session.query(query, max_rows).await?;
    let mut output = RowOutput::new(printer, format, answer.schema())?;
    let mut printed = 0;
    while let Some(batch) = answer.next().await? {
        printed += batch.num_rows();
        output.write(&batch)?;
        if output.is_closed() {
            return Ok(());
        }
        answer.exclude(output.take_wait_time());
    }
    output.end()?;
    if answer.is_truncated() {
        let alternative = if format == Format::Table { " or `--format csv > rows.csv`" } else { "" };
        printer.warn(format!(
            "only the first {printed} row(s) are printed; print all with `--limit 0`{alternative}"
        ));
    }
    Ok(())
}

/// Prints name, number of rows, grain and summary of every relation.
fn print_relations(printer: &Printer, format: Format, session: &UserSession) -> Result<()> {
    let tables = session.relations();
    let docs: Vec<RelationDoc> =
        tables.iter().map(|table| relation_doc(&table.name, &table.schema)).collect();
    let relations = BatchBuilder::default()
        .text("relation", docs.iter().map(|doc| non_empty(&doc.name)))
        .count("rows", tables.iter().map(|table| table.rows.and_then(|rows| usize::try_from(rows).ok())))
        .text("grain", docs.iter().map(|doc| non_empty(&doc.grain)))
        .text("about", docs.iter().map(|doc| non_empty(doc.summary())))
        .batch()?;
    print_rows(printer, format, &relations.schema(), std::slice::from_ref(&relations))?;
    if format == Format::Table {
        printer.info("columns and example queries of a relation: `slotcast sql --describe NAME`; its audits: `--describe findings`");
    }
    Ok(())
}

/// Prints a relation: everything for people, or its columns for programs.
fn print_relation(printer: &Printer, format: Format, relation: &RelationDoc) -> Result<()> {
    let columns = BatchBuilder::default()
        .text("column_name", relation.columns.iter().map(|column| non_empty(&column.name)))
        .text("type", relation.columns.iter().map(|column| non_empty(&column.data_type)))
        .text("doc", relation.columns.iter().map(|column| non_empty(&column.doc)))
        .batch()?;
    if format != Format::Table {
        return print_rows(printer, format, &columns.schema(), &[columns]);
    }
    let mut page = format!("{}\ngrain: {}\n", relation.name, relation.grain);
    for note in &relation.notes {
        page.push_str(&format!("\n{note}\n"));
    }
    page.push_str(&format!("\n{}", as_table(&columns.schema(), &[columns])?));
    for example in &relation.examples {
        page.push_str(&format!("\n-- {}\n{}\n", example.question, example.sql));
    }
    Ok(Stdout::default().write_all(page.as_bytes())?)
}

fn non_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
