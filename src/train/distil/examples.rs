//! Labelled texts, and how they fall into train, dev and test: by site, so that no site is in two of them.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use filters::text::hash;
use serde::Deserialize;
use serde_json::Value;
use stages::ledger::scored;
use stages::task::Layout;

use super::Source;
use crate::train::data::{Example, site};

/// Bytes of one line, at most.
const MOST_LINE: u64 = 1 << 28;

/// The examples of each part.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// Nine of ten sites, but for one of ten that chooses the settings.
    pub(super) train: Vec<Example>,
    /// Chooses the settings.
    pub(super) dev: Vec<Example>,
    /// Measures what was chosen.
    pub(super) test: Vec<Example>,
    /// By what they are split: `site`, `id`, `text`, or by one each.
    pub(super) split_by: BTreeSet<&'static str>,
}

/// A line of labels.
#[derive(Deserialize)]
struct Row {
    text: String,
    label: Option<Value>,
    score: Option<f64>,
    url: Option<String>,
    id: Option<Value>,
}

/// An example before it is split: what keeps it with others, its order among all, and itself.
struct Keyed {
    key: u64,
    kind: &'static str,
    order: u64,
    example: Example,
}

impl Keyed {
    fn place(&self) -> (u64, &str, &str, u64) {
        (self.order, &self.example.text, &self.example.label, self.key)
    }
}

/// How texts become examples.
pub(super) struct Maker<'a> {
    /// Bounds between the labels of scores, rising.
    pub(super) bins: &'a [f64],
    /// What the model sees of a text.
    pub(super) tokens: fn(&str) -> String,
    /// Examples, at most; which ones is drawn by hash.
    pub(super) most: usize,
}

impl Maker<'_> {
    /// The examples of a source.
    pub(super) fn parts(&self, source: &Source) -> Result<Parts> {
        let mut found: Vec<Keyed> = Vec::new();
        match source {
            Source::Files(files) => {
                for file in files {
                    self.read(file, &mut found)?;
                }
            }
            Source::Run(folder, column) => scored(&Layout::new(folder), column, |row| {
                self.add(&mut found, &row.text, &self.label(row.score), row.url.as_deref(), Some(&row.id));
            })?,
        }
        // By hash, so that neither the order of lines nor that of files matters.
        found.sort_by(|one, two| one.place().cmp(&two.place()));
        found.truncate(self.most);
        let mut parts = Parts::default();
        for Keyed { key, kind, example, .. } in found {
            parts.split_by.insert(kind);
            match key % 10 {
                0 => parts.test.push(example),
                1 => parts.dev.push(example),
                _ => parts.train.push(example),
            }
        }
        parts.check()?;
        Ok(parts)
    }

    fn read(&self, path: &Path, found: &mut Vec<Keyed>) -> Result<()> {
        let file = File::open(path).with_context(|| format!("open {}", path.display()))?;
        let is_packed = path.extension().is_some_and(|extension| extension == "zst" || extension == "zstd");
        let mut lines: Box<dyn BufRead> = if is_packed {
            Box::new(BufReader::new(zstd::Decoder::new(file)?))
        } else {
            Box::new(BufReader::new(file))
        };
        let mut line = Vec::new();
        for number in 1_u64.. {
            line.clear();
            let place = || format!("{}, line {number}", path.display());
            if lines.by_ref().take(MOST_LINE).read_until(b'\n', &mut line).with_context(place)? == 0 {
                break;
            }
            if line.trim_ascii().is_empty() {
                continue;
            }
            let row: Row = serde_json::from_slice(&line).with_context(place)?;
            let label = match (&row.label, row.score) {
                (Some(Value::String(label)), None) if !label.trim().is_empty() => label.clone(),
                (Some(label @ (Value::Number(_) | Value::Bool(_))), None) => label.to_string(),
                (None | Some(Value::Null), Some(score)) => self.label(score),
                _ => bail!("{}: write one of `label`, a text, and `score`, a number", place()),
            };
            let id = row.id.as_ref().map(Value::to_string);
            self.add(found, &row.text, &label, row.url.as_deref(), id.as_deref());
        }
        Ok(())
    }

    fn add(&self, found: &mut Vec<Keyed>, text: &str, label: &str, url: Option<&str>, id: Option<&str>) {
        let tokens = (self.tokens)(text);
        if tokens.is_empty() {
            return; // nothing to learn from, and nothing to be asked about
        }
        let order = hash(text.as_bytes());
        let (kind, key) = match (url, id) {
            (Some(url), _) => ("site", hash(site(url).as_bytes())),
            (None, Some(id)) => ("id", hash(id.as_bytes())),
            (None, None) => ("text", order),
        };
        found.push(Keyed { key, kind, order, example: Example::new(label, tokens) });
        // What will be cut is cut now and then, so that memory is that of the examples and not that of the input.
        if self.most > 0 && found.len() >= self.most.saturating_mul(2) {
            found.select_nth_unstable_by(self.most - 1, |one, two| one.place().cmp(&two.place()));
            found.truncate(self.most);
        }
    }

    /// The label of a score: `low` and `high` about one bound, else the number of bounds that it reaches.
    fn label(&self, score: f64) -> String {
        let reached = self.bins.partition_point(|bound| *bound <= score);
        match (self.bins.len(), reached) {
            (1, 0) => "low".into(),
            (1, _) => "high".into(),
            (_, reached) => reached.to_string(),
        }
    }
}

