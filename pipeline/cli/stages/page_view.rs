//! What a run says to people, gathered from its lists and relations.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;
use slotcast_core::{Audience, Knowledge, NaiveDate, RankedOffer};
use slotcast_lake::{Market, Published};
use slotcast_models::BASE_RATE;
use slotcast_publish::{
    BacktestSummary, Change, Counted, CurveHour, CurvePoint, Flag, HitRateRow, ListView, ModelSummary,
    NearDuplicate, OfferDay, OfferSheet, OfferView, PageView, Record, Retraction, ReviewedOffer,
    SimilarCampaign, SlotHistoryRow, SlotReview, warning,
};

use super::{
    backtest::CHAMPION,
    beside::{Place, place},
    champions::ROLLED_BACK,
    model_check::{model_check, since_promotion},
    rank::RankedList,
};
use crate::{
    row::{Row, rows},
    seen::Seen,
    settings::Settings,
};

/// Closed slots that the page looks back on.
const MOST_REVIEWS: usize = 8;

/// The view of these lists for these readers.
pub(crate) async fn page_view(
    run: &Seen,
    settings: &Settings,
    lists: &[RankedList],
    mut warnings: Vec<String>,
    audience: Audience,
) -> Result<PageView> {
    let market = run.lake.market();
    warnings.extend(list_warnings(lists).iter().map(|(key, values)| warning(key, values)));
    let beside = Told::of(run).await?;
    let calendar = market.calendar();
    let lists: Vec<ListView> = lists
        .iter()
        .map(|list| {
            let knowledge = Knowledge::of(&calendar, list.slot, run.as_of, settings.lead_days);
            ListView {
                slot: list.slot,
                is_preliminary: list.is_preliminary,
                is_frozen: list.is_frozen,
                cutoff: knowledge.cutoff,
                knowledge_at: knowledge.knowledge_at,
                model: summary(list),
                offers: list.offers.iter().map(|ranked| beside.view(list.slot.date, ranked)).collect(),
            }
        })
        .collect();
    Ok(PageView {
        run_id: run.run_id.parse()?,
        as_of: run.as_of,
        zone: calendar.zone(),
        audience,
        market: title(&market.name),
        currency: beside.currency(run),
        warnings,
        order_curves: order_curves(run, &lists).await?,
        reviews: reviews(run).await?,
        retracted: Published::of(&run.lake)
            .retracted()
            .into_iter()
            .map(|(run_id, at)| Retraction { run_id: run_id.to_string(), at })
            .collect(),
        lists,
        backtest: backtest(run).await?,
        model_check: model_check(run).await?,
        running: since_promotion(run).await?,
        hit_rates: hit_rates(run).await?,
        slot_history: slot_history(run).await?,
    })
}

/// A key of the texts, and the values of its places.
pub(crate) type Warning = (&'static str, Vec<(&'static str, String)>);

/// Caveats of the lists, each once: no model, a model without skill, or an order other than that of `p_hit`.
pub(crate) fn list_warnings(lists: &[RankedList]) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = Vec::new();
    for warning in lists.iter().flat_map(warnings_of) {
        if !warnings.iter().any(|(key, _)| *key == warning.0) {
            warnings.push(warning);
        }
    }
    warnings
}

