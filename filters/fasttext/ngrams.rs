//! Hashes of words and n-grams, and the rows of the input matrix that they fall on.

use std::ops::Range;

use super::LoadError;
use super::read::Reader;

/// The bound on n-grams in a file, in characters or words.
pub(super) struct LongestNgram;

impl LongestNgram {
    pub(super) const VALUE: usize = 100;
}

/// FNV-1a, begun.
pub(super) const BASIS: u32 = 2_166_136_261;

/// FNV-1a, one byte on. The reference's bytes are signed: those of other scripts set the upper 24 bits.
#[inline]
pub(super) fn step(hash: u32, byte: u8) -> u32 {
    (hash ^ i32::from(byte.cast_signed()).cast_unsigned()).wrapping_mul(16_777_619)
}

/// Character n-grams of words.
#[derive(Clone, Copy, Debug)]
pub(super) struct CharNgrams {
    shortest: usize,
    longest: usize,
}

impl CharNgrams {
    pub(super) fn new(shortest: usize, longest: usize) -> Self {
        Self { shortest, longest }
    }

    /// Adds the hash of each n-gram of `bounded` that begins in `starts`. It is a word between `<` and `>`; these two
    /// are no n-grams by themselves.
    pub(super) fn hash(self, bounded: &[u8], starts: Range<usize>, hashes: &mut Vec<u32>) {
        if bounded.is_ascii() {
            self.hash_ascii(bounded, starts, hashes);
        } else {
            self.hash_any(bounded, starts, hashes);
        }
    }

    fn hash_ascii(self, bounded: &[u8], starts: Range<usize>, hashes: &mut Vec<u32>) {
        for start in starts {
            let ngram = &bounded[start..bounded.len().min(start + self.longest)];
            // Where an n-gram of one byte is one at all, these two are not.
            let is_bound = start == 0 || start + 1 == bounded.len();
            let shortest = self.shortest.max(1 + usize::from(is_bound));
            let mut hash = BASIS;
            for (before, byte) in ngram.iter().enumerate() {
                hash = step(hash, *byte);
                if before + 1 >= shortest {
                    hashes.push(hash);
                }
            }
        }
    }

    fn hash_any(self, bounded: &[u8], starts: Range<usize>, hashes: &mut Vec<u32>) {
        let is_inside = |at: usize| bounded.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
        for start in starts.filter(|start| !is_inside(*start)) {
            let (mut hash, mut end) = (BASIS, start);
            for length in 1..=self.longest {
                let Some(byte) = bounded.get(end) else { break };
                hash = step(hash, *byte);
                end += 1;
                while is_inside(end) {
                    hash = step(hash, bounded[end]);
                    end += 1;
                }
                let is_bound = length == 1 && (start == 0 || end == bounded.len());
                if length >= self.shortest && !is_bound {
                    hashes.push(hash);
                }
            }
        }
    }
}

/// Calls `visit` with the hash of each n-gram of 2 to `longest` words.
pub(super) fn word_ngrams(hashes: &[u32], longest: usize, mut visit: impl FnMut(u64)) {
    // The reference keeps the words' hashes as signed numbers, and widens them so.
    let widen = |hash: u32| i64::from(hash.cast_signed()).cast_unsigned();
    for (start, first) in hashes.iter().enumerate() {
        let mut hash = widen(*first);
        for next in hashes[start + 1..].iter().take(longest.saturating_sub(1)) {
            hash = hash.wrapping_mul(116_049_371).wrapping_add(widen(*next));
            visit(hash);
        }
    }
}

/// From hashes to rows of the input matrix: those of words come first, then those of buckets.
#[derive(Debug)]
pub(super) struct Buckets {
    count: u32,
    /// 2⁶⁴ ÷ `count`, rounded up: by it a remainder takes two multiplications (Lemire et al. 2019, "Faster
    /// remainder by direct computation", <https://arxiv.org/abs/1902.01961>).
    reciprocal: u64,
    n_words: u32,
    pruned: Option<Pruned>,
}

impl Buckets {
    pub(super) fn new(n_buckets: usize, n_words: usize, pruned: Option<Pruned>) -> Result<Self, LoadError> {
        let too_many = |_| LoadError::Inconsistent("it has more rows than the format can name");
        let count = u32::try_from(n_buckets).map_err(too_many)?;
        let n_words = u32::try_from(n_words).map_err(too_many)?;
        let reciprocal = if count == 0 { 0 } else { (u64::MAX / u64::from(count)).wrapping_add(1) };
        let buckets = Self { count, reciprocal, n_words, pruned };
        u32::try_from(buckets.end()).map_err(too_many)?;
        Ok(buckets)
    }

