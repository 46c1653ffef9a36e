//! Models for comparison: what others would try. They never rank, because their arithmetic gives no reasons that add up, or
//! because a member that does rank says the same better; a backtest shows them beside those that do.

use forust_ml::{data::Matrix, gradientbooster::GradientBooster, objective::ObjectiveType};
use linfa::{
    Dataset, ParamGuard,
    traits::{Fit, Predict},
};
use linfa_ensemble::EnsembleLearnerParams;
use linfa_trees::DecisionTree;
use ndarray::{Array1, Array2, Axis, s};
use rand_for_linfa::{SeedableRng, rngs::SmallRng};
use slotcast_core::ThresholdBasis;
use slotcast_features::{Demand, FeatureTable, Outcome};

use crate::{
    demand::LOGIT_PER_DEVIATION,
    design::Normal,
    error::ModelError,
    numbers::{mean, sigmoid},
    params::{ModelParams, ValidModelParams},
    prepare::Preparer,
    regression::{Frame, Ridge},
    words::Sparse,
};

/// Their names, in the order of [`references`].
pub const REFERENCES: [&str; 4] = ["count", "forest", "boosting", "neighbours"];

/// The latest rows that a forest or neighbours learn from: their time grows faster than the rows.
const MOST_ROWS: usize = 5_000;
const TREES: usize = 60;
const SEED: u64 = 20_160_216;
const NEIGHBOURS: usize = 50;

/// What each reference says of each row of `offers`, fitted to the rows of `table` that ran. They are shown as they come,
/// without calibration, as their users would. Where rows or outcomes allow none, the rate of all stands for each.
///
/// # Errors
/// [`ModelError::Column`] when the tables differ, [`ModelError::Solver`] when a library fails.
pub fn references(
    table: &FeatureTable,
    outcomes: &[Option<Outcome>],
    offers: &FeatureTable,
    params: &ValidModelParams,
) -> Result<Vec<Vec<f64>>, ModelError> {
    let params = params.get();
    let mut ran: Vec<usize> = (0..table.len()).filter(|row| outcomes[*row].is_some()).collect();
    ran.sort_by_key(|row| table.keys[*row].offer.slot_date);
    let own = table.select(&ran);
    let outcomes: Vec<Outcome> = ran.iter().filter_map(|row| outcomes[*row]).collect();
    let hits: Vec<f64> = outcomes.iter().map(|outcome| f64::from(outcome.hit)).collect();
    let rate = mean(&hits);
    let constant = || vec![vec![rate; offers.len()]; REFERENCES.len()];
    let is_one_sided = hits.iter().all(|hit| *hit == hits[0]);
    if ran.len() < params.min_training_rows || is_one_sided || offers.is_empty() {
        return Ok(constant());
    }
    let preparer = Preparer::fit(&own, params)?;
    if preparer.width() == 0 {
        return Ok(constant());
    }
    let (x, asked) = (preparer.transform(&own)?, preparer.transform(offers)?);
    let first = ran.len().saturating_sub(MOST_ROWS);
    let (late_x, late_hits) = (x.slice(s![first.., ..]).to_owned(), &hits[first..]);
    Ok(vec![
        count(&own, &outcomes, &x, offers, &asked, params)?,
        forest(late_x.clone(), late_hits, &asked)?,
        boosting(&x, &hits, &asked)?,
        neighbours(&late_x, late_hits, &asked),
    ])
}

/// Negative binomial regression with the threshold as exposure and the dispersion by moments, by iteratively
/// reweighted least squares (J. Hilbe, Negative Binomial Regression, 2011), and its chance of the threshold by the log-normal
/// with the same coefficient of variation. Money counts in hundredths of the threshold.
fn count(
    table: &FeatureTable,
    outcomes: &[Outcome],
    x: &Array2<f64>,
    offers: &FeatureTable,
    asked: &Array2<f64>,
    params: &ModelParams,
) -> Result<Vec<f64>, ModelError> {
    let words = Sparse::empty(outcomes.len());
    let ridge = Ridge { columns: params.demand_ridge, words: 1.0 };
    let frame = Frame::new(x, &vec![1.0; x.ncols()], &words, &[], ridge);
    let exposure = |table: &FeatureTable, row: usize| match table.keys[row].offer.threshold_basis {
        ThresholdBasis::Units => table.keys[row].offer.threshold.max(1.0),
        ThresholdBasis::Amount => 100.0,
    };
    let counted = |row: usize| {
        let (Demand::Exactly(demand) | Demand::AtLeast(demand) | Demand::Below(demand)) =
            outcomes[row].demand;
        demand / table.keys[row].offer.threshold.max(f64::MIN_POSITIVE) * exposure(table, row)
    };
    let y: Array1<f64> = (0..outcomes.len()).map(counted).collect();
    let offset: Array1<f64> = (0..outcomes.len()).map(|row| exposure(table, row).ln()).collect();
    let mut weights = Array1::zeros(frame.design.width());
    weights[frame.intercept()] = (y.sum().max(1.0) / offset.mapv(f64::exp).sum()).ln();
    let (mut dispersion, mut factor) = (0.5, Array2::zeros((0, 0)));
    for _ in 0..25 {
        let eta = (frame.design.dot(&weights) + &offset).mapv(|eta| eta.clamp(-20.0, 20.0));
        let mu = eta.mapv(f64::exp);
        let row_weights = mu.mapv(|mu| mu / (1.0 + dispersion * mu));
        let target = &eta - &offset + &((&y - &mu) / &mu).mapv(|rest| rest.clamp(-1.0, 20.0));
        let normal = Normal::new(&frame.design, Some(&row_weights), &frame.penalty)?;
        let next = normal.solve(&frame.design.transposed_dot(&(&row_weights * &target)))?;
        let moved = (&next - &weights).mapv(f64::abs).sum();
        (weights, factor) = (next, normal.factor);
        // A few landslides must not rule the dispersion.
        let excess = ((&y - &mu).mapv(|rest| rest * rest) - &mu) / mu.mapv(|mu| mu * mu);
        dispersion = mean(&excess.mapv(|excess| excess.min(25.0)).to_vec()).clamp(0.01, 5.0);
        if moved < 1e-6 {
            break;
        }
    }
    let regression = crate::regression::Regression::new(
        &frame,
        &weights,
        &factor,
        LOGIT_PER_DEVIATION / dispersion.ln_1p().sqrt(),
        1.0,
    );
    // The log-normal's median lies below its mean.
    let shift = LOGIT_PER_DEVIATION * 0.5 * dispersion.ln_1p().sqrt();
    let logits = regression.lines(asked, &Sparse::empty(offers.len()));
    Ok(logits.into_iter().map(|logit| sigmoid(logit - shift)).collect())
}

