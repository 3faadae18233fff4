//! The token distribution of one language and branch, and how far a document is from it.

use super::calibration::{Calibration, Point};
use super::counts::{BUCKETS, TokenCounts, each_token};

/// Added to every bucket's count, so that no word is impossible.
const SMOOTHING: f64 = 0.1;

/// Fewest tokens that make a distribution.
const LEAST_TOKENS: u64 = 5_000;

/// Fewest tokens of a document that can be compared.
const LEAST_DOCUMENT: u32 = 20;

/// Outliers are words so rare that all words as rare as they are make up no more than this share of the reference.
const OUTLIER_SHARE: f64 = 0.02;

/// A frozen distribution.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// Tokens of each bucket: 512 KiB.
    counts: Vec<u64>,
    total: u64,
    /// Words of buckets with no more tokens than this are outliers; those that never stand in the reference always.
    outliers_to: u64,
    /// What documents of each length have.
    pub(super) calibration: Option<Calibrations>,
}

/// One for each measure.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Calibrations {
    pub(super) divergence: Calibration,
    pub(super) outliers: Calibration,
}

/// What is measured of one document.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distance {
    /// Its tokens.
    pub tokens: u32,
    /// Σ p ln(p/q) in nats.
    pub divergence: f64,
    /// The share of its tokens that are outliers.
    pub outliers: f64,
}

/// The same on the scale of reference documents of that length: see [`Calibration`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores {
    /// Of the divergence.
    pub divergence: Option<f64>,
    /// Of the share of outliers.
    pub outliers: Option<f64>,
}

/// What one word adds to the divergence of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// The word, in lower case.
    pub word: String,
    /// How often it stands in the document.
    pub count: u32,
    /// How often words of its bucket stand in the reference, without this document if it is part of it.
    pub in_reference: u64,
    /// p ln(p/q), in nats; words of one bucket share what the bucket adds.
    pub nats: f64,
}

