//! Facts to relations, audited and committed.

use anyhow::Result;
use slotcast_core::Slot;
use slotcast_stats::{Build, Manner, Memory, Shelf, build};

use crate::{
    lake_door::question,
    printer::Printer,
    run_record::{Rows, RunInProgress},
    settings::Settings,
};

/// How a build was asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked {
    /// Everything anew.
    pub(crate) full: bool,
    /// Say what was built and why.
    pub(crate) explain: bool,
    /// The most memory that the engine may hold, in MiB.
    pub(crate) memory_mib: Option<u32>,
}

pub(crate) async fn stats(
    run: &mut RunInProgress,
    settings: &Settings,
    printer: &Printer,
    slot: Slot,
    asked: Asked,
) -> Result<((), Rows)> {
    let facts = run.lake.facts().await?;
    let taken_in = facts
        .iter()
        .flat_map(|snapshot| &snapshot.files)
        .map(|file| usize::try_from(file.rows.unwrap_or(0)).unwrap_or(0))
        .sum();
    let base = run.base().await?;
    let memory = asked.memory_mib.or(settings.memory_mib).map(|mib| (mib as usize) << 20);
    let manner = Manner { full: asked.full, memory: Memory::limited(memory) };
    let shelf = Shelf::new(&run.lake, &run.run_id, run.attempt());
    let built = build(&facts, &base, &question(&run.lake, settings, run.as_of, slot), &manner, shelf).await?;
    for finding in &built.findings {
        printer
            .say(format!("finding: {}: {} row(s), first: {}", finding.meaning, finding.rows, finding.first));
    }
    explain(printer, &built, asked.explain);
    let mut given_out = 0;
    for relation in &built.relations {
        given_out += relation.written.iter().map(|part| part.rows as usize).sum::<usize>();
        run.keep_built(relation, &base).await?;
    }
    Ok(((), Rows { taken_in, given_out }))
}

/// What was built and why, for who asks.
fn explain(printer: &Printer, built: &Build, asked: bool) {
    if asked {
        let mut last = None;
        for cell in &built.rebuilt {
            let step = cell.step.as_str();
            if last != Some(step) {
                printer.say(format!("  {step}:"));
            }
            last = Some(step);
            printer.say(format!("    {}: {}", cell.slot, cell.reason));
        }
        for (phase, seconds) in &built.seconds {
            printer.say(format!("  {phase}: {seconds:.2} s"));
        }
    }
    printer.say(format!("{} cell(s) built, {} as they were", built.rebuilt.len(), built.held));
}
