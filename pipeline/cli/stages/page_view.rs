//! Content of a publication, read from ranked lists and relations.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_core::{Audience, Knowledge, NaiveDate};
use slotcast_forecast::{CHAMPION, RankedList};
use slotcast_lake::{MarketConfig, Publications, TableId};
use slotcast_publish::{
    BacktestSummary, FromRow, ListView, ModelSummary, OrderCurvePoint, PageView, Retraction, ReviewedOffer,
    SlotReview, bilingual_warning,
};

use super::{
    file_findings::findings_of_json,
    findings::finding_warnings,
    list_warnings::list_warnings,
    model_check::{model_check, since_promotion},
    offer_context::OfferContext,
};
use crate::{batch_row::batch_rows, run_snapshot::RunSnapshot, settings::Settings};

/// Limit of closed slots that are reviewed.
const MAX_REVIEWS: usize = 8;

/// Findings about files at the head of a page.
const MAX_FILE_FINDINGS: usize = 12;

/// Lists to publish, with warnings and readers.
pub(crate) struct PublicationInput<'a> {
    pub(crate) lists: &'a [RankedList],
    /// Warnings besides those about the lists.
    pub(crate) warnings: Vec<String>,
    /// Batch whose findings are shown. `None`: the last one.
    pub(crate) batch_id: Option<String>,
    pub(crate) audience: Audience,
}

/// Content of a publication.
pub(super) async fn page_view(
    run: &RunSnapshot,
    settings: &Settings,
    input: PublicationInput<'_>,
) -> Result<PageView> {
    let PublicationInput { lists, mut warnings, batch_id, audience } = input;
    let market = run.lake.market();
    let calendar = market.calendar();
    warnings.extend(ingest_warnings(run, batch_id).await?);
    warnings.extend(finding_warnings(run).await?);
    warnings.extend(list_warnings(lists).iter().map(|(key, values)| bilingual_warning(key, values)));
    let context = OfferContext::load(run).await?;
    let view = |list: &RankedList| {
        let knowledge = Knowledge::new(&calendar, list.slot, run.as_of, settings.lead_days);
        ListView {
            slot: list.slot,
            is_preliminary: list.is_preliminary,
            is_frozen: list.is_frozen,
            cutoff: knowledge.cutoff,
            knowledge_at: knowledge.knowledge_at,
            model: summary(list),
            offers: list.offers.iter().map(|ranked| context.view(list.slot.date, ranked)).collect(),
        }
    };
    let lists: Vec<ListView> = lists.iter().map(view).collect();
    Ok(PageView {
        run_id: run.run_id.parse()?,
        as_of: run.as_of,
        zone: calendar.zone(),
        audience,
        market: title(&market.name),
        currency: context.currency(run),
        warnings,
        order_curves: order_curves(run, &lists).await?,
        reviews: reviews(run).await?,
        retracted: Publications::new(&run.lake)
            .retractions()
            .into_iter()
            .map(|(run_id, at)| Retraction { run_id: run_id.to_string(), at })
            .collect(),
        lists,
        backtest: backtest(run).await?,
        model_check: model_check(run).await?,
        since_promotion: since_promotion(run).await?,
        hit_rates: views(&run.relation("moq_rates").await?),
        slot_history: views(&run.relation("slot_summary").await?),
    })
}

/// Warnings about the files of a batch, or else of the last one.
async fn ingest_warnings(run: &RunSnapshot, batch_id: Option<String>) -> Result<Vec<String>> {
    let table = TableId::ledger("ingest_files");
    let Some(version) = run.tables.get(&table.to_string()) else { return Ok(Vec::new()) };
    let rows = run.lake.ingest_files_at(&run.lake.at(&table, *version).await?)?;
    let batch_id = batch_id.or_else(|| Some(rows.last()?.batch_id.clone()));
    let own = rows.iter().filter(|row| Some(&row.batch_id) == batch_id.as_ref() && row.retraction.is_none());
    let findings = own.flat_map(|row| {
        let findings = findings_of_json(row.findings.as_deref().unwrap_or_default());
        findings.into_iter().map(|finding| finding.warning(&row.file)).collect::<Vec<_>>()
    });
    let mut warnings: Vec<String> = findings.map(|(key, values)| bilingual_warning(key, &values)).collect();
    if warnings.len() > MAX_FILE_FINDINGS {
        let more = warnings.len() - MAX_FILE_FINDINGS;
        warnings.truncate(MAX_FILE_FINDINGS);
        warnings.push(bilingual_warning("more_findings", &[("n", more.to_string())]));
    }
    Ok(warnings)
}

fn summary(list: &RankedList) -> ModelSummary {
    match &list.model {
        None => ModelSummary { name: "none".to_owned(), n_training: 0, base_rate: 0.0 },
        Some(model) => ModelSummary {
            name: model.name().to_owned(),
            n_training: model.n_rows() as u64,
            base_rate: list.base_rate(),
        },
    }
}

/// Name of the market. A market without a mapping has no name of its own.
fn title(market: &str) -> String {
    if market == MarketConfig::default().name { "slotcast".to_owned() } else { market.to_owned() }
}

/// Views of all rows that have one.
fn views<T: FromRow>(batches: &[RecordBatch]) -> Vec<T> {
    batch_rows(batches).filter_map(|row| T::from_row(&row)).collect()
}

/// Order curves of the categories on the lists.
async fn order_curves(
    run: &RunSnapshot,
    lists: &[ListView],
) -> Result<BTreeMap<String, Vec<OrderCurvePoint>>> {
    let offers = lists.iter().flat_map(|list| &list.offers);
    let listed: BTreeSet<&str> =
        offers.filter_map(|view| view.ranked.scored.offer.category.as_deref()).collect();
    let mut curves: BTreeMap<String, Vec<OrderCurvePoint>> = BTreeMap::new();
    for row in batch_rows(&run.relation("order_curve").await?) {
        let category = row.text("category").filter(|category| listed.contains(category.as_str()));
        let is_hourly = row.text("unit").is_some_and(|unit| unit == "hour");
        if let Some((category, point)) = category.filter(|_| is_hourly).zip(OrderCurvePoint::from_row(&row)) {
            curves.entry(category).or_default().push(point);
        }
    }
    curves.values_mut().for_each(|points| points.sort_by_key(|point| point.hour));
    Ok(curves)
}

/// The most recently closed slots, the latest first.
async fn reviews(run: &RunSnapshot) -> Result<Vec<SlotReview>> {
    let mut slots: BTreeMap<NaiveDate, SlotReview> = BTreeMap::new();
    for row in batch_rows(&run.rows_or_empty("slot_results").await?) {
        let slot = row.day("slot_date").zip(row.text("list_run_id"));
        if let Some(((slot_date, run_id), offer)) = slot.zip(ReviewedOffer::from_row(&row)) {
            let review =
                slots.entry(slot_date).or_insert(SlotReview { slot_date, run_id, offers: Vec::new() });
            review.offers.push(offer);
        }
    }
    Ok(slots.into_values().rev().take(MAX_REVIEWS).collect())
}

/// The champions' scores in the latest backtest, if there is one.
async fn backtest(run: &RunSnapshot) -> Result<Option<BacktestSummary>> {
    let metrics = run.rows_or_empty("backtest_metrics").await?;
    let champion = batch_rows(&metrics).filter(|row| row.text("model").as_deref() == Some(CHAMPION));
    Ok(champion.filter_map(|row| BacktestSummary::from_row(&row)).next())
}
