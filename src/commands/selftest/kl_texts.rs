//! Texts for `trommel selftest kl`: real ones by source, longer ones joined of one source, and planted junk.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use filters::Document;
use filters::text::hash;
use serde::Deserialize;

use crate::train::data::{rows, site};

/// Languages of news sentences, by the code of the data.
const LANGUAGES: [(&str, &str); 8] = [
    ("deu", "deu_Latn"),
    ("fra", "fra_Latn"),
    ("spa", "spa_Latn"),
    ("por", "por_Latn"),
    ("ita", "ita_Latn"),
    ("pol", "pol_Latn"),
    ("tur", "tur_Latn"),
    ("rus", "rus_Cyrl"),
];

/// Texts of one language and branch.
pub(super) struct Set {
    pub(super) name: &'static str,
    /// Whole documents; else sentences and short pieces, which are only used joined.
    pub(super) whole: bool,
    /// Parts that each are held back once.
    pub(super) folds: u64,
    /// Tokens of the longest joined text: what a held-back part can fill.
    pub(super) longest: u32,
    /// Texts joined in each part.
    pub(super) joined: usize,
    pub(super) pieces: Vec<Piece>,
}

/// A text as its words.
pub(super) struct Piece {
    /// What is held back together: a site.
    pub(super) fold: u64,
    /// What is joined together: a topic.
    pub(super) source: String,
    pub(super) words: Vec<String>,
}

impl Piece {
    fn new(key: &str, source: &str, text: &str, language: &str) -> Self {
        Self { fold: hash(key.as_bytes()), source: source.to_owned(), words: words(text, language) }
    }
}

fn words(text: &str, language: &str) -> Vec<String> {
    Document::new(text).with_language(Some(language)).words().iter().map(|word| (*word).to_owned()).collect()
}

#[derive(Deserialize)]
struct Page {
    text: String,
    url: String,
    topic: String,
}

#[derive(Deserialize)]
struct Sentence {
    text: String,
    iso639_3: String,
}

#[derive(Deserialize)]
struct Item {
    benchmark: String,
    id: String,
    text: String,
    #[serde(default)]
    answer: Option<String>,
}

/// Every set of the data folder.
pub(super) fn sets(data: &Path) -> Result<Vec<Set>> {
    let pages = rows::<Page>(data, "domains/weborganizer.jsonl.zst")?;
    let pages = pages.iter().map(|page| Piece::new(&site(&page.url), &page.topic, &page.text, "eng_Latn")).collect();
    let mut sets =
        vec![Set { name: "eng_Latn prose", whole: true, folds: 2, longest: 20_000, joined: 3_000, pieces: pages }];
    let (mut maths, mut code) = (Vec::new(), Vec::new());
    for item in rows::<Item>(data, "benchmarks/normalised.jsonl.zst")? {
        let Some(answer) = item.answer.filter(|answer| !answer.is_empty()) else { continue };
        let key = format!("{} {}", item.benchmark, item.id);
        if item.benchmark == "math" {
            maths.push(Piece::new(&key, "math", &format!("{}\n{answer}", item.text), "eng_Latn"));
        } else if item.benchmark.starts_with("humaneval") || item.benchmark == "mbpp" {
            code.push(Piece::new(&key, &item.benchmark, &answer, "eng_Latn"));
        }
    }
    let set = |name, longest, pieces| Set { name, whole: false, folds: 5, longest, joined: 1_000, pieces };
    sets.push(set("eng_Latn math", 10_000, maths));
    sets.push(set("eng_Latn code", 400, code));
    let mut sentences: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows::<Sentence>(data, "lid/lingua.jsonl.zst")? {
        sentences.entry(row.iso639_3).or_default().push(row.text);
    }
    for (code, label) in LANGUAGES {
        let pieces = sentences.remove(code).unwrap_or_default();
        sets.push(set(label, 400, pieces.iter().map(|text| Piece::new(text, "news", text, label)).collect()));
    }
    Ok(sets)
}

