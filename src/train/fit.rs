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
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    /// Length of a vector.
    pub(super) dim: i32,
    /// Shortest and longest character n-gram; 0 for none.
    pub(super) characters: (i32, i32),
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
    /// Numbers that one quantised byte stands for.
    pub(super) sub_vector: usize,
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (shortest, longest) = self.characters;
        write!(
            f,
            "dim {}, minn {shortest}, maxn {longest}, bucket {}, minCount {}, epoch {}, lr {}, softmax; quantised with \
             qnorm, dsub {}",
            self.dim, self.buckets, self.min_count, self.epochs, self.rate, self.sub_vector
        )?;
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
    in_order(bytes?)
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
    args.bucket = settings.buckets;
    args.min_count = settings.min_count;
    args.epoch = settings.epochs;
    args.lr = settings.rate;
    args.seed = i32::try_from(seed).context("the seed must fit 31 bits")?;
    args.thread = 1;
    args.verbose = 0;
    let mut model = FastText::train(args.clone())?;
    args.cutoff = settings.cutoff.unwrap_or(0);
    args.retrain = settings.cutoff.is_some();
    args.qnorm = true;
    args.dsub = settings.sub_vector;
    model.quantize(&args)?;
    let mut bytes = Vec::new();
    model.save(&mut bytes)?;
    Ok(bytes)
}

/// The same model with its table of kept n-grams sorted. The crate writes it in the order of a hash map, which differs
/// from run to run; readers do not care.
fn in_order(mut bytes: Vec<u8>) -> Result<Vec<u8>> {
    const HEAD: usize = 8 + 56; // magic, version, arguments
    let number = |at: usize, size: usize| -> Result<usize> {
        let field = bytes.get(at..at + size).context("the model ends within its dictionary")?;
        let mut wide = [0; 8];
        wide[..size].copy_from_slice(field);
        usize::try_from(u64::from_le_bytes(wide)).context("a count of the model is out of range")
    };
    let (entries, pairs) = (number(HEAD, 4)?, number(HEAD + 20, 8)?);
    let mut at = HEAD + 28;
    for _ in 0..entries {
        let word = bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| byte == 0));
        at += word.context("the model ends within a word")? + 1 + 8 + 1; // the word, its count, its type
    }
    if pairs > bytes.len() {
        return Ok(bytes); // -1: nothing was pruned
    }
    let table = bytes.get_mut(at..at + pairs * 8).context("the model ends within its table of n-grams")?;
    let mut rows: Vec<[u8; 8]> = table.as_chunks().0.to_vec();
    rows.sort_unstable_by_key(|&[a, b, c, d, ..]| u32::from_le_bytes([a, b, c, d])); // by n-gram
    table.copy_from_slice(rows.as_flattened());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use filters::fasttext::{Model, Scratch};

    use super::*;

    const SMALL: Settings = Settings {
        dim: 8,
        characters: (2, 3),
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
