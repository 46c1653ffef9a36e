//! Vacuum: removal of files that no kept run needs.
//!
//! ```text
//! removed runs are marked in the ledger --> their files are removed
//! ```
//!
//! After a kill in between, marked runs may still have files, which the next vacuum removes. No run is
//! listed that cannot be read. Only a reader of a removed run at that very time is interrupted.

use std::{fs, io::ErrorKind, path::Path};

use super::vacuum_plan::{Unreferenced, VacuumPlan};
use crate::{
    error::LakeError,
    fail_point::fail_point,
    log::{Lake, runs_table},
    storage::is_real_folder,
};

impl Lake {
    /// Executes a plan. The caller has held the lock since it was made.
    ///
    /// # Errors
    /// If the ledger cannot be written or a file cannot be removed.
    pub async fn vacuum(&self, plan: &VacuumPlan) -> Result<(), LakeError> {
        if !plan.runs.is_empty() {
            self.mark_vacuumed(&plan.runs).await?;
        }
        fail_point("runs marked as vacuumed");
        // The new ledger of runs may have the name of a file that a killed process left.
        let runs = self.head(&runs_table()).await?.map(|head| head.files).unwrap_or_default();
        let is_removed = |path: &Path| !runs.iter().any(|file| file.path == path);
        for Unreferenced { path, .. } in plan.unreferenced.iter().filter(|file| is_removed(&file.path)) {
            fail_point("unreferenced file removed");
            let removed = if is_real_folder(path) { fs::remove_dir_all(path) } else { fs::remove_file(path) };
            match removed {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(LakeError::io("remove", path)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
