//! How fast details of each kind are found, and all together, one core:
//! `cargo bench -p trommel-filters --bench pii -- TEXTS.jsonl`, JSON lines `{"text": …}`. The best of five turns counts.
#![expect(clippy::print_stdout, reason = "the figures are the result")]

use std::hint::black_box;
use std::time::Instant;

use filters::pii::{Context, Detector, Kind};

const TURNS: usize = 5;

#[expect(clippy::cast_precision_loss, reason = "shown without fraction")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Cargo adds `--bench`.
    let Some(path) = std::env::args().skip(1).find(|argument| !argument.starts_with('-')) else {
        println!("pii: no file of texts given, nothing measured");
        return Ok(());
    };
    let mut texts = Vec::new();
    for line in std::fs::read_to_string(path)?.split('\n').filter(|line| !line.is_empty()) {
        let record: serde_json::Value = serde_json::from_str(line)?;
        texts.push(record["text"].as_str().unwrap_or_default().to_owned());
    }
    let megabytes = texts.iter().map(String::len).sum::<usize>() as f64 / 1e6;
    println!("{} texts, {megabytes:.1} MB", texts.len());
    let report = |name: &str, kinds: &[Kind]| {
        let detector = Detector::new(kinds);
        let (mut best, mut found) = (f64::MAX, Vec::new());
        for _ in 0..TURNS {
            found.clear();
            let started = Instant::now();
            for text in &texts {
                detector.spans(black_box(text), &Context::default(), &mut found);
            }
            best = best.min(started.elapsed().as_secs_f64());
        }
        println!("{name:<16} {:>6.0} MB/s {:>8} spans", megabytes / best, found.len());
    };
    for kind in Kind::ALL {
        report(kind.name(), &[kind]);
    }
    report("all together", &Kind::ALL);
    Ok(())
}
