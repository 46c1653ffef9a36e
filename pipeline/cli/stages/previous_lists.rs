//! Lists of the last run for an earlier time, and the relation `ranking_changes`.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_forecast::{OfferId, PreviousRank, RankedList, ranking_changes};
use slotcast_publish::{Lang, change_text};

use crate::{batch_builder::BatchBuilder, batch_row::batch_rows, run_snapshot::RunSnapshot};

/// Lists of the last run for an earlier time than that of the run, whenever it was made.
pub(super) struct PreviousLists {
    rankings: Vec<RecordBatch>,
    contributions: Vec<RecordBatch>,
}

impl PreviousLists {
    /// The lists before those of a run; empty if no run for an earlier time has ranked.
    pub(super) async fn read(run: &RunSnapshot) -> Result<Self> {
        let runs = run.lake.runs().await?;
        let Some(previous) = runs.visible_before(run.as_of) else {
            return Ok(Self { rankings: Vec::new(), contributions: Vec::new() });
        };
        let previous = RunSnapshot::of(run.lake.clone(), previous);
        Ok(Self {
            rankings: previous.rows_or_empty("rankings").await?,
            contributions: previous.rows_or_empty("contributions").await?,
        })
    }

    fn ranks(&self) -> Result<HashMap<OfferId, PreviousRank>> {
        let mut ranks: HashMap<OfferId, PreviousRank> = HashMap::new();
        for row in batch_rows(&self.rankings) {
            let id = row.offer_id();
            if let (Some(id), Some(rank), Some(p_hit)) = (id, row.count("rank"), row.number("p_hit")) {
                let (run_id, rank) = (row.text("run_id"), usize::try_from(rank)?);
                ranks.insert(id, PreviousRank { run_id, rank, p_hit, log_odds: BTreeMap::new() });
            }
        }
        for row in batch_rows(&self.contributions) {
            let Some(rank) = row.offer_id().and_then(|id| ranks.get_mut(&id)) else { continue };
            rank.log_odds.extend(row.text("feature").zip(row.number("log_odds")));
        }
        Ok(ranks)
    }

    /// The relation `ranking_changes`.
    pub(super) fn changes(&self, lists: &[RankedList]) -> Result<RecordBatch> {
        let previous = self.ranks()?;
        let changes = ranking_changes(lists, &previous);
        let reason = |lang: Lang| {
            let shifts = changes.iter().map(|change| &change.shifts);
            shifts.map(move |shifts| (!shifts.is_empty()).then(|| change_text(lang, shifts)))
        };
        BatchBuilder::default()
            .day("slot_date", changes.iter().map(|change| change.slot_date))
            .text("candidate_id", changes.iter().map(|change| change.offer_id.to_owned()))
            .text("previous_run_id", changes.iter().map(|change| change.previous.run_id.clone()))
            .count("previous_rank", changes.iter().map(|change| change.previous.rank))
            .number("previous_p_hit", changes.iter().map(|change| change.previous.p_hit))
            .text("change_reason_ko", reason(Lang::Ko))
            .text("change_reason_en", reason(Lang::En))
            .batch()
    }
}
