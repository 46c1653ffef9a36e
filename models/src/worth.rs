//! Whether free text earns its place: words are kept where they help on later slots.

use slotcast_features::{FeatureTable, Outcome};

use crate::{
    error::ModelError,
    fitted::{Fitted, LOGISTIC},
    metrics::row_log_loss,
    numbers::sigmoid,
    out_of_time::block_of_rows,
    params::ModelParams,
    threads::in_threads,
    words::is_prose,
};

/// The latest rows decide.
const MOST_ROWS: usize = 8_000;

/// Fits the logistic regression to the first two thirds of the slots with and without words, and compares
/// the log loss on the last third.
pub(crate) fn are_words_worth_it(
    table: &FeatureTable,
    outcomes: &[Option<Outcome>],
    params: &ModelParams,
) -> Result<bool, ModelError> {
    if !(0..table.columns.len()).any(|place| is_prose(table, place)) {
        return Ok(false);
    }
    let mut ran: Vec<usize> = (0..table.len()).filter(|row| outcomes[*row].is_some()).collect();
    ran.sort_by_key(|row| table.keys[*row].offer.slot_date);
    let ran = &ran[ran.len().saturating_sub(MOST_ROWS)..];
    let table = table.select(ran);
    let outcomes: Vec<Option<Outcome>> = ran.iter().map(|row| outcomes[*row]).collect();
    let block_of = block_of_rows(&table, 3);
    let rows = |is_last: bool| -> Vec<usize> {
        (0..table.len()).filter(|row| (block_of[*row] == 2) == is_last).collect()
    };
    let (earlier, later) = (rows(false), rows(true));
    let (past, future) = (table.select(&earlier), table.select(&later));
    let known: Vec<Option<Outcome>> = earlier.iter().map(|row| outcomes[*row]).collect();
    let loss = |uses_words: bool| -> Result<Option<f64>, ModelError> {
        let fitted = match Fitted::fit(&past, &known, params, uses_words) {
            Ok(fitted) => fitted,
            Err(error) if error.leaves_the_base_rate() => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some(member) = fitted.members.iter().find(|member| member.name == LOGISTIC) else {
            return Ok(None);
        };
        let raw = fitted.raw(member, &fitted.prepare(&future)?);
        let hits = later.iter().filter_map(|row| outcomes[*row]).map(|outcome| outcome.hit);
        Ok(Some(raw.iter().zip(hits).map(|(raw, hit)| row_log_loss(sigmoid(raw.as_it_stands), hit)).sum()))
    };
    let losses = in_threads(2, |job| loss(job == 0)).into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(matches!(losses[..], [Some(with), Some(without)] if with < without))
}
