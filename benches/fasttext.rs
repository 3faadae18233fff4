//! Predictions of a fastText model per second, one thread: `cargo bench -p trommel-filters --bench fasttext -- MODEL TEXTS`,
//! a text a line. `benches/fasttext.sh` runs the reference implementation beside it, by turns.
#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::hint::black_box;
use std::time::Instant;

use filters::fasttext::{Model, Scratch};

#[expect(clippy::cast_precision_loss, reason = "shown without digits")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Cargo adds `--bench`, and runs every bench without arguments where none is named.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let [model, texts] = arguments.as_slice() else {
        println!("usage: fasttext MODEL TEXTS");
        return Ok(());
    };
    let (model, texts) = (Model::load(&std::fs::read(model)?)?, std::fs::read_to_string(texts)?);
    let texts: Vec<&str> = texts.split('\n').filter(|text| !text.is_empty()).collect();
    let mut scratch = Scratch::default();
    let started = Instant::now();
    for text in &texts {
        black_box(model.predict(text, 1, &mut scratch));
    }
    println!("{:.0}", texts.len() as f64 / started.elapsed().as_secs_f64());
    Ok(())
}
