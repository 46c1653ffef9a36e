//! Pool of reason texts. Many offers share texts and differ only in log-odds.

use std::collections::BTreeMap;

use serde::Serialize;
use slotcast_core::{Audience, Contribution};

use super::json_number::{JsonNumber, log_odds};
use crate::i18n::{Lang, reason_phrase, visible_reasons};

/// Texts in both languages without duplicates, in the order of first use.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct ReasonPool {
    ko: Vec<String>,
    en: Vec<String>,
    #[serde(skip)]
    positions: BTreeMap<(String, String), usize>,
}

/// Position of a text in the pool, and its log-odds.
pub(crate) type PooledReason = (usize, JsonNumber);

impl ReasonPool {
    /// The reasons that `audience` may see.
    pub(crate) fn pooled(&mut self, reasons: &[Contribution], audience: Audience) -> Vec<PooledReason> {
        visible_reasons(reasons, audience)
            .map(|reason| (self.position_of(reason), log_odds(reason.log_odds)))
            .collect()
    }

    fn position_of(&mut self, reason: &Contribution) -> usize {
        let texts = (reason_phrase(Lang::Ko, reason), reason_phrase(Lang::En, reason));
        if let Some(position) = self.positions.get(&texts) {
            return *position;
        }
        let position = self.ko.len();
        self.ko.push(texts.0.clone());
        self.en.push(texts.1.clone());
        self.positions.insert(texts, position);
        position
    }
}
