//! Inflated bytes, a piece at a time, with where they come from.

use std::io::{self, Read};

use super::gzip::Gzip;
use super::window::Window;
use super::zstandard::Zstandard;

/// A source of inflated bytes.
pub(super) trait Chunks: Send {
    /// The next piece into `into` (appended); `Ok(false)` at the end of the input. An error ends the present member:
    /// [`Chunks::resync`] finds the next.
    fn next(&mut self, into: &mut Vec<u8>) -> Result<bool, ChunkError>;

    /// Place in the input of the member that the last piece was of.
    fn member_offset(&self) -> u64;

    /// Place in the input behind the last piece.
    fn offset(&self) -> u64;

    /// Whether the next piece begins a new member, so that no record goes on in it.
    fn at_member_start(&self) -> bool;

    /// Passes over what is left of a damaged member, to where the next one begins or the input ends.
    fn resync(&mut self) -> io::Result<()>;
}

/// Why there is no next piece.
#[derive(Debug)]
pub(super) enum ChunkError {
    /// The input ends within a member.
    Truncated,
    /// The member does not inflate.
    Corrupt(String),
    /// The member inflates to much more than records do.
    Bomb,
    /// The storage failed.
    Io(io::Error),
}

impl From<io::Error> for ChunkError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Whether a record begins here: the version line in any case, as some writers have it.
pub(super) fn is_version(bytes: &[u8]) -> bool {
    bytes.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"WARC/"))
}

/// What a file is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Gzip,
    Zstandard,
    Plain,
    Empty,
    /// Something else, with its name.
    Other(&'static str),
}

pub(super) fn sniff(first: &[u8]) -> Format {
    let text = first.trim_ascii_start();
    match first {
        [] => Format::Empty,
        [0x1f, 0x8b, ..] => Format::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Format::Zstandard,
        [0x04, 0x22, 0x4d, 0x18, ..] => Format::Other("LZ4, which is not read"),
        [b'P', b'K', 3 | 5, ..] => Format::Other("a ZIP archive (WACZ?): unpack it first"),
        _ if is_version(text) => Format::Plain,
        _ if text.starts_with(b"filedesc:") => Format::Other("an ARC file, which is not read"),
        _ if text.is_empty() => Format::Empty,
        _ => Format::Other("not a WARC file"),
    }
}

/// The pieces of an input of that format; `None` where there is nothing to read.
pub(super) fn open<R: Read + Send + 'static>(window: Window<R>, format: Format) -> Option<Box<dyn Chunks>> {
    match format {
        Format::Gzip => Some(Box::new(Gzip::new(window)?)),
        Format::Zstandard => Some(Box::new(Zstandard::new(window))),
        Format::Plain => Some(Box::new(Plain { window })),
        Format::Empty | Format::Other(_) => None,
    }
}

/// A file without compression: one member that never ends early.
struct Plain<R> {
    window: Window<R>,
}

impl<R: Read + Send> Chunks for Plain<R> {
    fn next(&mut self, into: &mut Vec<u8>) -> Result<bool, ChunkError> {
        self.window.fill(1)?;
        let data = self.window.data();
        let count = data.len().min(1 << 18);
        into.extend_from_slice(&data[..count]);
        self.window.consume(count);
        Ok(count > 0)
    }

    fn member_offset(&self) -> u64 {
        0
    }

    fn offset(&self) -> u64 {
        self.window.offset()
    }

    fn at_member_start(&self) -> bool {
        false
    }

    fn resync(&mut self) -> io::Result<()> {
        Ok(())
    }
}