    pub(super) fn is_pruned(&self) -> bool {
        self.pruned.is_some()
    }

    /// One past the last row.
    pub(super) fn end(&self) -> usize {
        let rows = self.pruned.as_ref().map_or(self.count as usize, |pruned| pruned.end);
        self.n_words as usize + rows
    }

    /// Replaces hashes of character n-grams by their rows, and adds these to `rows`.
    pub(super) fn drain(&self, hashes: &mut Vec<u32>, rows: &mut Vec<u32>) {
        for hash in hashes.iter_mut() {
            *hash = self.bucket(*hash);
        }
        if let Some(pruned) = &self.pruned {
            pruned.retain(hashes);
            rows.extend(hashes.iter().map(|bucket| self.n_words + pruned.place(*bucket)));
        } else {
            rows.extend(hashes.iter().map(|bucket| self.n_words + bucket));
        }
        hashes.clear();
    }

    #[inline]
    fn bucket(&self, hash: u32) -> u32 {
        let fraction = u128::from(self.reciprocal.wrapping_mul(u64::from(hash)));
        #[expect(clippy::cast_possible_truncation, reason = "a remainder is smaller than the 32-bit divisor")]
        let bucket = ((fraction * u128::from(self.count)) >> 64) as u32;
        bucket
    }

    /// The row of a word n-gram.
    #[inline]
    pub(super) fn row_of_long(&self, hash: u64) -> Option<u32> {
        #[expect(clippy::cast_possible_truncation, reason = "a remainder is smaller than the 32-bit divisor")]
        let bucket = hash.checked_rem(u64::from(self.count))? as u32;
        let place = match &self.pruned {
            None => bucket,
            Some(pruned) if pruned.holds(bucket) => pruned.place(bucket),
            Some(_) => return None,
        };
        Some(self.n_words + place)
    }
}

/// The buckets that a quantised model has kept: a bit for each bucket, and the places of those that are set. Most
/// look-ups end at the bits, which stay in the cache (250 kB for 2 million buckets).
#[derive(Debug)]
pub(super) struct Pruned {
    bits: Vec<u64>,
    /// For each 64 buckets, how many kept ones come before.
    before: Vec<u32>,
    /// Where the kept buckets stand, in the order of the buckets.
    places: Vec<u32>,
    /// One past the last place.
    end: usize,
}

impl Pruned {
    /// Bits of more buckets would take more memory than a file of any size justifies.
    const MOST_BUCKETS: usize = 1 << 28;

    pub(super) fn read(reader: &mut Reader<'_>, count: usize, n_buckets: usize) -> Result<Self, LoadError> {
        if n_buckets > Self::MOST_BUCKETS {
            return Err(LoadError::Unsupported("it is pruned, and has more than 2^28 buckets"));
        }
        reader.check(count, 2 * size_of::<i32>())?;
        let mut kept = Vec::with_capacity(count);
        for _ in 0..count {
            kept.push((reader.size()?, reader.size()?));
        }
        Self::new(kept, n_buckets)
    }

    /// From pairs of bucket and place; a bucket's last place counts.
    fn new(mut kept: Vec<(usize, usize)>, n_buckets: usize) -> Result<Self, LoadError> {
        kept.reverse();
        kept.sort_by_key(|(bucket, _)| *bucket);
        kept.dedup_by_key(|(bucket, _)| *bucket);
        let mut bits = vec![0_u64; n_buckets.div_ceil(64)];
        let mut places = Vec::with_capacity(kept.len());
        let mut end = 0;
        for (bucket, place) in kept {
            if bucket >= n_buckets {
                return Err(LoadError::Inconsistent("it kept a bucket that is none"));
            }
            bits[bucket / 64] |= 1 << (bucket % 64);
            end = end.max(place + 1);
            places.push(u32::try_from(place).map_err(|_| LoadError::Inconsistent("a row is too far"))?);
        }
        let mut sum = 0;
        let mut before = Vec::with_capacity(bits.len());
        for block in &bits {
            before.push(sum);
            sum += block.count_ones();
        }
        Ok(Self { bits, before, places, end })
    }

    #[inline]
    fn holds(&self, bucket: u32) -> bool {
        self.bits[bucket as usize / 64] >> (bucket % 64) & 1 == 1
    }

    /// The place of a bucket that is kept.
    #[inline]
    fn place(&self, bucket: u32) -> u32 {
        let block = bucket as usize / 64;
        let before_in_block = self.bits[block] & ((1 << (bucket % 64)) - 1);
        self.places[(self.before[block] + before_in_block.count_ones()) as usize]
    }