impl Reference {
    /// The distribution of these counts, one a bucket; `None` of too few tokens.
    #[must_use]
    pub fn new(counts: Vec<u64>) -> Option<Self> {
        let total: u64 = counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count))?;
        if total < LEAST_TOKENS || counts.len() != BUCKETS {
            return None;
        }
        let outliers_to = outliers_to(&counts, total);
        Some(Self { counts, total, outliers_to, calibration: None })
    }

    /// With what these documents have, all of which are counted in it: each is compared with the rest, as a document
    /// is that it has never seen.
    #[must_use]
    pub fn calibrated<'a>(mut self, documents: impl Iterator<Item = &'a TokenCounts>) -> Self {
        let seen: Vec<Distance> = documents.filter_map(|counts| self.distance(counts, true)).collect();
        let fit = |value: fn(&Distance) -> f64| {
            let points: Vec<Point> =
                seen.iter().map(|distance| Point { tokens: distance.tokens, value: value(distance) }).collect();
            Calibration::fit(&points)
        };
        self.calibration = fit(|distance| distance.divergence)
            .zip(fit(|distance| distance.outliers))
            .map(|(divergence, outliers)| Calibrations { divergence, outliers });
        self
    }

    /// Whether a document can be scored: too few documents make no calibration.
    #[must_use]
    pub fn is_calibrated(&self) -> bool {
        self.calibration.is_some()
    }

    /// Tokens of the reference.
    #[must_use]
    pub fn tokens(&self) -> u64 {
        self.total
    }

    /// How far a document is; `None` of one that is too short to say. `counted`: it is part of the reference, and is
    /// taken out for the comparison.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of tokens")]
    pub fn distance(&self, document: &TokenCounts, counted: bool) -> Option<Distance> {
        let tokens: u32 = document.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count));
        if tokens < LEAST_DOCUMENT {
            return None;
        }
        let (n, whole) = (f64::from(tokens), self.whole(tokens, counted));
        let (mut divergence, mut outliers) = (0.0, 0_u64);
        for (bucket, count) in document {
            let known = self.known(*bucket, *count, counted);
            let d = f64::from(*count);
            divergence += d * (d * whole / (n * (known as f64 + SMOOTHING))).ln();
            if known <= self.outliers_to {
                outliers += u64::from(*count);
            }
        }
        Some(Distance { tokens, divergence: divergence / n, outliers: outliers as f64 / n })
    }

    /// The normal scores of a document among reference documents of its length.
    #[must_use]
    pub fn scores(&self, document: &TokenCounts, counted: bool) -> Scores {
        let (Some(calibration), Some(distance)) = (&self.calibration, self.distance(document, counted)) else {
            return Scores::default();
        };
        let point = |value| Point { tokens: distance.tokens, value };
        Scores {
            divergence: calibration.divergence.score(point(distance.divergence)),
            outliers: calibration.outliers.score(point(distance.outliers)),
        }
    }

    /// The words of a document that add most to its divergence, the first the most; at most so many.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of tokens")]
    pub fn contributions(&self, words: &[&str], counted: bool, most: usize) -> Vec<Contribution> {
        let mut by_word = std::collections::BTreeMap::<String, (u16, u32)>::new();
        let mut by_bucket = std::collections::BTreeMap::<u16, u32>::new();
        each_token(words, |word, bucket| {
            by_word.entry(word.to_owned()).or_insert((bucket, 0)).1 += 1;
            *by_bucket.entry(bucket).or_default() += 1;
        });
        let tokens = u32::try_from(words.len()).unwrap_or(u32::MAX);
        let (n, whole) = (f64::from(tokens), self.whole(tokens, counted));
        let mut found: Vec<Contribution> = by_word
            .into_iter()
            .map(|(word, (bucket, count))| {
                let in_bucket = by_bucket.get(&bucket).copied().unwrap_or(count);
                let known = self.known(bucket, in_bucket, counted);
                let ratio = f64::from(in_bucket) * whole / (n * (known as f64 + SMOOTHING));
                Contribution { word, count, in_reference: known, nats: f64::from(count) / n * ratio.ln() }
            })
            .collect();
        found.sort_by(|a, b| b.nats.total_cmp(&a.nats).then_with(|| a.word.cmp(&b.word)));
        found.truncate(most);
        found
    }

    /// Tokens of a bucket, but for those of the document.
    fn known(&self, bucket: u16, count: u32, counted: bool) -> u64 {
        self.counts[usize::from(bucket)].saturating_sub(if counted { count.into() } else { 0 })
    }

    /// All tokens, but for those of the document, with what is added to each bucket.
    #[expect(clippy::cast_precision_loss, reason = "counts of tokens")]
    fn whole(&self, tokens: u32, counted: bool) -> f64 {
        let total = self.total.saturating_sub(if counted { tokens.into() } else { 0 });
        total as f64 + SMOOTHING * BUCKETS as f64
    }

    pub(super) fn write(&self, into: &mut Vec<u8>) {
        let counts = || (0..=u16::MAX).zip(&self.counts).filter(|(_, count)| **count > 0);
        into.extend(u32::try_from(counts().count()).unwrap_or(0).to_le_bytes());
        for (bucket, count) in counts() {
            into.extend(bucket.to_le_bytes());
            into.extend(count.to_le_bytes());
        }
        into.push(u8::from(self.calibration.is_some()));
        if let Some(calibration) = &self.calibration {
            calibration.divergence.write(into);
            calibration.outliers.write(into);
        }
    }

    pub(super) fn read(from: &mut &[u8]) -> Option<Self> {
        let mut counts = vec![0; BUCKETS];
        for _ in 0..u32::from_le_bytes(*take(from)?) {
            let bucket = u16::from_le_bytes(*take(from)?);
            counts[usize::from(bucket)] = u64::from_le_bytes(*take(from)?);
        }
        let mut reference = Self::new(counts)?;
        reference.calibration = match take::<1>(from)? {
            [0] => None,
            [1] => Some(Calibrations { divergence: Calibration::read(from)?, outliers: Calibration::read(from)? }),
            _ => return None,
        };
        Some(reference)
    }
}

