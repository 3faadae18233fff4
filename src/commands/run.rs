//! `trommel run`: the whole job, resumable.

use std::fmt::Write as _;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::{Context, Result};
use stages::StageError;
use stages::dedup::write_superseded;
use stages::mix::MixError;
use stages::plan::{Phase, Plan, Run, Step};
use stages::task::{Layout, Shard};

use super::saved::Saved;
use super::{Usage, mix, print, trial};
use crate::cli::RunArgs;
use crate::memory;
use crate::progress::PhaseBar;
use crate::recipe::Recipe;
use crate::report::{self, Summary};
use crate::sample;
use crate::session::Session;

/// Where the sample goes when nothing is said.
const SAMPLE_FOLDER: &str = "trommel-sample";

pub(super) fn run(args: RunArgs) -> Result<()> {
    let args = with_defaults(args)?;
    let recipe = Recipe::load(args.recipe.as_deref().unwrap_or("sample"))?;
    let out = args.out.clone().ok_or_else(|| Usage("--out DIR is missing: the folder of the run".into()))?;
    let shards = Shard::from_files(&expand(&args.input, &out)?)?;
    let (session, stop) = super::session(&args.resources)?;
    let layout = super::layout(&out, &args.resources)?;
    let earlier = super::against::load(&recipe.against, &recipe, &session.bench().models, shards.len())?;
    let run = Arc::new(Run { layout, shards, limit: args.limit, seed: recipe.seed, earlier, latest: recipe.latest });
    let plan = Plan::new(&recipe.stages, &session.bench().models, &run)?;
    // Every model and list is loaded before anything is written: a wrong one is told now, not after hours.
    for stage in &recipe.stages {
        stage.build(&session.bench().models)?;
    }

    let (saved, _lock) = begin(&run, &recipe, &session, &out, args.replace)?;
    if saved.summary.is_some() {
        eprintln!("this run is finished; nothing to do");
        return finish(&args, &saved, &out);
    }
    if !run.layout.path("commits").exists() {
        trial::warn(&session, &run, &recipe);
    }
    let started = Instant::now();
    let outcome = work(&session, &run, &plan).and_then(|()| {
        let steps: Vec<Step> = plan.steps.iter().flatten().map(|(step, _)| step.clone()).collect();
        let superseded = write_superseded(&run, &steps)?;
        run.remove_stale(&plan, &superseded)?;
        Ok((Summary::of(&run, &plan)?, write_mixes(&session, &run, &recipe)?))
    });
    let (summary, mixes) = match outcome {
        Err(error) if stop.load(Ordering::Relaxed) && super::is_stop(&error) => {
            eprintln!("stopped; the same command resumes:\n  {}", command_line());
            return Err(error);
        }
        outcome => outcome?,
    };
    let saved = Saved { summary: Some(summary), seconds: Some(started.elapsed().as_secs_f64()), ..saved };
    saved.write(&run.layout)?;
    finish(&args, &saved, &out)?;
    print(&mixes)
}

/// Writes the recipe's mixes; what they came out as, or why not.
fn write_mixes(session: &Session, run: &Run, recipe: &Recipe) -> Result<String> {
    let mut told = String::new();
    for config in &recipe.mixes {
        match stages::mix::regenerate(&run.layout, config, recipe.seed, session.bench()) {
            Ok(manifest) => told.push_str(&mix::describe(&manifest, &run.layout)),
            // A crawl without a class is a fact about the crawl; the documents are there.
            Err(MixError::Short(shortage)) => {
                let out = run.layout.root().display();
                // Writing to a string cannot fail.
                let _ = writeln!(
                    told,
                    "\nthe mix `{0}` was not written: {shortage}\n\
                     hint: trommel mix {out} --name {0} --fill, or other shares by --ratio",
                    config.name
                );
            }
            Err(MixError::Stage(error)) => return Err(error.into()),
        }
    }
    Ok(told)
}

/// Without a recipe and input, the sample: its crawl is part of the program.
fn with_defaults(mut args: RunArgs) -> Result<RunArgs> {
    if args.input.is_empty() {
        if !matches!(args.recipe.as_deref(), None | Some("sample")) {
            return Err(Usage("--input is missing: files, folders or patterns to read".into()).into());
        }
        let folder = args.out.clone().unwrap_or_else(|| SAMPLE_FOLDER.into());
        let crawl = folder.join("crawl");
        sample::write(&crawl)?;
        eprintln!("running the sample: {} cleaned into {}", crawl.display(), folder.join("run").display());
        args.input = vec![crawl.display().to_string()];
        args.out = Some(folder.join("run"));
    }
    Ok(args)
}

