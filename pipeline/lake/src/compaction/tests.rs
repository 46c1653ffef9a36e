//! Compacted facts are the same facts.

use super::*;
use crate::testing::{self, Order, WEEK, order_of_rows, orders, orders_at, take_in, write_orders};

fn order_events() -> &'static ContractTable {
    ContractTable::named("order_events").unwrap()
}

/// Eight nights in the first week, three in the second.
async fn nights(lake: &Lake) -> Vec<u64> {
    let mut versions = Vec::new();
    for night in 0..11_i64 {
        let week = i64::from(night >= 8);
        let at = 100 * WEEK + week * WEEK + night * 1_000;
        let (first, second) = (format!("b{night:02}"), format!("a{night:02}"));
        let given = [Order(at + 5, &first, None), Order(at, &second, Some("0123456789abcdef"))];
        versions.push(take_in(lake, &format!("night{night:02}"), &given).await);
    }
    versions
}

#[tokio::test]
async fn a_week_of_small_files_becomes_one_and_no_row_changes() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    let versions = nights(&lake).await;
    let before = orders_at(&lake, None).await;
    let older = orders_at(&lake, Some(versions[4])).await;
    let span = |files: &[DataFile]| {
        let spans = files.iter().filter_map(|file| file.span);
        spans.fold((i64::MAX, i64::MIN), |(first, last), span| (first.min(span.first), last.max(span.last)))
    };
    let first_week = lake.at(&orders(), versions[7]).await.unwrap();

    let compacted = lake.compact_facts().await.unwrap();
    let version = versions[10] + 1;
    assert_eq!(compacted, [Compacted { table: orders(), files_before: 8, files_after: 1, version }]);
    let head = lake.head(&orders()).await.unwrap().unwrap();
    assert_eq!((head.version, head.files.len()), (version, 4));
    assert_eq!(orders_at(&lake, None).await, before);
    assert_eq!(orders_at(&lake, Some(versions[4])).await, older, "older versions stay readable");
    let merged = head.files.iter().find(|file| file.name.starts_with("compacted--")).unwrap();
    assert_eq!(merged.rows, Some(16));
    assert_eq!(span(std::slice::from_ref(merged)), span(&first_week.files));
    // By campaign, then by time.
    let rows: Vec<String> = order_of_rows(&merged.path).into_iter().map(|(order, _)| order).collect();
    let expected: Vec<String> =
        ["a", "b"].iter().flat_map(|entity| (0..8).map(move |night| format!("{entity}{night:02}"))).collect();
    assert_eq!(rows, expected);
    // Who follows the log has nothing to read anew.
    let log = lake.layout().table(&orders()).join(format!("_delta_log/{version:020}.json"));
    let log = std::fs::read_to_string(log).unwrap();
    assert_eq!(log.matches("\"dataChange\":false").count(), 9, "{log}");
    assert!(!log.contains("\"dataChange\":true"));
    assert_eq!(lake.compact_facts().await.unwrap(), [], "there is nothing left to do");
    assert_eq!(lake.take_back_unfinished().await.unwrap(), [], "merged facts belong to finished batches");
}

#[tokio::test]
async fn what_may_be_taken_back_is_not_merged() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    nights(&lake).await;
    let head = lake.head(&orders()).await.unwrap().unwrap();
    let at = 101 * WEEK;
    let parts: Vec<Part> = (0..9)
        .map(|number| {
            write_orders(&lake, &format!("killed--01-{number:05}.parquet"), &[Order(at, "c1", None)])
        })
        .collect();
    lake.commit(&orders(), &head.schema, &parts, &Replace::Nothing).await.unwrap();
    let compacted = lake.compact(order_events()).await.unwrap().unwrap();
    assert_eq!(compacted.files_before, 8, "only the first week");
    assert_eq!(lake.take_back_unfinished().await.unwrap(), [(orders(), 9)]);
    assert_eq!(orders_at(&lake, None).await.len(), 22);
}

#[test]
fn a_group_holds_no_more_than_fits() {
    let file = |name: &str, bytes: u64, rows: Option<u64>, first: i64| DataFile {
        path: name.into(),
        name: name.to_owned(),
        bytes,
        rows,
        span: Some(Span { column: "occurred_at", first, last: first + WEEK }),
    };
    let names = |files: &[DataFile]| -> Vec<Vec<String>> {
        let groups = groups(files.iter());
        groups.iter().map(|(_, files)| files.iter().map(|file| file.name.clone()).collect()).collect()
    };
    let small: Vec<DataFile> = (0..8).map(|n| file(&format!("s{n}"), 1 << 20, Some(100), 5)).collect();
    assert_eq!(names(&small).len(), 1);
    assert!(names(&small[..7]).is_empty());
    // A large file stays alone, and so does one that does not say how many rows it has.
    let mut files = vec![file("large", MOST_BYTES, Some(100), 5), file("silent", 2 << 20, None, 5)];
    files.extend(small.clone());
    assert_eq!(names(&files)[0].len(), 8);
    // Many rows in few bytes.
    let many: Vec<DataFile> = (0..9).map(|n| file(&format!("m{n}"), 1, Some(MOST_ROWS / 8), 5)).collect();
    assert_eq!(names(&many)[0].len(), 8);
    // The week before the epoch is a week of its own.
    let before: Vec<DataFile> = small
        .iter()
        .take(4)
        .map(|file| DataFile { span: file.span.map(|span| Span { first: -1, ..span }), ..file.clone() })
        .collect();
    assert!(names(&[before, small[..4].to_vec()].concat()).is_empty());
}

#[test]
fn files_are_merged_with_their_like() {
    let stretch = |first: i64, last: i64| {
        let Stretch { first_week, weeks } =
            Stretch::of(&Span { column: "occurred_at", first: first * WEEK, last: last * WEEK });
        (first_week, weeks)
    };
    assert_eq!([stretch(101, 101), stretch(101, 102)], [(101, 1); 2]);
    assert_eq!([stretch(100, 102), stretch(101, 104)], [(100, 2); 2]);
    assert_eq!([stretch(100, 104), stretch(103, 110)], [(100, 4); 2]);
    assert_eq!(stretch(100, 620), (0, 512));
    assert_eq!(stretch(-1, -1), (-1, 1));
}

#[tokio::test]
async fn a_column_that_older_files_lack_is_null_in_the_merged_one() {
    let schema = order_events().fact_schema(&[]);
    let few = schema.project(&[0, 1]).unwrap();
    let row: ArrayRef = Arc::new(arrow::array::StringArray::from(vec!["x"]));
    let batch = RecordBatch::try_new(Arc::new(few), vec![Arc::clone(&row), row]).unwrap();
    let wide = with_schema(&batch, &schema).unwrap();
    assert_eq!(wide.num_columns(), schema.fields().len());
    assert_eq!(wide.column(2).null_count(), 1);
}
