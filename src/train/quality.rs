//! The quality model: forms of pages that people would refer to, against forms that nobody would.

use std::path::Path;

use anyhow::Result;
use filters::classes::tokens;
use serde::Deserialize;

use super::card::About;
use super::data::{Example, is_held_out, rows, site};
use super::fit::Settings;
use super::{Plan, TestSet};

const SETTINGS: Settings = Settings {
    dim: 8,
    characters: (0, 0),
    buckets: 0,
    min_count: 5,
    epochs: 5,
    rate: 0.3,
    cutoff: Some(8_000),
    sub_vector: 2,
};

/// Forms of pages that are written to be read, and could be cited.
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
    url: String,
    format: String,
}

#[derive(Deserialize)]
struct Judged {
    text: String,
    /// 1 is good: such texts are whole articles, and those of 0 are lists, offers and left-overs of navigation.
    label: u8,
    annotators: String,
}

pub(super) fn plan(data: &Path) -> Result<Plan> {
    let (mut train, mut pages) = (Vec::new(), Vec::new());
    for page in rows::<Page>(data, "domains/weborganizer.jsonl.zst")? {
        let label = match page.format.as_str() {
            form if HIGH.contains(&form) => "high",
            form if LOW.contains(&form) => "low",
            _ => continue,
        };
        let held_out = is_held_out(&site(&page.url));
        let set = if held_out { &mut pages } else { &mut train };
        set.push(Example::new(label, tokens::shapes(&page.text)));
    }
    let (mut judged, mut agreed) = (Vec::new(), Vec::new());
    for row in rows::<Judged>(data, "domains/dclm_quality.jsonl.zst")? {
        let example = Example::new(if row.label == 1 { "high" } else { "low" }, tokens::shapes(&row.text));
        if row.annotators == "all agree" {
            agreed.push(example.clone());
        }
        judged.push(example);
    }
    let set = |name: &str, examples| TestSet { name: name.into(), examples, merge: &[], ranked: Some("high") };
    let tests = vec![
        set("pages judged by people", judged),
        set("pages judged by people who all agree", agreed),
        set("forms of pages, sites held out", pages),
    ];
    Ok(Plan { train, tests, folds: Vec::new(), settings: SETTINGS, about: ABOUT })
}

const ABOUT: About = About {
    summary: "How likely a page is of a form that is written to be read: `high` or `low`. The probability of `high` is \
              the score.",
    data: "- CodeCreator/WebOrganizer, `website/assets/data/examples` (Wettig et al. 2025): pages of DCLM's pool of \
           Common Crawl with the form that WebOrganizer's own classifier gives. Licence UNKNOWN (the repository has \
           none).\n\
           - Measured on, never trained on: 359 texts of mlfoundations/dclm, `data/majority_data.jsonl` and \
           `data/agreement_data.jsonl` (MIT; texts from Common Crawl), judged by people. The repository does not say \
           which label is good; reading them does: 1 is whole articles, 0 is lists, offers and left-overs of \
           navigation.",
    preparation: "A proxy, since there is no large set of judged pages. `high`: Academic Writing, Creative Writing, \
                  Knowledge Article, News Article, Nonfiction Writing, Personal Blog, Tutorial. `low`: Content \
                  Listing, Product Page, Spam / Ads, Truncated. Other forms are left out. Words, marks and shapes of \
                  lines, at most 1,000 tokens (`filters::classes::tokens::shapes`). A tenth of the sites is held out.",
    reading: "The area under the ROC curve is the chance that a good page scores above a bad one. The settings were \
              chosen on held-out sites.",
    limits: "- A judgement of facts, of style, or of worth for teaching: it sees the form.\n\
             - Languages other than English, code and mathematics.\n\
             - A bound without looking: the stage records the score, and rejects only where the recipe says so. Pages \
             of forms that are not in training (questions and answers, reviews, documentation) score by accident.",
    shown: 2,
};
