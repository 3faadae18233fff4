//! The class model: prose, mathematics or code.

use std::path::Path;

use anyhow::Result;
use filters::classes::tokens;
use serde::Deserialize;

use super::card::About;
use super::data::{Example, is_held_out, rows, site};
use super::fit::Settings;
use super::{Fold, Plan, TestSet};

const SETTINGS: Settings = Settings {
    dim: 8,
    characters: (0, 0),
    words: 1,
    buckets: 0,
    min_count: 5,
    epochs: 20,
    rate: 0.3,
    cutoff: 6_000,
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
            Fold { train, test }
        })
        .collect();
    let mut train = prose;
    train.extend(groups.iter().flat_map(|(_, pieces)| repeated(pieces)));
    let tests =
        vec![TestSet { name: "prose of web pages, sites held out".into(), examples: pages, merge: &[], ranked: None }];
    Ok(Plan { train, tests, folds, settings: SETTINGS, about: ABOUT })
}

/// The class of a text by its source; none where the source holds several.
fn label(row: &Row) -> Option<&'static str> {
    match row.label.as_str() {
        "code" => Some("code"),
        "math" | "latex_paper" => Some("math"),
        "qa_technical" => None,
        _ => Some("general"),
    }
}

fn repeated(pieces: &[Example]) -> impl Iterator<Item = Example> + use<'_> {
    let times = if pieces.first().is_some_and(|piece| piece.label == "general") { 1 } else { REPEATS };
    (0..times).flat_map(|_| pieces.iter().cloned())
}

const ABOUT: About = About {
    summary: "",
    data: "",
    preparation: "",
    reading: "",
    limits: "",
    shown: 3,
};