/// A random forest of linfa's trees, with the share of votes as the chance. Its trees break ties by the order of a
/// hash map, so it differs a little each time; it is for comparison only.
fn forest(x: Array2<f64>, hits: &[f64], asked: &Array2<f64>) -> Result<Vec<f64>, ModelError> {
    let labels: Array1<usize> = hits.iter().map(|hit| *hit as usize).collect();
    let tree = DecisionTree::params().max_depth(Some(8)).min_weight_leaf(10.0);
    let forest = EnsembleLearnerParams::new_fixed_rng(tree, SmallRng::seed_from_u64(SEED))
        .ensemble_size(TREES)
        .bootstrap_proportion(0.7)
        .feature_proportion(0.5)
        .check()
        .and_then(|params| params.fit(&Dataset::new(x, labels)))
        .map_err(|error| ModelError::Solver(error.to_string()))?;
    let mut votes = vec![0.0; asked.nrows()];
    for (tree, features) in forest.models.iter().zip(&forest.model_features) {
        let said: Array1<usize> = tree.predict(&asked.select(Axis(1), features));
        for (votes, vote) in votes.iter_mut().zip(said) {
            *votes += vote as f64;
        }
    }
    // Half a vote each way, because sixty trees that agree are not sure.
    let trees = forest.models.len() as f64;
    Ok(votes.into_iter().map(|votes| (votes + 0.5) / (trees + 1.0)).collect())
}

/// Shallow boosted trees by forust.
fn boosting(x: &Array2<f64>, hits: &[f64], asked: &Array2<f64>) -> Result<Vec<f64>, ModelError> {
    let failed = |error: forust_ml::errors::ForustError| ModelError::Solver(error.to_string());
    let by_column = |matrix: &Array2<f64>| matrix.t().iter().copied().collect::<Vec<f64>>();
    let (cells, asked_cells) = (by_column(x), by_column(asked));
    let mut booster = GradientBooster::default()
        .set_objective_type(ObjectiveType::LogLoss)
        .set_iterations(200)
        .set_learning_rate(0.05)
        .set_max_depth(3)
        .set_min_leaf_weight(5.0)
        .set_initialize_base_score(true)
        .set_parallel(false)
        .set_seed(SEED);
    booster.fit_unweighted(&Matrix::new(&cells, x.nrows(), x.ncols()), hits, None).map_err(failed)?;
    let logits = booster.predict(&Matrix::new(&asked_cells, asked.nrows(), asked.ncols()), false);
    Ok(logits.into_iter().map(sigmoid).collect())
}

/// The rate of the fifty past campaigns with the most similar columns, shrunk by a few outcomes of the rate of all.
fn neighbours(x: &Array2<f64>, hits: &[f64], asked: &Array2<f64>) -> Vec<f64> {
    let rate = mean(hits);
    let said = |cells: ndarray::ArrayView1<'_, f64>| {
        let distance = |row: ndarray::ArrayView1<'_, f64>| {
            row.iter().zip(cells).map(|(a, b)| (a - b) * (a - b)).sum::<f64>()
        };
        let mut distances: Vec<(f64, usize)> = x.rows().into_iter().map(distance).zip(0..x.nrows()).collect();
        let last = NEIGHBOURS.min(distances.len()) - 1;
        distances.select_nth_unstable_by(last, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let near: f64 = distances[..=last].iter().map(|(_, row)| hits[*row]).sum();
        (near + 5.0 * rate) / (last as f64 + 1.0 + 5.0)
    };
    asked.rows().into_iter().map(said).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{market, outcomes};

    #[test]
    fn each_reference_learns_what_helps() {
        let (table, hits) = market(1_200, 0.0, 21);
        let params = ModelParams::default().check().unwrap();
        let (known, later): (Vec<usize>, Vec<usize>) = (0..1_200).partition(|row| *row < 900);
        let outcomes: Vec<_> = outcomes(&table, &hits)[..900].to_vec();
        let said = references(&table.select(&known), &outcomes, &table.select(&later), &params).unwrap();
        for (name, p) in REFERENCES.iter().zip(&said) {
            let auc = crate::auc(p, &hits[900..]).unwrap();
            assert!(auc > 0.65, "{name}: {auc}");
            assert!(p.iter().all(|p| (0.0..=1.0).contains(p)), "{name}");
        }
        let again = references(&table.select(&known), &outcomes, &table.select(&later), &params).unwrap();
        // linfa's trees break ties by the order of a hash map, so a forest differs a little each time.
        for place in [0, 2, 3] {
            assert!(said[place] == again[place], "{}", REFERENCES[place]);
        }
    }
}
