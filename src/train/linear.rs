//! Linear models, trained to their optimum and written as fastText models.
//!
//! fastText trains a narrow layer in steps of a rate that falls, without a penalty: with a few thousand texts it learns
//! them by heart. A multinomial logistic regression over the same bag of words, weighted by rarity and held back by an
//! L2 penalty, does not (topics: macro F1 0.71 against 0.60, cross-validated). A fastText model answers with
//! softmax(B · mean of the rows of A): with a column a label, and B the identity, it *is* that regression, so that
//! nothing else in the program need know of a second kind of model.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use fasttext::FastText;
use fasttext::args::Args;
use fasttext::dictionary::{Dictionary, Entry, EntryType};
use fasttext::fasttext::{FASTTEXT_FILEFORMAT_MAGIC_INT32, FASTTEXT_VERSION};
use fasttext::matrix::{DenseMatrix, Matrix as _};

use super::data::Example;
use super::fit::quantised;
use super::lbfgs::minimise;

/// What is set of a linear model.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    /// Examples that must hold a word.
    pub(super) min_documents: usize,
    /// C of the sum of losses + |w|² / 2C: the smaller, the stronger the penalty.
    pub(super) strength: f64,
    /// Numbers that one quantised byte stands for.
    pub(super) sub_vector: usize,
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "multinomial logistic regression on inverse document frequencies, words of at least {} examples, C {}, by \
             L-BFGS; quantised with qnorm, dsub {}",
            self.min_documents, self.strength, self.sub_vector
        )
    }
}

/// The bytes of a quantised fastText model. No seed: the optimum is one.
pub(super) fn fit(examples: &[Example], settings: &Settings) -> Result<Vec<u8>> {
    let bag = Bag::new(examples, settings.min_documents);
    ensure!(bag.labels.len() > 1, "there must be examples of two labels to train on");
    let (columns, penalty) = (bag.labels.len(), 1.0 / settings.strength);
    let weights = minimise(vec![0.0; bag.words.len() * columns], |weights| {
        let (mut loss, mut gradient) = (0.0, weights.iter().map(|weight| penalty * weight).collect::<Vec<_>>());
        loss += penalty / 2.0 * weights.iter().map(|weight| weight * weight).sum::<f64>();
        let mut scores = vec![0.0; columns];
        for text in &bag.texts {
            text.scores(weights, &mut scores);
            loss += softmax_loss(&mut scores, text.label);
            for &(word, share) in &text.words {
                let row = &mut gradient[word * columns..][..columns];
                for (slope, score) in row.iter_mut().zip(&scores) {
                    *slope += share * score;
                }
            }
        }
        (loss, gradient)
    });
    let mut args = Args::default();
    args.apply_supervised_defaults();
    args.dim = i32::try_from(columns).context("too many labels")?;
    (args.minn, args.maxn, args.bucket) = (0, 0, 0);
    let mut model = FastText::load(&mut bag.encoded(&weights, &args)?.as_slice())?;
    args.qnorm = true;
    args.dsub = settings.sub_vector;
    quantised(&mut model, &args)
}

/// Turns scores into the loss of the right label and, in place, the loss's gradient.
fn softmax_loss(scores: &mut [f64], label: usize) -> f64 {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let right = scores[label] - most;
    for score in &mut *scores {
        *score = (*score - most).exp();
    }
    let sum: f64 = scores.iter().sum();
    for score in &mut *scores {
        *score /= sum;
    }
    scores[label] -= 1.0;
    sum.ln() - right
}

