//! `trommel mix`: another mix of a finished run.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use indicatif::HumanCount;
use stages::mix::{Manifest, MixConfig, MixError, OnShortage, regenerate};
use stages::task::Layout;

use super::saved::Saved;
use super::{Usage, print};
use crate::cli::MixArgs;

pub(super) fn run(args: &MixArgs) -> Result<()> {
    let (layout, _, recipe) = Saved::finished(&args.run)?;
    let base = recipe.mixes.iter().find(|mix| mix.name == args.name).or(recipe.mixes.first()).cloned();
    let mut mix = MixConfig { name: args.name.clone(), ..base.unwrap_or_default() };
    if !args.ratio.is_empty() {
        mix.ratio = ratio(&args.ratio)?;
    }
    mix.budget = args.budget.or(mix.budget);
    mix.max_epochs = args.max_epochs.unwrap_or(mix.max_epochs);
    mix.shard_tokens = args.shard_tokens.unwrap_or(mix.shard_tokens);
    if args.fill {
        mix.on_shortage = OnShortage::Fill;
    }
    let problems = mix.problems();
    if !problems.is_empty() {
        return Err(Usage(problems.join("\n")).into());
    }
    let _lock = super::run::lock(&layout)?;
    let (session, _) = super::session(&args.resources)?;
    let seed = args.seed.unwrap_or(recipe.seed);
    let manifest = match regenerate(&layout, &mix, seed, session.bench()) {
        Ok(manifest) => manifest,
        Err(MixError::Short(shortage)) => anyhow::bail!(
            "the mix `{}` was not written: {shortage}\n\
             hint: --fill takes what there is, --max-epochs allows repeats, --budget makes it smaller",
            mix.name
        ),
        Err(MixError::Stage(error)) => return Err(error.into()),
    };
    print(&describe(&manifest, &layout))
}

fn ratio(shares: &[String]) -> Result<BTreeMap<String, f64>, Usage> {
    let share = |text: &String| {
        let (class, share) = text.split_once('=')?;
        Some((class.trim().to_owned(), share.trim().parse().ok()?))
    };
    let problem = |text: &String| Usage(format!("--ratio {text}: write CLASS=SHARE, such as math=0.25"));
    shares.iter().map(|text| share(text).ok_or_else(|| problem(text))).collect()
}

/// What a mix came out as.
pub(super) fn describe(manifest: &Manifest, layout: &Layout) -> String {
    let total: u64 = manifest.classes.iter().map(|class| class.tokens).sum();
    let folder = layout.path(&format!("mixes/{}", manifest.mix.name));
    let mut text = format!(
        "\nmix {}: {} tokens in {} files, {}\n",
        manifest.mix.name,
        HumanCount(total),
        manifest.files.len(),
        folder.display()
    );
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{:<13} {:>8} {:>9} {:>14} {:>11} {:>7}",
        "class", "wanted", "share", "tokens", "documents", "epochs"
    );
    for class in &manifest.classes {
        let _ = writeln!(
            text,
            "{:<13} {:>7.2}% {:>8.2}% {:>14} {:>11} {:>7.2}",
            class.share.class,
            class.share.wanted * 100.0,
            share(class.tokens, total),
            HumanCount(class.tokens).to_string(),
            HumanCount(class.documents).to_string(),
            class.epochs
        );
    }
    if let Some(shortage) = &manifest.shortage {
        let _ = writeln!(text, "short: {shortage}");
    }
    text
}

#[expect(clippy::cast_precision_loss, reason = "shown with two digits")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 }
}
