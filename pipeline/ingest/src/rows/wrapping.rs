//! The bytes of a file, unwrapped: plain, gzip or zstd.

use std::{
    fs::File,
    io::{self, BufReader, Read},
};

use flate2::read::MultiGzDecoder;

use crate::{inbox::InboxFile, progress::Progress, refused::FileRefused, rows::guard::decode};

/// Window that a zstd frame may ask for, as a power of two: 128 MiB, the default of `zstd` itself.
const ZSTD_WINDOW: u32 = 27;

/// How a file is compressed, by the end of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrapping {
    Plain,
    Gzip,
    Zstd,
}

impl Wrapping {
    /// The wrapping that a name promises, and the name without it.
    pub(crate) fn of(name: &str) -> (Self, &str) {
        let ends = |end: &str| {
            let at = name.len().checked_sub(end.len())?;
            name.get(at..)?.eq_ignore_ascii_case(end).then(|| &name[..at])
        };
        if let Some(rest) = ends(".gz").or_else(|| ends(".gzip")) {
            (Self::Gzip, rest)
        } else if let Some(rest) = ends(".zst").or_else(|| ends(".zstd")) {
            (Self::Zstd, rest)
        } else {
            (Self::Plain, name)
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// Opens a file and takes the wrapping off. The bytes read from the disk go to `progress`.
    pub(crate) fn open<'a>(
        self,
        file: &InboxFile,
        progress: &'a dyn Progress,
    ) -> Result<Box<dyn Read + Send + 'a>, FileRefused> {
        let unreadable = |source| FileRefused::Unreadable { file: file.name.clone(), source };
        let opened = File::open(&file.path).map_err(unreadable)?;
        let counted = Counted { inner: opened, progress };
        Ok(match self {
            Self::Plain => Box::new(counted),
            Self::Gzip => Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 16, counted))),
            Self::Zstd => {
                let mut decoder = zstd::Decoder::new(counted).map_err(unreadable)?;
                decoder.window_log_max(ZSTD_WINDOW).map_err(unreadable)?;
                Box::new(decoder)
            }
        })
    }

    /// Reads on in a file that was opened with this wrapping.
    pub(crate) fn read(
        self,
        file: &str,
        input: &mut dyn Read,
        buffer: &mut [u8],
    ) -> Result<usize, FileRefused> {
        loop {
            let read = decode(file, self.in_words(), || Ok(input.read(buffer)))?;
            match read {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read.map_err(|error| self.failed(file, error)),
            }
        }
    }

    /// Reads to the end of a file that was opened with this wrapping.
    pub(crate) fn read_to_end(self, file: &str, input: &mut dyn Read) -> Result<Vec<u8>, FileRefused> {
        let mut bytes = Vec::new();
        decode(file, self.in_words(), || {
            input.read_to_end(&mut bytes).map_err(|error| self.failed(file, error))
        })?;
        Ok(bytes)
    }

    /// What it means that reading failed.
    pub(crate) fn failed(self, file: &str, source: io::Error) -> FileRefused {
        match self {
            Self::Plain => FileRefused::Unreadable { file: file.to_owned(), source },
            _ if source.kind() == io::ErrorKind::PermissionDenied => {
                FileRefused::Unreadable { file: file.to_owned(), source }
            }
            _ => FileRefused::BrokenArchive {
                file: file.to_owned(),
                wrapping: self.in_words(),
                message: source.to_string(),
            },
        }
    }
}

struct Counted<'a> {
    inner: File,
    progress: &'a dyn Progress,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.progress.bytes(read as u64);
        Ok(read)
    }
}
