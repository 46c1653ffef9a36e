//! The files of an inbox to the facts of one batch.
//!
//! Files are read side by side; see `weeks` for how their facts stay in order. A file is
//! judged when its last row is read. One that holds more than a thread may keep back is
//! let in before that; should it then be refused, the batch begins again without it.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use slotcast_core::{DateTime, Utc};
use slotcast_lake::{FactWriter, LakeError, Pseudonyms};

use crate::{
    attributes::{AttributeKinds, Inference},
    decimal::NumberForm,
    flush::{Bits, Flush},
    inbox::InboxFile,
    mapping::Mapping,
    plan::Plan,
    progress::Progress,
    read_file::{FactChunk, FileReader},
    reason::Reason,
    refused::FileRefused,
    rejects::Reject,
    rows::{Rows, Step, TextForm, guard::guarded},
    tally::Tally,
    weeks::{Stopped, Weeks},
};

/// A file with fewer bad rows than this is never refused for them.
const FEW: u64 = 20;

/// A thread keeps back at most so many bytes of a file that it has not read to its end.
const KEPT_BACK: usize = 24 << 20;

/// What holds for every file of a batch.
#[derive(Debug)]
pub struct Batch<'a> {
    /// The run's one clock reading.
    pub now: DateTime<Utc>,
    /// Whether facts were known when the source says that they were.
    pub history: bool,
    /// Whether one bad row refuses its file.
    pub strict: bool,
    /// Attributes known so far.
    pub attribute_kinds: AttributeKinds,
    /// The origin of the first file; the others follow it.
    pub first_origin: i64,
    /// What customers are called in the lake.
    pub pseudonyms: &'a Pseudonyms,
    /// How many threads read and write; at least one.
    pub threads: usize,
    /// How many bytes of facts are gathered before they are written.
    pub room: usize,
}

/// What became of the source rows: `read` is the sum of the other four.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Rows read.
    pub read: u64,
    /// Rows of which something new was loaded.
    pub accepted: u64,
    /// Rows with a fault.
    pub rejected: u64,
    /// Rows of which everything was known.
    pub repeats: u64,
    /// Rows that the mapping leaves out for a stated reason.
    pub filtered: u64,
}

/// A file that was taken in.
#[derive(Debug)]
pub struct TakenIn {
    /// Its name in the inbox.
    pub file: String,
    /// What became of its rows.
    pub account: Account,
    /// Rows that were not taken in, by line.
    pub rejects: Vec<Reject>,
    /// Columns that nothing reads.
    pub extra_columns: Vec<String>,
    /// Filtered rows by reason.
    pub filtered_by: Vec<(String, u64)>,
    /// Whether its text was found, or said, to be CP949.
    pub is_cp949: bool,
}

/// What became of one file: its rows, the columns that nothing read, whether it was CP949.
type Outcome = Result<(Tally, Vec<String>, bool), FileRefused>;

/// Takes files into a batch of facts. The answer has one entry for each file, in their order;
/// the facts are with the writer, and nobody sees them before they are committed.
///
/// # Errors
/// When the lake cannot be written. What is wrong with a file stands in its own entry.
pub fn take_in(
    files: &[InboxFile],
    mapping: &Mapping,
    batch: &Batch<'_>,
    writer: &FactWriter,
    progress: &dyn Progress,
) -> Result<Vec<Result<TakenIn, FileRefused>>, LakeError> {
    let mut refused: Vec<Option<FileRefused>> = files.iter().map(|_| None).collect();
    loop {
        let attempt = Attempt {
            files,
            mapping,
            batch,
            progress,
            refused: &refused,
            next: Mutex::new((0, batch.attribute_kinds.clone())),
            must_start_over: AtomicUsize::new(0),
        };
        let fresh: Vec<Mutex<Bits>> = files.iter().map(|_| Mutex::default()).collect();
        let outcomes = attempt.run(writer, &fresh)?;
        let must_start_over = attempt.must_start_over.load(Ordering::Relaxed) > 0;
        if !must_start_over {
            return Ok(outcomes
                .into_iter()
                .zip(refused)
                .zip(files)
                .zip(&fresh)
                .map(|(((outcome, refused), file), fresh)| match (outcome, refused) {
                    (_, Some(refused)) | (Some(Err(refused)), None) => Err(refused),
                    (Some(Ok(read)), None) => Ok(taken_in(file, read, fresh, batch.pseudonyms)),
                    (None, None) => unreachable!("every file is read or was refused before"),
                })
                .collect());
        }
        writer.start_over()?;
        for (known, outcome) in refused.iter_mut().zip(outcomes) {
            // A file that was refused for what another, refused itself, had taught is looked at again.
            if let (None, Some(Err(refused))) = (&known, outcome)
                && !matches!(refused, FileRefused::AttributeTwice { .. } | FileRefused::AttributeKind { .. })
            {
                *known = Some(refused);
            }
        }
    }
}

