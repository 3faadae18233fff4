//! Every Gopher, C4 and `FineWeb` formula against datatrove's, on recorded texts.
//!
//! `real.tsv` holds what datatrove said of 2,513 real documents in some 450 languages, given our words and sentences;
//! `own.tsv` the same of texts of our own, so that a fresh clone checks every formula too. `record.py` made both, and
//! says how. Texts are not kept, only their hashes: they are read from the folder that `TROMMEL_DATA` names.
//!
//! Where a formula here is another one, `departures.rs` says why, has datatrove's formula, which must give the recorded
//! value, and counts the documents in which the two differ. Everything else must be equal.
//!
//! Texts are as extraction leaves them (`normal`): lines end at line feeds alone and are trimmed. In other texts datatrove
//! counts white space at the ends of lines, and ends lines at other characters too in three of its rules.

mod departures;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::path::PathBuf;

use serde_json::Value;
use sha2::{Digest, Sha256};

use self::departures::DEPARTURES;
use crate::line_rules::{LineRule, clean};
use crate::{Bounds, Document, find, text};

/// A recorded document.
struct Recorded {
    language: String,
    /// What datatrove's filters say with its own words and sentences, in the order of [`FILTERS`]: K or R; `-` where it
    /// cannot split the language.
    verdicts: String,
    /// First eight bytes of the hash of what is left, or of the reason.
    c4: u64,
    /// Values by filter, on our words.
    values: BTreeMap<&'static str, f64>,
}

fn hex(digits: &str) -> u64 {
    u64::from_str_radix(digits, 16).unwrap()
}

/// Recorded documents by the hash of their text.
fn recorded(table: &'static str) -> BTreeMap<u64, Recorded> {
    let mut rows = table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t'));
    let names: Vec<&str> = rows.next().unwrap().collect();
    rows.map(|row| {
        let row: Vec<&str> = row.collect();
        let values = names.iter().zip(&row).skip(4).map(|(name, value)| (*name, value.parse().unwrap())).collect();
        let recorded = Recorded { language: row[1].to_owned(), c4: hex(row[2]), verdicts: row[3].to_owned(), values };
        (hex(row[0]), recorded)
    })
    .collect()
}