impl Parts {
    /// Whether there is enough to learn and to measure.
    fn check(&self) -> Result<()> {
        let hint = "texts are split by site (`url`), else by `id`, else by text: a tenth each to choose and to measure";
        for (name, part) in [("train", &self.train), ("dev", &self.dev), ("test", &self.test)] {
            ensure!(!part.is_empty(), "there are no texts to {name}\nhint: {hint}");
        }
        let first = &self.train[0].label;
        ensure!(
            self.train.iter().any(|example| example.label != *first),
            "all texts to train on have the label `{first}`\nhint: of scores, --bins sets the bounds between labels"
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use filters::classes::tokens::shapes;

    use super::*;

    fn maker(bins: &[f64], most: usize) -> Maker<'_> {
        Maker { bins, tokens: shapes, most }
    }

    fn written(lines: &[String]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), lines.join("\n")).unwrap();
        file
    }

    fn parts(lines: &[String], most: usize) -> Result<Parts> {
        let file = written(lines);
        maker(&[0.5], most).parts(&Source::Files(vec![file.path().to_owned()]))
    }

    /// A word for a number: numbers all are the same token.
    fn word(number: usize) -> String {
        format!("{number:03}").bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
    }

    #[test]
    fn a_site_is_in_one_part_alone() {
        let line = |n: usize| {
            let (site, page) = (word(n % 60), word(n));
            format!(r#"{{"text": "{site} {page}", "score": 0.{}, "url": "https://{page}.{site}.org/"}}"#, n % 7)
        };
        let found = parts(&(0..600).map(line).collect::<Vec<_>>(), 1_000).unwrap();
        let sites = |part: &[Example]| -> BTreeSet<String> {
            part.iter().map(|example| example.text.split(' ').nth(4).unwrap().to_owned()).collect()
        };
        let (train, dev, test) = (sites(&found.train), sites(&found.dev), sites(&found.test));
        assert_eq!(train.len() + dev.len() + test.len(), 60, "{train:?} {dev:?} {test:?}");
        assert!(train.len() > 36 && found.train.len() == train.len() * 10);
        let labels: BTreeSet<&str> = found.train.iter().map(|example| example.label.as_str()).collect();
        assert_eq!(labels, BTreeSet::from(["high", "low"]));
        assert_eq!(found.split_by, BTreeSet::from(["site"]));
    }

    #[test]
    fn neither_the_order_of_lines_nor_their_number_moves_a_text() {
        let mut lines: Vec<String> =
            (0..300).map(|n| format!(r#"{{"text": "text {}", "label": "{}"}}"#, word(n), n % 3)).collect();
        let one = parts(&lines, 200).unwrap();
        lines.reverse();
        let two = parts(&lines, 200).unwrap();
        assert_eq!((&one.train, &one.dev, &one.test), (&two.train, &two.dev, &two.test));
        assert_eq!(one.train.len() + one.dev.len() + one.test.len(), 200);
        assert_eq!(one.split_by, BTreeSet::from(["text"]));
        let all = parts(&lines, 300).unwrap();
        assert!(one.test.iter().all(|example| all.test.contains(example)));
    }

    #[test]
    fn no_more_than_twice_the_examples_are_held() {
        let (maker, mut found) = (maker(&[0.5], 50), Vec::new());
        let mut all: Vec<(u64, String)> = Vec::new();
        for text in (0..1_000).map(word) {
            maker.add(&mut found, &text, "x", None, None);
            assert!(found.len() < 100);
            all.push((hash(text.as_bytes()), shapes(&text)));
        }
        all.sort();
        found.sort_by(|one, two| one.place().cmp(&two.place()));
        let held = found.iter().take(50).map(|keyed| keyed.example.text.as_str());
        assert!(held.eq(all.iter().take(50).map(|(_, tokens)| tokens.as_str())));
    }

    #[test]
    fn scores_become_labels() {
        for (bins, score, label) in [
            (&[0.5][..], 0.4, "low"),
            (&[0.5], 0.5, "high"),
            (&[1.0, 2.0, 3.0], 0.5, "0"),
            (&[1.0, 2.0, 3.0], 2.0, "2"),
            (&[1.0, 2.0, 3.0], 9.0, "3"),
        ] {
            assert_eq!(maker(bins, 1).label(score), label);
        }
    }

    #[test]
    fn lines_that_are_no_labels_are_told() {
        for (line, expected) in [
            (r#"{"text": "a"}"#, "line 1: write one of `label`"),
            (r#"{"text": "a", "label": "x", "score": 1}"#, "line 1: write one of"),
            (r#"{"text": "a", "label": ["x"]}"#, "line 1: write one of"),
            (r#"{"label": "a"}"#, "line 1"),
            ("nothing", "line 1"),
            (r#"{"text": "a", "label": "x"}"#, "there are no texts"),
        ] {
            let told = format!("{:#}", parts(&[line.to_owned()], 10).unwrap_err());
            assert!(told.contains(expected), "{line}: {told}");
        }
        let same: Vec<String> = (0..100).map(|n| format!(r#"{{"text": "{}", "label": 1}}"#, word(n))).collect();
        assert!(parts(&same, 100).unwrap_err().to_string().contains("have the label `1`"));
    }
}
