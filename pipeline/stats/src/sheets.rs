//! What is told beside a list: relations made by SQL when the list stands, over what the run holds by then.

use std::sync::Arc;

use arrow::{
    array::{Date32Array, RecordBatch},
    compute::concat_batches,
    datatypes::{DataType, Field, Schema},
};
use chrono::{DateTime, NaiveDate, Utc};
use slotcast_lake::{Snapshot, text_columns};

use crate::{
    describe::is_for_users,
    error::StatsError,
    session::{Memory, Rows, Session, listing},
    staging::day_number,
};

/// What is made, in an order in which each reads only those before it.
const SHEETS: [(&str, &str); 6] = [
    ("daily_counts", include_str!("../sql/written/daily_counts.sql")),
    ("listed_offers", include_str!("../sql/written/listed_offers.sql")),
    ("listed_counts", include_str!("../sql/written/listed_counts.sql")),
    ("offer_details", include_str!("../sql/written/offer_details.sql")),
    ("offer_days", include_str!("../sql/written/offer_days.sql")),
    ("slot_results", include_str!("../sql/written/slot_results.sql")),
];

/// What the queries may read, and of when.
#[derive(Debug)]
pub struct Beside<'a> {
    /// The relations of the run.
    pub relations: &'a [Snapshot],
    /// Rows that are no relation, by name.
    pub rows: &'a [(&'static str, RecordBatch)],
    /// The moment for which the run speaks.
    pub as_of: DateTime<Utc>,
    /// The local day of it.
    pub today: NaiveDate,
}

/// Makes these relations, each as one batch with its name. What only serves others is not among them.
///
/// # Errors
/// When a relation that they read is not there, or a query cannot be run.
pub async fn sheets(beside: &Beside<'_>) -> Result<Vec<(&'static str, RecordBatch)>, StatsError> {
    let session = Session::new(beside.as_of, &Memory::limited(None), 2)?;
    for snapshot in beside.relations {
        session.put(&snapshot.table.name, listing(snapshot)?)?;
    }
    for (name, rows) in beside.rows {
        session.put_rows(name, &Rows::of(rows.clone()))?;
    }
    let schema = Arc::new(Schema::new(vec![Field::new("today", DataType::Date32, false)]));
    let today = Arc::new(Date32Array::from(vec![day_number(beside.today)]));
    session.put_rows("moment", &Rows::of(RecordBatch::try_new(schema, vec![today])?))?;
    let mut made = Vec::new();
    for (name, sql) in SHEETS {
        let failed = StatsError::relation(name);
        let rows = session.rows(sql).await.map_err(failed)?;
        session.put_rows(name, &rows)?;
        if is_for_users(name) {
            made.push((name, text_columns(&concat_batches(&rows.schema, &rows.batches)?)?));
        }
    }
    Ok(made)
}
