//! Text selection: free text is used only if it improves a holdout.

use slotcast_features::{FeatureTable, Outcome};

use crate::{
    calibrate::folds::assign_folds,
    error::ModelError,
    evaluate::metrics::row_log_loss,
    fit::members::FittedMembers,
    math::{functions::sigmoid, parallel::parallel_map},
    model_kind::ModelKind,
    params::ModelParams,
    preprocess::text::is_free_text,
};

/// The latest rows decide.
const MAX_ROWS: usize = 8_000;

/// Whether the logistic regression with text has a lower log loss than without. It is fitted to the first two thirds of
/// the slots; the last third is the holdout.
pub(crate) fn text_improves_holdout(
    table: &FeatureTable,
    outcomes: &[Option<Outcome>],
    params: &ModelParams,
) -> Result<bool, ModelError> {
    if !(0..table.columns.len()).any(|feature| is_free_text(table, feature)) {
        return Ok(false);
    }
    let mut selected: Vec<usize> = (0..table.len()).filter(|row| outcomes[*row].is_some()).collect();
    selected.sort_by_key(|row| table.keys[*row].offer.slot_date);
    let selected = &selected[selected.len().saturating_sub(MAX_ROWS)..];
    let table = table.select(selected);
    let outcomes: Vec<Option<Outcome>> = selected.iter().map(|row| outcomes[*row]).collect();
    let fold_of = assign_folds(&table, 3);
    let (holdout, training): (Vec<usize>, Vec<usize>) = (0..table.len()).partition(|row| fold_of[*row] == 2);
    let (training_table, holdout_table) = (table.select(&training), table.select(&holdout));
    let training_outcomes: Vec<Option<Outcome>> = training.iter().map(|row| outcomes[*row]).collect();
    let loss = |uses_text: bool| -> Result<Option<f64>, ModelError> {
        let fitted = match FittedMembers::fit(&training_table, &training_outcomes, params, uses_text) {
            Ok(fitted) => fitted,
            Err(error) if error.falls_back_to_base_rate() => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some(member) = fitted.members.iter().find(|member| member.kind == ModelKind::Logistic) else {
            return Ok(None);
        };
        let scores = fitted.score(member, &fitted.transform(&holdout_table)?);
        let hits = holdout.iter().filter_map(|row| outcomes[*row]).map(|outcome| outcome.hit);
        let losses = scores.iter().zip(hits).map(|(score, hit)| row_log_loss(sigmoid(score.logit), hit));
        Ok(Some(losses.sum()))
    };
    let losses = parallel_map(2, |job| loss(job == 0)).into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(matches!(losses[..], [Some(with_text), Some(without_text)] if with_text < without_text))
}
