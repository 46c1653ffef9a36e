//! One writer at a time.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    path::Path,
    time::Duration,
};

use slotcast_core::{DateTime, Utc};

use crate::{error::LakeError, layout::Layout, symlinks::refuse_symlinks};

/// How often a waiting process looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Who asks for the right to write; others that ask are told.
#[derive(Clone, Copy, Debug)]
pub struct Writer<'a> {
    /// The command.
    pub verb: &'a str,
    /// When it was begun.
    pub since: DateTime<Utc>,
}

/// The right to write, held until dropped. The operating system takes it back from a killed process.
#[derive(Debug)]
pub struct LakeLock {
    _file: File,
}

impl LakeLock {
    pub(crate) fn take(
        layout: &Layout,
        writer: &Writer<'_>,
        patience: Duration,
        on_wait: impl FnOnce(&str),
    ) -> Result<Self, LakeError> {
        let path = layout.lock();
        refuse_symlinks(layout, &path)?;
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
            let holder = holder(&mut file);
            if waited >= patience {
                return Err(LakeError::Locked { root: layout.root().to_path_buf(), holder });
            }
            if let Some(on_wait) = on_wait.take() {
                on_wait(&holder);
            }
            let pause = LOOK_AGAIN.min(patience - waited);
            std::thread::sleep(pause);
            waited += pause;
        }
        let since = writer.since.format("%Y-%m-%d %H:%M:%SZ");
        let mut describe = || -> std::io::Result<()> {
            file.set_len(0)?;
            file.rewind()?;
            write!(file, "process {}, `{}` since {since}", std::process::id(), writer.verb)
        };
        describe().map_err(LakeError::io("write", &path))?;
        Ok(Self { _file: file })
    }
}

fn try_lock(file: &File, path: &Path) -> Result<bool, LakeError> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(source)) => Err(LakeError::io("lock", path)(source)),
    }
}

/// What the file says of its holder. It is a courtesy: without it the message says less.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
    if read.is_err() || text.is_empty() { "unknown".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn writer(verb: &str) -> Writer<'_> {
        Writer { verb, since: "2015-03-07T03:00:00Z".parse().unwrap() }
    }

    #[test]
    fn a_second_writer_is_told_who_writes() {
        let folder = tempfile::tempdir().unwrap();
        let lake = testing::lake(folder.path());
        let unasked = |_: &str| panic!("nobody waits");
        let held = lake.lock(&writer("nightly"), Duration::ZERO, unasked).unwrap();
        let message = lake.lock(&writer("stats"), Duration::ZERO, unasked).unwrap_err().to_string();
        let holder = format!("(process {}, `nightly` since 2015-03-07 03:00:00Z)", std::process::id());
        assert!(message.contains(&holder), "{message}");
        drop(held);
        lake.lock(&writer("stats"), Duration::ZERO, unasked).unwrap();
    }

    #[test]
    fn a_patient_writer_waits_for_its_turn_and_an_impatient_one_gives_up() {
        let folder = tempfile::tempdir().unwrap();
        let lake = testing::lake(folder.path());
        let held = lake.lock(&writer("nightly"), Duration::ZERO, |_| {}).unwrap();
        let mut told = String::new();
        let refused = lake.lock(&writer("stats"), LOOK_AGAIN / 2, |holder| told = holder.to_owned());
        assert!(matches!(refused, Err(LakeError::Locked { .. })));
        assert!(told.contains("`nightly`"), "{told}");
        let (waits, waiting) = std::sync::mpsc::channel();
        let second = {
            let lake = lake.clone();
            std::thread::spawn(move || {
                lake.lock(&writer("stats"), Duration::from_secs(60), |_| waits.send(()).unwrap()).map(|_| ())
            })
        };
        waiting.recv().unwrap();
        drop(held);
        second.join().unwrap().unwrap();
    }

    #[test]
    fn a_link_is_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        let lake = testing::lake(&folder.path().join("lake"));
        let victim = folder.path().join("victim");
        std::fs::write(&victim, "precious").unwrap();
        std::os::unix::fs::symlink(&victim, lake.layout().lock()).unwrap();
        let refused = lake.lock(&writer("nightly"), Duration::ZERO, |_| {});
        assert!(matches!(refused, Err(LakeError::SymbolicLink(_))));
        assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
    }
}
