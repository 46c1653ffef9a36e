//! The only file of a zip archive, read as a stream.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
};

use flate2::{Crc, read::DeflateDecoder};
use zip::{CompressionMethod, ZipArchive, result::ZipError};

use crate::{
    report::{file_error::FileError, progress::Progress},
    source::{counting_reader::CountingReader, file::InboxFile, panic_guard::decode},
};

/// Largest number of members that an archive may list.
const MAX_MEMBERS: usize = 10_000;

/// Position and size of a member.
struct Member {
    name: String,
    start: u64,
    packed: u64,
    size: u64,
    crc: u32,
    is_deflated: bool,
}

/// Name of the only member of an archive, and its content.
pub(super) fn open_member<'a>(
    file: &InboxFile,
    progress: &'a dyn Progress,
) -> Result<(String, Box<dyn Read + Send + 'a>), FileError> {
    let member = decode(&file.name, "zip", || find_member(file))?;
    let unreadable = |source| FileError::Unreadable { file: file.name.clone(), source };
    let mut opened = File::open(&file.path).map_err(unreadable)?;
    opened.seek(SeekFrom::Start(member.start)).map_err(unreadable)?;
    let packed = BufReader::with_capacity(1 << 16, CountingReader::new(opened, progress)).take(member.packed);
    let unpacked: Box<dyn Read + Send + 'a> =
        if member.is_deflated { Box::new(DeflateDecoder::new(packed)) } else { Box::new(packed) };
    let checked =
        CheckedReader { inner: unpacked, crc: Crc::new(), expected: member.crc, remaining: member.size };
    Ok((member.name, Box::new(checked)))
}

/// Name of the only member of an archive.
pub(super) fn member_name(file: &InboxFile) -> Result<String, FileError> {
    decode(&file.name, "zip", || Ok(find_member(file)?.name))
}

fn find_member(file: &InboxFile) -> Result<Member, FileError> {
    let corrupt =
        |message: String| FileError::CorruptArchive { file: file.name.clone(), compression: "zip", message };
    let unread = |member, problem| FileError::UnreadMember { file: file.name.clone(), member, problem };
    let broken = |error: ZipError| corrupt(error.to_string());
    let opened =
        File::open(&file.path).map_err(|source| FileError::Unreadable { file: file.name.clone(), source })?;
    let mut archive = ZipArchive::new(BufReader::new(opened)).map_err(broken)?;
    if archive.len() > MAX_MEMBERS {
        return Err(corrupt(format!("it lists {} files", archive.len())));
    }
    let (mut names, mut found) = (Vec::new(), None);
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(broken)?;
        let name = member.name().map_err(broken)?.into_owned();
        let base = name.rsplit('/').next().unwrap_or_default();
        // Finder adds files of its own.
        if member.is_dir() || base.starts_with('.') || name.starts_with("__MACOSX/") {
            continue;
        }
        names.push(name.clone());
        if member.encrypted() {
            return Err(unread(name, "is protected by a password"));
        }
        let is_deflated = match member.compression() {
            CompressionMethod::Deflated => true,
            CompressionMethod::Stored => false,
            _ => return Err(unread(name, "is not packed by deflate")),
        };
        let start = member.data_start().ok_or_else(|| corrupt(format!("`{name}` has no content")))?;
        let (packed, size, crc) = (member.compressed_size(), member.size(), member.crc32());
        found = Some(Member { name, start, packed, size, crc, is_deflated });
    }
    match (names.len(), found) {
        (1, Some(member)) => Ok(member),
        _ => Err(FileError::ArchiveMembers { file: file.name.clone(), members: names }),
    }
}

/// Reader that compares size and checksum with those of the archive, so that a bomb ends at its stated size.
struct CheckedReader<R> {
    inner: R,
    crc: Crc,
    expected: u32,
    remaining: u64,
}

impl<R: Read> Read for CheckedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.crc.update(&buffer[..read]);
        let invalid = |message: &str| io::Error::new(io::ErrorKind::InvalidData, message);
        self.remaining = self
            .remaining
            .checked_sub(read as u64)
            .ok_or_else(|| invalid("the file is longer than the archive states"))?;
        if read == 0 && !buffer.is_empty() && (self.remaining > 0 || self.crc.sum() != self.expected) {
            return Err(invalid("size or checksum differ from those that the archive states"));
        }
        Ok(read)
    }
}
