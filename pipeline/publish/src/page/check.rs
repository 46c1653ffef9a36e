//! The model held against slots later than those it learned from: one sentence and two figures.

use super::{both::Both, reliability::ReliabilityChart, slot_scores::SlotScoresChart};
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
    let (model, n) = (&check.model, grouped(check.n as f64, 0));
    let offers = if check.n == 1 { "offer" } else { "offers" };
    let mut ko = format!("모델 {model}: 앞선 슬롯만 보고 뒤의 슬롯을 예측한 상품 {n}건.");
    let mut en = format!("Model {model}: {n} {offers} predicted from earlier slots only.");
    if let Some(ece) = check.ece.filter(|ece| ece.is_finite()) {
        let ece = three(ece);
        let (mut ko_floor, mut en_floor) = (String::new(), String::new());
        if let Some(floor) = check.ece_noise_floor.filter(|floor| floor.is_finite()) {
            let floor = three(floor);
            ko_floor = format!(" (완벽한 모델도 보일 오차 {floor})");
            en_floor = format!("; a perfect model would show {floor}");
        }
        ko += &format!(" 보정 오차 {ece}{ko_floor}.");
        en += &format!(" Calibration error {ece}{en_floor}.");
    }
    if check.log_loss.is_finite() && check.base_log_loss.is_finite() {
        let (loss, base) = (three(check.log_loss), three(check.base_log_loss));
        ko += &format!(" 로그 손실 {loss} (기본 달성률만 말할 때 {base}).");
        en += &format!(" Log loss {loss}, against {base} for always saying the base rate.");
    }
    Both::new(ko, en)
}

fn three(value: f64) -> String {
    format!("{value:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_calibration_error_stands_beside_its_noise_floor() {
        let mut check = sample::page().model_check.unwrap();
        let said = sentence(&check).to_string();
        assert!(said.contains("predicted from earlier slots only. Calibration error 0.024; a perfect model would show 0.021."), "{said}");
        assert!(said.contains("보정 오차 0.024 (완벽한 모델도 보일 오차 0.021)."), "{said}");
        (check.ece_noise_floor, check.log_loss) = (Some(f64::NAN), f64::NAN);
        let said = sentence(&check).to_string();
        assert!(said.contains("Calibration error 0.024.") && !said.contains("NaN"), "{said}");
        (check.ece, check.n) = (None, 1);
        assert!(sentence(&check).to_string().ends_with("1 offer predicted from earlier slots only.</span>"));
    }
}
