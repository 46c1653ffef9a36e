//! Ranked lists to page, CSV, JSON and plain Parquet.

use std::path::PathBuf;

use anyhow::Result;
use arrow::{
    array::{ArrayRef, AsArray, RecordBatch},
    compute::cast,
    datatypes::{DataType, Date32Type, Float64Type},
};
use slotcast_core::NaiveDate;
use slotcast_lake::{Market, Published, Room, Snapshot, TableId};
use slotcast_models::MIN_ROWS_TO_JUDGE;
use slotcast_publish::{
    BacktestSummary, HitRateRow, Lang, ListView, ModelSummary, PageView, SlotHistoryRow, page_html,
    ranking_json, write_ranking_csv,
};
use slotcast_stats::is_working;

use super::{backtest::CHAMPION, model_check::model_check, rank::RankedList, train::promoted_row};
use crate::{
    args::Language,
    lake_door::relation,
    run_record::{Rows, RunInProgress},
    settings::Settings,
};

/// Lays the run out under `published/`; `latest` moves only when the run is visible.
pub(crate) async fn publish(
    run: &RunInProgress,
    settings: &Settings,
    lists: &[RankedList],
    warnings: Vec<String>,
) -> Result<(PathBuf, Rows)> {
    let view = page_view(run, lists, warnings).await?;
    let language = match settings.language {
        Language::Ko => Lang::Ko,
        Language::En => Lang::En,
    };
    let mut files = vec![
        ("index.html".to_owned(), page_html(&view, language)?.into_bytes()),
        ("ranking.json".to_owned(), ranking_json(&view, None)?.into_bytes()),
    ];
    if let Some(card) = promoted_card(run).await? {
        files.push(("model-card.md".to_owned(), card.into_bytes()));
    }
    for list in &view.lists {
        let name = if list.is_preliminary { "ranking-preliminary.csv" } else { "ranking.csv" };
        let mut csv = Vec::new();
        write_ranking_csv(&mut csv, &view.run_id, &list.offers, None)?;
        files.push((name.to_owned(), csv));
    }
    let mut relations: Vec<Snapshot> = Vec::new();
    for (name, version) in &run.tables {
        let is_shown = |table: &TableId| table.room == Room::Relations && !is_working(&table.name);
        if let Some(table) = TableId::parse(name).filter(is_shown) {
            relations.push(run.lake.at(&table, *version).await?);
        }
    }
    let folder = Published::of(&run.lake).lay_out(&run.run_id, &relations, &files)?;
    let given_out = lists.iter().map(|list| list.offers.len()).sum();
    Ok((folder, Rows { taken_in: given_out, given_out }))
}

async fn page_view(run: &RunInProgress, lists: &[RankedList], mut warnings: Vec<String>) -> Result<PageView> {
    let market = run.lake.market();
    if lists.iter().any(|list| list.model.is_none()) {
        warnings
            .push("결과가 나온 캠페인이 아직 없어 목록이 없습니다 · No campaign has an outcome yet: nothing to learn from, no list.".to_owned());
    }
    for model in lists.iter().filter_map(|list| list.model.as_ref()) {
        let n = model.n_rows();
        if n < MIN_ROWS_TO_JUDGE {
            warnings.push(format!(
                "자료가 부족합니다: 결과가 나온 캠페인이 {n}건뿐이라 확률은 분류의 달성률에 지나지 않습니다 · Not enough data: only {n} campaigns have an outcome, so chances are little more than the rate of the category."
            ));
            break;
        }
    }
    let lists = lists.iter().map(|list| ListView {
        slot: list.slot,
        is_preliminary: list.is_preliminary,
        is_frozen: list.is_frozen,
        model: list.model.as_ref().map_or_else(
            || ModelSummary { name: "none".to_owned(), n_training: 0, base_rate: 0.0 },
            |model| ModelSummary {
                name: model.name().to_owned(),
                n_training: model.n_rows() as u64,
                base_rate: model.n_hits() as f64 / model.n_rows().max(1) as f64,
            },
        ),
        offers: list.offers.clone(),
    });
    Ok(PageView {
        run_id: run.run_id.parse()?,
        as_of: run.as_of,
        zone: market.calendar().zone(),
        market: title(&market.name),
        currency: market.currency.clone(),
        warnings,
        lists: lists.collect(),
        backtest: backtest(run).await?,
        model_check: model_check(run).await?,
        hit_rates: hit_rates(&relation(run, "moq_rates").await?)?,
        slot_history: slot_history(&relation(run, "slot_summary").await?)?,
    })
}

