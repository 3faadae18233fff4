//! The detectors scored on gold, kind by kind, against floors below which they may not fall.
//!
//! - `research`: sentences of presidio-research with gold spans; what is found outside of them is wrong.
//! - `phones`: libphonenumber's example numbers in four notations, each in one of four sentences.
//! - `planted`: values and near misses made here from a seed.
//!
//! A found span is right when it shares at least half of the longer of the two with gold of its kind; each counts once.
//! Gold that identifies nobody (private and example addresses) may be found or not.
//! The first two sets are read from the folder `pii` in the one that `TROMMEL_DATA` names, and skipped without.

mod planted;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::path::PathBuf;

use serde_json::Value;

use super::{Context, Detector, Kind, Span};

struct Gold {
    start: usize,
    end: usize,
    kind: Kind,
    is_ignored: bool,
}

struct Row {
    text: String,
    gold: Vec<Gold>,
}

/// What must hold of a kind in a set: how much gold there is, least precision and recall, and Presidio's F1 on the same
/// texts, below which ours may not be (version 2.2; 0 where it has no such kind).
struct Floor {
    kind: Kind,
    gold: usize,
    precision: f64,
    recall: f64,
    presidio: f64,
}

const fn floor(kind: Kind, gold: usize, precision: f64, recall: f64, presidio: f64) -> Floor {
    Floor { kind, gold, precision, recall, presidio }
}

const RESEARCH: [Floor; 6] = [
    floor(Kind::Email, 73, 0.98, 0.98, 1.0),
    floor(Kind::Ip, 21, 0.98, 0.98, 1.0),
    floor(Kind::CreditCard, 204, 0.98, 0.98, 0.932),
    floor(Kind::Iban, 26, 0.98, 0.98, 1.0),
    floor(Kind::UsSsn, 57, 0.98, 0.98, 0.991),
    floor(Kind::Phone, 174, 0.90, 0.80, 0.679),
];

/// All four notations; those with a country have a floor of their own below.
const PHONES: [Floor; 1] = [floor(Kind::Phone, 1896, 0.90, 0.80, 0.944)];

/// Least recall of examples that are written with their country.
const WITH_COUNTRY: f64 = 0.95;

const PLANTED: [Floor; 9] = [
    floor(Kind::Email, 200, 0.98, 0.98, 1.0),
    floor(Kind::Ip, 200, 0.98, 0.98, 0.727),
    floor(Kind::CreditCard, 200, 0.98, 0.98, 1.0),
    floor(Kind::Iban, 200, 0.98, 0.98, 1.0),
    floor(Kind::UsSsn, 200, 0.98, 0.98, 1.0),
    floor(Kind::Phone, 200, 0.90, 0.80, 0.516),
    floor(Kind::Crypto, 200, 0.98, 0.98, 0.769),
    floor(Kind::UrlCredentials, 200, 0.90, 0.90, 0.0),
    floor(Kind::Secret, 200, 0.90, 0.90, 0.0),
];

#[test]
fn research_sentences() {
    let Some(folder) = folder() else { return };
    let mut text = String::new();
    let file = std::fs::File::open(folder.join("presidio_research.jsonl.zst")).unwrap();
    zstd::Decoder::new(file).unwrap().read_to_string(&mut text).unwrap();
    let rows: Vec<Row> = records(&text).map(|record| research_row(&record)).collect();
    check("research", &rows, &RESEARCH);
}

#[test]
fn examples_of_libphonenumber() {
    let Some(folder) = folder() else { return };
    let rows = |notation: &str| examples(&folder, notation);
    let notations = ["e164", "international", "rfc3966", "national"].map(rows);
    for (rows, name) in notations.iter().zip(["e164", "international", "rfc3966"]) {
        let tally = &score(rows)[&Kind::Phone];
        assert!(tally.recall() >= WITH_COUNTRY, "{name}: {}", tally.recall());
    }
    check("phones", &notations.into_iter().flatten().collect::<Vec<_>>(), &PHONES);
}

#[test]
fn planted_values_and_near_misses() {
    check("planted", &planted::rows(), &PLANTED);
}

/// The folder of gold; where there is none, it says so past the test harness, which keeps what passing tests print.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("TROMMEL_DATA").map(|data| PathBuf::from(data).join("pii"));
    if folder.is_none() {
        let said = "SKIPPED: set TROMMEL_DATA to the folder with gold to score personal details\n";
        std::io::stderr().write_all(said.as_bytes()).unwrap();
    }
    folder
}

fn records(text: &str) -> impl Iterator<Item = Value> {
    text.split('\n').filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap())
}

/// Gold of kinds that are looked for; its places are characters.
fn research_row(record: &Value) -> Row {
    let text = record["text"].as_str().unwrap();
    let byte_at = |place: &Value| {
        let place = usize::try_from(place.as_u64().unwrap()).unwrap();
        text.char_indices().nth(place).map_or(text.len(), |(at, _)| at)
    };
    let gold = record["spans"].as_array().unwrap().iter().filter_map(|span| {
        let (start, end) = (byte_at(&span["start"]), byte_at(&span["end"]));
        let value = &text[start..end];
        let (kind, is_ignored) = match span["type"].as_str().unwrap() {
            "EMAIL_ADDRESS" => (Kind::Email, value.contains("@example.")),
            "PHONE_NUMBER" => (Kind::Phone, false),
            "IP_ADDRESS" => (Kind::Ip, ["10.", "192.168.", "127."].iter().any(|local| value.starts_with(local))),
            "CREDIT_CARD" => (Kind::CreditCard, false),
            "IBAN_CODE" => (Kind::Iban, false),
            "US_SSN" => (Kind::UsSsn, false),
            // A state's number, of which some look like another's.
            "US_DRIVER_LICENSE" => (Kind::NationalId, true),
            _ => return None,
        };
        Some(Gold { start, end, kind, is_ignored })
    });
    Row { text: text.to_owned(), gold: gold.collect() }
}

