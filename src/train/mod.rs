//! Training of the models that are part of the program.
//!
//! The model of the extractor is trained in [`extraction`]; the others are fastText models.
//! A *plan* (one file a model) turns the data folder into examples as the model will see them, and says what the
//! model's card must say. `fit` or `linear` trains and quantises, `measure` asks the finished bytes through the program's own
//! inference, `card` writes down what came out. All of it repeats: one thread, a seed, splits by hash.

mod card;
mod class;
pub(crate) mod data;
pub(crate) mod distil;
mod extraction;
mod fit;
mod language;
mod lbfgs;
mod linear;
mod measure;
mod quality;
mod topic;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use filters::fasttext::Model;

use data::Example;
use measure::{Answer, Figures};

/// What to train.
#[derive(Debug)]
pub(crate) struct Task<'a> {
    /// language, class, topic, quality or extraction.
    pub(crate) model: &'a str,
    /// The folder of training data.
    pub(crate) data: &'a Path,
    /// Folders of source files, which `class` learns code from.
    pub(crate) code: &'a [PathBuf],
    /// Where the model and its card go.
    pub(crate) out: &'a Path,
    /// Where the answers about texts go that the model asked had not seen.
    pub(crate) outputs: Option<&'a Path>,
    /// Of initial weights and of the order of texts.
    pub(crate) seed: u64,
}

/// A model to be: examples, settings, and what the card says.
struct Plan {
    /// As the model sees them, each with its label.
    train: Vec<Example>,
    /// Held out, never trained on.
    tests: Vec<TestSet>,
    /// Folds whose models are measured but not shipped, where there is too little data to hold any out.
    folds: Vec<Fold>,
    trainer: Trainer,
    /// The label whose probability ranks; area under the ROC curve is measured where set.
    ranked: Option<&'static str>,
    about: card::About,
}

/// How a model is trained; either way it is a fastText model in the end.
#[derive(Clone, Copy, Debug)]
enum Trainer {
    /// As fastText does.
    FastText(fit::Settings),
    /// To the optimum of a linear model: for few texts.
    Linear(linear::Settings),
}

impl Trainer {
    /// The bytes of the model. `work` is where the training text stands meanwhile.
    fn fit(&self, examples: &[Example], seed: u64, work: &Path) -> Result<Vec<u8>> {
        match self {
            Self::FastText(settings) => fit::fit(examples, settings, seed, work),
            Self::Linear(settings) => linear::fit(examples, settings),
        }
    }
}

impl fmt::Display for Trainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FastText(settings) => settings.fmt(f),
            Self::Linear(settings) => settings.fmt(f),
        }
    }
}

/// Held-out examples.
struct TestSet {
    /// What they are, for the card.
    name: String,
    examples: Vec<Example>,
    /// Labels that are one for this measure, such as languages too close to tell apart.
    merge: &'static [&'static str],
}

/// One fold of a cross-validation.
#[derive(Default)]
struct Fold {
    /// What its figures are called where it is the only one.
    name: &'static str,
    train: Vec<Example>,
    test: Vec<Example>,
    /// Of each example of `test`, what the data calls it; empty where nobody asks.
    ids: Vec<String>,
    /// Of each example of `test`, its kind; each kind is also measured alone. Empty where there is one.
    kinds: Vec<&'static str>,
}

/// Trains, measures and writes a model and its card; returns what was measured.
pub(crate) fn run(task: &Task<'_>) -> Result<String> {
    if task.model == "extraction" {
        return extraction::run(task.data, task.out, task.seed, task.outputs);
    }
    let plan = match task.model {
        "language" => language::plan(task.data)?,
        "class" => class::plan(task.data, task.code, task.seed)?,
        "topic" => topic::plan(task.data)?,
        "quality" => quality::plan(task.data)?,
        other => bail!("there is no model `{other}`"),
    };
    if task.outputs.is_some() && plan.folds.iter().all(|fold| fold.ids.is_empty()) {
        bail!("--outputs is of `extraction`, `topic` and `quality`, and not of `{}`", task.model);
    }
    std::fs::create_dir_all(task.out).with_context(|| format!("create {}", task.out.display()))?;
    let work = task.out.join(format!(".{}.train.txt", task.model));
    let mut figures = Vec::new();
    if !plan.folds.is_empty() {
        let (mut answers, mut ids, mut by_kind) = (Vec::new(), Vec::new(), BTreeMap::<_, Vec<_>>::new());
        for fold in &plan.folds {
            let model = load(&plan.trainer.fit(&fold.train, task.seed, &work)?)?;
            let said = measure::answers(&model, &fold.test, plan.ranked);
            for (kind, answer) in fold.kinds.iter().zip(&said) {
                by_kind.entry(kind).or_default().push(answer.clone());
            }
            answers.extend(said);
            ids.extend(fold.ids.iter().map(String::as_str));
        }
        let name = match plan.folds.as_slice() {
            [only] => only.name.to_owned(),
            folds => format!("cross-validation, {} folds", folds.len()),
        };
        figures.push(Figures::of(name, &answers, &[]).ranked(&answers, plan.ranked));
        figures
            .extend(by_kind.into_iter().map(|(kind, answers)| Figures::of(format!("of these, {kind}"), &answers, &[])));
        if let Some(path) = task.outputs {
            write(path, outputs(task.model, &ids, &answers).as_bytes())?;
        }
    }
    let bytes = plan.trainer.fit(&plan.train, task.seed, &work)?;
    let model = load(&bytes)?;
    for test in &plan.tests {
        let answers = measure::answers(&model, &test.examples, plan.ranked);
        figures.push(Figures::of(test.name.clone(), &answers, test.merge).ranked(&answers, plan.ranked));
    }
    let text = card::markdown(task, &plan, &figures, bytes.len());
    write(&task.out.join(format!("{}.ftz", task.model)), &bytes)?;
    write(&task.out.join(format!("{}.md", task.model)), text.as_bytes())?;
    Ok(text)
}

/// The answers as JSON lines, in the shape of `trommel stage classify`: id, answer, score.
fn outputs(model: &str, ids: &[&str], answers: &[Answer]) -> String {
    let rows = ids.iter().zip(answers).map(|(id, answer)| {
        let said = answer.guess.replace('_', " ");
        serde_json::json!({ "id": id, model: said, "scores": { model: answer.score() } }).to_string() + "\n"
    });
    rows.collect()
}

fn load(bytes: &[u8]) -> Result<Model> {
    Model::load(bytes).context("load the model that was trained")
}

/// Writes a file under another name first, so that a stopped run leaves the old one.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let unfinished = path.with_extension("unfinished");
    std::fs::write(&unfinished, bytes).with_context(|| format!("write {}", unfinished.display()))?;
    std::fs::rename(&unfinished, path).with_context(|| format!("rename to {}", path.display()))
}