/// The files that patterns name; a folder stands for all files below it, but for those of the run itself.
pub(super) fn expand(patterns: &[String], out: &Path) -> Result<Vec<PathBuf>> {
    let out = std::path::absolute(out)?;
    let is_own = |file: &PathBuf| std::path::absolute(file).is_ok_and(|file| file.starts_with(&out));
    let mut files = Vec::new();
    for pattern in patterns {
        let before = files.len();
        let paths = glob::glob(pattern).map_err(|error| Usage(format!("--input {pattern}: {error}")))?;
        for path in paths {
            add(
                &path
                    .map_err(|error| StageError::io("list", error.path())(std::io::Error::other(error.to_string())))?,
                &mut files,
            )?;
        }
        if files.len() == before {
            let what = if Path::new(pattern).is_dir() { "no input files in this folder" } else { "no such file" };
            return Err(Usage(format!("--input {pattern}: {what}")).into());
        }
    }
    files.retain(|file| !is_own(file));
    if files.is_empty() {
        return Err(Usage(format!("--input names nothing but the run's own files in {}", out.display())).into());
    }
    Ok(files)
}

fn add(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut entries = std::fs::read_dir(path)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>())
        .with_context(|| format!("list {}", path.display()))?;
    entries.sort();
    let (wanted, others): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.is_dir() || is_input(entry));
    if !others.is_empty() {
        let example = others[0].file_name().unwrap_or_default().to_string_lossy();
        eprintln!(
            "{}: {} files are no input by their names and are left out, such as {example}",
            path.display(),
            others.len()
        );
    }
    wanted.iter().try_for_each(|entry| add(entry, files))
}

/// Whether a file in a folder is an input by its name: WARC and WET in any packing, and tables of texts.
fn is_input(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let plain = name.trim_end_matches(".gz").trim_end_matches(".zst").trim_end_matches(".zstd");
    let is_table = [".jsonl", ".ndjson", ".json", ".parquet"].iter().any(|end| plain.ends_with(end));
    !name.starts_with('.') && (is_table || name.contains(".warc") || name.contains(".wet"))
}

/// Saves what the run is, or recognises the run that is there.
pub(super) fn begin(run: &Run, recipe: &Recipe, session: &Session, out: &Path, replace: bool) -> Result<(Saved, File)> {
    let mut resources = std::collections::BTreeMap::new();
    for name in recipe.stages.iter().flat_map(stages::spec::StageSpec::resources) {
        resources.insert(name.to_owned(), session.bench().models.checksum(name)?);
    }
    let saved = Saved {
        version: env!("CARGO_PKG_VERSION").into(),
        output_version: stages::OUTPUT_VERSION,
        recipe: recipe.to_json(),
        resources,
        inputs: run.shards.clone(),
        limit: run.limit,
        summary: None,
        seconds: None,
    };
    if let Some(there) = Saved::read(&run.layout)? {
        let lock = lock(&run.layout)?;
        let versions = |saved: &Saved| (saved.version.clone(), saved.output_version);
        if there.recipe != saved.recipe || versions(&there) != versions(&saved) || there.resources != saved.resources {
            return Err(Usage(format!(
                "{} holds a run of another recipe, model or version ({} {})\n\
                 hint: give another --out, or remove the folder",
                out.display(),
                there.recipe["name"].as_str().unwrap_or("unnamed"),
                there.version,
            ))
            .into());
        }
        if there.inputs == saved.inputs && there.limit == saved.limit {
            return Ok((there, lock));
        }
        if there.summary.is_some() && !replace {
            return Err(Usage(format!(
                "{} holds a finished run over other inputs, or with another --limit\n\
                 hint: give another --out; --replace does this run again, and its results and mixes are gone",
                out.display()
            ))
            .into());
        }
        eprintln!("the inputs or --limit have changed since this run began: what depends on them is done again");
        let mixes = out.join("mixes");
        if mixes.exists() {
            std::fs::remove_dir_all(&mixes).with_context(|| format!("remove {}", mixes.display()))?;
        }
        saved.write(&run.layout)?;
        return Ok((saved, lock));
    }
    if out.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Usage(format!(
            "{} is not empty and holds no run\nhint: give another --out, or empty the folder",
            out.display()
        ))
        .into());
    }
    if run.limit.is_none() {
        check_space(run, out)?;
    }
    saved.write(&run.layout)?;
    let lock = lock(&run.layout)?;
    Ok((saved, lock))
}

