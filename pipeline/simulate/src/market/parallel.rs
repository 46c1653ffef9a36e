//! A parallel map with a fixed number of threads.

use rayon::{
    ThreadPoolBuilder,
    iter::{IntoParallelIterator, ParallelIterator},
};

use crate::error::SimulateError;

/// Results of `work` for every number below `count`, in order.
pub(crate) fn parallel_map<R: Send>(
    threads: usize,
    count: usize,
    work: impl Fn(usize) -> Result<R, SimulateError> + Sync,
) -> Result<Vec<R>, SimulateError> {
    let threads = threads.clamp(1, count.max(1));
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started");
    pool.install(|| (0..count).into_par_iter().map(&work).collect())
}
