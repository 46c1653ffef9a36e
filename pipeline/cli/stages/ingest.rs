//! An inbox to facts: files are read one by one and committed together.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    path::Path,
};

use anyhow::{Context, Result};
use arrow::{
    array::{Array, AsArray, RecordBatch, StringArray},
    datatypes::{Field, SchemaRef},
};
use slotcast_core::Hint;
use slotcast_ingest::{
    AttributeKinds, BatchRows, FileRefused, Inbox, InboxFile, KnownRows, Mapping, TakeIn, TakenIn,
    rejects_to_batch, take_in,
};
use slotcast_lake::{
    Lake, Part, Replace, TableId,
    contract::{ATTRIBUTE_PREFIX, ContractTable, TABLES, ingest_files_schema, rejects_schema},
};

use crate::{
    printer::Printer,
    relations::Columns,
    run_record::{Rows, RunInProgress},
};

const FILES: &str = "ingest_files";
const REJECTS: &str = "rejects";
const REASONS_SHOWN: usize = 20;

/// How an inbox is to be read.
pub(crate) struct InboxSettings<'a> {
    pub(crate) mapping: &'a Mapping,
    /// Content hash of each file of the inbox, or why it cannot be read.
    pub(crate) hashes: &'a [Result<String, String>],
    pub(crate) history: bool,
    pub(crate) strict: bool,
}

/// A file that was refused, with the table it was for.
pub(crate) struct Refusal {
    pub(crate) file: String,
    pub(crate) message: String,
}

/// The content hash of a file, or why it cannot be read. What is no regular file is not opened: a pipe
/// would keep the night waiting.
pub(crate) fn content_hash(file: &InboxFile) -> Result<String, String> {
    match std::fs::metadata(&file.path) {
        Ok(found) if found.is_file() => file.content_hash().map_err(|error| error.to_string()),
        Ok(_) => Err(format!("`{}` is no regular file", file.name)),
        Err(error) => Err(format!("`{}` cannot be read: {error}", file.name)),
    }
}

/// Hashes of the files that were ever taken in.
pub(crate) async fn known_files(lake: &Lake) -> Result<BTreeSet<String>> {
    column_of_files(lake, "content_hash").await
}

async fn column_of_files(lake: &Lake, column: &str) -> Result<BTreeSet<String>> {
    let mut values = BTreeSet::new();
    if let Some(snapshot) = lake.head(&TableId::ledger(FILES)).await? {
        for array in snapshot.read_column(column)? {
            let texts: &StringArray = array.as_string();
            values.extend(texts.iter().flatten().map(str::to_owned));
        }
    }
    Ok(values)
}

/// Facts of a batch that a killed run left unfinished go; it is read again from its files.
async fn take_back_unfinished(lake: &Lake, printer: &Printer) -> Result<()> {
    let finished = column_of_files(lake, "batch_id").await?;
    let tables = TABLES.iter().map(|table| TableId::facts(table.name));
    for table in tables.chain([TableId::ledger(REJECTS)]) {
        let Some(snapshot) = lake.head(&table).await? else { continue };
        let is_left = |name: &str| name.split_once("--").is_some_and(|(batch, _)| !finished.contains(batch));
        let left: Vec<String> =
            snapshot.files.iter().map(|file| file.name.clone()).filter(|name| is_left(name)).collect();
        if !left.is_empty() {
            printer.say(format!("taking back {} unfinished file(s) of `{table}`", left.len()));
            lake.commit(&table, &snapshot.schema, &[], &Replace::Files(left)).await?;
        }
    }
    Ok(())
}

/// Hashes of every row that the lake holds.
struct LakeRows(HashSet<[u8; 16]>);

impl KnownRows for LakeRows {
    fn contains(&self, _table: &str, row_hash: [u8; 16]) -> bool {
        // The hash covers the name of the table.
        self.0.contains(&row_hash)
    }
}

async fn known_rows(lake: &Lake) -> Result<LakeRows> {
    let mut hashes = HashSet::new();
    for table in &TABLES {
        let Some(snapshot) = lake.head(&TableId::facts(table.name)).await? else { continue };
        for array in snapshot.read_column("row_hash")? {
            let values = array.as_binary::<i32>();
            for row in 0..values.len() {
                hashes.insert(values.value(row).try_into().context("a row hash has 16 bytes")?);
            }
        }
    }
    Ok(LakeRows(hashes))
}

/// What a batch has written and not committed.
#[derive(Default)]
struct Uncommitted {
    parts: BTreeMap<&'static str, Vec<Part>>,
    kinds: AttributeKinds,
    attributes: BTreeMap<&'static str, BTreeMap<String, Field>>,
    rejects: Vec<RecordBatch>,
    taken: Vec<TakenIn>,
}

