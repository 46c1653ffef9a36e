//! Which model ranked when, and reason: the history that promotion, rollback and readers go by.

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_core::{DateTime, NaiveDate, SlotCalendar, Utc};
use slotcast_models::{BASE_RATE, Incumbent, Training};

use crate::{
    failure::UserError,
    relations::Columns,
    row::{Row, rows},
    run_record::RunInProgress,
    seen::Seen,
};

/// How many slots a model that was taken back stays away.
const SUSPENDED_SLOTS: usize = 8;
pub(super) const ROLLED_BACK: &str = "rolled_back";

/// What `train` is asked to do about the champion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Let the gate decide.
    ByProof,
    /// Take the last change back.
    Rollback,
}

/// A decision about who ranks.
#[derive(Clone, Debug, PartialEq)]
struct Decided {
    decided_by: String,
    as_of: DateTime<Utc>,
    slot_date: NaiveDate,
    champion: String,
    previous_champion: String,
    reason: String,
    gain: Option<f64>,
    gain_se: Option<f64>,
    n: u64,
    /// The model that may not rank before `suspended_until`.
    suspended_model: Option<String>,
    suspended_until: Option<NaiveDate>,
}

/// All decisions up to the moment of a run, oldest first, and those of later moments, which a replay leaves alone.
pub(crate) struct Champions {
    past: Vec<Decided>,
    later: Vec<Decided>,
}

impl Champions {
    pub(crate) async fn known_to(run: &Seen) -> Result<Self> {
        let mut all: Vec<Decided> = rows(&run.held("champions").await?).filter_map(read).collect();
        // A run that is repeated decides again.
        all.retain(|decided| decided.decided_by != run.run_id);
        let (past, later) = all.into_iter().partition(|decided| decided.as_of <= run.as_of);
        Ok(Self { past, later })
    }

    /// Who ranked before the slot of this date, and who may not.
    pub(crate) fn incumbent(&self, slot_date: NaiveDate) -> Incumbent<'_> {
        let suspended_model = self
            .past
            .iter()
            .rev()
            .find(|decided| decided.suspended_model.is_some())
            .filter(|decided| decided.suspended_until.is_some_and(|until| slot_date < until));
        Incumbent {
            champion: self.past.last().map(|decided| decided.champion.as_str()),
            suspended: suspended_model.and_then(|decided| decided.suspended_model.as_deref()),
        }
    }

    /// The model that ranks, and the slot since which it does.
    pub(crate) fn since(&self) -> Option<(String, NaiveDate)> {
        let champion = &self.past.last()?.champion;
        let reign = self.past.iter().rev().take_while(|decided| decided.champion == *champion);
        Some((champion.clone(), reign.map(|decided| decided.slot_date).min()?))
    }

    /// Puts the champion before the last change back in its place, and bars the one that had taken it.
    pub(crate) fn roll_back(
        &mut self,
        run: &RunInProgress,
        calendar: &SlotCalendar,
        slot_date: NaiveDate,
    ) -> Result<()> {
        let current = self.past.last().map_or(BASE_RATE, |decided| decided.champion.as_str());
        let changed = |decided: &&Decided| {
            decided.champion == current
                && decided.previous_champion != current
                && decided.reason != ROLLED_BACK
        };
        let Some(change) = self.past.iter().rev().find(changed).cloned() else {
            return Err(UserError::new(
                format!("model `{current}` has ranked from the first, so there is nothing to take back"),
                "`slotcast sql \"select * from champions\"` shows which model ranked when",
            )
            .into());
        };
        let mut until = calendar.slot_of(chrono::NaiveDateTime::from(slot_date).and_utc());
        for _ in 0..SUSPENDED_SLOTS {
            until = calendar.following(&until);
        }
        self.past.push(Decided {
            decided_by: run.run_id.clone(),
            as_of: run.as_of,
            slot_date,
            champion: change.previous_champion.clone(),
            previous_champion: change.champion.clone(),
            reason: ROLLED_BACK.to_owned(),
            gain: None,
            gain_se: None,
            n: 0,
            suspended_model: Some(change.champion),
            suspended_until: Some(until.date),
        });
        Ok(())
    }

    /// Adds what the gate decided.
    pub(crate) fn note(&mut self, run: &RunInProgress, slot_date: NaiveDate, training: &Training) {
        let previous_champion =
            self.past.last().map_or(BASE_RATE, |decided| decided.champion.as_str()).to_owned();
        let promotion = &training.promotion;
        self.past.push(Decided {
            decided_by: run.run_id.clone(),
            as_of: run.as_of,
            slot_date,
            champion: training.promoted_model().name().to_owned(),
            previous_champion,
            reason: promotion.reason.to_owned(),
            gain: promotion.gain.map(|gain| gain.mean),
            gain_se: promotion.gain.map(|gain| gain.se),
            n: training.out_of_time.hits.len() as u64,
            suspended_model: None,
            suspended_until: None,
        });
    }

    pub(crate) fn batch(&self) -> Result<RecordBatch> {
        let each = || self.past.iter().chain(&self.later);
        Columns::default()
            .text("decided_by", each().map(|decided| decided.decided_by.clone()))
            .instant("as_of", each().map(|decided| decided.as_of))
            .day("slot_date", each().map(|decided| decided.slot_date))
            .text("champion", each().map(|decided| decided.champion.clone()))
            .text("previous_champion", each().map(|decided| decided.previous_champion.clone()))
            .text("reason", each().map(|decided| decided.reason.clone()))
            .number("gain", each().map(|decided| decided.gain))
            .number("gain_se", each().map(|decided| decided.gain_se))
            .count("n", each().map(|decided| usize::try_from(decided.n).unwrap_or(0)))
            .text("suspended_model", each().map(|decided| decided.suspended_model.clone()))
            .maybe_day("suspended_until", each().map(|decided| decided.suspended_until))
            .batch()
    }
}

fn read(row: Row<'_>) -> Option<Decided> {
    Some(Decided {
        decided_by: row.text("decided_by")?,
        as_of: row.instant("as_of")?,
        slot_date: row.day("slot_date")?,
        champion: row.text("champion")?,
        previous_champion: row.text("previous_champion")?,
        reason: row.text("reason")?,
        gain: row.number("gain"),
        gain_se: row.number("gain_se"),
        n: row.count("n")?,
        suspended_model: row.text("suspended_model"),
        suspended_until: row.day("suspended_until"),
    })
}
