//! Block lists: domains that are not wanted, and words that give a site away.
//!
//! As RefinedWeb and FineWeb have them: a domain list (UT1's layout: one domain a line), hard words of which one is
//! enough, soft words of which two are needed. Words are compared with the pieces of the URL between its marks.

use std::collections::BTreeSet;

/// Lists of domains and words.
#[derive(Clone, Debug, Default)]
pub struct BlockList {
    domains: BTreeSet<String>,
    hard: BTreeSet<String>,
    soft: BTreeSet<String>,
}

/// What a list says against a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hit {
    /// Its host, or a domain above it, is listed.
    Domain(String),
    /// It holds a hard word.
    Word(String),
    /// It holds two soft words or more.
    SoftWords(Vec<String>),
}

impl BlockList {
    /// Soft words that are enough together (RefinedWeb).
    pub const SOFT_WORDS: usize = 2;

    /// Adds the domains of a list: one a line; empty lines and `#` comments do not count.
    pub fn add_domains(&mut self, list: &str) {
        self.domains.extend(entries(list));
    }

    /// Adds words of which one is enough.
    pub fn add_hard_words(&mut self, list: &str) {
        self.hard.extend(entries(list));
    }

    /// Adds words of which two are needed.
    pub fn add_soft_words(&mut self, list: &str) {
        self.soft.extend(entries(list));
    }

    /// The first thing that speaks against a URL, given its host and canonical key.
    #[must_use]
    pub fn find(&self, host: &str, key: &str) -> Option<Hit> {
        let mut domain = host;
        while !self.domains.is_empty() {
            if self.domains.contains(domain) {
                return Some(Hit::Domain(domain.to_owned()));
            }
            match domain.split_once('.') {
                Some((_, above)) => domain = above,
                None => break,
            }
        }
        if self.hard.is_empty() && self.soft.is_empty() {
            return None;
        }
        let lower = key.to_lowercase();
        let mut soft = BTreeSet::new();
        for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            if self.hard.contains(word) {
                return Some(Hit::Word(word.to_owned()));
            }
            if self.soft.contains(word) {
                soft.insert(word.to_owned());
            }
        }
        (soft.len() >= Self::SOFT_WORDS).then(|| Hit::SoftWords(soft.into_iter().collect()))
    }
}

fn entries(list: &str) -> impl Iterator<Item = String> {
    list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_asked_in_order() {
        let mut list = BlockList::default();
        list.add_domains("# adult\nbad.example\n\nworse.example.org\n");
        list.add_hard_words("hardword");
        list.add_soft_words("softa\nsoftb\n");
        for (what, url, expected) in [
            ("the domain", "bad.example/a", Some(Hit::Domain("bad.example".into()))),
            ("a host below it", "x.y.bad.example/a", Some(Hit::Domain("bad.example".into()))),
            ("a name that only ends like it", "notbad.example/a", None),
            ("above a listed one", "example.org/a", None),
            ("a hard word", "fine.example/a-Hardword.html", Some(Hit::Word("hardword".into()))),
            ("within another word", "fine.example/hardwordy", None),
            ("one soft word", "fine.example/softa", None),
            ("the same twice", "fine.example/softa/softa", None),
            ("two", "softb.example/softa", Some(Hit::SoftWords(vec!["softa".into(), "softb".into()]))),
        ] {
            let host = url.split('/').next().unwrap();
            assert_eq!(list.find(host, url), expected, "{what}");
        }
        assert_eq!(BlockList::default().find("a.example", "a.example/"), None);
    }
}
