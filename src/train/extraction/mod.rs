//! The model of the extractor: which blocks of a page are content.
//!
//! Blocks are labelled by aligning each page's words with its gold text; words get weights; trees are grown on the
//! table of the blocks. Everything is measured on pages of sites that the model at hand was not trained on.

mod boost;
mod figures;
pub(super) mod gold;
mod label;
mod lexicon;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use filters::text::hash;
use rayon::prelude::*;
use stages::extract::{Extractor, ModelFile, WordWeights};

use boost::Settings;
use figures::Figures;
use gold::{Gold, Page};
use label::Label;
use lexicon::Lexicon;

/// Parts of the sites: each is held out of one model.
const FOLDS: u64 = 5;
const SETTINGS: Settings =
    Settings { trees: 150, depth: 6, rate: 0.12, damping: 1.5, rows: 0.5, columns: 0.4, seed: 0 };
/// How much the pages of a set count, where not 1: gold of other kinds, or made by a program.
const SET_WEIGHTS: &[(&str, f32)] =
    &[("scrapinghub", 1.5), ("readability", 0.5), ("newspaper4k", 0.5), ("defuddle", 0.5), ("webmainbench", 0.5)];

/// What is seen of one page, with its labels.
pub(super) struct Observed {
    site: String,
    fold: u64,
    columns: Vec<f32>,
    labels: Vec<Label>,
    text_words: Vec<Vec<String>>,
    class_words: Vec<Vec<String>>,
}

/// Trains the model, measures it, and writes `model.json` and `model.md`; with `outputs`, also the text of every page
/// by the model that was not trained on its site, as JSON lines `{id, text}`.
pub(super) fn run(data: &Path, out: &Path, seed: u64, outputs: Option<&Path>) -> Result<String> {
    // Before the work: a folder that cannot be made is said at once.
    std::fs::create_dir_all(out).with_context(|| format!("create {}", out.display()))?;
    let pages = gold::read(&data.join("extraction"))?;
    let mut names = vec![];
    let observed = observe(&pages, &mut names)?;
    let mut texts = vec![String::new(); pages.len()];
    for fold in 0..FOLDS {
        let train: Vec<&Observed> = observed.iter().filter(|page| page.fold != fold).collect();
        let model = fit(&train, &names, seed);
        let held: Vec<usize> = (0..pages.len()).filter(|at| observed[*at].fold == fold).collect();
        for (at, text) in held.iter().zip(extract(&pages, &held, &model)?) {
            texts[*at] = text;
        }
    }
    if let Some(path) = outputs {
        write_outputs(path, &pages, &texts).with_context(|| format!("write {}", path.display()))?;
    }
    let figures = Figures::of(&pages, &texts);
    let model = fit(&observed.iter().collect::<Vec<_>>(), &names, seed);
    let json = to_json(&model)?;
    let card = figures.card(&model, &pages, json.len(), seed);
    super::write(&out.join("model.json"), json.as_bytes())?;
    super::write(&out.join("model.md"), card.as_bytes())?;
    Ok(card)
}

/// Reads the pages as the model will, and labels their blocks.
fn observe(pages: &[Page], names: &mut Vec<String>) -> Result<Vec<Observed>> {
    let seen: Vec<_> = pages
        .par_iter()
        .map_init(Extractor::new, |extractor, page| {
            let html = stages::read::decode(&page.bytes, None, None);
            let seen = extractor.observe(&html, page.url.as_deref()).with_context(|| page.id.clone())?;
            let labels = match &page.gold {
                Gold::Text(text) => label::by_text(&seen.texts, text),
                Gold::Snippets(have, have_not) => label::by_snippets(&seen.texts, have, have_not),
                Gold::None => vec![Label::default(); seen.texts.len()],
            };
            anyhow::Ok((seen, labels))
        })
        .collect::<Result<_>>()?;
    Ok(pages
        .iter()
        .zip(seen)
        .map(|(page, (seen, mut labels))| {
            names.clone_from(&seen.names);
            let weight = SET_WEIGHTS.iter().find(|(set, _)| *set == page.set).map_or(1.0, |(_, weight)| *weight);
            for label in &mut labels {
                label.weight *= weight;
            }
            let site = page.url.as_deref().map_or_else(|| format!("{}/{}", page.set, page.id), super::data::site);
            let fold = hash(site.as_bytes()) % FOLDS;
            let (columns, text_words, class_words) = (seen.columns, seen.text_words, seen.class_words);
            Observed { site, fold, columns, labels, text_words, class_words }
        })
        .collect())
}

