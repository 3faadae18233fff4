//! What a run was told to forget.

use std::collections::BTreeSet;
use std::fs;

use filters::url::canonical;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use crate::error::{Result, StageError};
use crate::task::{Layout, hash_of};

/// Documents that a run must not hold: kept in the run's folder, so that another try of the run leaves them out too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Forgotten {
    /// Ids, 32 hexadecimal digits.
    ids: BTreeSet<String>,
    /// Hashes of canonical URLs, of which every capture is forgotten: a URL can be a personal detail itself.
    urls: BTreeSet<String>,
    /// Hosts; what is below one is of it.
    domains: BTreeSet<String>,
}

/// Where the list stands.
pub(super) const FILE: &str = "forgotten.json";

impl Forgotten {
    /// The list of a run; empty where it has none.
    ///
    /// # Errors
    /// [`StageError`] when the file cannot be read.
    pub fn load(layout: &Layout) -> Result<Self> {
        let path = layout.path(FILE);
        match fs::read(&path) {
            Ok(json) => serde_json::from_slice(&json).map_err(StageError::table(&path)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(StageError::io("read", &path)(error)),
        }
    }

    /// Whether nothing is to be forgotten.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.urls.is_empty() && self.domains.is_empty()
    }

    /// What changes when the list does.
    pub(crate) fn fingerprint(&self) -> String {
        let parts =
            [&self.ids, &self.urls, &self.domains].map(|set| set.iter().cloned().collect::<Vec<_>>().join("\n"));
        hash_of(&parts.each_ref().map(String::as_str))
    }

    /// Adds ids, one a line: whole ones, 32 hexadecimal digits.
    ///
    /// # Errors
    /// The first line that is none, and its number.
    pub fn add_ids(&mut self, list: &str) -> Result<(), String> {
        for (number, line) in entries(list) {
            let id = line.to_ascii_lowercase();
            if id.len() != 32 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(format!("line {number}: `{line}` is no id of a document: 32 hexadecimal digits"));
            }
            self.ids.insert(id);
        }
        Ok(())
    }

    /// Adds URLs, one a line.
    ///
    /// # Errors
    /// The first line that is none, and its number.
    pub fn add_urls(&mut self, list: &str) -> Result<(), String> {
        for (number, line) in entries(list) {
            let found = canonical(line).ok_or_else(|| format!("line {number}: `{line}` is no http or https URL"))?;
            self.urls.insert(hash_of_url(&found.key));
        }
        Ok(())
    }

    /// Adds domains or hosts, one a line.
    ///
    /// # Errors
    /// The first line that is none, and its number.
    pub fn add_domains(&mut self, list: &str) -> Result<(), String> {
        for (number, line) in entries(list) {
            // As the URL standard writes hosts: lower case, IDN as punycode.
            let found = canonical(&format!("http://{line}/"))
                .filter(|found| !line.contains(['/', ':', '@', '?', '#']) && !found.host.is_empty());
            let found = found.ok_or_else(|| format!("line {number}: `{line}` is no domain, such as example.org"))?;
            self.domains.insert(found.host);
        }
        Ok(())
    }

    /// Adds an id.
    pub(super) fn add_id(&mut self, id: u128) {
        self.ids.insert(format!("{id:032x}"));
    }

    /// The ids.
    pub(super) fn ids(&self) -> impl Iterator<Item = u128> {
        self.ids.iter().filter_map(|id| u128::from_str_radix(id, 16).ok())
    }

    /// Puts another list to this one.
    pub(super) fn extend(&mut self, other: &Self) {
        self.ids.extend(other.ids.iter().cloned());
        self.urls.extend(other.urls.iter().cloned());
        self.domains.extend(other.domains.iter().cloned());
    }

    /// By which rule a document is on the list, if it is.
    #[must_use]
    pub fn names(&self, id: Option<&str>, url: Option<&str>) -> Option<&'static str> {
        // A page that is named as such is told as such, though its id is on the list by then.
        let by_url = (!self.urls.is_empty() || !self.domains.is_empty()).then(|| self.names_url(url?)).flatten();
        by_url.or_else(|| id.is_some_and(|id| self.ids.contains(id)).then_some("forget.id"))
    }

    fn names_url(&self, url: &str) -> Option<&'static str> {
        let found = canonical(url)?;
        if self.urls.contains(&hash_of_url(&found.key)) {
            return Some("forget.url");
        }
        let mut host = found.host.as_str();
        loop {
            if self.domains.contains(host) {
                return Some("forget.domain");
            }
            host = host.split_once('.')?.1;
        }
    }
}

fn hash_of_url(key: &str) -> String {
    format!("{:032x}", xxh3_128(key.as_bytes()))
}

/// Lines with something in them, and their numbers; `#` begins a comment.
fn entries(list: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(list.lines().map(str::trim)).filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_named_by_id_page_or_domain() {
        let mut list = Forgotten::default();
        list.add_ids("# by request 7\n00112233445566778899AABBCCDDEEFF\n").unwrap();
        list.add_urls("https://www.example.com/a?utm_source=x\n\n").unwrap();
        list.add_domains("Example.org\nbücher.example\n").unwrap();
        for (id, url, expected) in [
            (Some("00112233445566778899aabbccddeeff"), None, Some("forget.id")),
            (None, Some("http://example.com/a#part"), Some("forget.url")),
            (None, Some("http://example.com/b"), None),
            (None, Some("https://deep.example.org/x"), Some("forget.domain")),
            (None, Some("https://notexample.org/"), None),
            (None, Some("https://xn--bcher-kva.example/"), Some("forget.domain")),
            (Some("ff"), Some("urn:x"), None),
            (None, None, None),
        ] {
            assert_eq!(list.names(id, url), expected, "{id:?} {url:?}");
        }
        assert!(!serde_json::to_string(&list).unwrap().contains("example.com"), "URLs stand there as hashes");
    }

    #[test]
    fn a_line_that_names_nothing_is_told() {
        let mut list = Forgotten::default();
        assert!(list.add_ids("\n3f2a").unwrap_err().starts_with("line 2: `3f2a`"));
        assert!(list.add_urls("example.com/a").unwrap_err().contains("no http or https URL"));
        assert!(list.add_domains("https://example.com/").unwrap_err().contains("no domain"));
        assert!(list.is_empty());
    }
}
