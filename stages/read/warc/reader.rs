//! Records out of pieces.

use std::collections::VecDeque;
use std::io::Read;

use super::chunks::{ChunkError, Chunks, Format, is_version, open, sniff};
use super::header::{Header, RecordKind};
use super::window::Window;
use crate::read::{Damage, Integrity};

/// A header larger than this is damage.
const MOST_HEADER: usize = 1 << 20;

/// One thing found in a file.
#[derive(Debug)]
pub enum Item {
    /// A whole record.
    Record(Record),
    /// A damaged place, or a record that is not read.
    Damage(Damage),
}

/// One whole record.
#[derive(Debug)]
pub struct Record {
    /// Place in the file: of the record itself, or of the member that holds it.
    pub offset: u64,
    /// Bytes it takes there.
    pub length: u64,
    /// Its kind.
    pub kind: RecordKind,
    /// Its fields.
    pub header: Header,
    /// Its block; empty for kinds that hold no document.
    pub block: Vec<u8>,
}

/// Reads the records of a WARC file, whatever state it is in.
pub struct WarcReader {
    pub(super) chunks: Option<Box<dyn Chunks>>,
    pub(super) format: Format,
    pub(super) buffer: Vec<u8>,
    pub(super) at: usize,
    pub(super) max_record: u64,
    pub(super) integrity: Integrity,
    pub(super) ended: bool,
    /// Damage to tell, with the reading that it interrupted over.
    pub(super) pending: VecDeque<Damage>,
}

/// What fetching more bytes gave.
pub(super) enum Fetched {
    /// More of the same member, or of the next.
    Bytes,
    /// A new member, which begins with a record at that place of the buffer.
    NewRecord(usize),
    /// The end of the input.
    End,
    /// Damage; what follows is in another member.
    Damaged,
}

impl WarcReader {
    /// A reader of that input. Records whose block is larger than `max_record` are passed over and reported.
    ///
    /// # Errors
    /// When the first bytes cannot be read.
    pub fn new(input: impl Read + Send + 'static, max_record: u64) -> std::io::Result<Self> {
        let mut window = Window::new(input);
        window.fill(1 << 16)?;
        let format = sniff(window.data());
        let mut ended = false;
        let mut integrity = Integrity::default();
        let mut pending = VecDeque::new();
        if let Format::Other(what) = format {
            // Its size is told by reading it.
            loop {
                let count = window.data().len();
                window.consume(count);
                window.fill(1)?;
                if window.data().is_empty() {
                    break;
                }
            }
            let bytes = window.offset();
            integrity.bytes = bytes;
            pending.push_back(Damage::new("not_warc", what, 0, bytes));
            ended = true;
        }
        let chunks = if ended { None } else { open(window, format) };
        Ok(Self {
            ended: ended || chunks.is_none(),
            chunks,
            format,
            buffer: Vec::new(),
            at: 0,
            max_record,
            integrity,
            pending,
        })
    }

    /// The account of the file so far; whole once there are no more items.
    #[must_use]
    pub fn integrity(&self) -> &Integrity {
        &self.integrity
    }

