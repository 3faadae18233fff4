//! Pages and megabytes of HTML per second, one thread: charset and extraction, without JSON and base64.
//!
//! `cargo bench --bench extraction -- FILE` takes JSON lines `{html_base64, url}`, as `benches/extraction.sh` writes
//! them. The best of three turns is printed.

#![expect(clippy::print_stdout, reason = "the figure is the result")]

use std::error::Error;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::time::Instant;

use base64::Engine as _;
use serde::Deserialize;
use stages::extract::Extractor;
use stages::read::decode;

const TURNS: usize = 3;

#[derive(Deserialize)]
struct Page {
    html_base64: String,
    url: Option<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let Some(path) = std::env::args().skip(1).find(|argument| !argument.starts_with('-')) else {
        println!("extraction: no file of pages given, nothing measured");
        return Ok(());
    };
    let mut pages = vec![];
    for line in BufReader::new(File::open(path)?).lines() {
        let page: Page = serde_json::from_str(&line?)?;
        pages.push((base64::engine::general_purpose::STANDARD.decode(page.html_base64)?, page.url));
    }
    let mut extractor = Extractor::new();
    let mut best = f64::MAX;
    let mut n_failed = 0;
    for _ in 0..TURNS {
        n_failed = 0;
        let started = Instant::now();
        for (bytes, url) in &pages {
            n_failed += usize::from(extractor.extract(&decode(bytes, None, None), url.as_deref()).is_err());
        }
        best = best.min(started.elapsed().as_secs_f64());
    }
    #[expect(clippy::cast_precision_loss, reason = "a few gigabytes")]
    let (n_pages, megabytes) =
        (pages.len() as f64, pages.iter().map(|(bytes, _)| bytes.len()).sum::<usize>() as f64 / 1e6);
    println!(
        "trommel: {n_pages} pages, {megabytes:.1} MB in {best:.2} s: {:.0} pages/s, {:.0} MB/s, {n_failed} failed",
        n_pages / best,
        megabytes / best
    );
    Ok(())
}
