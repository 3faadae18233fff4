//! fastText models: which labels a text gets, as the C++ reference (0.9.2) would say.
//!
//! A text becomes a bag of rows of the *input matrix*: one for each word of the dictionary, one for each character
//! n-gram of a word (hashed to a bucket), one for each word n-gram (hashed likewise). Their mean is the *hidden*
//! vector; the *output matrix* and the loss turn it into probabilities of labels. See Joulin et al. 2016, "Bag of
//! Tricks for Efficient Text Classification" (<https://arxiv.org/abs/1607.01759>), and "`FastText.zip`" (2016,
//! <https://arxiv.org/abs/1612.03651>) for quantised models.
//!
//! Read are supervised models of versions 11 and 12, dense (`.bin`) and quantised (`.ftz`, pruned or not), with all
//! four losses. Training is not done here.
//!
//! # Where the reference is followed, though one might not expect it
//! - Probabilities carry the reference's 1e-5, which it adds before it takes logarithms; above 1 they are cut to 1.
//! - Hierarchical softmax does not give labels of a probability below about 1e-5, so fewer than `k` may come back.
//! - Labels of equal probability, which one-vs-all often has, come as the reference's heap leaves them.
//! - A word `</s>` ends the text; words that begin with `__label__` are passed over.
//!
//! # Where it is not
//! - The reference predicts one line. Here a newline is a space, and `</s>` stands once, at the end of the text.
//! - Rows are added in another order, which moves probabilities by less than 1e-5; with one-vs-all and negative
//!   sampling, which read them from a table, once in many thousand texts by a step of the table (at most 0.008).

mod dictionary;
mod loss;
mod matrix;
mod ngrams;
mod read;
#[cfg(test)]
pub(crate) mod tests;

use dictionary::{Dictionary, Entry};
use loss::{Best, Loss};
use matrix::{DenseMatrix, Matrix};
use ngrams::{Buckets, CharNgrams, LongestNgram, Pruned, word_ngrams};
use read::Reader;

/// A loaded model, shared by all threads.
#[derive(Debug)]
pub struct Model {
    dictionary: Dictionary,
    char_ngrams: Option<CharNgrams>,
    word_ngrams: usize,
    buckets: Buckets,
    input: Matrix,
    word_sums: WordSums,
    output: Matrix,
    loss: Loss,
}

/// A label and how probable the model finds it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction<'m> {
    /// The label, without `__label__`.
    pub label: &'m str,
    /// 0 to 1. Of all labels together 1, but for one-vs-all and negative sampling, which judge each label alone.
    pub probability: f32,
}

/// Buffers that one prediction leaves to the next; one for each thread. They do not change what is predicted.
#[derive(Debug, Default)]
pub struct Scratch {
    sum: Sum,
    /// Words whose rows are already summed: 4 bytes for each of the text's.
    words: Vec<u32>,
    /// Hashes of the words, in order, where the model has word n-grams: 4 bytes for each of the text's.
    hashes: Vec<u32>,
    loss: loss::Scratch,
}

/// Rows of the input matrix on their way into a sum. However long a word is, they are few at a time.
#[derive(Debug, Default)]
struct Sum {
    /// A word between `<` and `>`.
    bounded: Vec<u8>,
    /// Hashes of character n-grams that are yet to become rows.
    ngrams: Vec<u32>,
    /// Rows that are yet to be added.
    rows: Vec<u32>,
    /// How many rows there were.
    n_rows: usize,
    total: Vec<f32>,
}

