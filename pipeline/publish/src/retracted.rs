//! A page that stands again because the one after it was retracted, and says so.

use slotcast_core::Tz;

use crate::{
    page::{Both, moment},
    view::Retraction,
};

/// Where a page takes such words in.
pub(crate) const PLACE: &str = "<!-- retracted -->";

/// The page with a notice in both languages; a page without a place for it stays as it is.
pub fn with_retracted(page: &str, retraction: &Retraction, zone: Tz) -> String {
    let said = Both::filled(
        "retracted",
        &[("when", &moment(zone, retraction.at)), ("run", &Both::same(&retraction.run_id))],
    );
    page.replacen(PLACE, &format!("<p class=\"banner retracted\">{said}</p>\n{PLACE}"), 1)
}
