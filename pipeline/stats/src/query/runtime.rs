//! Threads, memory and temporary files of users' queries.

use std::{sync::Arc, time::Duration};

use datafusion::{
    common::tree_node::{Transformed, TreeNode},
    error::Result as EngineResult,
    execution::{SessionStateBuilder, disk_manager::DiskManagerBuilder, runtime_env::RuntimeEnvBuilder},
    physical_plan::{ExecutionPlan, coop::CooperativeExec},
    prelude::SessionContext,
};
use tokio::runtime::{Builder, Runtime};

use super::{limits::QueryLimits, postgres};
use crate::{
    engine::{memory_pool, new_context},
    error::StatsError,
};

/// More threads do not speed up a query over relations.
const MAX_THREADS: usize = 8;

/// Time for a canceled query to remove its temporary files.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

fn bytes(mib: u64) -> u64 {
    mib.saturating_mul(1024 * 1024)
}

/// Threads that only run queries. An operator that never yields blocks one of them, not the thread of the timeout.
pub(super) struct QueryRuntime(Option<Runtime>);

impl QueryRuntime {
    pub(super) fn start() -> Result<Self, StatsError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads())
            .thread_name("slotcast-sql")
            // Deep enough for every statement that `statement::check_length` accepts, also with the large frames of
            // debug builds. Untouched memory costs nothing.
            .thread_stack_size(256 * 1024 * 1024)
            .enable_all()
            .build()
            .map_err(|error| StatsError::Internal(format!("no threads for the query: {error}")))?;
        Ok(Self(Some(runtime)))
    }

    pub(super) fn runtime(&self) -> &Runtime {
        self.0.as_ref().expect("the runtime lives until it is dropped")
    }
}

impl Drop for QueryRuntime {
    fn drop(&mut self) {
        let Some(runtime) = self.0.take() else { return };
        // A runtime must not be shut down by a thread that runs futures.
        let _ = std::thread::spawn(move || runtime.shutdown_timeout(SHUTDOWN_TIMEOUT)).join();
    }
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from).min(MAX_THREADS)
}

/// A session within limits. Its plans show no paths of this machine.
pub(super) fn context(limits: QueryLimits) -> Result<SessionContext, StatsError> {
    let max_bytes = limits.memory_mib.map(|mib| usize::try_from(bytes(mib)).unwrap_or(usize::MAX));
    let mut builder = RuntimeEnvBuilder::new().with_memory_pool(memory_pool(max_bytes));
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
    let context = SessionContext::new_with_state(state);
    postgres::register(&context);
    Ok(context)
}

/// A plan whose operators yield to the scheduler. The engine lets sources yield, but a join or an unnested list can
/// produce rows for hours from one batch of its source.
pub(super) fn yielding(plan: Arc<dyn ExecutionPlan>) -> EngineResult<Arc<dyn ExecutionPlan>> {
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
