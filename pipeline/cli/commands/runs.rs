//! `slotcast runs`: the run ledger.

use anyhow::Result;
use slotcast_lake::Lake;
use slotcast_stats::{Limits, UserSession};

use super::Outcome;
use crate::{
    args::{Common, Format},
    commands::sql::visible_tables,
    printer::Printer,
    settings::Settings,
    tables::print_rows,
};

pub(crate) async fn runs(common: &Common, settings: &Settings, printer: &Printer) -> Result<Outcome> {
    let lake = Lake::open(&settings.lake)?;
    let session = UserSession::open(
        &visible_tables(&lake, None).await?,
        Limits::none(),
        slotcast_core::Audience::Everyone,
    )?;
    let columns = match common.format {
        Format::Table => {
            "run_id, verb, status, attempt, as_of, started_at, round(seconds, 1) AS seconds, message"
        }
        _ => "*",
    };
    let (schema, batches) = session.ask(&format!("SELECT {columns} FROM runs"), None).await?.all().await?;
    print_rows(printer, common.format, &schema, &batches)?;
    Ok(Outcome::Done)
}
