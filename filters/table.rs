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

    /// How many keys have a number.
    pub(crate) fn len(&self) -> usize {
        self.len as usize
    }

    /// The number of a key, and whether it is new. No branch depends on that, which cannot be foretold: half of the time that
    /// counting words takes was that of wrong guesses.
    #[inline]
    pub(crate) fn number(&mut self, key: u64) -> (u32, bool) {
        if self.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let slot = self.slot(key);
        let known = self.slots[slot].1;
        let is_new = known == EMPTY;
        let number = if is_new { self.len } else { known };
        self.slots[slot] = (key, number);
        self.len += u32::from(is_new);
        (number, is_new)
    }

    /// The number of a key that has one.
    #[inline]
    pub(crate) fn get(&self, key: u64) -> Option<u32> {
        let number = self.slots[self.slot(key)].1;
        (number != EMPTY).then_some(number)
    }

    /// Where the key is, or would be.
    #[inline]
    #[expect(
        clippy::needless_bitwise_bool,
        reason = "one branch, and not one on whether the key is known, which cannot be foretold"
    )]
    fn slot(&self, key: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = (mix(key) >> 32) as usize & mask;
        while (self.slots[slot].0 != key) & (self.slots[slot].1 != EMPTY) {
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

/// Which keys may have been seen more than once. Most keys that were seen once are known to be so, without a table of all
/// of them: two bits for a hash, thirty-two a key.
#[derive(Debug)]
pub(crate) struct Repeating {
    /// Hashes seen, and hashes seen again.
    bits: Vec<[u64; 2]>,
}

impl Repeating {
    /// For about so many keys.
    pub(crate) fn new(expected: usize) -> Self {
        Self { bits: vec![[0; 2]; expected.div_ceil(4).next_power_of_two()] }
    }

    /// Sees a key.
    #[inline]
    pub(crate) fn see(&mut self, key: u64) {
        let (at, bit) = self.place(key);
        let [once, again] = &mut self.bits[at];
        *again |= *once & bit;
        *once |= bit;
    }

    /// Whether it may have been seen more than once.
    #[inline]
    pub(crate) fn may_repeat(&self, key: u64) -> bool {
        let (at, bit) = self.place(key);
        self.bits[at][1] & bit != 0
    }

    fn place(&self, key: u64) -> (usize, u64) {
        let mixed = mix(key);
        ((mixed >> 38) as usize & (self.bits.len() - 1), 1 << (mixed >> 32 & 63))
    }
}

/// A number whose upper half depends on all of the key.
#[inline]
fn mix(key: u64) -> u64 {
    (key ^ (key >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_twice_may_repeat_and_most_else_does_not() {
        let mut seen = Repeating::new(1000);
        (0..1000).chain(0..100).for_each(|key| seen.see(key << 32 | key));
        let repeating: Vec<u64> = (0..1000).filter(|key| seen.may_repeat(key << 32 | key)).collect();
        let twice: Vec<u64> = (0..100).collect();
        assert!(repeating.starts_with(&twice) && repeating.len() < 200, "{}", repeating.len());
    }

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
