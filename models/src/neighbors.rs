//! Nearest neighbors: past campaigns whose features contribute alike.

use slotcast_features::FeatureTable;

use crate::{error::ModelError, model::TrainedModel};

/// A past campaign and its distance from an offer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbor {
    /// Its row in the table of past campaigns.
    pub row: usize,
    /// Euclidean distance of the contributions, in logits.
    pub distance: f64,
}

impl TrainedModel {
    /// The `count` nearest rows of `past` for each row of `offers`, nearest first, without rows of the same id.
    /// Features count as far as they change the score, so neighbors have the same reasons. The base rate has none: all
    /// offers of a category are alike to it.
    ///
    /// # Errors
    /// [`ModelError::SpecMismatch`] and [`ModelError::ColumnMismatch`], as [`Self::score`].
    pub fn neighbors(
        &self,
        offers: &FeatureTable,
        past: &FeatureTable,
        count: usize,
    ) -> Result<Vec<Vec<Neighbor>>, ModelError> {
        let Some(ensemble) = self.ensemble.as_ref().filter(|_| !offers.is_empty() && !past.is_empty()) else {
            return Ok(vec![Vec::new(); offers.len()]);
        };
        self.check(offers)?;
        self.check(past)?;
        let (own, others) = (ensemble.linear_contributions(offers)?, ensemble.linear_contributions(past)?);
        let nearest = |(row, contributions): (usize, &Vec<f64>)| {
            let id = &offers.keys[row].offer.id;
            let mut nearest: Vec<Neighbor> = Vec::with_capacity(count + 1);
            for (row, other) in others.iter().enumerate() {
                let square: f64 = contributions.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum();
                let is_near =
                    nearest.len() < count || nearest.last().is_some_and(|last| square < last.distance);
                if is_near && past.keys[row].offer.id != *id {
                    let rank = nearest.partition_point(|one| one.distance <= square);
                    nearest.insert(rank, Neighbor { row, distance: square });
                    nearest.truncate(count);
                }
            }
            nearest.iter_mut().for_each(|neighbor| neighbor.distance = neighbor.distance.sqrt());
            nearest
        };
        Ok(own.iter().enumerate().map(nearest).collect())
    }
}
