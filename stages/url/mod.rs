//! url: the canonical URL of each document, and block lists.

use std::sync::Arc;

use arrow::array::{Array, StringBuilder};
use filters::url::{BlockList, Hit, Kind, Rules, canonical_by};
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
    /// Files of unwanted domains, one a line. In UT1's layout (`adult/domains`) the list is called as its folder, else as
    /// its file (`adult.txt`); fates name it, so that reports tell removals by list.
    pub domains: Vec<String>,
    /// Files of unwanted addresses, one a line (`adult/urls` of UT1); what is below them goes too.
    pub urls: Vec<String>,
    /// Files of words that count anywhere in the letters and digits of a URL.
    pub strict_words: Vec<String>,
    /// Files of words of which one in a URL is enough.
    pub hard_words: Vec<String>,
    /// Files of words of which two are needed.
    pub soft_words: Vec<String>,
    /// Files of domains that no list blocks.
    pub allow: Vec<String>,
    /// Whether `www.example.com` and `example.com` are two hosts.
    pub keep_www: bool,
    /// Whether `/a/` and `/a` are one page.
    pub drop_slash: bool,
}

impl UrlConfig {
    /// The lists, by name.
    #[must_use]
    pub fn resources(&self) -> Vec<&str> {
        let lists = self.lists().into_iter().flat_map(|(_, names)| names);
        lists.chain(&self.allow).map(String::as_str).collect()
    }

    fn lists(&self) -> [(Kind, &Vec<String>); 5] {
        [
            (Kind::Domain, &self.domains),
            (Kind::Url, &self.urls),
            (Kind::Strict, &self.strict_words),
            (Kind::Hard, &self.hard_words),
            (Kind::Soft, &self.soft_words),
        ]
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
        for (kind, names) in config.lists() {
            for name in names {
                list.add(kind, list_name(name), &read(name)?);
            }
        }
        for name in &config.allow {
            list.allow(&read(name)?);
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
    Fate::rejected(CARD.id, format!("url.{}.{}", hit.kind.name(), hit.list), hit.found.as_str())
}

/// What a list is called, by its file: `adult` of `ut1/adult/domains`, `lists/adult.txt` and `adult#sha256=…`.
fn list_name(file: &str) -> &str {
    let file = file.split_once("#sha256=").map_or(file, |(file, _)| file);
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    match name {
        "domains" | "urls" if !folder.is_empty() => folder.rsplit('/').next().unwrap_or(folder),
        _ => name.split_once('.').map_or(name, |(stem, _)| stem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fates_name_the_list() {
        for (file, name) in [
            ("ut1/adult/domains", "adult"),
            ("lists/adult.txt", "adult"),
            ("adult#sha256=00", "adult"),
            ("domains", "domains"),
        ] {
            assert_eq!(list_name(file), name, "{file}");
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("gambling")).unwrap();
        let path = folder.path().join("gambling/domains");
        std::fs::write(&path, "bets.example\n").unwrap();
        let config = UrlConfig { domains: vec![path.display().to_string()], ..UrlConfig::default() };
        assert_eq!(config.resources().len(), 1);
        let stage = Urls::new(&config, &ModelStore::default()).unwrap();
        let hit = stage.list.find("www.bets.example", "bets.example/").unwrap();
        assert_eq!(fate(&hit).to_string(), "rejected  url url.domain.gambling  bets.example");
    }
}
