//! gzip files of many members, or of one.

use std::io::{self, Read};

use flate2::{Decompress, FlushDecompress, Status};

use super::chunks::{ChunkError, Chunks, is_version};
use super::inflate::{Inflated, Inflater};
use super::window::{MOST, Window};

/// Output given to a member at first; doubled while it is too small.
const FIRST_ROOM: usize = 1 << 18;

/// Output beyond which a member is inflated in pieces.
const MOST_ROOM: usize = 32 << 20;

/// A member that inflates to more than this, and more than [`BOMB_RATIO`] times its size, is a bomb.
const BOMB_BYTES: u64 = 64 << 20;
const BOMB_RATIO: u64 = 250;

pub(super) struct Gzip<R> {
    window: Window<R>,
    inflater: Inflater,
    output: Vec<u8>,
    member: u64,
    /// A member that is inflated in pieces: too large for one call, or damaged.
    pieces: Option<Pieces>,
}

struct Pieces {
    stream: Decompress,
    input: u64,
    output: u64,
}

impl<R: Read> Gzip<R> {
    pub(super) fn new(window: Window<R>) -> Option<Self> {
        Some(Self { window, inflater: Inflater::new()?, output: vec![0; FIRST_ROOM], member: 0, pieces: None })
    }

    /// Inflates the member at the window's start at once; `false` where that cannot be.
    fn whole(&mut self, into: &mut Vec<u8>) -> io::Result<bool> {
        let mut wanted = 1 << 20;
        loop {
            self.window.fill(wanted)?;
            match self.inflater.member(self.window.data(), &mut self.output) {
                Inflated::Whole { consumed, produced } => {
                    into.extend_from_slice(&self.output[..produced]);
                    self.window.consume(consumed);
                    return Ok(true);
                }
                Inflated::NeedsRoom if self.output.len() < MOST_ROOM => self.output.resize(self.output.len() * 2, 0),
                // Short input and damage look the same: more input tells them apart.
                Inflated::Incomplete if !self.window.reaches_end() && self.window.data().len() < MOST => {
                    wanted = self.window.data().len() * 2;
                }
                Inflated::NeedsRoom | Inflated::Incomplete => return Ok(false),
            }
        }
    }

    /// The next piece of a member that is inflated in pieces.
    fn piece(&mut self, pieces: &mut Pieces, into: &mut Vec<u8>) -> Result<bool, ChunkError> {
        loop {
            self.window.fill(1 << 16)?;
            let (before_in, before_out) = (pieces.stream.total_in(), pieces.stream.total_out());
            let held = into.len();
            into.resize(held + FIRST_ROOM, 0);
            let result = pieces.stream.decompress(self.window.data(), &mut into[held..], FlushDecompress::None);
            let taken = pieces.stream.total_in() - before_in;
            let made = pieces.stream.total_out() - before_out;
            into.truncate(held + usize::try_from(made).unwrap_or(0));
            self.window.consume(usize::try_from(taken).unwrap_or(0));
            pieces.input += taken;
            pieces.output += made;
            let ended = match result {
                Ok(status) => status == Status::StreamEnd,
                Err(error) => return Err(ChunkError::Corrupt(error.to_string())),
            };
            if pieces.output > BOMB_BYTES && pieces.output > BOMB_RATIO * pieces.input.max(1) {
                return Err(ChunkError::Bomb);
            }
            if ended {
                return Ok(false);
            }
            if made > 0 {
                return Ok(true);
            }
            if taken == 0 && self.window.reaches_end() {
                return Err(ChunkError::Truncated);
            }
        }
    }
}

impl<R: Read + Send> Chunks for Gzip<R> {
    fn next(&mut self, into: &mut Vec<u8>) -> Result<bool, ChunkError> {
        loop {
            if let Some(mut pieces) = self.pieces.take() {
                let held = into.len();
                let goes_on = self.piece(&mut pieces, into)?;
                if goes_on {
                    self.pieces = Some(pieces);
                }
                if goes_on || into.len() > held {
                    return Ok(true);
                }
            }
            self.window.fill(18)?;
            let padding = self.window.data().iter().take_while(|byte| **byte == 0).count();
            if padding > 0 {
                self.window.consume(padding);
                continue;
            }
            if self.window.data().is_empty() {
                return Ok(false);
            }
            self.member = self.window.offset();
            self.window.mark();
            let held = into.len();
            if self.whole(into)? {
                if into.len() > held {
                    return Ok(true);
                }
                continue; // an empty member
            }
            self.pieces = Some(Pieces { stream: Decompress::new_gzip(15), input: 0, output: 0 });
        }
    }

    fn member_offset(&self) -> u64 {
        self.member
    }

    fn offset(&self) -> u64 {
        self.window.offset()
    }

    fn at_member_start(&self) -> bool {
        self.pieces.is_none()
    }

    fn resync(&mut self) -> io::Result<()> {
        self.pieces = None;
        // A damaged member may have swallowed the beginning of the next: the search begins behind its first byte.
        self.window.rewind();
        self.window.consume(1);
        loop {
            self.window.fill(1 << 16)?;
            let data = self.window.data();
            let found = memchr::memmem::find_iter(data, b"\x1f\x8b\x08").find(|place| begins_record(&data[*place..]));
            if let Some(place) = found {
                self.window.consume(place);
                return Ok(());
            }
            let keep = if self.window.reaches_end() { 0 } else { data.len().min(1 << 12) };
            let pass = data.len() - keep;
            self.window.consume(pass);
            if self.window.reaches_end() {
                return Ok(());
            }
        }
    }
}

/// Whether a gzip member that begins here begins with a WARC record.
fn begins_record(data: &[u8]) -> bool {
    // Reserved flags are never set; three bytes by chance are common, these and an inflated `WARC/` are not.
    if data.get(3).is_none_or(|flags| flags & 0xe0 != 0) {
        return false;
    }
    let mut start = [0; 8];
    let mut stream = Decompress::new_gzip(15);
    // Not enough input for a whole member is an error for some inflaters: what was produced counts.
    let _ = stream.decompress(&data[..data.len().min(4096)], &mut start, FlushDecompress::None);
    is_version(&start)
}