/// The example numbers in one notation, each in a sentence.
fn examples(folder: &std::path::Path, notation: &str) -> Vec<Row> {
    const CARRIERS: [&str; 4] = ["{}", "Call us on {} today.", "Tel.: {}", "Contact Jane Doe, {}, Monday to Friday"];
    let turn = ["e164", "international", "national", "rfc3966"].iter().position(|name| *name == notation).unwrap();
    let text = std::fs::read_to_string(folder.join("phone_examples.jsonl")).unwrap();
    let row = |(number, record): (usize, Value)| {
        let (value, carrier) = (record[notation].as_str().unwrap(), CARRIERS[(number + turn) % CARRIERS.len()]);
        let start = carrier.find("{}").unwrap();
        let scheme = if value.starts_with("tel:") { 4 } else { 0 };
        let gold = Gold { start: start + scheme, end: start + value.len(), kind: Kind::Phone, is_ignored: false };
        Row { text: carrier.replace("{}", value), gold: vec![gold] }
    };
    records(&text).enumerate().map(row).collect()
}

/// How often a kind was found, found where there is none, and missed.
#[derive(Default)]
struct Tally {
    right: usize,
    wrong: Vec<String>,
    missed: Vec<String>,
}

impl Tally {
    fn precision(&self) -> f64 {
        share(self.right, self.right + self.wrong.len())
    }

    fn recall(&self) -> f64 {
        share(self.right, self.right + self.missed.len())
    }

    fn f1(&self) -> f64 {
        share(2 * self.right, 2 * self.right + self.wrong.len() + self.missed.len())
    }
}

fn share(part: usize, whole: usize) -> f64 {
    crate::text::ratio(part, whole).unwrap_or(1.0)
}

fn score(rows: &[Row]) -> BTreeMap<Kind, Tally> {
    let detector = Detector::new(&Kind::ALL);
    let mut tallies: BTreeMap<Kind, Tally> = BTreeMap::new();
    for Row { text, gold } in rows {
        let mut spans = Vec::new();
        detector.spans(text, &Context::default(), &mut spans);
        let shared = |gold: &Gold, span: &Span| gold.end.min(span.end).saturating_sub(gold.start.max(span.start));
        let is_match = |gold: &Gold, span: &Span| {
            let longer = (gold.end - gold.start).max(span.end - span.start);
            gold.kind == span.kind && 2 * shared(gold, span) >= longer
        };
        for gold in gold.iter().filter(|gold| !gold.is_ignored) {
            let tally = tallies.entry(gold.kind).or_default();
            if let Some(at) = spans.iter().position(|span| is_match(gold, span)) {
                spans.remove(at);
                tally.right += 1;
            } else {
                tally.missed.push(format!("{} in {text:?}", &text[gold.start..gold.end]));
            }
        }
        for span in spans {
            let touches = |gold: &Gold| gold.is_ignored && gold.kind == span.kind && shared(gold, &span) > 0;
            if !gold.iter().any(touches) {
                let wrong = format!("{} in {text:?}", &text[span.start..span.end]);
                tallies.entry(span.kind).or_default().wrong.push(wrong);
            }
        }
    }
    tallies
}

/// Prints the figures of a set, and holds each kind to its floor; kinds without one may not be found.
#[expect(clippy::print_stdout, reason = "the figures, with --nocapture")]
fn check(set: &str, rows: &[Row], floors: &[Floor]) {
    let tallies = score(rows);
    let mut broken = String::new();
    for (kind, tally) in &tallies {
        let (precision, recall, f1) = (tally.precision(), tally.recall(), tally.f1());
        let counts = (tally.right, tally.wrong.len(), tally.missed.len());
        println!("{set} {}: right, wrong, missed {counts:?}: {precision:.3} {recall:.3} {f1:.3}", kind.name());
        let holds = floors.iter().find(|floor| floor.kind == *kind).is_some_and(|floor| {
            precision >= floor.precision
                && recall >= floor.recall
                && f1 >= floor.presidio
                && tally.right + tally.missed.len() == floor.gold
        });
        if !holds {
            let some = |texts: &[String]| texts.iter().take(8).cloned().collect::<Vec<_>>().join("\n  ");
            let (wrong, missed) = (some(&tally.wrong), some(&tally.missed));
            writeln!(broken, "{}: {counts:?}\n wrong:\n  {wrong}\n missed:\n  {missed}", kind.name()).unwrap();
        }
    }
    for floor in floors.iter().filter(|floor| !tallies.contains_key(&floor.kind)) {
        writeln!(broken, "{}: no gold", floor.kind.name()).unwrap();
    }
    assert!(broken.is_empty(), "{set}\n{broken}");
}
