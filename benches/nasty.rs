//! Milliseconds for each megabyte of pages that are made to be slow, through the whole extractor.
//!
//! `cargo bench --bench nasty [name]`. A page beyond a budget is a failure that must come as fast.

#![expect(clippy::print_stdout, reason = "the table is the result")]

use std::time::Instant;

#[path = "../stages/extract/nasty.rs"]
mod nasty;

/// Bytes of a page: many, and so few that hardly any page is beyond the budget of nodes.
const BYTES: [usize; 2] = [10_000_000, 2_000_000];
/// What no page may take, in milliseconds for each megabyte.
const MOST: f64 = 100.0;

fn main() {
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let mut extractor = stages::extract::Extractor::new();
    println!("{:34} {:>12} {:>9}  outcome", "page", "ms/MB at 10", "at 2 MB");
    let mut n_slow = 0;
    let names = nasty::pages(0).map(|(name, _)| name);
    for name in names.filter(|name| wanted.as_ref().is_none_or(|wanted| name.contains(wanted))) {
        let mut outcomes = [""; 2];
        let mut costs = [0.0; 2];
        for (at, bytes) in BYTES.into_iter().enumerate() {
            let page = nasty::pages(bytes).find(|(found, _)| *found == name).map(|(_, page)| page).unwrap_or_default();
            let started = Instant::now();
            let result = extractor.extract(&page, None);
            #[expect(clippy::cast_precision_loss, reason = "a few megabytes")]
            let megabytes = page.len() as f64 / 1e6;
            costs[at] = started.elapsed().as_secs_f64() * 1e3 / megabytes;
            outcomes[at] = result.as_ref().map_or_else(stages::extract::ExtractError::kind, |_| "extracted");
        }
        let is_slow = costs.iter().any(|cost| *cost > MOST);
        n_slow += usize::from(is_slow);
        let [first, second] = outcomes;
        let slow = if is_slow { "  TOO SLOW" } else { "" };
        println!("{name:34} {:12.1} {:9.1}  {first}, {second}{slow}", costs[0], costs[1]);
    }
    println!("{n_slow} pages take more than {MOST} ms/MB");
}
