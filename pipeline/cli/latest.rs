//! The run that readers see by default, and the publication to which `latest` points. Neither goes back in time unless it
//! is requested.

use std::path::PathBuf;

use anyhow::Result;
use slotcast_core::RunId;
use slotcast_lake::{Lake, Publications, RunRow};

use crate::printer::Printer;

/// Points `latest` to the publication of a finished run, unless it points to one for a later time.
pub(crate) async fn move_latest(lake: &Lake, printer: &Printer, done: &RunRow) -> Result<()> {
    let publications = Publications::new(lake);
    let run_id: RunId = done.run_id.parse()?;
    let latest = publications.latest_run().filter(|latest| publications.run(latest).is_dir());
    if !publications.run(&run_id).is_dir() || latest.as_ref() == Some(&run_id) {
        return Ok(());
    }
    let Some(latest) = latest else { return Ok(publications.set_latest(&run_id)?) };
    let runs = lake.runs().await?;
    // Ids sort by time.
    if runs.may_replace(&run_id, &latest).unwrap_or(latest < run_id) {
        publications.set_latest(&run_id)?;
    } else if let Some(row) =
        runs.0.iter().find(|row| row.run_id == latest.as_str()).filter(|row| row.as_of != done.as_of)
    {
        printer.warn(format!(
            "published as {run_id}; `latest` and queries stay with {latest} (as of {}): `--make-latest` changes that",
            row.as_of.to_rfc3339()
        ));
    }
    Ok(())
}

/// Folder of the publication of a finished run: `latest`, if it points there.
pub(crate) fn folder_to_read(lake: &Lake, done: &RunRow) -> Result<PathBuf> {
    let publications = Publications::new(lake);
    let run_id: RunId = done.run_id.parse()?;
    let is_latest = publications.latest_run().as_ref() == Some(&run_id);
    Ok(if is_latest { publications.latest() } else { publications.run(&run_id) })
}

/// Warns of the run that queries read by default, if it is not the finished one.
pub(crate) async fn report_latest(lake: &Lake, printer: &Printer, done: &RunRow) -> Result<()> {
    let runs = lake.runs().await?;
    if let Some(visible) = runs.visible().filter(|visible| visible.run_id != done.run_id) {
        printer.warn(format!(
            "queries still read run {} (as of {}); `slotcast sql --run {}` reads this one",
            visible.run_id,
            visible.as_of.to_rfc3339(),
            done.run_id
        ));
    }
    Ok(())
}
