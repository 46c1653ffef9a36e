//! Parallel jobs, each thread with an engine runtime of its own.

use std::sync::Mutex;

use crate::error::StatsError;

/// Number of parallel jobs.
pub(super) const THREADS: usize = 2;

/// Results of every job, in the order of the jobs.
pub(super) fn run_all<J: Send, R: Send>(
    jobs: Vec<J>,
    work: impl AsyncFn(J) -> Result<R, StatsError> + Sync,
) -> Result<Vec<R>, StatsError> {
    let threads = THREADS.min(jobs.len());
    let queue = Mutex::new(jobs.into_iter().enumerate());
    let done = Mutex::new(Vec::new());
    let failed = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let worker = || -> Result<(), StatsError> {
                    let runtime = tokio::runtime::Builder::new_current_thread()
                        .max_blocking_threads(1)
                        .enable_all()
                        .build()
                        .map_err(|error| {
                            StatsError::Internal(format!("no thread for the engine: {error}"))
                        })?;
                    loop {
                        if failed.lock().expect("no worker panicked").is_some() {
                            return Ok(());
                        }
                        let next = queue.lock().expect("no worker panicked").next();
                        let Some((index, job)) = next else { return Ok(()) };
                        let result = runtime.block_on(work(job))?;
                        done.lock().expect("no worker panicked").push((index, result));
                    }
                };
                if let Err(error) = worker() {
                    failed.lock().expect("no worker panicked").get_or_insert(error);
                }
            });
        }
    });
    match failed.into_inner().expect("no worker panicked") {
        Some(error) => Err(error),
        None => {
            let mut done = done.into_inner().expect("no worker panicked");
            done.sort_by_key(|(index, _)| *index);
            Ok(done.into_iter().map(|(_, result)| result).collect())
        }
    }
}
