//! Training and quantisation with the `fasttext` crate. (Its predictions are not used: see `filters::fasttext`.)

use std::fmt;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use fasttext::FastText;
use fasttext::args::Args;
use filters::text::hash;

use super::data::Example;

/// What is set of fastText; the rest is its default for supervised training with softmax.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Settings {
    /// Length of a vector.
    pub(super) dim: i32,
    /// Shortest and longest character n-gram; 0 for none.
    pub(super) characters: (i32, i32),
    /// Longest n-gram of words; 1 for words alone.
    pub(super) words: i32,
    /// Rows for hashed n-grams while training.
    pub(super) buckets: i32,
    /// Times that a word must be seen.
    pub(super) min_count: i32,
    /// Passes over the examples.
    pub(super) epochs: i32,
    /// Learning rate.
    pub(super) rate: f64,
    /// Rows kept when quantising, trained again after the others went; without, all are kept as they are.
    pub(super) cutoff: Option<usize>,
    /// Numbers that one quantised byte stands for; 0 leaves them as they are.
    pub(super) sub_vector: usize,
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (shortest, longest) = self.characters;
        write!(
            f,
            "dim {}, minn {shortest}, maxn {longest}, wordNgrams {}, bucket {}, minCount {}, epoch {}, lr {}, softmax; ",
            self.dim, self.words, self.buckets, self.min_count, self.epochs, self.rate
        )?;
        if self.sub_vector == 0 {
            return write!(f, "not quantised");
        }
        write!(f, "quantised with qnorm, dsub {}", self.sub_vector)?;
        self.cutoff.map_or(Ok(()), |cutoff| write!(f, ", cutoff {cutoff}, retrain"))
    }
}

/// The bytes of a quantised model. `work` is where the training text stands meanwhile.
///
/// One thread: fastText's threads write to the same weights without order, and the result must repeat.
pub(super) fn fit(examples: &[Example], settings: &Settings, seed: u64, work: &Path) -> Result<Vec<u8>> {
    ensure!(!examples.is_empty(), "there are no examples to train on");
    std::fs::write(work, shuffled(examples, seed)).with_context(|| format!("write {}", work.display()))?;
    let bytes = train(settings, seed, work);
    std::fs::remove_file(work).with_context(|| format!("remove {}", work.display()))?;
    bytes
}

/// fastText's format, in an order that the seed decides.
fn shuffled(examples: &[Example], seed: u64) -> String {
    let mut order: Vec<(u64, usize)> =
        (0..examples.len()).map(|index| (hash(format!("{seed}:{index}").as_bytes()), index)).collect();
    order.sort_unstable();
    let mut text = String::new();
    for (_, index) in order {
        let Example { label, text: tokens } = &examples[index];
        // Writing to a string cannot fail.
        let _ = writeln!(text, "__label__{label} {tokens}");
    }
    text
}

fn train(settings: &Settings, seed: u64, work: &Path) -> Result<Vec<u8>> {
    let mut args = Args::default();
    args.apply_supervised_defaults();
    work.clone_into(&mut args.input);
    args.dim = settings.dim;
    (args.minn, args.maxn) = settings.characters;
    args.word_ngrams = settings.words;
    args.bucket = settings.buckets;
    args.min_count = settings.min_count;
    args.epoch = settings.epochs;
    args.lr = settings.rate;
    args.seed = i32::try_from(seed).context("the seed must fit 31 bits")?;
    args.thread = 1;
    args.verbose = 0;
    let mut model = FastText::train(args.clone())?;
    if settings.sub_vector == 0 {
        let mut bytes = Vec::new();
        model.save(&mut bytes)?;
        return Ok(bytes);
    }
    args.cutoff = settings.cutoff.unwrap_or(0);
    args.retrain = settings.cutoff.is_some();
    args.qnorm = true;
    args.dsub = settings.sub_vector;
    quantised(&mut model, &args)
}

/// The bytes of a model, its rows quantised as `args` says.
pub(super) fn quantised(model: &mut FastText, args: &Args) -> Result<Vec<u8>> {
    model.quantize(args)?;
    let mut bytes = Vec::new();
    model.save(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use filters::fasttext::{Model, Scratch};

    use super::*;

    const SMALL: Settings = Settings {
        dim: 8,
        characters: (2, 3),
        words: 1,
        buckets: 2_000,
        min_count: 1,
        epochs: 20,
        rate: 0.5,
        cutoff: Some(400),
        sub_vector: 2,
    };

    fn examples() -> Vec<Example> {
        let made = |label: &str, word: &str| {
            (0..60).map(|number| Example::new(label, format!("{word} {word}s {}", number % 7))).collect::<Vec<_>>()
        };
        [made("sea", "wave"), made("land", "hill")].concat()
    }

    #[test]
    fn training_repeats_and_the_model_answers() {
        let folder = tempfile::tempdir().unwrap();
        let work = folder.path().join("train.txt");
        let first = fit(&examples(), &SMALL, 3, &work).unwrap();
        assert_eq!(first, fit(&examples(), &SMALL, 3, &work).unwrap());
        assert_ne!(first, fit(&examples(), &SMALL, 4, &work).unwrap());
        assert!(!work.exists());
        let model = Model::load(&first).unwrap();
        let best = |text| model.predict(text, 1, &mut Scratch::default())[0].label.to_owned();
        assert_eq!((best("a wave").as_str(), best("hills").as_str()), ("sea", "land"));
    }

    #[test]
    fn the_seed_decides_the_order() {
        let examples = examples();
        assert_ne!(shuffled(&examples, 1), shuffled(&examples, 2));
        assert_eq!(shuffled(&examples, 1).lines().count(), examples.len());
    }
}
