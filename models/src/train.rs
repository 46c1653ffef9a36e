//! From offers and their outcomes to models: the base rate, the regressions that the rows allow, their mean, and
//! which of them ranks.

use slotcast_core::NaiveDate;
use slotcast_features::{Demand, FeatureTable, Outcome};

use crate::{
    base_rate::BaseRate,
    calibrator::{Calibrator, Forward},
    demand::CensoredDemand,
    error::ModelError,
    evaluate::{Judged, Scores, evaluate},
    fitted::{DEMAND, Fitted, LOGISTIC},
    guards::{Alarm, of_features, of_model},
    habits::{Habit, habits},
    out_of_time::{Block, fit_forward, lines, of_base_rate, of_members, probabilities},
    params::{ModelParams, ValidModelParams},
    prepare::check_columns,
    promotion::{Challengers, Incumbent, Promotion, better_order, promote},
    scorer::Scorer,
    spread::{Seen, Spread},
    trained::{BASE_RATE, BLEND, Order, TrainedModel},
    worth::are_words_worth_it,
};

/// What a fit gives.
#[derive(Clone, Debug)]
pub struct Training {
    /// The base rate first, then the regressions that could be fitted, then their mean.
    pub models: Vec<TrainedModel>,
    /// Which of them ranks, and why.
    pub promotion: Promotion,
    /// How they did on slots that came after those they were fitted to.
    pub out_of_time: OutOfTime,
    /// Why a regression is missing.
    pub note: Option<String>,
    /// What looks too good to be true.
    pub alarms: Vec<Alarm>,
}

/// Predictions of training rows by models fitted on earlier slots, and what became of them. Each block of slots is
/// calibrated on the predictions of the blocks before it; the first of them only calibrates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OutOfTime {
    /// The slot of each row.
    pub slots: Vec<NaiveDate>,
    /// Whether it reached its threshold.
    pub hits: Vec<bool>,
    /// Probabilities of a hit: one list per model, in the order of [`Training::models`].
    pub p: Vec<Vec<f64>>,
    /// Orders that need no model, for the same rows.
    pub habits: Vec<Habit>,
}

impl OutOfTime {
    /// The measures of a model; `None` where nothing was predicted.
    ///
    /// # Errors
    /// None that a [`Training`] could cause.
    pub fn scores(&self, model: usize) -> Result<Option<Scores>, ModelError> {
        let Some(p) = self.p.get(model).filter(|p| !p.is_empty()) else { return Ok(None) };
        let judged = Judged { p, hits: &self.hits, slots: &self.slots, base_rate_p: &self.p[0], order: None };
        evaluate(judged, None).map(Some)
    }

    /// Decision about the models with these names, in the order of [`Self::p`].
    pub fn promotion(&self, names: &[&str], incumbent: Incumbent<'_>) -> Promotion {
        promote(self.challengers(names), incumbent)
    }

    fn challengers<'a>(&'a self, names: &'a [&'a str]) -> Challengers<'a> {
        Challengers { names, p: &self.p, habits: &self.habits, hits: &self.hits, slots: &self.slots }
    }
}

impl Training {
    /// Puts a champion in place that was not decided by proof, with the order that has proven best beside it.
    ///
    /// # Panics
    /// When there is no such model.
    pub fn set_champion(&mut self, champion: usize, reason: &'static str, suspended: Option<&str>) {
        let names: Vec<&str> = self.models.iter().map(TrainedModel::name).collect();
        let order = better_order(self.out_of_time.challengers(&names), champion, suspended);
        self.decide(Promotion { champion, gain: None, reason, order });
    }

    /// Notes a decision, and gives the champion the order that replaces its own.
    fn decide(&mut self, promotion: Promotion) {
        let order = promotion.order.as_ref().map(|better| {
            match self.models.iter().find(|model| model.name() == better.by) {
                Some(model) => Order::Model(Box::new(model.clone())),
                None => {
                    let habit = self.out_of_time.habits.iter().find(|habit| habit.name() == better.by);
                    Order::Feature(habit.expect("an order is a model's or a habit's").feature.clone())
                }
            }
        });
        self.models[promotion.champion].order = order;
        self.promotion = promotion;
    }

    /// The model that ranks.
    pub fn promoted_model(&self) -> &TrainedModel {
        &self.models[self.promotion.champion]
    }
}

