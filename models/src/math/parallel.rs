//! Independent jobs on several cores.

use rayon::{
    current_num_threads,
    iter::{ParallelBridge, ParallelExtend, ParallelIterator},
};

/// Limit of the jobs that run at once. Each holds a matrix of its own, so more of them would exhaust memory first.
const MAX_JOBS: usize = 4;

/// Results of `work` for the jobs `0..jobs`, in the order of the jobs. Jobs start in that order, so the longest
/// ones should come first.
pub(crate) fn parallel_map<T: Send>(jobs: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    // Up to the limit, the number of threads bounds the jobs by itself.
    let round = if current_num_threads() <= MAX_JOBS { jobs.max(1) } else { MAX_JOBS };
    let mut results: Vec<(usize, T)> = Vec::with_capacity(jobs);
    for first in (0..jobs).step_by(round) {
        // An indexed parallel iterator would keep the order of the results, but start with the first job of each half.
        let own = first..jobs.min(first + round);
        results.par_extend(own.par_bridge().map(|job| (job, work(job))));
    }
    results.sort_unstable_by_key(|(job, _)| *job);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn results_keep_the_order_of_the_jobs() {
        let squares: Vec<usize> = (0..100).map(|job| job * job).collect();
        assert_eq!(parallel_map(100, |job| job * job), squares);
        assert_eq!(parallel_map(0, |job| job), [0; 0]);
    }

    #[test]
    fn many_threads_run_few_jobs_at_once() {
        let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = |job: usize| {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::sleep(std::time::Duration::from_millis(2));
            running.fetch_sub(1, Ordering::SeqCst);
            job
        };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(16).build().unwrap();
        assert_eq!(pool.install(|| parallel_map(40, work)), (0..40).collect::<Vec<_>>());
        assert!((2..=MAX_JOBS).contains(&most.into_inner()));
    }
}