pub(crate) async fn ingest(
    run: &mut RunInProgress,
    printer: &Printer,
    inbox: &Inbox,
    settings: &InboxSettings<'_>,
) -> Result<(Vec<Refusal>, Rows)> {
    let lake = run.lake.clone();
    take_back_unfinished(&lake, printer).await?;
    for name in &inbox.unmatched {
        printer.say(format!("{name}: no table wants it, left alone"));
    }
    let known = known_files(&lake).await?;
    let rows = known_rows(&lake).await?;
    let mut batch_rows = BatchRows::default();
    let mut batch = Uncommitted::default();
    for table in &TABLES {
        if let Some(head) = lake.head(&TableId::facts(table.name)).await? {
            batch.kinds.learn(table.name, &head.schema);
            batch.learn(table.name, &head.schema);
        }
    }
    let mut refusals = Vec::new();
    for (number, (file, hash)) in inbox.files.iter().zip(settings.hashes).enumerate() {
        let hash = match hash {
            Ok(hash) => hash,
            Err(message) => {
                printer.error(
                    &format!("file refused: {message}"),
                    &["mend it or take it out of the inbox".to_owned()],
                );
                refusals.push(Refusal { file: file.name.clone(), message: message.clone() });
                continue;
            }
        };
        if known.contains(hash) {
            printer.say(format!("{}: known already", file.name));
            continue;
        }
        let take = TakeIn {
            batch_id: run.run_id.clone(),
            now: run.taken_at,
            history: settings.history,
            strict: settings.strict,
            attribute_kinds: batch.kinds.clone(),
        };
        match take_in(file, settings.mapping, &take, &rows, &mut batch_rows) {
            Ok(taken) => {
                say_account(printer, &taken);
                batch.write(&lake, run, number, taken)?;
            }
            Err(refused) => {
                refusals.push(say_refusal(printer, &file.name, &refused));
            }
        }
    }
    let accepted = batch.commit(&lake, run).await?;
    name_heads(&lake, run).await?;
    Ok((refusals, Rows { taken_in: inbox.files.len(), given_out: accepted }))
}

impl Uncommitted {
    fn learn(&mut self, table: &'static str, schema: &SchemaRef) {
        for field in schema.fields().iter().filter(|field| field.name().starts_with(ATTRIBUTE_PREFIX)) {
            let known = self.attributes.entry(table).or_default();
            known.insert(field.name().clone(), Field::new(field.name(), field.data_type().clone(), true));
        }
    }

    fn write(&mut self, lake: &Lake, run: &RunInProgress, number: usize, mut taken: TakenIn) -> Result<()> {
        let batch_id = run.run_id.as_str();
        taken.teach(&mut self.kinds);
        if !taken.rejects.is_empty() {
            self.rejects.push(rejects_to_batch(&taken.file, &taken.rejects, batch_id, run.taken_at));
        }
        // Two targets of one file may differ in their attributes: one part a batch of facts.
        for (index, (table, facts)) in std::mem::take(&mut taken.facts).into_iter().enumerate() {
            if facts.num_rows() == 0 {
                continue;
            }
            self.learn(table.name, &facts.schema());
            let name = format!("{batch_id}--{number:05}-{index:03}.parquet");
            let id = TableId::facts(table.name);
            let part = lake.write_part(&id, &name, &facts.schema(), &[facts])?;
            self.parts.entry(table.name).or_default().push(part);
        }
        self.taken.push(taken);
        Ok(())
    }

    /// Commits table by table, and last the files: that entry finishes the batch.
    async fn commit(self, lake: &Lake, run: &RunInProgress) -> Result<usize> {
        let batch_id = run.run_id.as_str();
        for (name, parts) in &self.parts {
            let table = ContractTable::named(name).context("a table of the contract")?;
            let attributes: Vec<Field> =
                self.attributes.get(name).into_iter().flat_map(|known| known.values().cloned()).collect();
            let schema = table.fact_schema(&attributes);
            lake.commit(&TableId::facts(name), &schema, parts, &Replace::Nothing).await?;
        }
        if !self.rejects.is_empty() {
            append(lake, batch_id, REJECTS, &rejects_schema(), &self.rejects).await?;
        }
        if !self.taken.is_empty() {
            let files = files_batch(run, &self.taken)?;
            append(lake, batch_id, FILES, &ingest_files_schema(), &[files]).await?;
        }
        Ok(self.taken.iter().map(|taken| taken.account.accepted as usize).sum())
    }
}