/// Fits every kind of model to all rows of `table` that have an outcome; a row without one was on offer and was not
/// chosen. `incumbent` is the model that ranked before.
///
/// The rows decide alone: the same rows in the same order give the same models to the bit.
///
/// # Errors
/// [`ModelError::NoRows`] without a row that has an outcome, [`ModelError::Lengths`] unless there is one entry a row,
/// [`ModelError::Column`] when the table is at odds with its own specification,
/// [`ModelError::UpsideDown`] when a regression scores its own hits below its misses. Rows that allow no
/// regression are no error: the base rate is fitted and [`Training::note`] says why it stands alone.
pub fn train(
    table: &FeatureTable,
    outcomes: &[Option<Outcome>],
    params: &ValidModelParams,
    incumbent: Incumbent<'_>,
) -> Result<Training, ModelError> {
    if outcomes.len() != table.len() {
        return Err(ModelError::Lengths { rows: table.len(), what: "outcomes", found: outcomes.len() });
    }
    if outcomes.iter().all(Option::is_none) {
        return Err(ModelError::NoRows);
    }
    check_columns(table)?;
    let params = params.get();
    let base_rate = TrainedModel {
        name: BASE_RATE.to_owned(),
        spec_hash: table.spec.hash(),
        base_rate: BaseRate::fit(table, outcomes),
        scorer: None,
        spread: None,
        order: None,
    };
    let uses_words = are_words_worth_it(table, outcomes, params)?;
    match fit_forward(table, outcomes, params, uses_words) {
        Ok((fitted, blocks)) => {
            let past = Past { table, outcomes, blocks: &blocks };
            with_regressions(base_rate, &fitted, &past, params, incumbent)
        }
        Err(error) if error.leaves_the_base_rate() => Ok(Training {
            models: vec![base_rate],
            promotion: Promotion { champion: 0, gain: None, reason: "too_few_outcomes", order: None },
            out_of_time: OutOfTime { p: vec![Vec::new()], ..OutOfTime::default() },
            note: Some(error.to_string()),
            alarms: of_features(table, outcomes),
        }),
        Err(error) => Err(error),
    }
}

fn with_regressions(
    base_rate: TrainedModel,
    fitted: &Fitted,
    past: &Past<'_>,
    params: &ModelParams,
    incumbent: Incumbent<'_>,
) -> Result<Training, ModelError> {
    let names: Vec<&str> = fitted.members.iter().map(|member| member.name.as_str()).collect();
    let blocks = past.blocks;
    let mut models = vec![base_rate];
    let judged = blocks.get(1..).unwrap_or_default();
    let mut p: Vec<Vec<f64>> = vec![judged.iter().flat_map(|block| block.base_rates.clone()).collect()];
    models[0].spread = past.spread(&of_base_rate(blocks), &|logit| logit);
    let kinds: [(&str, &[&str]); 3] =
        [(LOGISTIC, &[LOGISTIC]), (DEMAND, &[DEMAND]), (BLEND, &[LOGISTIC, DEMAND])];
    for (name, members) in kinds {
        if members.iter().any(|member| !names.contains(member)) {
            continue;
        }
        let lines = lines(blocks, members, params);
        let forward = of_members(blocks, members, &lines);
        let calibrator = Calibrator::fit(&forward, params.calibration_prior);
        let spread = past.spread(&forward, &|logit| calibrator.apply(logit));
        let scorer = Scorer { fitted: fitted.only(members), lines, calibrator };
        models.push(TrainedModel {
            name: name.to_owned(),
            scorer: Some(scorer),
            spread,
            ..models[0].clone()
        });
        p.push(probabilities(blocks, members, params));
    }
    let all = of_base_rate(judged).all();
    let rows: Vec<usize> = judged.iter().flat_map(|block| block.rows.iter().copied()).collect();
    let habits = habits(past.table).iter().map(|habit| habit.select(&rows)).collect();
    let out_of_time = OutOfTime { slots: all.slots, hits: all.hits, p, habits };
    let names: Vec<&str> = models.iter().map(TrainedModel::name).collect();
    let promotion = out_of_time.promotion(&names, incumbent);
    let mut alarms = of_features(past.table, past.outcomes);
    alarms.extend(of_model(names[promotion.champion], &out_of_time.p[promotion.champion], &out_of_time.hits));
    let note = fitted.note.clone();
    let mut training = Training { models, promotion: promotion.clone(), out_of_time, note, alarms };
    training.decide(promotion);
    Ok(training)
}

/// Training rows and their predictions out of time.
struct Past<'a> {
    table: &'a FeatureTable,
    outcomes: &'a [Option<Outcome>],
    blocks: &'a [Block],
}

impl Past<'_> {
    fn spread(&self, forward: &Forward, calibrated: &dyn Fn(f64) -> f64) -> Option<Spread> {
        let mut seen = Vec::new();
        for (block, rows) in self.blocks.iter().zip(&forward.blocks) {
            for (row, raw) in block.rows.iter().zip(&rows.logits) {
                let Some(Outcome { demand, .. }) = self.outcomes[*row] else { continue };
                let offer = &self.table.keys[*row].offer;
                // Of a bare yes or no the spread learns nothing.
                let is_count = !matches!(demand, Demand::AtLeast(least) if least <= offer.threshold)
                    && !matches!(demand, Demand::Below(_));
                if is_count {
                    let reach = CensoredDemand::new(demand, offer.threshold);
                    let (logit, category) = (calibrated(*raw), offer.category.clone());
                    seen.push(Seen { logit, reach, category });
                }
            }
        }
        Spread::fit(&seen)
    }
}

#[cfg(test)]
mod tests;
