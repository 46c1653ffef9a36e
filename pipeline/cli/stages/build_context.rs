//! Parameters of a build of the relations.

use anyhow::Result;
use chrono::TimeDelta;
use slotcast_core::{DateTime, Knowledge, Slot, Utc};
use slotcast_forecast::preliminary_slot;
use slotcast_lake::{IngestRow, Lake};
use slotcast_stats::{BuildContext, SourceFile, SourceFiles};

use crate::settings::Settings;

/// Parameters for ranking this slot, from the newest ledger of files: builds read the newest facts.
pub(super) async fn build_context(
    lake: &Lake,
    settings: &Settings,
    as_of: DateTime<Utc>,
    slot: Slot,
) -> Result<BuildContext> {
    let calendar = lake.market().calendar();
    let scored = Knowledge::new(&calendar, slot, as_of, settings.lead_days);
    let next = preliminary_slot(&calendar, slot, as_of, settings.lead_days);
    Ok(BuildContext {
        as_of,
        calendar,
        scored,
        next: next.map(|next| Knowledge::new(&calendar, next, as_of, settings.lead_days)),
        refund_window: TimeDelta::days(i64::from(settings.refund_window_days)),
        currency: lake.market().currency.clone(),
        source_files: source_files(&lake.ingest_files().await?),
    })
}

fn source_files(rows: &[IngestRow]) -> SourceFiles {
    let mut files = SourceFiles::default();
    for row in rows {
        let never = |from: Option<DateTime<Utc>>| from.map_or(i64::MIN, |from| from.timestamp_micros());
        let retracted_from = row.retraction.map(|retraction| never(retraction.from));
        files.insert(row.source_file_id, SourceFile { name: row.file.clone(), retracted_from });
    }
    files
}
