//! The class model: prose, mathematics or code.

use std::path::Path;

use anyhow::Result;
use filters::classes::{Thresholds, formulas, tokens};
use serde::Deserialize;

use super::card::About;
use super::data::{Example, is_held_out, rows, site};
use super::fit::Settings;
use super::{Fold, Plan, TestSet, Trainer};

const SETTINGS: Settings = Settings {
    dim: 8,
    characters: (0, 0),
    words: 1,
    buckets: 0,
    min_count: 80,
    epochs: 20,
    rate: 0.3,
    cutoff: None,
    sub_vector: 2,
};

const FOLDS: usize = 5;
/// Times that code and mathematics are repeated: they are few beside prose.
const REPEATS: usize = 8;
/// Topics whose pages may be code or mathematics; they are not taken as prose.
const AMBIGUOUS: &[&str] = &["Software Dev.", "Software", "Science & Tech."];

#[derive(Deserialize)]
struct Row {
    text: String,
    source: String,
    label: String,
}

#[derive(Deserialize)]
struct Page {
    text: String,
    url: String,
    topic: String,
}

pub(super) fn plan(data: &Path) -> Result<Plan> {
    let mut groups: Vec<(String, Vec<Example>)> = Vec::new(); // pieces of one document
    let mut before = None;
    for row in rows::<Row>(data, "domains/source_labelled.jsonl.zst")? {
        let place = Some((row.source.clone(), row.label.clone()));
        let same = before == place;
        before = place;
        let Some(label) = label(&row) else { continue };
        let example = Example::new(label, tokens::shapes(&row.text));
        match groups.last_mut() {
            Some((last, pieces)) if same && last == label => pieces.push(example),
            _ => groups.push((label.to_owned(), vec![example])),
        }
    }
    let (mut prose, mut pages) = (Vec::new(), Vec::new());
    for page in rows::<Page>(data, "domains/weborganizer.jsonl.zst")? {
        if !AMBIGUOUS.contains(&page.topic.as_str()) {
            let held_out = is_held_out(&site(&page.url));
            let set = if held_out { &mut pages } else { &mut prose };
            set.push(Example::new("general", tokens::shapes(&page.text)));
        }
    }
    let folds = (0..FOLDS)
        .map(|fold| {
            let (mut train, mut test) = (prose.clone(), Vec::new());
            for class in ["general", "math", "code"] {
                // Within a class, groups are dealt out in turn, so that every fold has some of each.
                for (turn, (_, pieces)) in groups.iter().filter(|(label, _)| label == class).enumerate() {
                    if turn % FOLDS == fold {
                        test.extend(pieces.iter().cloned());
                    } else {
                        train.extend(repeated(pieces));
                    }
                }
            }
            Fold { train, test, ids: Vec::new() }
        })
        .collect();
    let mut train = prose;
    train.extend(groups.iter().flat_map(|(_, pieces)| repeated(pieces)));
    let tests = vec![TestSet { name: "prose of web pages, sites held out".into(), examples: pages, merge: &[] }];
    Ok(Plan { train, tests, folds, trainer: Trainer::FastText(SETTINGS), ranked: None, about: ABOUT })
}

/// The class of a text by its source; none where the source holds several.
fn label(row: &Row) -> Option<&'static str> {
    match row.label.as_str() {
        "code" => Some("code"),
        "math" | "latex_paper" => Some("math"),
        "qa_technical" => None,
        // Pieces of articles that are nothing but formulas.
        _ => (formulas::tex(&row.text) < Thresholds::default().tex).then_some("general"),
    }
}

fn repeated(pieces: &[Example]) -> impl Iterator<Item = Example> + use<'_> {
    let times = if pieces.first().is_some_and(|piece| piece.label == "general") { 1 } else { REPEATS };
    (0..times).flat_map(|_| pieces.iter().cloned())
}

const ABOUT: About = About {
    summary: "Whether an English text is prose, mathematics or source code. It is one of the facts from which \
              `filters::classes` decides the class; blocks and formulas of the page go before it.",
    data: "- 609 documents and pieces of documents labelled by where they come from: a sample of The Pile by way of \
           p-lambda/dsir `tests/toy_pile_data.jsonl` (MIT), data-juicer `demos/process_{code,sci}_data` (Apache-2.0) \
           and llm-foundry `scripts/data_prep/example_data/arxiv.jsonl` (Apache-2.0). Rights in the texts themselves \
           UNKNOWN or mixed. Code: GitHub. Math: DM Mathematics, LaTeX papers. Prose: PubMed, FreeLaw, USPTO, \
           Wikipedia, Hacker News, web pages. Stack Exchange holds all three and is left out.\n\
           - Prose: pages of CodeCreator/WebOrganizer's examples, topics Software, Software Development and Science \
           left out. Licence UNKNOWN; the pages come from Common Crawl.",
    preparation: "Words, marks and shapes of lines, at most 1,000 tokens (`filters::classes::tokens::shapes`): the \
                  shapes carry over to words that were never seen. Code and mathematics are repeated 8 times. A word \
                  must be seen 80 times, so that no single document teaches one. Neighbouring rows of one source are \
                  often pieces of one document: they go into a fold together. The shipped model is trained on all \
                  folds.",
    reading: "The cross-validation is of the model alone, without the rules for blocks and TeX. It has 66 texts of \
              code and 62 of mathematics from a handful of documents, so that its figures are rough; LaTeX papers \
              that stand in one fold are mostly missed there, and are found by the rule. The settings were \
              chosen among five by these figures. Figures on the training data itself would say nothing.",
    limits: "- Mathematics in words, or in the style of textbooks: there was none to learn from.\n\
             - Languages other than English; documentation that mixes prose with code (blocks tell these).\n\
             - Fine thresholds: the probabilities are near 0 or 1.",
    shown: 3,
};
