//! `slotcast forget`: erases a customer from the lake.

use anyhow::{Result, bail};
use slotcast_ingest::normalize_text;
use slotcast_lake::Lake;

use crate::{
    active_run::{ActiveRun, RowCounts, RunIdentity, RunStart},
    clock::now,
    context::Context,
    failure::UserError,
    open_run::lock,
    outcome::Outcome,
};

/// Erases a customer. No message or ledger contains the id: the pseudonym and the time identify the run.
pub(super) async fn forget(context: Context<'_>, customer_id: &str) -> Result<Outcome> {
    let Context { settings, printer, .. } = context;
    // Ingest trims and normalizes ids too.
    let customer_id = normalize_text(customer_id.trim());
    let customer_id = &*customer_id;
    if customer_id.is_empty() {
        let hint = "pass the id as the mapping wrote it to the lake";
        return Err(UserError::new("the customer id is empty", hint).into());
    }
    let lake = Lake::open(&settings.lake)?;
    let lock = lock(context, &lake, "forget")?;
    // An erasure may be repeated, because rejected rows may have been added since.
    let pseudonym = lake.pseudonyms().await?.hash(customer_id);
    let at = now();
    let erasure_key = format!("{pseudonym} {at:?}");
    let identity = RunIdentity {
        verb: "forget",
        as_of: at,
        started_at: at,
        settings: &erasure_key,
        inputs: "",
        make_latest: false,
    };
    let RunStart::Started(mut run) = ActiveRun::start(&lake, lock, &identity).await? else {
        bail!("two erasures were started in the same microsecond");
    };
    let work = async |run: &mut ActiveRun| -> Result<_> {
        let erasure = run.lake.forget(customer_id, run.started_at).await?;
        let n = erasure.facts_changed + erasure.rejects_emptied;
        Ok((erasure, RowCounts { input: n, output: n }))
    };
    let erasure = run.stage(printer, "forget", work).await?;
    run.finish().await?;
    if erasure.facts_changed + erasure.rejects_emptied == 0 {
        printer.info("the lake contains no data of this customer; orders loaded later are stored without it");
    } else {
        printer.info(format!(
            "erased the customer from {} order(s), and the text of {} rejected row(s)",
            erasure.orders, erasure.rejects_emptied
        ));
    }
    Ok(Outcome::Completed)
}