fn taken_in(
    file: &InboxFile,
    (tally, extra_columns, is_cp949): (Tally, Vec<String>, bool),
    fresh: &Mutex<Bits>,
    pseudonyms: &Pseudonyms,
) -> TakenIn {
    let accepted = fresh.lock().unwrap_or_else(PoisonError::into_inner).count();
    let Tally { read, rejected, filtered, mut rejects, filtered_by, .. } = tally;
    rejects.sort_by_key(|reject| reject.line);
    // Who was forgotten is not to come back in the text of a bad row.
    for reject in rejects.iter_mut().filter(|reject| pseudonyms.names_forgotten(&reject.raw)) {
        reject.raw.clear();
    }
    let repeats = read - rejected - filtered - accepted;
    TakenIn {
        file: file.name.clone(),
        account: Account { read, accepted, rejected, repeats, filtered },
        rejects,
        extra_columns,
        filtered_by,
        is_cp949,
    }
}

struct Attempt<'a> {
    files: &'a [InboxFile],
    mapping: &'a Mapping,
    batch: &'a Batch<'a>,
    progress: &'a dyn Progress,
    /// Files refused in an earlier attempt.
    refused: &'a [Option<FileRefused>],
    /// The next file to open, and the attributes that the files before it brought.
    next: Mutex<(usize, AttributeKinds)>,
    must_start_over: AtomicUsize,
}

impl Attempt<'_> {
    fn run(&self, writer: &FactWriter, fresh: &[Mutex<Bits>]) -> Result<Vec<Option<Outcome>>, LakeError> {
        let flush = Flush {
            writer,
            seed: self.batch.pseudonyms.seed(),
            now: self.batch.now.timestamp_micros(),
            history: self.batch.history,
            first_origin: self.batch.first_origin,
            fresh,
        };
        let write = |task| flush.write(task);
        let threads = self.batch.threads.max(1);
        let weeks = Weeks::new(self.batch.room, threads, &write);
        let outcomes: Vec<Mutex<Option<Outcome>>> = self.files.iter().map(|_| Mutex::new(None)).collect();
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(|| self.work(&weeks, &outcomes));
            }
            self.work(&weeks, &outcomes);
        });
        match weeks.into_error() {
            Some(error) => Err(error),
            None => Ok(outcomes
                .into_iter()
                .map(|outcome| outcome.into_inner().unwrap_or_else(PoisonError::into_inner))
                .collect()),
        }
    }

    /// Reads files until there are none. A stop is told by the weeks.
    fn work(&self, weeks: &Weeks<'_>, outcomes: &[Mutex<Option<Outcome>>]) {
        let _guard = StopOnPanic(weeks);
        while let Some((number, opened)) = self.open_next() {
            let outcome = match opened {
                None => None,
                Some(Err(refused)) => Some(Err(refused)),
                Some(Ok(reader)) => match self.read(number, reader, weeks) {
                    Ok(outcome) => Some(outcome),
                    Err(Stopped) => return,
                },
            };
            if weeks.wait_for_turn(number).is_err() {
                return;
            }
            *outcomes[number].lock().unwrap_or_else(PoisonError::into_inner) = outcome;
            weeks.pass_turn(number);
        }
        // A stop is told by the weeks.
        let _ = weeks.finish();
    }

    /// Opens the next file. Plans are made in the order of the files, because an attribute has
    /// the kind that the first file with a value gave it.
    fn open_next(&self) -> Option<(usize, Option<Result<FileReader<'_>, FileRefused>>)> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let number = next.0;
        let file = self.files.get(number)?;
        next.0 += 1;
        if self.refused[number].is_some() {
            return Some((number, None));
        }
        self.progress.file(&file.name);
        let opened = guarded(|| self.open(number, file, &next.1))
            .unwrap_or_else(|panicked| Err(panicked.engine(&file.name)));
        if let Ok(reader) = &opened {
            reader.plan().teach(&mut next.1);
        }
        Some((number, Some(opened)))
    }

    fn open<'b>(
        &'b self,
        number: usize,
        file: &'b InboxFile,
        kinds: &AttributeKinds,
    ) -> Result<FileReader<'b>, FileRefused> {
        let name = file.name.as_str();
        let unmatched =
            || FileRefused::Unmatched { file: name.to_owned(), mapping: self.mapping.name().to_owned() };
        let form = self.mapping.form(name).ok_or_else(unmatched)?;
        let rows = Rows::open(file, form, self.progress)?;
        let rule = self.mapping.rule_for(name, rows.header()).ok_or_else(unmatched)?;
        let infer = |place: usize| infer(file, form, rule.numbers, place);
        let plan = Plan::new(name, &rule, rows.header(), kinds, &infer)?;
        let keeps_repeats = rule.keeps_repeats;
        let zone = self.mapping.zone();
        Ok(FileReader::new(name, number, plan, rows, zone, self.batch.pseudonyms, keeps_repeats))
    }

    /// Reads a file to its end and lets its facts in.
    fn read(&self, number: usize, mut reader: FileReader<'_>, weeks: &Weeks<'_>) -> Result<Outcome, Stopped> {
        let (mut kept, mut bytes, mut is_let_in, mut rows) = (Vec::<FactChunk>::new(), 0, false, 0);
        let file = self.files[number].name.as_str();
        let ended = loop {
            let chunk = guarded(|| reader.next_chunk());
            match chunk.unwrap_or_else(|panicked| Err(panicked.engine(file))) {
                Err(refused) => break Err(refused),
                Ok(None) => break Ok(()),
                Ok(Some(chunks)) => {
                    self.progress.rows(reader.tally.read - rows);
                    rows = reader.tally.read;
                    bytes += chunks.iter().map(FactChunk::bytes).sum::<usize>();
                    kept.extend(chunks);
                }
            }
            if reader.tally.is_hopeless() {
                break must_be_good(file, self.batch.strict, &reader.tally);
            }
            if bytes > KEPT_BACK {
                weeks.wait_for_turn(number)?;
                for chunk in kept.drain(..) {
                    weeks.let_in(chunk)?;
                }
                (bytes, is_let_in) = (0, true);
            }
        };
        let judged = ended.and_then(|()| must_be_good(file, self.batch.strict, &reader.tally));
        let extra_columns = reader.plan().extra_columns.clone();
        let teaches = reader.plan().teaches();
        match judged {
            Ok(()) => {
                weeks.wait_for_turn(number)?;
                for chunk in kept {
                    weeks.let_in(chunk)?;
                }
                let is_cp949 = reader.is_cp949();
                Ok(Ok((reader.tally, extra_columns, is_cp949)))
            }
            Err(refused) => {
                if is_let_in || teaches {
                    self.must_start_over.fetch_add(1, Ordering::Relaxed);
                }
                Ok(Err(refused))
            }
        }
    }
}

