//! Result of a build.

use std::{collections::BTreeSet, time::Instant};

use arrow::datatypes::SchemaRef;
use chrono::NaiveDate;
use slotcast_lake::UncommittedFile;

use super::audits::Finding;
use crate::registry::BuildStep;

/// A stored relation after a build.
#[derive(Debug)]
pub struct BuiltRelation {
    /// Name of the relation.
    pub name: &'static str,
    /// Columns; the run's id comes first.
    pub schema: SchemaRef,
    /// Names of the files that contain it now.
    pub files: BTreeSet<String>,
    /// Files that this build wrote.
    pub written: Vec<UncommittedFile>,
}

/// A partition that was rebuilt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RebuiltPartition {
    /// Step that rebuilt it.
    pub step: BuildStep,
    /// Slot date of the partition.
    pub slot: NaiveDate,
    /// Reason for the rebuild.
    pub reason: &'static str,
}

/// Result of a build.
#[derive(Debug)]
pub struct BuildReport {
    /// Every stored relation.
    pub relations: Vec<BuiltRelation>,
    /// Findings of audits that do not stop a run.
    pub findings: Vec<Finding>,
    /// Rebuilt partitions.
    pub rebuilt: Vec<RebuiltPartition>,
    /// Number of reused partitions.
    pub reused: usize,
    /// Seconds of each phase, in order.
    pub seconds: Vec<(&'static str, f64)>,
}

/// Measures the seconds of each phase, for people only.
pub(super) struct PhaseTimer {
    pub(super) seconds: Vec<(&'static str, f64)>,
    phase_start: Instant,
}

impl PhaseTimer {
    pub(super) fn start() -> Self {
        Self { seconds: Vec::new(), phase_start: Instant::now() }
    }

    pub(super) fn end_phase(&mut self, phase: &'static str) {
        self.seconds.push((phase, self.phase_start.elapsed().as_secs_f64()));
        self.phase_start = Instant::now();
    }
}
