//! `trommel forget`: documents out of a finished run.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use indicatif::HumanCount;
use stages::forget::{Forgotten, Told, forget};
use stages::ledger::{fates_of, languages_of};
use stages::plan::{Plan, Run};

use super::saved::Saved;
use super::{Usage, print};
use crate::cli::ForgetArgs;

pub(super) fn run(args: &ForgetArgs) -> Result<()> {
    let list = list(args)?;
    let (_, saved, recipe) = Saved::finished(&args.run)?;
    let layout = super::layout(&args.run, &args.resources)?;
    if saved.version != env!("CARGO_PKG_VERSION") || saved.output_version != stages::OUTPUT_VERSION {
        return Err(Usage(format!(
            "{} was made by another version ({}, output {}): use that one to forget in it",
            args.run.display(),
            saved.version,
            saved.output_version
        ))
        .into());
    }
    let _lock = super::run::lock(&layout)?;
    let (session, _) = super::session(&args.resources)?;
    let run = Run {
        layout,
        shards: saved.inputs.clone(),
        limit: saved.limit,
        seed: recipe.seed,
        earlier: Vec::new(),
        latest: false,
    };
    let plan = Plan::new(&recipe.stages, &session.bench().models, &run)?;
    let forgetting = forget(&run, &plan, &list, session.bench())?;
    let mut saved = saved;
    if let Some(summary) = &mut saved.summary {
        let ledger = forgetting.ledger();
        summary.forget(forgetting.told(), fates_of(ledger)?, languages_of(ledger)?)?;
    }
    let told = forgetting.commit(&serde_json::to_vec_pretty(&saved)?)?;
    print(&describe(&told, &args.run))
}

/// Adds the lines of a file to a list.
type Add = fn(&mut Forgotten, &str) -> Result<(), String>;

fn list(args: &ForgetArgs) -> Result<Forgotten> {
    let mut list = Forgotten::default();
    let read = |path: &PathBuf| std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()));
    let kinds: [(&Option<PathBuf>, Add); 3] =
        [(&args.url, Forgotten::add_urls), (&args.domain, Forgotten::add_domains), (&args.id, Forgotten::add_ids)];
    for (path, add) in kinds {
        if let Some(path) = path {
            add(&mut list, &read(path)?).map_err(|problem| Usage(format!("{}: {problem}", path.display())))?;
        }
    }
    if list.is_empty() {
        return Err(Usage("the lists name nothing to forget".into()).into());
    }
    Ok(list)
}

fn describe(told: &Told, run: &Path) -> String {
    let run = run.display();
    if told.forgotten == 0 && told.moved + told.back + told.without_text == 0 {
        return format!("no record of {run} is on the list that was not forgotten before; the list is kept\n");
    }
    let mut text = format!(
        "forgotten: {} records, {} of them kept documents\n",
        HumanCount(told.forgotten),
        HumanCount(told.kept)
    );
    let mut line = |count: u64, what: &str| {
        if count > 0 {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{} {what}", HumanCount(count));
        }
    };
    line(told.moved, "documents that had gone for them go for another one now");
    line(told.back, "documents that had gone for them come back");
    if told.back > 0 {
        line(told.back_kept, "of these the rest of the recipe keeps");
    }
    line(
        told.without_text,
        "documents that had gone for them cannot come back: this run keeps no text of rejected documents (rejected = \"ledger\")",
    );
    line(told.in_mixes, "rows left the mixes; `trommel mix` draws them again");
    text
}
