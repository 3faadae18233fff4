//! `trommel train`: the small models that ship, from a folder of training data.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use stages::ledger::{best, confidences, least_confidence, qualities};

use super::run::expand;
use super::saved::Saved;
use super::{Usage, print, references};
use crate::cli::TrainArgs;
use crate::train::distil::{self, Source};
use crate::train::{self, Task};

/// Below so many documents, a median says little about a language.
const FEW: usize = 100;

pub(super) fn run(args: &TrainArgs) -> Result<()> {
    let out = args.out.as_deref();
    match (args.model.as_str(), out) {
        ("kl", Some(out)) => return references::make(args, out),
        ("distil", Some(out)) => return distilled(args, out),
        _ => {}
    }
    let data = args.data.as_deref().context("--data DIR is missing: the folder of training data")?;
    match args.model.as_str() {
        "language-thresholds" => return language_thresholds(data),
        "quality-thresholds" => return quality_thresholds(data, args.share),
        _ => {}
    }
    let shipped = if args.model == "extraction" { "stages/extract" } else { "filters/models" };
    let out = out.unwrap_or_else(|| Path::new(shipped));
    let task =
        Task { model: &args.model, data, code: &args.code, out, seed: args.seed, outputs: args.outputs.as_deref() };
    print(&train::run(&task)?)
}

/// A small model of labels, or of the scores of a run.
fn distilled(args: &TrainArgs, out: &Path) -> Result<()> {
    let source = match (args.scores.as_slice(), args.input.is_empty()) {
        ([run, column], _) => {
            Saved::finished(Path::new(run))?;
            Source::Run(run.into(), column.clone())
        }
        (_, false) => Source::Files(expand(&args.input, out)?),
        _ => return Err(Usage("which labels? give --input FILE, or --scores RUN COLUMN".into()).into()),
    };
    if !args.bins.is_sorted() || args.bins.iter().any(|bin| bin.is_nan()) {
        return Err(Usage("--bins: write scores that rise, such as 0.5 or 1,2,3".into()).into());
    }
    print(&distil::run(&distil::Task {
        source,
        out,
        bins: &args.bins,
        words_alone: args.tokens == "words",
        max_size: usize::try_from(args.max_size).unwrap_or(usize::MAX),
        texts: args.texts,
        tries: args.tries.into(),
        seed: args.seed,
    })?)
}

/// The least confidence of each language in a finished run, as lines for its recipe.
fn language_thresholds(folder: &Path) -> Result<()> {
    let (layout, ..) = Saved::finished(folder)?;
    let mut text =
        String::from("[stage.languages] # under the stage `language`: max(0.3, min(0.9, median - deviation))\n");
    for (label, values) in confidences(&layout)?.into_iter().filter(|(label, _)| !label.starts_with("und_")) {
        let Some(least) = least_confidence(&values) else { continue };
        // Too few documents: shown, not set. Writing to a string cannot fail.
        let mark = if values.len() < FEW { "# " } else { "" };
        let _ = writeln!(text, "{mark}{label} = {{ min = {least:.3} }} # of {} documents", values.len());
    }
    print(&text)
}

/// The quality score of the best share of each language in a finished run, and those of its tenths, as lines for a recipe.
fn quality_thresholds(folder: &Path, share: f64) -> Result<()> {
    let (layout, ..) = Saved::finished(folder)?;
    let mut text = format!("[stage.languages] # under the stage `classify`: the best {share} of each language\n");
    for (label, values) in qualities(&layout)? {
        let Some(least) = best(&values, share) else { continue };
        let mut tenths: Vec<f64> = (1..10).rev().filter_map(|tenth| best(&values, f64::from(tenth) / 10.0)).collect();
        tenths.dedup(); // of few documents: bounds between buckets rise
        let tenths = tenths.iter().map(f64::to_string).collect::<Vec<_>>().join(", ");
        // As above.
        let mark = if values.len() < FEW { "# " } else { "" };
        let _ = writeln!(
            text,
            "{mark}{label} = {{ quality = {{ min = {least} }}, quality_buckets = [{tenths}] }} # of {} documents",
            values.len()
        );
    }
    print(&text)
}
