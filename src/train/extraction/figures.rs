//! How well pages were extracted by models that did not know their sites, and the card that says so.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use stages::extract::ModelFile;

use super::gold::{Gold, Page};
use super::{FOLDS, SETTINGS, label};

/// Precision, recall and F1 of each set, and of each kind of page within it.
pub(super) struct Figures {
    rows: BTreeMap<(String, String), Sums>,
}

/// Sums over pages.
#[derive(Clone, Copy, Default)]
struct Sums {
    pages: f64,
    /// Of pages: precision, recall, F1. Of snippets: found, missed, and found though they should not be.
    sums: [f64; 3],
    is_snippets: bool,
}

impl Figures {
    /// Compares texts with gold.
    pub(super) fn of(pages: &[Page], texts: &[String]) -> Self {
        let mut rows: BTreeMap<(String, String), Sums> = BTreeMap::new();
        for (page, text) in pages.iter().zip(texts) {
            let (sums, is_snippets) = match &page.gold {
                Gold::Text(gold) if !label::words(gold).is_empty() => (of_words(text, gold), false),
                Gold::Snippets(have, have_not) => (of_snippets(text, have, have_not), true),
                _ => continue,
            };
            for kind in [Some(""), page.kind.as_deref()].into_iter().flatten() {
                let row = rows.entry((page.set.clone(), kind.to_owned())).or_default();
                row.pages += 1.0;
                row.is_snippets = is_snippets;
                for (all, one) in row.sums.iter_mut().zip(sums) {
                    *all += one;
                }
            }
        }
        Self { rows }
    }

    /// The model's card.
    pub(super) fn card(&self, model: &ModelFile, pages: &[Page], bytes: usize, seed: u64) -> String {
        let mut card = format!(
            "# The model of the extractor\n\n\
             How likely a block of a page belongs to its content: {} trees of depth {} over {} columns, weights of {} \
             words of texts and of {} words of classes and ids. {bytes} bytes.\n\n",
            model.trees.len(),
            SETTINGS.depth,
            model.columns.len(),
            model.text_words.len(),
            model.class_words.len(),
        );
        card.push_str(ABOUT);
        let _ = write!(
            card,
            "\n## Training\n\n```text\ntrommel train extraction --data DIR --out stages/extract --seed {seed}\n```\n\n\
             {} pages. Rate {}, damping {}, half of the rows and {} of the columns for each tree. The same data and \
             seed give the same bytes.\n\n## Quality\n\nCross-validated by site: each page by a model that saw no page \
             of its site ({FOLDS} folds). Means over pages of the precision, recall and F1 of words (multisets); for \
             sets of snippets, of all their snippets.\n\n| set | pages | precision | recall | F1 |\n|---|---|---|---|---|\n",
            pages.len(),
            SETTINGS.rate,
            SETTINGS.damping,
            SETTINGS.columns,
        );
        for ((set, kind), row) in &self.rows {
            let [precision, recall, f1] = row.means();
            let name = if kind.is_empty() { set.clone() } else { format!("— {kind}") };
            let _ = writeln!(card, "| {name} | {} | {precision:.3} | {recall:.3} | {f1:.3} |", row.pages);
        }
        card
    }
}

impl Sums {
    fn means(&self) -> [f64; 3] {
        let [a, b, c] = self.sums;
        if self.is_snippets {
            let (precision, recall) = (a / (a + c).max(1.0), a / (a + b).max(1.0));
            [precision, recall, f1(precision, recall)]
        } else {
            [a, b, c].map(|sum| sum / self.pages.max(1.0))
        }
    }
}

/// Precision, recall and F1 over multisets of words.
#[expect(clippy::cast_precision_loss, reason = "counts of words")]
fn of_words(text: &str, gold: &str) -> [f64; 3] {
    let count = |text: &str| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for word in label::words(text) {
            *counts.entry(word).or_default() += 1;
        }
        counts
    };
    let (found, wanted) = (count(text), count(gold));
    let right: usize = found.iter().map(|(word, n)| (*n).min(wanted.get(word).copied().unwrap_or(0))).sum();
    let share = |counts: &BTreeMap<String, usize>| right as f64 / counts.values().sum::<usize>().max(1) as f64;
    let (precision, recall) = (share(&found), share(&wanted));
    [precision, recall, f1(precision, recall)]
}

/// Snippets found, missed, and found though they should not be.
#[expect(clippy::cast_precision_loss, reason = "counts of snippets")]
fn of_snippets(text: &str, have: &[String], have_not: &[String]) -> [f64; 3] {
    let one_spaced = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = one_spaced(text);
    let found = |snippets: &[String]| snippets.iter().filter(|snippet| text.contains(&one_spaced(snippet))).count();
    let right = found(have);
    [right as f64, (have.len() - right) as f64, found(have_not) as f64]
}

fn f1(precision: f64, recall: f64) -> f64 {
    if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
}

/// What the card says of data and method.
const ABOUT: &str = "Blocks are the runs of text that a reader could see. The columns say what a block's text is made of, what stands \
around it and next to it, where on the page it is, what kind of page that is, and what the words in it and in the \
classes around it say (`stages/extract/columns.rs`). Kept are the blocks that make the expected F1 of the page's words \
highest (`stages/extract/keep.rs`).\n\n\
## Data\n\n\
Pages with gold main content; no text of theirs is in the model, only weights of single words that at least 12 sites \
have.\n\n\
- WCXB, web content extraction benchmark by Murrough-Foley (annotations CC-BY-4.0; pages of third parties): articles, \
forums, products, collections, listings, documentation, services.\n\
- article-extraction-benchmark by Scrapinghub (MIT), news and blogs.\n\
- trafilatura's evaluation pages (Apache-2.0), snippets only, many languages.\n\
- readability's test pages (Apache-2.0), newspaper4k's (MIT), defuddle's (MIT), llm-webkit-mirror's bench (UNKNOWN), \
WebMainBench's samples (Apache-2.0).\n\n\
A block's label is the share of its words that an alignment of the page's words with the gold's finds in the gold; a \
snippet labels the blocks that it touches. A block weighs as much as its share of the gold's words.\n";
