//! What is told beside the lists: what their scores are made of, terms and signals, what moved since the list
//! before, and what became of earlier lists.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;
use arrow::{
    array::{BooleanArray, RecordBatch},
    compute::{concat_batches, filter_record_batch},
};
use chrono::Days;
use slotcast_core::{Audience, Contribution, FeatureValue, NaiveDate, utc_to_local};
use slotcast_lake::TableId;
use slotcast_publish::{INTERNAL, Lang, START, moves_text};
use slotcast_rank::{Titled, moved, near_duplicates};
use slotcast_stats::Beside;

use super::rank::RankedList;
use crate::{
    relations::{Columns, without_run_id},
    row::{Row, rows},
    run_record::RunInProgress,
    seen::Seen,
};

/// What the queries beside a list read of a run.
const READ: [&str; 10] = [
    "rankings",
    "offer_features",
    "offer_features_next",
    "signal_daily",
    "conversion_daily",
    "signal_conversion",
    "moq_rates",
    "funnel",
    "campaign_outcomes",
    "calendar_days",
];
/// Campaigns of so many slots before are recent.
const RECENT_WEEKS: u64 = 8;

/// The lists of the run before, which this run is about to replace.
pub(crate) struct Before {
    rankings: Vec<RecordBatch>,
    contributions: Vec<RecordBatch>,
}

impl Before {
    /// Empty where no run ranked yet.
    pub(crate) async fn known_to(run: &Seen) -> Result<Self> {
        Ok(Self { rankings: run.held("rankings").await?, contributions: run.held("contributions").await? })
    }
}

/// Keeps it for the lists that stand in `rankings`.
pub(crate) async fn keep_beside(
    run: &mut RunInProgress,
    lists: &[RankedList],
    before: &Before,
) -> Result<()> {
    run.keep("contributions", &contributions(lists)?).await?;
    run.keep("ranking_changes", &changes(lists, before)?).await?;
    let decided = final_rankings(run, lists).await?;
    run.keep("final_rankings", &decided).await?;
    let duplicates = duplicates(&run.relation("offer_features").await?, lists)?;
    let mut relations = Vec::new();
    for name in READ {
        let table = TableId::relation(name);
        if let Some(version) = run.tables.get(&table.to_string()) {
            relations.push(run.lake.at(&table, *version).await?);
        }
    }
    let rows = [("final_rankings", decided), ("near_duplicates", duplicates)];
    let today = utc_to_local(run.lake.market().calendar().zone(), run.as_of).date();
    let beside = Beside { relations: &relations, rows: &rows, as_of: run.as_of, today };
    for (name, rows) in slotcast_stats::sheets(&beside).await? {
        run.keep(name, &rows).await?;
    }
    Ok(())
}

/// The relation `contributions`.
fn contributions(lists: &[RankedList]) -> Result<RecordBatch> {
    struct Part<'a> {
        slot_date: NaiveDate,
        id: &'a str,
        feature: &'a str,
        value: Option<f64>,
        text_value: Option<&'a str>,
        log_odds: f64,
    }
    let mut parts = Vec::new();
    for list in lists {
        let start = list.model.as_ref().map_or(0.0, |model| model.intercept());
        for ranked in &list.offers {
            let id = ranked.scored.offer.id.as_str();
            let part = |feature, value, text_value, log_odds| Part {
                slot_date: list.slot.date,
                id,
                feature,
                value,
                text_value,
                log_odds,
            };
            parts.push(part(START, None, None, start));
            let shown = |one: &&Contribution| Audience::Everyone.may_see(&one.feature);
            for one in ranked.scored.contributions.iter().filter(shown) {
                let (value, text_value) = match &one.value {
                    FeatureValue::Number(number) => (Some(*number), None),
                    FeatureValue::Text(text_value) => (None, Some(text_value.as_str())),
                    FeatureValue::Record { hits, n } => (Some(hits / n), None),
                    FeatureValue::Missing => (None, None),
                };
                parts.push(part(one.feature.as_str(), value, text_value, one.log_odds));
            }
            let hidden = ranked.scored.hidden_log_odds(Audience::Everyone);
            parts.extend(hidden.map(|log_odds| part(INTERNAL, None, None, log_odds)));
        }
    }
    Columns::default()
        .day("slot_date", parts.iter().map(|part| part.slot_date))
        .text("candidate_id", parts.iter().map(|part| part.id.to_owned()))
        .text("feature", parts.iter().map(|part| part.feature.to_owned()))
        .number("value", parts.iter().map(|part| part.value))
        .text("text_value", parts.iter().map(|part| part.text_value.map(str::to_owned)))
        .number("log_odds", parts.iter().map(|part| part.log_odds))
        .batch()
}

