//! Accuracy of the model on later slots: one paragraph and two charts.

use super::{
    bilingual::Bilingual,
    charts::{ReliabilityChart, SlotScoresChart},
    dates::day,
};
use crate::{number_format::grouped, view::ModelCheck};

/// Section of the page.
#[derive(Clone, Debug)]
pub(crate) struct AccuracySection {
    pub(crate) sentence: Bilingual,
    pub(crate) reliability: Option<ReliabilityChart>,
    pub(crate) slots: Option<SlotScoresChart>,
}

impl AccuracySection {
    /// The section about `check`.
    pub(crate) fn new(check: &ModelCheck) -> Self {
        Self {
            sentence: sentence(check),
            reliability: ReliabilityChart::new(&check.bins),
            slots: SlotScoresChart::new(&check.slots),
        }
    }
}

fn sentence(check: &ModelCheck) -> Bilingual {
    let n = Bilingual::same(grouped(check.n as f64, 0));
    // The model's name comes last, because it may look like a placeholder.
    let model = Bilingual::same(&check.model);
    let mut text = match check.since {
        None => Bilingual::filled("check_scope", &[("n", &n), ("model", &model)]),
        Some(since) => {
            Bilingual::filled("check_scope_since", &[("date", &day(since)), ("n", &n), ("model", &model)])
        }
    };
    if let Some(ece) = check.ece.filter(|ece| ece.is_finite()) {
        let ece = three_decimals(ece);
        text = text.then(&match check.ece_noise_floor.filter(|floor| floor.is_finite()) {
            Some(floor) => {
                Bilingual::filled("check_ece_floor", &[("ece", &ece), ("floor", &three_decimals(floor))])
            }
            None => Bilingual::filled("check_ece", &[("ece", &ece)]),
        });
    }
    if check.log_loss.is_finite() && check.base_log_loss.is_finite() {
        let (loss, base) = (three_decimals(check.log_loss), three_decimals(check.base_log_loss));
        text = text.then(&Bilingual::filled("check_loss", &[("loss", &loss), ("base", &base)]));
    }
    text
}

/// A loss or an error with three decimals.
pub(crate) fn three_decimals(value: f64) -> Bilingual {
    Bilingual::same(if value.is_finite() { format!("{value:.3}") } else { "–".to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::sample;

    #[test]
    fn the_calibration_error_has_its_noise_floor() {
        let mut check = sample::page().model_check.unwrap();
        let text = sentence(&check).to_string();
        assert!(
            text.contains("only: 1,870. Calibration error 0.024; a perfect model would show 0.021."),
            "{text}"
        );
        assert!(text.contains("보정 오차 0.024 (완벽한 모델이라면 0.021)."), "{text}");
        (check.ece_noise_floor, check.log_loss) = (Some(f64::NAN), f64::NAN);
        let text = sentence(&check).to_string();
        assert!(text.contains("Calibration error 0.024.") && !text.contains("NaN"), "{text}");
        (check.ece, check.n) = (None, 1);
        assert!(
            sentence(&check).to_string().ends_with("offers predicted from earlier slots only: 1.</span>")
        );
    }
}
