//! The columns, in the order of the CSV: first those that `rankings` promises, then what a merchandiser
//! would ask next.

use slotcast_core::Probability;

use super::{Column, Kind, Place, Row, Value};
use crate::{
    view::{Change, Counted, Record},
    words::{Lang, reasons_text},
};

const RANKINGS: &str = "rankings";
const SHEETS: &str = "offer_details";
const CHANGES: &str = "ranking_changes";

/// Every column of a list.
pub(crate) static COLUMNS: &[Column] = &[
    Column::new("run_id", RANKINGS, Place::List, Kind::Text, |row| Value::text(row.run_id.as_str())),
    Column::new("slot_date", RANKINGS, Place::List, Kind::Date, |row| Value::Date(terms(row).slot_date)),
    Column::new("candidate_id", RANKINGS, Place::Offer, Kind::Text, |row| Value::text(&terms(row).id)),
    Column::new("product_id", RANKINGS, Place::Offer, Kind::Text, |row| Value::text(&terms(row).product_id)),
    Column::new("title", RANKINGS, Place::Offer, Kind::Words, |row| {
        Value::maybe_text(terms(row).title.as_deref())
    }),
    Column::new("category", RANKINGS, Place::Offer, Kind::Words, |row| {
        Value::maybe_text(terms(row).category.as_deref())
    }),
    Column::new("maker_name", RANKINGS, Place::Offer, Kind::Words, |row| {
        Value::maybe_text(terms(row).maker_name.as_deref())
    }),
    Column::new("threshold", RANKINGS, Place::Offer, Kind::Terms, |row| Value::Number(terms(row).threshold)),
    Column::new("threshold_basis", RANKINGS, Place::Offer, Kind::Basis, |row| {
        Value::Basis(terms(row).threshold_basis)
    }),
    Column::new("price", RANKINGS, Place::Offer, Kind::Price, |row| Value::maybe(terms(row).price)),
    Column::new("rank", RANKINGS, Place::Offer, Kind::Rank, |row| {
        Value::Count(u64::from(row.offer.ranked.rank))
    }),
    Column::new("ranked_by", RANKINGS, Place::Offer, Kind::Text, |row| {
        Value::text(&row.offer.ranked.ranked_by)
    }),
    Column::new("p_hit", RANKINGS, Place::Offer, Kind::Chance, |row| chance(Some(scored(row).p_hit))),
    Column::new("p_low", RANKINGS, Place::Offer, Kind::Chance, |row| chance(scored(row).p_low)),
    Column::new("p_high", RANKINGS, Place::Offer, Kind::Chance, |row| chance(scored(row).p_high)),
    Column::new("demand_p10", RANKINGS, Place::Offer, Kind::Demand, |row| {
        Value::maybe(scored(row).demand.map(|demand| demand.p10))
    }),
    Column::new("demand_p50", RANKINGS, Place::Offer, Kind::Demand, |row| {
        Value::maybe(scored(row).demand.map(|demand| demand.p50))
    }),
    Column::new("demand_p90", RANKINGS, Place::Offer, Kind::Demand, |row| {
        Value::maybe(scored(row).demand.map(|demand| demand.p90))
    }),
    Column::new("expected_amount", RANKINGS, Place::Offer, Kind::Amount, |row| {
        Value::maybe(scored(row).expected_amount())
    }),
    Column::new("expected_value", RANKINGS, Place::Offer, Kind::Amount, |row| {
        Value::maybe(scored(row).expected_value())
    }),
    Column::new("thin_data", RANKINGS, Place::Offer, Kind::YesNo, |row| Value::YesNo(scored(row).thin_data)),
    Column::new("reasons_ko", RANKINGS, Place::Offer, Kind::Words, |row| reasons(row, Lang::Ko)),
    Column::new("reasons_en", RANKINGS, Place::Offer, Kind::Words, |row| reasons(row, Lang::En)),
    Column::new("model", RANKINGS, Place::Offer, Kind::Text, |row| Value::text(&scored(row).model)),
    Column::new("capacity", SHEETS, Place::Offer, Kind::Terms, |row| Value::maybe(terms(row).capacity)),
    Column::new("alerts", SHEETS, Place::Sheet, Kind::Count, |row| counted(alerts(row), |one| one.total)),
    Column::new("alerts_7d", SHEETS, Place::Sheet, Kind::Count, |row| {
        counted(alerts(row), |one| one.last_week)
    }),
    Column::new("alerts_previous_7d", SHEETS, Place::Sheet, Kind::Count, |row| {
        counted(alerts(row), |one| one.week_before)
    }),
    Column::new("wishes", SHEETS, Place::Sheet, Kind::Count, |row| counted(wishes(row), |one| one.total)),
    Column::new("wishes_7d", SHEETS, Place::Sheet, Kind::Count, |row| {
        counted(wishes(row), |one| one.last_week)
    }),
    Column::new("wishes_previous_7d", SHEETS, Place::Sheet, Kind::Count, |row| {
        counted(wishes(row), |one| one.week_before)
    }),
    Column::new("visitors", SHEETS, Place::Sheet, Kind::Count, |row| {
        Value::maybe_count(row.offer.sheet.visitors)
    }),
    Column::new("alert_rate", SHEETS, Place::Sheet, Kind::Share, |row| {
        Value::maybe(row.offer.sheet.alert_rate)
    }),
    Column::new("order_rate", SHEETS, Place::Sheet, Kind::Share, |row| {
        Value::maybe(row.offer.sheet.order_rate)
    }),
    Column::new("orders_per_alert", SHEETS, Place::Sheet, Kind::Ratio, |row| {
        Value::maybe(row.offer.sheet.orders_per_alert)
    }),
    Column::new("maker_hits", SHEETS, Place::Sheet, Kind::Record, |row| record(maker(row), |one| one.hits)),
    Column::new("maker_n", SHEETS, Place::Sheet, Kind::Record, |row| record(maker(row), |one| one.n)),
    Column::new("maker_rate_shrunk", SHEETS, Place::Sheet, Kind::Share, |row| {
        Value::maybe(maker(row).and_then(|one| one.rate_shrunk))
    }),
    Column::new("category_hits", SHEETS, Place::Sheet, Kind::Record, |row| {
        record(category(row), |one| one.hits)
    }),
    Column::new("category_n", SHEETS, Place::Sheet, Kind::Record, |row| record(category(row), |one| one.n)),
    Column::new("category_rate_shrunk", SHEETS, Place::Sheet, Kind::Share, |row| {
        Value::maybe(category(row).and_then(|one| one.rate_shrunk))
    }),
    Column::new("flags", "", Place::Offer, Kind::Flags, |row| Value::Flags(&row.offer.sheet.flags)),
    Column::new("near_duplicate_id", SHEETS, Place::Sheet, Kind::Text, |row| {
        Value::maybe_text(row.offer.sheet.near_duplicate.as_ref().map(|one| one.id.as_str()))
    }),
    Column::new("near_duplicate_title", SHEETS, Place::Sheet, Kind::Words, |row| {
        Value::maybe_text(row.offer.sheet.near_duplicate.as_ref().map(|one| one.title.as_str()))
    }),
    Column::new("near_duplicate_slot", SHEETS, Place::Sheet, Kind::Date, |row| {
        row.offer.sheet.near_duplicate.as_ref().map_or(Value::Missing, |one| Value::Date(one.slot_date))
    }),
    Column::new("previous_rank", CHANGES, Place::Change, Kind::Rank, |row| {
        Value::maybe_count(change(row).map(|change| u64::from(change.previous_rank)))
    }),
    Column::new("previous_p_hit", CHANGES, Place::Change, Kind::Chance, |row| {
        Value::maybe(change(row).map(|change| change.previous_p_hit))
    }),
    Column::new("change_reason_ko", CHANGES, Place::Change, Kind::Words, |row| {
        Value::maybe_text(change(row).map(|change| change.change_reason_ko.as_str()))
    }),
    Column::new("change_reason_en", CHANGES, Place::Change, Kind::Words, |row| {
        Value::maybe_text(change(row).map(|change| change.change_reason_en.as_str()))
    }),
    Column::new("threshold_50", RANKINGS, Place::Offer, Kind::Demand, |row| threshold_at(row, 0.5)),
    Column::new("threshold_70", RANKINGS, Place::Offer, Kind::Demand, |row| threshold_at(row, 0.7)),
    Column::new("threshold_90", RANKINGS, Place::Offer, Kind::Demand, |row| threshold_at(row, 0.9)),
    Column::new("url", SHEETS, Place::Sheet, Kind::Link, |row| {
        Value::maybe_text(row.offer.sheet.url.as_deref())
    }),
    Column::new("image_url", SHEETS, Place::Sheet, Kind::Link, |row| {
        Value::maybe_text(row.offer.sheet.image_url.as_deref())
    }),
    Column::new("unit_cost", SHEETS, Place::Offer, Kind::Price, |row| Value::maybe(terms(row).unit_cost)),
    Column::new("fixed_cost", SHEETS, Place::Offer, Kind::Price, |row| Value::maybe(terms(row).fixed_cost)),
];

