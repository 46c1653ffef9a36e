//! Benchmark models for a backtest: a count regression, a random forest, boosted trees and nearest neighbors.
//!
//! They never rank: their contributions do not add up to the logit, or a member that ranks predicts the same better.

use forust_ml::{data::Matrix, gradientbooster::GradientBooster, objective::ObjectiveType};
use linfa::{
    Dataset, ParamGuard,
    traits::{Fit, Predict},
};
use linfa_ensemble::EnsembleLearnerParams;
use linfa_trees::DecisionTree;
use ndarray::{Array1, Array2, ArrayView1, Axis, s};
use rand_for_linfa::{SeedableRng, rngs::SmallRng};
use slotcast_features::{FeatureTable, Outcome};

use crate::{
    error::ModelError,
    fit::negative_binomial,
    math::functions::{mean, sigmoid},
    params::ValidModelParams,
    preprocess::preprocessor::Preprocessor,
};

/// Names of the benchmarks, in the order of [`benchmarks`].
pub const BENCHMARKS: [&str; 4] = ["count", "forest", "boosting", "neighbours"];

/// The forest and the neighbors learn from the latest rows only: their time grows faster than the rows.
const MAX_ROWS: usize = 5_000;
const TREES: usize = 60;
const SEED: u64 = 20_160_216;
const NEIGHBORS: usize = 50;

/// Probabilities of each benchmark for each row of `offers`, fitted to the rows of `table` with an outcome. They are
/// not calibrated, as in common use. If the rows allow no fit, they are the overall rate.
///
/// # Errors
/// [`ModelError::ColumnMismatch`] for tables that differ, [`ModelError::Solver`] for a failure of a library.
pub fn benchmarks(
    table: &FeatureTable,
    outcomes: &[Option<Outcome>],
    offers: &FeatureTable,
    params: &ValidModelParams,
) -> Result<Vec<Vec<f64>>, ModelError> {
    let params = params.get();
    let mut selected: Vec<usize> = (0..table.len()).filter(|row| outcomes[*row].is_some()).collect();
    selected.sort_by_key(|row| table.keys[*row].offer.slot_date);
    let training = table.select(&selected);
    let outcomes: Vec<Outcome> = selected.iter().filter_map(|row| outcomes[*row]).collect();
    let hits: Vec<f64> = outcomes.iter().map(|outcome| f64::from(outcome.hit)).collect();
    let rate = mean(&hits);
    let constant = || vec![vec![rate; offers.len()]; BENCHMARKS.len()];
    let has_single_outcome = hits.iter().all(|hit| *hit == hits[0]);
    if selected.len() < params.min_training_rows || has_single_outcome || offers.is_empty() {
        return Ok(constant());
    }
    let preprocessor = Preprocessor::fit(&training, params)?;
    if preprocessor.width() == 0 {
        return Ok(constant());
    }
    let (x, offers_x) = (preprocessor.transform(&training)?, preprocessor.transform(offers)?);
    let first = selected.len().saturating_sub(MAX_ROWS);
    let (latest_x, latest_hits) = (x.slice(s![first.., ..]).to_owned(), &hits[first..]);
    Ok(vec![
        negative_binomial::predict(&training, &outcomes, &x, &offers_x, params)?,
        random_forest(latest_x.clone(), latest_hits, &offers_x)?,
        boosted_trees(&x, &hits, &offers_x)?,
        nearest_neighbors(&latest_x, latest_hits, &offers_x),
    ])
}

/// A random forest of linfa's trees, with the share of votes as the probability. Its trees break ties by the order of a
/// hash map, so it differs a little between runs.
fn random_forest(x: Array2<f64>, hits: &[f64], offers_x: &Array2<f64>) -> Result<Vec<f64>, ModelError> {
    let labels: Array1<usize> = hits.iter().map(|hit| *hit as usize).collect();
    let tree = DecisionTree::params().max_depth(Some(8)).min_weight_leaf(10.0);
    let forest = EnsembleLearnerParams::new_fixed_rng(tree, SmallRng::seed_from_u64(SEED))
        .ensemble_size(TREES)
        .bootstrap_proportion(0.7)
        .feature_proportion(0.5)
        .check()
        .and_then(|params| params.fit(&Dataset::new(x, labels)))
        .map_err(|error| ModelError::Solver(error.to_string()))?;
    let mut votes = vec![0.0; offers_x.nrows()];
    for (tree, features) in forest.models.iter().zip(&forest.model_features) {
        let classes: Array1<usize> = tree.predict(&offers_x.select(Axis(1), features));
        for (votes, class) in votes.iter_mut().zip(classes) {
            *votes += class as f64;
        }
    }
    // Half a vote for each class, because sixty trees that agree are not certain.
    let trees = forest.models.len() as f64;
    Ok(votes.into_iter().map(|votes| (votes + 0.5) / (trees + 1.0)).collect())
}

/// Shallow boosted trees by forust.
fn boosted_trees(x: &Array2<f64>, hits: &[f64], offers_x: &Array2<f64>) -> Result<Vec<f64>, ModelError> {
    let failed = |error: forust_ml::errors::ForustError| ModelError::Solver(error.to_string());
    let by_column = |matrix: &Array2<f64>| matrix.t().iter().copied().collect::<Vec<f64>>();
    let (cells, offer_cells) = (by_column(x), by_column(offers_x));
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
    let logits = booster.predict(&Matrix::new(&offer_cells, offers_x.nrows(), offers_x.ncols()), false);
    Ok(logits.into_iter().map(sigmoid).collect())
}

/// Hit rate of the fifty past campaigns with the most similar columns, shrunk by five outcomes of the overall rate.
fn nearest_neighbors(x: &Array2<f64>, hits: &[f64], offers_x: &Array2<f64>) -> Vec<f64> {
    let rate = mean(hits);
    let predict = |cells: ArrayView1<'_, f64>| {
        let distance =
            |row: ArrayView1<'_, f64>| row.iter().zip(cells).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
        let mut distances: Vec<(f64, usize)> = x.rows().into_iter().map(distance).zip(0..x.nrows()).collect();
        let last = NEIGHBORS.min(distances.len()) - 1;
        distances.select_nth_unstable_by(last, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let neighbor_hits: f64 = distances[..=last].iter().map(|(_, row)| hits[*row]).sum();
        (neighbor_hits + 5.0 * rate) / (last as f64 + 1.0 + 5.0)
    };
    offers_x.rows().into_iter().map(predict).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        evaluate::metrics::auc,
        params::ModelParams,
        testing::{market, outcomes},
    };

    #[test]
    fn every_benchmark_learns_the_signal() {
        let (table, hits) = market(1_200, 0.0, 21);
        let params = ModelParams::default().check().unwrap();
        let (known, later): (Vec<usize>, Vec<usize>) = (0..1_200).partition(|row| *row < 900);
        let outcomes: Vec<_> = outcomes(&table, &hits)[..900].to_vec();
        let predict =
            || benchmarks(&table.select(&known), &outcomes, &table.select(&later), &params).unwrap();
        let predicted = predict();
        for (name, p) in BENCHMARKS.iter().zip(&predicted) {
            let auc = auc(p, &hits[900..]).unwrap();
            assert!(auc > 0.65, "{name}: {auc}");
            assert!(p.iter().all(|p| (0.0..=1.0).contains(p)), "{name}");
        }
        let again = predict();
        // A forest differs a little between runs.
        for index in [0, 2, 3] {
            assert!(predicted[index] == again[index], "{}", BENCHMARKS[index]);
        }
    }
}
