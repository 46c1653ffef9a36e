//! Facts to relations, audited and committed.

use anyhow::Result;
use slotcast_core::Slot;
use slotcast_stats::build;

use crate::{
    lake_door::{facts, question},
    printer::Printer,
    run_record::{Rows, RunInProgress},
    settings::Settings,
};

pub(crate) async fn stats(
    run: &mut RunInProgress,
    settings: &Settings,
    printer: &Printer,
    slot: Slot,
) -> Result<((), Rows)> {
    let facts = facts(&run.lake).await?;
    let taken_in = facts
        .iter()
        .flat_map(|snapshot| &snapshot.files)
        .map(|file| usize::try_from(file.rows.unwrap_or(0)).unwrap_or(0))
        .sum();
    let built = build(&facts, &question(&run.lake, settings, run.as_of, slot)).await?;
    for finding in &built.findings {
        printer
            .say(format!("finding: {}: {} row(s), first: {}", finding.meaning, finding.rows, finding.first));
    }
    let mut given_out = 0;
    for relation in &built.relations {
        printer.detail(format!("  {}: {} rows", relation.name, relation.rows.num_rows()));
        given_out += relation.rows.num_rows();
        run.keep(relation.name, &relation.rows).await?;
    }
    Ok(((), Rows { taken_in, given_out }))
}
