//! A folder that a command makes and may replace.
//!
//! Only a file that the folder's mark lists is ever removed or written over. An entry that is not listed, or a
//! symbolic link, is somebody else's, and the command refuses the folder.

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use anyhow::{Context, Result};

use crate::{failure::UserError, mark::Mark};

/// The lake that nights make beside an inbox: its own rules say what is foreign in it.
pub(crate) const LAKE: &str = "lake";

/// A folder whose files are all its command's own.
pub(crate) struct MadeFolder {
    root: PathBuf,
    mark: Mutex<Mark>,
    held: Held,
}

/// Entries that lie in the folder already, by paths with `/`; folders before what is in them.
#[derive(Default)]
struct Held {
    files: Vec<String>,
    folders: Vec<String>,
}

impl MadeFolder {
    /// Takes a folder that is new, empty, or holds only what this verb made; a lake in it is not looked at.
    pub(crate) fn take(root: &Path, verb: &str) -> Result<Self> {
        // Without a last `/`, behind which a link is no longer seen.
        let root: PathBuf = root.components().collect();
        must_be_folder(&root)?;
        let unusable = |action: &str| format!("cannot {action} `{}`", root.display());
        let mut mark = Mark::read(&root, verb).with_context(|| unusable("read"))?;
        let mut held = Held::default();
        let foreign = first_foreign(&root, "", &mark, &mut held).with_context(|| unusable("read"))?;
        if let Some(foreign) = foreign {
            return Err(not_made(&root.join(foreign), verb).into());
        }
        fs::create_dir_all(&root).and_then(|()| mark.begin()).with_context(|| unusable("write to"))?;
        Ok(Self { root, mark: Mutex::new(mark), held })
    }

    /// Removes the files that were made; a lake stays.
    pub(crate) fn clear(&mut self) -> Result<()> {
        let held = std::mem::take(&mut self.held);
        let files = held.files.iter().try_for_each(|name| fs::remove_file(self.path(name)));
        let folders = || held.folders.iter().rev().try_for_each(|name| fs::remove_dir(self.path(name)));
        let cleared = files.and_then(|()| folders()).and_then(|()| self.mark().clear());
        cleared.with_context(|| format!("cannot empty `{}`", self.root.display()))
    }

    /// Creates a file, by its path with `/`, and lists it first; from several threads at once.
    pub(crate) fn create(&self, name: &str) -> io::Result<File> {
        self.mark().add(name)?;
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap_or(&self.root))?;
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        File::create_new(&path)
    }

    /// Leaves the same mark for the same files, in whatever order they were made.
    pub(crate) fn finish(self) -> Result<()> {
        self.mark().settle().with_context(|| format!("cannot write to `{}`", self.root.display()))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn mark(&self) -> MutexGuard<'_, Mark> {
        // A list is whole after every line.
        self.mark.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something in a folder that is to be replaced belongs to somebody else.
pub(crate) fn not_made(path: &Path, verb: &str) -> UserError {
    UserError::new(
        format!("`{}` was not made by `slotcast {verb}`", path.display()),
        "name another folder with `--out DIR`, or move it away: only what was made is replaced",
    )
}

fn must_be_folder(root: &Path) -> Result<()> {
    let refused = |what: &str| {
        let message = format!("`{}` is {what}", root.display());
        Err(UserError::new(message, "name a new or an empty folder with `--out DIR`").into())
    };
    match fs::symlink_metadata(root) {
        Ok(found) if found.is_symlink() => refused("a symbolic link"),
        Ok(found) if !found.is_dir() => refused("no folder"),
        _ => Ok(()),
    }
}

/// The first entry that is not listed, by its path with `/`; those that are come into `held`.
fn first_foreign(root: &Path, folder: &str, mark: &Mark, held: &mut Held) -> io::Result<Option<String>> {
    let entries = match fs::read_dir(root.join(folder)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        entries => entries?,
    };
    let mut entries = entries.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = format!("{folder}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if kind.is_dir() && mark.lists_below(&name) {
            held.folders.push(name.clone());
            let foreign = first_foreign(root, &format!("{name}/"), mark, held)?;
            if foreign.is_some() {
                return Ok(foreign);
            }
        } else if kind.is_file() && mark.lists(&name) {
            held.files.extend((!mark.is_own(&name)).then_some(name));
        } else if !(kind.is_dir() && name == LAKE && mark.is_there()) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
