//! Computes relations in a session, in build order.

use datafusion::{dataframe::DataFrame, error::Result as EngineResult, prelude::col};

use super::{grain::check_grain, priors::put_priors};
use crate::{
    engine::{QueryResult, Session},
    error::StatsError,
    registry::{Relation, RelationKind},
};

/// Computes relations in order and registers each; returns the stored ones, sorted and with their grain checked.
pub(super) async fn materialize(
    session: &Session,
    relations: impl Iterator<Item = &'static Relation>,
) -> Result<Vec<(&'static Relation, QueryResult)>, StatsError> {
    let mut stored = Vec::new();
    for relation in relations {
        let frame = sorted(session, relation).await.map_err(StatsError::relation(relation.name))?;
        if relation.kind == RelationKind::View {
            session.put(relation.name, frame.into_view())?;
            continue;
        }
        let rows = session.collect(frame).await.map_err(StatsError::relation(relation.name))?;
        session.put_rows(relation.name, &rows)?;
        put_priors(session, relation, &rows.batches)?;
        if relation.kind.is_stored() {
            check_grain(relation, &rows)?;
            stored.push((relation, rows));
        }
    }
    Ok(stored)
}

/// The query of a relation, sorted by its key.
async fn sorted(session: &Session, relation: &Relation) -> EngineResult<DataFrame> {
    let frame = session.plan(relation.sql).await?;
    match relation.kind.sort_columns() {
        Some(columns) if !columns.is_empty() => {
            frame.sort(columns.iter().map(|name| col(*name).sort(true, false)).collect())
        }
        _ => Ok(frame),
    }
}
