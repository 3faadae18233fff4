//! How much single words say of whether a block is content: log-odds, counted by site.

use std::collections::{BTreeMap, BTreeSet};

use super::Observed;

/// Sites that must have a word: what one site writes says nothing of others.
const LEAST_SITES: f32 = 12.0;
/// Sites of average blocks that are added to each word's count.
const PRIOR: f32 = 8.0;
/// Log-odds below say too little to be kept.
const LEAST_WEIGHT: f32 = 0.25;
/// Letters of the shortest word.
const SHORTEST: usize = 2;

/// Weights of words.
pub(super) type Lexicon = BTreeMap<String, i16>;

/// Weights of the words that `of` says a page's blocks have, in hundredths of log-odds.
pub(super) fn learn(pages: &[&Observed], of: fn(&Observed) -> &[Vec<String>]) -> Lexicon {
    let mut sites: BTreeMap<&str, Vec<&Observed>> = BTreeMap::new();
    for page in pages {
        sites.entry(&page.site).or_default().push(page);
    }
    // Share of content among the blocks with a word, averaged within each site; and over all words of all sites.
    let mut words: BTreeMap<&str, (f32, f32)> = BTreeMap::new();
    let (mut all, mut n_all) = (0.0_f64, 0.0_f64);
    for pages in sites.values() {
        let mut site: BTreeMap<&str, (f32, f32)> = BTreeMap::new();
        for page in pages {
            for (block, label) in of(page).iter().zip(&page.labels).filter(|(_, label)| label.weight > 0.0) {
                for word in block.iter().collect::<BTreeSet<_>>() {
                    let (right, n) = site.entry(word).or_default();
                    *right += label.share;
                    *n += 1.0;
                }
            }
        }
        for (word, (right, n)) in site {
            let sum = words.entry(word).or_default();
            sum.0 += right / n;
            sum.1 += 1.0;
            all += f64::from(right / n);
            n_all += 1.0;
        }
    }
    #[expect(clippy::cast_possible_truncation, reason = "a share")]
    let mean = (all / n_all.max(1.0)).clamp(0.01, 0.99) as f32;
    let log_odds = |share: f32| (share / (1.0 - share)).ln();
    let weigh = |(right, n): (f32, f32)| log_odds((right + PRIOR * mean) / (n + PRIOR) * 0.98 + 0.01) - log_odds(mean);
    words
        .into_iter()
        .filter(|(word, (_, n))| *n >= LEAST_SITES && word.chars().count() >= SHORTEST)
        .map(|(word, counts)| (word, weigh(counts)))
        .filter(|(_, weight)| weight.abs() >= LEAST_WEIGHT)
        .map(|(word, weight)| {
            #[expect(clippy::cast_possible_truncation, reason = "log-odds are small")]
            let hundredths = (weight * 100.0).round() as i16;
            (word.to_owned(), hundredths)
        })
        .collect()
}
