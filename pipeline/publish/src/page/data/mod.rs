//! What the page's script is given: the rows of every list at once, the rest in packed blocks.
//!
//! Figures are those of the view, not rounded: the script writes them by the rules of `figures`. What these readers
//! may not see is not in the page, in no form.

mod columns;
mod detail;
mod figure;
mod names;
mod packed;
mod reasons;
mod script;

use std::collections::BTreeMap;

use serde::Serialize;

use self::{
    columns::Columns,
    detail::{Detail, OrderCurve},
    figure::Figure,
    names::Names,
    packed::OFFERS_A_BLOCK,
    reasons::ReasonPool,
};
use crate::{
    error::PublishError,
    view::{Flag, OfferView, PageView},
    words::{Catalogue, Lang},
};

pub(crate) use packed::Block;
#[cfg(test)]
pub(crate) use packed::unpacked;
pub(crate) use script::json_for_script;

/// Both languages' texts by key.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Texts {
    ko: BTreeMap<&'static str, &'static str>,
    en: BTreeMap<&'static str, &'static str>,
}

impl Texts {
    /// The texts of a table of the catalogues.
    pub(crate) fn of(table: &'static str) -> Self {
        let texts = |lang: Lang| Catalogue::of(lang).table(table).collect();
        Self { ko: texts(Lang::Ko), en: texts(Lang::En) }
    }
}

#[derive(Serialize)]
struct Payload<'a> {
    currency: Option<&'a str>,
    is_house: bool,
    texts: Texts,
    flag_texts: Texts,
    flags: Vec<&'static str>,
    categories: &'a Names<'a>,
    makers: &'a Names<'a>,
    offers_a_block: usize,
    lists: Vec<ListData<'a>>,
    reasons: ReasonPool,
}

#[derive(Serialize)]
struct ListData<'a> {
    base_rate: Figure,
    columns: Columns<'a>,
}

/// The rows of every list as JSON for a script element.
pub(crate) fn rows_json(view: &PageView) -> Result<String, PublishError> {
    let categories = Names::of(offers(view).filter_map(category));
    let makers = Names::of(offers(view).filter_map(|offer| offer.ranked.scored.offer.maker_name.as_deref()));
    let mut reasons = ReasonPool::default();
    let lists = view
        .lists
        .iter()
        .map(|list| ListData {
            base_rate: Figure(list.model.base_rate),
            columns: Columns::new(&list.offers, view.audience, &categories, &makers, &mut reasons),
        })
        .collect();
    json_for_script(&Payload {
        currency: view.currency.as_deref(),
        is_house: view.audience.may_see("expected_value"),
        texts: Texts::of("page"),
        flag_texts: Texts::of("flag"),
        flags: Flag::ALL.map(Flag::as_str).to_vec(),
        categories: &categories,
        makers: &makers,
        offers_a_block: OFFERS_A_BLOCK,
        lists,
        reasons,
    })
}

/// The details of every offer in blocks, and the order curves of the categories in one of their own.
pub(crate) fn blocks(view: &PageView) -> Result<Vec<Block>, PublishError> {
    let categories = Names::of(offers(view).filter_map(category));
    let curves: BTreeMap<&str, OrderCurve> = view
        .order_curves
        .iter()
        .filter(|(category, _)| categories.has(category))
        .map(|(category, hours)| (category.as_str(), OrderCurve::new(hours)))
        .collect();
    let mut blocks = vec![Block::new("packed-curves".to_owned(), &curves)?];
    for (place, list) in view.lists.iter().enumerate() {
        for (block, offers) in list.offers.chunks(OFFERS_A_BLOCK).enumerate() {
            let details: Vec<Detail<'_>> = offers.iter().map(Detail::new).collect();
            blocks.push(Block::new(format!("packed-{place}-{block}"), &details)?);
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
