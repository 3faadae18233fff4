//! `trommel train distil`: a small fastText model that answers as people or a large model did.
//!
//! Labels come from JSON lines, or from the scores that a run stored. The texts fall into train, dev and test by site
//! (`examples`); settings are searched on dev within a limit of bytes (`search`, `size`); the report tells what the model
//! is worth on test (`report`, `plot`). The same texts, settings and seed give the same bytes.

mod examples;
mod plot;
mod report;
mod search;
mod size;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use filters::classes::tokens;

use super::measure::{Figures, answers};
use super::{load, write};
use examples::Maker;
use search::{Limits, Try};

/// What to distil, and how.
#[derive(Debug)]
pub(crate) struct Task<'a> {
    /// Where the labels are.
    pub(crate) source: Source,
    /// The model; its report and its diagram stand beside it.
    pub(crate) out: &'a Path,
    /// Scores between labels, rising.
    pub(crate) bins: &'a [f64],
    /// Whether the model sees words alone, as topic models do, or shapes too, as class and quality models do.
    pub(crate) words_alone: bool,
    /// Bytes of the model, at most.
    pub(crate) max_size: usize,
    /// Texts, at most.
    pub(crate) texts: usize,
    /// Models to try.
    pub(crate) tries: usize,
    /// Of initial weights and of the order of texts.
    pub(crate) seed: u64,
}

/// Where labels are.
#[derive(Debug)]
pub(crate) enum Source {
    /// Files of JSON lines.
    Files(Vec<PathBuf>),
    /// The folder of a finished run, and a column of its documents.
    Run(PathBuf, String),
}

/// The label whose probability ranks, where scores became two labels.
const HIGH: &str = "high";

/// Distils, measures and writes; returns the report.
///
/// # Errors
/// When labels cannot be read, are too few, or no model of them fits.
pub(crate) fn run(task: &Task<'_>) -> Result<String> {
    let tokens: fn(&str) -> String = if task.words_alone { |text| tokens::words(text, None) } else { tokens::shapes };
    let parts = Maker { bins: task.bins, tokens, most: task.texts }.parts(&task.source)?;
    let folder = task.out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))?;
    let name = task.out.file_stem().context("--out names no file")?.to_string_lossy().into_owned();
    let work = folder.join(format!(".{name}.work"));
    std::fs::create_dir_all(&work).with_context(|| format!("create {}", work.display()))?;
    let limits = Limits { size: task.max_size, tries: task.tries };
    let found = search::search(&parts, limits, task.seed, &work, tell);
    std::fs::remove_dir_all(&work).with_context(|| format!("remove {}", work.display()))?;
    let found = found?;

    let model = load(&found.bytes)?;
    let ranked = parts.train.iter().any(|example| example.label == HIGH).then_some(HIGH);
    let started = Instant::now();
    let said = answers(&model, &parts.test, ranked);
    let seconds = started.elapsed().as_secs_f64();
    let figures = Figures::of("test".into(), &said, &[]).ranked(&said, ranked);
    let bins = plot::bins(&said);
    let diagram = plot::svg(&name, &bins);
    let text = report::markdown(&report::Told {
        name: &name,
        task,
        parts: &parts,
        found: &found,
        labels: model.labels().count(),
        figures: &figures,
        answers: &said,
        bins: &bins,
        seconds,
    });
    write(&task.out.with_extension("svg"), diagram.as_bytes())?;
    write(&task.out.with_extension("md"), text.as_bytes())?;
    write(task.out, &found.bytes)?;
    Ok(text)
}

/// Says at once how a model that was tried did.
fn tell(tried: &Try) {
    let Try { settings, size, macro_f1, accuracy } = tried;
    eprintln!("dev: macro F1 {macro_f1:.4}, accuracy {accuracy:.4}, {size} bytes: {settings}");
}

#[cfg(test)]
mod tests {
    use filters::fasttext::{Model, Scratch};

    use super::*;

    /// Texts of two kinds on 200 sites, with a score.
    fn labels(folder: &Path) -> PathBuf {
        let words = [["harbour", "tide", "sail", "gull"], ["casino", "bonus", "cheap", "click"]];
        let line = |n: usize| {
            let of = |place: usize| words[n % 2][(n / 2 + place * (n % 3 + 1)) % 4];
            let text = format!("The {} and the {} by the {}.\n{} again", of(0), of(1), of(2), of(3));
            let score = if n.is_multiple_of(2) { 0.9 } else { 0.1 };
            serde_json::json!({ "text": text, "score": score, "url": format!("https://site{}.org/{n}", n % 200) })
                .to_string()
        };
        let path = folder.join("labels.jsonl");
        std::fs::write(&path, (0..1_200).map(line).collect::<Vec<_>>().join("\n")).unwrap();
        path
    }

    #[test]
    fn a_distilled_model_answers_as_its_labels_and_repeats() {
        let folder = tempfile::tempdir().unwrap();
        let distilled = |name: &str| {
            let out = folder.path().join("models").join(name);
            let source = Source::Files(vec![labels(folder.path())]);
            let task = Task {
                source,
                out: &out,
                bins: &[0.5],
                words_alone: false,
                max_size: 20_000,
                texts: 5_000,
                tries: 4,
                seed: 1,
            };
            let told = run(&task).unwrap();
            assert_eq!(told, std::fs::read_to_string(out.with_extension("md")).unwrap());
            (out, told)
        };
        let (one, told) = distilled("one.ftz");
        let (two, _) = distilled("two.ftz");
        let bytes = std::fs::read(&one).unwrap();
        assert!(bytes == std::fs::read(two).unwrap() && bytes.len() <= 20_000);
        let model = Model::load(&bytes).unwrap();
        let best = |text: &str| model.predict(&tokens::shapes(text), 1, &mut Scratch::default())[0].label.to_owned();
        assert_eq!((best("A gull and a sail"), best("click for a bonus")), ("high".into(), "low".into()));
        for expected in [
            "2 labels",
            "split by site;",
            "macro F1",
            "ROC area",
            "| high |",
            "one.svg",
            "texts a second",
            "calibration error",
        ] {
            assert!(told.contains(expected), "{expected} in\n{told}");
        }
        let left: Vec<_> =
            std::fs::read_dir(one.parent().unwrap()).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(left.len(), 6, "a model, a report and a diagram each: {left:?}");
    }
}
