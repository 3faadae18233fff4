//! What each measure costs over the same texts, and all of them together, without and with token references:
//! `cargo bench -p trommel-filters --bench filters [-- TEXTS.jsonl]`, JSON lines `{"text": …, "language": …}`; without
//! them over texts made on the spot. `benches/filters.sh` runs datatrove's filters beside it.
#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use filters::tokens::{BUCKETS, Reference, References, TokenCounts};
use filters::{Branch, Document, FILTERS, Resources};

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

/// Text and language of documents.
type Texts = Vec<(String, String)>;

/// The documents of a file.
fn read(path: &str) -> Result<Texts, Box<dyn std::error::Error>> {
    let mut texts = Vec::new();
    for line in std::fs::read_to_string(path)?.split('\n').filter(|line| !line.is_empty()) {
        let record: serde_json::Value = serde_json::from_str(line)?;
        let field = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
        texts.push((field("text"), field("language")));
    }
    Ok(texts)
}

/// Texts of about 5 KB, which is what a page of the web has.
fn made() -> Texts {
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
        (text, "eng_Latn".to_owned())
    };
    (0..400).map(|_| text()).collect()
}

/// How often everything is measured; the fastest counts.
const TIMES: usize = 5;

fn document<'a>((text, language): &'a (String, String), resources: &'a Resources) -> Document<'a> {
    Document::new(text).with_language(Some(language)).with_resources(resources)
}

/// The references that a run makes of its own documents, here of the texts.
fn references(texts: &Texts) -> References {
    let mut by_language: BTreeMap<&str, Vec<TokenCounts>> = BTreeMap::new();
    for (text, language) in texts {
        by_language.entry(language).or_default().push(Document::new(text).token_counts());
    }
    let mut references = References::default();
    for (language, documents) in by_language {
        let mut all = vec![0; BUCKETS];
        for (bucket, count) in documents.iter().flatten() {
            all[usize::from(*bucket)] += u64::from(*count);
        }
        if let Some(reference) = Reference::new(all) {
            references.insert(language.to_owned(), Branch::Prose, reference.calibrated(documents.iter()));
        }
    }
    references.of_counted()
}

/// Seconds of all measures of all texts, and of each measure where the ones before it have been measured.
fn together(texts: &Texts, resources: &Resources) -> (f64, Vec<f64>) {
    let mut each = vec![Duration::ZERO; FILTERS.len()];
    for text in texts {
        let document = document(text, resources);
        let mut before = Instant::now();
        for (filter, spent) in FILTERS.iter().zip(&mut each) {
            black_box(filter.measure(&document));
            let now = Instant::now();
            *spent += now - before;
            before = now;
        }
    }
    let each = each.iter().map(Duration::as_secs_f64).collect();
    let started = Instant::now();
    for text in texts {
        let document = document(text, resources);
        for filter in FILTERS {
            black_box(filter.measure(&document));
        }
    }
    (started.elapsed().as_secs_f64(), each)
}

/// The fastest of several times, of all together and of each.
fn fastest(texts: &Texts, resources: &Resources) -> (f64, Vec<f64>) {
    let (mut all, mut each) = together(texts, resources);
    for _ in 1..TIMES {
        let (again, parts) = together(texts, resources);
        all = all.min(again);
        for (least, part) in each.iter_mut().zip(parts) {
            *least = least.min(part);
        }
    }
    (all, each)
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Cargo adds `--bench`.
    let texts = match std::env::args().skip(1).find(|argument| !argument.starts_with("--")) {
        Some(path) => read(&path)?,
        None => made(),
    };
    let megabytes = texts.iter().map(|(text, _)| text.len()).sum::<usize>() as f64 / 1e6;
    let plain = Resources::default();
    let (all, each) = fastest(&texts, &plain);
    println!("{} documents, {megabytes:.1} MB, one core", texts.len());
    println!("{:<36} {:>11} {:>16}", "", "alone, MB/s", "in its turn, µs/MB");
    for (filter, spent) in FILTERS.iter().zip(each) {
        let started = Instant::now();
        for text in &texts {
            black_box(filter.measure(&document(text, &plain)));
        }
        let alone = megabytes / started.elapsed().as_secs_f64();
        println!("{:<36} {alone:>11.0} {:>16.0}", filter.card().id, spent * 1e6 / megabytes);
    }
    println!("all {} measures together: {:.1} MB/s", FILTERS.len(), megabytes / all);
    let with_references = Resources { references: references(&texts), ..Resources::default() };
    let (all, each) = fastest(&texts, &with_references);
    for (filter, spent) in FILTERS.iter().zip(each).filter(|(filter, _)| filter.card().id.starts_with("tokens.")) {
        println!("{:<36} {:>11} {:>16.0}", filter.card().id, "", spent * 1e6 / megabytes);
    }
    println!("with token references of these texts: {:.1} MB/s", megabytes / all);
    Ok(())
}
