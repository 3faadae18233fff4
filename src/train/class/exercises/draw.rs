//! Numbers that a seed decides.

/// A sequence of draws (`SplitMix64`); the same for the same seed and number of the page.
pub(super) struct Draw {
    state: u64,
}

impl Draw {
    /// The draws of one page.
    pub(super) fn new(seed: u64, page: u64) -> Self {
        let mut draw = Self { state: seed };
        draw.state = draw.next().wrapping_add(page);
        draw
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A whole number, both ends included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.next() % high.abs_diff(low).saturating_add(1)).unwrap_or(0)
    }

    /// A whole number of that size or less, not 0.
    pub(super) fn signed(&mut self, most: i64) -> i64 {
        let size = self.between(1, most);
        if self.one_in(2) { -size } else { size }
    }

    /// Several numbers.
    pub(super) fn several(&mut self, count: i64, low: i64, high: i64) -> Vec<i64> {
        (0..count).map(|_| self.between(low, high)).collect()
    }

    /// True once in so many draws.
    pub(super) fn one_in(&mut self, times: u64) -> bool {
        self.next().is_multiple_of(times)
    }

    /// One of these.
    pub(super) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.next() % of.len() as u64).unwrap_or(0)]
    }

    /// The variable of an exercise.
    pub(super) fn variable(&mut self) -> char {
        self.pick(&['x', 'x', 'x', 'y', 'z', 't', 'n', 'a', 'b', 'c', 'k', 'm', 'p', 'r', 's', 'u', 'v', 'w'])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_repeat_and_stay_in_bounds() {
        let of = |seed, page| Draw::new(seed, page).several(50, -3, 3);
        assert_eq!(of(1, 2), of(1, 2));
        assert_ne!(of(1, 2), of(1, 3));
        assert_ne!(of(1, 2), of(2, 2));
        let drawn = of(7, 0);
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&-3), Some(&3)));
        assert!((0..100).all(|page| Draw::new(3, page).signed(2) != 0));
    }
}
