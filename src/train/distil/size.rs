//! How large a model becomes, known before it is trained: fastText's file format, field by field.

use std::collections::{BTreeMap, BTreeSet};

use super::super::data::Example;
use super::super::fit::Settings;

/// Magic, version, arguments, and the head of the dictionary.
const HEAD: usize = 8 + 56 + 28;
/// The flag and the dimensions of a matrix.
const MATRIX: usize = 1 + 16;
/// Of a word beside its bytes: their end, its count, its type.
const ENTRY: usize = 1 + 8 + 1;
/// Of a pruned n-gram: its bucket and its row.
const PAIR: usize = 8;
/// Head of a product quantiser, and its centroids for each dimension.
const QUANTISER: usize = 16;
const CENTROIDS: usize = 256 * 4;
/// Whether norms are apart, and how many codes there are.
const QUANTISED: usize = 1 + 4;

/// What sizes depend on, of the examples to train on.
#[derive(Debug)]
pub(super) struct Sizer {
    /// How often each word stands there, the rarest last, with its bytes.
    words: Vec<(usize, usize)>,
    /// Bytes of all labels, with `__label__`.
    labels: usize,
    n_labels: usize,
}

impl Sizer {
    /// Of these examples.
    pub(super) fn new(examples: &[Example]) -> Self {
        let (mut words, mut labels) = (BTreeMap::<&str, usize>::new(), BTreeSet::new());
        for example in examples {
            labels.insert(example.label.as_str());
            for word in example.text.split(' ') {
                *words.entry(word).or_default() += 1;
            }
            *words.entry("</s>").or_default() += 1;
        }
        let mut words: Vec<(usize, usize)> = words.into_iter().map(|(word, count)| (count, word.len())).collect();
        words.sort_unstable_by(|one, two| two.cmp(one));
        let bytes = labels.iter().map(|label| label.len() + "__label__".len() + ENTRY).sum();
        Self { words, labels: bytes, n_labels: labels.len() }
    }

    /// The settings with as many rows as fit into so many bytes; `None` where none do.
    pub(super) fn fitted(&self, settings: Settings, most: usize) -> Option<Settings> {
        let [dim, buckets, least] = [settings.dim, settings.buckets, settings.min_count].map(positive);
        let known = self.words.iter().take_while(|(count, _)| *count >= least);
        let (words, bytes) = known.fold((0, 0), |(words, sum), (_, bytes)| (words + 1, sum + bytes + ENTRY));
        let fixed = HEAD + self.labels + MATRIX + self.n_labels * dim * 4;
        let rows = words + buckets;
        if settings.sub_vector == 0 {
            let size = fixed + bytes + MATRIX + rows * dim * 4;
            return (size <= most).then_some(Settings { cutoff: None, ..settings });
        }
        let quantisers = QUANTISED + 2 * QUANTISER + (dim + 1) * CENTROIDS; // rows and norms
        let codes = dim.div_ceil(settings.sub_vector) + 1;
        let whole = fixed + bytes + MATRIX + quantisers + rows * codes;
        if whole <= most {
            return Some(Settings { cutoff: None, ..settings });
        }
        // A kept row is a word, of a length that only training decides, or an n-gram: the dearer of both.
        let word = bytes.div_ceil(words.max(1));
        let room = most.checked_sub(fixed + MATRIX + quantisers)?;
        let cutoff = room / (codes + word.max(PAIR));
        (cutoff >= LEAST_ROWS).then_some(Settings { cutoff: Some(cutoff), ..settings })
    }
}

/// Rows below which a quantiser has nothing to average over.
const LEAST_ROWS: usize = 256;

fn positive(number: i32) -> usize {
    usize::try_from(number).unwrap_or(0)
}
