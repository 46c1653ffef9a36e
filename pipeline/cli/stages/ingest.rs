//! An inbox to facts: its files make one batch, which is committed together.

use std::{
    collections::BTreeSet,
    fmt,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

use anyhow::Result;
use arrow::{
    array::{AsArray, RecordBatch},
    datatypes::{Int64Type, SchemaRef},
};
use slotcast_core::Hint;
use slotcast_ingest::{
    Account, AttributeKinds, Batch, FileRefused, Inbox, InboxFile, Mapping, TakenIn, rejects_to_batch,
    take_in,
};
use slotcast_lake::{
    FactWriter, Lake, Replace, TableId, Written,
    contract::{TABLES, ingest_files_schema, rejects_schema},
};

use super::account::{say_accounts, say_known, say_rejects};
use crate::{
    printer::Printer,
    relations::Columns,
    run_record::{Rows, RunInProgress},
};

const FILES: &str = "ingest_files";
const REJECTS: &str = "rejects";

/// Bytes of facts that are gathered before they are written.
const ROOM: usize = 192 << 20;

/// How an inbox is to be read.
pub(crate) struct InboxSettings<'a> {
    pub(crate) mapping: &'a Mapping,
    /// By what each file of the inbox is known, or why it cannot be read.
    pub(crate) known_by: &'a [Result<KnownBy, String>],
    pub(crate) history: bool,
    pub(crate) strict: bool,
}

/// A file that was refused, with the table it was for.
pub(crate) struct Refusal {
    pub(crate) file: String,
    pub(crate) message: String,
}

/// By what a file is known: its bytes, and the way in which they are read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KnownBy {
    pub(crate) content_hash: String,
    pub(crate) way_of_reading: String,
}

impl fmt::Display for KnownBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.content_hash, self.way_of_reading)
    }
}

/// The content hash of a file, or why it cannot be read. What is no regular file is not opened: a pipe
/// would keep the night waiting.
fn content_hash(file: &InboxFile) -> Result<String, String> {
    match std::fs::metadata(&file.path) {
        Ok(found) if found.is_file() => file.content_hash().map_err(|error| error.to_string()),
        Ok(_) => Err(format!("`{}` is no regular file", file.name)),
        Err(error) => Err(format!("`{}` cannot be read: {error}", file.name)),
    }
}

/// The content hash of each file, side by side.
pub(crate) fn content_hashes(files: &[InboxFile]) -> Vec<Result<String, String>> {
    let next = AtomicUsize::new(0);
    let hash = || {
        let mut found = Vec::new();
        while let number = next.fetch_add(1, Ordering::Relaxed)
            && let Some(file) = files.get(number)
        {
            found.push((number, content_hash(file)));
        }
        found
    };
    let mut hashes: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads()).map(|_| scope.spawn(hash)).collect();
        let join =
            |thread: std::thread::ScopedJoinHandle<'_, _>| thread.join().expect("hashing does not panic");
        threads.into_iter().flat_map(join).collect()
    });
    hashes.sort_by_key(|(number, _)| *number);
    hashes.into_iter().map(|(_, hash)| hash).collect()
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The files that were ever taken in.
pub(crate) async fn known_files(lake: &Lake) -> Result<BTreeSet<KnownBy>> {
    let mut known = BTreeSet::new();
    if let Some(snapshot) = lake.head(&TableId::ledger(FILES)).await? {
        for batch in snapshot.read()? {
            let text = |name: &str| batch.column_by_name(name).and_then(|own| own.as_string_opt::<i32>());
            let (hashes, ways) = (text("content_hash"), text("way_of_reading"));
            let pairs = hashes.into_iter().flatten().zip(ways.into_iter().flatten());
            known.extend(pairs.filter_map(|(hash, way)| {
                Some(KnownBy { content_hash: hash?.to_owned(), way_of_reading: way?.to_owned() })
            }));
        }
    }
    Ok(known)
}

