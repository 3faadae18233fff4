//! The way back to the next record, where one is damaged, too large, or of a wrong length.

use memchr::memmem;

use super::chunks::Format;
use super::header::Header;
use super::reader::{Fetched, WarcReader};
use crate::read::Damage;

impl WarcReader {
    /// Passes over a block that is too large to hold, to its end or to a record that begins within: then its length
    /// was wrong.
    pub(super) fn pass_over(&mut self, body: usize, length: u64, start: u64, header: &Header) {
        let (mut left, mut interrupted) = (length, false);
        self.at = body;
        loop {
            let here = usize::try_from(left).unwrap_or(usize::MAX).min(self.buffer.len() - self.at);
            let within = &self.buffer[self.at..self.at + here];
            let record = memmem::find_iter(within, b"\nWARC/1.").find(|place| {
                let before = &within[..*place];
                before.ends_with(b"\r\n\r") || before.ends_with(b"\n")
            });
            if let Some(place) = record {
                self.at += place + 1;
                break;
            }
            // Where the block goes on, a record may begin at the end of what is here.
            let done = if here as u64 == left { here } else { here.saturating_sub(16) };
            self.at += done;
            left -= done as u64;
            if left == 0 {
                break;
            }
            self.compact();
            match self.fetch() {
                Fetched::Bytes => {}
                Fetched::NewRecord(place) => {
                    left -= (place - self.at) as u64;
                    self.at = place;
                    break;
                }
                Fetched::End => {
                    left -= (self.buffer.len() - self.at) as u64;
                    self.at = self.buffer.len();
                    break;
                }
                Fetched::Damaged => {
                    interrupted = true;
                    break;
                }
            }
        }
        // Bytes up to a damaged place are told with it.
        let passed = match self.format {
            _ if interrupted => 0,
            Format::Plain => self.place(self.at).saturating_sub(start),
            _ => self.position().saturating_sub(start),
        };
        let message = match left {
            0 => format!("a block of {length} bytes, more than max_record = {}", self.max_record),
            _ => format!("Content-Length is {length}, and the block ends {left} bytes before"),
        };
        self.pending.push_back(Damage::new("too_large", message, start, passed).of(header));
    }

    /// Moves to the next `WARC/` at the start of a line, from `from` on, or to `next` where that is known to be a
    /// record; says how many bytes of the input were passed over since `at`.
    pub(super) fn find_next_record(&mut self, from: usize, next: Option<usize>) -> u64 {
        let start = self.place(self.at);
        let mut from = from.min(self.buffer.len());
        let mut known = next;
        loop {
            let end = known.unwrap_or(self.buffer.len());
            let mut found = memmem::find_iter(&self.buffer[from.min(end)..end], b"WARC/1").map(|place| from + place);
            let found = found.find(|place| *place > 0 && self.buffer[place - 1] == b'\n');
            if let Some(place) = found.or(known) {
                self.at = place;
                break;
            }
            // What was looked through goes, but for the start of a word.
            self.at = self.buffer.len().saturating_sub(6).max(from);
            self.compact();
            from = self.at;
            match self.fetch() {
                Fetched::Bytes => {}
                Fetched::NewRecord(place) => known = Some(place),
                Fetched::End => known = Some(self.buffer.len()),
                Fetched::Damaged => break,
            }
        }
        let end = if self.at == self.buffer.len() { self.position() } else { self.place(self.at) };
        end.saturating_sub(start)
    }
}
