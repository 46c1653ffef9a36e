//! Stats stage: builds the relations from the facts, audits and commits them.

use anyhow::Result;
use slotcast_lake::TableId;
use slotcast_stats::{BuildOptions, BuildReport, MemoryLimit, PartitionStore, build};

use super::{build_context::build_context, findings, night::Night};
use crate::{active_run::RowCounts, printer::Printer};

/// Options of the stage.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct StatsOptions {
    /// Rebuild everything.
    pub(crate) full: bool,
    /// Print the rebuilt partitions, reasons and durations.
    pub(crate) explain: bool,
    /// Memory limit of the engine in MiB.
    pub(crate) memory_mib: Option<u32>,
}

pub(crate) async fn stats(night: &mut Night<'_>, options: StatsOptions) -> Result<((), RowCounts)> {
    let Night { run, settings, printer, slot, .. } = night;
    let facts = run.lake.facts().await?;
    let files = facts.iter().flat_map(|snapshot| &snapshot.files);
    let input = files.map(|file| usize::try_from(file.rows.unwrap_or(0)).unwrap_or(0)).sum();
    let previous = run.previous_build().await?;
    let memory = options.memory_mib.or(settings.memory_mib).map(|mib| (mib as usize) << 20);
    let build_options = BuildOptions { full: options.full, memory: MemoryLimit::new(memory) };
    let store = PartitionStore::new(&run.lake, &run.run_id, run.attempt());
    let context = build_context(&run.lake, settings, run.as_of, *slot).await?;
    let report = build(&facts, &previous, &context, &build_options, store).await?;
    for finding in &report.findings {
        printer
            .info(format!("finding: {}: {} row(s), first: {}", finding.meaning, finding.rows, finding.first));
        printer.info(format!("hint: {}", finding.remedy));
    }
    run.write_relation(findings::RELATION, &findings::batch(&report.findings)?).await?;
    if options.explain {
        explain(printer, &report);
    }
    printer.info(format!("{} partition(s) rebuilt, {} reused", report.rebuilt.len(), report.reused));
    let mut output = 0;
    for relation in &report.relations {
        output += relation.written.iter().map(|file| file.rows as usize).sum::<usize>();
        run.write_built_relation(relation, &previous).await?;
    }
    // Retractions that the relations honor are visible with them.
    let files = TableId::ledger("ingest_files");
    if let Some(head) = run.lake.head(&files).await? {
        run.pin_version(files.to_string(), head.version);
    }
    Ok(((), RowCounts { input, output }))
}

/// Prints the rebuilt partitions by step with their reasons, and the duration of each phase.
fn explain(printer: &Printer, report: &BuildReport) {
    let mut last_step = None;
    for partition in &report.rebuilt {
        let step = partition.step.as_str();
        if last_step != Some(step) {
            printer.info(format!("  {step}:"));
        }
        last_step = Some(step);
        printer.info(format!("    {}: {}", partition.slot, partition.reason));
    }
    for (phase, seconds) in &report.seconds {
        printer.info(format!("  {phase}: {seconds:.2} s"));
    }
}
