//! A model card in Markdown: what the model is, what it learned from, how it did, what it is not for.

use std::fmt::Write as _;

use slotcast_core::NaiveDate;
use slotcast_models::{ARTIFACT_FORMAT, BASE_RATE, BLEND, DEMAND, Training};

use super::train::Described;
use crate::run_record::RunInProgress;

/// What kind of model it is, in a sentence.
fn about(name: &str) -> &'static str {
    match name {
        BASE_RATE => "The hit rate of the category, shrunk towards that of all campaigns.",
        DEMAND => {
            "Interval regression of ln(demand / threshold) with a ridge penalty: sold-out campaigns count as \
             bounds, offers that were chosen are told apart from those that were not."
        }
        BLEND => "The mean of the calibrated logits of the regression of hits and the regression of demand.",
        _ => "Logistic regression of hits with a ridge penalty.",
    }
}

pub(super) fn card(
    row: &Described<'_>,
    training: &Training,
    slot_date: NaiveDate,
    run: &RunInProgress,
) -> String {
    let model = row.model;
    let mut card = format!("# Model `{}` for slot {slot_date}\n\n{}\n\n", model.name(), about(model.name()));
    let mut line = |name: &str, value: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(card, "- {name}: {value}");
    };
    line(
        "ranks",
        if row.is_champion { format!("yes ({})", training.promotion.reason) } else { "no".to_owned() },
    );
    if let Some(order) = training.promotion.order.as_ref().filter(|_| row.is_champion) {
        let gain = format!("{:.2} hits per slot more, standard error {:.2}", order.hits.mean, order.hits.se);
        line("the list is ordered by", format!("{}, which has proven better ({gain})", order.by));
    }
    line("learned from", format!("{} campaigns, {} of them hits", model.n_rows(), model.n_hits()));
    line("calibration", model.calibration().to_owned());
    line("features", format!("specification {}", model.spec_hash()));
    line("data", run.data_version());
    line("code", format!("slotcast {}, artefact format {ARTIFACT_FORMAT}", env!("CARGO_PKG_VERSION")));
    line("run", run.run_id.clone());
    line("randomness", "none in the fit; the noise floor draws from a fixed seed".to_owned());
    card.push_str("\n## On later slots\n\n");
    let Some(scores) = &row.scores else {
        card.push_str("Not enough data: no later campaign could be predicted from earlier ones.\n");
        return card;
    };
    card.push_str("| measure | value |\n|---|---|\n");
    let mut measure = |name: &str, value: Option<f64>| {
        let value = value.map_or_else(|| "not defined".to_owned(), |value| format!("{value:.4}"));
        let _ = writeln!(card, "| {name} | {value} |");
    };
    measure("campaigns predicted", Some(scores.n as f64));
    measure("share of hits", scores.base_rate);
    measure("log loss", scores.log_loss);
    measure("standard error over slots", scores.log_loss_se);
    measure("log loss of the base rate", scores.base_rate_log_loss);
    measure("better than the base rate by", scores.gain);
    measure("standard error of that", scores.gain_se);
    measure("Brier score", scores.brier);
    measure("AUC", scores.auc);
    measure("calibration error", scores.ece);
    measure(
        "calibration error that chance exceeds in one of twenty (slots resampled)",
        scores.ece_noise_floor,
    );
    card.push_str(
        "\n## Not for\n\nOffers unlike any that ran; campaigns in flight; prices or thresholds far outside those \
         that it learned from. Its reasons say what moved the score, not what would happen if that were changed.\n",
    );
    card
}
