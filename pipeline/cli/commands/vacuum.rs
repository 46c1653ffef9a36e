//! `slotcast vacuum`: removes what no kept run needs.

use std::sync::Arc;

use anyhow::Result;
use arrow::{
    array::{ArrayRef, Int64Array, RecordBatch, StringArray},
    datatypes::{DataType, Field, Schema},
};
use slotcast_lake::{Lake, VacuumPlan};

use super::Outcome;
use crate::{args::Common, lake_door::lock, printer::Printer, settings::Settings, tables::print_rows};

pub(crate) async fn vacuum(
    common: &Common,
    settings: &Settings,
    printer: &Printer,
    keep: Option<u32>,
    dry_run: bool,
) -> Result<Outcome> {
    let lake = Lake::open(&settings.lake)?;
    let _lock = lock(common, printer, &lake, "vacuum")?;
    let keep = keep.unwrap_or(settings.keep_runs);
    let plan = lake.plan_vacuum(usize::try_from(keep)?).await?;
    let megabytes = plan.freed_bytes as f64 / 1e6;
    let what = format!(
        "{} run(s), {} file(s) and folder(s), {megabytes:.1} MB; the newest {keep} run(s) and the newest of each verb stay",
        plan.runs.len(),
        plan.unneeded.len()
    );
    if dry_run {
        list(common, printer, &lake, &plan)?;
        printer.say(format!("would remove {what}"));
    } else {
        lake.vacuum(&plan).await?;
        printer.say(format!("removed {what}"));
    }
    Ok(Outcome::Done)
}

/// What would go: runs by id, and files by path in the lake.
fn list(common: &Common, printer: &Printer, lake: &Lake, plan: &VacuumPlan) -> Result<()> {
    let root = lake.layout().root();
    let runs = plan.runs.iter().map(|run_id| ("run", run_id.clone(), None));
    let files = plan.unneeded.iter().map(|unneeded| {
        let path = unneeded.path.strip_prefix(root).unwrap_or(&unneeded.path);
        ("file", path.display().to_string(), i64::try_from(unneeded.bytes).ok())
    });
    let rows: Vec<(&str, String, Option<i64>)> = runs.chain(files).collect();
    let texts = |value: fn(&(&str, String, Option<i64>)) -> String| {
        Arc::new(StringArray::from_iter_values(rows.iter().map(value))) as ArrayRef
    };
    let schema = Arc::new(Schema::new(vec![
        Field::new("kind", DataType::Utf8, false),
        Field::new("name", DataType::Utf8, false),
        Field::new("bytes", DataType::Int64, true),
    ]));
    let bytes = Arc::new(rows.iter().map(|row| row.2).collect::<Int64Array>());
    let columns = vec![texts(|row| row.0.to_owned()), texts(|row| row.1.clone()), bytes];
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns)?;
    print_rows(printer, common.format, &schema, &[batch])
}
