//! The documents of a component that stay so far, and the question whether one of them is similar enough to the next.
//!
//! A few are compared one by one. Where a document shares a band with many, an index over **prefixes** finds those that
//! can be similar at all (`AllPairs` and `PPJoin`: Bayardo et al. 2007, Xiao et al. 2008): bring the shingles of all sets
//! into one order; two sets with J ≥ t share `o = t/(1+t)·(|x|+|y|)` shingles, and so the first `|x| − o + 1` of `x` hold
//! one that stands among the first `|y| − o + 1` of `y`. Of a set's prefix against sets of any size (`|x| − t·|x| + 1`),
//! the first part is what sets that are not smaller can meet (`|x| − 2t/(1+t)·|x| + 1`); the rest can be met by smaller
//! ones only by *their* first part. So two tables, and each is asked for what it can answer. With rare shingles first,
//! a group of 200,000 that share a page's frame and nothing else has next to no common prefixes.
//!
//! Whatever way, every pair that is reported was counted out.

use crate::dedup::hashed::HashedMap;
use crate::dedup::minhash::band_of;
use crate::dedup::shingles::jaccard;

type Map<V> = HashedMap<u64, V>;

/// Compared one by one up to so many.
const FEW: usize = 24;

/// A document that stays, found similar enough.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Match {
    /// Which member of the component.
    pub(super) member: usize,
    /// Their true Jaccard similarity.
    pub(super) similarity: f64,
    /// The first band that they share.
    pub(super) band: u32,
}

/// Documents that stay.
pub(super) struct Kept {
    threshold: f64,
    documents: Vec<Document>,
    /// The documents of each group, by place in `documents`; once they are more than a few.
    by_group: Option<Map<Vec<u32>>>,
    index: Option<Index>,
    bytes: u64,
}

struct Document {
    member: usize,
    /// Sorted.
    groups: Vec<u64>,
    /// Sorted.
    shingles: Vec<u64>,
}

impl Kept {
    pub(super) fn new(threshold: f64) -> Self {
        Self { threshold, documents: Vec::new(), by_group: None, index: None, bytes: 0 }
    }

    /// Bytes held, about.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Takes in a document that stays.
    pub(super) fn add(&mut self, member: usize, groups: &[u64], shingles: &[u64]) {
        let place = u32::try_from(self.documents.len()).unwrap_or(u32::MAX);
        if let Some(by_group) = &mut self.by_group {
            for group in groups {
                by_group.entry(*group).or_default().push(place);
            }
        }
        // Lists, tables of groups, and the index's entries of a prefix of a fifth.
        self.bytes += 64 + 40 * groups.len() as u64 + 16 * shingles.len() as u64;
        self.documents.push(Document { member, groups: groups.to_vec(), shingles: shingles.to_vec() });
        if let Some(index) = &mut self.index {
            index.add(place, shingles, self.threshold);
        }
    }

    /// The best document that shares a group with this one and is similar enough, if there is one.
    pub(super) fn find(&mut self, groups: &[u64], shingles: &[u64]) -> Option<Match> {
        if self.documents.len() <= FEW {
            return (0..).zip(&self.documents).find_map(|(place, _)| self.compare(place, groups, shingles));
        }
        let by_group = self.by_group.get_or_insert_with(|| {
            let mut by_group = Map::<Vec<u32>>::default();
            for (place, document) in (0..).zip(&self.documents) {
                for group in &document.groups {
                    by_group.entry(*group).or_default().push(place);
                }
            }
            by_group
        });
        let together = || groups.iter().filter_map(|group| by_group.get(group));
        let places = if together().map(Vec::len).sum::<usize>() <= FEW {
            let mut places: Vec<u32> = together().flatten().copied().collect();
            places.sort_unstable();
            places.dedup();
            places
        } else {
            let index = self.index.get_or_insert_with(|| Index::of(&self.documents, self.threshold));
            index.candidates(shingles, self.threshold)
        };
        places.into_iter().find_map(|place| self.compare(place, groups, shingles))
    }

    fn compare(&self, place: u32, groups: &[u64], shingles: &[u64]) -> Option<Match> {
        let other = &self.documents[place as usize];
        if !can_reach(self.threshold, shingles.len(), other.shingles.len()) {
            return None;
        }
        let band = first_band(groups, &other.groups)?;
        let similarity = jaccard(shingles, &other.shingles);
        (similarity >= self.threshold).then_some(Match { member: other.member, similarity, band })
    }
}

/// Whether sets of these sizes can be that similar at all: J is at most the smaller by the larger.
#[expect(clippy::cast_precision_loss, reason = "sizes of one document's sets are far below 2^52")]
fn can_reach(threshold: f64, a: usize, b: usize) -> bool {
    a.min(b) as f64 >= threshold * a.max(b) as f64 * (1.0 - SLACK)
}

/// The first band of those that two documents share.
fn first_band(a: &[u64], b: &[u64]) -> Option<u32> {
    let (mut i, mut j, mut first) = (0, 0, None);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        if x == y {
            let band = band_of(*x);
            first = Some(first.map_or(band, |first: u64| first.min(band)));
        }
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    first.and_then(|band| u32::try_from(band).ok())
}

/// Keeps rounding from making a bound too tight: prefixes may be too long, and never too short.
const SLACK: f64 = 1e-9;

/// Which documents can be similar enough, by the first shingles of their sets in a common order.
struct Index {
    /// How often each shingle stands in the documents that were there at the beginning, roughly: rare ones come first.
    /// The order decides how much work there is, never what is found.
    counts: Vec<u32>,
    /// Documents by the shingles of the first part of their prefix, and of the rest.
    first: Map<Vec<u32>>,
    rest: Map<Vec<u32>>,
    sizes: Vec<usize>,
}

