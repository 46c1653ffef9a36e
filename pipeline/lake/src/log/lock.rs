//! The lock of a lake: one writer at a time.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    path::Path,
    time::Duration,
};

use slotcast_core::{DateTime, Utc};

use super::lake::Lake;
use crate::{error::LakeError, storage::refuse_symlinks};

/// Pause between two attempts of a waiting process.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// The command that asks for the lock, for the messages of other processes.
#[derive(Clone, Copy, Debug)]
pub struct LockOwner<'a> {
    /// The command.
    pub verb: &'a str,
    /// Its start.
    pub since: DateTime<Utc>,
}

/// The lock, until it is dropped. The operating system releases that of a killed process.
#[derive(Debug)]
pub struct LakeLock {
    _file: File,
}

impl Lake {
    /// Locks the lake for writing. If another process holds the lock, `on_wait` gets its description and
    /// this process waits until the timeout. A timeout of zero fails at once.
    ///
    /// # Errors
    /// If another process still holds the lock. The error describes it.
    pub fn lock(
        &self,
        owner: &LockOwner<'_>,
        timeout: Duration,
        on_wait: impl FnOnce(&str),
    ) -> Result<LakeLock, LakeError> {
        let path = self.layout().lock();
        refuse_symlinks(self.layout(), &path)?;
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(LakeError::io("open", &path))?;
        let mut on_wait = Some(on_wait);
        let mut waited = Duration::ZERO;
        while !try_lock(&file, &path)? {
            let owner = read_owner(&mut file);
            if waited >= timeout {
                return Err(LakeError::Locked { root: self.layout().root().to_path_buf(), owner });
            }
            if let Some(on_wait) = on_wait.take() {
                on_wait(&owner);
            }
            let pause = POLL_INTERVAL.min(timeout - waited);
            std::thread::sleep(pause);
            waited += pause;
        }
        write_owner(&mut file, owner).map_err(LakeError::io("write", &path))?;
        Ok(LakeLock { _file: file })
    }
}

fn try_lock(file: &File, path: &Path) -> Result<bool, LakeError> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(source)) => Err(LakeError::io("lock", path)(source)),
    }
}

fn write_owner(file: &mut File, owner: &LockOwner<'_>) -> std::io::Result<()> {
    let since = owner.since.format("%Y-%m-%d %H:%M:%SZ");
    file.set_len(0)?;
    file.rewind()?;
    write!(file, "process {}, `{}` since {since}", std::process::id(), owner.verb)
}

/// The owner in the lock file, which serves messages only.
fn read_owner(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
    if read.is_err() || text.is_empty() { "unknown".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn owner(verb: &str) -> LockOwner<'_> {
        LockOwner { verb, since: "2015-03-07T03:00:00Z".parse().unwrap() }
    }

    #[test]
    fn the_error_names_the_owner() {
        let folder = tempfile::tempdir().unwrap();
        let lake = testing::lake(folder.path());
        let never = |_: &str| panic!("a timeout of zero does not wait");
        let lock = lake.lock(&owner("nightly"), Duration::ZERO, never).unwrap();
        let message = lake.lock(&owner("stats"), Duration::ZERO, never).unwrap_err().to_string();
        let expected = format!("(process {}, `nightly` since 2015-03-07 03:00:00Z)", std::process::id());
        assert!(message.contains(&expected), "{message}");
        drop(lock);
        lake.lock(&owner("stats"), Duration::ZERO, never).unwrap();
    }

    #[test]
    fn a_writer_waits_until_its_timeout() {
        let folder = tempfile::tempdir().unwrap();
        let lake = testing::lake(folder.path());
        let lock = lake.lock(&owner("nightly"), Duration::ZERO, |_| {}).unwrap();
        let mut other = String::new();
        let refused = lake.lock(&owner("stats"), POLL_INTERVAL / 2, |owner| other = owner.to_owned());
        assert!(matches!(refused, Err(LakeError::Locked { .. })));
        assert!(other.contains("`nightly`"), "{other}");
        let (waits, waiting) = std::sync::mpsc::channel();
        let second = {
            let lake = lake.clone();
            std::thread::spawn(move || {
                lake.lock(&owner("stats"), Duration::from_secs(60), |_| waits.send(()).unwrap()).map(|_| ())
            })
        };
        waiting.recv().unwrap();
        drop(lock);
        second.join().unwrap().unwrap();
    }

    #[test]
    fn a_link_is_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        let lake = testing::lake(&folder.path().join("lake"));
        let victim = folder.path().join("victim");
        std::fs::write(&victim, "precious").unwrap();
        std::os::unix::fs::symlink(&victim, lake.layout().lock()).unwrap();
        let refused = lake.lock(&owner("nightly"), Duration::ZERO, |_| {});
        assert!(matches!(refused, Err(LakeError::SymbolicLink(_))));
        assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
    }
}