fn scored<'a>(row: &Row<'a>) -> &'a slotcast_core::ScoredOffer {
    &row.offer.ranked.scored
}

fn terms<'a>(row: &Row<'a>) -> &'a slotcast_core::Offer {
    &scored(row).offer
}

fn alerts<'a>(row: &Row<'a>) -> Option<&'a Counted> {
    row.offer.sheet.alerts.as_ref()
}

fn wishes<'a>(row: &Row<'a>) -> Option<&'a Counted> {
    row.offer.sheet.wishes.as_ref()
}

fn maker<'a>(row: &Row<'a>) -> Option<&'a Record> {
    row.offer.sheet.maker.as_ref()
}

fn category<'a>(row: &Row<'a>) -> Option<&'a Record> {
    row.offer.sheet.category.as_ref()
}

fn change<'a>(row: &Row<'a>) -> Option<&'a Change> {
    row.offer.change.as_ref()
}

fn chance<'a>(p: Option<Probability>) -> Value<'a> {
    Value::maybe(p.map(Probability::get))
}

fn counted<'a>(counted: Option<&Counted>, pick: fn(&Counted) -> u64) -> Value<'a> {
    Value::maybe_count(counted.map(pick))
}

fn record<'a>(record: Option<&Record>, pick: fn(&Record) -> f64) -> Value<'a> {
    Value::maybe(record.map(pick))
}

fn threshold_at<'a>(row: &Row<'a>, chance: f64) -> Value<'a> {
    Value::maybe(scored(row).curve.map(|curve| curve.threshold_at(chance)))
}

fn reasons<'a>(row: &Row<'a>, lang: Lang) -> Value<'a> {
    Value::owned(reasons_text(lang, &row.offer.ranked.reasons, row.audience))
}