/// An offer in a list.
pub(super) type Place = (NaiveDate, String);

/// The offer of which a row tells.
pub(super) fn place(row: &Row<'_>) -> Option<Place> {
    Some((row.day("slot_date")?, row.text("candidate_id")?))
}

/// The relation `ranking_changes`.
fn changes(lists: &[RankedList], before: &Before) -> Result<RecordBatch> {
    struct Held {
        run_id: Option<String>,
        rank: usize,
        p_hit: f64,
        log_odds: BTreeMap<String, f64>,
    }
    let mut held: HashMap<Place, Held> = HashMap::new();
    for row in rows(&before.rankings) {
        if let (Some(place), Some(rank), Some(p_hit)) = (place(&row), row.count("rank"), row.number("p_hit"))
        {
            let rank = usize::try_from(rank)?;
            held.insert(place, Held { run_id: row.text("run_id"), rank, p_hit, log_odds: BTreeMap::new() });
        }
    }
    for row in rows(&before.contributions) {
        let Some(own) = place(&row).and_then(|place| held.get_mut(&place)) else { continue };
        own.log_odds.extend(row.text("feature").zip(row.number("log_odds")));
    }
    let mut told = Vec::new();
    for list in lists {
        let start = list.model.as_ref().map_or(0.0, |model| model.intercept());
        for ranked in &list.offers {
            let id = &ranked.scored.offer.id;
            let Some(own) = held.get(&(list.slot.date, id.clone())) else { continue };
            let mut now = BTreeMap::from([(START, start)]);
            for one in &ranked.scored.contributions {
                let feature =
                    if Audience::Everyone.may_see(&one.feature) { one.feature.as_str() } else { INTERNAL };
                *now.entry(feature).or_default() += one.log_odds;
            }
            let then: BTreeMap<&str, f64> =
                own.log_odds.iter().map(|(feature, log_odds)| (feature.as_str(), *log_odds)).collect();
            let moves = if then.is_empty() { Vec::new() } else { moved(&then, &now) };
            let why = |lang| (!moves.is_empty()).then(|| moves_text(lang, &moves));
            told.push((list.slot.date, id.clone(), own, why(Lang::Ko), why(Lang::En)));
        }
    }
    Columns::default()
        .day("slot_date", told.iter().map(|(slot_date, ..)| *slot_date))
        .text("candidate_id", told.iter().map(|(_, id, ..)| id.clone()))
        .text("previous_run_id", told.iter().map(|(_, _, own, ..)| own.run_id.clone()))
        .count("previous_rank", told.iter().map(|(_, _, own, ..)| own.rank))
        .number("previous_p_hit", told.iter().map(|(_, _, own, ..)| own.p_hit))
        .text("change_reason_ko", told.iter().map(|(.., why, _)| why.clone()))
        .text("change_reason_en", told.iter().map(|(.., why)| why.clone()))
        .batch()
}