/// As `record.py` writes texts.
fn normal(source: &str) -> String {
    let ends_line =
        |c| matches!(c, '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let plain: String = source
        .chars()
        .map(|c| {
            if ends_line(c) {
                '\n'
            } else if c < ' ' {
                ' '
            } else {
                c
            }
        })
        .collect();
    let mut lines: Vec<&str> = plain.split('\n').map(str::trim).collect();
    let mut blanks = 0;
    lines.retain(|line| {
        blanks = if line.is_empty() { blanks + 1 } else { 0 };
        blanks < 2
    });
    lines.join("\n").trim().to_owned()
}

/// What C4's rules leave of a text, or why it goes, as `record.py` writes it.
fn c4(source: &str) -> String {
    let rules: Vec<LineRule> = serde_json::from_str(include_str!("c4_lines.json")).unwrap();
    let cleaned = clean(source, &[], &rules);
    match cleaned.rejected.as_ref().map(|(_, phrase)| phrase.as_str()) {
        Some("{") => return "curly_bracket".into(),
        Some(_) => return "lorem_ipsum".into(),
        None => {}
    }
    let (mut kept, mut from) = (String::new(), 0);
    for cut in &cleaned.cuts {
        kept.push_str(&source[from..cut.start]);
        from = cut.end;
    }
    kept.push_str(&source[from..]);
    let lines: Vec<&str> = kept.lines().filter(|line| !line.trim().is_empty()).collect();
    let sentences: usize = lines.iter().map(|line| text::count_sentences(line)).sum();
    if sentences < 5 { "too_few_sentences".into() } else { lines.join("\n").trim().to_owned() }
}

/// The filters whose verdicts are compared.
const FILTERS: [&str; 4] = ["Gopher repetition", "Gopher quality", "FineWeb", "C4"];

/// What was seen over many texts.
#[derive(Default)]
struct Seen {
    /// Texts that are recorded.
    documents: usize,
    /// Measures of texts that differ and are in no departure, or by another value than datatrove's formula gives.
    unexplained: Vec<String>,
    /// Documents in which each departure shows.
    departures: [BTreeSet<u64>; DEPARTURES.len()],
    /// Documents that datatrove can split, those of which each filter's verdict agrees, and those of which all do.
    verdicts: usize,
    agreed: [usize; FILTERS.len()],
    agreed_all: usize,
}

impl Seen {
    fn values(&mut self, hash: u64, document: &Document<'_>, recorded: &Recorded) {
        // Python and Rust divide alike; means of lengths are added up in another order.
        let are_equal = |one: f64, other: f64| (one - other).abs() <= 1e-12 * other.abs();
        for (name, theirs) in &recorded.values {
            // datatrove was asked for English stop words.
            if *name == "words.stop" && !recorded.language.starts_with("eng") {
                continue;
            }
            let ours = find(name).unwrap().measure(document).unwrap();
            if are_equal(ours, *theirs) {
                continue;
            }
            let departs = |measures: &[&str]| measures.iter().any(|measure| name.starts_with(measure));
            match DEPARTURES.iter().position(|departure| departs(departure.measures)) {
                Some(at) if are_equal((DEPARTURES[at].theirs)(name, document), *theirs) => {
                    self.departures[at].insert(hash);
                }
                _ => self.unexplained.push(format!("{hash:016x} {name}: {ours}, datatrove {theirs}")),
            }
        }
        if !Sha256::digest(c4(document.text())).starts_with(&recorded.c4.to_be_bytes()) {
            self.unexplained.push(format!("{hash:016x} C4's lines"));
        }
    }

    fn verdicts(&mut self, document: &Document<'_>, recorded: &Recorded) {
        if recorded.verdicts == "-" {
            return;
        }
        let bounds: BTreeMap<String, BTreeMap<String, Bounds>> =
            serde_json::from_str(include_str!("bounds.json")).unwrap();
        let is_english = recorded.language.starts_with("eng");
        let keeps = |filter: &str| {
            if filter == "C4" {
                return !["curly_bracket", "lorem_ipsum", "too_few_sentences"].contains(&c4(document.text()).as_str());
            }
            bounds[filter].iter().filter(|(name, _)| is_english || *name != "words.stop").all(|(name, bounds)| {
                // Its words are tokens, punctuation marks among them.
                let name = if name == "words.alphabetic" { "words.alphabetic_tokens" } else { name };
                let value = find(name).unwrap().measure(document);
                !matches!(bounds.judge(value), crate::Verdict::Reject { .. })
            })
        };
        self.verdicts += 1;
        let mut agree = 0;
        for (at, (filter, theirs)) in FILTERS.iter().zip(recorded.verdicts.chars()).enumerate() {
            let agrees = keeps(filter) == (theirs == 'K');
            self.agreed[at] += usize::from(agrees);
            agree += usize::from(agrees);
        }
        self.agreed_all += usize::from(agree == FILTERS.len());
    }
}

/// Compares texts with what is recorded; `set` is 0 for our own texts, 1 for real ones.
fn check(table: &'static str, set: usize, texts: impl Iterator<Item = String>) -> Seen {
    let mut recorded = recorded(table);
    let n_recorded = recorded.len();
    let mut seen = Seen::default();
    for source in texts {
        let hash = text::hash(source.as_bytes());
        let Some(record) = recorded.remove(&hash) else { continue };
        let document = Document::new(&source).with_language(Some(&record.language));
        seen.documents += 1;
        seen.values(hash, &document, &record);
        seen.verdicts(&document, &record);
    }
    assert_eq!(seen.documents, n_recorded, "recorded documents that are there");
    assert!(seen.unexplained.is_empty(), "differ from datatrove:\n{}", seen.unexplained.join("\n"));
    let counted: Vec<usize> = seen.departures.iter().map(BTreeSet::len).collect();
    assert_eq!(counted, DEPARTURES.map(|departure| departure.documents[set]), "documents in which a departure shows");
    seen
}

#[test]
fn own_texts_have_datatroves_values() {
    let texts = include_str!("own.jsonl").lines().map(|line| {
        let record: Value = serde_json::from_str(line).unwrap();
        normal(record["text"].as_str().unwrap())
    });
    check(include_str!("own.tsv"), 0, texts);
}

/// Part of the documents in which verdicts must agree, each with its own words and sentences.
const AGREED: f64 = 0.99;

#[test]
#[expect(clippy::print_stdout, reason = "the figures, with --nocapture")]
fn real_texts_have_datatroves_values() {
    let Some(folder) = std::env::var_os("TROMMEL_DATA").map(PathBuf::from) else {
        // Past the test harness, which keeps what passing tests print to itself.
        let said = "SKIPPED: set TROMMEL_DATA to the folder of real documents to compare them with datatrove\n";
        std::io::stderr().write_all(said.as_bytes()).unwrap();
        return;
    };
    let records = |path: &str| -> Vec<Value> {
        let mut text = String::new();
        let mut decoder = zstd::Decoder::new(std::fs::File::open(folder.join(path)).unwrap()).unwrap();
        decoder.window_log_max(27).unwrap();
        decoder.read_to_string(&mut text).unwrap();
        text.split('\n').filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let mut texts: Vec<String> = Vec::new();
    texts.extend(records("domains/weborganizer.jsonl.zst").iter().filter_map(|r| r["text"].as_str().map(normal)));
    let crawl = records("warc/hplt_crawl_sample.jsonl.zst");
    let without_text = crawl.iter().filter(|record| record["t"].is_null()).count();
    assert_eq!(without_text, 7, "records of the crawl sample that have no text, and are not compared");
    texts.extend(crawl.iter().filter_map(|record| record["t"].as_str().map(normal)));
    let mut articles: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for record in records("lid/udhr.jsonl.zst") {
        let [language, script, text] = ["iso639_3", "script", "text"].map(|key| record[key].as_str().unwrap());
        articles.entry(format!("{language}_{script}")).or_default().push(text.to_owned());
    }
    texts.extend(articles.values().map(|paragraphs| normal(&paragraphs.join("\n\n"))));
    let seen = check(include_str!("real.tsv"), 1, texts.into_iter());
    assert!(seen.documents >= 2_000, "{}", seen.documents);
    let share = |part: usize| text::ratio(part, seen.verdicts).unwrap();
    println!("{} documents; {} that datatrove can split, of which verdicts agree:", seen.documents, seen.verdicts);
    for (filter, agreed) in FILTERS.iter().zip(seen.agreed) {
        println!("  {filter}: {agreed}, {:.2}%", 100.0 * share(agreed));
    }
    println!("  all four: {}, {:.2}%", seen.agreed_all, 100.0 * share(seen.agreed_all));
    for (filter, agreed) in FILTERS.iter().zip(seen.agreed) {
        assert!(share(agreed) >= AGREED, "{filter}: {agreed} of {} verdicts agree", seen.verdicts);
    }
}
