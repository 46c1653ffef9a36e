//! Moved facts in the state of a build, as a table.

use std::{collections::BTreeMap, sync::Arc};

use arrow::{
    array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray},
    datatypes::{DataType, Int64Type},
};
use slotcast_lake::Snapshot;

use crate::{
    engine::schema_of,
    error::StatsError,
    staging::{MovedKeys, MovedVersion},
};

/// Versions of each moved fact, by table and id.
pub(super) type MovedFacts = BTreeMap<(String, String), Vec<MovedVersion>>;

const TEXTS: [&str; 3] = ["table_name", "id", "entity"];
const NUMBERS: [&str; 5] = ["occurred_at", "recorded_at", "known_at", "source_file_id", "line"];

/// The moved facts as a table: one row per version.
pub(super) fn moved_facts_table(facts: &MovedFacts) -> Result<RecordBatch, StatsError> {
    let rows: Vec<(&String, &String, &MovedVersion)> = facts
        .iter()
        .flat_map(|((table, id), versions)| versions.iter().map(move |version| (table, id, version)))
        .collect();
    let text = |value: fn(&(&String, &String, &MovedVersion)) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.iter().map(value)))
    };
    let number = |value: fn(&MovedVersion) -> i64| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| value(row.2))))
    };
    let columns = vec![
        text(|row| row.0.clone()),
        text(|row| row.1.clone()),
        text(|row| row.2.entity.clone()),
        number(|version| version.occurred_at),
        number(|version| version.order.0),
        number(|version| version.order.1),
        number(|version| version.order.2),
        number(|version| version.order.3),
    ];
    let texts = TEXTS.map(|name| (name, DataType::Utf8));
    let schema = schema_of(texts.into_iter().chain(NUMBERS.map(|name| (name, DataType::Int64))));
    Ok(RecordBatch::try_new(schema, columns)?)
}

/// Reads the table; none if it has another shape.
pub(super) fn read_moved_facts(snapshot: &Snapshot) -> Result<Option<MovedFacts>, StatsError> {
    let mut facts = MovedFacts::new();
    for batch in snapshot.read()? {
        let texts = TEXTS.map(|name| batch.column_by_name(name)?.as_string_opt::<i32>());
        let numbers = NUMBERS.map(|name| batch.column_by_name(name)?.as_primitive_opt::<Int64Type>());
        let ([Some(table), Some(id), Some(entity)], true) = (texts, numbers.iter().all(Option::is_some))
        else {
            return Ok(None);
        };
        let numbers: Vec<&Int64Array> = numbers.into_iter().flatten().collect();
        for row in 0..batch.num_rows() {
            let number = |index: usize| numbers[index].value(row);
            let version = MovedVersion {
                order: (number(1), number(2), number(3), number(4)),
                entity: entity.value(row).to_owned(),
                occurred_at: number(0),
            };
            let key = (table.value(row).to_owned(), id.value(row).to_owned());
            facts.entry(key).or_default().push(version);
        }
    }
    Ok(Some(facts))
}

/// Moved facts of each table.
pub(super) type MovedByTable = BTreeMap<String, MovedKeys>;

/// Moved facts by table.
pub(super) fn by_table(facts: &MovedFacts) -> MovedByTable {
    let mut tables: BTreeMap<String, BTreeMap<String, Vec<MovedVersion>>> = BTreeMap::new();
    for ((table, id), versions) in facts {
        tables.entry(table.clone()).or_default().insert(id.clone(), versions.clone());
    }
    tables.into_iter().map(|(table, versions)| (table, MovedKeys::new(versions))).collect()
}
