//! What stands above a list: the slot, and what the run knew of it.

use slotcast_core::Tz;

use super::{
    both::Both,
    check::three,
    dates::{day, moment, short_day},
};
use crate::{
    figures::{grouped, percent},
    view::{ListView, ModelCheck},
};

/// The head of one list.
#[derive(Clone, Debug)]
pub(crate) struct SlotHead {
    pub(crate) place: usize,
    pub(crate) title: Both,
    /// For the switch between lists.
    pub(crate) short: Both,
    pub(crate) is_preliminary: bool,
    pub(crate) is_frozen: bool,
    pub(crate) is_empty: bool,
    pub(crate) facts: Vec<Fact>,
}

/// Something that the run knew.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub(crate) name: Both,
    pub(crate) value: Both,
    pub(crate) note: Option<Both>,
    /// Where the page says more.
    pub(crate) more: Option<&'static str>,
}

impl SlotHead {
    /// The head of the list at `place` of the page, from 0.
    pub(crate) fn new(place: usize, list: &ListView, zone: Tz, check: Option<&ModelCheck>) -> Self {
        let slot = &list.slot;
        Self {
            place,
            title: Both::filled("slot", &[("date", &day(slot.date))]),
            short: Both::filled("slot", &[("date", &short_day(slot.date))]),
            is_preliminary: list.is_preliminary,
            is_frozen: list.is_frozen,
            is_empty: list.offers.is_empty(),
            facts: vec![
                expected(list),
                fact("fact_window", moment(zone, slot.opens_at).to(&moment(zone, slot.closes_at)), None),
                fact("fact_cutoff", moment(zone, list.cutoff), None),
                fact("fact_known", moment(zone, list.knowledge_at), Some(Both::say("fact_known_note"))),
                model(list),
                score(check),
            ],
        }
    }
}

fn fact(name: &str, value: Both, note: Option<Both>) -> Fact {
    Fact { name: Both::say(name), value, note, more: None }
}

/// Chances add up to the number of hits to expect, whether or not the offers depend on each other.
fn expected(list: &ListView) -> Fact {
    let expected: f64 = list.offers.iter().map(|offer| offer.ranked.scored.p_hit.get()).sum();
    let n = Both::same(grouped(list.offers.len() as f64, 0));
    let value =
        Both::filled("fact_expected_value", &[("n", &n), ("expected", &Both::same(tenths(expected)))]);
    fact("fact_expected", value, Some(Both::say("fact_expected_note")))
}

/// Hits to expect, to a tenth.
pub(crate) fn tenths(value: f64) -> String {
    grouped(value, 1)
}

fn model(list: &ListView) -> Fact {
    let (n, base) = (grouped(list.model.n_training as f64, 0), percent(list.model.base_rate));
    let note = Both::filled("fact_model_note", &[("n", &Both::same(n)), ("base", &Both::same(base))]);
    fact("fact_model", Both::same(&list.model.name), Some(note))
}

fn score(check: Option<&ModelCheck>) -> Fact {
    let measured = check.filter(|check| check.log_loss.is_finite() && check.base_log_loss.is_finite());
    let Some(check) = measured else { return fact("fact_score", Both::say("fact_score_none"), None) };
    let (loss, base) = (three(check.log_loss), three(check.base_log_loss));
    let value = Both::filled("fact_score_value", &[("loss", &loss), ("base", &base)]);
    Fact { more: Some("check"), ..fact("fact_score", value, Some(Both::say("fact_score_note"))) }
}
