//! Batches that a killed process left unfinished.
//!
//! A batch is finished by its entry in the ledger of files. Facts and rejects carry the batch in the
//! names of their files, so those of a batch without an entry are known, and taken back.

use std::collections::BTreeSet;

use arrow::array::AsArray;

use crate::{
    contract::TABLES,
    error::LakeError,
    file_names::batch_of,
    layout::TableId,
    snapshot::DataFile,
    steps::step,
    store::{Lake, Replace},
};

/// The batches that are finished.
pub(crate) struct Finished(BTreeSet<String>);

impl Finished {
    /// Whether a file belongs to a batch that is not finished.
    pub(crate) fn lacks(&self, file: &DataFile) -> bool {
        batch_of(&file.name).is_some_and(|batch| !self.0.contains(batch))
    }
}

impl Lake {
    /// Removes what unfinished batches brought: from each table, how many files. Ingest calls it
    /// before it starts, and reads their inbox again. The caller holds the lock.
    ///
    /// # Errors
    /// When the lake cannot be read or written.
    pub async fn take_back_unfinished(&self) -> Result<Vec<(TableId, usize)>, LakeError> {
        let finished = self.finished_batches().await?;
        let facts = TABLES.iter().map(|table| TableId::facts(table.name));
        let mut taken_back = Vec::new();
        for table in facts.chain([TableId::ledger("rejects")]) {
            let Some(head) = self.head(&table).await? else { continue };
            let left = head.files.iter().filter(|file| finished.lacks(file));
            let left: Vec<String> = left.map(|file| file.name.clone()).collect();
            if !left.is_empty() {
                step("batch taken back");
                let count = left.len();
                self.commit(&table, &head.schema, &[], &Replace::Files(left)).await?;
                taken_back.push((table, count));
            }
        }
        Ok(taken_back)
    }

    pub(crate) async fn finished_batches(&self) -> Result<Finished, LakeError> {
        let mut batches = BTreeSet::new();
        if let Some(files) = self.head(&TableId::ledger("ingest_files")).await? {
            for array in files.read_column("batch_id")? {
                batches.extend(array.as_string::<i32>().iter().flatten().map(str::to_owned));
            }
        }
        Ok(Finished(batches))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, Order, finish, orders_at, reject, rejects, take_in, write_orders};

    #[tokio::test]
    async fn only_what_a_batch_without_an_entry_brought_is_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let lake = testing::lake(folder.path());
        assert_eq!(lake.take_back_unfinished().await.unwrap(), []);
        take_in(&lake, "a", &[Order(0, "c1", None)]).await;
        reject(&lake, "a", &["bad"]).await;
        let head = lake.head(&testing::orders()).await.unwrap().unwrap();
        let parts = ["b--01-00000.parquet", "b--01-00001.parquet", "compacted--000001x1-00000009.parquet"]
            .map(|name| write_orders(&lake, name, &[Order(1, name, None)]));
        lake.commit(&testing::orders(), &head.schema, &parts, &Replace::Nothing).await.unwrap();
        reject(&lake, "b", &["bad"]).await;
        let taken_back = lake.take_back_unfinished().await.unwrap();
        assert_eq!(taken_back, [(testing::orders(), 2), (rejects(), 1)]);
        let left: Vec<String> = orders_at(&lake, None).await.into_iter().map(|(order, _)| order).collect();
        assert_eq!(left, ["c1", "compacted--000001x1-00000009.parquet"]);
        finish(&lake, "b").await;
        assert_eq!(lake.take_back_unfinished().await.unwrap(), []);
    }
}
