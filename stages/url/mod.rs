//! url: the canonical URL of each document, and block lists.

use std::sync::Arc;

use arrow::array::{Array, StringBuilder};
use filters::url::{BlockList, Hit, Rules, canonical_by};
use serde::{Deserialize, Serialize};

use crate::batch::Batch;
use crate::error::Result;
use crate::fate::Fate;
use crate::models::ModelStore;
use crate::schema;
use crate::stage::{DocumentStage, StageCard};

/// `url` in a recipe.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UrlConfig {
    /// Files of unwanted domains, one a line (UT1's layout).
    pub domains: Vec<String>,
    /// Files of words of which one in a URL is enough.
    pub hard_words: Vec<String>,
    /// Files of words of which two are needed.
    pub soft_words: Vec<String>,
    /// Whether `www.example.com` and `example.com` are two hosts.
    pub keep_www: bool,
    /// Whether `/a/` and `/a` are one page.
    pub drop_slash: bool,
}

impl UrlConfig {
    /// The lists, by name.
    #[must_use]
    pub fn resources(&self) -> Vec<&str> {
        [&self.domains, &self.hard_words, &self.soft_words].into_iter().flatten().map(String::as_str).collect()
    }
}

/// Canonicalises URLs and asks the block lists.
#[derive(Debug)]
pub struct Urls {
    list: BlockList,
    rules: Rules,
}

/// What is said of this stage.
pub static CARD: StageCard = StageCard {
    id: "url",
    summary: "Computes the canonical URL, host and domain; rejects what a block list names.",
    reads: &[&schema::URL],
    adds: &[&schema::URL_KEY, &schema::HOST, &schema::DOMAIN],
    memory: "the block lists",
};

impl Urls {
    /// The stage of these settings.
    ///
    /// # Errors
    /// [`crate::StageError::Model`] when a list cannot be read.
    pub fn new(config: &UrlConfig, lists: &ModelStore) -> Result<Self> {
        let mut list = BlockList::default();
        let read = |name: &String| lists.bytes(name).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        for name in &config.domains {
            list.add_domains(&read(name)?);
        }
        for name in &config.hard_words {
            list.add_hard_words(&read(name)?);
        }
        for name in &config.soft_words {
            list.add_soft_words(&read(name)?);
        }
        Ok(Self { list, rules: Rules { keep_www: config.keep_www, drop_slash: config.drop_slash } })
    }
}

impl DocumentStage for Urls {
    fn card(&self) -> &'static StageCard {
        &CARD
    }

    fn apply(&self, batch: &mut Batch) -> Result<()> {
        let urls = batch.strings(&schema::URL)?;
        let [mut keys, mut hosts, mut domains] = [(); 3].map(|()| StringBuilder::new());
        let mut fates = Vec::new();
        for row in 0..batch.len() {
            let found = (batch.is_alive(row) && urls.is_valid(row))
                .then(|| canonical_by(urls.value(row), self.rules))
                .flatten();
            if let Some(hit) = found.as_ref().and_then(|found| self.list.find(&found.host, &found.key)) {
                fates.push((row, fate(&hit)));
            }
            keys.append_option(found.as_ref().map(|found| &found.key));
            hosts.append_option(found.as_ref().map(|found| &found.host));
            domains.append_option(found.as_ref().map(|found| &found.domain));
        }
        batch.set(&schema::URL_KEY, Arc::new(keys.finish()))?;
        batch.set(&schema::HOST, Arc::new(hosts.finish()))?;
        batch.set(&schema::DOMAIN, Arc::new(domains.finish()))?;
        for (row, fate) in fates {
            batch.end(row, fate);
        }
        Ok(())
    }
}

fn fate(hit: &Hit) -> Fate {
    match hit {
        Hit::Domain(domain) => Fate::rejected(CARD.id, "url.domain", domain.as_str()),
        Hit::Word(word) => Fate::rejected(CARD.id, "url.hard_word", word.as_str()),
        Hit::SoftWords(words) => Fate::rejected(CARD.id, "url.soft_words", words.join(", ")),
    }
}
