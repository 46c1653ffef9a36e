//! Parameters of a build of the relations.

use chrono::TimeDelta;
use slotcast_core::{DateTime, Knowledge, Slot, Utc};
use slotcast_forecast::preliminary_slot;
use slotcast_lake::Lake;
use slotcast_stats::{BuildContext, SourceFiles};

use crate::settings::Settings;

/// Parameters for ranking this slot.
pub(super) fn build_context(
    lake: &Lake,
    settings: &Settings,
    as_of: DateTime<Utc>,
    slot: Slot,
) -> BuildContext {
    let calendar = lake.market().calendar();
    let scored = Knowledge::new(&calendar, slot, as_of, settings.lead_days);
    let next = preliminary_slot(&calendar, slot, as_of, settings.lead_days);
    BuildContext {
        as_of,
        calendar,
        scored,
        next: next.map(|next| Knowledge::new(&calendar, next, as_of, settings.lead_days)),
        refund_window: TimeDelta::days(i64::from(settings.refund_window_days)),
        source_files: SourceFiles::default(),
    }
}