/// Why bytes are not a model that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The bytes do not begin as fastText's files do.
    #[error("not a fastText model")]
    NotAModel,
    /// A fastText file of a kind that is not read.
    #[error("this kind of fastText model is not supported: {0}")]
    Unsupported(&'static str),
    /// The bytes end before the model does.
    #[error("the fastText model is truncated at byte {at}")]
    Truncated {
        /// How many bytes there are.
        at: usize,
    },
    /// Parts of the file contradict each other: it is damaged.
    #[error("the fastText model is damaged: {0}")]
    Inconsistent(&'static str),
}

impl Model {
    /// The first four bytes of a model.
    const MAGIC: i32 = 793_712_314;

    /// The model in a `.bin` or `.ftz` file's bytes.
    ///
    /// Damaged bytes give an error or another model, never a panic, and never an allocation that is not backed by
    /// bytes or bounded by a constant (64 MiB each for dequantised rows, sums of words, and pruned buckets).
    ///
    /// # Errors
    /// [`LoadError`] when the bytes are not a model, are cut, contradict themselves, or hold word vectors only.
    pub fn load(bytes: &[u8]) -> Result<Self, LoadError> {
        Self::load_within(bytes, 64 << 20)
    }

    /// The same, with the largest size in bytes of what is worked out once for speed.
    fn load_within(bytes: &[u8], most_bytes: usize) -> Result<Self, LoadError> {
        let mut reader = Reader::new(bytes);
        let magic = reader.i32().map_err(|_| LoadError::NotAModel)?;
        if magic != Self::MAGIC {
            return Err(LoadError::NotAModel);
        }
        let settings = Settings::read(&mut reader)?;
        let (dictionary, n_pruned) = Dictionary::read(&mut reader)?;
        let pruned = n_pruned.map(|count| Pruned::read(&mut reader, count, settings.buckets)).transpose()?;
        let buckets = Buckets::new(settings.buckets, dictionary.n_words(), pruned)?;

        let is_quantised = reader.bool()?;
        if !is_quantised && buckets.is_pruned() {
            return Err(LoadError::Inconsistent("a dense model is pruned"));
        }
        let input = Matrix::read(&mut reader, is_quantised, most_bytes)?;
        let is_output_quantised = reader.bool()? && is_quantised;
        let output = Matrix::read(&mut reader, is_output_quantised, most_bytes)?;
        if input.dim() != settings.dim || output.dim() != settings.dim {
            return Err(LoadError::Inconsistent("the matrices are of another dimension than the model"));
        }
        if settings.has_buckets() && settings.buckets == 0 {
            return Err(LoadError::Inconsistent("there are n-grams, but no buckets"));
        }
        let hashed_rows = if settings.has_buckets() { buckets.end() } else { 0 };
        if input.n_rows() < dictionary.n_words().max(hashed_rows) {
            return Err(LoadError::Inconsistent("the input matrix has too few rows"));
        }
        if output.n_rows() != dictionary.labels().len() {
            return Err(LoadError::Inconsistent("the output matrix has not one row for each label"));
        }
        let loss = Loss::new(settings.loss, dictionary.label_counts())?;
        let mut model = Self {
            char_ngrams: settings.char_ngrams,
            word_ngrams: settings.word_ngrams,
            word_sums: WordSums::default(),
            dictionary,
            buckets,
            input,
            output,
            loss,
        };
        model.word_sums = model.sum_words(most_bytes);
        Ok(model)
    }

    /// The labels, most frequent first, without `__label__`.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.dictionary.labels().iter().map(String::as_str)
    }

    /// The labels as a message tells them: the first ones.
    #[must_use]
    pub fn told_labels(&self) -> String {
        const SHOWN: usize = 20;
        let first: Vec<&str> = self.labels().take(SHOWN).collect();
        let more = if self.labels().count() > SHOWN { ", …" } else { "" };
        format!("{}{more}", first.join(", "))
    }

    /// The `k` most probable labels, best first; fewer where the model gives fewer, none where it knows nothing of
    /// the text.
    #[must_use]
    pub fn predict<'m>(&'m self, text: &str, k: usize, scratch: &mut Scratch) -> Vec<Prediction<'m>> {
        let n_rows = self.sum(text, scratch);
        if n_rows == 0 || k == 0 {
            return Vec::new();
        }
        let Scratch { sum: Sum { total: hidden, .. }, words, loss, .. } = scratch;
        self.word_sums.sums.add_rows(words, hidden);
        #[expect(clippy::cast_precision_loss, reason = "the reference divides by this number as a 32-bit float too")]
        let scale = 1.0 / n_rows as f32;
        for value in hidden.iter_mut() {
            *value *= scale;
        }
        let mut best = Best::new(k);
        self.loss.predict(&self.output, hidden, &mut best, loss);
        let labels = self.dictionary.labels();
        best.into_iter()
            .map(|(probability, label)| Prediction { label: &labels[label as usize], probability })
            .collect()
    }

    /// Leaves the sum of the text's rows in `scratch`, but for the words that are summed already, which are left there
    /// too; and says how many rows they are together.
    fn sum(&self, text: &str, scratch: &mut Scratch) -> usize {
        let Scratch { sum, words, hashes, .. } = scratch;
        sum.begin(self.input.dim());
        words.clear();
        hashes.clear();
        let mut n_summed = 0;
        dictionary::tokens(text.as_bytes(), |token, hash| {
            match self.dictionary.find(token, hash) {
                Entry::Label => return,
                Entry::Word(word) => {
                    if let Some(n) = self.word_sums.n_rows.get(word as usize) {
                        words.push(word);
                        n_summed += *n as usize;
                    } else {
                        sum.rows.push(word);
                        self.add_ngrams(token, sum);
                    }
                }
                Entry::Unknown => self.add_ngrams(token, sum),
            }
            if self.word_ngrams > 1 {
                hashes.push(hash);
            }
        });
        self.settle(sum);
        word_ngrams(hashes, self.word_ngrams, |hash| {
            sum.rows.extend(self.buckets.row_of_long(hash));
            if sum.rows.len() >= Self::N_ROWS {
                self.settle(sum);
            }
        });
        self.settle(sum);
        n_summed + sum.n_rows
    }

    /// Hashes become rows in batches of about this size: small enough for the cache, large enough for the steps from
    /// hash to row to overlap.
    const N_HASHES: usize = 1024;

    /// Rows are added in batches of about this size, so that a word of ten megabytes takes no memory.
    const N_ROWS: usize = 1 << 16;

    /// Adds a word's character n-grams.
    fn add_ngrams(&self, token: &[u8], sum: &mut Sum) {
        let Some(char_ngrams) = &self.char_ngrams else { return };
        if token == dictionary::END {
            return;
        }
        sum.bounded.clear();
        sum.bounded.push(b'<');
        sum.bounded.extend_from_slice(token);
        sum.bounded.push(b'>');
        for start in (0..sum.bounded.len()).step_by(Self::N_HASHES) {
            let Sum { bounded, ngrams, rows, .. } = sum;
            char_ngrams.hash(bounded, start..bounded.len().min(start + Self::N_HASHES), ngrams);
            if ngrams.len() >= Self::N_HASHES {
                self.buckets.drain(ngrams, rows);
            }
            if rows.len() >= Self::N_ROWS {
                self.settle(sum);
            }
        }
    }

    /// Adds what is yet to be added.
    fn settle(&self, sum: &mut Sum) {
        self.buckets.drain(&mut sum.ngrams, &mut sum.rows);
        self.input.add_rows(&sum.rows, &mut sum.total);
        sum.n_rows += sum.rows.len();
        sum.rows.clear();
    }

    /// Sums the rows of each word of the dictionary, as far as the sums stay within `most_bytes`.
    fn sum_words(&self, most_bytes: usize) -> WordSums {
        let dim = self.input.dim();
        if self.char_ngrams.is_none() {
            // A word is one row.
            return WordSums::default();
        }
        let n_words = self.dictionary.n_words().min(most_bytes / (dim * size_of::<f32>()));
        let (mut sums, mut n_rows) = (vec![0.0; n_words * dim], Vec::with_capacity(n_words));
        let mut sum = Sum::default();
        for (word, (token, word_sum)) in (0..).zip(self.dictionary.words().zip(sums.chunks_exact_mut(dim))) {
            sum.begin(dim);
            sum.rows.push(word);
            self.add_ngrams(token, &mut sum);
            self.settle(&mut sum);
            word_sum.copy_from_slice(&sum.total);
            n_rows.push(u32::try_from(sum.n_rows).unwrap_or(u32::MAX));
        }
        WordSums { sums: DenseMatrix::new(dim, sums), n_rows }
    }
}