/// Names the newest version of everything that ingest writes, also where an earlier attempt wrote
/// it; the ledgers exist from the first batch on, if only empty.
async fn name_heads(lake: &Lake, run: &mut RunInProgress) -> Result<()> {
    for (name, schema) in [(FILES, ingest_files_schema()), (REJECTS, rejects_schema())] {
        let id = TableId::ledger(name);
        if lake.head(&id).await?.is_none() {
            lake.commit(&id, &schema, &[], &Replace::Nothing).await?;
        }
    }
    let facts = TABLES.iter().map(|table| TableId::facts(table.name));
    for id in facts.chain([TableId::ledger(FILES), TableId::ledger(REJECTS)]) {
        if let Some(head) = lake.head(&id).await? {
            run.tables.insert(id.to_string(), head.version);
        }
    }
    Ok(())
}

async fn append(
    lake: &Lake,
    batch_id: &str,
    name: &str,
    schema: &SchemaRef,
    batches: &[RecordBatch],
) -> Result<()> {
    let id = TableId::ledger(name);
    let part = lake.write_part(&id, &format!("{batch_id}--{name}.parquet"), schema, batches)?;
    lake.commit(&id, schema, &[part], &Replace::Nothing).await?;
    Ok(())
}

fn files_batch(run: &RunInProgress, taken: &[TakenIn]) -> Result<RecordBatch> {
    let count = |value: fn(&TakenIn) -> u64| taken.iter().map(move |taken| value(taken) as usize);
    let rows = Columns::default()
        .text("batch_id", taken.iter().map(|_| run.run_id.clone()))
        .text("file", taken.iter().map(|taken| taken.file.clone()))
        .text("content_hash", taken.iter().map(|taken| taken.content_hash.clone()))
        .count("read", count(|taken| taken.account.read))
        .count("accepted", count(|taken| taken.account.accepted))
        .count("rejected", count(|taken| taken.account.rejected))
        .count("repeats", count(|taken| taken.account.repeats))
        .count("filtered", count(|taken| taken.account.filtered))
        .instant("known_at", taken.iter().map(|_| run.taken_at))
        .batch()?;
    Ok(RecordBatch::try_new(ingest_files_schema(), rows.columns().to_vec())?)
}

fn say_account(printer: &Printer, taken: &TakenIn) {
    let account = &taken.account;
    printer.say(format!(
        "{}: read {} = accepted {} + rejected {} + repeats {} + filtered {}",
        taken.file, account.read, account.accepted, account.rejected, account.repeats, account.filtered
    ));
    for (reason, rows) in &taken.filtered_by {
        printer.say(format!("  filtered, {reason}: {rows}"));
    }
    let mut reasons: BTreeMap<(&str, &str), (usize, u64)> = BTreeMap::new();
    for reject in &taken.rejects {
        let column = reject.column_name.as_deref().unwrap_or("-");
        let entry = reasons.entry((reject.reason.code(), column)).or_insert((0, reject.line));
        entry.0 += 1;
    }
    for ((reason, column), (rows, line)) in reasons.iter().take(REASONS_SHOWN) {
        printer.say(format!("  rejected, {reason} in {column}: {rows}, first on line {line}"));
    }
    if !taken.extra_columns.is_empty() {
        printer.say(format!("  columns that nothing reads: {}", taken.extra_columns.join(", ")));
    }
}

fn say_refusal(printer: &Printer, file: &str, refused: &FileRefused) -> Refusal {
    printer.error(&format!("file refused: {refused}"), &refused.hint().into_iter().collect::<Vec<_>>());
    Refusal { file: file.to_owned(), message: refused.to_string() }
}

/// Reads a mapping, or takes the contract's own shape.
pub(crate) fn mapping(path: Option<&Path>, zone: slotcast_core::Tz) -> Result<(Mapping, String)> {
    let Some(path) = path else { return Ok((Mapping::contract(zone), String::new())) };
    let text = std::fs::read_to_string(path).map_err(|error| {
        crate::failure::UserError::new(
            format!("cannot read mapping `{}`: {error}", path.display()),
            "name an existing file with `--source MAPPING.toml`",
        )
    })?;
    let mapping = Mapping::parse(&text, &path.display().to_string())?;
    Ok((mapping, text))
}

/// The tables that some refused files were for: those of the contract whose name begins their path.
pub(crate) fn refused_tables(refusals: &[Refusal]) -> BTreeSet<&str> {
    refusals.iter().filter_map(|refusal| refusal.file.split_once('/')).map(|(table, _)| table).collect()
}
