//! The topic model: web pages in 23 topics.

use std::path::Path;

use anyhow::Result;
use filters::classes::tokens;
use serde::Deserialize;

use super::card::About;
use super::data::{Example, is_held_out, rows, site};
use super::fit::Settings;
use super::{Plan, TestSet};

const SETTINGS: Settings = Settings {
    dim: 24,
    characters: (0, 0),
    buckets: 0,
    min_count: 3,
    epochs: 5,
    rate: 0.5,
    cutoff: Some(15_000),
    sub_vector: 2,
};

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
    text: String,
    url: String,
    topic: String,
    topic_confidence: f32,
}

pub(super) fn plan(data: &Path) -> Result<Plan> {
    let (mut train, mut without_url, mut with_url, mut sure) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for page in rows::<Page>(data, "domains/weborganizer.jsonl.zst")? {
        let topic = NAMES.iter().find(|(short, _)| *short == page.topic).map_or(page.topic.as_str(), |(_, full)| full);
        let plain = Example::new(topic, tokens::words(&page.text, None));
        let addressed = Example::new(topic, tokens::words(&page.text, Some(&page.url)));
        if is_held_out(&site(&page.url)) {
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
    let set = |name: &str, examples| TestSet { name: name.into(), examples, merge: &[], ranked: None };
    let tests = vec![
        set("sites held out, with URL", with_url),
        set("sites held out, without URL", without_url),
        set("sites held out, with URL, label at least 0.9 sure", sure),
    ];
    Ok(Plan { train, tests, folds: Vec::new(), settings: SETTINGS, about: ABOUT })
}

const ABOUT: About = About {
    summary: "The topic of an English web page: WebOrganizer's 24 topics without Adult Content.",
    data: "- CodeCreator/WebOrganizer, `website/assets/data/examples` (Wettig et al. 2025, Organize the Web): 7,646 \
           pages of DCLM's pool of Common Crawl. Licence UNKNOWN (the repository has none). The topics are those of \
           WebOrganizer's own classifier, distilled from Llama-3.1-405B-Instruct, and not by hand.",
    preparation: "Lower-case words of the text, at most 1,000, and words of the URL \
                  (`filters::classes::tokens::words`); each page once with its URL and once without. A tenth of the \
                  sites (registered domains) is held out.",
    reading: "Agreement with another classifier, not truth. A guess at random is right in 0.04 of the cases. The \
              settings were chosen on another tenth of the sites, which then joined the training.",
    limits: "- Languages other than English.\n\
             - Adult content, for which there is no label.\n\
             - Texts of a few words. Topics that meet: Software with Software Development, Politics with History and \
             Crime, Social Life with anything.\n\
             - Fine decisions on one page: it is meant for shares of a corpus.",
    shown: 23,
};
