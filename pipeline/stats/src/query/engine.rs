//! What a user's question may use: threads of its own, memory, temporary files.

use std::{sync::Arc, time::Duration};

use datafusion::{
    common::tree_node::{Transformed, TreeNode},
    error::Result as EngineResult,
    execution::{SessionStateBuilder, disk_manager::DiskManagerBuilder, runtime_env::RuntimeEnvBuilder},
    physical_plan::{ExecutionPlan, coop::CooperativeExec},
    prelude::SessionContext,
};
use tokio::runtime::{Builder, Runtime};

use crate::{
    error::StatsError,
    session::{memory_pool, new_context},
};

/// Temporary files may take so many times the memory.
const SPILL_FACTOR: u64 = 8;

/// More threads than this help no question over relations.
const MOST_THREADS: usize = 8;

/// How long a question that was given up is waited for, so that it removes its temporary files.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a question may use.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// How long it may take; the time in which the caller is busy with rows does not count if it says so.
    pub time: Option<Duration>,
    /// How much memory it may hold, in MiB, and eight times that in temporary files.
    pub memory_mib: Option<u64>,
}

impl Limits {
    /// For questions of our own.
    pub fn none() -> Self {
        Self::default()
    }

    pub(super) fn spill_mib(self) -> Option<u64> {
        self.memory_mib.map(|mib| mib.saturating_mul(SPILL_FACTOR))
    }
}

fn bytes(mib: u64) -> u64 {
    mib.saturating_mul(1024 * 1024)
}

/// Threads that work on questions and on nothing else. An operator that never yields holds one of
/// them, and not the one that watches the clock.
pub(super) struct Engine(Option<Runtime>);

impl Engine {
    pub(super) fn start() -> Result<Self, StatsError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads())
            .thread_name("slotcast-sql")
            // Deep enough for what `statement::check_length` lets through, also in debug builds with their
            // large frames; memory that is not touched costs nothing.
            .thread_stack_size(256 * 1024 * 1024)
            .enable_all()
            .build()
            .map_err(|error| StatsError::Internal(format!("no threads for the query: {error}")))?;
        Ok(Self(Some(runtime)))
    }

    pub(super) fn runtime(&self) -> &Runtime {
        self.0.as_ref().expect("it runs until it is dropped")
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let Some(runtime) = self.0.take() else { return };
        // A runtime may not be waited for where futures run, so another thread does it.
        let _ = std::thread::spawn(move || runtime.shutdown_timeout(PATIENCE)).join();
    }
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from).min(MOST_THREADS)
}

/// A session within limits. Plans show no files: what lies where on this machine is nobody's business.
pub(super) fn context(limits: Limits) -> Result<SessionContext, StatsError> {
    let most = limits.memory_mib.map(|mib| usize::try_from(bytes(mib)).unwrap_or(usize::MAX));
    let mut builder = RuntimeEnvBuilder::new().with_memory_pool(memory_pool(most));
    if let Some(mib) = limits.spill_mib() {
        let disk = DiskManagerBuilder::default().with_max_temp_directory_size(bytes(mib));
        builder = builder.with_disk_manager_builder(disk);
    }
    let state = new_context().state();
    let mut config = state.config().clone().with_target_partitions(threads());
    config.options_mut().explain.logical_plan_only = true;
    let state = SessionStateBuilder::new_from_existing(state)
        .with_config(config)
        .with_runtime_env(builder.build_arc()?)
        .build();
    Ok(SessionContext::new_with_state(state))
}

/// A plan whose operators give way. The engine lets sources do so; but a join or a list that is unfolded
/// can make rows for hours out of one batch of its source.
pub(super) fn giving_way(plan: Arc<dyn ExecutionPlan>) -> EngineResult<Arc<dyn ExecutionPlan>> {
    let multiplies = |name: &str| name.contains("Join") || name == "UnnestExec";
    let plan = plan.transform_up(|node| {
        Ok(if multiplies(node.name()) {
            Transformed::yes(Arc::new(CooperativeExec::new(node)) as Arc<dyn ExecutionPlan>)
        } else {
            Transformed::no(node)
        })
    })?;
    Ok(plan.data)
}