    /// Bytes of the input that were read.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.chunks.as_ref().map_or(self.integrity.bytes, |chunks| chunks.offset())
    }

    /// The next record or damaged place; `None` at the end.
    pub fn next_item(&mut self) -> Option<Item> {
        let item = self.find_item();
        match &item {
            Some(Item::Record(record)) => {
                *self.integrity.records.entry(record.kind.name().to_owned()).or_default() += 1;
                self.integrity.truncated_by_crawler += u64::from(record.header.truncated);
            }
            Some(Item::Damage(damage)) => self.integrity.count(damage),
            None => self.integrity.bytes = self.position(),
        }
        item
    }

    fn find_item(&mut self) -> Option<Item> {
        loop {
            if let Some(damage) = self.pending.pop_front() {
                return Some(Item::Damage(damage));
            }
            if self.ended {
                return None;
            }
            // Between records: line ends, and whatever else is not a record.
            let rest = &self.buffer[self.at..];
            self.at += rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            if self.at == self.buffer.len() {
                self.buffer.clear();
                self.at = 0;
                if matches!(self.fetch(), Fetched::End) {
                    self.ended = true;
                }
                continue;
            }
            if let Some(item) = self.record() {
                return Some(item);
            }
        }
    }

    /// Where the bytes at `at` are in the file: of the member that holds them, or of themselves in a plain file.
    pub(super) fn place(&self, at: usize) -> u64 {
        let Some(chunks) = &self.chunks else { return 0 };
        match self.format {
            Format::Plain => chunks.offset() - (self.buffer.len() - at) as u64,
            _ => chunks.member_offset(),
        }
    }

    /// The record that should begin here; `None` when there is damage to tell first.
    fn record(&mut self) -> Option<Item> {
        let start = self.place(self.at);
        let (header, body) = match self.header() {
            Ok(found) => found,
            Err(Stop::Damaged) => return None,
            Err(Stop::Garbage(kind, message, next)) => {
                let passed = self.find_next_record(self.at + 1, next);
                self.pending.push_back(Damage::new(kind, message, start, passed));
                return None;
            }
        };
        let Some(length) = header.content_length else {
            let passed = self.find_next_record(body, None);
            let damage = Damage::new("no_length", "a record without a valid Content-Length", start, passed);
            self.pending.push_back(damage.of(&header));
            return None;
        };
        let kind = header.kind.unwrap_or(RecordKind::Other);
        if length > self.max_record {
            self.pass_over(body, length, start, &header);
            return None;
        }
        let wanted = body + usize::try_from(length).unwrap_or(usize::MAX);
        let mut next_record = None;
        let mut whole = true;
        while whole && self.buffer.len() < wanted {
            match self.fetch() {
                Fetched::Bytes => {}
                Fetched::End => whole = false,
                Fetched::NewRecord(place) => {
                    next_record = Some(place);
                    whole = false;
                }
                // The cut record is part of the damage that is told.
                Fetched::Damaged => {
                    self.damage_is_of(&header);
                    return None;
                }
            }
        }
        let taken = match (self.format, &self.chunks) {
            (Format::Plain, _) | (_, None) => (wanted - self.at) as u64,
            (_, Some(chunks)) => chunks.offset() - start,
        };
        let after = if whole { self.after_block(wanted) } else { After::MoreBlock };
        if after == After::Damaged {
            // The member's checksum would have been behind the block: what was read of it may be wrong.
            self.damage_is_of(&header);
            return None;
        }
        if after == After::MoreBlock {
            // The length is wrong. Too long: records within it are found again. Too short: the rest is passed over.
            let had = next_record.unwrap_or(self.buffer.len()).min(wanted) - body;
            let passed = self.find_next_record(body, next_record);
            let kind = if whole || self.at < self.buffer.len() { "wrong_length" } else { "truncated" };
            let message = if whole {
                format!("Content-Length is {length}, and the block goes on behind it")
            } else {
                format!("Content-Length is {length}, and the block ends after {had} bytes")
            };
            self.pending.push_back(Damage::new(kind, message, start, passed).of(&header));
            return None;
        }
        let block = if kind.has_content() { self.buffer[body..wanted].to_vec() } else { Vec::new() };
        self.at = wanted;
        self.compact();
        Some(Item::Record(Record { offset: start, length: taken, kind, header, block }))
    }

    /// The damage that was just met is that of a record with this header.
    fn damage_is_of(&mut self, header: &Header) {
        if let Some(damage) = self.pending.pop_back() {
            self.pending.push_back(damage.of(header));
        }
    }

    /// The header at `at`, and where the block begins.
    fn header(&mut self) -> Result<(Header, usize), Stop> {
        loop {
            let rest = &self.buffer[self.at..];
            if rest.len() >= 5 && !is_version(rest) {
                return Err(Stop::Garbage("not_a_record", "bytes that are no record".into(), None));
            }
            if let Some((end, body)) = end_of_header(rest) {
                let lines = &rest[..end];
                let fields = memchr::memchr(b'\n', lines).map_or(&[][..], |first| &lines[first + 1..]);
                return Ok((Header::parse(fields), self.at + body));
            }
            if rest.len() > MOST_HEADER {
                let message = format!("a header of more than {MOST_HEADER} bytes");
                return Err(Stop::Garbage("header_too_large", message, None));
            }
            match self.fetch() {
                Fetched::Bytes => {}
                Fetched::Damaged => return Err(Stop::Damaged),
                Fetched::NewRecord(place) => {
                    let message = "a member ends within a record's header".to_owned();
                    return Err(Stop::Garbage("not_a_record", message, Some(place)));
                }
                Fetched::End => {
                    let message = "the input ends within a record's header".to_owned();
                    return Err(Stop::Garbage("truncated", message, Some(self.buffer.len())));
                }
            }
        }
    }

    /// What follows a block that ends at `at`.
    fn after_block(&mut self, at: usize) -> After {
        loop {
            let rest = &self.buffer[at.min(self.buffer.len())..];
            let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            let is_ended = rest.starts_with(b"\r\n\r\n");
            let next = &rest[blank..];
            if is_version(next) {
                return After::End;
            }
            if next.len() >= 5 {
                return if is_ended { After::End } else { After::MoreBlock };
            }
            // A member's end is a record's end: the next one need not be read to know.
            if next.is_empty() && self.chunks.as_ref().is_some_and(|chunks| chunks.at_member_start()) {
                return After::End;
            }
            match self.fetch() {
                Fetched::Bytes => {}
                Fetched::NewRecord(_) => return After::End,
                Fetched::Damaged => return After::Damaged,
                Fetched::End if is_ended || rest_is_blank(&self.buffer[at.min(self.buffer.len())..]) => {
                    return After::End;
                }
                Fetched::End => return After::MoreBlock,
            }
        }
    }

    /// Gets more bytes behind those that are held.
    pub(super) fn fetch(&mut self) -> Fetched {
        let Some(chunks) = &mut self.chunks else { return Fetched::End };
        let is_new = chunks.at_member_start();
        let held = self.buffer.len();
        match chunks.next(&mut self.buffer) {
            Ok(true) if is_new && is_version(&self.buffer[held..]) => Fetched::NewRecord(held),
            Ok(true) => Fetched::Bytes,
            Ok(false) => Fetched::End,
            Err(error) => {
                let start = chunks.member_offset();
                let (kind, message) = match error {
                    ChunkError::Truncated => ("truncated", "the file ends within a compressed member".to_owned()),
                    ChunkError::Corrupt(message) => ("corrupt", message),
                    ChunkError::Bomb => ("bomb", "inflates to hundreds of times its size".to_owned()),
                    ChunkError::Io(error) => ("io", error.to_string()),
                };
                let failed = kind == "io" || chunks.resync().is_err();
                let passed = chunks.offset() - start;
                self.buffer.clear();
                self.at = 0;
                self.ended = failed;
                self.pending.push_back(Damage::new(kind, message, start, passed));
                Fetched::Damaged
            }
        }
    }

    /// Forgets what lies before `at`, once it is much.
    pub(super) fn compact(&mut self) {
        if self.at > 1 << 16 || self.at == self.buffer.len() {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
    }
}

/// What follows a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    /// The record's end: line ends, another record, the end of the member or of the input.
    End,
    /// Something that cannot follow a record: the length was wrong.
    MoreBlock,
    /// Damage within the record's own member; it is pending.
    Damaged,
}

/// Why there is no header.
enum Stop {
    /// Damage was found while fetching, and is pending.
    Damaged,
    /// What is here is no record: kind, message, and the place of the next record if it is known.
    Garbage(&'static str, String, Option<usize>),
}

/// The end of the header's lines, and where the block begins behind the empty line.
fn end_of_header(bytes: &[u8]) -> Option<(usize, usize)> {
    for newline in memchr::memchr_iter(b'\n', bytes) {
        match &bytes[newline + 1..] {
            [b'\r', b'\n', ..] => return Some((newline + 1, newline + 3)),
            [b'\n', ..] => return Some((newline + 1, newline + 2)),
            _ => {}
        }
    }
    None
}

fn rest_is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n' | b' ' | b'\t' | 0))
}
