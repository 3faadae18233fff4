//! Whether an entry of a list can stand in a text at all, by the text's different words: they are far fewer than its bytes,
//! and known already.

use std::collections::BTreeSet;

use crate::Document;
use crate::table::Numbering;
use crate::text::{hash_folded, is_unspaced, may_lack_spaces};

/// What must stand in a text for an entry of the list to stand in it between word boundaries.
#[derive(Debug)]
pub(super) struct Presence {
    /// The runs of letters and digits that entries are made of, by the hash of their lower case.
    runs: Numbering,
    n_runs: usize,
    /// A bit for the hash of each run: most words are known to be none without looking them up.
    bits: Vec<u64>,
    /// The runs of each entry, all of which must stand.
    entries: Vec<Vec<u32>>,
    /// Entries without any, such as an emoji.
    signs: Vec<String>,
    /// An entry may stand within a word: its script has no spaces, or what is its lower case depends on what follows it.
    is_anywhere: bool,
}

impl Presence {
    /// Of entries in lower case.
    pub(super) fn new(words: &BTreeSet<String>) -> Self {
        let mut presence = Self {
            runs: Numbering::new(words.len()),
            n_runs: 0,
            bits: vec![0; 256],
            entries: Vec::new(),
            signs: Vec::new(),
            is_anywhere: words.iter().any(|word| word.contains(|c| is_unspaced(c) || matches!(c, 'σ' | 'ς'))),
        };
        for word in words {
            let mut entry = Vec::new();
            runs(word, |run| {
                let (number, is_new) = presence.runs.number(run);
                presence.n_runs += usize::from(is_new);
                let (at, bit) = bit(run);
                presence.bits[at] |= bit;
                entry.push(number);
            });
            if entry.is_empty() {
                presence.signs.push(word.clone());
            } else {
                presence.entries.push(entry);
            }
        }
        presence
    }

    /// Whether the list must be searched for; if not, none of its entries stands between word boundaries.
    pub(super) fn is_possible(&self, document: &Document<'_>) -> bool {
        self.is_anywhere
            || may_lack_spaces(document.text())
            || self.signs.iter().any(|sign| document.text().contains(sign.as_str()))
            || self.has_entry(document)
    }

    fn has_entry(&self, document: &Document<'_>) -> bool {
        let mut seen = Vec::new();
        let mut see = |run: u64| {
            let (at, bit) = bit(run);
            if self.bits[at] & bit != 0
                && let Some(number) = self.runs.get(run)
            {
                seen.resize(self.n_runs, false);
                seen[number as usize] = true;
            }
        };
        for entry in &document.vocabulary().words {
            if entry.traits.is_plain {
                see(entry.traits.folded);
            } else {
                runs(entry.word, &mut see);
            }
        }
        !seen.is_empty() && self.entries.iter().any(|runs| runs.iter().all(|run| seen[*run as usize]))
    }
}

/// Where the bit of a hash is.
fn bit(hash: u64) -> (usize, u64) {
    let mixed = (hash ^ hash >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    (mixed as usize >> 6 & 255, 1 << (mixed & 63))
}

/// Hashes of the lower case of what stands between word boundaries within a word or phrase.
fn runs(word: &str, mut visit: impl FnMut(u64)) {
    // The one letter whose lower case has an end of a word in it: a dot above.
    let lower = (!word.is_ascii() && word.contains('İ')).then(|| word.to_lowercase());
    let word = lower.as_deref().unwrap_or(word);
    for run in word.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty()) {
        visit(hash_folded(run));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_needs_all_its_runs() {
        let list = |words: &[&str]| Presence::new(&words.iter().map(|word| (*word).to_owned()).collect());
        for (what, words, text, expected) in [
            ("a word in capitals", &["bad"][..], "BAD", true),
            ("within another", &["bad"], "badly", false),
            ("between marks", &["bad"], "so-bad’s", true),
            ("beside a script without spaces", &["bad"], "坏bad\u{301}的", true),
            ("accents", &["mérde"], "MÉRDE!", true),
            ("behind a dot above", &["bad"], "İbad", true),
            ("all of a phrase", &["big bad", "x"], "bad and Big", true),
            ("one of a phrase", &["big bad", "x"], "big", false),
            ("a sign", &["★"], "a ★!", true),
            ("no sign", &["★"], "a!", false),
            ("a script without spaces", &["坏"], "bad", true),
            ("a final letter of its own", &["ας"], "a", true),
            ("no entries", &[], "a", false),
        ] {
            assert_eq!(list(words).is_possible(&Document::new(text)), expected, "{what}");
        }
    }
}
