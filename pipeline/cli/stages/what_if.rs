//! Scores of `explain` under other terms: reads the terms of past campaigns, and translates errors.

use std::collections::HashSet;

use anyhow::Result;
use slotcast_core::ScoredOffer;
use slotcast_features::FeatureTable;
use slotcast_forecast::{OfferTerms, PastCampaign, PastTerms, RankedList, WhatIfError};
use slotcast_publish::{Lang, WhatIf, explain_message};

use crate::{
    batch_row::{batch_rows, row_reader},
    failure::UserError,
    run_snapshot::RunSnapshot,
};

/// The score of a listed offer under other terms.
pub(crate) async fn what_if(
    run: &RunSnapshot,
    list: &RankedList,
    scored: &ScoredOffer,
    terms: OfferTerms,
    lang: Lang,
) -> Result<WhatIf> {
    let campaigns = past_campaigns(run).await?;
    let past = PastTerms::new(&campaigns, scored.offer.category.as_deref());
    let relation = if list.is_preliminary { "offer_features_next" } else { "offer_features" };
    // Only a change of price needs the features.
    let batches = if terms.price.is_some() { run.relation(relation).await? } else { Vec::new() };
    let table = FeatureTable::from_batches(&batches)?;
    let changed = slotcast_forecast::what_if(list, &table, scored, terms, &past)
        .map_err(|error| error_in_language(lang, error))?;
    Ok(WhatIf {
        threshold: changed.offer.threshold,
        price: changed.offer.price,
        capacity: changed.offer.capacity,
        p_hit: changed.p_hit.get(),
        demand: changed.demand,
        expected_amount: changed.expected_amount(),
        expected_value: changed.expected_value(),
    })
}

/// Terms of the campaigns with an outcome.
async fn past_campaigns(run: &RunSnapshot) -> Result<Vec<PastCampaign>> {
    let outcomes = run.relation("campaign_outcomes").await?;
    let with_outcome: HashSet<String> = batch_rows(&outcomes)
        .filter(|row| row.flag("hit").is_some())
        .filter_map(|row| row.text("campaign_id"))
        .collect();
    let offers = run.relation("offer_features").await?;
    let closed = batch_rows(&offers)
        .filter(|row| row.text("campaign_id").is_some_and(|id| with_outcome.contains(&id)));
    let campaign = row_reader!(PastCampaign { category: "category", threshold: "threshold", price: "price" });
    Ok(closed.filter_map(campaign).collect())
}

/// The error in the reader's language.
fn error_in_language(lang: Lang, error: WhatIfError) -> anyhow::Error {
    let number = |value: f64| format!("{value}");
    let (key, values, hint) = match error {
        WhatIfError::TooFewCampaigns { term, n } => {
            let values = vec![("option", format!("--{term}")), ("n", n.to_string())];
            ("too_few".to_owned(), values, "too_few_hint")
        }
        WhatIfError::OutOfRange { term, value, low, high, n } => {
            let values = vec![
                ("value", number(value)),
                ("low", number(low)),
                ("high", number(high)),
                ("n", n.to_string()),
            ];
            (format!("{term}_range"), values, "range_hint")
        }
        WhatIfError::CapacityBelowThreshold { capacity, threshold } => {
            let values = vec![("capacity", number(capacity)), ("threshold", number(threshold))];
            ("capacity_low".to_owned(), values, "capacity_hint")
        }
        WhatIfError::NoDemandCurve => ("no_curve".to_owned(), Vec::new(), "no_curve_hint"),
        WhatIfError::NoPrice => ("no_price".to_owned(), Vec::new(), "no_price_hint"),
        WhatIfError::Model(error) => return error.into(),
    };
    UserError::new(explain_message(lang, &key, &values), explain_message(lang, hint, &[])).into()
}
