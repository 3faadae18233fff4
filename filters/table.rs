//! A small hash table of numbers, for what is counted within one document.
//!
//! Keys are hashes, or pairs of numbers below 2^32, and are stored whole. It grows with what is put in, so that a text
//! of one word a million times costs what one word costs.

/// From keys to consecutive numbers, in the order in which keys are first seen.
#[derive(Debug)]
pub(crate) struct Numbering {
    /// Key and number of each slot; [`EMPTY`] numbers nothing.
    slots: Vec<(u64, u32)>,
    len: u32,
}

const EMPTY: u32 = u32::MAX;

impl Numbering {
    /// A table for about so many keys, or fewer: it starts at no more than a few thousand slots.
    pub(crate) fn new(expected: usize) -> Self {
        let slots = (expected.clamp(16, 2048) * 2).next_power_of_two();
        Self { slots: vec![(0, EMPTY); slots], len: 0 }
    }

    /// The number of a key, and whether it is new.
    #[inline]
    pub(crate) fn number(&mut self, key: u64) -> (u32, bool) {
        if self.len as usize * 2 >= self.slots.len() {
            self.grow();
        }
        let slot = self.slot(key);
        if self.slots[slot].1 != EMPTY {
            return (self.slots[slot].1, false);
        }
        self.slots[slot] = (key, self.len);
        self.len += 1;
        (self.len - 1, true)
    }

    /// The number of a key that has one.
    #[inline]
    pub(crate) fn get(&self, key: u64) -> Option<u32> {
        let number = self.slots[self.slot(key)].1;
        (number != EMPTY).then_some(number)
    }

    /// Where the key is, or would be.
    #[inline]
    fn slot(&self, key: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mixed = (key ^ (key >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut slot = (mixed >> 32) as usize & mask;
        while self.slots[slot].1 != EMPTY && self.slots[slot].0 != key {
            slot = (slot + 1) & mask;
        }
        slot
    }

    #[cold]
    fn grow(&mut self) {
        let doubled = vec![(0, EMPTY); self.slots.len() * 2];
        for (key, number) in std::mem::replace(&mut self.slots, doubled) {
            if number != EMPTY {
                let slot = self.slot(key);
                self.slots[slot] = (key, number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_numbered_as_they_come() {
        let mut table = Numbering::new(0);
        let keys: Vec<u64> = (0..5_000_u64).map(|key| (key << 32) | (key / 3)).collect();
        for (expected, key) in (0..).zip(&keys) {
            assert_eq!(table.number(*key), (expected, true));
        }
        for (expected, key) in (0..).zip(&keys) {
            assert_eq!(table.number(*key), (expected, false));
        }
    }
}
