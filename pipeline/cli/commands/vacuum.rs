//! `slotcast vacuum`: removes the files that no kept run needs.

use anyhow::Result;
use slotcast_lake::{Lake, VacuumPlan};

use crate::{
    batch_builder::BatchBuilder, context::Context, open_run::lock, outcome::Outcome, output::print_rows,
};

pub(super) async fn vacuum(context: Context<'_>, keep: Option<u32>, dry_run: bool) -> Result<Outcome> {
    let Context { settings, printer, .. } = context;
    let lake = Lake::open(&settings.lake)?;
    let _lock = lock(context, &lake, "vacuum")?;
    let keep = keep.unwrap_or(settings.keep_runs);
    let plan = lake.plan_vacuum(usize::try_from(keep)?).await?;
    let summary = format!(
        "{} run(s), {} file(s) and folder(s), {:.1} MB; kept the newest {keep} run(s) and the newest of each verb",
        plan.runs.len(),
        plan.unreferenced.len(),
        plan.freed_bytes as f64 / 1e6
    );
    if dry_run {
        print_plan(context, &lake, &plan)?;
        printer.info(format!("would remove {summary}"));
    } else {
        lake.vacuum(&plan).await?;
        printer.info(format!("removed {summary}"));
    }
    Ok(Outcome::Completed)
}

/// Prints the runs by id, and the files by path in the lake.
fn print_plan(context: Context<'_>, lake: &Lake, plan: &VacuumPlan) -> Result<()> {
    let root = lake.layout().root();
    let runs = plan.runs.iter().map(|run_id| ("run", run_id.clone(), None));
    let files = plan.unreferenced.iter().map(|unreferenced| {
        let path = unreferenced.path.strip_prefix(root).unwrap_or(&unreferenced.path);
        ("file", path.display().to_string(), usize::try_from(unreferenced.bytes).ok())
    });
    let rows: Vec<(&str, String, Option<usize>)> = runs.chain(files).collect();
    let batch = BatchBuilder::default()
        .text("kind", rows.iter().map(|(kind, ..)| (*kind).to_owned()))
        .text("name", rows.iter().map(|(_, name, _)| name.clone()))
        .count("bytes", rows.iter().map(|(.., bytes)| *bytes))
        .batch()?;
    print_rows(context.printer, context.common.format, &batch.schema(), std::slice::from_ref(&batch))
}