    /// Leaves the buckets that are kept. About every second one is, so a branch would be mispredicted often.
    fn retain(&self, buckets: &mut Vec<u32>) {
        let mut n_kept = 0;
        for at in 0..buckets.len() {
            let bucket = buckets[at];
            buckets[n_kept] = bucket;
            n_kept += usize::from(self.holds(bucket));
        }
        buckets.truncate(n_kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(text: &str) -> u32 {
        text.bytes().fold(BASIS, step)
    }

    #[test]
    fn char_ngrams_are_of_characters_and_bounds() {
        for (what, word, (shortest, longest), expected) in [
            ("bigrams", "<ab>", (2, 2), vec!["<a", "ab", "b>"]),
            ("in the order of their start", "<ab>", (2, 3), vec!["<a", "<ab", "ab", "ab>", "b>"]),
            ("bounds alone are none", "<ab>", (1, 1), vec!["a", "b"]),
            ("characters, not bytes", "<пя>", (2, 3), vec!["<п", "<пя", "пя", "пя>", "я>"]),
            ("a short word", "<a>", (3, 6), vec!["<a>"]),
            ("shortest above longest", "<abc>", (4, 3), vec![]),
            ("from nothing on", "<a>", (0, 2), vec!["<a", "a", "a>"]),
            ("four bytes", "<😀>", (1, 2), vec!["<😀", "😀", "😀>"]),
        ] {
            let mut found = Vec::new();
            CharNgrams::new(shortest, longest).hash(word.as_bytes(), 0..word.len(), &mut found);
            let expected: Vec<u32> = expected.into_iter().map(hash).collect();
            assert_eq!(found, expected, "{what}");
            // Pieces give the same, and so does what is made for ASCII.
            found.clear();
            for start in 0..word.len() {
                CharNgrams::new(shortest, longest).hash(word.as_bytes(), start..start + 1, &mut found);
            }
            assert_eq!(found, expected, "{what}, in pieces");
            found.clear();
            CharNgrams::new(shortest, longest).hash_any(word.as_bytes(), 0..word.len(), &mut found);
            assert_eq!(found, expected, "{what}");
        }
    }

    #[test]
    fn bytes_above_ascii_are_signed() {
        assert_eq!(step(0, 0x41), 0x41 * 16_777_619);
        assert_eq!(step(0, 0xff), u32::MAX.wrapping_mul(16_777_619));
    }

    #[test]
    fn word_ngrams_are_up_to_n_words_long() {
        let negative = -5_i32;
        let mut found = Vec::new();
        word_ngrams(&[1, 2, negative.cast_unsigned()], 3, |hash| found.push(hash));
        let pair = 116_049_371 + 2_u64;
        let triple = pair.wrapping_mul(116_049_371).wrapping_sub(5);
        assert_eq!(found, [pair, triple, 2 * 116_049_371 - 5]);
        for longest in [0, 1] {
            word_ngrams(&[1, 2], longest, |_| panic!("no n-grams"));
        }
    }

    fn row(buckets: &Buckets, hash: u32) -> Option<u32> {
        let mut rows = Vec::new();
        buckets.drain(&mut vec![hash], &mut rows);
        rows.pop()
    }

    #[test]
    fn remainders_are_exact() {
        for n in [1, 2, 3, 7, 64, 500, 2_000_000, 2_147_483_647] {
            let buckets = Buckets::new(n, 10, None).unwrap();
            for hash in [0, 1, 2, 499, 500, 65_535, 1_999_999, 2_000_000, 2_147_483_647, 4_294_967_295] {
                assert_eq!(row(&buckets, hash).unwrap() as usize, 10 + hash as usize % n, "{hash} % {n}");
                assert_eq!(row(&buckets, hash), buckets.row_of_long(hash.into()));
            }
        }
        assert_eq!(Buckets::new(0, 10, None).unwrap().row_of_long(7), None);
        assert!(Buckets::new(u32::MAX as usize, 1, None).is_err());
    }

    #[test]
    fn pruned_buckets_are_none() {
        let pruned = Pruned::new(vec![(99, 7), (64, 1), (3, 2), (64, 0)], 100).unwrap();
        let buckets = Buckets::new(100, 10, Some(pruned)).unwrap();
        assert_eq!(buckets.end(), 18);
        for (bucket, row) in [(99, Some(17)), (64, Some(10)), (3, Some(12)), (0, None), (63, None), (65, None)] {
            assert_eq!(self::row(&buckets, bucket), row, "{bucket}");
            assert_eq!(buckets.row_of_long(bucket.into()), row, "{bucket}");
        }
        assert!(Pruned::new(vec![(100, 0)], 100).is_err());
        let nothing_kept = Buckets::new(100, 10, Some(Pruned::new(vec![], 100).unwrap())).unwrap();
        assert_eq!(row(&nothing_kept, 3), None);
    }
}
