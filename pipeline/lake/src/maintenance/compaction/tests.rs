//! Tests of compaction: rows stay the same.

use super::*;
use crate::testing::{self, Order, WEEK, ingest, orders, orders_at, rows_of_file, write_orders};

fn order_events() -> &'static ContractTable {
    ContractTable::find("order_events").unwrap()
}

/// Eight nights in the first week, three in the second.
async fn nights(lake: &Lake) -> Vec<u64> {
    let mut versions = Vec::new();
    for night in 0..11_i64 {
        let week = i64::from(night >= 8);
        let at = 100 * WEEK + week * WEEK + night * 1_000;
        let (first, second) = (format!("b{night:02}"), format!("a{night:02}"));
        let given = [Order(at + 5, &first, None), Order(at, &second, Some("0123456789abcdef"))];
        versions.push(ingest(lake, &format!("night{night:02}"), &given).await);
    }
    versions
}

#[tokio::test]
async fn small_files_of_a_week_become_one() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    let versions = nights(&lake).await;
    let before = orders_at(&lake, None).await;
    let older = orders_at(&lake, Some(versions[4])).await;
    let span = |files: &[DataFile]| {
        let ranges = files.iter().filter_map(|file| file.time_range);
        let first = ranges.clone().map(|range| range.first).min();
        (first, ranges.map(|range| range.last).max())
    };
    let first_week = lake.at(&orders(), versions[7]).await.unwrap();

    let compactions = lake.compact_facts().await.unwrap();
    let version = versions[10] + 1;
    assert_eq!(compactions, [Compaction { table: orders(), files_before: 8, files_after: 1, version }]);
    let head = lake.head(&orders()).await.unwrap().unwrap();
    assert_eq!((head.version, head.files.len()), (version, 4));
    assert_eq!(orders_at(&lake, None).await, before);
    assert_eq!(orders_at(&lake, Some(versions[4])).await, older, "older versions stay readable");
    let merged = head.files.iter().find(|file| file.name.starts_with("compacted--")).unwrap();
    assert_eq!(merged.rows, Some(16));
    assert_eq!(span(std::slice::from_ref(merged)), span(&first_week.files));
    // Sorted by campaign, then by time.
    let rows: Vec<String> = rows_of_file(&merged.path).into_iter().map(|(order, _)| order).collect();
    let expected: Vec<String> =
        ["a", "b"].iter().flat_map(|entity| (0..8).map(move |night| format!("{entity}{night:02}"))).collect();
    assert_eq!(rows, expected);
    // Consumers of the log need not read rows again.
    let log = lake.layout().table(&orders()).join(format!("_delta_log/{version:020}.json"));
    let log = std::fs::read_to_string(log).unwrap();
    assert_eq!(log.matches("\"dataChange\":false").count(), 9, "{log}");
    assert!(!log.contains("\"dataChange\":true"));
    assert_eq!(lake.compact_facts().await.unwrap(), [], "nothing is left to merge");
    assert_eq!(lake.roll_back_unfinished().await.unwrap(), [], "merged facts are of finished batches");
}

#[tokio::test]
async fn unfinished_batches_are_not_merged() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    nights(&lake).await;
    let head = lake.head(&orders()).await.unwrap().unwrap();
    let at = 101 * WEEK;
    let files: Vec<UncommittedFile> = (0..9)
        .map(|number| {
            write_orders(&lake, &format!("killed--01-{number:05}.parquet"), &[Order(at, "c1", None)])
        })
        .collect();
    lake.commit(&orders(), &head.schema, &files, &FilesToRemove::None).await.unwrap();
    let compaction = lake.compact(order_events()).await.unwrap().unwrap();
    assert_eq!(compaction.files_before, 8, "only the first week");
    assert_eq!(lake.roll_back_unfinished().await.unwrap(), [(orders(), 9)]);
    assert_eq!(orders_at(&lake, None).await.len(), 22);
}

#[tokio::test]
async fn columns_that_older_files_lack_become_null() {
    let schema = order_events().fact_schema(&[]);
    let few = schema.project(&[0, 1]).unwrap();
    let row: ArrayRef = Arc::new(arrow::array::StringArray::from(vec!["x"]));
    let batch = RecordBatch::try_new(Arc::new(few), vec![Arc::clone(&row), row]).unwrap();
    let wide = with_schema(&batch, &schema).unwrap();
    assert_eq!(wide.num_columns(), schema.fields().len());
    assert_eq!(wide.column(2).null_count(), 1);
}