/// Text between passes, documents, rejected texts and keys take about as much room as the compressed input.
fn check_space(run: &Run, out: &Path) -> Result<()> {
    std::fs::create_dir_all(out).with_context(|| format!("create {}", out.display()))?;
    let needed: u64 = run.shards.iter().map(|shard| shard.bytes).sum();
    let free = fs4::available_space(out).with_context(|| format!("ask for the free space of {}", out.display()))?;
    anyhow::ensure!(
        needed <= free,
        "{} has {} free, and this run needs about {}\nhint: give an --out on another disk",
        out.display(),
        report::bytes(free),
        report::bytes(needed)
    );
    Ok(())
}

/// Holds the run's folder, so that no second process works on it at the same time.
pub(super) fn lock(layout: &Layout) -> Result<File> {
    let path = layout.path("lock");
    let file = File::create(&path).with_context(|| format!("create {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Usage(format!("another process works on {}", layout.root().display())).into())
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("lock {}", path.display())),
    }
}

pub(super) fn work(session: &Session, run: &Arc<Run>, plan: &Plan) -> Result<()> {
    work_on(session, run, plan.phases())
}

/// Does these phases, in order.
pub(super) fn work_on(session: &Session, run: &Arc<Run>, phases: Vec<Box<dyn Phase>>) -> Result<()> {
    let input_bytes: u64 = run.shards.iter().map(|shard| shard.bytes).sum();
    for phase in phases {
        let name = phase.name();
        let (pass, in_bytes) = (name.starts_with("pass-"), name == "pass-1");
        let total = if in_bytes {
            input_bytes
        } else {
            phase.split(run, session.bench())?.parts(run, phase.key()).len() as u64
        };
        let bar = PhaseBar::new(&name, total, in_bytes, session.bench());
        let started = Instant::now();
        let done = session.run_phase(run, phase, &bar).with_context(|| name.clone())?;
        drop(bar);
        memory::give_back();
        let reused = if done.reused > 0 { format!(", {} found finished", done.reused) } else { String::new() };
        let seconds = started.elapsed().as_secs_f64();
        // The short steps between the passes are told when there is something to tell.
        if pass || done.reused > 0 || seconds >= 1.0 {
            eprintln!("{name:<24} {} tasks{reused}, {seconds:.1} s", done.tasks);
        }
    }
    Ok(())
}

fn finish(args: &RunArgs, saved: &Saved, out: &Path) -> Result<()> {
    let Some(summary) = &saved.summary else { return Ok(()) };
    if !args.keep_work {
        super::layout(out, &args.resources)?.remove_work()?;
    }
    print(&format!("\n{}\n", summary.text()))?;
    anyhow::ensure!(
        summary.records() == 0 || summary.ended("failed") < summary.records(),
        "nothing of the input could be read\nhint: what stands where is in {}; inputs are WARC, WET, and JSON lines or \
         Parquet with a column `text`",
        out.join("failed").display()
    );
    eprintln!(
        "documents are in {}; ask about one: trommel explain {} ID",
        out.join("documents").display(),
        out.display()
    );
    let loss = summary.integrity.loss();
    if let Some(most) = args.max_loss.filter(|most| loss > *most) {
        anyhow::bail!(
            "{:.4} of the input's bytes could not be read, more than --max-loss {most}\n\
             hint: what was lost and where stands in {}",
            loss,
            out.join("failed").display()
        );
    }
    Ok(())
}

/// The command as it was given.
fn command_line() -> String {
    let quoted = std::env::args().map(|argument| {
        let plain = argument.chars().all(|c| c.is_alphanumeric() || "-_./=,:@%+".contains(c));
        if plain && !argument.is_empty() { argument } else { format!("'{}'", argument.replace('\'', r"'\''")) }
    });
    quoted.collect::<Vec<_>>().join(" ")
}