/// Threads wait for each other: one that panics must not leave the others waiting.
struct StopOnPanic<'a, 'b>(&'a Weeks<'b>);

impl Drop for StopOnPanic<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}

/// What the cells of a column allow, over the whole file.
fn infer(
    file: &InboxFile,
    form: TextForm,
    numbers: NumberForm,
    place: usize,
) -> Result<Inference, FileRefused> {
    let mut rows = Rows::open(file, form, &())?;
    let mut found = Inference::default();
    loop {
        match rows.step()? {
            Step::End => return Ok(found),
            Step::Bad(_) => {}
            Step::Row => rows.cell(place).into_iter().for_each(|cell| found.see(cell, numbers)),
        }
    }
}

/// More than 5 % bad rows, and at least 20 of them, mean that the file is not what it says.
fn must_be_good(file: &str, strict: bool, tally: &Tally) -> Result<(), FileRefused> {
    let Some(first) = tally.rejects.iter().min_by_key(|reject| reject.line) else { return Ok(()) };
    let mut foreign = tally.rejects.iter().filter(|reject| reject.reason == Reason::BadEncoding);
    let count = foreign.clone().count();
    if count as u64 * 2 > tally.read {
        let line = foreign.next().map_or(0, |reject| reject.line);
        let found = format!("{count} of {} rows have other bytes, the first on line {line}", tally.read);
        return Err(FileRefused::NotUtf8 { file: file.to_owned(), found });
    }
    let limit = if strict {
        "none (strict)"
    } else if tally.rejected >= FEW && tally.rejected * 20 > tally.read {
        "5 % and at least 20"
    } else {
        return Ok(());
    };
    Err(FileRefused::TooManyBadRows {
        file: file.to_owned(),
        bad: tally.rejected,
        read: tally.read,
        limit,
        line: first.line,
        column: first.column_name.clone(),
        reason: first.reason,
        raw: String::from_utf8_lossy(&first.raw).chars().take(80).collect(),
    })
}
