//! Reasons as places in a pool of texts: many offers have the same ones, and only the pushes differ.

use std::collections::BTreeMap;

use serde::Serialize;
use slotcast_core::{Audience, Contribution};

use super::figure::{Figure, push};
use crate::words::{Lang, said_text, shown};

/// Every text once, in both languages, in the order of its first use.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct ReasonPool {
    ko: Vec<String>,
    en: Vec<String>,
    #[serde(skip)]
    places: BTreeMap<(String, String), usize>,
}

/// A text's place in the pool, and the push on the log-odds.
pub(crate) type PooledReason = (usize, Figure);

impl ReasonPool {
    /// The reasons that these readers may see.
    pub(crate) fn pooled(&mut self, reasons: &[Contribution], audience: Audience) -> Vec<PooledReason> {
        shown(reasons, audience).map(|reason| (self.place(reason), push(reason.log_odds))).collect()
    }

    fn place(&mut self, reason: &Contribution) -> usize {
        let texts = (said_text(Lang::Ko, reason), said_text(Lang::En, reason));
        if let Some(place) = self.places.get(&texts) {
            return *place;
        }
        let place = self.ko.len();
        self.ko.push(texts.0.clone());
        self.en.push(texts.1.clone());
        self.places.insert(texts, place);
        place
    }
}
