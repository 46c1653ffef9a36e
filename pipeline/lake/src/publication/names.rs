//! Names of the entries in `published/`.

use slotcast_core::RunId;

/// Suffix of a publication for internal readers.
pub(super) const INTERNAL: &str = "-internal";
/// Suffix of a retracted publication.
pub(super) const RETRACTED: &str = ".retracted";
/// Temporary name of the link `latest`.
pub(super) const TEMPORARY_LATEST: &str = ".latest.tmp";

/// The run of the publication with this name.
pub(crate) fn run_of(name: &str) -> Option<RunId> {
    let name = name.strip_suffix(RETRACTED).unwrap_or(name);
    name.strip_suffix(INTERNAL).unwrap_or(name).parse().ok()
}

/// Whether the name marks a publication, or the link `latest`, that is not completely written.
pub(crate) fn is_temporary_publication(name: &str) -> bool {
    let run_id = || run_of(name.strip_prefix('.')?.strip_suffix(".tmp")?);
    name == TEMPORARY_LATEST || run_id().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temporary_names_belong_to_runs() {
        let names =
            [".latest.tmp", ".20150306T130000Z-00000001.tmp", ".20150306T130000Z-00000001-internal.tmp"];
        assert!(names.into_iter().all(is_temporary_publication) && !is_temporary_publication(".notes.tmp"));
    }
}
