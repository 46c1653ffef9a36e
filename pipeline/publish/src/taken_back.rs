//! A page that stands again because the one after it was taken back, and says so.

use slotcast_core::Tz;

use crate::{
    page::{Both, moment},
    view::TakenBack,
};

/// Where a page takes such words in.
pub(crate) const PLACE: &str = "<!-- taken back -->";

/// The page with a notice in both languages; a page without a place for it stays as it is.
pub fn with_taken_back(page: &str, taken: &TakenBack, zone: Tz) -> String {
    let said =
        Both::filled("taken_back", &[("when", &moment(zone, taken.at)), ("run", &Both::same(&taken.run_id))]);
    page.replacen(PLACE, &format!("<p class=\"banner taken-back\">{said}</p>\n{PLACE}"), 1)
}
