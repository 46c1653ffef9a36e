//! Model cards: description, training data, accuracy and limits of a model, in Markdown.

use slotcast_core::NaiveDate;
use slotcast_forecast::ModelReport;
use slotcast_models::{ARTIFACT_FORMAT, Metrics, ModelKind, Training};

use crate::active_run::ActiveRun;

const CARD: &str = include_str!("model_card.md");
const ACCURACY: &str = include_str!("model_card_accuracy.md");
const NO_ACCURACY: &str = "Not enough data: no later campaign could be predicted from earlier ones.";

/// The card of a model in `models`.
pub(super) fn model_card(
    report: &ModelReport<'_>,
    training: &Training,
    slot_date: NaiveDate,
    run: &ActiveRun,
) -> String {
    let (model, promotion) = (report.model, &training.promotion);
    let champion = if report.is_champion { format!("yes ({})", promotion.reason) } else { "no".to_owned() };
    let order = promotion.order.as_ref().filter(|_| report.is_champion).map(|order| {
        let (by, hits) = (&order.by, &order.hits);
        format!(
            "\n- list order: {by}, with {:.2} more hits per slot, standard error {:.2}",
            hits.mean, hits.se
        )
    });
    let values = [
        ("model", model.name().to_owned()),
        ("slot_date", slot_date.to_string()),
        ("description", description(model.kind()).to_owned()),
        ("champion", champion),
        ("order", order.unwrap_or_default()),
        ("n_rows", model.n_rows().to_string()),
        ("n_hits", model.n_hits().to_string()),
        ("calibration", model.calibration().to_owned()),
        ("spec_hash", model.spec_hash().to_owned()),
        ("data_version", run.data_version()),
        ("code_version", env!("CARGO_PKG_VERSION").to_owned()),
        ("artifact_format", ARTIFACT_FORMAT.to_string()),
        ("run_id", run.run_id.clone()),
        ("accuracy", report.scores.as_ref().map_or_else(|| NO_ACCURACY.to_owned(), accuracy)),
    ];
    fill(CARD, &values)
}

fn description(kind: ModelKind) -> &'static str {
    match kind {
        ModelKind::BaseRate => "Hit rate of the category, shrunk toward the overall hit rate.",
        ModelKind::Logistic => "Logistic regression of hits with a ridge penalty.",
        ModelKind::Demand => {
            "Interval regression of ln(demand / threshold) with a ridge penalty. Sold-out campaigns are \
             interval-censored. A selection term separates selected offers from the others."
        }
        ModelKind::Blend => {
            "Mean of the calibrated logits of the logistic regression and the demand regression."
        }
    }
}

fn accuracy(scores: &Metrics) -> String {
    let value =
        |value: Option<f64>| value.map_or_else(|| "not defined".to_owned(), |value| format!("{value:.4}"));
    let values = [
        ("n", scores.n.to_string()),
        ("base_rate", value(scores.base_rate)),
        ("log_loss", value(scores.log_loss)),
        ("log_loss_se", value(scores.log_loss_se)),
        ("base_rate_log_loss", value(scores.base_rate_log_loss)),
        ("gain", value(scores.gain)),
        ("gain_se", value(scores.gain_se)),
        ("brier", value(scores.brier)),
        ("auc", value(scores.auc)),
        ("ece", value(scores.ece)),
        ("ece_noise_floor", value(scores.ece_noise_floor)),
    ];
    fill(ACCURACY, &values).trim_end().to_owned()
}

/// The template with every `{name}` replaced by its value.
fn fill(template: &str, values: &[(&str, String)]) -> String {
    let (mut text, mut rest) = (String::new(), template);
    while let Some((before, placeholder)) = rest.split_once('{') {
        let (name, after) = placeholder.split_once('}').expect("a closed placeholder");
        let (_, value) = values.iter().find(|(own, _)| *own == name).expect("a value for each placeholder");
        text.push_str(before);
        text.push_str(value);
        rest = after;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_replaced_once() {
        let values = [("a", "{b}".to_owned()), ("b", "1".to_owned())];
        assert_eq!(fill("x {a}, {b} y", &values), "x {b}, 1 y");
    }
}
