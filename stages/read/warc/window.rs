//! A window that moves over the input.

use std::io::{self, Read};

/// The bytes of the input from one place on, as many as were asked for.
pub(super) struct Window<R> {
    input: R,
    bytes: Vec<u8>,
    start: usize,
    /// Place of `bytes[start]` in the input.
    offset: u64,
    ended: bool,
}

/// Most that the window holds.
pub(super) const MOST: usize = 32 << 20;

/// Read at a time.
const STEP: usize = 1 << 20;

impl<R: Read> Window<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, bytes: Vec::new(), start: 0, offset: 0, ended: false }
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
            if self.start > 0 {
                self.bytes.drain(..self.start);
                self.start = 0;
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
