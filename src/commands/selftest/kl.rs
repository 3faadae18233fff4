//! `trommel selftest kl`: what the divergence filter removes of real texts that its references never saw, by length,
//! and of planted junk.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context, Result};
use filters::find;
use filters::tokens::{BUCKETS, Reference, Scores, TokenCounts, count_tokens};
use rayon::prelude::*;

use super::kl_texts::{Draw, JUNK, Own, Piece, SAME_WORDS, Set, join, junk, sets};
use crate::cli::SelftestArgs;

/// Shortest texts.
const SHORTEST: u32 = 50;
/// Longest planted texts, where the reference knows real ones as long.
const LONGEST_JUNK: u32 = 2_000;
/// Planted texts of each kind in each part.
const PLANTED: usize = 200;
/// A rate by length is told for so many parts of equal size.
const PARTS: usize = 10;

/// A judged text.
struct Seen {
    tokens: usize,
    /// By divergence, by outliers, by either.
    removed: [bool; 3],
}

pub(super) fn run(args: &SelftestArgs) -> Result<(String, bool)> {
    let data = args.data.as_deref().context("--data DIR is missing: the folder of data")?;
    let sets = sets(data)?;
    let bounds = ["tokens.kl", "tokens.outlier_mass"].map(|id| find(id).and_then(|filter| filter.card().default.max));
    let bounds = bounds.map(|bound| bound.unwrap_or(f64::INFINITY));
    let (mut text, mut passed) = (format!("bounds: divergence {}, outliers {}\n", bounds[0], bounds[1]), true);
    let (mut languages, mut of_languages) = (Vec::new(), [(); JUNK.len()].map(|()| Vec::new()));
    for (number, set) in sets.iter().enumerate() {
        let found: Vec<_> = (0..set.folds)
            .into_par_iter()
            .map(|fold| one_part(set, &sets, fold, bounds, Draw(args.seed + 1_000 * number as u64 + fold)))
            .collect::<Result<_>>()?;
        let (mut real, mut planted) = (Vec::new(), [(); JUNK.len()].map(|()| Vec::new()));
        for (of_real, of_junk) in found {
            real.extend(of_real);
            planted.iter_mut().zip(of_junk).for_each(|(all, more)| all.extend(more));
        }
        let is_language = !set.name.contains(' ');
        let judged = [set.whole, !is_language];
        passed &= told(&mut text, set.name, &mut real, &planted, judged);
        if is_language {
            languages.extend(real);
            of_languages.iter_mut().zip(planted).for_each(|(all, more)| all.extend(more));
        }
    }
    passed &= told(&mut text, "all languages of news sentences", &mut languages, &of_languages, [true; 2]);
    text.push_str(if passed { "passed\n" } else { "FAILED\n" });
    Ok((text, passed))
}

type Found = (Vec<Seen>, [Vec<Seen>; JUNK.len()]);

/// Makes a reference of all parts but one, and judges that one.
fn one_part(set: &Set, sets: &[Set], fold: u64, bounds: [f64; 2], mut draw: Draw) -> Result<Found> {
    let (held, kept): (Vec<&Piece>, Vec<&Piece>) = set.pieces.iter().partition(|piece| piece.fold % set.folds == fold);
    let mut totals = vec![0; BUCKETS];
    for piece in &kept {
        for (bucket, count) in counts(&piece.words) {
            totals[usize::from(bucket)] += u64::from(count);
        }
    }
    let reference = Reference::new(totals).with_context(|| format!("{}: too few words", set.name))?;
    let reference = reference.calibrated(documents(set, &kept, &mut draw).iter());
    anyhow::ensure!(reference.is_calibrated(), "{}: too few documents", set.name);
    let judge = |document: &TokenCounts| Seen {
        tokens: document.iter().map(|(_, count)| *count as usize).sum(),
        removed: removed(reference.scores(document, false), bounds),
    };
    let real = documents(set, &held, &mut draw).iter().map(&judge).collect();
    let others: Vec<Vec<&Piece>> = sets
        .iter()
        .filter(|other| {
            other.name[..3] != set.name[..3] && other.name != "eng_Latn math" && other.name != "eng_Latn code"
        })
        .map(|other| other.pieces.iter().take(1_000).collect())
        .collect();
    let running: Vec<&str> = held.iter().flat_map(|piece| &piece.words).map(String::as_str).collect();
    let vocabulary = running.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let own = Own { vocabulary, running, others: &others };
    let planted = std::array::from_fn(|kind| {
        (0..PLANTED)
            .map(|_| {
                let length = draw.length(SHORTEST, LONGEST_JUNK.min(set.longest));
                judge(&counts(&junk(kind, length, &own, &mut draw)))
            })
            .collect()
    });
    Ok((real, planted))
}

