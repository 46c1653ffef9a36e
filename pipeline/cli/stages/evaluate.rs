//! What a run or a backtest said, held against a simulator's truth, beside habits that cost nothing.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    path::Path,
};

use anyhow::{Context, Result};
use arrow::{
    array::{Array, AsArray, RecordBatch},
    compute::cast,
    datatypes::{DataType, Date32Type, Float64Type},
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use slotcast_core::NaiveDate;
use slotcast_models::{Belief, Choice, Estimate, Truth};
use slotcast_stats::UserSession;

use crate::{failure::UserError, relations::Columns};

/// An offer: its slot and its id.
type Key = (NaiveDate, String);

/// A simulator's truth of an offer.
#[derive(Clone, Copy, Debug)]
struct Known {
    oracle: f64,
    knowable: f64,
    hit: Option<bool>,
    selected: bool,
}

/// What somebody says of offers.
struct Said {
    by: String,
    /// Else it is an order.
    is_probability: bool,
    of: HashMap<Key, f64>,
    /// Values that order the offers of a slot, the largest first.
    order: HashMap<Key, f64>,
}

/// The judgement, one row a voice; and of what it was.
pub(crate) struct Evaluation {
    pub(crate) rows: RecordBatch,
    pub(crate) source: &'static str,
    pub(crate) slots: usize,
    /// Offers of which something was said and nothing is known.
    pub(crate) unknown: usize,
}

/// Holds the latest backtest, or else the ranked list, against the truth in a file.
pub(crate) async fn evaluate(session: &UserSession, truth: &Path) -> Result<Evaluation> {
    let known = read_truth(truth)?;
    let has_backtest = session.tables().iter().any(|table| table.name == "backtest_scores");
    let backtested = if has_backtest { said_by_backtest(session).await? } else { Vec::new() };
    let (source, models) = match backtested.is_empty() {
        true => ("ranking", vec![said_by_ranking(session).await?]),
        false => ("backtest", backtested),
    };
    // Everybody is judged on the same offers: those that each model speaks of.
    let spoken = |key: &Key| models.iter().all(|model| model.of.contains_key(key));
    let keys: Vec<&Key> = known.keys().filter(|key| spoken(key)).collect();
    let unknown = models[0].of.keys().filter(|key| !known.contains_key(*key)).count();
    if keys.is_empty() {
        let message = format!("`{}` knows none of the offers of this lake", truth.display());
        return Err(
            UserError::new(message, "truth and inbox come from one `slotcast simulate` of one seed").into()
        );
    }
    let slots: Vec<NaiveDate> = keys.iter().map(|key| key.0).collect();
    let of = |value: fn(&Known) -> f64| keys.iter().map(|key| value(&known[*key])).collect::<Vec<_>>();
    let (oracle, knowable) = (of(|known| known.oracle), of(|known| known.knowable));
    let hits: Vec<Option<bool>> = keys.iter().map(|key| known[*key].hit).collect();
    let truth = Truth { slots: &slots, oracle: &oracle, knowable: &knowable, hits: &hits };
    let seats = seats(&known);

    let mut voices: Vec<(String, Option<Vec<f64>>, Vec<f64>)> = Vec::new();
    for said in models.into_iter().chain(habits(session).await?) {
        // An offer without a value comes last.
        let of = |values: &HashMap<Key, f64>| -> Vec<f64> {
            keys.iter().map(|key| values.get(*key).copied().unwrap_or(f64::NEG_INFINITY)).collect()
        };
        voices.push((said.by, said.is_probability.then(|| of(&said.of)), of(&said.order)));
    }
    let average = knowable.iter().sum::<f64>() / knowable.len() as f64;
    let constant = vec![average; keys.len()];
    voices.push(("random".to_owned(), None, vec![0.0; keys.len()]));
    voices.push(("best_constant".to_owned(), Some(constant.clone()), constant));
    voices.push(("p_hit_knowable".to_owned(), Some(knowable.clone()), knowable.clone()));
    voices.push(("p_hit_oracle".to_owned(), Some(oracle.clone()), oracle.clone()));

    let mut judged = Vec::new();
    for (by, p, order) in voices {
        let belief = p.map(|p| truth.belief(&p)).transpose()?.flatten();
        judged.push((by, belief, truth.choice(&order, seats)?));
    }
    let slot_count = slots.chunk_by(|a, b| a == b).count();
    Ok(Evaluation { rows: batch(&judged, keys.len(), seats)?, source, slots: slot_count, unknown })
}

/// As many seats as the fullest slot had.
fn seats(known: &BTreeMap<Key, Known>) -> usize {
    let mut of_slot: BTreeMap<NaiveDate, usize> = BTreeMap::new();
    for ((slot, _), known) in known {
        *of_slot.entry(*slot).or_default() += usize::from(known.selected);
    }
    of_slot.into_values().max().unwrap_or(0)
}

fn read_truth(path: &Path) -> Result<BTreeMap<Key, Known>> {
    let file = File::open(path).with_context(|| format!("cannot open `{}`", path.display()))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .with_context(|| format!("`{}` is no Parquet file", path.display()))?;
    let mut known = BTreeMap::new();
    for batch in reader {
        let batch = batch?;
        let keys = keys(&batch, "id").with_context(|| format!("`{}` is no truth", path.display()))?;
        let [oracle, knowable] = [numbers(&batch, "p_hit_oracle")?, numbers(&batch, "p_hit_knowable")?];
        let [hit, selected] = [flags(&batch, "hit")?, flags(&batch, "selected")?];
        for (row, key) in keys.into_iter().enumerate() {
            let (Some(oracle), Some(knowable)) = (oracle[row], knowable[row]) else { continue };
            let selected = selected[row] == Some(true);
            known.insert(key, Known { oracle, knowable, hit: hit[row], selected });
        }
    }
    Ok(known)
}

/// Every model of the latest backtest.
async fn said_by_backtest(session: &UserSession) -> Result<Vec<Said>> {
    let batches =
        ask(session, "SELECT model, slot_date, id, p_hit, order_value FROM backtest_scores").await?;
    let mut models: BTreeMap<String, [HashMap<Key, f64>; 2]> = BTreeMap::new();
    for batch in &batches {
        let (names, columns) =
            (texts(batch, "model")?, [numbers(batch, "p_hit")?, numbers(batch, "order_value")?]);
        for (row, key) in keys(batch, "id")?.into_iter().enumerate() {
            let maps = models.entry(names[row].clone()).or_default();
            for (map, column) in maps.iter_mut().zip(&columns) {
                map.extend(column[row].map(|value| (key.clone(), value)));
            }
        }
    }
    type Values = HashMap<Key, f64>;
    let said = |(by, [of, order]): (String, [Values; 2])| Said { by, is_probability: true, of, order };
    Ok(models.into_iter().map(said).collect())
}

async fn said_by_ranking(session: &UserSession) -> Result<Said> {
    let query = "SELECT slot_date, candidate_id AS id, p_hit, -rank AS order_value, model FROM rankings \
        WHERE NOT preliminary";
    let batches = ask(session, query).await?;
    let mut said =
        Said { by: "ranking".to_owned(), is_probability: true, of: HashMap::new(), order: HashMap::new() };
    for batch in &batches {
        said.by = texts(batch, "model")?.first().cloned().unwrap_or(said.by);
        let (p, order) = (numbers(batch, "p_hit")?, numbers(batch, "order_value")?);
        for (row, key) in keys(batch, "id")?.into_iter().enumerate() {
            said.of.extend(p[row].map(|p| (key.clone(), p)));
            said.order.extend(order[row].map(|value| (key, value)));
        }
    }
    Ok(said)
}

/// What people do without a model, from what was known at each offer's T.
async fn habits(session: &UserSession) -> Result<Vec<Said>> {
    // `log_signals_per_threshold_alert` is ln(1 + alerts) - ln(threshold).
    let alerts =
        "SELECT slot_date, id, log_signals_per_threshold_alert + log_threshold AS score FROM offer_features";
    let per_threshold = "SELECT slot_date, id, log_signals_per_threshold_alert AS score FROM offer_features";
    // The last slot that had closed by the offer's T, and how its campaigns of the same category did.
    let winners = "\
        WITH results AS ( \
            SELECT o.slot_date, p.category, max(o.closes_at) AS closes_at, \
                sum(CAST(o.hit AS DOUBLE)) / count(o.hit) AS rate \
            FROM campaign_outcomes AS o \
            INNER JOIN offer_features AS p ON o.campaign_id = p.campaign_id \
            WHERE o.hit IS NOT NULL GROUP BY o.slot_date, p.category \
        ), closings AS (SELECT slot_date, max(closes_at) AS closes_at FROM results GROUP BY slot_date), \
        lasts AS ( \
            SELECT t.knowledge_at, max(c.slot_date) AS slot_date \
            FROM (SELECT DISTINCT knowledge_at FROM offer_features) AS t \
            INNER JOIN closings AS c ON c.closes_at <= t.knowledge_at GROUP BY t.knowledge_at \
        ) \
        SELECT p.slot_date, p.id, r.rate AS score FROM offer_features AS p \
        INNER JOIN lasts AS l ON p.knowledge_at = l.knowledge_at \
        INNER JOIN results AS r ON l.slot_date = r.slot_date AND p.category = r.category";
    let mut said = Vec::new();
    for (by, query) in
        [("most_alerts", alerts), ("most_alerts_per_threshold", per_threshold), ("last_winners", winners)]
    {
        let mut of = HashMap::new();
        for batch in ask(session, query).await? {
            let pairs = keys(&batch, "id")?.into_iter().zip(numbers(&batch, "score")?);
            of.extend(pairs.filter_map(|(key, score)| Some((key, score?))));
        }
        said.push(Said { by: by.to_owned(), is_probability: false, of: HashMap::new(), order: of });
    }
    Ok(said)
}

async fn ask(session: &UserSession, query: &str) -> Result<Vec<RecordBatch>> {
    Ok(session.ask(query, None).await?.all().await?.1)
}

fn texts(batch: &RecordBatch, name: &str) -> Result<Vec<String>> {
    let column = batch.column_by_name(name).with_context(|| format!("there is no column `{name}`"))?;
    let column = cast(column, &DataType::Utf8)?;
    Ok(column.as_string::<i32>().iter().map(|text| text.unwrap_or_default().to_owned()).collect())
}

fn numbers(batch: &RecordBatch, name: &str) -> Result<Vec<Option<f64>>> {
    let column = batch.column_by_name(name).with_context(|| format!("there is no column `{name}`"))?;
    Ok(cast(column, &DataType::Float64)?.as_primitive::<Float64Type>().iter().collect())
}

fn flags(batch: &RecordBatch, name: &str) -> Result<Vec<Option<bool>>> {
    let column = batch.column_by_name(name).with_context(|| format!("there is no column `{name}`"))?;
    Ok(cast(column, &DataType::Boolean)?.as_boolean().iter().collect())
}

fn keys(batch: &RecordBatch, id: &str) -> Result<Vec<Key>> {
    let dates = batch.column_by_name("slot_date").context("there is no column `slot_date`")?;
    let dates = cast(dates, &DataType::Date32)?;
    let dates = dates.as_primitive::<Date32Type>();
    let ids = texts(batch, id)?;
    let key = |(row, id): (usize, String)| {
        let date = (!dates.is_null(row)).then(|| Date32Type::to_naive_date_opt(dates.value(row)));
        Ok((date.flatten().context("a slot has a date")?, id))
    };
    ids.into_iter().enumerate().map(key).collect()
}

/// Voices in the order in which they come; figures of hits are a slot.
fn batch(judged: &[(String, Option<Belief>, Option<Choice>)], n: usize, seats: usize) -> Result<RecordBatch> {
    let belief = |value: fn(&Belief) -> Option<f64>| {
        judged.iter().map(move |(_, belief, _)| belief.as_ref().and_then(value))
    };
    let choice =
        |value: fn(&Choice) -> Estimate| judged.iter().map(move |(_, _, choice)| choice.as_ref().map(value));
    let mean = |estimate: Option<Estimate>| estimate.map(|estimate| estimate.mean);
    let error = |estimate: Option<Estimate>| estimate.and_then(|estimate| estimate.se);
    Columns::default()
        .text("scored_by", judged.iter().map(|(by, ..)| by.clone()))
        .count("n", judged.iter().map(|_| n))
        .number("log_loss", belief(|belief| Some(belief.log_loss)))
        .number("log_loss_share", belief(|belief| belief.log_loss_share))
        .number("brier", belief(|belief| Some(belief.brier)))
        .number("brier_share", belief(|belief| belief.brier_share))
        .number("ece", belief(|belief| belief.ece))
        .number("ece_noise_floor", belief(|belief| belief.ece_noise_floor))
        .count("seats", judged.iter().map(|_| seats))
        .number("hits", choice(|choice| choice.hits).map(mean))
        .number("hits_se", choice(|choice| choice.hits).map(error))
        .number("regret", choice(|choice| choice.regret).map(mean))
        .number("regret_se", choice(|choice| choice.regret).map(error))
        .batch()
}