/// The most tokens of a bucket whose words are outliers: buckets with no more make up at most [`OUTLIER_SHARE`].
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a count"
)]
fn outliers_to(counts: &[u64], total: u64) -> u64 {
    let allowed = (total as f64 * OUTLIER_SHARE) as u64;
    let mut sorted: Vec<u64> = counts.iter().copied().filter(|count| *count > 0).collect();
    sorted.sort_unstable();
    let (mut sum, mut most) = (0, 0);
    for same in sorted.chunk_by(|a, b| a == b) {
        sum += same[0] * same.len() as u64;
        if sum > allowed {
            break;
        }
        most = same[0];
    }
    most
}

pub(super) fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (bytes, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Zipf-like counts over 2,000 buckets.
    fn reference() -> Reference {
        let mut counts = vec![0; BUCKETS];
        counts.iter_mut().take(2_000).zip(1..).for_each(|(count, rank)| *count = 20_000 / rank);
        Reference::new(counts).unwrap()
    }

    #[test]
    fn usual_words_are_nearer_than_rare_ones() {
        let usual: TokenCounts = (0..100).map(|bucket| (bucket, 100 / (u32::from(bucket) + 1))).collect();
        let rare: TokenCounts = (40_000..40_500).map(|bucket| (bucket, 1)).collect();
        let reference = reference();
        let [usual_at, rare_at] = [&usual, &rare].map(|counts| reference.distance(counts, false).unwrap());
        assert!(usual_at.divergence + 3.0 < rare_at.divergence && rare_at.divergence.is_finite());
        assert_eq!((usual_at.outliers, rare_at.outliers), (0.0, 1.0));
        assert_eq!(reference.distance(&vec![(1, 19)], false), None, "too short");
        assert_eq!(reference.distance(&Vec::new(), false), None, "empty");
        assert_eq!(reference.scores(&usual, false), Scores::default(), "not calibrated");
    }

    #[test]
    fn a_counted_document_is_compared_with_the_rest() {
        let document: TokenCounts = (5_000..5_100).map(|bucket| (bucket, 1)).collect();
        let alone = reference();
        let mut counts = alone.counts.clone();
        for (bucket, count) in &document {
            counts[usize::from(*bucket)] += u64::from(*count);
        }
        let with = Reference::new(counts).unwrap();
        let [rest, without] = [with.distance(&document, true), alone.distance(&document, false)].map(Option::unwrap);
        assert!((rest.divergence - without.divergence).abs() < 1e-12);
        assert!(with.distance(&document, false).unwrap().divergence < rest.divergence - 1.0);
        // Another text than the one that was counted, longer than the whole reference: still a number.
        let other: TokenCounts = vec![(9, u32::MAX), (40_000, u32::MAX)];
        assert!(with.distance(&other, true).unwrap().divergence.is_finite());
    }

    #[test]
    fn one_word_alone_is_a_number() {
        let one = vec![(60_000, 10_000_000)];
        assert!(reference().distance(&one, false).unwrap().divergence > 10.0);
    }

    #[test]
    fn the_words_behind_a_score_are_told() {
        let words = ["zyx", "The", "the", "zyx", "abc", "Zyx"];
        let found = reference().contributions(&words, false, 2);
        assert_eq!((found[0].word.as_str(), found[0].count), ("zyx", 3));
        assert_eq!(found.len(), 2);
        let all = reference().contributions(&words, false, 10);
        let mut counts = TokenCounts::new();
        super::super::count_tokens(&words.repeat(4), &mut counts);
        let whole = reference().distance(&counts, false).unwrap().divergence;
        assert!((all.iter().map(|one| one.nats).sum::<f64>() - whole).abs() < 1e-9);
        assert!(reference().contributions(&[], true, 10).is_empty());
    }

    #[test]
    fn too_few_tokens_make_no_reference() {
        let mut counts = vec![0; BUCKETS];
        counts[1] = LEAST_TOKENS - 1;
        assert!(Reference::new(counts.clone()).is_none());
        counts[2] = u64::MAX;
        assert!(Reference::new(counts).is_none(), "more than can be counted");
    }
}
