//! Work on all cores.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Each job holds a matrix of its own, so more threads would cost memory first.
const MOST_THREADS: usize = 4;

/// What each job gives, in the order of the jobs; they are begun in that order.
pub(crate) fn in_threads<T: Send>(jobs: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS).min(jobs);
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(jobs)));
    let take = || {
        loop {
            let job = next.fetch_add(1, Ordering::Relaxed);
            if job >= jobs {
                return;
            }
            let own = work(job);
            done.lock().expect("no job panics while it holds the list").push((job, own));
        }
    };
    thread::scope(|scope| {
        (1..threads).for_each(|_| drop(scope.spawn(take)));
        take();
    });
    let mut done = done.into_inner().expect("no job panics while it holds the list");
    done.sort_by_key(|(job, _)| *job);
    done.into_iter().map(|(_, own)| own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_jobs_are_done_once_and_in_order() {
        assert_eq!(in_threads(100, |job| job * job), (0..100).map(|job| job * job).collect::<Vec<_>>());
        assert_eq!(in_threads(0, |job| job), [0; 0]);
    }
}
