//! Evaluation against the truth of a simulator: probabilities against the true ones, and choices against the best.

mod baselines;
mod scorer;

use std::collections::{BTreeMap, HashMap};

use slotcast_core::NaiveDate;
use slotcast_models::{GroundTruth, ProbabilityScores, SelectionRegret};

pub use baselines::{BaselineOffer, ClosedCampaign, baselines};
pub use scorer::{OfferTruth, ScorerPredictions};

use crate::{error::ForecastError, offer_id::OfferId};

/// Evaluation of one scorer.
#[derive(Clone, Debug, PartialEq)]
pub struct ScorerResult {
    /// Name of the scorer: a model, a baseline, or the truth itself.
    pub name: String,
    /// Quality of its probabilities; `None` for an order without probabilities.
    pub belief: Option<ProbabilityScores>,
    /// Quality of its choices; `None` without seats.
    pub choice: Option<SelectionRegret>,
}

/// Evaluation results, one per scorer.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The results: models, baselines, bounds.
    pub results: Vec<ScorerResult>,
    /// Number of offers.
    pub n: usize,
    /// Seats per slot.
    pub seats: usize,
    /// Number of slots.
    pub slots: usize,
    /// Number of predicted offers without a known truth.
    pub unknown: usize,
}

/// Evaluates models and baselines on the offers that every model predicts. `None` if no such offer has a known truth.
///
/// # Errors
/// As [`GroundTruth::score_probabilities`].
///
/// # Panics
/// Without a model.
pub fn evaluate(
    known: &BTreeMap<OfferId, OfferTruth>,
    models: Vec<ScorerPredictions>,
    baselines: Vec<ScorerPredictions>,
) -> Result<Option<Evaluation>, ForecastError> {
    let is_predicted = |id: &OfferId| models.iter().all(|model| model.p_hit.contains_key(id));
    let ids: Vec<&OfferId> = known.keys().filter(|id| is_predicted(id)).collect();
    if ids.is_empty() {
        return Ok(None);
    }
    let unknown = models[0].p_hit.keys().filter(|id| !known.contains_key(*id)).count();
    let slots: Vec<NaiveDate> = ids.iter().map(|id| id.0).collect();
    let values = |value: fn(&OfferTruth) -> f64| ids.iter().map(|id| value(&known[*id])).collect::<Vec<_>>();
    let (oracle, knowable) = (values(|truth| truth.oracle), values(|truth| truth.knowable));
    let hits: Vec<Option<bool>> = ids.iter().map(|id| known[*id].hit).collect();
    let truth = GroundTruth { slots: &slots, oracle: &oracle, knowable: &knowable, hits: &hits };

    // Offers without a value come last.
    let in_order = |values: &HashMap<OfferId, f64>| -> Vec<f64> {
        ids.iter().map(|id| values.get(*id).copied().unwrap_or(f64::NEG_INFINITY)).collect()
    };
    let mut scorers: Vec<(String, Option<Vec<f64>>, Vec<f64>)> = Vec::new();
    for model in models {
        scorers.push((model.name, Some(in_order(&model.p_hit)), in_order(&model.order)));
    }
    for baseline in baselines {
        scorers.push((baseline.name, None, in_order(&baseline.order)));
    }
    let constant = vec![knowable.iter().sum::<f64>() / knowable.len() as f64; ids.len()];
    scorers.push(("random".to_owned(), None, vec![0.0; ids.len()]));
    scorers.push(("best_constant".to_owned(), Some(constant.clone()), constant));
    scorers.push(("p_hit_knowable".to_owned(), Some(knowable.clone()), knowable.clone()));
    scorers.push(("p_hit_oracle".to_owned(), Some(oracle.clone()), oracle.clone()));

    let seats = seats_per_slot(known);
    let mut results = Vec::new();
    for (name, p, order) in scorers {
        let belief = p.map(|p| truth.score_probabilities(&p)).transpose()?.flatten();
        results.push(ScorerResult { name, belief, choice: truth.selection_regret(&order, seats)? });
    }
    let n = ids.len();
    Ok(Some(Evaluation { results, n, seats, slots: slots.chunk_by(|a, b| a == b).count(), unknown }))
}

/// Number of selected offers in the fullest slot.
fn seats_per_slot(known: &BTreeMap<OfferId, OfferTruth>) -> usize {
    let mut selected: BTreeMap<NaiveDate, usize> = BTreeMap::new();
    for ((slot, _), truth) in known {
        *selected.entry(*slot).or_default() += usize::from(truth.selected);
    }
    selected.into_values().max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::day;

    fn id(name: &str) -> OfferId {
        (day("2016-03-01"), name.to_owned())
    }

    fn known() -> BTreeMap<OfferId, OfferTruth> {
        let truth = |p: f64, selected| OfferTruth { oracle: p, knowable: p, hit: None, selected };
        BTreeMap::from([
            (id("a"), truth(0.75, true)),
            (id("b"), truth(0.25, false)),
            (id("c"), truth(0.5, false)),
        ])
    }

    fn scorer(name: &str, values: &[(&str, f64)]) -> ScorerPredictions {
        let p_hit: HashMap<OfferId, f64> = values.iter().map(|(name, p)| (id(name), *p)).collect();
        ScorerPredictions { name: name.to_owned(), order: p_hit.clone(), p_hit }
    }

    #[test]
    fn scorers_are_compared_on_common_offers() {
        let model = scorer("model", &[("a", 0.25), ("b", 0.5), ("new", 0.5)]);
        let baseline = scorer("most_alerts", &[("a", 3.0)]);
        let found = evaluate(&known(), vec![model], vec![baseline]).unwrap().unwrap();
        assert_eq!((found.n, found.seats, found.slots, found.unknown), (2, 1, 1, 1));
        let regret = |name: &str| {
            let result = found.results.iter().find(|result| result.name == name).unwrap();
            result.choice.unwrap().regret.mean
        };
        assert_eq!((regret("model"), regret("most_alerts"), regret("p_hit_oracle")), (0.5, 0.0, 0.0));
        assert_eq!(regret("random"), 0.25);
        assert!(found.results[1].belief.is_none(), "a baseline has no probabilities");
    }

    #[test]
    fn no_common_offer_gives_no_evaluation() {
        let models = vec![scorer("a", &[("a", 0.5)]), scorer("b", &[("b", 0.5)])];
        assert_eq!(evaluate(&known(), models, Vec::new()).unwrap(), None);
    }
}
