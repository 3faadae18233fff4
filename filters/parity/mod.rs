//! Every Gopher, C4 and `FineWeb` formula against datatrove's, on recorded texts.
//!
//! `real.tsv` holds what datatrove said of 2,513 real documents in some 450 languages, given our words and sentences;
//! `own.tsv` the same of texts of our own, so that a fresh clone checks every formula too. `record.py` made both, and
//! says how. Texts are not kept, only their hashes: they are read from the folder that `TROMMEL_DATA` names.
//!
//! What differs, and why (the cards say so too):
//! - `lines.bullet_start`: more signs begin an item than `•` and `-`; blank lines do not count. So does
//!   `lines.ellipsis_end`. (The recorded values are of texts without blank lines.)
//! - `repetition.top_*gram`: an n-gram that stands once gives 0, and none gives more than 1. (Recorded so.)
//! - `repetition.duplicate_*gram`: words are compared as words; datatrove joins them, so that `ab c` is `a bc`.
//! - `words.alphabetic`: letters are Unicode's `Alphabetic`, which has vowel signs; Python's `isalpha` has not.
//! - `length.words`, `length.mean_word`: a full-width `１` alone is a word, in datatrove it is punctuation.
//! - Lines are trimmed before they are compared, and end at line feeds alone. (The texts are written so.)

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::line_rules::{LineRule, clean};
use crate::{Document, find, text};

/// A recorded document: language, C4's outcome, values by filter.
struct Recorded {
    language: String,
    c4: String,
    values: BTreeMap<&'static str, f64>,
}

/// Recorded documents by the hash of their text.
fn recorded(table: &'static str) -> BTreeMap<u64, Recorded> {
    let mut rows = table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t'));
    let names: Vec<&str> = rows.next().unwrap().collect();
    rows.map(|row| {
        let row: Vec<&str> = row.collect();
        let values = names.iter().zip(&row).skip(3).map(|(name, value)| (*name, value.parse().unwrap())).collect();
        let recorded = Recorded { language: row[1].to_owned(), c4: row[2].to_owned(), values };
        (u64::from_str_radix(row[0], 16).unwrap(), recorded)
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

/// Measures of one text that differ from what is recorded.
fn differences(source: &str, recorded: &Recorded) -> Vec<&'static str> {
    let document = Document::new(source).with_language(Some(&recorded.language));
    let mut found = Vec::new();
    for (name, theirs) in &recorded.values {
        // datatrove was asked for English stop words.
        if *name == "words.stop" && !recorded.language.starts_with("eng") {
            continue;
        }
        let ours = find(name).unwrap().measure(&document).unwrap();
        // Python and Rust divide alike; means of lengths are added up in another order.
        if (ours - theirs).abs() > 1e-12 * theirs.abs() {
            found.push(*name);
        }
    }
    let digest: String = Sha256::digest(c4(source)).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    if digest != recorded.c4 {
        found.push("c4");
    }
    found
}

/// Whether a line begins with a sign that is an item's here and not in datatrove.
fn has_other_bullet(source: &str) -> bool {
    source.lines().any(|line| line.starts_with(['‣', '▶', '►', '◀', '◦', '■', '□', '▪', '▫', '●', '–', '*']))
}

/// The documents in which a departure shows, with the measures that it concerns and the hash of the text.
#[rustfmt::skip]
const DEPARTURES: &[(&str, u64)] = &[
    // Words joined: languages of short words, and Burmese script, which is split by dictionary.
    ("repetition.duplicate_", 0xaa25_42cb_58f3_0e1c),
    ("repetition.duplicate_", 0xf385_a454_8b62_11fb),
    ("repetition.duplicate_", 0x6e0d_e06b_71be_1f29),
    ("repetition.duplicate_", 0x43df_0c64_5791_d97f),
    ("repetition.duplicate_", 0x5a6b_6e06_a42c_5d8e),
    ("repetition.duplicate_", 0xed41_1d35_2747_17e0),
    ("repetition.duplicate_", 0x0c56_d1b1_5b24_513d),
    // Words of vowel signs and marks alone, in Burmese script.
    ("words.alphabetic", 0x0901_4a59_89e1_d421),
    ("words.alphabetic", 0x866e_d1e5_0b9e_f634),
    ("words.alphabetic", 0x1dbe_2ef4_4481_9fb4),
    ("words.alphabetic", 0x6e0d_e06b_71be_1f29),
    // The full-width digit 1 alone, which datatrove's list of punctuation holds by mistake.
    ("length.", 0x54f9_e61c_a758_38c4),
];

fn check(table: &'static str, texts: impl Iterator<Item = String>) -> (usize, usize) {
    let mut recorded = recorded(table);
    let (n_recorded, mut n_found) = (recorded.len(), 0);
    let mut unexplained = Vec::new();
    for source in texts {
        let hash = text::hash(source.as_bytes());
        let Some(document) = recorded.remove(&hash) else { continue };
        n_found += 1;
        for measure in differences(&source, &document) {
            let is_explained = (measure == "lines.bullet_start" && has_other_bullet(&source))
                || DEPARTURES.iter().any(|(measures, of)| measure.starts_with(measures) && *of == hash);
            if !is_explained {
                unexplained.push(format!("(\"{measure}\", 0x{hash:016x}),"));
            }
        }
    }
    assert!(unexplained.is_empty(), "differ from datatrove without a listed reason:\n{}", unexplained.join("\n"));
    (n_found, n_recorded)
}

#[test]
fn own_texts_have_datatroves_values() {
    let texts = include_str!("own.jsonl").lines().map(|line| {
        let record: Value = serde_json::from_str(line).unwrap();
        normal(record["text"].as_str().unwrap())
    });
    let (found, recorded) = check(include_str!("own.tsv"), texts);
    assert_eq!(found, recorded);
}

#[test]
fn real_texts_have_datatroves_values() {
    let Some(folder) = std::env::var_os("TROMMEL_DATA").map(PathBuf::from) else {
        eprintln!("SKIPPED: set TROMMEL_DATA to the folder of real documents to compare them with datatrove");
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
    texts.extend(records("warc/hplt_crawl_sample.jsonl.zst").iter().filter_map(|r| r["t"].as_str().map(normal)));
    let mut articles: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for record in records("lid/udhr.jsonl.zst") {
        let [language, script, text] = ["iso639_3", "script", "text"].map(|key| record[key].as_str().unwrap());
        articles.entry(format!("{language}_{script}")).or_default().push(text.to_owned());
    }
    texts.extend(articles.values().map(|paragraphs| normal(&paragraphs.join("\n\n"))));
    let (found, recorded) = check(include_str!("real.tsv"), texts.into_iter());
    assert!(found >= 2_000 && found == recorded, "{found} of {recorded} recorded documents are there");
}
