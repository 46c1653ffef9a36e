//! Past campaigns that a model finds alike: the nearest in what their features push.

use slotcast_features::FeatureTable;

use crate::{error::ModelError, trained::TrainedModel};

/// A past campaign and how far it lies from an offer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Similar {
    /// Its place in the table of past campaigns.
    pub row: usize,
    /// Distance in logits: the root of the summed squares of the differences in pushes.
    pub distance: f64,
}

impl TrainedModel {
    /// For each row of `offers` the `most` nearest rows of `past`, nearest first, no row of its own id among them.
    /// Differences count as far as they move the score, so two offers are alike that the model has
    /// the same reasons for. Nothing for the base rate, to which a category is all alike.
    ///
    /// # Errors
    /// [`ModelError::SpecMismatch`] and [`ModelError::Column`], as [`Self::score`].
    pub fn similar(
        &self,
        offers: &FeatureTable,
        past: &FeatureTable,
        most: usize,
    ) -> Result<Vec<Vec<Similar>>, ModelError> {
        let Some(scorer) = self.scorer.as_ref().filter(|_| !offers.is_empty() && !past.is_empty()) else {
            return Ok(vec![Vec::new(); offers.len()]);
        };
        self.check(offers)?;
        self.check(past)?;
        let (own, others) = (scorer.pushes(offers)?, scorer.pushes(past)?);
        let nearest = |(place, pushes): (usize, &Vec<f64>)| {
            let id = &offers.keys[place].offer.id;
            let mut nearest: Vec<Similar> = Vec::with_capacity(most + 1);
            for (row, other) in others.iter().enumerate() {
                let square: f64 = pushes.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum();
                let is_near =
                    nearest.len() < most || nearest.last().is_some_and(|last| square < last.distance);
                if is_near && past.keys[row].offer.id != *id {
                    let place = nearest.partition_point(|one| one.distance <= square);
                    nearest.insert(place, Similar { row, distance: square });
                    nearest.truncate(most);
                }
            }
            nearest.iter_mut().for_each(|one| one.distance = one.distance.sqrt());
            nearest
        };
        Ok(own.iter().enumerate().map(nearest).collect())
    }
}

#[cfg(test)]
mod tests {
    use slotcast_features::Column;

    use crate::{
        params::ModelParams,
        promotion::Incumbent,
        testing::{market, outcomes},
        train::train,
    };

    #[test]
    fn the_nearest_shares_what_matters() {
        let (table, hits) = market(600, 0.0, 4);
        let params = ModelParams::default().check().unwrap();
        let training = train(&table, &outcomes(&table, &hits), &params, Incumbent::default()).unwrap();
        let found = training.models[1].similar(&table.select(&[10, 11]), &table, 3).unwrap();
        for (place, nearest) in found.iter().enumerate() {
            assert_eq!(nearest.len(), 3);
            assert!(nearest.windows(2).all(|pair| pair[0].distance <= pair[1].distance));
            let Column::Number(signal) = &table.columns[0] else { unreachable!("signal is a number") };
            for one in nearest {
                assert_ne!(one.row, 10 + place, "not itself");
                let apart = (signal[one.row].unwrap() - signal[10 + place].unwrap()).abs();
                assert!(apart < 0.6, "{apart} of 4");
            }
        }
        assert_eq!(training.models[0].similar(&table.select(&[1]), &table, 3).unwrap(), [vec![]]);
    }
}
