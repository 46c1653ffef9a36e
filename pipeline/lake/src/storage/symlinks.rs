//! Protection against symbolic links inside a lake and against names that leave it.
//!
//! Nothing behind a link is changed.

use std::{
    fs,
    path::{Component, Path},
};

use super::layout::Layout;
use crate::error::LakeError;

/// Refuses a path of the lake that is a symbolic link or lies behind one. The root itself may be a link.
///
/// # Errors
/// If there is such a link. The error names it.
pub(crate) fn refuse_symlinks(layout: &Layout, path: &Path) -> Result<(), LakeError> {
    let mut inside = path.ancestors().take_while(|above| *above != layout.root());
    match inside.find(|above| above.is_symlink()) {
        Some(link) => Err(LakeError::SymbolicLink(link.to_path_buf())),
        None => Ok(()),
    }
}

/// Whether a path is a folder, and not a link to one.
pub(crate) fn is_real_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_dir())
}

/// Whether a name stays in the folder to which it is joined.
pub(crate) fn is_file_name(name: &str) -> bool {
    let mut components = Path::new(name).components();
    let is_one = matches!(components.next(), Some(Component::Normal(component)) if component == name);
    is_one && components.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_file_names() {
        assert!(is_file_name("part-00001.parquet") && is_file_name("..parquet"));
        for name in ["", ".", "..", "a/b", "a/", "./a", "../a", "/a", "../../salt"] {
            assert!(!is_file_name(name), "{name}");
        }
    }

    #[test]
    fn links_inside_a_lake_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("real/published/a")).unwrap();
        std::os::unix::fs::symlink("real", folder.path().join("lake")).unwrap();
        let layout = Layout::new(&folder.path().join("lake"));
        refuse_symlinks(&layout, &layout.publications().join("a")).unwrap();
        std::os::unix::fs::symlink("published", folder.path().join("real/tables")).unwrap();
        let refused = refuse_symlinks(&layout, &layout.tables().join("a/b"));
        assert!(matches!(refused, Err(LakeError::SymbolicLink(link)) if link == layout.tables()));
    }
}
