//! What is counted of a page's blocks and containers.

use super::hints::{self, Hints};
use super::tags::Tag;
use super::tree::{Dom, Name};

/// What is known of one node, with what is below it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts {
    /// Characters, white space left out.
    pub(super) chars: u32,
    /// Of these, in links.
    pub(super) link_chars: u32,
    /// Of these, in blocks that read like running text.
    pub(super) good: u32,
    /// Commas of all scripts.
    pub(super) commas: u32,
    /// Links.
    pub(super) links: u32,
    /// Score as a container.
    pub(super) score: f32,
    /// What class and id say.
    pub(super) hints: Hints,
    /// The subtree is no part of the content.
    pub(super) is_dropped: bool,
    /// There is a first-level heading in the subtree.
    pub(super) has_h1: bool,
    /// Characters and good characters of the subtree as a reader could see it, nothing dropped for what it is.
    pub(super) seen: (u32, u32),
}

impl Facts {
    /// Characters in links ÷ all; 0 without text.
    #[expect(clippy::cast_precision_loss, reason = "a ratio of counts")]
    pub(super) fn link_density(&self) -> f32 {
        if self.chars == 0 { 0.0 } else { self.link_chars as f32 / self.chars as f32 }
    }

    fn add(&mut self, other: &Self) {
        self.chars += other.chars;
        self.link_chars += other.link_chars;
        self.good += other.good;
        self.commas += other.commas;
        self.links += other.links;
    }
}

/// A run of text within one block.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TextBlock {
    /// The block element that it stands in.
    pub(super) owner: u32,
    /// Characters, white space left out.
    pub(super) chars: u32,
    /// Of these, in links.
    pub(super) link_chars: u32,
    /// Commas of all scripts.
    pub(super) commas: u32,
    /// Whether it reads like running text.
    pub(super) is_good: bool,
}

/// Buffers of counting, used again from page to page.
#[derive(Debug, Default)]
pub(super) struct Features {
    /// One for each node.
    pub(super) facts: Vec<Facts>,
    /// In document order.
    pub(super) blocks: Vec<TextBlock>,
    owners: Vec<u32>,
    /// What each run of text holds, counted once.
    texts: Vec<Text>,
    hint_cache: Vec<(u64, Hints)>,
}

/// Entries of the cache of class lists.
const CACHE: usize = 1024;

impl Features {
    /// Reads classes and ids, the same for every attempt on a page.
    pub(super) fn read_hints(&mut self, dom: Dom<'_>) {
        self.texts.clear();
        self.texts.extend((0..dom.len()).map(|node| match dom.tag(node) {
            Tag::Text => Text::of(dom.text(node)),
            _ => Text::default(),
        }));
        self.facts.clear();
        self.facts.resize(dom.len(), Facts::default());
        for node in (1..dom.len()).rev() {
            if dom.tag(node) == Tag::H1 || self.facts[node].has_h1 {
                self.facts[dom.parent(node)].has_h1 = true;
            }
        }
        self.hint_cache.clear();
        self.hint_cache.resize(CACHE, (0, Hints::default()));
        for node in 0..dom.len() {
            if !dom.has_attributes(node) {
                continue;
            }
            for name in [Name::Class, Name::Id] {
                if let Some(value) = dom.attribute(node, name).filter(|value| !value.is_empty()) {
                    let hash = filters::text::hash(value.as_bytes());
                    #[expect(clippy::cast_possible_truncation, reason = "the low bits choose the entry")]
                    let entry = &mut self.hint_cache[hash as usize % CACHE];
                    if entry.0 != hash {
                        *entry = (hash, hints::of(value));
                    }
                    self.facts[node].hints = self.facts[node].hints.with(entry.1);
                }
            }
        }
    }

