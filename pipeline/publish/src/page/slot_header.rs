//! Header of a list: the slot and key facts.

use slotcast_core::Tz;

use super::{
    accuracy::three_decimals,
    bilingual::Bilingual,
    dates::{day, short_day, timestamp},
};
use crate::{
    number_format::{grouped, percent},
    view::{ListView, ModelCheck},
};

/// Header of one list.
#[derive(Clone, Debug)]
pub(crate) struct SlotHeader {
    pub(crate) index: usize,
    pub(crate) title: Bilingual,
    /// Title in the switch between lists.
    pub(crate) short: Bilingual,
    pub(crate) is_preliminary: bool,
    pub(crate) is_frozen: bool,
    pub(crate) is_empty: bool,
    pub(crate) facts: Vec<Fact>,
}

/// Key fact.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub(crate) name: Bilingual,
    pub(crate) value: Bilingual,
    pub(crate) note: Option<Bilingual>,
    /// Id of the section with details.
    pub(crate) more: Option<&'static str>,
}

impl SlotHeader {
    /// The header of the list at `index` of the page.
    pub(crate) fn new(index: usize, list: &ListView, zone: Tz, check: Option<&ModelCheck>) -> Self {
        let slot = &list.slot;
        Self {
            index,
            title: Bilingual::filled("slot", &[("date", &day(slot.date))]),
            short: Bilingual::filled("slot", &[("date", &short_day(slot.date))]),
            is_preliminary: list.is_preliminary,
            is_frozen: list.is_frozen,
            is_empty: list.offers.is_empty(),
            facts: vec![
                expected_hits(list),
                fact(
                    "fact_window",
                    timestamp(zone, slot.opens_at).to(&timestamp(zone, slot.closes_at)),
                    None,
                ),
                fact("fact_cutoff", timestamp(zone, list.cutoff), None),
                fact(
                    "fact_known",
                    timestamp(zone, list.knowledge_at),
                    Some(Bilingual::text("fact_known_note")),
                ),
                model(list),
                accuracy(check),
            ],
        }
    }
}

fn fact(name: &str, value: Bilingual, note: Option<Bilingual>) -> Fact {
    Fact { name: Bilingual::text(name), value, note, more: None }
}

/// Expected hits: the sum of the probabilities, even if the offers are correlated.
fn expected_hits(list: &ListView) -> Fact {
    let expected: f64 = list.offers.iter().map(|offer| offer.ranked.scored.p_hit.get()).sum();
    let n = Bilingual::same(grouped(list.offers.len() as f64, 0));
    let value = Bilingual::filled(
        "fact_expected_value",
        &[("n", &n), ("expected", &Bilingual::same(tenths(expected)))],
    );
    fact("fact_expected", value, Some(Bilingual::text("fact_expected_note")))
}

/// Expected hits with one decimal.
pub(crate) fn tenths(value: f64) -> String {
    grouped(value, 1)
}

fn model(list: &ListView) -> Fact {
    let (n, base) = (grouped(list.model.n_training as f64, 0), percent(list.model.base_rate));
    let note =
        Bilingual::filled("fact_model_note", &[("n", &Bilingual::same(n)), ("base", &Bilingual::same(base))]);
    fact("fact_model", Bilingual::same(&list.model.name), Some(note))
}

fn accuracy(check: Option<&ModelCheck>) -> Fact {
    let measured = check.filter(|check| check.log_loss.is_finite() && check.base_log_loss.is_finite());
    let Some(check) = measured else { return fact("fact_score", Bilingual::text("fact_score_none"), None) };
    let (loss, base) = (three_decimals(check.log_loss), three_decimals(check.base_log_loss));
    let value = Bilingual::filled("fact_score_value", &[("loss", &loss), ("base", &base)]);
    Fact { more: Some("check"), ..fact("fact_score", value, Some(Bilingual::text("fact_score_note"))) }
}
