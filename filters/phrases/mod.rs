//! Phrases that stand where text should: filler, script warnings, policies.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use crate::card::{Card, Filter, Source, Unit, count};
use crate::{Bounds, Branch, Document};

/// `phrases.lorem_ipsum`
pub(crate) struct LoremIpsum;

/// `phrases.javascript`
pub(crate) struct JavaScript;

/// `phrases.policy`
pub(crate) struct Policy;

impl Filter for LoremIpsum {
    fn card(&self) -> &'static Card {
        &LOREM
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        Some(count(document.phrases().lorem_ipsum))
    }
}

impl Filter for JavaScript {
    fn card(&self) -> &'static Card {
        &JAVASCRIPT
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        Some(count(document.phrases().javascript))
    }
}

impl Filter for Policy {
    fn card(&self) -> &'static Card {
        &POLICY
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        Some(count(document.phrases().policy))
    }
}

/// How often the phrases of each kind stand in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Phrases {
    lorem_ipsum: usize,
    javascript: usize,
    policy: usize,
}

/// The phrases: filler, script, then policies.
const ALL: [&str; 8] = [
    "lorem ipsum",
    "javascript",
    "terms of use",
    "privacy policy",
    "cookie policy",
    "uses cookies",
    "use of cookies",
    "use cookies",
];

/// Three letters of each phrase, the second three bytes and the third five behind the first: rare ones together.
/// (`privacy policy`, `cookie`, `javascript`, `terms of use`, `lorem ipsum`.)
const SIGNS: [[u8; 3]; 5] = [*b"pvc", *b"cke", *b"jac", *b"sfu", *b"mpu"];

/// Whether a phrase may stand: without a branch, so that many bytes are asked at once.
fn is_possible(text: &[u8]) -> bool {
    let (second, third) = (text.get(3..).unwrap_or_default(), text.get(5..).unwrap_or_default());
    let mut least = u8::MAX;
    for ((first, second), third) in text.iter().zip(second).zip(third) {
        for sign in SIGNS {
            // Capitals are as small letters. Bytes that do not differ from the sign's give 0.
            let differs = ((first | 0x20) ^ sign[0]) | ((second | 0x20) ^ sign[1]) | ((third | 0x20) ^ sign[2]);
            least = least.min(differs);
        }
    }
    least == 0
}

/// All kinds in one pass over the lines where one may stand, which are few.
pub(crate) fn find(text: &str, lines: &[&str]) -> Phrases {
    static AUTOMATON: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    if !is_possible(text.as_bytes()) {
        return Phrases::default();
    }
    let build = || AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(ALL).ok();
    let mut found = Phrases::default();
    let Some(automaton) = AUTOMATON.get_or_init(build) else { return found };
    for line in lines.iter().filter(|line| is_possible(line.as_bytes())) {
        for hit in automaton.find_iter(line) {
            match hit.pattern().as_usize() {
                0 => found.lorem_ipsum += 1,
                1 => found.javascript += 1,
                _ => found.policy += 1,
            }
        }
    }
    found
}

static LOREM: Card = Card {
    id: "phrases.lorem_ipsum",
    version: 1,
    summary: "How often “lorem ipsum” stands.",
    definition: "Occurrences of `lorem ipsum`, in any case of ASCII. RedPajama-V2 divides by the length of the text; C4 drops a page for one.",
    unit: Unit::Count,
    default: Bounds::at_most(0.0),
    branches: Branch::PROSE,
    source: Source {
        work: "Raffel et al. 2020 (C4)",
        place: "Section 2.2; signal rps_doc_lorem_ipsum of RedPajama-V2",
        url: "https://arxiv.org/abs/1910.10683",
    },
    kept: &["The ferry leaves at nine."],
    rejected: &["Lorem ipsum dolor sit amet."],
};

static JAVASCRIPT: Card = Card {
    id: "phrases.javascript",
    version: 1,
    summary: "How often “javascript” stands.",
    definition: "Occurrences of `javascript`, in any case. C4 cuts lines with it (line rule `phrases`).",
    unit: Unit::Count,
    default: Bounds::NONE,
    branches: Branch::PROSE,
    source: Source::redpajama("The sum of the signal rps_lines_javascript_counts, which counts whole words"),
    kept: &["Please enable JavaScript."],
    rejected: &[],
};

static POLICY: Card = Card {
    id: "phrases.policy",
    version: 1,
    summary: "How often phrases of cookie notices and policies stand.",
    definition: "Occurrences of `terms of use`, `privacy policy`, `cookie policy`, `uses cookies`, `use of cookies`, `use cookies`, in any case. C4 cuts lines with them (line rule `phrases`).",
    unit: Unit::Count,
    default: Bounds::NONE,
    branches: Branch::PROSE,
    source: Source {
        work: "Raffel et al. 2020 (C4)",
        place: "Not in the paper; c4_utils of TensorFlow Datasets, and datatrove",
        url: "https://arxiv.org/abs/1910.10683",
    },
    kept: &["This site uses cookies."],
    rejected: &[],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(&LoremIpsum, &[("nothing", "", Some(0.0)), ("in any case", "LOREM ipsum, lorem  ipsum", Some(1.0))]);
        check(&JavaScript, &[("two", "JavaScript x-javascripts", Some(2.0))]);
        for phrase in ALL {
            assert!(is_possible(phrase.as_bytes()) && is_possible(phrase.to_uppercase().as_bytes()), "{phrase}");
        }
        check(&Policy, &[("two", "Our Privacy Policy. We use cookies.", Some(2.0)), ("none", "cookies", Some(0.0))]);
    }
}
