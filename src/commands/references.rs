//! `trommel train kl`: token references of a corpus, as a file that recipes name.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use filters::tokens::References;
use serde_json::json;
use stages::filter::REFERENCES_PATH;
use stages::plan::{Plan, Run};
use stages::spec::StageSpec;
use stages::task::{Layout, Shard};
use stages::write::Rejected;

use super::run::{expand, work_on};
use super::{Usage, print};
use crate::cli::TrainArgs;

/// Makes the file and says what is in it.
pub(super) fn make(args: &TrainArgs, out: &Path) -> Result<()> {
    let references = match args.input.as_slice() {
        [folder] if Layout::new(folder).path(REFERENCES_PATH).is_file() => of_run(Path::new(folder))?,
        inputs => of_corpus(args, inputs, out)?,
    };
    if references.iter().next().is_none() {
        return Err(Usage(
            "no language of the input has 5,000 words, so there is nothing to refer to\n\
             hint: texts without a language are left out; --language LABEL says what they are in"
                .into(),
        )
        .into());
    }
    let unfinished = out.with_extension("unfinished");
    std::fs::write(&unfinished, references.to_bytes()).with_context(|| format!("write {}", unfinished.display()))?;
    std::fs::rename(&unfinished, out).with_context(|| format!("rename to {}", out.display()))?;
    print(&told(&references))
}

/// The references that a run was filtered by: they have its code and mathematics too.
fn of_run(folder: &Path) -> Result<References> {
    let (layout, ..) = super::saved::Saved::finished(folder)?;
    Ok(stages::filter::load_references(&layout)?)
}

/// Counts a corpus as the first pass of a run does, and keeps nothing but the counts.
fn of_corpus(args: &TrainArgs, inputs: &[String], out: &Path) -> Result<References> {
    let folder = args.resources.temp.clone().unwrap_or_else(std::env::temp_dir);
    let folder = folder.join(format!("trommel-references-{}", std::process::id()));
    let counted = count(args, inputs, out, &folder);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("remove {}", folder.display()))?;
    }
    counted
}

fn count(args: &TrainArgs, inputs: &[String], out: &Path, folder: &Path) -> Result<References> {
    let documents = |input: &String| {
        let documents = Path::new(input).join("documents");
        let is_run = Path::new(input).join("run.json").is_file() && documents.is_dir();
        if is_run { documents.display().to_string() } else { input.clone() }
    };
    let inputs: Vec<String> = inputs.iter().map(documents).collect();
    let mut text = json!({ "kind": "text" });
    if let Some(language) = &args.language {
        text["language"] = json!(language);
    }
    let stages: Vec<StageSpec> = serde_json::from_value(json!([
        { "kind": "read" },
        text,
        { "kind": "filter", "tokens.kl": {} },
        { "kind": "write", "counts": false },
    ]))
    .context("a recipe of ours")?;
    let shards = Shard::from_files(&expand(&inputs, out)?)?;
    let (session, _) = super::session(&args.resources)?;
    let layout = Layout::new(folder);
    let run = Run { layout, shards, limit: None, seed: 0, earlier: Vec::new(), latest: false };
    let run = Arc::new(run);
    let mut plan = Plan::new(&stages, &session.bench().models, &run)?;
    let first = plan.passes.first_mut().context("internal error: a plan without passes")?;
    first.columns.retain(|column| column == "id");
    first.rejected = Rejected::Ledger;
    // The first pass counts, and the step after it makes the references.
    let mut phases = plan.phases();
    phases.truncate(2);
    work_on(&session, &run, phases)?;
    let bytes = std::fs::read(run.layout.path(REFERENCES_PATH)).context("read the references that were made")?;
    Ok(References::from_bytes(&bytes)?)
}

/// Languages and branches, and what may not be meant.
fn told(references: &References) -> String {
    let mut text = format!("{:<12} {:<6} {:>14}\n", "language", "branch", "tokens");
    for (language, branch, reference) in references.iter() {
        let note = if reference.is_calibrated() { "" } else { "  fewer than 20 documents: measures nothing" };
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(text, "{language:<12} {:<6} {:>14}{note}", branch.name(), reference.tokens());
    }
    let odd: BTreeSet<&str> =
        references.iter().map(|(language, ..)| language).filter(|language| !is_label(language)).collect();
    if !odd.is_empty() {
        let _ = writeln!(
            text,
            "note: {} is no label as the stage `language` gives them, such as eng_Latn: documents must have the same",
            odd.into_iter().collect::<Vec<_>>().join(", ")
        );
    }
    text
}

fn is_label(language: &str) -> bool {
    language.split_once('_').is_some_and(|(code, script)| code.len() == 3 && script.len() == 4)
}
