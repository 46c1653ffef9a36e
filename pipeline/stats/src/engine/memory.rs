//! Memory of the engine.

use std::{num::NonZeroUsize, sync::Arc};

use datafusion::execution::memory_pool::{
    FairSpillPool, MemoryPool, TrackConsumersPool, UnboundedMemoryPool,
};

/// Memory that the engine may hold before it spills to the system's temporary folder.
#[derive(Clone, Debug)]
pub struct MemoryLimit {
    pub(crate) pool: Arc<dyn MemoryPool>,
    /// In bytes.
    pub(crate) bytes: Option<usize>,
}

impl MemoryLimit {
    /// At most this many bytes; unlimited without a number.
    pub fn new(bytes: Option<usize>) -> Self {
        Self { pool: memory_pool(bytes), bytes }
    }
}

/// A pool of this size, shared fairly among operators that can spill. Its errors name the largest holder.
pub(crate) fn memory_pool(bytes: Option<usize>) -> Arc<dyn MemoryPool> {
    match bytes {
        Some(bytes) => Arc::new(TrackConsumersPool::new(FairSpillPool::new(bytes), NonZeroUsize::MIN)),
        None => Arc::new(UnboundedMemoryPool::default()),
    }
}
