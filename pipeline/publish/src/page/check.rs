//! The model held against slots later than those it learned from: one sentence and two figures.

use super::{both::Both, dates::day, reliability::ReliabilityChart, slot_scores::SlotScoresChart};
use crate::{figures::grouped, view::ModelCheck};

/// The section.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    pub(crate) sentence: Both,
    pub(crate) reliability: Option<ReliabilityChart>,
    pub(crate) slots: Option<SlotScoresChart>,
}

impl Check {
    /// What `check` says.
    pub(crate) fn new(check: &ModelCheck) -> Self {
        Self {
            sentence: sentence(check),
            reliability: ReliabilityChart::new(&check.bins),
            slots: SlotScoresChart::new(&check.slots),
        }
    }
}

fn sentence(check: &ModelCheck) -> Both {
    let n = Both::same(grouped(check.n as f64, 0));
    // The name of the model comes last: it is not ours, and may look like a place.
    let model = Both::same(&check.model);
    let mut said = match check.since {
        None => Both::filled("check_scope", &[("n", &n), ("model", &model)]),
        Some(since) => {
            Both::filled("check_scope_running", &[("date", &day(since)), ("n", &n), ("model", &model)])
        }
    };
    if let Some(ece) = check.ece.filter(|ece| ece.is_finite()) {
        let ece = three(ece);
        said = said.then(&match check.ece_noise_floor.filter(|floor| floor.is_finite()) {
            Some(floor) => Both::filled("check_ece_floor", &[("ece", &ece), ("floor", &three(floor))]),
            None => Both::filled("check_ece", &[("ece", &ece)]),
        });
    }
    if check.log_loss.is_finite() && check.base_log_loss.is_finite() {
        let (loss, base) = (three(check.log_loss), three(check.base_log_loss));
        said = said.then(&Both::filled("check_loss", &[("loss", &loss), ("base", &base)]));
    }
    said
}

/// A loss or an error, as precise as it is read.
pub(crate) fn three(value: f64) -> Both {
    Both::same(if value.is_finite() { format!("{value:.3}") } else { "–".to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_calibration_error_stands_beside_its_noise_floor() {
        let mut check = sample::page().model_check.unwrap();
        let said = sentence(&check).to_string();
        assert!(
            said.contains("only: 1,870. Calibration error 0.024; a perfect model would show 0.021."),
            "{said}"
        );
        assert!(said.contains("보정 오차 0.024 (완벽한 모델도 보일 오차 0.021)."), "{said}");
        (check.ece_noise_floor, check.log_loss) = (Some(f64::NAN), f64::NAN);
        let said = sentence(&check).to_string();
        assert!(said.contains("Calibration error 0.024.") && !said.contains("NaN"), "{said}");
        (check.ece, check.n) = (None, 1);
        assert!(
            sentence(&check).to_string().ends_with("offers predicted from earlier slots only: 1.</span>")
        );
    }
}
