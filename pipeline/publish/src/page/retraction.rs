//! Notice about a retracted publication, on the page that replaces it.

use slotcast_core::Tz;

use super::{bilingual::Bilingual, dates::timestamp};
use crate::view::Retraction;

/// Marker on the page for notices that are added later.
pub(super) const MARKER: &str = "<!-- retracted -->";

/// The page with a notice in both languages. A page without the marker stays unchanged.
pub fn with_retraction_notice(page: &str, retraction: &Retraction, zone: Tz) -> String {
    let notice = notice(retraction, zone);
    page.replacen(MARKER, &format!("<p class=\"banner retracted\">{notice}</p>\n{MARKER}"), 1)
}

/// Text of the notice.
pub(super) fn notice(retraction: &Retraction, zone: Tz) -> Bilingual {
    let run = Bilingual::same(&retraction.run_id);
    Bilingual::filled("retracted", &[("when", &timestamp(zone, retraction.at)), ("run", &run)])
}
