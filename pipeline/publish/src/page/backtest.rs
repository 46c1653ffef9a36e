//! Backtest: one paragraph and a small table.

use super::{accuracy::three_decimals, bilingual::Bilingual, dates::day};
use crate::{
    number_format::{grouped, percent},
    view::BacktestSummary,
};

/// Section of the page.
#[derive(Clone, Debug)]
pub(crate) struct BacktestSection {
    /// The replayed offers.
    pub(crate) scope: Bilingual,
    /// Comparison with the baseline.
    pub(crate) verdict: Bilingual,
    pub(crate) scores: Vec<ScoreRow>,
}

/// Measure with the scores of model and baseline.
#[derive(Clone, Debug)]
pub(crate) struct ScoreRow {
    pub(crate) name: Bilingual,
    pub(crate) model: Bilingual,
    pub(crate) baseline: Bilingual,
}

impl BacktestSection {
    /// The section about `backtest`.
    pub(crate) fn new(backtest: &BacktestSummary) -> Self {
        let n = Bilingual::same(grouped(backtest.n as f64, 0));
        let base = Bilingual::same(percent(backtest.base_rate.unwrap_or_default()));
        let scope = match backtest.slots() {
            Some((first, last)) => Bilingual::filled(
                "score_scope_slots",
                &[("n", &n), ("base", &base), ("first", &day(first)), ("last", &day(last))],
            ),
            None => Bilingual::filled("score_scope", &[("n", &n), ("base", &base)]),
        };
        let is_better = backtest.log_loss < backtest.base_rate_log_loss;
        let verdict = Bilingual::text(if is_better { "score_better" } else { "score_no_better" });
        Self { scope, verdict, scores: scores(backtest) }
    }
}

fn scores(backtest: &BacktestSummary) -> Vec<ScoreRow> {
    let row = |key: &str, model: f64, baseline: Option<f64>| ScoreRow {
        name: Bilingual::text(key),
        model: three_decimals(model),
        baseline: three_decimals(baseline.unwrap_or(f64::NAN)),
    };
    let mut rows = vec![
        row("score_log_loss", backtest.log_loss, Some(backtest.base_rate_log_loss)),
        row("score_brier", backtest.brier, backtest.base_rate_brier),
    ];
    rows.extend(backtest.auc.map(|auc| row("score_auc", auc, Some(0.5))));
    rows.extend(backtest.ece.map(|ece| row("score_ece", ece, backtest.ece_noise_floor)));
    rows
}
