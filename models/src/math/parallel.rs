//! Independent jobs on all cores.

use rayon::iter::{ParallelBridge, ParallelIterator};

/// Results of `work` for the jobs `0..jobs`, in the order of the jobs. Jobs start in that order, so the longest
/// ones should come first.
pub(crate) fn parallel_map<T: Send>(jobs: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    // An indexed parallel iterator would keep the order of the results, but start with the first job of each half.
    let mut results: Vec<(usize, T)> = (0..jobs).par_bridge().map(|job| (job, work(job))).collect();
    results.sort_unstable_by_key(|(job, _)| *job);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_jobs() {
        let squares: Vec<usize> = (0..100).map(|job| job * job).collect();
        assert_eq!(parallel_map(100, |job| job * job), squares);
        assert_eq!(parallel_map(0, |job| job), [0; 0]);
    }
}