/// Examples as numbers.
struct Bag<'a> {
    /// Words in alphabetical order, each with the number of examples that hold it and its weight by rarity.
    words: Vec<(&'a str, usize, f64)>,
    /// Labels in alphabetical order, each with its number of examples.
    labels: Vec<(&'a str, usize)>,
    texts: Vec<Text>,
}

/// One example: its words, each with its share of the text times its weight, and the number of its label.
struct Text {
    words: Vec<(usize, f64)>,
    label: usize,
}

impl<'a> Bag<'a> {
    #[expect(clippy::cast_precision_loss, reason = "counts of words and texts are far below 2⁵²")]
    fn new(examples: &'a [Example], min_documents: usize) -> Self {
        let (mut found, mut labels) = (BTreeMap::<&str, usize>::new(), BTreeMap::<&str, usize>::new());
        for example in examples {
            *labels.entry(&example.label).or_default() += 1;
            let mut words: Vec<&str> = example.text.split(' ').filter(|word| !word.is_empty()).collect();
            words.sort_unstable();
            words.dedup();
            for word in words {
                *found.entry(word).or_default() += 1;
            }
        }
        let rarity = |count: usize| ((1 + examples.len()) as f64 / (1 + count) as f64).ln() + 1.0;
        let words: Vec<_> = found
            .into_iter()
            .filter(|(_, count)| *count >= min_documents)
            .map(|(word, count)| (word, count, rarity(count)))
            .collect();
        let labels: Vec<_> = labels.into_iter().collect();
        let texts = examples
            .iter()
            .map(|example| {
                let mut counts = BTreeMap::<usize, usize>::new();
                for word in example.text.split(' ') {
                    if let Ok(number) = words.binary_search_by_key(&word, |entry| entry.0) {
                        *counts.entry(number).or_default() += 1;
                    }
                }
                let known = counts.values().sum::<usize>() as f64;
                Text {
                    words: counts
                        .into_iter()
                        .map(|(word, count)| (word, count as f64 / known * words[word].2))
                        .collect(),
                    label: labels.partition_point(|(label, _)| *label < example.label.as_str()),
                }
            })
            .collect();
        Self { words, labels, texts }
    }

    /// A fastText model that is not quantised: a row a word, a column a label.
    fn encoded(&self, weights: &[f64], args: &Args) -> Result<Vec<u8>> {
        let (rows, columns) = (self.words.len(), self.labels.len());
        let mut dictionary = Dictionary::new_with_capacity(Arc::new(args.clone()), 1);
        let entry = |word: String, count: usize, entry_type| -> Result<Entry> {
            Ok(Entry { word, count: i64::try_from(count)?, entry_type, subwords: Vec::new() })
        };
        for &(word, count, _) in &self.words {
            dictionary.push_entry(entry(word.to_owned(), count, EntryType::Word)?);
        }
        for &(label, count) in &self.labels {
            dictionary.push_entry(entry(format!("__label__{label}"), count, EntryType::Label)?);
        }
        let size = |count: usize| i32::try_from(count).context("too many words");
        dictionary.set_counts(size(rows + columns)?, size(rows)?, size(columns)?);
        #[expect(clippy::cast_possible_truncation, reason = "fastText's numbers are of 32 bits")]
        let inputs: Vec<f32> =
            weights.iter().enumerate().map(|(at, weight)| (weight * self.words[at / columns].2) as f32).collect();
        let outputs: Vec<f32> =
            (0..columns * columns).map(|at| if at % (columns + 1) == 0 { 1.0 } else { 0.0 }).collect();
        let mut bytes = Vec::new();
        bytes.extend(FASTTEXT_FILEFORMAT_MAGIC_INT32.to_le_bytes());
        bytes.extend(FASTTEXT_VERSION.to_le_bytes());
        args.save(&mut bytes)?;
        dictionary.save(&mut bytes)?;
        for (rows, numbers) in [(rows, inputs), (columns, outputs)] {
            bytes.push(0); // not quantised
            DenseMatrix::from_data(i64::try_from(rows)?, i64::try_from(columns)?, &numbers).save(&mut bytes)?;
        }
        Ok(bytes)
    }
}

impl Text {
    /// The score of each label.
    fn scores(&self, weights: &[f64], scores: &mut [f64]) {
        scores.fill(0.0);
        for &(word, share) in &self.words {
            let row = &weights[word * scores.len()..][..scores.len()];
            for (score, weight) in scores.iter_mut().zip(row) {
                *score += share * weight;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use filters::fasttext::{Model, Scratch};

    use super::*;

    const SETTINGS: Settings = Settings { min_documents: 2, strength: 50.0, sub_vector: 2 };

    /// Texts of a hundred words that say nothing, and of some that do.
    fn examples() -> Vec<Example> {
        let said = [("sea", "wave tide ship"), ("land", "hill road field"), ("sky", "cloud wind star")];
        (0..600)
            .map(|number| {
                let (label, words) = said[number % 3];
                let noise: Vec<String> = (0..30).map(|step| format!("w{}", (number * 7 + step * step) % 400)).collect();
                let word = words.split(' ').nth(number / 3 % 3).unwrap();
                Example::new(label, format!("{word} {}", noise.join(" ")))
            })
            .collect()
    }

    #[test]
    fn it_repeats_and_answers() {
        let bytes = fit(&examples(), &SETTINGS).unwrap();
        assert_eq!(bytes, fit(&examples(), &SETTINGS).unwrap());
        let model = Model::load(&bytes).unwrap();
        let mut scratch = Scratch::default();
        for (text, expected) in [("a ship on the tide", "sea"), ("a road over the hill", "land"), ("cloud", "sky")] {
            let said = model.predict(text, 3, &mut scratch);
            assert_eq!(said[0].label, expected, "{text}: {said:?}");
            assert!(said[0].probability > 0.6, "{text}: {said:?}");
        }
        assert!(model.predict("unheard of", 1, &mut scratch).is_empty());
    }

    #[test]
    fn the_order_of_examples_does_not_matter_to_the_answers() {
        let mut turned = examples();
        turned.reverse();
        let models = [examples(), turned].map(|examples| Model::load(&fit(&examples, &SETTINGS).unwrap()).unwrap());
        let said = models.map(|model| model.predict("wind w3 w5", 1, &mut Scratch::default())[0].probability);
        assert!((said[0] - said[1]).abs() < 0.02, "{said:?}");
    }

    #[test]
    fn one_label_is_nothing_to_learn() {
        let one: Vec<Example> = (0..10).map(|_| Example::new("sea", "wave".into())).collect();
        assert!(fit(&one, &SETTINGS).unwrap_err().to_string().contains("two labels"));
    }

    #[test]
    fn loss_and_gradient_of_a_softmax() {
        let mut scores = [0.0, 0.0];
        assert!((softmax_loss(&mut scores, 0) - 2f64.ln()).abs() < 1e-12);
        assert!(scores.iter().zip([-0.5, 0.5]).all(|(slope, right)| (slope - right).abs() < 1e-12), "{scores:?}");
        let mut far = [1_000.0, 0.0]; // no overflow
        assert!((softmax_loss(&mut far, 1) - 1_000.0).abs() < 1e-9);
    }
}
