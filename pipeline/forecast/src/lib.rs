//! Rules of forecasting: training sets, champions, ranked lists, backtests, what-if questions and evaluation.
//!
//! Feature tables and labels go in, plain structs come out. No lake, clock or I/O: the command line reads relations,
//! calls this crate and writes the results as relations.

mod error;
mod offer_id;

mod training_set;

mod champions;
mod promotion;

mod model_report;
mod slot_metrics;

mod nearest_campaigns;
mod ranked_list;

mod contributions;
mod duplicates;
mod final_rankings;
mod moq_curve;
mod ranking_changes;
mod what_if;

mod backtest;
mod evaluation;

#[cfg(test)]
mod testing;

pub use backtest::{
    Backtest, BacktestInput, BacktestRange, CHAMPION, HORIZON, ModelMetrics, OfferPrediction, Prediction,
    SegmentMetrics, backtest, decided_slots, model_metrics, segment_metrics,
};
pub use champions::{ChampionDecision, ChampionHistory, DecisionKey, ROLLED_BACK, Suspension};
pub use contributions::{ContributionRow, contribution_rows};
pub use duplicates::{DuplicatePair, recent_duplicates};
pub use error::ForecastError;
pub use evaluation::{
    BaselineOffer, ClosedCampaign, Evaluation, OfferTruth, ScorerPredictions, ScorerResult, baselines,
    evaluate,
};
pub use final_rankings::final_lists;
pub use model_report::{ModelReport, model_reports};
pub use moq_curve::{MoqPoint, moq_curve};
pub use nearest_campaigns::{NearestCampaign, nearest_campaigns};
pub use offer_id::OfferId;
pub use promotion::{ChampionChange, train_champion};
pub use ranked_list::{ListInput, ListStage, PromotedModel, RankedList, preliminary_slot};
pub use ranking_changes::{PreviousRank, RankingChange, ranking_changes};
pub use slot_metrics::{SlotMetrics, SlotPredictions, TrackRecord, slot_metrics, track_record};
pub use training_set::{TrainingRules, TrainingSet};
pub use what_if::{OfferTerms, PastCampaign, PastTerms, WhatIfError, what_if};