    /// Counts text; dropped subtrees count nothing.
    pub(super) fn count(&mut self, dom: Dom<'_>) {
        for facts in &mut self.facts {
            let Facts { hints, has_h1, is_dropped, seen, .. } = *facts;
            *facts = Facts { hints, is_dropped, has_h1, seen, ..Facts::default() };
        }
        self.blocks.clear();
        self.owners.clear();
        self.owners.resize(dom.len(), 0);
        let mut block = TextBlock::default();
        let mut link_end = 0;
        let mut node = 0;
        // The text of the open block so far ends like a sentence.
        let mut ends_sentence = false;
        while node < dom.len() {
            let tag = dom.tag(node);
            let owner = if node == 0 { 0 } else { self.owners[dom.parent(node)] };
            if self.facts[node].is_dropped {
                node = dom.end(node);
                continue;
            }
            self.owners[node] = if tag.is_block() { index(node) } else { owner };
            if tag.is_block() {
                self.end_block(&mut block, ends_sentence);
            }
            if tag == Tag::A {
                link_end = dom.end(node);
                self.facts[node].links += 1;
            }
            if tag == Tag::Text {
                if block.owner != owner {
                    self.end_block(&mut block, ends_sentence);
                    block.owner = owner;
                }
                let text = self.texts[node];
                let in_link = if node < link_end { text.chars } else { 0 };
                block.chars += text.chars;
                block.link_chars += in_link;
                block.commas += text.commas;
                if text.chars > 0 {
                    ends_sentence = text.ends_sentence;
                }
                let facts = &mut self.facts[node];
                (facts.chars, facts.link_chars, facts.commas) = (text.chars, in_link, text.commas);
            }
            node += 1;
        }
        self.end_block(&mut block, ends_sentence);
        for node in (1..dom.len()).rev() {
            let facts = self.facts[node];
            self.facts[dom.parent(node)].add(&facts);
        }
    }

    /// Keeps the counts of now as what a reader could see.
    pub(super) fn keep_as_seen(&mut self) {
        for facts in &mut self.facts {
            facts.seen = (facts.chars, facts.good);
        }
    }

    fn end_block(&mut self, block: &mut TextBlock, ends_sentence: bool) {
        if block.chars > 0 {
            let own = block.chars - block.link_chars;
            let is_prose = own >= 80 || (own >= 25 && (ends_sentence || block.commas > 0));
            block.is_good = is_prose && block.link_chars * 2 <= block.chars;
            if block.is_good {
                self.facts[block.owner as usize].good += block.chars;
            }
            self.blocks.push(*block);
        }
        *block = TextBlock { owner: block.owner, ..TextBlock::default() };
    }
}

fn index(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// What one run of text holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Text {
    /// Characters, white space left out; one of a script without spaces counts twice, since it says more.
    pub(super) chars: u32,
    /// Commas of all scripts.
    pub(super) commas: u32,
    /// Whether it ends like a sentence.
    pub(super) ends_sentence: bool,
}

impl Text {
    pub(super) fn of(text: &str) -> Self {
        let mut found = Self::default();
        if text.is_ascii() {
            for byte in text.bytes() {
                found.chars += u32::from(byte > b' ');
                found.commas += u32::from(byte == b',');
            }
        } else {
            for character in text.chars() {
                if character.is_ascii() {
                    found.chars += u32::from(character > ' ');
                    found.commas += u32::from(character == ',');
                } else if character >= '\u{3000}' && matches!(character, '，' | '、' | '。' | '！' | '？' | '；')
                {
                    found.chars += 1;
                    found.commas += 1;
                } else if filters::text::is_unspaced(character) {
                    found.chars += 2;
                } else if !character.is_whitespace() {
                    found.chars += 1;
                    found.commas += u32::from(matches!(character, '،' | '؛' | '۔' | '।'));
                }
            }
        }
        let end = text
            .trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '”' | '’' | '»' | ')' | '」'));
        found.ends_sentence = end.ends_with(['.', '!', '?', '…', ':', '。', '！', '？', '।', '۔', '؟']);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_counted() {
        for (text, chars, commas, ends_sentence) in [
            ("", 0, 0, false),
            (" a, b.\n", 4, 1, true),
            ("He said “no”. ", 11, 0, true),
            ("我们，去。", 8, 2, true),
            ("é\u{a0}è", 2, 0, false),
        ] {
            assert_eq!(Text::of(text), Text { chars, commas, ends_sentence }, "{text:?}");
        }
    }
}
