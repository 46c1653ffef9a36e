//! Priors of the hit rates, fitted from outcomes known at as_of; no feature reads them.

use std::{collections::BTreeMap, sync::Arc};

use arrow::{
    array::{AsArray, Float64Array, RecordBatch, StringArray},
    compute::cast,
    datatypes::{DataType, Field, Float64Type, Schema},
};
use slotcast_core::BetaPrior;

use crate::error::StatsError;

/// One Beta prior a dimension, from the groups in `moq_counts`.
pub(crate) fn moq_priors(counts: &[RecordBatch]) -> Result<RecordBatch, StatsError> {
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
    // Groups come in the order of a hash table; sums of floats must not depend on it.
    let priors: Vec<(String, BetaPrior)> = groups
        .into_iter()
        .map(|(dimension, mut pairs)| {
            pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
            (dimension, BetaPrior::fit(pairs))
        })
        .collect();
    let schema = Schema::new(vec![
        Field::new("dimension", DataType::Utf8, true),
        Field::new("mean", DataType::Float64, true),
        Field::new("strength", DataType::Float64, true),
    ]);
    Ok(RecordBatch::try_new(
        Arc::new(schema),
        vec![
            Arc::new(priors.iter().map(|(name, _)| Some(name.as_str())).collect::<StringArray>()),
            Arc::new(priors.iter().map(|(_, prior)| prior.mean).collect::<Float64Array>()),
            Arc::new(priors.iter().map(|(_, prior)| prior.strength).collect::<Float64Array>()),
        ],
    )?)
}
