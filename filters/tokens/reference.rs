//! The token distribution of one language and branch, and the divergence of a document from it.

use std::collections::BTreeMap;

use super::calibration::{Calibration, Point};
use super::counts::{BUCKETS, TokenCounts};
use crate::Branch;

/// Added to every bucket's count, so that no word is impossible.
const SMOOTHING: f64 = 0.1;

/// Fewest tokens that make a distribution.
const LEAST_TOKENS: u64 = 5_000;

/// Fewest tokens of a document that can be compared.
const LEAST_DOCUMENT: u32 = 20;

/// First bytes of a file of references; the digit is the version of tokens, smoothing and calibration.
const MAGIC: &[u8; 8] = b"trmlkl01";

/// A frozen distribution.
#[derive(Clone, Debug)]
pub struct Reference {
    counts: TokenCounts,
    /// ln q of each bucket.
    ln_q: Vec<f32>,
    calibration: Option<Calibration>,
}

impl Reference {
    /// The distribution of these counts; `None` of too few tokens.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "probabilities in single precision"
    )]
    pub fn new(counts: TokenCounts) -> Option<Self> {
        let total: u64 = counts.iter().map(|(_, count)| u64::from(*count)).sum();
        if total < LEAST_TOKENS {
            return None;
        }
        let whole = total as f64 + SMOOTHING * BUCKETS as f64;
        let mut ln_q = vec![(SMOOTHING / whole).ln() as f32; BUCKETS];
        for (bucket, count) in &counts {
            ln_q[usize::from(*bucket)] = ((f64::from(*count) + SMOOTHING) / whole).ln() as f32;
        }
        Some(Self { counts, ln_q, calibration: None })
    }

    /// With what documents of each length have.
    #[must_use]
    pub fn calibrated(mut self, points: &[Point]) -> Self {
        self.calibration = Calibration::fit(points);
        self
    }

    /// Divergence of a document in nats, Σ p ln(p/q); `None` of one that is too short to say.
    #[must_use]
    pub fn divergence(&self, document: &TokenCounts) -> Option<Point> {
        let tokens: u32 = document.iter().map(|(_, count)| count).sum();
        if tokens < LEAST_DOCUMENT {
            return None;
        }
        let n = f64::from(tokens);
        let divergence = document
            .iter()
            .map(|(bucket, count)| {
                let p = f64::from(*count) / n;
                p * (p.ln() - f64::from(self.ln_q[usize::from(*bucket)]))
            })
            .sum();
        Some(Point { tokens, divergence })
    }

    /// Distance of a document from those of its length, in standard deviations.
    #[must_use]
    pub fn z(&self, document: &TokenCounts) -> Option<f64> {
        Some(self.calibration.as_ref()?.z(self.divergence(document)?))
    }
}

/// The references of a run, by language and branch.
#[derive(Clone, Debug, Default)]
pub struct References {
    by_place: BTreeMap<(String, Branch), Reference>,
}

impl References {
    /// Adds one.
    pub fn insert(&mut self, language: String, branch: Branch, reference: Reference) {
        self.by_place.insert((language, branch), reference);
    }

    /// The reference for documents of that language and branch.
    #[must_use]
    pub fn get(&self, language: &str, branch: Branch) -> Option<&Reference> {
        // A borrowed key would need an allocation: there are few references.
        self.by_place.iter().find(|((known, of), _)| known == language && *of == branch).map(|(_, reference)| reference)
    }

