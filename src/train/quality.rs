//! The quality model: pages that people found good, against pages that they did not.

use std::borrow::Cow;
use std::path::Path;

use anyhow::Result;
use filters::classes::tokens;
use serde::Deserialize;

use super::card::About;
use super::data::{Example, FOLDS, fold_of, rows};
use super::linear::Settings;
use super::{Fold, Plan, TestSet, Trainer};

const SETTINGS: Settings = Settings { min_documents: 2, strength: 400.0, sub_vector: 2 };

/// Forms of pages that are written to be read, and could be cited: a test, not a lesson.
const HIGH: &[&str] = &[
    "Academic Writing",
    "Creative Writing",
    "Knowledge Article",
    "News Article",
    "Nonfiction Writing",
    "Personal Blog",
    "Tutorial",
];
/// Forms that list, sell or break off. The remaining forms are left out: they hold both.
const LOW: &[&str] = &["Content Listing", "Product Page", "Spam / Ads", "Truncated"];

#[derive(Deserialize)]
struct Page {
    text: String,
    format: String,
}

#[derive(Deserialize)]
struct Judged {
    text: String,
    /// 1 is good: such texts are whole articles, and those of 0 are lists, offers and left-overs of navigation.
    label: u8,
}

pub(super) fn plan(data: &Path) -> Result<Plan> {
    let mut folds: Vec<Fold> = (0..FOLDS).map(|_| Fold::default()).collect();
    let mut train = Vec::new();
    for (row, judged) in rows::<Judged>(data, "domains/dclm_quality.jsonl.zst")?.into_iter().enumerate() {
        let example = Example::new(if judged.label == 1 { "high" } else { "low" }, tokens::shapes(&judged.text));
        for (number, fold) in (0..).zip(&mut folds) {
            if fold_of(&judged.text) == number {
                fold.test.push(example.clone());
                fold.ids.push(format!("quality:{row}"));
            } else {
                fold.train.push(example.clone());
            }
        }
        train.push(example);
    }
    let mut forms = Vec::new();
    for page in rows::<Page>(data, "domains/weborganizer.jsonl.zst")? {
        let label = match page.format.as_str() {
            form if HIGH.contains(&form) => "high",
            form if LOW.contains(&form) => "low",
            _ => continue,
        };
        forms.push(Example::new(label, tokens::shapes(&page.text)));
    }
    let tests = vec![TestSet { name: "forms of web pages".into(), examples: forms, merge: &[] }];
    Ok(Plan { train, tests, folds, trainer: Trainer::Linear(SETTINGS), ranked: Some("high"), about: ABOUT })
}

const ABOUT: About = About {
    summary: "How likely people would call a page good: `high` or `low`. The probability of `high` is the score.",
    data: Cow::Borrowed(
        "- 359 texts of mlfoundations/dclm, `data/majority_data.jsonl` and `data/agreement_data.jsonl` (MIT; texts \
           from Common Crawl), judged by people. The repository does not say which label is good; reading them does: 1 \
           is whole articles, 0 is lists, offers and left-overs of navigation.\n\
           - Measured on, never trained on: CodeCreator/WebOrganizer, `website/assets/data/examples` (Wettig et al. \
           2025): pages of DCLM's pool of Common Crawl with the form that WebOrganizer's own classifier gives. Licence \
           UNKNOWN (the repository has none).",
    ),
    preparation: "Words, marks and shapes of lines, at most 1,000 tokens (`filters::classes::tokens::shapes`). The \
                  cross-validation deals texts out by their hash; the model that ships is trained on all. Forms of \
                  pages are no judgement, but should lean the same way. `high`: Academic Writing, Creative Writing, \
                  Knowledge Article, News Article, Nonfiction Writing, Personal Blog, Tutorial. `low`: Content \
                  Listing, Product Page, Spam / Ads, Truncated. Other forms are left out.",
    reading: "The area under the ROC curve is the chance that a good page scores above a bad one. With 359 texts its \
              95% interval is about ±0.035. fastText's own training on words, marks and pairs of words has 0.867 by \
              the same cross-validation. The penalty was chosen among a few, which differ by less than the interval.",
    limits: "- A judgement of facts, of style, or of worth for teaching: it sees words and form.\n\
             - Languages other than English, code and mathematics.\n\
             - A bound without looking: the stage records the score, and rejects only where the recipe says so. 359 \
             texts are few, and subjects that are not among them score by accident.",
    shown: 2,
};
