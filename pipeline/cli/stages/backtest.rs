//! Backtest stage: builds the features of past slots and predicts them.

use anyhow::Result;
use slotcast_core::Knowledge;
use slotcast_features::{FeatureTable, Labels};
use slotcast_forecast::{Backtest, BacktestInput, BacktestRange, decided_slots};
use slotcast_stats::{BuildContext, PartitionStore, build_as_of};

use super::{build_context::build_context, train::training_rules};
use crate::{active_run::ActiveRun, failure::UserError, settings::Settings};

pub(crate) async fn backtest(run: &ActiveRun, settings: &Settings, range: BacktestRange) -> Result<Backtest> {
    let (lake, as_of) = (&run.lake, run.as_of);
    let calendar = lake.market().calendar();
    let slots = decided_slots(&calendar, range, as_of, settings.lead_days);
    let Some(last) = slots.last() else {
        let message = format!("no slot was decided between {} and {} by {as_of}", range.from, range.to);
        return Err(UserError::new(message, "choose dates within the lake's history").into());
    };
    // Each row is dated at the cutoff of its own slot, so one build serves all slots.
    let context = BuildContext {
        scored: Knowledge::new(&calendar, *last, as_of, settings.lead_days),
        next: None,
        ..build_context(lake, settings, as_of, *last).await?
    };
    let store = PartitionStore::new(lake, &run.run_id, 0);
    let previous = run.previous_build().await?;
    let [features, outcomes] = build_as_of(&lake.facts().await?, &previous, &context, store).await?;
    let input = BacktestInput {
        table: &FeatureTable::from_batches(&features)?,
        labels: &Labels::from_batches(&outcomes)?,
        calendar,
        rules: training_rules(lake.market(), settings),
        params: &settings.model_params,
        lead_days: settings.lead_days,
    };
    Ok(slotcast_forecast::backtest(&input, &slots, range)?)
}
