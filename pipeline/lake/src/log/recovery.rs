//! Recovery after a kill: batches without an end are rolled back.
//!
//! A batch is finished by its entry in `ingest_files`. The names of facts and rejects contain the batch, so
//! the files of a batch without an entry are known.

use std::collections::BTreeSet;

use arrow::array::AsArray;

use super::{commit::FilesToRemove, file_ledger::ingest_files_table, lake::Lake};
use crate::{
    error::LakeError,
    fail_point::fail_point,
    schema::contract::TABLES,
    storage::{DataFile, TableId, batch_of},
};

/// The batches with an entry in `ingest_files`.
pub(crate) struct FinishedBatches(BTreeSet<String>);

impl FinishedBatches {
    /// Whether a file belongs to a batch that is not finished.
    pub(crate) fn lack(&self, file: &DataFile) -> bool {
        batch_of(&file.name).is_some_and(|batch| !self.0.contains(batch))
    }
}

impl Lake {
    /// Removes the files of unfinished batches. Returns their number per table. Ingest calls it first, and
    /// then reads the same inbox again. The caller holds the lock.
    ///
    /// # Errors
    /// If the lake cannot be read or written.
    pub async fn roll_back_unfinished(&self) -> Result<Vec<(TableId, usize)>, LakeError> {
        let finished = self.finished_batches().await?;
        let facts = TABLES.iter().map(|table| TableId::facts(table.name));
        let mut rolled_back = Vec::new();
        for table in facts.chain([TableId::ledger("rejects")]) {
            let Some(head) = self.head(&table).await? else { continue };
            let unfinished = head.files.iter().filter(|file| finished.lack(file));
            let unfinished: Vec<String> = unfinished.map(|file| file.name.clone()).collect();
            if !unfinished.is_empty() {
                fail_point("batch rolled back");
                let count = unfinished.len();
                self.commit(&table, &head.schema, &[], &FilesToRemove::Named(unfinished)).await?;
                rolled_back.push((table, count));
            }
        }
        Ok(rolled_back)
    }

    pub(crate) async fn finished_batches(&self) -> Result<FinishedBatches, LakeError> {
        let mut batches = BTreeSet::new();
        if let Some(files) = self.head(&ingest_files_table()).await? {
            for array in files.read_column("batch_id")? {
                batches.extend(array.as_string::<i32>().iter().flatten().map(str::to_owned));
            }
        }
        Ok(FinishedBatches(batches))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, Order, finish, ingest, orders_at, reject, rejects, write_orders};

    #[tokio::test]
    async fn only_unfinished_batches_are_rolled_back() {
        let folder = tempfile::tempdir().unwrap();
        let lake = testing::lake(folder.path());
        assert_eq!(lake.roll_back_unfinished().await.unwrap(), []);
        ingest(&lake, "a", &[Order(0, "c1", None)]).await;
        reject(&lake, "a", &["bad"]).await;
        let head = lake.head(&testing::orders()).await.unwrap().unwrap();
        let files = ["b--01-00000.parquet", "b--01-00001.parquet", "compacted--000001x1-00000009.parquet"]
            .map(|name| write_orders(&lake, name, &[Order(1, name, None)]));
        lake.commit(&testing::orders(), &head.schema, &files, &FilesToRemove::None).await.unwrap();
        reject(&lake, "b", &["bad"]).await;
        let rolled_back = lake.roll_back_unfinished().await.unwrap();
        assert_eq!(rolled_back, [(testing::orders(), 2), (rejects(), 1)]);
        let left: Vec<String> = orders_at(&lake, None).await.into_iter().map(|(order, _)| order).collect();
        assert_eq!(left, ["c1", "compacted--000001x1-00000009.parquet"]);
        finish(&lake, "b").await;
        assert_eq!(lake.roll_back_unfinished().await.unwrap(), []);
    }
}
