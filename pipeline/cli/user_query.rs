//! Queries over the relations that a run made visible.

use anyhow::Result;
use slotcast_core::Audience;
use slotcast_lake::{Lake, LakeError, Namespace, Snapshot, TableId};
use slotcast_stats::{QueryLimits, UserSession, is_intermediate};

use crate::{context::Context, output::print_rows, run_snapshot::completed_run};

/// Relations and ledgers of a run. The ledgers of runs and stages are always the newest.
///
/// Facts are excluded because they contain costs and customers, and intermediate relations because only builds use them.
pub(crate) async fn visible_tables(lake: &Lake, run_id: Option<&str>) -> Result<Vec<Snapshot>> {
    let runs = lake.runs().await?;
    let run = completed_run(&runs, run_id)?;
    let mut tables = Vec::new();
    for (name, version) in run.map(|run| &run.tables).into_iter().flatten() {
        let table = TableId::parse(name).ok_or_else(|| LakeError::UnknownTable(name.clone()))?;
        if table.namespace != Namespace::Facts && !is_intermediate(&table.name) {
            tables.push(lake.at(&table, *version).await?);
        }
    }
    for name in ["runs", "run_stages"] {
        tables.extend(lake.head(&TableId::ledger(name)).await?);
    }
    Ok(tables)
}

/// Session without limits over the columns that everyone may see.
pub(crate) async fn open_session(lake: &Lake, run_id: Option<&str>) -> Result<UserSession> {
    let tables = visible_tables(lake, run_id).await?;
    Ok(UserSession::open(&tables, QueryLimits::none(), Audience::Everyone)?)
}

/// Prints the rows of a query over a run, or the first `max_rows`.
pub(crate) async fn print_query(
    context: Context<'_>,
    lake: &Lake,
    run_id: Option<&str>,
    query: &str,
    max_rows: Option<usize>,
) -> Result<()> {
    let session = open_session(lake, run_id).await?;
    let (schema, batches) = session.query(query, max_rows).await?.all().await?;
    print_rows(context.printer, context.common.format, &schema, &batches)
}
