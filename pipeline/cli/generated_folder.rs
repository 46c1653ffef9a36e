//! A folder that a command generates and may replace.
//!
//! Only files in the folder's manifest are ever removed or overwritten. Any other entry, or a symbolic link, makes the
//! command refuse the folder.

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use anyhow::{Context as _, Result};

use crate::{failure::UserError, file_manifest::FileManifest};

/// Folder of the lake next to an inbox. It has its own check for foreign entries.
pub(crate) const LAKE: &str = "lake";

/// A folder with no files but those of its command.
pub(crate) struct GeneratedFolder {
    root: PathBuf,
    manifest: Mutex<FileManifest>,
    existing: Entries,
}

/// Generated entries that exist already, by paths with `/`; a folder precedes its contents.
#[derive(Default)]
struct Entries {
    files: Vec<String>,
    folders: Vec<String>,
}

impl GeneratedFolder {
    /// Opens a folder that is new, empty, or contains only files that this verb generated. A lake in it is not checked.
    pub(crate) fn open(root: &Path, verb: &str) -> Result<Self> {
        // A trailing `/` would hide a symbolic link.
        let root: PathBuf = root.components().collect();
        check_folder(&root)?;
        let unusable = |action: &str| format!("cannot {action} `{}`", root.display());
        let mut manifest = FileManifest::read(&root, verb).with_context(|| unusable("read"))?;
        let mut existing = Entries::default();
        let foreign = first_foreign(&root, "", &manifest, &mut existing).with_context(|| unusable("read"))?;
        if let Some(foreign) = foreign {
            return Err(foreign_entry_error(&root.join(foreign), verb).into());
        }
        fs::create_dir_all(&root).and_then(|()| manifest.open()).with_context(|| unusable("write to"))?;
        Ok(Self { root, manifest: Mutex::new(manifest), existing })
    }

    /// Removes the generated files; a lake stays.
    pub(crate) fn clear(&mut self) -> Result<()> {
        let existing = std::mem::take(&mut self.existing);
        let files = existing.files.iter().try_for_each(|name| fs::remove_file(self.path(name)));
        let folders = || existing.folders.iter().rev().try_for_each(|name| fs::remove_dir(self.path(name)));
        let cleared = files.and_then(|()| folders()).and_then(|()| self.manifest().clear());
        cleared.with_context(|| format!("cannot empty `{}`", self.root.display()))
    }

    /// Lists and creates a file, by its path with `/`. Several threads may call it at once.
    pub(crate) fn create(&self, name: &str) -> io::Result<File> {
        self.manifest().add(name)?;
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap_or(&self.root))?;
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        File::create_new(&path)
    }

    /// Saves the manifest, which does not depend on the order of creation.
    pub(crate) fn finish(self) -> Result<()> {
        self.manifest().save().with_context(|| format!("cannot write to `{}`", self.root.display()))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn manifest(&self) -> MutexGuard<'_, FileManifest> {
        // The manifest is consistent after every call.
        self.manifest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Error for an entry that the verb did not generate.
pub(crate) fn foreign_entry_error(path: &Path, verb: &str) -> UserError {
    UserError::new(
        format!("`{}` was not created by `slotcast {verb}`", path.display()),
        "choose another folder with `--out DIR`, or move the file: only generated files are replaced",
    )
}

fn check_folder(root: &Path) -> Result<()> {
    let refused = |kind: &str| {
        let message = format!("`{}` is {kind}", root.display());
        Err(UserError::new(message, "choose a new or empty folder with `--out DIR`").into())
    };
    match fs::symlink_metadata(root) {
        Ok(found) if found.is_symlink() => refused("a symbolic link"),
        Ok(found) if !found.is_dir() => refused("not a folder"),
        _ => Ok(()),
    }
}

/// The first entry that is not listed, by its path with `/`. Listed ones are added to `existing`.
fn first_foreign(
    root: &Path,
    folder: &str,
    manifest: &FileManifest,
    existing: &mut Entries,
) -> io::Result<Option<String>> {
    let entries = match fs::read_dir(root.join(folder)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        entries => entries?,
    };
    let mut entries = entries.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = format!("{folder}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if kind.is_dir() && manifest.lists_below(&name) {
            existing.folders.push(name.clone());
            let foreign = first_foreign(root, &format!("{name}/"), manifest, existing)?;
            if foreign.is_some() {
                return Ok(foreign);
            }
        } else if kind.is_file() && manifest.lists(&name) {
            existing.files.extend((!manifest.is_manifest(&name)).then_some(name));
        } else if !(kind.is_dir() && name == LAKE && manifest.exists()) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