impl Sum {
    fn begin(&mut self, dim: usize) {
        self.ngrams.clear();
        self.rows.clear();
        self.n_rows = 0;
        self.total.clear();
        self.total.resize(dim, 0.0);
    }
}

/// For the first words of the dictionary, the sum of a word's row and those of its n-grams: most words of a text are
/// among them, and then neither need be hashed nor added again.
#[derive(Debug, Default)]
struct WordSums {
    sums: DenseMatrix,
    /// How many rows each sum is of.
    n_rows: Vec<u32>,
}

/// What stands at the head of a file.
struct Settings {
    dim: usize,
    word_ngrams: usize,
    loss: i32,
    buckets: usize,
    char_ngrams: Option<CharNgrams>,
}

impl Settings {
    fn read(reader: &mut Reader<'_>) -> Result<Self, LoadError> {
        let version = reader.i32()?;
        if !matches!(version, 11 | 12) {
            return Err(LoadError::Unsupported("its version is neither 11 nor 12"));
        }
        let dim = reader.size()?;
        reader.take(4 * size_of::<i32>())?; // window, epochs, least count, negatives: of use in training only
        let word_ngrams = reader.i32()?;
        let loss = reader.i32()?;
        let kind = reader.i32()?;
        let buckets = reader.size()?;
        let (shortest, longest) = (reader.size()?, reader.size()?);
        reader.take(size_of::<i32>() + size_of::<f64>())?; // learning rate updates, sampling threshold
        match kind {
            3 => {}
            1 | 2 => return Err(LoadError::Unsupported("it holds word vectors, not a classifier")),
            _ => return Err(LoadError::Inconsistent("it is neither of word vectors nor a classifier")),
        }
        if dim == 0 {
            return Err(LoadError::Inconsistent("its dimension is 0"));
        }
        // Real models have n-grams of 6; a damaged length would make predictions quadratic in the text.
        let word_ngrams = usize::try_from(word_ngrams).unwrap_or(0);
        if word_ngrams > LongestNgram::VALUE || longest > LongestNgram::VALUE {
            return Err(LoadError::Inconsistent("its n-grams are longer than 100"));
        }
        // Supervised models of version 11 were made without character n-grams, whatever their settings say.
        let char_ngrams = (version > 11 && longest > 0).then(|| CharNgrams::new(shortest, longest));
        Ok(Self { dim, word_ngrams, loss, buckets, char_ngrams })
    }

    /// Whether anything is hashed to buckets.
    fn has_buckets(&self) -> bool {
        self.char_ngrams.is_some() || self.word_ngrams > 1
    }
}
