//! How right the model was: the backtest as a small table and one plain sentence.

use super::{both::Both, check::three, dates::day};
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
    pub(crate) model: Both,
    pub(crate) yardstick: Both,
}

impl Verdict {
    /// What `backtest` says, no better and no worse.
    pub(crate) fn new(backtest: &BacktestSummary) -> Self {
        let n = Both::same(grouped(backtest.n as f64, 0));
        let base = Both::same(percent(backtest.base_rate));
        let scope = match backtest.slots {
            Some((first, last)) => Both::filled(
                "score_scope_slots",
                &[("n", &n), ("base", &base), ("first", &day(first)), ("last", &day(last))],
            ),
            None => Both::filled("score_scope", &[("n", &n), ("base", &base)]),
        };
        let is_better = backtest.log_loss < backtest.base_log_loss;
        Self { scope, sentence: Both::say(if is_better { "score_better" } else { "score_no_better" }) }
    }
}

/// The measures of a backtest.
pub(crate) fn rows(backtest: &BacktestSummary) -> Vec<ScoreRow> {
    let row = |key: &str, model: f64, yardstick: Option<f64>| ScoreRow {
        name: Both::say(key),
        model: three(model),
        yardstick: three(yardstick.unwrap_or(f64::NAN)),
    };
    let mut rows = vec![
        row("score_log_loss", backtest.log_loss, Some(backtest.base_log_loss)),
        row("score_brier", backtest.brier, backtest.base_brier),
    ];
    rows.extend(backtest.auc.map(|auc| row("score_auc", auc, Some(0.5))));
    rows.extend(backtest.ece.map(|ece| row("score_ece", ece, backtest.ece_noise_floor)));
    rows
}