fn warnings_of(list: &RankedList) -> Vec<Warning> {
    let Some(model) = &list.model else { return vec![("no_outcome", Vec::new())] };
    let counts = vec![("n", model.n_rows().to_string()), ("hits", model.n_hits().to_string())];
    let base_rate = (model.name() == BASE_RATE).then(|| match list.reason.as_str() {
        "too_few_outcomes" => ("base_rate_too_few_outcomes", counts),
        ROLLED_BACK => ("base_rate_rolled_back", Vec::new()),
        _ => ("base_rate_no_better_model", Vec::new()),
    });
    let order = list.offers.first().map(|first| &first.ranked_by);
    let order = order.filter(|by| model.ordered_by().as_ref() == Some(*by));
    base_rate.into_iter().chain(order.map(|by| ("other_order", vec![("order", by.clone())]))).collect()
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

/// An inbox in the contract's own shape has no name of its own.
fn title(market: &str) -> String {
    if market == Market::default().name { "slotcast".to_owned() } else { market.to_owned() }
}

/// What stands beside the lists, by offer.
#[derive(Default)]
pub(crate) struct Told {
    sheets: HashMap<Place, OfferSheet>,
    changes: HashMap<Place, Change>,
    curves: HashMap<Place, Vec<CurvePoint>>,
    similar: HashMap<Place, Vec<SimilarCampaign>>,
    days: HashMap<Place, Vec<OfferDay>>,
    currencies: BTreeSet<String>,
}

impl Told {
    pub(crate) async fn of(run: &Seen) -> Result<Self> {
        let mut sheets = HashMap::new();
        let mut currencies = BTreeSet::new();
        for row in rows(&run.held("offer_details").await?) {
            sheets.extend(place(&row).map(|place| (place, sheet(&row))));
            currencies.extend(row.text("currency"));
        }
        let changes = by_offer(run, "ranking_changes", change).await?;
        Ok(Self {
            sheets,
            changes: changes
                .into_iter()
                .filter_map(|(place, rows)| Some((place, rows.into_iter().next()?)))
                .collect(),
            curves: by_offer(run, "moq_curve", |row| {
                Some(CurvePoint { threshold: row.number("threshold")?, p_reach: row.number("p_reach")? })
            })
            .await?,
            similar: by_offer(run, "similar_campaigns", similar).await?,
            days: by_offer(run, "offer_days", day).await?,
            currencies,
        })
    }

    /// The money of the market, or else that of all offers where they have the same.
    pub(crate) fn currency(&self, run: &Seen) -> Option<String> {
        let only = || self.currencies.first().filter(|_| self.currencies.len() == 1).cloned();
        run.lake.market().currency.clone().or_else(only)
    }

    pub(crate) fn view(&self, slot_date: NaiveDate, ranked: &RankedOffer) -> OfferView {
        let place = (slot_date, ranked.scored.offer.id.clone());
        let mut sheet = self.sheets.get(&place).cloned().unwrap_or_default();
        sheet.flags.extend(ranked.scored.thin_data.then_some(Flag::ThinData));
        sheet.flags.sort_unstable();
        OfferView {
            ranked: ranked.clone(),
            sheet,
            change: self.changes.get(&place).cloned(),
            curve: self.curves.get(&place).cloned().unwrap_or_default(),
            similar: self.similar.get(&place).cloned().unwrap_or_default(),
            days: self.days.get(&place).cloned().unwrap_or_default(),
        }
    }
}

/// The rows of a relation by offer, as they stand; none where no run has made it yet.
async fn by_offer<T>(
    run: &Seen,
    name: &str,
    read: impl Fn(&Row<'_>) -> Option<T>,
) -> Result<HashMap<Place, Vec<T>>> {
    let mut found: HashMap<Place, Vec<T>> = HashMap::new();
    for row in rows(&run.held(name).await?) {
        if let Some((place, told)) = place(&row).zip(read(&row)) {
            found.entry(place).or_default().push(told);
        }
    }
    Ok(found)
}

fn sheet(row: &Row<'_>) -> OfferSheet {
    let counted = |kind: &str| {
        Some(Counted {
            total: row.count(kind)?,
            last_week: row.count(&format!("{kind}_7d"))?,
            week_before: row.count(&format!("{kind}_previous_7d"))?,
        })
    };
    let record = |of: &str| {
        Some(Record {
            hits: row.number(&format!("{of}_hits"))?,
            n: row.number(&format!("{of}_n"))?,
            rate_shrunk: row.number(&format!("{of}_rate_shrunk")),
        })
    };
    let near_duplicate = || {
        Some(NearDuplicate {
            id: row.text("near_duplicate_id")?,
            title: row.text("near_duplicate_title")?,
            slot_date: row.day("near_duplicate_slot")?,
        })
    };
    let near_duplicate = near_duplicate();
    let is = |name: &str| row.flag(name) == Some(true);
    let flags = [
        (Flag::ThresholdHigh, is("threshold_high")),
        (Flag::Holiday, row.text("holidays_ko").is_some()),
        (Flag::NearDuplicate, near_duplicate.is_some()),
        (Flag::NewMaker, is("new_maker")),
    ];
    OfferSheet {
        url: row.text("url"),
        image_url: row.text("image_url"),
        alerts: counted("alerts"),
        wishes: counted("wishes"),
        visitors: row.count("visitors"),
        alert_rate: row.number("alert_rate"),
        orders_per_alert: row.number("orders_per_alert"),
        order_rate: row.number("order_rate"),
        maker: record("maker"),
        category: record("category"),
        flags: flags.into_iter().filter_map(|(flag, holds)| holds.then_some(flag)).collect(),
        near_duplicate,
    }
}

fn change(row: &Row<'_>) -> Option<Change> {
    Some(Change {
        previous_rank: u32::try_from(row.count("previous_rank")?).ok()?,
        previous_p_hit: row.number("previous_p_hit")?,
        change_reason_ko: row.text("change_reason_ko").unwrap_or_default(),
        change_reason_en: row.text("change_reason_en").unwrap_or_default(),
    })
}

fn similar(row: &Row<'_>) -> Option<SimilarCampaign> {
    Some(SimilarCampaign {
        campaign_id: row.text("campaign_id"),
        ran_in: row.day("ran_in")?,
        title: row.text("title"),
        threshold: row.number("threshold")?,
        demand: row.number("demand"),
        hit: row.flag("hit")?,
    })
}

fn day(row: &Row<'_>) -> Option<OfferDay> {
    Some(OfferDay {
        day: row.day("day")?,
        visitors: row.count("visitors")?,
        alerts: row.count("alerts")?,
        wishes: row.count("wishes")?,
    })
}

/// Those of the categories on the lists.
async fn order_curves(run: &Seen, lists: &[ListView]) -> Result<BTreeMap<String, Vec<CurveHour>>> {
    let offers = lists.iter().flat_map(|list| &list.offers);
    let listed: BTreeSet<&str> =
        offers.filter_map(|view| view.ranked.scored.offer.category.as_deref()).collect();
    let mut curves: BTreeMap<String, Vec<CurveHour>> = BTreeMap::new();
    for row in rows(&run.relation("order_curve").await?) {
        let category = row.text("category").filter(|category| listed.contains(category.as_str()));
        let hour = || {
            row.text("unit").filter(|unit| unit == "hour")?;
            Some(CurveHour {
                hour: u32::try_from(row.count("hour")?).ok()?,
                share_mean: row.number("share_mean")?,
                share_p10: row.number("share_p10")?,
                share_p90: row.number("share_p90")?,
            })
        };
        if let Some((category, hour)) = category.zip(hour()) {
            curves.entry(category).or_default().push(hour);
        }
    }
    curves.values_mut().for_each(|hours| hours.sort_by_key(|hour| hour.hour));
    Ok(curves)
}

/// The slots that closed last, the latest first.
async fn reviews(run: &Seen) -> Result<Vec<SlotReview>> {
    let mut slots: BTreeMap<NaiveDate, SlotReview> = BTreeMap::new();
    for row in rows(&run.held("slot_results").await?) {
        let offer = || {
            let said = |name: &str| row.number(name);
            Some(ReviewedOffer {
                id: row.text("candidate_id")?,
                title: row.text("title"),
                rank: u32::try_from(row.count("rank")?).ok()?,
                p_hit: row.number("p_hit")?,
                demand_said: said("demand_p10")
                    .zip(said("demand_p50"))
                    .zip(said("demand_p90"))
                    .map(|((p10, p50), p90)| [p10, p50, p90]),
                threshold: row.number("threshold")?,
                threshold_basis: row.text("threshold_basis")?.parse().ok()?,
                demand: row.number("demand"),
                hit: row.flag("hit")?,
            })
        };
        let slot = row.day("slot_date").zip(row.text("list_run_id"));
        if let Some(((slot_date, run_id), offer)) = slot.zip(offer()) {
            let review =
                slots.entry(slot_date).or_insert(SlotReview { slot_date, run_id, offers: Vec::new() });
            review.offers.push(offer);
        }
    }
    Ok(slots.into_values().rev().take(MOST_REVIEWS).collect())
}

async fn hit_rates(run: &Seen) -> Result<Vec<HitRateRow>> {
    let read = |row: Row<'_>| {
        Some(HitRateRow {
            dimension: row.text("dimension")?,
            key: row.text("key")?,
            n: row.count("n")?,
            hits: row.count("hits")?,
            rate: row.number("rate")?,
            rate_shrunk: row.number("rate_shrunk").unwrap_or_default(),
            low: row.number("rate_low").unwrap_or_default(),
            high: row.number("rate_high").unwrap_or_default(),
        })
    };
    Ok(rows(&run.relation("moq_rates").await?).filter_map(read).collect())
}

async fn slot_history(run: &Seen) -> Result<Vec<SlotHistoryRow>> {
    let read = |row: Row<'_>| {
        Some(SlotHistoryRow {
            slot_date: row.day("slot_date")?,
            campaigns: row.count("campaigns")?,
            hits: row.count("hits").unwrap_or_default(),
            hit_rate: row.number("hit_rate"),
        })
    };
    Ok(rows(&run.relation("slot_summary").await?).filter_map(read).collect())
}

/// What the last backtest said of the champions, if there was one.
async fn backtest(run: &Seen) -> Result<Option<BacktestSummary>> {
    let read = |row: Row<'_>| {
        row.text("model").filter(|model| model == CHAMPION)?;
        Some(BacktestSummary {
            slots: row.day("first_slot").zip(row.day("last_slot")),
            n: row.count("n")?,
            base_rate: row.number("base_rate").unwrap_or_default(),
            log_loss: row.number("log_loss")?,
            base_log_loss: row.number("base_rate_log_loss")?,
            brier: row.number("brier")?,
            base_brier: row.number("base_rate_brier"),
            auc: row.number("auc"),
            ece: row.number("ece"),
            ece_noise_floor: row.number("ece_noise_floor"),
        })
    };
    Ok(rows(&run.held("backtest_metrics").await?).find_map(read))
}