/// The relation `final_rankings`: those of earlier runs, and these in place of what was said of their slots, unless
/// the slot has opened or a later moment has spoken.
async fn final_rankings(run: &RunInProgress, lists: &[RankedList]) -> Result<RecordBatch> {
    let earlier = run.held("final_rankings").await?;
    let later: BTreeSet<NaiveDate> = rows(&earlier)
        .filter(|row| row.instant("listed_at").is_some_and(|at| at > run.as_of))
        .filter_map(|row| row.day("slot_date"))
        .collect();
    let own = || {
        let lists = lists.iter().filter(|list| run.as_of < list.slot.opens_at);
        lists.filter(|list| !later.contains(&list.slot.date))
    };
    let replaced: BTreeSet<NaiveDate> = own().map(|list| list.slot.date).collect();
    let each = || own().flat_map(|list| list.offers.iter().map(move |ranked| (list, ranked)));
    let scored = || each().map(|(_, ranked)| &ranked.scored);
    let now = Columns::default()
        .day("slot_date", each().map(|(list, _)| list.slot.date))
        .text("list_run_id", each().map(|_| run.run_id.clone()))
        .instant("listed_at", each().map(|_| run.as_of))
        .text("candidate_id", scored().map(|scored| scored.offer.id.clone()))
        .text("title", scored().map(|scored| scored.offer.title.clone()))
        .count("rank", each().map(|(_, ranked)| ranked.rank as usize))
        .number("p_hit", scored().map(|scored| scored.p_hit.get()))
        .number("demand_p10", scored().map(|scored| scored.demand.map(|demand| demand.p10)))
        .number("demand_p50", scored().map(|scored| scored.demand.map(|demand| demand.p50)))
        .number("demand_p90", scored().map(|scored| scored.demand.map(|demand| demand.p90)))
        .number("threshold", scored().map(|scored| scored.offer.threshold))
        .text("threshold_basis", scored().map(|scored| scored.offer.threshold_basis.to_string()))
        .number("base_rate", each().map(|(list, _)| list.base_rate()))
        .text("model", scored().map(|scored| scored.model.clone()))
        .flag("preliminary", each().map(|(list, _)| list.is_preliminary))
        .batch()?;
    let mut kept = Vec::new();
    for batch in &earlier {
        let stays = rows(std::slice::from_ref(batch))
            .map(|row| row.day("slot_date").is_some_and(|date| !replaced.contains(&date)));
        let stays: BooleanArray = stays.map(Some).collect();
        kept.push(without_run_id(&filter_record_batch(batch, &stays)?)?);
    }
    kept.push(now);
    Ok(concat_batches(&kept[kept.len() - 1].schema(), &kept)?)
}

/// The offers of the lists with nearly the title of another of their list, or of a recent campaign.
fn duplicates(offer_features: &[RecordBatch], lists: &[RankedList]) -> Result<RecordBatch> {
    let mut told = Vec::new();
    for list in lists {
        let own = list.offers.iter().map(|ranked| &ranked.scored.offer);
        let own = own.filter_map(|offer| {
            Some(Titled { id: offer.id.clone(), title: offer.title.clone()?, slot_date: list.slot.date })
        });
        let own: Vec<Titled> = own.collect();
        let since = list.slot.date - Days::new(7 * RECENT_WEEKS);
        let recent = rows(offer_features).filter_map(|row| {
            let slot_date = row.day("slot_date").filter(|date| (since..list.slot.date).contains(date))?;
            row.text("campaign_id")?;
            Some(Titled { id: row.text("id")?, title: row.text("title")?, slot_date })
        });
        let others: Vec<Titled> = own.iter().cloned().chain(recent).collect();
        let nearest = near_duplicates(&own, &others);
        let found = own.into_iter().zip(nearest);
        told.extend(found.filter_map(|(one, nearest)| Some((one, others[nearest?].clone()))));
    }
    Columns::default()
        .day("slot_date", told.iter().map(|(one, _)| one.slot_date))
        .text("candidate_id", told.iter().map(|(one, _)| one.id.clone()))
        .text("other_id", told.iter().map(|(_, other)| other.id.clone()))
        .text("other_title", told.iter().map(|(_, other)| other.title.clone()))
        .day("other_slot", told.iter().map(|(_, other)| other.slot_date))
        .batch()
}
