//! One attempt at reading all files of a batch, in parallel.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use slotcast_lake::{FactWriter, LakeError};

use crate::{
    batch::{
        error_rate::check_error_rate,
        gather::Provenance,
        lookup_cache::LookupCache,
        part_writer::PartWriter,
        replaced_rows::AcceptedRows,
        settings::Batch,
        week_buffer::{BatchStopped, WeekBuffer},
    },
    mapping::{
        attributes::{AttributeKinds, KindInference},
        source_mapping::Mapping,
    },
    report::{
        file_error::FileError, lookup_report::LookupReport, progress::Progress, read_report::ReadReport,
    },
    source::{
        file::InboxFile, file_layout::FileLayout, panic_guard::guarded, record::NextRecord,
        record_reader::RecordReader,
    },
    transform::{
        fact_chunk::FactChunk, file_reader::FileReader, partial_cancellations::PartialCancellations,
        plan::FilePlan,
    },
    values::number_format::NumberFormat,
};

/// Bytes of facts that a thread buffers from a file before its end.
const MAX_BUFFERED_BYTES: usize = 24 << 20;

/// A file that was read to its end.
pub(crate) struct FileRead {
    pub(crate) report: ReadReport,
    /// Columns that no expression reads.
    pub(crate) extra_columns: Vec<String>,
    /// Encoding, if it is not UTF-8.
    pub(crate) encoding: Option<&'static str>,
    /// Lines for the account of the file.
    pub(crate) notes: Vec<String>,
    pub(crate) lookups: Vec<LookupReport>,
    pub(crate) partial_cancellations: PartialCancellations,
}

/// Result of a file; none if an earlier attempt refused it.
type FileResult = Option<Result<FileRead, FileError>>;

/// One attempt at reading all files of a batch, without the files refused earlier.
pub(crate) struct Attempt<'a> {
    files: &'a [InboxFile],
    mapping: &'a Mapping,
    batch: &'a Batch<'a>,
    progress: &'a dyn Progress,
    refused: &'a [Option<FileError>],
    lookups: &'a LookupCache<'a>,
    /// Next file to open, and the attributes after the files before it.
    next: Mutex<(usize, AttributeKinds)>,
    must_start_over: AtomicBool,
}

impl<'a> Attempt<'a> {
    pub(crate) fn new(
        files: &'a [InboxFile],
        mapping: &'a Mapping,
        batch: &'a Batch<'a>,
        progress: &'a dyn Progress,
        refused: &'a [Option<FileError>],
        lookups: &'a LookupCache<'a>,
    ) -> Self {
        let next = Mutex::new((0, batch.attribute_kinds.clone()));
        let must_start_over = AtomicBool::new(false);
        Self { files, mapping, batch, progress, refused, lookups, next, must_start_over }
    }

    /// Returns whether a refused file left facts or attributes in the batch.
    pub(crate) fn must_start_over(&self) -> bool {
        self.must_start_over.load(Ordering::Relaxed)
    }