/// Finishes what killed processes left: half a batch is taken back, half an erasure is done.
async fn tidy_up(lake: &Lake, printer: &Printer) -> Result<()> {
    for (table, files) in lake.take_back_unfinished().await? {
        printer.say(format!("taking back {files} unfinished file(s) of `{table}`"));
    }
    match lake.finish_erasures().await? {
        0 => {}
        erasures => printer.say(format!("finished {erasures} erasure(s) that were begun")),
    }
    Ok(())
}

/// The number of the first file that this batch takes in.
async fn first_origin(lake: &Lake) -> Result<i64> {
    let Some(snapshot) = lake.head(&TableId::ledger(FILES)).await? else { return Ok(0) };
    let arrays = snapshot.read_column("origin")?;
    let last = arrays.iter().filter_map(|array| arrow::compute::max(array.as_primitive::<Int64Type>())).max();
    Ok(last.map_or(0, |last| last + 1))
}

pub(crate) async fn ingest(
    run: &mut RunInProgress,
    printer: &Printer,
    inbox: &Inbox,
    settings: &InboxSettings<'_>,
) -> Result<(Vec<Refusal>, Rows)> {
    let lake = run.lake.clone();
    tidy_up(&lake, printer).await?;
    for name in &inbox.unmatched {
        printer.say(format!("{name}: no table wants it, left alone"));
    }
    let known = known_files(&lake).await?;
    let (mut refusals, mut known_already) = (Vec::new(), Vec::new());
    let (mut files, mut keys): (Vec<InboxFile>, Vec<&KnownBy>) = (Vec::new(), Vec::new());
    for (file, key) in inbox.files.iter().zip(settings.known_by) {
        match key {
            Err(message) => {
                let hint = "mend it or take it out of the inbox".to_owned();
                printer.error(&format!("file refused: {message}"), &[hint]);
                refusals.push(Refusal { file: file.name.clone(), message: message.clone() });
            }
            Ok(key) if known.contains(key) => known_already.push(&file.name),
            Ok(key) if keys.contains(&key) => {
                printer
                    .say(format!("{}: the same bytes as an earlier file, read in the same way", file.name));
            }
            Ok(key) => {
                files.push(file.clone());
                keys.push(key);
            }
        }
    }
    say_known(printer, &known_already);
    let accepted = take_in_files(run, printer, (&files, &keys), settings, &mut refusals).await?;
    for compacted in lake.compact_facts().await? {
        printer.detail(format!(
            "  {}: {} small files became {}",
            compacted.table, compacted.files_before, compacted.files_after
        ));
    }
    name_heads(&lake, run).await?;
    Ok((refusals, Rows { taken_in: inbox.files.len(), given_out: accepted }))
}

async fn take_in_files(
    run: &RunInProgress,
    printer: &Printer,
    (files, keys): (&[InboxFile], &[&KnownBy]),
    settings: &InboxSettings<'_>,
    refusals: &mut Vec<Refusal>,
) -> Result<usize> {
    let lake = &run.lake;
    let heads = lake.facts().await?;
    let mut attribute_kinds = AttributeKinds::default();
    heads.iter().for_each(|head| attribute_kinds.learn(&head.table.name, &head.schema));
    let pseudonyms = lake.pseudonyms().await?;
    let batch = Batch {
        now: run.taken_at,
        history: settings.history,
        strict: settings.strict,
        attribute_kinds,
        first_origin: first_origin(lake).await?,
        pseudonyms: &pseudonyms,
        threads: threads(),
        room: ROOM,
    };
    let writer = FactWriter::new(lake, &run.run_id, run.attempt(), &heads);
    let taken = {
        let progress = printer.progress(files.iter().map(InboxFile::bytes).sum());
        take_in(files, settings.mapping, &batch, &writer, &progress)
    };
    let taken = taken.inspect_err(|_| {
        // The error at hand is the one to report. What cannot be removed now, `vacuum` finds.
        let _ = writer.start_over();
    })?;
    let mut taken_in = Vec::new();
    for (number, ((taken, file), key)) in taken.into_iter().zip(files).zip(keys).enumerate() {
        match taken {
            Ok(taken) => {
                let origin = batch.first_origin + number as i64;
                taken_in.push((taken, origin, (*key).clone()));
            }
            Err(refused) => refusals.push(say_refusal(printer, &file.name, &refused)),
        }
    }
    say_accounts(printer, &taken_in.iter().map(|(taken, ..)| taken).collect::<Vec<_>>());
    say_rejects(printer, run.lake.layout().root(), taken_in.iter().map(|(taken, ..)| taken));
    commit(run, writer.into_written(), &taken_in).await?;
    Ok(taken_in.iter().map(|(taken, ..)| taken.account.accepted as usize).sum())
}

