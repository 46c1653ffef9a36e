//! The table of columns, in the order of the CSV: first the columns that `rankings` promises.
//!
//! A new column of `offer_details` needs a line here, its SQL, and its label in each language.

use super::{
    column::{Column, Section, ValueFn},
    kind::ColumnKind as Kind,
    placement::{Band, OnPage},
    values,
};

pub(super) const OFFER_DETAILS: &str = "offer_details";
pub(super) const RANKING_CHANGES: &str = "ranking_changes";

/// Column of `rankings`, computed from the ranked offer.
const fn ranking(name: &'static str, kind: Kind, value: ValueFn) -> Column {
    Column::computed(name, Some("rankings"), Section::Offer, kind, value)
}

/// Column of `rankings` that is equal for all offers of a list.
const fn list(name: &'static str, kind: Kind, value: ValueFn) -> Column {
    Column::computed(name, Some("rankings"), Section::List, kind, value)
}

/// Term of the offer, which `offer_details` repeats.
const fn term(name: &'static str, kind: Kind, value: ValueFn) -> Column {
    Column::computed(name, Some(OFFER_DETAILS), Section::Offer, kind, value)
}

/// Column that is read from `offer_details`.
const fn detail(name: &'static str, kind: Kind) -> Column {
    Column::stored(name, OFFER_DETAILS, Section::Details, kind)
}

/// Column that is read from `ranking_changes`.
const fn change(name: &'static str, kind: Kind) -> Column {
    Column::stored(name, RANKING_CHANGES, Section::Change, kind)
}

/// Window widths in pixels from which a column of the page's table is shown by default.
const TABLET: u16 = 721;
const WIDE: u16 = 1701;