/// Numbers that are the same for the same seed.
pub(super) struct Draw(pub(super) u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        hash(&self.0.to_le_bytes())
    }

    /// Below `n`, which is not 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n.max(1) as u64).unwrap_or(0)
    }

    /// A length between these, any order of magnitude as likely.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a length from a fraction"
    )]
    pub(super) fn length(&mut self, from: u32, to: u32) -> usize {
        let share = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        (f64::from(from) * (f64::from(to) / f64::from(from)).powf(share)) as usize
    }
}

/// A text of about that many words, joined of pieces of one source, none twice; shorter where the source ends.
pub(super) fn join<'a>(by_source: &[Vec<&'a Piece>], length: usize, draw: &mut Draw) -> Vec<&'a str> {
    // Sources as often as they have pieces.
    let total: usize = by_source.iter().map(Vec::len).sum();
    let mut at = draw.below(total);
    let Some(pieces) = by_source.iter().find(|pieces| {
        let here = at < pieces.len();
        at -= if here { 0 } else { pieces.len() };
        here
    }) else {
        return Vec::new();
    };
    let mut left: Vec<usize> = (0..pieces.len()).collect();
    let mut words = Vec::with_capacity(length);
    while words.len() < length && !left.is_empty() {
        let next = left.swap_remove(draw.below(left.len()));
        words.extend(pieces[next].words.iter().map(String::as_str));
    }
    words.truncate(length);
    words
}

/// Kinds of junk.
pub(super) const JUNK: [&str; 6] = [
    "word salad, uniform",
    "word salad, as frequent as in texts",
    "base64",
    "keyboard mash",
    "another language",
    "product codes",
];
/// The kind that a distribution of single words cannot tell from real text.
pub(super) const SAME_WORDS: usize = 1;

/// Junk of a kind, of about that many words.
pub(super) fn junk(kind: usize, length: usize, own: &Own<'_>, draw: &mut Draw) -> Vec<String> {
    let owned = |word: &str| word.to_owned();
    match kind {
        0 => (0..length).map(|_| owned(own.vocabulary[draw.below(own.vocabulary.len())])).collect(),
        1 => (0..length).map(|_| owned(own.running[draw.below(own.running.len())])).collect(),
        4 => join(own.others, length, draw).into_iter().map(owned).collect(),
        _ => {
            let mut text = String::new();
            let mut found = Vec::new();
            while found.len() < length {
                text.clear();
                for _ in 0..length {
                    match kind {
                        2 => letters(&mut text, BASE64, 76, draw),
                        3 => {
                            let n = 3 + draw.below(10);
                            letters(&mut text, b"asdfghjklqwertzuiopyxcvbnm", n, draw);
                        }
                        _ => product(&mut text, draw),
                    }
                    text.push(if kind == 3 { ' ' } else { '\n' });
                }
                found.extend(words(&text, "eng_Latn"));
            }
            found.truncate(length);
            found
        }
    }
}

const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn letters(text: &mut String, of: &[u8], count: usize, draw: &mut Draw) {
    text.extend((0..count).map(|_| char::from(of[draw.below(of.len())])));
}

/// `XK-4482-B 20 pcs 13.90`
fn product(text: &mut String, draw: &mut Draw) {
    const CAPITALS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    letters(text, CAPITALS, 2, draw);
    text.push('-');
    letters(text, b"0123456789", 4, draw);
    text.push('-');
    letters(text, CAPITALS, 1, draw);
    // Writing to a string cannot fail.
    let _ = write!(text, " {} pcs {}.{:02}", 1 + draw.below(99), draw.below(500), draw.below(100));
}

/// What junk is drawn from: held-back texts of the set, and those of other languages.
pub(super) struct Own<'a> {
    /// Each word once, in lower case.
    pub(super) vocabulary: Vec<&'a str>,
    /// All words.
    pub(super) running: Vec<&'a str>,
    pub(super) others: &'a [Vec<&'a Piece>],
}
