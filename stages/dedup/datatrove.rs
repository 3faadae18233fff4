//! datatrove's hash family, for signatures that are to be the same as its own.
//!
//! A shingle is xxh64 of its words with spaces between; a hash function is `a·x + b` in 64 bits that wrap, modulo the
//! Mersenne prime 2^61 − 1; `a` and `b` are drawn by numpy's `RandomState(1)` (`MinhashDedupSignature` with the defaults
//! of `MinhashConfig`: xxhash, 64 bits, seed 1). Words are what stands between white space of the normalised text:
//! datatrove's tokenizers of single languages are not taken over. Several times slower than our own family; it proposes
//! the pairs that datatrove would, and no better ones.

use xxhash_rust::xxh64::xxh64;

use super::normalise::pieces;
use super::shingles::Shingling;

/// 2^61 − 1.
const PRIME: u64 = (1 << 61) - 1;

/// datatrove's default.
const SEED: u32 = 1;

/// Factors and offsets.
#[derive(Debug)]
pub(super) struct Family {
    functions: Vec<(u64, u64)>,
}

/// What is used again from document to document.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// All words, a space between two.
    text: Vec<u8>,
    /// First byte and end of each.
    places: Vec<(usize, usize)>,
}

impl Family {
    pub(super) fn new(n_hashes: usize) -> Self {
        let mut draws = RandomState::new(SEED);
        let factors: Vec<u64> = (0..n_hashes).map(|_| 1 + draws.at_most(PRIME - 2)).collect();
        let functions = factors.into_iter().map(|factor| (factor, draws.at_most(PRIME - 1))).collect();
        Self { functions }
    }

    /// The signature of a text: for each hash function its smallest value. A text of fewer words than an n-gram, which
    /// datatrove passes over, is one shingle.
    pub(super) fn sign(&self, text: &str, shingling: Shingling, words: &mut Words, signature: &mut Vec<u64>) {
        words.text.clear();
        words.places.clear();
        pieces(text, shingling.unspaced, |_, word| {
            if !words.text.is_empty() {
                words.text.push(b' ');
            }
            let first = words.text.len();
            words.text.extend_from_slice(word);
            words.places.push((first, words.text.len()));
        });
        signature.clear();
        signature.resize(self.functions.len(), u64::MAX);
        let mut take = |shingle: &[u8]| {
            let hash = xxh64(shingle, 0);
            for (least, (factor, offset)) in signature.iter_mut().zip(&self.functions) {
                *least = (*least).min(hash.wrapping_mul(*factor).wrapping_add(*offset) % PRIME);
            }
        };
        if words.places.len() < shingling.ngram {
            take(&words.text);
        }
        for shingle in words.places.windows(shingling.ngram) {
            take(&words.text[shingle[0].0..shingle[shingle.len() - 1].1]);
        }
    }
}

/// The Mersenne Twister as numpy's `RandomState(seed).randint(…, dtype=uint64)` draws from it (Matsumoto and Nishimura
/// 1998; Knuth's seeding; 64 bits of two draws, masked, and drawn again where they are too large).
struct RandomState {
    state: Vec<u32>,
    at: usize,
}

const STATE: usize = 624;

impl RandomState {
    fn new(seed: u32) -> Self {
        let mut state = vec![seed];
        for place in 1..624_u32 {
            let last = state[state.len() - 1];
            state.push(1_812_433_253_u32.wrapping_mul(last ^ (last >> 30)).wrapping_add(place));
        }
        Self { state, at: STATE }
    }

    fn next(&mut self) -> u32 {
        if self.at == STATE {
            for place in 0..STATE {
                let both = (self.state[place] & 0x8000_0000) | (self.state[(place + 1) % STATE] & 0x7fff_ffff);
                let odd = if both & 1 == 1 { 0x9908_b0df } else { 0 };
                self.state[place] = self.state[(place + 397) % STATE] ^ (both >> 1) ^ odd;
            }
            self.at = 0;
        }
        let mut draw = self.state[self.at];
        self.at += 1;
        draw ^= draw >> 11;
        draw ^= (draw << 7) & 0x9d2c_5680;
        draw ^= (draw << 15) & 0xefc6_0000;
        draw ^ (draw >> 18)
    }

    /// 0 to `most`.
    fn at_most(&mut self, most: u64) -> u64 {
        let mask = u64::MAX >> most.leading_zeros();
        loop {
            let draw = (u64::from(self.next()) << 32 | u64::from(self.next())) & mask;
            if draw <= most {
                return draw;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::normalise::Unspaced;
    use super::*;

    /// Bands, rows, words of a shingle, text, first value, last value, and all of them by their places: what
    /// `benches/dedup_datatrove.py` prints.
    const RECORDED: [(usize, usize, usize, usize, u64, u64, u64); 8] = [
        (14, 8, 5, 0, 74_839_528_411_940_075, 351_018_185_375_161_810, 6_546_135_478_591_410_576),
        (14, 8, 5, 1, 163_850_167_182_997_451, 219_041_927_795_773_785, 1_653_903_976_493_033_505),
        (14, 8, 5, 2, 1_617_270_972_743_717, 10_596_121_950_902_038, 1_464_830_143_617_874_479),
        (14, 8, 5, 3, 1_047_971_900_444_959_875, 309_717_522_422_340, 3_837_393_667_664_306_356),
        (20, 10, 3, 0, 609_877_293_418_908_134, 112_746_164_260_051_446, 2_876_029_160_637_604_219),
        (20, 10, 3, 1, 206_485_167_154_611_644, 134_847_837_639_173_888, 3_566_194_638_738_111_740),
        (20, 10, 3, 2, 442_091_062_549_941, 3_672_165_844_047_909, 8_854_501_128_728_694_611),
        (20, 10, 3, 3, 502_687_278_158_636_599, 79_131_119_752_333_282, 14_391_279_530_596_450_182),
    ];

    #[test]
    fn signatures_are_datatroves() {
        let letter = |n: u32| char::from_u32(97 + n).unwrap();
        let many: Vec<String> = (0..300).map(|n| format!("word{}{}", letter(n % 26), letter(n / 26))).collect();
        let texts = [
            "the ferry leaves at nine from the old pier".to_owned(),
            "Café déjà-vu: 3.14 and 1,234 naïve ÅNGSTRÖM units, on the 2nd of many days!".to_owned(),
            many.join(" "),
            "我们去 Paris 看 看 塔 好 吗 再 来".to_owned(),
        ];
        let (mut words, mut signature) = (Words::default(), Vec::new());
        for (bands, rows, ngram, text, first, last, all) in RECORDED {
            let shingling = Shingling { ngram, unspaced: Unspaced::Clauses };
            Family::new(bands * rows).sign(&texts[text], shingling, &mut words, &mut signature);
            let total =
                signature.iter().fold(0_u64, |sum, value| sum.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(*value));
            assert_eq!((signature[0], signature[signature.len() - 1], total), (first, last, all), "{bands} {text}");
        }
    }
}
