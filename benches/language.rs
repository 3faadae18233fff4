//! What identifying languages costs, and what the second language adds: `cargo bench -p trommel-filters --bench language
//! [-- TEXTS.jsonl [MODEL]]`, JSON lines `{"text": …}`; without them, over texts made on the spot.
#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::hint::black_box;
use std::time::Instant;

use filters::fasttext::Model;
use filters::language::{identify, identify_second};

/// How often all is measured, by turns: the fastest of each counts, and the median of their ratios.
const TIMES: usize = 15;

fn read(path: &str) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let lines = std::fs::read_to_string(path)?;
    let text = |line| -> Result<String, Box<dyn std::error::Error>> {
        let record: serde_json::Value = serde_json::from_str(line)?;
        Ok(record["text"].as_str().unwrap_or_default().to_owned())
    };
    lines.split('\n').filter(|line| !line.is_empty()).map(text).collect()
}

#[expect(clippy::cast_precision_loss, reason = "shown with few digits")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Cargo adds `--bench`.
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let texts = match arguments.next() {
        Some(path) => read(&path)?,
        None => (0..400).map(|at| format!("The {at}th ferry leaves at nine, so bring a coat.\n").repeat(100)).collect(),
    };
    let model = match arguments.next() {
        Some(path) => Model::load(&std::fs::read(path)?)?,
        None => Model::load(filters::models::find("language").ok_or("no embedded model")?.bytes)?,
    };
    let (mut alone, mut both, mut ratios, mut mixed) = (f64::MAX, f64::MAX, Vec::new(), 0);
    for _ in 0..TIMES {
        let started = Instant::now();
        for text in &texts {
            black_box(identify(&model, text, &[]));
        }
        let one = started.elapsed().as_secs_f64();
        let started = Instant::now();
        mixed = 0;
        for text in &texts {
            let first = identify(&model, text, &[]);
            mixed += usize::from(identify_second(&model, text, &[], &first).share.is_some_and(|share| share >= 0.1));
        }
        let two = started.elapsed().as_secs_f64();
        (alone, both) = (alone.min(one), both.min(two));
        ratios.push(two / one);
    }
    let each = |seconds: f64| seconds * 1e6 / texts.len() as f64;
    println!("{} texts, one core: the language {:.1} µs a text", texts.len(), each(alone));
    ratios.sort_by(f64::total_cmp);
    let ratio = ratios[TIMES / 2];
    println!("with the second {:.1} µs, {ratio:.2} times; {mixed} texts have one of 10% and more", each(both));
    Ok(())
}
