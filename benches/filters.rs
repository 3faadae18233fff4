//! MB/s of each filter over the same texts, so that a slow newcomer is seen: `cargo bench --bench filters`.
#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::hint::black_box;
use std::time::Instant;

use filters::{Document, FILTERS};

const WORDS: [&str; 32] = [
    "the",
    "harbour",
    "and",
    "ferry",
    "people",
    "wait",
    "for",
    "morning",
    "market",
    "with",
    "bread",
    "old",
    "houses",
    "stand",
    "along",
    "river",
    "where",
    "children",
    "walk",
    "to",
    "school",
    "in",
    "winter",
    "wind",
    "of",
    "lighthouse",
    "keeper",
    "sings",
    "that",
    "have",
    "tide",
    "rises",
];

/// Texts of about 5 KB, which is what a page of the web has.
fn texts() -> Vec<String> {
    let mut state = 1_u64;
    let mut text = || {
        let mut text = String::new();
        for place in 0..900 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(WORDS[usize::try_from(state >> 59).unwrap_or(0)]);
            text.push_str(if place % 80 == 79 {
                ".\n\n"
            } else if place % 12 == 11 {
                ". "
            } else {
                " "
            });
        }
        text
    };
    (0..400).map(|_| text()).collect()
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn main() {
    let texts = texts();
    let bytes: usize = texts.iter().map(String::len).sum();
    let rate = |work: &dyn Fn(&Document<'_>)| {
        let started = Instant::now();
        for text in &texts {
            work(&Document::new(text).with_language(Some("eng_Latn")));
        }
        bytes as f64 / 1e6 / started.elapsed().as_secs_f64()
    };
    println!("{:<36} {:>9}", "each alone, segmentation included", "MB/s");
    for filter in FILTERS {
        println!(
            "{:<36} {:>9.1}",
            filter.card().id,
            rate(&|document| {
                black_box(filter.measure(document));
            })
        );
    }
    let all = |document: &Document<'_>| {
        for filter in FILTERS {
            black_box(filter.measure(document));
        }
    };
    println!("{:<36} {:>9.1}", "all together", rate(&all));
}