/// Trains on these pages.
fn fit(pages: &[&Observed], names: &[String], seed: u64) -> ModelFile {
    let of_text: fn(&Observed) -> &[Vec<String>] = |page| &page.text_words;
    let of_classes: fn(&Observed) -> &[Vec<String>] = |page| &page.class_words;
    let [text_words, class_words] = [of_text, of_classes].map(|of| lexicon::learn(pages, of));
    // What words say of a page must not be learned from its own site: else the trees would trust it too much.
    let inner = |page: &Observed| hash(format!("inner {}", page.site).as_bytes()) % FOLDS;
    let lexicons: Vec<[WordWeights; 2]> = (0..FOLDS)
        .into_par_iter()
        .map(|fold| {
            let others: Vec<&Observed> = pages.iter().copied().filter(|page| inner(page) != fold).collect();
            [of_text, of_classes].map(|of| weights(&lexicon::learn(&others, of)))
        })
        .collect();
    let n_columns = names.len();
    let n_words = 6; // the last columns, filled here
    let rows: Vec<(usize, usize)> = pages
        .iter()
        .enumerate()
        .flat_map(|(at, page)| (0..page.labels.len()).map(move |row| (at, row)))
        .filter(|(at, row)| pages[*at].labels[*row].weight > 0.0)
        .collect();
    let columns: Vec<Vec<f32>> = (0..n_columns)
        .into_par_iter()
        .map(|column| {
            let value = |(at, row): &(usize, usize)| {
                let page = pages[*at];
                match (column + n_words).checked_sub(n_columns) {
                    None => page.columns[column * page.labels.len() + row],
                    Some(part) => {
                        let which = part / 3;
                        let words = if which == 0 { &page.text_words[*row] } else { &page.class_words[*row] };
                        lexicons[usize::try_from(inner(page)).unwrap_or(0)][which].columns(words)[part % 3]
                    }
                }
            };
            rows.iter().map(value).collect()
        })
        .collect();
    let labels: Vec<f32> = rows.iter().map(|(at, row)| pages[*at].labels[*row].share).collect();
    let weights: Vec<f32> = rows.iter().map(|(at, row)| pages[*at].labels[*row].weight).collect();
    let forest = boost::fit(&columns, &labels, &weights, &Settings { seed, ..SETTINGS });
    ModelFile { columns: names.to_vec(), bias: forest.bias, trees: forest.trees, text_words, class_words }
}

fn weights(lexicon: &Lexicon) -> WordWeights {
    WordWeights::new(lexicon)
}

/// The texts of some pages by a model.
fn extract(pages: &[Page], which: &[usize], model: &ModelFile) -> Result<Vec<String>> {
    which
        .par_iter()
        .map_init(
            || Extractor::with_model(model),
            |extractor, at| {
                let page = &pages[*at];
                let html = stages::read::decode(&page.bytes, None, None);
                let extractor = extractor.as_mut().context("the model asks for columns that there are not")?;
                Ok(extractor.extract(&html, page.url.as_deref())?.text)
            },
        )
        .collect()
}

fn write_outputs(path: &Path, pages: &[Page], texts: &[String]) -> Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for (page, text) in pages.iter().zip(texts) {
        writeln!(out, "{}", serde_json::json!({"id": format!("{}/{}", page.set, page.id), "text": text}))?;
    }
    Ok(out.flush()?)
}

/// JSON with a line for each tree, and one for each list of words.
fn to_json(model: &ModelFile) -> Result<String> {
    let mut json = serde_json::to_string(model)?;
    for start in ["\"bias\"", "\"trees\"", "{\"splits\"", "\"text_words\"", "\"class_words\""] {
        json = json.replace(start, &format!("\n{start}"));
    }
    json.push('\n');
    Ok(json)
}