/// The whole texts, and joined ones.
fn documents(set: &Set, pieces: &[&Piece], draw: &mut Draw) -> Vec<TokenCounts> {
    let whole = pieces.iter().filter(|piece| set.whole && piece.words.len() >= SHORTEST as usize);
    let mut found: Vec<TokenCounts> = whole.map(|piece| counts(&piece.words)).collect();
    let mut by_source: BTreeMap<&str, Vec<&Piece>> = BTreeMap::new();
    for piece in pieces {
        by_source.entry(&piece.source).or_default().push(piece);
    }
    let by_source: Vec<Vec<&Piece>> = by_source.into_values().collect();
    for _ in 0..set.joined {
        let length = draw.length(if set.whole { 500 } else { SHORTEST }, set.longest);
        let words = join(&by_source, length, draw);
        if words.len() >= SHORTEST as usize {
            found.push(counts(&words));
        }
    }
    found
}

fn counts<T: AsRef<str>>(words: &[T]) -> TokenCounts {
    let mut found = TokenCounts::new();
    count_tokens(&words.iter().map(AsRef::as_ref).collect::<Vec<_>>(), &mut found);
    found
}

fn removed(scores: Scores, bounds: [f64; 2]) -> [bool; 3] {
    let [by_divergence, by_outliers] =
        [(scores.divergence, bounds[0]), (scores.outliers, bounds[1])].map(|(score, bound)| score > Some(bound));
    [by_divergence, by_outliers, by_divergence || by_outliers]
}

#[expect(clippy::cast_precision_loss, reason = "counts of documents")]
fn rates(seen: &[Seen]) -> [f64; 3] {
    [0, 1, 2].map(|at| seen.iter().filter(|one| one.removed[at]).count() as f64 * 100.0 / seen.len().max(1) as f64)
}

/// Writes a set's figures; whether those that are `judged`, of real texts and of junk, keep the bars: 1 to 2% of real
/// texts removed, within a point of that at every length, and 95% of each kind of junk. Languages of a few hundred
/// sentences are told one by one and judged together.
fn told(text: &mut String, name: &str, real: &mut [Seen], planted: &[Vec<Seen>], judged: [bool; 2]) -> bool {
    let [divergence, outliers, either] = rates(real);
    let mut passed = !judged[0] || (1.0..=2.0).contains(&either);
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(
        text,
        "\n{name}: {} held-back texts{}, removed {either:.2}% (divergence {divergence:.2}, outliers {outliers:.2})",
        real.len(),
        if judged[0] { "" } else { " of few pieces, a rate to report" }
    );
    real.sort_by_key(|one| one.tokens);
    for part in real.chunks(real.len().div_ceil(PARTS).max(1)) {
        let [divergence, outliers, of_part] = rates(part);
        let even = (of_part - either).abs() <= 1.0;
        passed &= even || !judged[0];
        let _ = writeln!(
            text,
            "  {:>6}-{:<6} tokens  removed {of_part:>5.2}%  (divergence {divergence:.2}, outliers {outliers:.2}){}",
            part.first().map_or(0, |one| one.tokens),
            part.last().map_or(0, |one| one.tokens),
            if even { "" } else { "  <- uneven" }
        );
    }
    for (kind, seen) in planted.iter().enumerate() {
        let [divergence, outliers, either] = rates(seen);
        let good = either >= 95.0 || kind == SAME_WORDS;
        passed &= good || !judged[1];
        let _ = writeln!(
            text,
            "  {:<36} caught {either:>6.2}%  (divergence {divergence:.2}, outliers {outliers:.2}){}",
            JUNK[kind],
            if good { "" } else { "  <- missed" }
        );
    }
    passed
}