    /// Every reference, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Branch, &Reference)> {
        self.by_place.iter().map(|((language, branch), reference)| (language.as_str(), *branch, reference))
    }

    /// Calibrates one with sampled documents.
    pub fn calibrate(&mut self, language: &str, branch: Branch, points: &[Point]) {
        if let Some(reference) = self.by_place.get_mut(&(language.to_owned(), branch)) {
            reference.calibration = Calibration::fit(points);
        }
    }

    /// As bytes, the same for the same references.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for ((language, branch), reference) in &self.by_place {
            bytes.extend(u32::try_from(language.len()).unwrap_or(0).to_le_bytes());
            bytes.extend(language.as_bytes());
            bytes.push(
                Branch::ALL.iter().position(|other| other == branch).and_then(|p| u8::try_from(p).ok()).unwrap_or(0),
            );
            bytes.extend(u32::try_from(reference.counts.len()).unwrap_or(0).to_le_bytes());
            for (bucket, count) in &reference.counts {
                bytes.extend(bucket.to_le_bytes());
                bytes.extend(count.to_le_bytes());
            }
            bytes.push(u8::from(reference.calibration.is_some()));
            if let Some(calibration) = &reference.calibration {
                calibration.write(&mut bytes);
            }
        }
        bytes
    }

    /// From bytes; `None` of another version, or damaged ones.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(MAGIC)?;
        let mut references = Self::default();
        while !rest.is_empty() {
            let length = u32::from_le_bytes(*take(&mut rest)?) as usize;
            let (language, after) = rest.split_at_checked(length)?;
            rest = after;
            let [branch] = *take::<1>(&mut rest)?;
            let entries = u32::from_le_bytes(*take(&mut rest)?);
            let counts = (0..entries)
                .map(|_| Some((u16::from_le_bytes(*take(&mut rest)?), u32::from_le_bytes(*take(&mut rest)?))))
                .collect::<Option<TokenCounts>>()?;
            let mut reference = Reference::new(counts)?;
            if *take::<1>(&mut rest)? == [1] {
                reference.calibration = Some(Calibration::read(&mut rest)?);
            }
            let language = std::str::from_utf8(language).ok()?.to_owned();
            references.insert(language, *Branch::ALL.get(usize::from(branch))?, reference);
        }
        Some(references)
    }
}

fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (bytes, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference() -> Reference {
        // Zipf-like counts over 2,000 buckets.
        Reference::new((0..2000_u16).map(|bucket| (bucket, 20_000 / (u32::from(bucket) + 1))).collect()).unwrap()
    }

    #[test]
    fn usual_words_are_nearer_than_rare_ones() {
        let usual: TokenCounts = (0..100).map(|bucket| (bucket, 100 / (u32::from(bucket) + 1))).collect();
        let rare: TokenCounts = (40_000..40_500).map(|bucket| (bucket, 1)).collect();
        let reference = reference();
        let far = reference.divergence(&rare).unwrap().divergence;
        assert!(reference.divergence(&usual).unwrap().divergence + 3.0 < far);
        assert!(far.is_finite());
        assert_eq!(reference.divergence(&vec![(1, 19)]), None, "too short");
        assert_eq!(reference.divergence(&Vec::new()), None, "empty");
        assert_eq!(reference.z(&usual), None, "not calibrated");
    }

    #[test]
    fn references_survive_as_bytes() {
        let points: Vec<Point> =
            (0..30).map(|n| Point { tokens: 100 + n * 10, divergence: 3.0 + f64::from(n % 5) * 0.1 }).collect();
        let mut references = References::default();
        references.insert("eng_Latn".into(), Branch::Prose, reference().calibrated(&points));
        references.insert("deu_Latn".into(), Branch::Code, reference());
        let bytes = references.to_bytes();
        let again = References::from_bytes(&bytes).unwrap();
        assert_eq!(again.to_bytes(), bytes);
        let document: TokenCounts = (0..50).map(|bucket| (bucket, 2)).collect();
        let z = |references: &References| references.get("eng_Latn", Branch::Prose).unwrap().z(&document);
        assert_eq!(z(&again), z(&references));
        assert!(z(&again).is_some());
        for cut in [0, 4, 9, 20, bytes.len() / 2, bytes.len() - 1] {
            assert!(References::from_bytes(&bytes[..cut]).is_none(), "{cut}");
        }
    }

    #[test]
    fn too_few_tokens_make_no_reference() {
        assert!(Reference::new(vec![(1, 4_999)]).is_none());
    }
}