/// A file taken in, its origin, and by what it is known.
type TakenFile = (TakenIn, i64, KnownBy);

/// Commits table by table, and last the files: that entry finishes the batch.
async fn commit(run: &RunInProgress, written: Written, taken: &[TakenFile]) -> Result<()> {
    let lake = &run.lake;
    for (name, (schema, parts)) in &written {
        lake.commit(&TableId::facts(name), schema, parts, &Replace::Nothing).await?;
    }
    let batches: Vec<RecordBatch> = taken
        .iter()
        .filter(|(taken, ..)| !taken.rejects.is_empty())
        .map(|(taken, ..)| rejects_to_batch(&taken.file, &taken.rejects, &run.run_id, run.taken_at))
        .collect();
    if !batches.is_empty() {
        append(run, REJECTS, &rejects_schema(), &batches).await?;
    }
    if !taken.is_empty() {
        append(run, FILES, &ingest_files_schema(), &[files_batch(run, taken)?]).await?;
    }
    Ok(())
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
            run.name_version(id.to_string(), head.version);
        }
    }
    Ok(())
}

async fn append(run: &RunInProgress, name: &str, schema: &SchemaRef, batches: &[RecordBatch]) -> Result<()> {
    let id = TableId::ledger(name);
    let file = format!("{}--{:02}-{name}.parquet", run.run_id, run.attempt());
    let part = run.lake.write_part(&id, &file, batches)?;
    run.lake.commit(&id, schema, &[part], &Replace::Nothing).await?;
    Ok(())
}

fn files_batch(run: &RunInProgress, taken: &[TakenFile]) -> Result<RecordBatch> {
    let count =
        |value: fn(&Account) -> u64| taken.iter().map(move |(taken, ..)| value(&taken.account) as usize);
    let rows = Columns::default()
        .text("batch_id", taken.iter().map(|_| run.run_id.clone()))
        .count("origin", taken.iter().map(|(_, origin, _)| *origin as usize))
        .text("file", taken.iter().map(|(taken, ..)| taken.file.clone()))
        .text("content_hash", taken.iter().map(|(.., key)| key.content_hash.clone()))
        .text("way_of_reading", taken.iter().map(|(.., key)| key.way_of_reading.clone()))
        .count("read", count(|account| account.read))
        .count("accepted", count(|account| account.accepted))
        .count("rejected", count(|account| account.rejected))
        .count("repeats", count(|account| account.repeats))
        .count("filtered", count(|account| account.filtered))
        .instant("known_at", taken.iter().map(|_| run.taken_at))
        .batch()?;
    Ok(RecordBatch::try_new(ingest_files_schema(), rows.columns().to_vec())?)
}

fn say_refusal(printer: &Printer, file: &str, refused: &FileRefused) -> Refusal {
    printer.error(&format!("file refused: {refused}"), &refused.hint().into_iter().collect::<Vec<_>>());
    // What is kept and published names no customer.
    Refusal { file: file.to_owned(), message: refused.without_raw() }
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
