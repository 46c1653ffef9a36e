//! How right the model was: the backtest as a small table and one plain sentence.

use super::both::Both;
use crate::{
    figures::{grouped, percent},
    view::BacktestSummary,
};

/// The backtest in words.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    pub(crate) scope: Both,
    pub(crate) sentence: Both,
}

/// A measure: the model beside what it must be compared with.
#[derive(Clone, Debug)]
pub(crate) struct ScoreRow {
    pub(crate) name: Both,
    pub(crate) model: String,
    pub(crate) yardstick: String,
}

impl Verdict {
    /// What `backtest` says, no better and no worse.
    pub(crate) fn new(backtest: &BacktestSummary) -> Self {
        let n = grouped(backtest.n as f64, 0);
        let base = percent(backtest.base_rate);
        let (ko_slots, en_slots) = backtest.slots.map_or((String::new(), String::new()), |(first, last)| {
            (format!("{first} ~ {last} 슬롯의 "), format!(" of the slots {first} to {last}"))
        });
        let sentence = if backtest.log_loss < backtest.base_log_loss {
            Both::new(
                "모델의 로그 손실이 기본 달성률만 말할 때보다 작습니다.",
                "Its log loss is smaller than that of always saying the base rate.",
            )
        } else {
            Both::new(
                "모델이 기본 달성률만 말하는 것보다 낫지 않습니다. 순위를 참고로만 보십시오.",
                "The model does no better than always saying the base rate: take the order as a hint only.",
            )
        };
        Self {
            scope: Both::new(
                format!(
                    "{ko_slots}상품 {n}건을 당시 알려진 정보만으로 다시 평가했습니다. 실제 달성률 {base}."
                ),
                format!(
                    "{n} offers{en_slots}, scored again with only what was known at the time; {base} of them reached their threshold."
                ),
            ),
            sentence,
        }
    }
}

/// The measures of a backtest.
pub(crate) fn rows(backtest: &BacktestSummary) -> Vec<ScoreRow> {
    let three = |value: f64| format!("{value:.3}");
    let mut rows = vec![
        ScoreRow {
            name: Both::new("로그 손실 (작을수록 좋음)", "Log loss (smaller is better)"),
            model: three(backtest.log_loss),
            yardstick: three(backtest.base_log_loss),
        },
        ScoreRow {
            name: Both::new("브라이어 점수 (작을수록 좋음)", "Brier score (smaller is better)"),
            model: three(backtest.brier),
            yardstick: backtest.base_brier.map_or("–".to_owned(), three),
        },
    ];
    if let Some(auc) = backtest.auc {
        rows.push(ScoreRow {
            name: Both::new(
                "AUC (달성 상품을 위에 둘 확률)",
                "AUC (chance that a hit is ranked before a miss)",
            ),
            model: three(auc),
            yardstick: three(0.5),
        });
    }
    if let Some(ece) = backtest.ece {
        rows.push(ScoreRow {
            name: Both::new(
                "보정 오차 (비교: 완벽한 모델도 보일 오차)",
                "Calibration error (beside it: what a perfect model would show)",
            ),
            model: three(ece),
            yardstick: backtest.ece_noise_floor.map_or("–".to_owned(), three),
        });
    }
    rows
}
