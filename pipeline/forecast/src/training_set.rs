//! Training sets: the rows whose outcomes were known at a time, and the offers that were not selected.

use std::collections::HashSet;

use chrono::TimeDelta;
use slotcast_core::{DateTime, NaiveDate, Utc};
use slotcast_features::{FeatureTable, Labels, Outcome};
use slotcast_models::{Incumbent, ModelError, Training, ValidModelParams, train};

use crate::error::ForecastError;

/// Rules by which rows enter a training set.
#[derive(Clone, Copy, Debug)]
pub struct TrainingRules {
    /// Time from the closing of a campaign until its outcome may train a model.
    pub label_lag: TimeDelta,
    /// Age of the oldest slot, counted from the slot that is ranked.
    pub window: TimeDelta,
    /// First slot date of the market that may train, if there is a limit.
    pub train_from: Option<NaiveDate>,
}

/// Feature rows and their outcomes.
#[derive(Clone, Debug)]
pub struct TrainingSet {
    /// The features.
    pub table: FeatureTable,
    /// One entry per row; `None` for an offer that was not selected.
    pub outcomes: Vec<Option<Outcome>>,
}

impl TrainingSet {
    /// The training set of a model that ranks `slot_date`, as known at `at`.
    ///
    /// It contains the rows of earlier slots whose outcome is known. Rows without a campaign are added if their slot
    /// has a known outcome: the line-up of that slot is settled, so they were not selected.
    pub fn known_at(
        table: &FeatureTable,
        labels: &Labels,
        rules: &TrainingRules,
        slot_date: NaiveDate,
        at: DateTime<Utc>,
    ) -> Self {
        let outcome = |row: usize| labels.known_at(&table.keys[row], at, rules.label_lag);
        let date = |row: usize| table.keys[row].offer.slot_date;
        let is_in_range = |date: NaiveDate| {
            date < slot_date
                && date >= slot_date - rules.window
                && rules.train_from.is_none_or(|from| date >= from)
        };
        let candidates = || (0..table.len()).filter(|row| is_in_range(date(*row)));
        let settled: HashSet<NaiveDate> =
            candidates().filter(|row| outcome(*row).is_some()).map(date).collect();
        let is_useful = |row: &usize| {
            outcome(*row).is_some()
                || (table.keys[*row].campaign_id.is_none() && settled.contains(&date(*row)))
        };
        let rows: Vec<usize> = candidates().filter(is_useful).collect();
        Self { table: table.select(&rows), outcomes: rows.iter().map(|row| outcome(*row)).collect() }
    }

    /// Number of rows with an outcome.
    pub fn labeled_rows(&self) -> usize {
        self.outcomes.iter().flatten().count()
    }

    /// Fits all models. `None` if no row has an outcome.
    ///
    /// # Errors
    /// As [`train`], except [`ModelError::NoRows`].
    pub fn fit(
        &self,
        params: &ValidModelParams,
        incumbent: Incumbent,
    ) -> Result<Option<Training>, ForecastError> {
        match train(&self.table, &self.outcomes, params, incumbent) {
            Ok(training) => Ok(Some(training)),
            Err(ModelError::NoRows) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, day, labels, table};

    fn rules() -> TrainingRules {
        TrainingRules { label_lag: TimeDelta::days(14), window: TimeDelta::days(28), train_from: None }
    }

    fn dates(set: &TrainingSet) -> Vec<String> {
        set.table.keys.iter().map(|key| key.offer.slot_date.to_string()).collect()
    }

    #[test]
    fn rows_have_a_known_outcome_within_the_window() {
        // One campaign per slot, eight weekly slots from 2016-02-16. Each closes after a week.
        let table = table(8, 1);
        let labels = labels(&table, |_| true);
        let known = |rules, slot: &str, time: &str| {
            dates(&TrainingSet::known_at(&table, &labels, &rules, day(slot), at(time)))
        };
        // The second slot closes on 03-01. With 14 days of lag it is trainable on 03-15.
        let slots = ["2016-02-16", "2016-02-23"];
        assert_eq!(known(rules(), "2016-03-15", "2016-03-15T01:00:00Z"), slots);
        assert_eq!(known(rules(), "2016-03-15", "2016-03-15T00:59:59Z"), slots[..1]);
        // 28 days before 03-29 is 03-01, so the first two slots are too old.
        assert_eq!(known(rules(), "2016-03-29", "2016-03-22T01:00:00Z"), ["2016-03-01"]);
        let late = TrainingRules { train_from: Some(day("2016-02-20")), ..rules() };
        assert_eq!(known(late, "2016-03-15", "2016-03-15T01:00:00Z"), slots[1..]);
    }

    #[test]
    fn unselected_offers_count_once_their_slot_is_settled() {
        let mut table = table(3, 2);
        for row in [1, 3, 5] {
            table.keys[row].campaign_id = None;
        }
        let labels = labels(&table, |row| row == 0);
        let set =
            TrainingSet::known_at(&table, &labels, &rules(), day("2016-03-08"), at("2016-03-15T01:00:00Z"));
        assert_eq!(dates(&set), ["2016-02-16", "2016-02-16", "2016-02-23", "2016-02-23"]);
        let hits: Vec<Option<bool>> =
            set.outcomes.iter().map(|outcome| outcome.map(|outcome| outcome.hit)).collect();
        assert_eq!(hits, [Some(true), None, Some(false), None]);
        assert_eq!(set.labeled_rows(), 2);
    }

    #[test]
    fn a_set_without_outcomes_gives_no_model() {
        let table = table(2, 2);
        let set = TrainingSet { outcomes: vec![None; table.len()], table };
        let params = slotcast_models::ModelParams::default().check().unwrap();
        assert!(set.fit(&params, Incumbent::default()).unwrap().is_none());
    }
}
