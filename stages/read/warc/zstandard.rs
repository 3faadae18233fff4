//! zstd files: a frame a record, or one frame, with or without the dictionary of the `.warc.zst` specification.

use std::io::{self, Read};

use zstd::stream::raw::{Decoder, InBuffer, Operation, OutBuffer};

use super::chunks::{ChunkError, Chunks, is_version};
use super::window::Window;

/// A skippable frame of this number holds the dictionary.
const DICTIONARY: [u8; 4] = [0x5d, 0x2a, 0x4d, 0x18];
const FRAME: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// A dictionary larger than this is refused.
const MOST_DICTIONARY: usize = 16 << 20;

/// A frame that inflates to more than this, and more than [`BOMB_RATIO`] times its size, is a bomb.
const BOMB_BYTES: u64 = 64 << 20;
const BOMB_RATIO: u64 = 250;

pub(super) struct Zstandard<R> {
    window: Window<R>,
    dictionary: Vec<u8>,
    member: u64,
    frame: Option<(Decoder<'static>, u64, u64)>,
}

impl<R: Read> Zstandard<R> {
    pub(super) fn new(window: Window<R>) -> Self {
        Self { window, dictionary: Vec::new(), member: 0, frame: None }
    }

    /// Passes over a skippable frame; its content is kept when it is the dictionary.
    fn skip_frame(&mut self) -> Result<(), ChunkError> {
        let data = self.window.data();
        let is_dictionary = data.starts_with(&DICTIONARY);
        let Some(size) = data.get(4..8).and_then(|size| size.try_into().ok()).map(u32::from_le_bytes) else {
            return Err(ChunkError::Truncated);
        };
        let mut left = size as usize;
        self.window.consume(8);
        if is_dictionary && left <= MOST_DICTIONARY {
            self.window.fill(left)?;
            if self.window.data().len() < left {
                return Err(ChunkError::Truncated);
            }
            let content = &self.window.data()[..left];
            self.dictionary = if content.starts_with(&FRAME) {
                zstd::bulk::decompress(content, MOST_DICTIONARY)
                    .map_err(|error| ChunkError::Corrupt(error.to_string()))?
            } else {
                content.to_vec()
            };
        }
        while left > 0 {
            self.window.fill(1)?;
            let pass = self.window.data().len().min(left);
            if pass == 0 {
                return Err(ChunkError::Truncated);
            }
            self.window.consume(pass);
            left -= pass;
        }
        Ok(())
    }
}

impl<R: Read + Send> Chunks for Zstandard<R> {
    fn next(&mut self, into: &mut Vec<u8>) -> Result<bool, ChunkError> {
        loop {
            self.window.fill(1 << 17)?;
            if self.frame.is_none() {
                self.member = self.window.offset();
                self.window.mark();
                match self.window.data() {
                    [] => return Ok(false),
                    [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
                        self.skip_frame()?;
                        continue;
                    }
                    data if data.starts_with(&FRAME) => {
                        let decoder = Decoder::with_dictionary(&self.dictionary);
                        self.frame = Some((decoder?, 0, 0));
                    }
                    data if data.len() < 4 => return Err(ChunkError::Truncated),
                    _ => return Err(ChunkError::Corrupt("no zstd frame begins here".into())),
                }
            }
            let Some((decoder, taken, made)) = &mut self.frame else { continue };
            let held = into.len();
            into.resize(held + (1 << 18), 0);
            let mut input = InBuffer::around(self.window.data());
            let mut output = OutBuffer::around(&mut into[held..]);
            let result = decoder.run(&mut input, &mut output);
            let (read, written) = (input.pos(), output.pos());
            into.truncate(held + written);
            self.window.consume(read);
            *taken += read as u64;
            *made += written as u64;
            let is_bomb = *made > BOMB_BYTES && *made > BOMB_RATIO * (*taken).max(1);
            match result {
                Ok(0) => self.frame = None,
                Ok(_) if is_bomb => return Err(ChunkError::Bomb),
                Ok(_) if read == 0 && written == 0 && self.window.reaches_end() => return Err(ChunkError::Truncated),
                Ok(_) => {}
                Err(error) => return Err(ChunkError::Corrupt(error.to_string())),
            }
            if written > 0 {
                return Ok(true);
            }
        }
    }

    fn member_offset(&self) -> u64 {
        self.member
    }

    fn offset(&self) -> u64 {
        self.window.offset()
    }

    fn at_member_start(&self) -> bool {
        self.frame.is_none()
    }

    fn resync(&mut self) -> io::Result<()> {
        self.frame = None;
        self.window.rewind();
        self.window.consume(1);
        loop {
            self.window.fill(1 << 17)?;
            let data = self.window.data();
            let begins = |place: &usize| begins_record(&data[*place..], &self.dictionary);
            if let Some(place) = memchr::memmem::find_iter(data, &FRAME).find(begins) {
                self.window.consume(place);
                return Ok(());
            }
            let keep = if self.window.reaches_end() { 0 } else { data.len().min(1 << 16) };
            let pass = data.len() - keep;
            self.window.consume(pass);
            if self.window.reaches_end() {
                return Ok(());
            }
        }
    }
}

/// Whether a frame that begins here begins with a WARC record.
fn begins_record(data: &[u8], dictionary: &[u8]) -> bool {
    let Ok(mut decoder) = Decoder::with_dictionary(dictionary) else { return false };
    let mut start = [0; 8];
    let mut input = InBuffer::around(data);
    let mut output = OutBuffer::around(&mut start[..]);
    decoder.run(&mut input, &mut output).is_ok() && is_version(output.as_slice())
}