/// The card of the model that ranks.
async fn promoted_card(run: &RunInProgress) -> Result<Option<String>> {
    for batch in relation(run, "models").await? {
        if let Some(row) = promoted_row(&batch) {
            return Ok(Some(texts(&batch, "card")?[row].clone()));
        }
    }
    Ok(None)
}

/// An inbox in the contract's own shape has no name of its own.
fn title(market: &str) -> String {
    if market == Market::default().name { "slotcast".to_owned() } else { market.to_owned() }
}

/// A column as numbers; empty where the relation lacks it.
pub(super) fn numbers(batch: &RecordBatch, name: &str) -> Result<Vec<Option<f64>>> {
    let Some(column) = batch.column_by_name(name) else { return Ok(vec![None; batch.num_rows()]) };
    let column: ArrayRef = cast(column, &DataType::Float64)?;
    Ok(column.as_primitive::<Float64Type>().iter().collect())
}

pub(super) fn texts(batch: &RecordBatch, name: &str) -> Result<Vec<String>> {
    let Some(column) = batch.column_by_name(name) else { return Ok(vec![String::new(); batch.num_rows()]) };
    let column = cast(column, &DataType::Utf8)?;
    Ok(column.as_string::<i32>().iter().map(|text| text.unwrap_or_default().to_owned()).collect())
}

pub(super) fn days(batch: &RecordBatch, name: &str) -> Vec<Option<NaiveDate>> {
    let column = batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<Date32Type>());
    let to_date = Date32Type::to_naive_date_opt;
    column.map_or_else(
        || vec![None; batch.num_rows()],
        |column| column.iter().map(|day| day.and_then(to_date)).collect(),
    )
}

pub(super) fn whole(value: Option<f64>) -> u64 {
    // Counts come out of SQL as numbers that are whole and not negative.
    value.unwrap_or(0.0) as u64
}

fn hit_rates(batches: &[RecordBatch]) -> Result<Vec<HitRateRow>> {
    let mut rows = Vec::new();
    for batch in batches {
        let (dimensions, keys) = (texts(batch, "dimension")?, texts(batch, "key")?);
        let column = |name: &str| numbers(batch, name);
        let (n, hits, rate) = (column("n")?, column("hits")?, column("rate")?);
        let (shrunk, low, high) = (column("rate_shrunk")?, column("rate_low")?, column("rate_high")?);
        for row in 0..batch.num_rows() {
            rows.push(HitRateRow {
                dimension: dimensions[row].clone(),
                key: keys[row].clone(),
                n: whole(n[row]),
                hits: whole(hits[row]),
                rate: rate[row].unwrap_or_default(),
                rate_shrunk: shrunk[row].unwrap_or_default(),
                low: low[row].unwrap_or_default(),
                high: high[row].unwrap_or_default(),
            });
        }
    }
    Ok(rows)
}

fn slot_history(batches: &[RecordBatch]) -> Result<Vec<SlotHistoryRow>> {
    let mut rows = Vec::new();
    for batch in batches {
        let dates = days(batch, "slot_date");
        let column = |name: &str| numbers(batch, name);
        let (campaigns, hits, rates) = (column("campaigns")?, column("hits")?, column("hit_rate")?);
        for (row, date) in dates.into_iter().enumerate() {
            let Some(slot_date) = date else { continue };
            let (campaigns, hits) = (whole(campaigns[row]), whole(hits[row]));
            rows.push(SlotHistoryRow { slot_date, campaigns, hits, hit_rate: rates[row] });
        }
    }
    Ok(rows)
}

/// What the last backtest said of the champions, if there was one.
async fn backtest(run: &RunInProgress) -> Result<Option<BacktestSummary>> {
    if !run.tables.contains_key(&TableId::relation("backtest_metrics").to_string()) {
        return Ok(None);
    }
    for batch in relation(run, "backtest_metrics").await? {
        let models = texts(&batch, "model")?;
        let Some(row) = models.iter().position(|model| model == CHAMPION) else { continue };
        let at = |name: &str| Ok::<_, anyhow::Error>(numbers(&batch, name)?[row]);
        let (Some(log_loss), Some(base_log_loss), Some(brier)) =
            (at("log_loss")?, at("base_rate_log_loss")?, at("brier")?)
        else {
            continue;
        };
        return Ok(Some(BacktestSummary {
            slots: days(&batch, "first_slot")[row].zip(days(&batch, "last_slot")[row]),
            n: whole(at("n")?),
            base_rate: at("base_rate")?.unwrap_or_default(),
            log_loss,
            base_log_loss,
            brier,
            base_brier: at("base_rate_brier")?,
            auc: at("auc")?,
            ece: at("ece")?,
            ece_noise_floor: at("ece_noise_floor")?,
        }));
    }
    Ok(None)
}