/// Every column of a list.
pub(crate) static COLUMNS: &[Column] = &[
    list("run_id", Kind::Text, values::run_id),
    list("slot_date", Kind::Date, values::slot_date),
    ranking("candidate_id", Kind::Text, values::candidate_id)
        .required()
        .sheet(Band::Links, 18.0)
        .page(OnPage::Part),
    ranking("product_id", Kind::Text, values::product_id)
        .required()
        .sheet(Band::Links, 18.0)
        .page(OnPage::Detail),
    ranking("title", Kind::Prose, values::title).sheet(Band::Offer, 32.0).cell_as("product", 20, 270).grows(),
    ranking("category", Kind::Prose, values::category).sheet(Band::Offer, 11.0).page(OnPage::Part),
    ranking("maker_name", Kind::Prose, values::maker_name).sheet(Band::Offer, 15.0).page(OnPage::Part),
    ranking("threshold", Kind::Terms, values::threshold).sheet(Band::Demand, 10.0).cell(60, 88),
    ranking("threshold_basis", Kind::Basis, values::threshold_basis)
        .required()
        .sheet(Band::Origin, 9.0)
        .page(OnPage::Part),
    ranking("price", Kind::Price, values::price).sheet(Band::Money, 11.5).cell(70, 96),
    ranking("rank", Kind::Rank, values::rank).required().sheet(Band::Rank, 6.0).cell(10, 60),
    ranking("ranked_by", Kind::Text, values::ranked_by).required().sheet(Band::Origin, 12.0),
    ranking("p_hit", Kind::Probability, values::p_hit)
        .required()
        .sheet(Band::Probability, 11.0)
        .cell(40, 148)
        .descending(),
    ranking("p_low", Kind::Probability, values::p_low).sheet(Band::Probability, 8.5).page(OnPage::Part),
    ranking("p_high", Kind::Probability, values::p_high).sheet(Band::Probability, 8.5).page(OnPage::Part),
    ranking("demand_p10", Kind::Demand, values::demand_p10).sheet(Band::Demand, 9.0).page(OnPage::Part),
    ranking("demand_p50", Kind::Demand, values::demand_p50)
        .sheet(Band::Demand, 9.0)
        .cell_as("demand", 50, 148)
        .descending(),
    ranking("demand_p90", Kind::Demand, values::demand_p90).sheet(Band::Demand, 9.0).page(OnPage::Part),
    ranking("expected_amount", Kind::Amount, values::expected_amount)
        .sheet(Band::Money, 17.0)
        .cell_as("amount", 80, 122)
        .descending()
        .min_window(TABLET),
    ranking("expected_value", Kind::Amount, values::expected_value)
        .sheet(Band::Money, 17.0)
        .cell_as("value", 90, 122)
        .descending()
        .min_window(TABLET),
    ranking("thin_data", Kind::Bool, values::thin_data).required().sheet(Band::DataQuality, 8.0),
    ranking("reasons_ko", Kind::Prose, values::reasons_ko)
        .required()
        .sheet(Band::Reasons, 52.0)
        .cell_as("reasons", 160, 250)
        .descending()
        .grows(),
    ranking("reasons_en", Kind::Prose, values::reasons_en).required().sheet(Band::Reasons, 52.0),
    ranking("model", Kind::Text, values::model).required().sheet(Band::Origin, 12.0).page(OnPage::Detail),
    term("capacity", Kind::Terms, values::capacity).sheet(Band::Terms, 11.0).page(OnPage::Part),
    detail("currency", Kind::Text).sheet(Band::Terms, 9.0).page(OnPage::Part),
    detail("alerts", Kind::Count).sheet(Band::Signals, 10.0).cell(100, 104).descending(),
    detail("alerts_7d", Kind::Count).sheet(Band::Signals, 10.0).page(OnPage::Part),
    detail("alerts_previous_7d", Kind::Count).sheet(Band::Signals, 10.0).page(OnPage::Part),
    detail("wishes", Kind::Count).sheet(Band::Signals, 10.0).cell(110, 96).descending().min_window(WIDE),
    detail("wishes_7d", Kind::Count).sheet(Band::Signals, 10.0).page(OnPage::Part),
    detail("wishes_previous_7d", Kind::Count).sheet(Band::Signals, 10.0).page(OnPage::Part),
    detail("visitors", Kind::Count).sheet(Band::Signals, 10.0).page(OnPage::Fact),
    detail("alert_rate", Kind::Share).sheet(Band::Signals, 10.0).cell(120, 92).descending().min_window(WIDE),
    detail("order_rate", Kind::Share).sheet(Band::Signals, 10.0).page(OnPage::Fact),
    detail("orders_per_alert", Kind::Ratio)
        .sheet(Band::Signals, 10.0)
        .cell(130, 104)
        .descending()
        .min_window(WIDE),
    detail("alerts_per_threshold", Kind::Ratio).sheet(Band::Signals, 10.0).page(OnPage::Fact),
    detail("maker_hits", Kind::Record).sheet(Band::Records, 9.0).page(OnPage::Part),
    detail("maker_n", Kind::Record).sheet(Band::Records, 9.0).page(OnPage::Part),
    detail("maker_rate_shrunk", Kind::Share)
        .sheet(Band::Records, 10.0)
        .cell_as("maker_record", 140, 98)
        .descending()
        .min_window(TABLET),
    detail("category_hits", Kind::Record).sheet(Band::Records, 10.0).page(OnPage::Part),
    detail("category_n", Kind::Record).sheet(Band::Records, 10.0).page(OnPage::Part),
    detail("category_rate_shrunk", Kind::Share)
        .sheet(Band::Records, 11.0)
        .cell_as("category_record", 150, 112)
        .descending()
        .min_window(WIDE),
    Column::computed("flags", None, Section::Offer, Kind::Flags, values::flags)
        .required()
        .sheet(Band::Flags, 16.0)
        .cell(30, 140)
        .descending(),
    detail("near_duplicate_id", Kind::Text).sheet(Band::NearDuplicate, 16.0).page(OnPage::Detail),
    detail("near_duplicate_title", Kind::Prose).sheet(Band::NearDuplicate, 32.0).page(OnPage::Detail),
    detail("near_duplicate_slot", Kind::Date).sheet(Band::NearDuplicate, 12.0).page(OnPage::Detail),
    change("previous_rank", Kind::Rank).required().sheet(Band::Change, 9.0).page(OnPage::Part),
    change("previous_p_hit", Kind::Probability).sheet(Band::Change, 9.0).page(OnPage::Part),
    change("change_reason_ko", Kind::Prose).sheet(Band::Change, 40.0).page(OnPage::Detail),
    change("change_reason_en", Kind::Prose).sheet(Band::Change, 40.0).page(OnPage::Detail),
    ranking("threshold_50", Kind::Demand, values::threshold_50).sheet(Band::Terms, 11.0),
    ranking("threshold_70", Kind::Demand, values::threshold_70).sheet(Band::Terms, 11.0),
    ranking("threshold_90", Kind::Demand, values::threshold_90).sheet(Band::Terms, 11.0),
    detail("url", Kind::Link).sheet(Band::Links, 34.0).page(OnPage::Part),
    detail("image_url", Kind::Link).sheet(Band::Links, 34.0).page(OnPage::Part),
    term("unit_cost", Kind::Price, values::unit_cost).sheet(Band::Origin, 12.0),
    term("fixed_cost", Kind::Price, values::fixed_cost).sheet(Band::Origin, 13.0),
];

/// The column of this name.
///
/// # Panics
///
/// If there is none: callers name columns of this table.
pub(crate) fn column(name: &str) -> &'static Column {
    let found = COLUMNS.iter().find(|column| column.name == name);
    found.unwrap_or_else(|| panic!("the offer schema has no column `{name}`"))
}