impl Index {
    fn of(documents: &[Document], threshold: f64) -> Self {
        let total: usize = documents.iter().map(|document| document.shingles.len()).sum();
        let slots = (4 * total).next_power_of_two().clamp(1 << 10, 1 << 20);
        let mut index = Self { counts: vec![0; slots], first: Map::default(), rest: Map::default(), sizes: Vec::new() };
        for shingle in documents.iter().flat_map(|document| &document.shingles) {
            let slot = index.slot(*shingle);
            index.counts[slot] = index.counts[slot].saturating_add(1);
        }
        for (place, document) in (0..).zip(documents) {
            index.add(place, &document.shingles, threshold);
        }
        index
    }

    fn slot(&self, shingle: u64) -> usize {
        usize::try_from(shingle).unwrap_or(usize::MAX) & (self.counts.len() - 1)
    }

    /// A set's prefix, and how long its first part is.
    fn prefix(&self, shingles: &[u64], threshold: f64) -> (Vec<u64>, usize) {
        let whole = prefix_length(shingles.len(), threshold);
        let first = prefix_length(shingles.len(), 2.0 * threshold / (1.0 + threshold)).min(whole);
        let mut order: Vec<(u32, u64)> = shingles.iter().map(|s| (self.counts[self.slot(*s)], *s)).collect();
        if whole < order.len() {
            order.select_nth_unstable(whole);
            order.truncate(whole);
        }
        order.sort_unstable();
        (order.into_iter().map(|(_, shingle)| shingle).collect(), first)
    }

    fn add(&mut self, place: u32, shingles: &[u64], threshold: f64) {
        let (prefix, first) = self.prefix(shingles, threshold);
        for (at, shingle) in prefix.into_iter().enumerate() {
            let table = if at < first { &mut self.first } else { &mut self.rest };
            table.entry(shingle).or_default().push(place);
        }
        self.sizes.push(shingles.len());
    }

    /// Places of the documents that can be similar enough, in order.
    fn candidates(&self, shingles: &[u64], threshold: f64) -> Vec<u32> {
        let (prefix, first) = self.prefix(shingles, threshold);
        let size = shingles.len();
        let mut found = Vec::new();
        for (at, shingle) in prefix.iter().enumerate() {
            // The first part of the prefix meets any document's; the rest meets the first part of smaller ones.
            let met = self.first.get(shingle).into_iter().flatten();
            found.extend(met.copied().filter(|place| at < first || self.sizes[*place as usize] <= size));
            if at < first {
                let met = self.rest.get(shingle).into_iter().flatten();
                found.extend(met.copied().filter(|place| self.sizes[*place as usize] >= size));
            }
        }
        found.retain(|place| can_reach(threshold, size, self.sizes[*place as usize]));
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// How many shingles of a set of this size hold one of any other that shares at least `share` of its size.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes of one document's sets are far below 2^52"
)]
fn prefix_length(size: usize, share: f64) -> usize {
    let least = (share * size as f64 * (1.0 - SLACK)).ceil() as usize;
    (size + 1).saturating_sub(least.max(1)).min(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A document of 40 shingles, drawn from a common pool by a recurrence.
    fn drawn(seed: u64, pool: u64, size: usize) -> Vec<u64> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut found = Vec::new();
        while found.len() < size {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            found.push((state >> 33) % pool * 0x1234_5678_9abc);
            found.sort_unstable();
            found.dedup();
        }
        found
    }

    #[test]
    fn the_index_finds_what_comparing_all_finds() {
        for (threshold, pool) in [(0.5, 60), (0.8, 46), (0.8, 50), (0.95, 42), (1.0, 41)] {
            let mut kept = Kept::new(threshold);
            let mut matches = 0;
            for member in 0..600 {
                let size = 36 + member % 5;
                let shingles = drawn(member as u64, pool, size);
                let expected = kept.documents.iter().find(|other| jaccard(&shingles, &other.shingles) >= threshold);
                let expected = expected.map(|other| other.member);
                let found = kept.find(&[1], &shingles).map(|found| found.member);
                assert_eq!(found, expected, "threshold {threshold}, pool {pool}, member {member}");
                matches += usize::from(found.is_some());
                if found.is_none() {
                    kept.add(member, &[1], &shingles);
                }
            }
            let is_indexed = kept.index.is_some();
            assert!(is_indexed || kept.documents.len() <= FEW, "{} kept", kept.documents.len());
            assert!(matches > 0 || pool > 49, "{threshold}, {pool}: nothing to find");
        }
    }

    #[test]
    fn documents_of_one_frame_do_not_meet() {
        // 70 shingles of a frame, 30 of their own: alike at 0.54, and 3,000 of them in one group.
        let shingles = |own: u64| (0..70).chain((0..30).map(|n| 1_000_000 + 1_000 * own + n)).collect::<Vec<u64>>();
        let mut kept = Kept::new(0.8);
        for member in 0..3_000 {
            let shingles = shingles(member);
            assert_eq!(kept.find(&[1], &shingles), None);
            if let Some(index) = &kept.index {
                let candidates = index.candidates(&shingles, 0.8);
                assert!(candidates.len() < 100, "{} candidates of {member}", candidates.len());
            }
            kept.add(usize::try_from(member).unwrap(), &[1], &shingles);
        }
    }

    #[test]
    fn prefixes_are_as_long_as_they_must_be() {
        for (size, share, expected) in [(10, 0.8, 3), (10, 1.0, 1), (1, 0.8, 1), (100, 8.0 / 9.0, 12), (5, 0.8, 2)] {
            assert_eq!(prefix_length(size, share), expected, "{size} {share}");
        }
    }
}
