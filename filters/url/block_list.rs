//! Block lists: domains and pages that are not wanted, and words that give a site away.
//!
//! As RefinedWeb and FineWeb have them: lists of domains and URLs (UT1's layout), strict words that count within others
//! too, hard words of which one is enough, soft words of which two are needed; and domains that are never blocked. Each
//! hit names its list, so that removals can be told by list.

use std::collections::{BTreeSet, HashMap};

use aho_corasick::AhoCorasick;

use crate::text;

/// How the entries of a list are compared with a URL, in the order in which kinds are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Domains, whose hosts all go.
    Domain,
    /// Addresses without scheme; pages below them go too.
    Url,
    /// Texts that count anywhere in the URL's letters and digits, whatever stands between these.
    Strict,
    /// Words of which one is enough, between the URL's marks.
    Hard,
    /// Words of which [`BlockList::SOFT_WORDS`] different ones are needed.
    Soft,
}

impl Kind {
    /// The kind's name in rules.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Url => "page",
            Self::Strict => "strict_word",
            Self::Hard => "hard_word",
            Self::Soft => "soft_words",
        }
    }
}

/// What a list says against a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// How it was found.
    pub kind: Kind,
    /// The name of the list; of soft words, that of the first one's.
    pub list: String,
    /// The domain, address or words.
    pub found: String,
}

/// Lists of domains and words.
#[derive(Debug, Default)]
pub struct BlockList {
    names: Vec<String>,
    /// By hash of the entry its list: UT1 has 4.6 million domains.
    entries: [HashMap<u64, u16>; 4],
    strict: Vec<(String, u16)>,
    automaton: Option<AhoCorasick>,
    allowed: BTreeSet<String>,
}

impl BlockList {
    /// Soft words that are enough together (RefinedWeb).
    pub const SOFT_WORDS: usize = 2;

    /// Adds a list of this name: one entry a line; empty lines and `#` comments do not count. An entry that an earlier
    /// list of the kind has stays that one's.
    pub fn add(&mut self, kind: Kind, name: &str, list: &str) {
        let place = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        let place = u16::try_from(place).unwrap_or(u16::MAX);
        if kind == Kind::Strict {
            let plain = entries(list).map(|entry| only_alphanumeric(&entry)).filter(|entry| !entry.is_empty());
            self.strict.extend(plain.map(|entry| (entry, place)));
            self.automaton = AhoCorasick::new(self.strict.iter().map(|(entry, _)| entry)).ok();
            return;
        }
        let map = &mut self.entries[slot(kind)];
        for entry in entries(list) {
            let entry = if kind == Kind::Url { address(&entry) } else { entry.as_str() };
            map.entry(text::hash(entry.as_bytes())).or_insert(place);
        }
    }

    /// Adds domains that are never blocked.
    pub fn allow(&mut self, list: &str) {
        self.allowed.extend(entries(list));
    }

    /// The first thing that speaks against a URL, given its host and canonical key.
    #[must_use]
    pub fn find(&self, host: &str, key: &str) -> Option<Hit> {
        if !self.allowed.is_empty() && domains(host).any(|domain| self.allowed.contains(domain)) {
            return None;
        }
        let hit = |kind, (found, place): (String, u16)| {
            let list = self.names.get(usize::from(place)).cloned().unwrap_or_default();
            Hit { kind, list, found }
        };
        let key = key.to_lowercase();
        self.domain(host)
            .map(|found| hit(Kind::Domain, found))
            .or_else(|| self.page(&key).map(|found| hit(Kind::Url, found)))
            .or_else(|| self.strict_word(&key).map(|found| hit(Kind::Strict, found)))
            .or_else(|| self.words(&key).map(|(kind, found)| hit(kind, found)))
    }

    fn listed(&self, kind: Kind, entry: &str) -> Option<(String, u16)> {
        let map = &self.entries[slot(kind)];
        let place = (!map.is_empty()).then(|| map.get(&text::hash(entry.as_bytes()))).flatten()?;
        Some((entry.to_owned(), *place))
    }

    fn domain(&self, host: &str) -> Option<(String, u16)> {
        domains(host).find_map(|domain| self.listed(Kind::Domain, domain))
    }

