//! A window that moves over the input.

use std::io::{self, Read};

/// The bytes of the input from one place on, as many as were asked for.
pub(super) struct Window<R> {
    input: R,
    bytes: Vec<u8>,
    start: usize,
    /// Where the window can go back to.
    mark: Option<usize>,
    /// Place of `bytes[start]` in the input.
    offset: u64,
    ended: bool,
}

/// Most that the window holds.
pub(super) const MOST: usize = 32 << 20;

/// Bytes behind the mark that are kept to go back over.
const MOST_BEHIND: usize = 8 << 20;

/// Read at a time.
const STEP: usize = 1 << 20;

impl<R: Read> Window<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, bytes: Vec::new(), start: 0, mark: None, offset: 0, ended: false }
    }

    /// What is in the window.
    pub(super) fn data(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// Place of the window's first byte in the input.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether the window reaches the end of the input.
    pub(super) fn reaches_end(&self) -> bool {
        self.ended
    }

    /// Reads until the window holds so many bytes, or the input ends.
    pub(super) fn fill(&mut self, wanted: usize) -> io::Result<()> {
        let wanted = wanted.min(MOST);
        while self.data().len() < wanted && !self.ended {
            self.mark = self.mark.filter(|mark| self.start - mark <= MOST_BEHIND);
            let done = self.mark.unwrap_or(self.start);
            if done > 0 {
                self.bytes.drain(..done);
                self.start -= done;
                self.mark = self.mark.map(|_| 0);
            }
            let held = self.bytes.len();
            self.bytes.resize((held + STEP).max(wanted), 0);
            let read = loop {
                match self.input.read(&mut self.bytes[held..]) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    other => break other,
                }
            };
            self.bytes.truncate(held + *read.as_ref().unwrap_or(&0));
            self.ended = read? == 0;
        }
        Ok(())
    }

    /// Remembers this place, so that [`Window::rewind`] can go back to it.
    pub(super) fn mark(&mut self) {
        self.mark = Some(self.start);
    }

    /// Goes back to the marked place, unless too much has been read since.
    pub(super) fn rewind(&mut self) {
        if let Some(mark) = self.mark.take() {
            self.offset -= (self.start - mark) as u64;
            self.start = mark;
        }
    }

    /// Moves on.
    pub(super) fn consume(&mut self, count: usize) {
        let count = count.min(self.data().len());
        self.start += count;
        self.offset += count as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_goes_back_to_its_mark() {
        let input: Vec<u8> = (0..12_000_000_u32).map(|n| n.to_le_bytes()[1]).collect();
        let mut window = Window::new(&input[..]);
        window.fill(100).unwrap();
        window.consume(50);
        for (read, expected) in [(5_000_000, 50), (11_000_000, 11_000_050)] {
            window.mark();
            let mut left = read;
            while left > 0 {
                window.fill(1 << 20).unwrap();
                let count = window.data().len().min(left);
                window.consume(count);
                left -= count;
            }
            window.rewind();
            window.fill(1).unwrap();
            assert_eq!(window.offset(), expected);
            assert_eq!(window.data()[0], input[usize::try_from(expected).unwrap()]);
        }
    }

    #[test]
    fn the_window_moves_over_everything_once() {
        let input: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let mut window = Window::new(&input[..]);
        let mut seen = Vec::new();
        loop {
            window.fill(1000).unwrap();
            if window.data().is_empty() {
                break;
            }
            assert_eq!(window.offset(), seen.len() as u64);
            let count = window.data().len().min(777);
            seen.extend_from_slice(&window.data()[..count]);
            window.consume(count);
        }
        assert_eq!(seen, input);
        assert!(window.reaches_end());
    }
}
