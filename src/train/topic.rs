//! The topic model: web pages in 23 topics.

use std::borrow::Cow;
use std::path::Path;

use anyhow::Result;
use filters::classes::tokens;
use serde::Deserialize;

use super::card::About;
use super::data::{Example, FOLDS, fold_of, is_held_out, rows, site};
use super::linear::Settings;
use super::{Fold, Plan, TestSet, Trainer};

/// Each page is two examples, so that a word must be on six pages.
const SETTINGS: Settings = Settings { min_documents: 12, strength: 600.0, sub_vector: 2 };

/// The short names of the data, and the full ones.
const NAMES: &[(&str, &str)] = &[
    ("Software Dev.", "Software Development"),
    ("Science & Tech.", "Science, Math & Technology"),
    ("History", "History & Geography"),
    ("Hardware", "Electronics & Hardware"),
    ("Travel", "Travel & Tourism"),
];

#[derive(Deserialize)]
struct Page {
    id: String,
    text: String,
    url: String,
    topic: String,
    topic_confidence: f32,
}

pub(super) fn plan(data: &Path) -> Result<Plan> {
    let mut folds: Vec<Fold> = (0..FOLDS).map(|_| Fold::default()).collect();
    let (mut train, mut without_url, mut with_url, mut sure) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for page in rows::<Page>(data, "domains/weborganizer.jsonl.zst")? {
        let topic = NAMES.iter().find(|(short, _)| *short == page.topic).map_or(page.topic.as_str(), |(_, full)| full);
        let plain = Example::new(topic, tokens::words(&page.text, None));
        let addressed = Example::new(topic, tokens::words(&page.text, Some(&page.url)));
        let site = site(&page.url);
        for (number, fold) in (0..).zip(&mut folds) {
            if fold_of(&site) == number {
                fold.test.push(addressed.clone());
                fold.ids.push(format!("topic:{}", page.id));
            } else {
                fold.train.extend([plain.clone(), addressed.clone()]);
            }
        }
        if is_held_out(&site) {
            if page.topic_confidence >= 0.9 {
                sure.push(addressed.clone());
            }
            with_url.push(addressed);
            without_url.push(plain);
        } else {
            // Both ways, so that the model does not lean on an address that may be missing.
            train.push(plain);
            train.push(addressed);
        }
    }
    let set = |name: &str, examples| TestSet { name: name.into(), examples, merge: &[] };
    let tests = vec![
        set("sites held out, with URL", with_url),
        set("sites held out, without URL", without_url),
        set("sites held out, with URL, label at least 0.9 sure", sure),
    ];
    Ok(Plan { train, tests, folds, trainer: Trainer::Linear(SETTINGS), ranked: None, about: ABOUT })
}

const ABOUT: About = About {
    summary: "The topic of an English web page: WebOrganizer's 24 topics without Adult Content.",
    data: Cow::Borrowed(
        "- CodeCreator/WebOrganizer, `website/assets/data/examples` (Wettig et al. 2025, Organize the Web): 7,646 \
           pages of DCLM's pool of Common Crawl. Licence UNKNOWN (the repository has none). The topics are those of \
           WebOrganizer's own classifier, distilled from Llama-3.1-405B-Instruct, and not by hand.",
    ),
    preparation: "Lower-case words of the text, at most 1,000, and words of the URL \
                  (`filters::classes::tokens::words`), which thins out words that come again and again; each page once \
                  with its URL and once without. Sites (registered domains) stay together, in the folds of the \
                  cross-validation as in the tenth that is held out from the model that ships.",
    reading: "Agreement with another classifier, not truth. A guess at random is right in 0.04 of the cases. \
              fastText's own training on lower-case words has a macro F1 of 0.61, cross-validated. The \
              settings were chosen among a dozen on one of its folds.",
    limits: "- Languages other than English.\n\
             - Adult content, for which there is no label.\n\
             - Texts of a few words. Topics that meet: Software with Software Development, Politics with History and \
             Crime, Social Life with anything.\n\
             - Fine decisions on one page: it is meant for shares of a corpus.",
    shown: 23,
};