    fn page(&self, key: &str) -> Option<(String, u16)> {
        if self.entries[slot(Kind::Url)].is_empty() {
            return None;
        }
        let ends = key.match_indices(['/', '?', '&']).map(|(at, _)| at).chain([key.len()]);
        ends.take(DEEPEST).find_map(|end| self.listed(Kind::Url, address(&key[..end])))
    }

    fn strict_word(&self, key: &str) -> Option<(String, u16)> {
        let automaton = self.automaton.as_ref()?;
        let hit = automaton.find(&only_alphanumeric(key))?;
        self.strict.get(hit.pattern().as_usize()).cloned()
    }

    fn words(&self, key: &str) -> Option<(Kind, (String, u16))> {
        if self.entries[slot(Kind::Hard)].is_empty() && self.entries[slot(Kind::Soft)].is_empty() {
            return None;
        }
        let mut soft = BTreeSet::new();
        for word in key.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            if let Some(found) = self.listed(Kind::Hard, word) {
                return Some((Kind::Hard, found));
            }
            soft.extend(self.listed(Kind::Soft, word));
        }
        let place = soft.first()?.1;
        let words: Vec<String> = soft.into_iter().map(|(word, _)| word).collect();
        (words.len() >= Self::SOFT_WORDS).then(|| (Kind::Soft, (words.join(", "), place)))
    }
}

/// Parts of a URL after which a listed page is looked for.
const DEEPEST: usize = 64;

/// Where the entries of a kind are.
const fn slot(kind: Kind) -> usize {
    match kind {
        Kind::Domain | Kind::Strict => 0, // strict words are kept as texts
        Kind::Url => 1,
        Kind::Hard => 2,
        Kind::Soft => 3,
    }
}

/// A host and the domains above it.
fn domains(host: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(host), |domain| domain.split_once('.').map(|(_, above)| above))
}

/// An address as canonical keys are: without scheme, `www.` and a slash at the end.
fn address(entry: &str) -> &str {
    let entry = entry.split_once("://").map_or(entry, |(_, rest)| rest);
    entry.strip_prefix("www.").unwrap_or(entry).trim_end_matches('/')
}

fn only_alphanumeric(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).collect()
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
        list.add(Kind::Domain, "adult", "# adult\nbad.example\n\nworse.example.org\nfree.bad.example\n");
        list.add(Kind::Domain, "gambling", "bad.example\nbets.example");
        list.add(Kind::Url, "adult", "http://www.fine.example/~user/\nfine.example/page?id=7\n");
        list.add(Kind::Strict, "strict", "strict-word\nother");
        list.add(Kind::Hard, "hard", "hardword");
        list.add(Kind::Soft, "soft", "softa\nsoftb\n");
        list.allow("kept.bad.example\n");
        let hit = |kind, list: &str, found: &str| Some(Hit { kind, list: list.into(), found: found.into() });
        for (what, url, expected) in [
            ("the domain, by the first list", "bad.example/a", hit(Kind::Domain, "adult", "bad.example")),
            ("of the second list", "bets.example/", hit(Kind::Domain, "gambling", "bets.example")),
            ("a host below it", "x.y.bad.example/a", hit(Kind::Domain, "adult", "bad.example")),
            ("an allowed one", "x.kept.bad.example/hardword", None),
            ("a name that only ends like it", "notbad.example/a", None),
            ("above a listed one", "example.org/a", None),
            ("a page", "fine.example/page?id=7", hit(Kind::Url, "adult", "fine.example/page?id=7")),
            ("below a page", "fine.example/~user/a.html", hit(Kind::Url, "adult", "fine.example/~user")),
            ("beside a page", "fine.example/~user2/a.html", None),
            ("a strict word within others", "fine.example/a-strictwords", hit(Kind::Strict, "strict", "strictword")),
            ("a strict word over marks", "ot.her.example/", hit(Kind::Strict, "strict", "other")),
            ("a hard word", "fine.example/a-Hardword.html", hit(Kind::Hard, "hard", "hardword")),
            ("within another word", "fine.example/hardwordy", None),
            ("one soft word", "fine.example/softa", None),
            ("the same twice", "fine.example/softa/softa", None),
            ("two", "softb.example/softa", hit(Kind::Soft, "soft", "softa, softb")),
        ] {
            let host = url.split('/').next().unwrap();
            assert_eq!(list.find(host, url), expected, "{what}");
        }
        assert_eq!(BlockList::default().find("a.example", "a.example/"), None);
    }
}
