//! Data for the page's script: the rows of every list, and packed blocks with the rest.
//!
//! Figures are unrounded; the script formats them by the rules of `number_format`. Data that the audience may
//! not see are nowhere in the page.

mod json_number;
mod name_index;
mod packed;
mod reason_pool;
mod script;

mod column_info;
mod columns;
mod detail;

use std::collections::BTreeMap;

use serde::Serialize;

use self::{
    column_info::{ColumnInfo, detail_facts, table_columns},
    columns::ListColumns,
    detail::{OfferDetail, OrderCurve},
    json_number::JsonNumber,
    name_index::NameIndex,
    packed::OFFERS_PER_BLOCK,
    reason_pool::ReasonPool,
    script::json_for_script,
};
use crate::{
    columns::OfferRow,
    error::PublishError,
    i18n::{Catalog, Lang},
    view::{OfferFlag, OfferView, PageView},
};

pub(crate) use packed::PackedBlock;

/// Texts of one table of the catalog in both languages, by key.
#[derive(Clone, Debug, Serialize)]
struct Texts {
    ko: BTreeMap<&'static str, &'static str>,
    en: BTreeMap<&'static str, &'static str>,
}

impl Texts {
    fn of(table: &'static str) -> Self {
        let texts = |lang: Lang| Catalog::of(lang).table(table).collect();
        Self { ko: texts(Lang::Ko), en: texts(Lang::En) }
    }
}

#[derive(Serialize)]
struct PageData<'a> {
    currency: Option<&'a str>,
    is_internal: bool,
    texts: Texts,
    flag_texts: Texts,
    flags: Vec<&'static str>,
    columns: Vec<ColumnInfo>,
    facts: Vec<ColumnInfo>,
    categories: &'a NameIndex<'a>,
    makers: &'a NameIndex<'a>,
    offers_per_block: usize,
    lists: Vec<ListData<'a>>,
    reasons: ReasonPool,
}

#[derive(Serialize)]
struct ListData<'a> {
    base_rate: JsonNumber,
    columns: ListColumns<'a>,
}

/// The rows of every list as JSON for a script element.
pub(crate) fn rows_json(view: &PageView) -> Result<String, PublishError> {
    let categories = NameIndex::of(offers(view).filter_map(category));
    let makers =
        NameIndex::of(offers(view).filter_map(|offer| offer.ranked.scored.offer.maker_name.as_deref()));
    let mut pool = ReasonPool::default();
    let mut pooled = |offer: &OfferView| pool.pooled(&offer.ranked.reasons, view.audience);
    let lists = view
        .lists
        .iter()
        .map(|list| ListData {
            base_rate: JsonNumber(list.model.base_rate),
            columns: ListColumns {
                run_id: &view.run_id,
                audience: view.audience,
                offers: &list.offers,
                categories: &categories,
                makers: &makers,
                reasons: list.offers.iter().map(&mut pooled).collect(),
            },
        })
        .collect();
    json_for_script(&PageData {
        currency: view.currency.as_deref(),
        is_internal: view.audience.may_see("expected_value"),
        texts: Texts::of("page"),
        flag_texts: Texts::of("flag"),
        flags: OfferFlag::ALL.map(OfferFlag::as_str).to_vec(),
        columns: table_columns(view.audience),
        facts: detail_facts(view.audience),
        categories: &categories,
        makers: &makers,
        offers_per_block: OFFERS_PER_BLOCK,
        lists,
        reasons: pool,
    })
}

/// The details of every offer in blocks, and the order curves of all categories in one block.
pub(crate) fn blocks(view: &PageView) -> Result<Vec<PackedBlock>, PublishError> {
    let categories = NameIndex::of(offers(view).filter_map(category));
    let curves: BTreeMap<&str, OrderCurve> = view
        .order_curves
        .iter()
        .filter(|(category, _)| categories.contains(category))
        .map(|(category, points)| (category.as_str(), OrderCurve::new(points)))
        .collect();
    let mut blocks = vec![PackedBlock::new("packed-curves".to_owned(), &curves)?];
    for (index, list) in view.lists.iter().enumerate() {
        for (block, offers) in list.offers.chunks(OFFERS_PER_BLOCK).enumerate() {
            let row = |offer| OfferRow { run_id: &view.run_id, offer, audience: view.audience };
            let details: Vec<OfferDetail<'_>> = offers.iter().map(|offer| OfferDetail(row(offer))).collect();
            blocks.push(PackedBlock::new(format!("packed-{index}-{block}"), &details)?);
        }
    }
    Ok(blocks)
}

fn offers(view: &PageView) -> impl Iterator<Item = &OfferView> {
    view.lists.iter().flat_map(|list| &list.offers)
}

fn category(offer: &OfferView) -> Option<&str> {
    offer.ranked.scored.offer.category.as_deref()
}

#[cfg(test)]
mod tests;
