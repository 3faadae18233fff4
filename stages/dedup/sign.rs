//! The arithmetic of signatures: for each of some hundred hash functions, its smallest value over all shingles.
//!
//! A hash function is `a·x + b` modulo 2^32 with odd `a`, of a shingle's hash folded to 32 bits. The compiler makes
//! vectors of the loop; which ones the processor has is asked once, and the values are the same with any of them.

/// Hash functions that are lowered together: their values stay in registers while the shingles go by.
const TILE: usize = 16;

/// A family of hash functions: the same in every run.
#[derive(Debug)]
pub(crate) struct Family {
    n_hashes: usize,
    /// Factor and offset of each function; those that fill up the last tile are not looked at.
    tiles: Vec<([u32; TILE], [u32; TILE])>,
    vectors: Vectors,
}

/// The widest vectors of this processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Vectors {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Plain,
}

impl Family {
    #[expect(clippy::cast_possible_truncation, reason = "the low half of a random number is a random number")]
    pub(crate) fn new(n_hashes: usize) -> Self {
        let mut state = 0x5eed_u64;
        let mut next = || {
            // SplitMix64 (Steele, Lea, Flood 2014).
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (z ^ (z >> 31)) as u32
        };
        let mut tiles = vec![([1; TILE], [0; TILE]); n_hashes.div_ceil(TILE)];
        for place in 0..n_hashes {
            tiles[place / TILE].0[place % TILE] = next() | 1;
            tiles[place / TILE].1[place % TILE] = next();
        }
        Self { n_hashes, tiles, vectors: Vectors::here() }
    }

    /// The smallest value of each function over these hashes.
    pub(crate) fn lowest(&self, hashes: &[u32], signature: &mut Vec<u32>) {
        signature.clear();
        for (factors, offsets) in &self.tiles {
            signature.extend(self.vectors.lowest(factors, offsets, hashes));
        }
        signature.truncate(self.n_hashes);
    }
}

/// A 64-bit hash as 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
pub(crate) const fn fold(hash: u64) -> u32 {
    (hash ^ (hash >> 32)) as u32
}

impl Vectors {
    fn here() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") {
                return Self::Avx512;
            }
            if is_x86_feature_detected!("avx2") {
                return Self::Avx2;
            }
        }
        Self::Plain
    }

    fn lowest(self, factors: &[u32; TILE], offsets: &[u32; TILE], hashes: &[u32]) -> [u32; TILE] {
        match self {
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "`here` found that this processor has these vectors")]
            Self::Avx512 => unsafe { lowest_avx512(factors, offsets, hashes) },
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "`here` found that this processor has these vectors")]
            Self::Avx2 => unsafe { lowest_avx2(factors, offsets, hashes) },
            Self::Plain => lowest(factors, offsets, hashes),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn lowest_avx512(factors: &[u32; TILE], offsets: &[u32; TILE], hashes: &[u32]) -> [u32; TILE] {
    lowest(factors, offsets, hashes)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn lowest_avx2(factors: &[u32; TILE], offsets: &[u32; TILE], hashes: &[u32]) -> [u32; TILE] {
    lowest(factors, offsets, hashes)
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled once for each kind of vector, in the functions above")]
fn lowest(factors: &[u32; TILE], offsets: &[u32; TILE], hashes: &[u32]) -> [u32; TILE] {
    let mut least = [u32::MAX; TILE];
    for &hash in hashes {
        for place in 0..TILE {
            least[place] = least[place].min(factors[place].wrapping_mul(hash).wrapping_add(offsets[place]));
        }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_do_not_depend_on_the_processor() {
        let hashes: Vec<u32> = (0..1_000_u32).map(|n| n.wrapping_mul(0x9e37_79b1)).collect();
        for n_hashes in [1, 16, 112, 260] {
            let family = Family::new(n_hashes);
            let plain = Family { vectors: Vectors::Plain, ..Family::new(n_hashes) };
            let (mut a, mut b) = (Vec::new(), Vec::new());
            family.lowest(&hashes, &mut a);
            plain.lowest(&hashes, &mut b);
            assert_eq!((a.len(), &a), (n_hashes, &b));
        }
    }
}
