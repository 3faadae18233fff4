//! The settings of a model, found by trying: one is moved at a time, and what is best on the dev part stays.
//!
//! Every try fits into the limit: rows that would pass it are pruned (the smallest ones go, and the others are trained
//! again). Tries of one setting run side by side, each on one thread; the best is the same whoever ends first.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use rayon::prelude::*;

use super::super::fit::{Settings, fit};
use super::super::load;
use super::super::measure::{Figures, answers};
use super::examples::Parts;
use super::size::Sizer;

/// Where the search begins.
const START: Settings = Settings {
    dim: 16,
    characters: (0, 0),
    words: 1,
    buckets: 0,
    min_count: 3,
    epochs: 5,
    rate: 0.5,
    cutoff: None,
    sub_vector: 2,
};

/// The settings that are moved, in order: what says most first.
const AXES: [fn(Settings) -> Vec<Settings>; 5] = [
    |best| {
        [(1, 0), (2, 1 << 16), (2, 1 << 18), (3, 1 << 18)]
            .map(|(words, buckets)| Settings { words, buckets, ..best })
            .into()
    },
    |best| [5, 10, 25].map(|epochs| Settings { epochs, ..best }).into(),
    |best| [4, 8, 16, 32, 64].map(|dim| Settings { dim, ..best }).into(),
    |best| [0.1, 0.25, 0.5, 1.0].map(|rate| Settings { rate, ..best }).into(),
    |best| [0, 1, 2, 4].map(|sub_vector| Settings { sub_vector, ..best }).into(),
];

/// One model that was tried.
#[derive(Clone, Debug)]
pub(super) struct Try {
    pub(super) settings: Settings,
    /// Its bytes.
    pub(super) size: usize,
    /// On the dev part.
    pub(super) macro_f1: f64,
    /// On the dev part.
    pub(super) accuracy: f64,
}

impl Try {
    /// Better, or as good and smaller.
    fn beats(&self, other: &Self) -> bool {
        self.macro_f1 > other.macro_f1 || (self.macro_f1 >= other.macro_f1 && self.size < other.size)
    }
}

/// What a search is bound by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Bytes of a model.
    pub(super) size: usize,
    /// Models to try.
    pub(super) tries: usize,
}

/// The best model, and all that were tried, in order.
pub(super) struct Found {
    pub(super) bytes: Vec<u8>,
    pub(super) best: Try,
    pub(super) tries: Vec<Try>,
}

/// Searches; `tell` hears of every try, and `work` is a folder for texts meanwhile.
pub(super) fn search(parts: &Parts, limits: Limits, seed: u64, work: &Path, tell: fn(&Try)) -> Result<Found> {
    let sizer = Sizer::new(&parts.train);
    let attempt = |wanted: Settings| -> Result<Option<(Try, Vec<u8>)>> {
        let Some(settings) = sizer.fitted(wanted, limits.size) else { return Ok(None) };
        let (settings, bytes) = within(parts, settings, limits.size, seed, work)?;
        let said = answers(&load(&bytes)?, &parts.dev, None);
        let Figures { macro_f1, accuracy, .. } = Figures::of(String::new(), &said, &[]);
        Ok(Some((Try { settings, size: bytes.len(), macro_f1, accuracy }, bytes)))
    };
    let first = [START.dim, 8, 4, 2].into_iter().find_map(|dim| attempt(Settings { dim, ..START }).transpose());
    let (best, bytes) = first.transpose()?.with_context(|| {
        format!("no model of these labels and words fits into {} bytes\nhint: --max-size sets the limit", limits.size)
    })?;
    tell(&best);
    let mut found = Found { bytes, tries: vec![best.clone()], best };
    let mut asked = vec![Settings { cutoff: None, ..found.best.settings }];
    loop {
        let before = found.best.settings;
        for axis in AXES {
            let mut wanted = axis(Settings { cutoff: None, ..found.best.settings });
            wanted.retain(|settings| !asked.contains(settings));
            wanted.truncate(limits.tries.saturating_sub(asked.len()));
            asked.extend(&wanted);
            let tried: Vec<_> = wanted.into_par_iter().map(&attempt).collect::<Result<_>>()?;
            for (tried, bytes) in tried.into_iter().flatten() {
                tell(&tried);
                if tried.beats(&found.best) {
                    (found.best, found.bytes) = (tried.clone(), bytes);
                }
                found.tries.push(tried);
            }
        }
        if found.best.settings == before || asked.len() >= limits.tries {
            return Ok(found);
        }
    }
}

/// A model within the limit. How long the words are that pruning keeps, training decides: it is told again with fewer
/// rows where they turn out long.
fn within(parts: &Parts, mut settings: Settings, most: usize, seed: u64, work: &Path) -> Result<(Settings, Vec<u8>)> {
    let name = format!("{settings:?}").bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let work = work.join(format!("{name:016x}.txt"));
    loop {
        let bytes = fit(&parts.train, &settings, seed, &work)?;
        if bytes.len() <= most {
            return Ok((settings, bytes));
        }
        let rows = settings.cutoff.context("a model that nothing was cut from is larger than foretold")?;
        let fewer = rows * most / bytes.len() * 19 / 20;
        ensure!(fewer > 0, "no rows are left within {most} bytes");
        settings.cutoff = Some(fewer);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::data::Example;
    use super::*;

    /// Texts whose label is whether two words meet: words alone do not tell.
    fn parts() -> Parts {
        let text = |n: usize| {
            let (first, second) = (["red", "blue"][n % 2], ["sky", "rose"][n / 2 % 2]);
            let label = if n % 2 == n / 2 % 2 { "odd" } else { "even" };
            Example::new(label, format!("{first} {second} filler{} more{}", n % 97, n % 89))
        };
        let part = |range: std::ops::Range<usize>| range.map(text).collect();
        Parts { train: part(0..800), dev: part(800..1_000), test: part(1_000..1_200), ..Parts::default() }
    }

    #[test]
    fn the_search_finds_that_words_must_meet() {
        let work = tempfile::tempdir().unwrap();
        let limits = Limits { size: 200_000, tries: 8 };
        let found = search(&parts(), limits, 5, work.path(), |_| ()).unwrap();
        assert!(found.best.settings.words > 1 && found.best.macro_f1 > 0.9, "{:?}", found.best);
        assert!(found.tries.len() <= 8 && found.tries.iter().all(|tried| tried.size <= limits.size));
        assert_eq!(found.bytes.len(), found.best.size);
        let again = search(&parts(), limits, 5, work.path(), |_| ()).unwrap();
        assert_eq!(found.bytes, again.bytes, "the same seed, the same bytes");
        assert_eq!(std::fs::read_dir(work.path()).unwrap().count(), 0);
        assert!(search(&parts(), Limits { size: 300, tries: 2 }, 5, work.path(), |_| ()).is_err());
    }

    #[test]
    fn sizes_are_foretold() {
        let (parts, work) = (parts(), tempfile::tempdir().unwrap());
        let sizer = Sizer::new(&parts.train);
        for settings in [
            START,
            Settings { sub_vector: 0, ..START },
            Settings { sub_vector: 4, dim: 10, words: 2, buckets: 500, ..START },
            Settings { sub_vector: 1, dim: 3, min_count: 1, ..START },
        ] {
            let bytes = fit(&parts.train, &settings, 1, &work.path().join("train.txt")).unwrap().len();
            assert_eq!(sizer.fitted(settings, bytes), Some(settings), "{settings}: {bytes}");
            assert_ne!(sizer.fitted(settings, bytes - 1), Some(settings), "{settings}: {bytes}");
        }
    }
}
