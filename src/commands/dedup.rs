//! `trommel dedup`: the levels of deduplication alone, over texts.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::json;
use stages::StageError;
use stages::dedup::{Level, Scope, each_pair, each_removed, write_superseded};
use stages::plan::{Plan, Run, Step};
use stages::spec::StageSpec;
use stages::task::Shard;

use super::run::{begin, expand, work};
use super::saved::Saved;
use super::{Usage, print};
use crate::cli::DedupArgs;
use crate::recipe::Recipe;
use crate::report::Summary;

pub(super) fn run(args: &DedupArgs) -> Result<()> {
    finish(&deduplicate(args)?, &args.out)
}

/// Does the work; what came out.
pub(super) fn deduplicate(args: &DedupArgs) -> Result<Saved> {
    let recipe = recipe(args)?;
    let shards = Shard::from_files(&expand(&args.input, &args.out)?)?;
    let (session, stop) = super::session(&args.resources)?;
    let layout = super::layout(&args.out, &args.resources)?;
    let earlier = super::against::load(&recipe.against, &recipe, &session.bench().models, shards.len())?;
    let run = Arc::new(Run { layout, shards, limit: None, seed: recipe.seed, earlier, latest: recipe.latest });
    let plan = Plan::new(&recipe.stages, &session.bench().models, &run)?;
    let (saved, _lock) = begin(&run, &recipe, &session, &args.out, args.replace)?;
    if saved.summary.is_some() {
        if args.jsonl.is_some() || args.candidates.is_some() {
            return Err(Usage(format!(
                "{0} holds the finished run; --jsonl and --candidates are written while it is made\n\
                 hint: what was removed stands in {0}/dedup; or give another --out",
                args.out.display()
            ))
            .into());
        }
        eprintln!("this corpus is deduplicated; nothing to do");
        return Ok(saved);
    }
    for stage in &recipe.stages {
        if let StageSpec::DedupDocument(config) = stage {
            eprintln!("{}", config.minhash().s_curve());
        }
    }
    let started = Instant::now();
    let outcome = work(&session, &run, &plan).and_then(|()| {
        let steps: Vec<Step> = plan.steps.iter().flatten().map(|(step, _)| step.clone()).collect();
        let superseded = write_superseded(&run, &steps)?;
        run.remove_stale(&plan, &superseded)?;
        if let Some(path) = &args.jsonl {
            list_removed(path, &run, &steps)?;
        }
        if let Some(path) = &args.candidates {
            list_pairs(path, &run, &steps)?;
        }
        Summary::of(&run, &plan)
    });
    let summary = match outcome {
        Err(error) if stop.load(Ordering::Relaxed) && super::is_stop(&error) => {
            eprintln!("stopped; the same command resumes");
            return Err(error);
        }
        outcome => outcome?,
    };
    let saved = Saved { summary: Some(summary), seconds: Some(started.elapsed().as_secs_f64()), ..saved };
    saved.write(&run.layout)?;
    if !args.keep_work {
        run.layout.remove_work()?;
    }
    Ok(saved)
}

/// Reading texts as they are, the levels that were asked for, and writing what stays.
fn recipe(args: &DedupArgs) -> Result<Recipe> {
    let mut stages = vec![json!({ "kind": "read", "max_record": args.max_text }), json!({ "kind": "text" })];
    if args.levels.contains(&Level::Url) {
        stages.push(json!({ "kind": "url" }));
    }
    for level in [Level::Url, Level::Exact, Level::Document, Level::Line] {
        if !args.levels.contains(&level) {
            continue;
        }
        stages.push(match level {
            Level::Document => json!({
                "kind": level.name(),
                "threshold": args.threshold,
                "ngram": args.ngram,
                "bands": args.bands,
                "rows": args.rows,
                "unspaced": args.unspaced,
                "hash": args.hash,
                "scope": if args.by_language { Scope::Language } else { Scope::Global },
                "list_pairs": args.candidates.is_some(),
            }),
            level => json!({ "kind": level.name() }),
        });
    }
    stages.push(json!({ "kind": "write", "counts": false }));
    let stages: Vec<StageSpec> = serde_json::from_value(json!(stages)).context("a recipe of ours")?;
    let problems: Vec<String> = stages.iter().flat_map(StageSpec::problems).collect();
    if !problems.is_empty() {
        return Err(Usage(problems.join("\n")).into());
    }
    let against = args.against.iter().map(|folder| folder.display().to_string()).collect();
    Ok(Recipe { name: "dedup".into(), seed: 0, against, latest: args.latest, stages, mixes: Vec::new() })
}

/// One line a removed document.
fn list_removed(path: &Path, run: &Run, steps: &[Step]) -> Result<()> {
    let mut file = create(path)?;
    each_removed(run, steps, |removed| {
        let line = json!({
            "id": removed.id,
            "duplicate_of": removed.duplicate_of,
            "jaccard": removed.jaccard,
            "level": removed.level.name(),
        });
        writeln!(file, "{line}").map_err(StageError::io("write", path))
    })?;
    Ok(file.flush()?)
}

/// One line a pair that shares a band.
fn list_pairs(path: &Path, run: &Run, steps: &[Step]) -> Result<()> {
    let step = steps.iter().find(|step| step.level == Level::Document);
    let step = step.ok_or_else(|| Usage("--candidates needs the level `document`".into()))?;
    let mut file = create(path)?;
    each_pair(run, step, |a, b, band| {
        writeln!(file, "{}", json!({ "a": a, "b": b, "band": band })).map_err(StageError::io("write", path))
    })?;
    Ok(file.flush()?)
}

fn create(path: &Path) -> Result<BufWriter<File>> {
    Ok(BufWriter::new(File::create(path).with_context(|| format!("create {}", path.display()))?))
}

fn finish(saved: &Saved, out: &Path) -> Result<()> {
    let Some(summary) = &saved.summary else { return Ok(()) };
    print(&format!("\n{}\n", summary.text()))?;
    eprintln!(
        "what stays is in {0}/documents, what went and for what in {0}/dedup; ask about one: trommel explain {0} ID",
        out.display()
    );
    Ok(())
}
