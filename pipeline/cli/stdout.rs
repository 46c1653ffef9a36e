//! Standard output, for data only.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::clock::Stopwatch;

/// Writer to stdout. After a broken pipe (`| head`) it discards everything without an error.
#[derive(Clone, Default)]
pub(crate) struct Stdout {
    is_closed: Arc<AtomicBool>,
    /// Microseconds spent in writes that waited for the reader.
    wait_micros: Arc<AtomicU64>,
}

impl Stdout {
    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Relaxed)
    }

    /// Time spent waiting for the reader since the last call.
    pub(crate) fn take_wait_time(&self) -> Duration {
        Duration::from_micros(self.wait_micros.swap(0, Ordering::Relaxed))
    }

    fn attempt(&self, write: impl FnOnce(&mut io::StdoutLock<'_>) -> io::Result<()>) -> io::Result<()> {
        if self.is_closed() {
            return Ok(());
        }
        let stopwatch = Stopwatch::start();
        let written = write(&mut io::stdout().lock());
        self.wait_micros.fetch_add((stopwatch.seconds() * 1e6) as u64, Ordering::Relaxed);
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_closed.store(true, Ordering::Relaxed);
                Ok(())
            }
            other => other,
        }
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.attempt(|stdout| stdout.write_all(bytes)).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.attempt(|stdout| stdout.flush())
    }
}
