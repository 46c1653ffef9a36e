//! Replay of the champions: the promotion decisions of all fits, in order.

use slotcast_models::{Incumbent, ModelKind};

use super::{
    group::Group,
    input::CHAMPION,
    prediction::{OfferPrediction, Prediction},
};

/// Adds the predictions of the champion. Each fit decides with knowledge of the champion before it, as nightly runs
/// do.
pub(super) fn replay_champions(
    models: &[&'static str],
    groups: impl Iterator<Item = Group>,
) -> Vec<OfferPrediction> {
    let index_of = |name: &str| models.iter().position(|model| *model == name);
    let champion_index = index_of(CHAMPION).expect("the champion is among the models");
    let mut champion = ModelKind::BaseRate;
    let mut predictions = Vec::new();
    for mut group in groups {
        let incumbent = Incumbent { champion: Some(champion), ..Incumbent::default() };
        let promotion = group.out_of_time.promotion(&group.fitted, incumbent);
        champion = group.fitted[promotion.champion];
        let promoted = index_of(champion.as_str()).unwrap_or(0);
        let order = promotion.order.map(|order| order.by);
        let model = order.as_deref().and_then(index_of);
        let habit = group.habits.iter().position(|habit| Some(habit) == order.as_ref());
        for offer in &mut group.predictions {
            let own = offer.predictions[promoted];
            let by_model = model.map(|model| offer.predictions[model].p_hit);
            let order_value = by_model.or(habit.map(|habit| offer.habits[habit])).unwrap_or(own.order_value);
            offer.predictions.insert(champion_index, Prediction { order_value, ..own });
        }
        predictions.append(&mut group.predictions);
    }
    predictions
}
