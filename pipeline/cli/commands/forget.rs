//! `slotcast forget`: erases a customer from the lake.

use anyhow::{Result, bail};
use slotcast_lake::Lake;

use super::Outcome;
use crate::{
    args::Common,
    clock::now,
    failure::UserError,
    lake_door::lock,
    printer::Printer,
    run_record::{Begun, Identity, Rows, RunInProgress},
    settings::Settings,
};

/// The id stands in no message and no ledger: the run is known by the pseudonym and the moment.
pub(crate) async fn forget(
    common: &Common,
    settings: &Settings,
    printer: &Printer,
    customer_id: &str,
) -> Result<Outcome> {
    // As the door does: space around an id is no part of it.
    let customer_id = customer_id.trim();
    if customer_id.is_empty() {
        return Err(UserError::new("the customer's id is empty", "give the id as the lake took it in").into());
    }
    let lake = Lake::open(&settings.lake)?;
    let lock = lock(common, printer, &lake, "forget")?;
    // Also one who was forgotten before: rejected rows may have come since.
    let pseudonym = lake.pseudonyms().await?.ever_of(customer_id);
    let at = now();
    let asked = format!("{pseudonym} {at:?}");
    let identity = Identity { verb: "forget", as_of: at, taken_at: at, settings: &asked, inputs: "" };
    let Begun::Started(mut run) = RunInProgress::begin(&lake, lock, &identity).await? else {
        bail!("two erasures were begun in the same microsecond");
    };
    let work = async |run: &mut RunInProgress| -> Result<_> {
        let erasure = run.lake.forget(customer_id, run.taken_at).await?;
        let given_out = erasure.facts_changed + erasure.rejects_emptied;
        Ok((erasure, Rows { taken_in: given_out, given_out }))
    };
    let erasure = run.stage(printer, "forget", work).await?;
    run.finish().await?;
    if erasure.facts_changed + erasure.rejects_emptied == 0 {
        printer.say("nothing in this lake names the customer; orders that come later will be nobody's");
    } else {
        printer.say(format!(
            "{} order(s) carried the customer and are nobody's now; the text of {} rejected row(s) is gone",
            erasure.orders, erasure.rejects_emptied
        ));
    }
    Ok(Outcome::Done)
}
