//! Training data: JSON lines under zstd, and how they are split.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context, Result};
use filters::text::hash;
use filters::url::canonical;
use serde::de::DeserializeOwned;

/// A text as the model sees it, and its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Example {
    /// The right answer, as a fastText label: no white space.
    pub(super) label: String,
    /// Tokens separated by spaces, on one line.
    pub(super) text: String,
}

impl Example {
    /// An example; white space within the label becomes `_`.
    pub(super) fn new(label: &str, text: String) -> Self {
        Self { label: label.split_whitespace().collect::<Vec<_>>().join("_"), text }
    }
}

/// All rows of a file. Rows end at a line feed and nothing else: texts may hold other line separators.
pub(crate) fn rows<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<Vec<T>> {
    let path = folder.join(name);
    let file =
        File::open(&path).with_context(|| format!("open {} (docs/models.md tells the layout)", path.display()))?;
    let mut text = String::new();
    zstd::Decoder::new(file)
        .and_then(|mut decoder| decoder.read_to_string(&mut text))
        .with_context(|| format!("decompress {}", path.display()))?;
    text.split('\n')
        .enumerate()
        .filter(|(_, line)| !line.is_empty())
        .map(|(number, line)| {
            serde_json::from_str(line).with_context(|| format!("{}, line {}", path.display(), number + 1))
        })
        .collect()
}

/// Whether a key falls into the held-out tenth. All rows of one key fall together.
pub(super) fn is_held_out(key: &str) -> bool {
    hash(key.as_bytes()).is_multiple_of(10)
}

/// Folds of a cross-validation.
pub(super) const FOLDS: u64 = 3;

/// The fold that a key falls into. All rows of one key fall together.
pub(super) fn fold_of(key: &str) -> u64 {
    hash(key.as_bytes()) / 10 % FOLDS // apart from the held-out tenth
}

/// The site of a page: its registered domain.
pub(crate) fn site(url: &str) -> String {
    canonical(url).map_or_else(|| url.to_owned(), |canonical| canonical.domain)
}

/// The text on one line, white space single: what inference makes of a text.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_one_site_stay_together() {
        assert_eq!(site("https://news.example.co.uk/a"), site("http://www.example.co.uk/b?c"));
        assert_eq!(site("not a url"), "not a url");
    }

    #[test]
    fn about_a_tenth_is_held_out() {
        let held_out = (0..1_000).filter(|number| is_held_out(&format!("{number}.example"))).count();
        assert!((60..140).contains(&held_out), "{held_out}");
    }

    #[test]
    fn labels_and_texts_hold_no_line_ends() {
        let example = Example::new("Food & Dining", one_line(" one\n two\u{2028}three "));
        assert_eq!((example.label.as_str(), example.text.as_str()), ("Food_&_Dining", "one two three"));
        assert_eq!(Example::new(" Food\tand\r\nDining\n", String::new()).label, "Food_and_Dining");
    }
}
