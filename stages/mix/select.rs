//! Which documents of a class.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::plan::Share;
use crate::error::{Result, StageError};
use crate::mix::write::read_facts;

/// How much of a class is taken: whole epochs of everything, then the documents up to a place in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Selection {
    /// Times that every document is taken.
    pub(super) epochs: u32,
    /// Documents whose draw is at most this are taken once more; `None` takes no more.
    pub(super) last_draw: Option<u64>,
}

impl Selection {
    /// Copies of a document in the mix.
    pub(super) fn copies(&self, draw: u64) -> u32 {
        self.epochs + u32::from(self.last_draw.is_some_and(|last| draw <= last))
    }
}

/// A document's place in the order in which its class is taken.
pub(super) fn draw(id: &[u8], seed: u64) -> u64 {
    xxh3_64_with_seed(id, seed)
}

const BINS: usize = 1 << 16;

fn bin(draw: u64) -> usize {
    usize::try_from(draw >> 48).unwrap_or(0)
}

/// Finds, for each class, the selection whose tokens come nearest to its target. Holds 512 KiB a class, and the
/// documents of one bin in 65,536.
pub(super) fn select(files: &[PathBuf], shares: &[Share], seed: u64) -> Result<BTreeMap<String, Selection>> {
    let histograms = files
        .par_iter()
        .map(|file| {
            let mut histograms: BTreeMap<String, Vec<u64>> = BTreeMap::new();
            read_facts(file, |id, class, tokens| {
                histograms.entry(class.to_owned()).or_insert_with(|| vec![0; BINS])[bin(draw(id, seed))] += tokens;
            })?;
            Ok::<_, StageError>(histograms)
        })
        .try_reduce(BTreeMap::new, |mut total, part| {
            for (class, histogram) in part {
                let sums = total.entry(class).or_insert_with(|| vec![0; BINS]);
                sums.iter_mut().zip(histogram).for_each(|(sum, tokens)| *sum += tokens);
            }
            Ok(total)
        })?;

    // Where each class's selection ends: a bin, and how many tokens of that bin are still wanted.
    let mut ends: BTreeMap<String, (usize, u64)> = BTreeMap::new();
    let mut selections = BTreeMap::new();
    for share in shares.iter().filter(|share| share.available > 0) {
        let epochs = u32::try_from(share.target / share.available).unwrap_or(u32::MAX);
        selections.insert(share.class.clone(), Selection { epochs, last_draw: None });
        let mut wanted = share.target % share.available;
        if wanted == 0 {
            continue;
        }
        for (place, tokens) in histograms.get(&share.class).into_iter().flatten().enumerate() {
            if *tokens >= wanted {
                ends.insert(share.class.clone(), (place, wanted));
                break;
            }
            wanted -= tokens;
        }
    }
    let at_the_end = files
        .par_iter()
        .map(|file| {
            let mut found: BTreeMap<String, Vec<(u64, u64)>> = BTreeMap::new();
            read_facts(file, |id, class, tokens| {
                let draw = draw(id, seed);
                if ends.get(class).is_some_and(|(place, _)| *place == bin(draw)) {
                    found.entry(class.to_owned()).or_default().push((draw, tokens));
                }
            })?;
            Ok::<_, StageError>(found)
        })
        .try_reduce(BTreeMap::new, |mut total: BTreeMap<String, Vec<(u64, u64)>>, part| {
            for (class, documents) in part {
                total.entry(class).or_default().extend(documents);
            }
            Ok(total)
        })?;
    for (class, (place, wanted)) in ends {
        let mut documents = at_the_end.get(&class).cloned().unwrap_or_default();
        documents.sort_unstable();
        if let Some(selection) = selections.get_mut(&class) {
            selection.last_draw = last_draw(place, wanted, &documents);
        }
    }
    Ok(selections)
}

/// The draw at which the tokens of these documents come nearest to what is wanted; the bins below are all taken.
fn last_draw(place: usize, wanted: u64, documents: &[(u64, u64)]) -> Option<u64> {
    let below = ((place as u64) << 48).checked_sub(1);
    let (mut best, mut distance, mut sum) = (below, wanted, 0);
    for (draw, tokens) in documents {
        sum += tokens;
        if sum.abs_diff(wanted) < distance {
            (best, distance) = (Some(*draw), sum.abs_diff(wanted));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_comes_nearest_to_the_target() {
        let documents = [(10, 100), (20, 100), (30, 100)];
        for (wanted, expected) in [(1, None), (60, Some(10)), (140, Some(10)), (160, Some(20)), (300, Some(30))] {
            assert_eq!(last_draw(0, wanted, &documents), expected, "{wanted}");
        }
        assert_eq!(last_draw(1, 1, &[]), Some((1 << 48) - 1), "the bins below are taken");
    }

    #[test]
    fn copies_are_whole_epochs_and_the_rest() {
        let selection = Selection { epochs: 2, last_draw: Some(7) };
        assert_eq!((selection.copies(7), selection.copies(8)), (3, 2));
        assert_eq!(Selection { epochs: 0, last_draw: None }.copies(0), 0);
    }
}
