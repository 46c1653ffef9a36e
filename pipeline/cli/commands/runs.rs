//! `slotcast runs`: prints the ledger of runs.

use anyhow::Result;
use slotcast_lake::Lake;

use crate::{args::Format, context::Context, outcome::Outcome, user_query::print_query};

pub(super) async fn runs(context: Context<'_>) -> Result<Outcome> {
    let columns = match context.common.format {
        Format::Table => {
            "run_id, verb, status, attempt, as_of, started_at, round(seconds, 1) AS seconds, message"
        }
        _ => "*",
    };
    let lake = Lake::open(&context.settings.lake)?;
    print_query(context, &lake, None, &format!("SELECT {columns} FROM runs"), None).await?;
    Ok(Outcome::Completed)
}
