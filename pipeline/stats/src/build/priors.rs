//! Priors of rates, fitted from outcomes known at as_of. No feature reads them.

use std::{collections::BTreeMap, sync::Arc};

use arrow::{
    array::{AsArray, Float64Array, RecordBatch, StringArray},
    compute::cast,
    datatypes::{DataType, Float64Type},
};
use slotcast_core::{BetaPrior, RatePrior};

use crate::{
    engine::{Session, schema_of},
    error::StatsError,
    registry::Relation,
};

/// Registers the priors that are fitted from a relation, if there are any.
pub(super) fn put_priors(
    session: &Session,
    relation: &Relation,
    batches: &[RecordBatch],
) -> Result<(), StatsError> {
    match relation.name {
        "moq_counts" => session.put_rows("moq_priors", &moq_priors(batches)?.into()),
        "category_signals" => session.put_rows("signal_priors", &signal_priors(batches)?.into()),
        _ => Ok(()),
    }
}

/// One Beta prior per dimension, from the groups in `moq_counts`.
fn moq_priors(counts: &[RecordBatch]) -> Result<RecordBatch, StatsError> {
    let mut groups: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
    for batch in counts {
        let column = |index: usize, kind: &DataType| cast(batch.column(index), kind);
        let dimensions = column(0, &DataType::Utf8)?;
        let (n, hits) = (column(2, &DataType::Float64)?, column(3, &DataType::Float64)?);
        let pairs = hits.as_primitive::<Float64Type>().iter().zip(n.as_primitive::<Float64Type>());
        for (dimension, (hits, n)) in dimensions.as_string::<i32>().iter().flatten().zip(pairs) {
            let pair = (hits.unwrap_or(0.0), n.unwrap_or(0.0));
            groups.entry(dimension.to_owned()).or_default().push(pair);
        }
    }
    // Groups have the order of a hash table; sums of floats must not depend on it.
    let priors: Vec<(String, BetaPrior)> = groups
        .into_iter()
        .map(|(dimension, mut pairs)| {
            pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
            (dimension, BetaPrior::fit(pairs))
        })
        .collect();
    table("dimension", priors.iter().map(|(name, prior)| (name.as_str(), prior.mean, prior.strength)))
}

/// One Gamma prior of orders per signal for each kind, from the campaigns in `category_signals`.
fn signal_priors(campaigns: &[RecordBatch]) -> Result<RecordBatch, StatsError> {
    let mut kinds: BTreeMap<String, BTreeMap<String, Vec<(f64, f64)>>> = BTreeMap::new();
    for batch in campaigns {
        let column = |index: usize, kind: &DataType| cast(batch.column(index), kind);
        let (categories, names) = (column(1, &DataType::Utf8)?, column(2, &DataType::Utf8)?);
        let (signals, orders) = (column(3, &DataType::Float64)?, column(4, &DataType::Float64)?);
        let names = names.as_string::<i32>().iter().zip(categories.as_string::<i32>());
        let counts = orders.as_primitive::<Float64Type>().iter().zip(signals.as_primitive::<Float64Type>());
        for ((kind, category), (orders, signals)) in names.zip(counts) {
            let groups = kinds.entry(kind.unwrap_or_default().to_owned()).or_default();
            let group = groups.entry(category.unwrap_or_default().to_owned()).or_default();
            group.push((orders.unwrap_or(0.0), signals.unwrap_or(0.0)));
        }
    }
    let mut priors = Vec::new();
    for (kind, groups) in kinds {
        let mut groups: Vec<Vec<(f64, f64)>> = groups.into_values().collect();
        for group in &mut groups {
            group.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        }
        priors.push((kind, RatePrior::fit(&groups)));
    }
    table("kind", priors.iter().map(|(name, prior)| (name.as_str(), prior.mean, prior.strength)))
}

fn table<'a>(
    key: &str,
    priors: impl Iterator<Item = (&'a str, f64, f64)>,
) -> Result<RecordBatch, StatsError> {
    let (mut names, mut means, mut strengths) = (Vec::new(), Vec::new(), Vec::new());
    for (name, mean, strength) in priors {
        names.push(Some(name));
        means.push(mean);
        strengths.push(strength);
    }
    let schema =
        schema_of([(key, DataType::Utf8), ("mean", DataType::Float64), ("strength", DataType::Float64)]);
    Ok(RecordBatch::try_new(
        schema,
        vec![
            Arc::new(StringArray::from(names)),
            Arc::new(Float64Array::from(means)),
            Arc::new(Float64Array::from(strengths)),
        ],
    )?)
}