    /// Reads all files.
    pub(crate) fn run(
        &self,
        writer: &FactWriter,
        accepted_rows: &[Mutex<AcceptedRows>],
    ) -> Result<Vec<FileResult>, LakeError> {
        let part_writer = PartWriter {
            writer,
            seed: self.batch.pseudonyms.seed(),
            provenance: Provenance {
                now: self.batch.now.timestamp_micros(),
                history: self.batch.history,
                first_source_file_id: self.batch.first_source_file_id,
            },
            retracted_files: &self.batch.retracted_files,
            accepted_rows,
        };
        let write = |task| part_writer.write(task);
        let threads = self.batch.threads.max(1);
        let buffer = WeekBuffer::new(self.batch.memory_budget, threads, &write);
        let results: Vec<Mutex<FileResult>> = self.files.iter().map(|_| Mutex::new(None)).collect();
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(|| self.read_files(&buffer, &results));
            }
            self.read_files(&buffer, &results);
        });
        match buffer.into_error() {
            Some(error) => Err(error),
            None => Ok(results
                .into_iter()
                .map(|result| result.into_inner().unwrap_or_else(PoisonError::into_inner))
                .collect()),
        }
    }

    /// Reads files until none is left. The buffer keeps the error of a stopped batch.
    fn read_files(&self, buffer: &WeekBuffer<'_>, results: &[Mutex<FileResult>]) {
        let _guard = StopOnPanic(buffer);
        while let Some((file, opened)) = self.open_next() {
            let result = match opened {
                None => None,
                Some(Err(error)) => Some(Err(error)),
                Some(Ok(reader)) => match self.read_file(file, reader, buffer) {
                    Ok(result) => Some(result),
                    Err(BatchStopped) => return,
                },
            };
            if buffer.wait_for_turn(file).is_err() {
                return;
            }
            *results[file].lock().unwrap_or_else(PoisonError::into_inner) = result;
            buffer.advance_turn(file);
        }
        let _ = buffer.finish();
    }

    /// Opens the next file.
    ///
    /// Plans are made in file order, because the first file with a value determines the kind of an
    /// attribute.
    fn open_next(&self) -> Option<(usize, Option<Result<FileReader<'_>, FileError>>)> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let number = next.0;
        let file = self.files.get(number)?;
        next.0 += 1;
        if self.refused[number].is_some() {
            return Some((number, None));
        }
        self.progress.file(&file.name);
        let opened = guarded(|| self.open_file(number, file, &next.1))
            .unwrap_or_else(|panic| Err(panic.into_internal(&file.name)));
        if let Ok(reader) = &opened {
            reader.plan().register_attributes(&mut next.1);
        }
        Some((number, Some(opened)))
    }

    fn open_file<'b>(
        &'b self,
        number: usize,
        file: &'b InboxFile,
        kinds: &AttributeKinds,
    ) -> Result<FileReader<'b>, FileError> {
        let name = file.name.as_str();
        let unmatched =
            || FileError::Unmatched { file: name.to_owned(), mapping: self.mapping.name().to_owned() };
        let layout = self.mapping.layout(name).ok_or_else(unmatched)?;
        let records = RecordReader::open(file, &layout, self.progress)?;
        let rule = self.mapping.rule_for(name, records.header()).ok_or_else(unmatched)?;
        let infer = |column: usize| infer_kind(file, &layout, rule.numbers, column);
        let lookups = self.lookups.tables(name, &rule.lookups, &layout)?;
        let plan = FilePlan::new(name, &rule, records.header(), &lookups, kinds, &infer)?;
        let keeps_repeats = rule.keeps_repeats;
        let zone = self.mapping.zone();
        Ok(FileReader::new(name, number, plan, records, zone, self.batch.pseudonyms, keeps_repeats))
    }

    /// Reads a file to its end and appends its facts to the buffer.
    fn read_file(
        &self,
        number: usize,
        mut reader: FileReader<'_>,
        buffer: &WeekBuffer<'_>,
    ) -> Result<Result<FileRead, FileError>, BatchStopped> {
        let (mut kept, mut bytes, mut has_appended, mut rows) = (Vec::<FactChunk>::new(), 0, false, 0);
        let file = self.files[number].name.as_str();
        let read = loop {
            let chunks = guarded(|| reader.next_chunk());
            match chunks.unwrap_or_else(|panic| Err(panic.into_internal(file))) {
                Err(error) => break Err(error),
                Ok(None) => break Ok(()),
                Ok(Some(chunks)) => {
                    self.progress.rows(reader.report.read - rows);
                    rows = reader.report.read;
                    bytes += chunks.iter().map(FactChunk::bytes).sum::<usize>();
                    kept.extend(chunks);
                }
            }
            if reader.report.exceeds_reject_limit() {
                break Ok(());
            }
            if bytes > MAX_BUFFERED_BYTES {
                buffer.wait_for_turn(number)?;
                for chunk in kept.drain(..) {
                    buffer.append(chunk)?;
                }
                (bytes, has_appended) = (0, true);
            }
        };
        let checked = read.and_then(|()| check_ids(file, &reader));
        match checked.and_then(|()| check_error_rate(file, self.batch.strict, &reader.report)) {
            Ok(()) => {
                buffer.wait_for_turn(number)?;
                for chunk in kept {
                    buffer.append(chunk)?;
                }
                let (extra_columns, encoding) = (reader.extra_columns(), reader.encoding());
                let (notes, lookups) = (reader.notes(self.mapping.zone()), reader.lookup_reports());
                let FileReader { report, partial_cancellations, .. } = reader;
                Ok(Ok(FileRead { report, extra_columns, encoding, notes, lookups, partial_cancellations }))
            }
            Err(error) => {
                if has_appended || reader.plan().adds_attributes() {
                    self.must_start_over.store(true, Ordering::Relaxed);
                }
                Ok(Err(error))
            }
        }
    }
}

/// Stops the batch if its thread panics, so that other threads do not wait forever.
struct StopOnPanic<'a, 'b>(&'a WeekBuffer<'b>);

impl Drop for StopOnPanic<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}

/// Refuses a file whose long ids were all rounded by a spreadsheet.
fn check_ids(file: &str, reader: &FileReader<'_>) -> Result<(), FileError> {
    match reader.ruined_ids() {
        None => Ok(()),
        Some((column, id)) => {
            Err(FileError::RuinedIds { file: file.to_owned(), column: column.to_owned(), id: id.to_owned() })
        }
    }
}

/// Infers the kind of an attribute from all cells of a column.
fn infer_kind(
    file: &InboxFile,
    layout: &FileLayout,
    numbers: NumberFormat,
    column: usize,
) -> Result<KindInference, FileError> {
    let mut records = RecordReader::open(file, layout, &())?;
    let mut inference = KindInference::default();
    loop {
        match records.next_record()? {
            NextRecord::End => return Ok(inference),
            NextRecord::Malformed(_) => {}
            NextRecord::Valid => {
                records.cell(column).into_iter().for_each(|cell| inference.add(cell, numbers));
            }
        }
    }
}
