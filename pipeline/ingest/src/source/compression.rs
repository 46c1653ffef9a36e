//! Decompression of inbox files: plain, gzip, zstd, or a zip archive of one file.

use std::{
    fs::File,
    io::{self, BufReader, Read},
};

use flate2::read::MultiGzDecoder;

use crate::{
    report::{file_error::FileError, progress::Progress},
    source::{
        counting_reader::CountingReader,
        file::{Compression, InboxFile},
        panic_guard::decode,
        zip_member::open_member,
    },
};

/// Largest window of a zstd frame, as a power of two: 128 MiB, the default of `zstd` itself.
const ZSTD_WINDOW: u32 = 27;

/// Largest file that is read into memory as a whole.
pub(super) const MAX_UNPACKED_BYTES: u64 = 1 << 30;

impl Compression {
    /// Opens a file for decompressed reading. `progress` counts the bytes read from disk.
    pub(crate) fn open<'a>(
        self,
        file: &InboxFile,
        progress: &'a dyn Progress,
    ) -> Result<Box<dyn Read + Send + 'a>, FileError> {
        let unreadable = |source| FileError::Unreadable { file: file.name.clone(), source };
        if self == Self::Zip {
            return Ok(open_member(file, progress)?.1);
        }
        let opened = File::open(&file.path).map_err(unreadable)?;
        let counted = CountingReader::new(opened, progress);
        Ok(match self {
            Self::None | Self::Zip => Box::new(counted),
            Self::Gzip => Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 16, counted))),
            Self::Zstd => {
                let mut decoder = zstd::Decoder::new(counted).map_err(unreadable)?;
                decoder.window_log_max(ZSTD_WINDOW).map_err(unreadable)?;
                Box::new(decoder)
            }
        })
    }

    /// Reads from a file that was opened with this compression.
    pub(crate) fn read(
        self,
        file: &str,
        input: &mut dyn Read,
        buffer: &mut [u8],
    ) -> Result<usize, FileError> {
        loop {
            let read = decode(file, self.name(), || Ok(input.read(buffer)))?;
            match read {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read.map_err(|error| self.read_error(file, error)),
            }
        }
    }

    /// Reads a whole file into memory, up to a limit.
    pub(crate) fn read_whole(self, file: &InboxFile, progress: &dyn Progress) -> Result<Vec<u8>, FileError> {
        let mut input = self.open(file, progress)?.take(MAX_UNPACKED_BYTES + 1);
        let mut bytes = Vec::new();
        decode(&file.name, self.name(), || {
            input.read_to_end(&mut bytes).map_err(|error| self.read_error(&file.name, error))
        })?;
        if bytes.len() as u64 > MAX_UNPACKED_BYTES {
            return Err(FileError::ArchiveTooLarge { file: file.name.clone() });
        }
        Ok(bytes)
    }

    fn read_error(self, file: &str, source: io::Error) -> FileError {
        match self {
            Self::None => FileError::Unreadable { file: file.to_owned(), source },
            _ if source.kind() == io::ErrorKind::PermissionDenied => {
                FileError::Unreadable { file: file.to_owned(), source }
            }
            _ => FileError::CorruptArchive {
                file: file.to_owned(),
                compression: self.name(),
                message: source.to_string(),
            },
        }
    }
}
