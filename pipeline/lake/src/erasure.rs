//! Forgetting a customer.
//!
//! ```text
//! requested --> files without the customer --> one commit a table --> old files removed --> done
//!     |
//!     +-- from here on the door takes the customer in as nobody
//! ```
//!
//! The facts stay: what was ordered does not change, only by whom. Every data file of the lake that
//! names the customer is rewritten, also those that only older versions name, and the new file
//! stands for the old one in them (`file_names`). So older runs stay readable, and none of them
//! tells who the customer was. Only other tools that read an older version straight from the Delta
//! log miss files. Relations, exports and `published/` carry no customer.
//!
//! A process killed on the way leaves the request; [`Lake::finish_erasures`] takes it up again.

use std::{collections::BTreeSet, sync::Arc};

use arrow::{
    array::{ArrayRef, AsArray, BinaryArray, BooleanArray, RecordBatch},
    compute::{nullif, or},
};
use slotcast_core::{DateTime, Utc};

use crate::{
    contract::{ContractTable, TABLES},
    erasure_ledger::ErasureRow,
    error::LakeError,
    file_names::{is_unfinished, parquet_files, without_customer},
    layout::TableId,
    parquet_file::{Part, Span, flush_part, read_column, read_part, sync_folder, write_rows},
    privacy::Pseudonyms,
    steps::step,
    store::{Lake, Replace},
    symlinks::refuse_symlinks,
};

const CUSTOMER: &str = "customer_id";
const RAW: &str = "raw";
/// The pseudonym beside a rejected row.
const REJECTED_CUSTOMER: &str = "customer";

/// What is left of a customer who was forgotten: how much there had been.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erasure {
    /// How many orders carried the customer.
    pub orders: usize,
    /// How many facts lost their customer.
    pub facts_changed: usize,
    /// How many rejected rows lost their text.
    pub rejects_emptied: usize,
}

/// A table in which customers are named.
struct Place {
    table: TableId,
    /// The columns that name them.
    columns: &'static [&'static str],
    /// The column of time, where the table holds facts.
    time: Option<&'static str>,
}

/// A file that takes the place of another.
struct Rewritten {
    old: String,
    new: Part,
}

/// Who is to be forgotten, and what was found of them in the newest version.
struct Search<'a> {
    names: &'a Pseudonyms,
    wanted: BTreeSet<String>,
    facts: usize,
    rejects: usize,
    orders: BTreeSet<String>,
}

impl Lake {
    /// Forgets a customer. It may be asked for again, and then finds what came since: rows that
    /// ingest rejected. The caller holds the lock.
    ///
    /// # Errors
    /// When the lake cannot be written; the next erasure goes on where this one stopped.
    pub async fn forget(&self, customer_id: &str, at: DateTime<Utc>) -> Result<Erasure, LakeError> {
        // Told before the request is written down: each ingest would stop at it.
        self.refuse_linked_places()?;
        self.finish_erasures().await?;
        let pseudonym = self.pseudonyms().await?.ever_of(customer_id);
        let mut rows = self.erasures().await?;
        rows.push(ErasureRow {
            erased_at: at,
            pseudonym,
            is_done: false,
            facts_changed: 0,
            rejects_emptied: 0,
        });
        self.record_erasures(&rows).await?;
        step("erasure requested");
        self.erase(&mut rows).await
    }

    /// Ends what a killed process left of an erasure; how many that were. The caller holds the lock.
    ///
    /// # Errors
    /// When the lake cannot be written.
    pub async fn finish_erasures(&self) -> Result<usize, LakeError> {
        let mut rows = self.erasures().await?;
        let left = rows.iter().filter(|row| !row.is_done).count();
        if left > 0 {
            self.erase(&mut rows).await?;
        }
        Ok(left)
    }

    /// Erases the customer of the request that is not done. There is no second: the next one is not
    /// written down before this one is done.
    async fn erase(&self, rows: &mut [ErasureRow]) -> Result<Erasure, LakeError> {
        self.refuse_linked_places()?;
        let names = self.pseudonyms().await?;
        let wanted = rows.iter().filter(|row| !row.is_done).map(|row| row.pseudonym.clone()).collect();
        let mut search = Search { names: &names, wanted, facts: 0, rejects: 0, orders: BTreeSet::new() };
        for place in places() {
            self.erase_from(&place, &mut search).await?;
        }
        for row in rows.iter_mut().filter(|row| !row.is_done) {
            row.is_done = true;
            row.facts_changed = i64::try_from(search.facts).unwrap_or(i64::MAX);
            row.rejects_emptied = i64::try_from(search.rejects).unwrap_or(i64::MAX);
        }
        self.record_erasures(rows).await?;
        step("erasure done");
        Ok(Erasure {
            orders: search.orders.len(),
            facts_changed: search.facts,
            rejects_emptied: search.rejects,
        })
    }

    /// Files behind a symbolic link are not the lake's to rewrite and remove.
    fn refuse_linked_places(&self) -> Result<(), LakeError> {
        places()
            .iter()
            .try_for_each(|place| refuse_symlinks(self.layout(), &self.layout().table(&place.table)))
    }

    async fn erase_from(&self, place: &Place, search: &mut Search<'_>) -> Result<(), LakeError> {
        let Some(head) = self.head(&place.table).await? else { return Ok(()) };
        let folder = self.layout().table(&place.table);
        remove_unfinished(&folder)?;
        let is_seen = |name: &str| head.files.iter().any(|file| file.name == name);
        let mut taken = parquet_files(&folder);
        let mut rewritten = Vec::new();
        for old in taken.clone() {
            let is_seen = is_seen(&old);
            let path = folder.join(&old);
            match search.is_named_in(place, &path) {
                Ok(false) => continue,
                Ok(_) => {}
                // A killed process may leave a file that no log names and that is not whole; it may
                // still name the customer.
                Err(LakeError::Parquet(_) | LakeError::Arrow(_)) if !is_seen => {
                    std::fs::remove_file(&path).map_err(LakeError::io("remove", &path))?;
                    continue;
                }
                Err(error) => return Err(error),
            }
            let name = without_customer(&old, &taken);
            let mut span = None;
            let reader = read_part(&path)?;
            let schema = reader.schema();
            let rows = reader.map(|batch| {
                let batch = search.without(place, &batch?, is_seen)?;
                span = place.time.and_then(|time| Span::over(span, time, &batch));
                Ok(batch)
            });
            let part = write_rows(&folder, &name, &schema, rows)?;
            taken.push(name);
            rewritten.push((is_seen, Rewritten { old, new: Part { span, ..part } }));
        }
        for (_, file) in &rewritten {
            flush_part(&folder, &file.new.name)?;
        }
        step("files without the customer written");
        let seen: Vec<&Rewritten> =
            rewritten.iter().filter(|(seen, _)| *seen).map(|(_, file)| file).collect();
        if seen.is_empty() {
            sync_folder(&folder)?;
        } else {
            let adds: Vec<Part> = seen.iter().map(|file| file.new.clone()).collect();
            let removes = seen.iter().map(|file| file.old.clone()).collect();
            self.commit(&place.table, &head.schema, &adds, &Replace::Files(removes)).await?;
        }
        for (_, file) in &rewritten {
            step("file of the customer removed");
            let path = folder.join(&file.old);
            std::fs::remove_file(&path).map_err(LakeError::io("remove", &path))?;
        }
        if rewritten.is_empty() { Ok(()) } else { sync_folder(&folder) }
    }
}

impl Search<'_> {
    /// Whether a file names somebody who is to be forgotten.
    fn is_named_in(&self, place: &Place, path: &std::path::Path) -> Result<bool, LakeError> {
        let paths = [path.to_path_buf()];
        for column in place.columns {
            if read_column(&paths, column)?.iter().any(|own| self.named(column, own).true_count() > 0) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Row by row, whether it names somebody who is to be forgotten.
    fn named(&self, column_name: &str, column: &ArrayRef) -> BooleanArray {
        if column_name == RAW {
            let raw = column.as_binary::<i32>();
            raw.iter()
                .map(|raw| Some(raw.is_some_and(|raw| self.names.names_any(raw, &self.wanted))))
                .collect()
        } else {
            let customers = column.as_string::<i32>();
            customers.iter().map(|one| Some(one.is_some_and(|one| self.wanted.contains(one)))).collect()
        }
    }

    /// The rows of a batch without the customer: facts lose the name, rejected rows their text.
    fn without(
        &mut self,
        place: &Place,
        batch: &RecordBatch,
        is_seen: bool,
    ) -> Result<RecordBatch, LakeError> {
        let mut named = BooleanArray::from(vec![false; batch.num_rows()]);
        for name in place.columns {
            if let Some(column) = batch.column_by_name(name) {
                named = or(&named, &self.named(name, column))?;
            }
        }
        if is_seen {
            let count = if place.time.is_some() { &mut self.facts } else { &mut self.rejects };
            *count += named.true_count();
            let orders = batch.column_by_name("order_id").and_then(|column| column.as_string_opt::<i32>());
            let of_customer = orders.into_iter().flat_map(|orders| orders.iter().zip(&named));
            let of_customer = of_customer.filter(|(_, named)| *named == Some(true));
            self.orders.extend(of_customer.filter_map(|(order, _)| order.map(str::to_owned)));
        }
        let mut columns = batch.columns().to_vec();
        for (field, column) in batch.schema().fields().iter().zip(&mut columns) {
            match field.name().as_str() {
                // The text of a row is never null.
                RAW => {
                    let raw = column.as_binary::<i32>().iter().zip(&named);
                    let emptied =
                        raw.map(|(raw, named)| if named == Some(true) { Some(&[][..]) } else { raw });
                    *column = Arc::new(emptied.collect::<BinaryArray>());
                }
                name if place.columns.contains(&name) => *column = nullif(column, &named)?,
                _ => {}
            }
        }
        Ok(RecordBatch::try_new(batch.schema(), columns)?)
    }
}

fn places() -> Vec<Place> {
    let names_customers = |table: &&ContractTable| table.column(CUSTOMER).is_some();
    let facts = TABLES.iter().filter(names_customers).map(|table| Place {
        table: TableId::facts(table.name),
        columns: &[CUSTOMER],
        time: Some(table.time()),
    });
    let rejects = Place { table: TableId::ledger("rejects"), columns: &[RAW, REJECTED_CUSTOMER], time: None };
    facts.chain([rejects]).collect()
}

/// Files under construction, left by a killed process: nobody else writes now.
fn remove_unfinished(folder: &std::path::Path) -> Result<(), LakeError> {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if is_unfinished(&name.to_string_lossy()) {
            let path = entry.path();
            std::fs::remove_file(&path).map_err(LakeError::io("remove", &path))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
