//! What is counted of a page's blocks and containers.

use super::hints::{self, Hints};
use super::tags::Tag;
use super::tree::{Dom, Name};
use super::words::{Said, Weights};

/// What is known of one node, with what is below it.
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
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
    /// The same, as learned.
    pub(super) said: Said,
    /// There is a class or an id.
    pub(super) is_named: bool,
    /// No reader can see the subtree.
    pub(super) is_unseen: bool,
    /// The subtree is no part of the content.
    pub(super) is_dropped: bool,
    /// There is a first-level heading in the subtree.
    pub(super) has_h1: bool,
    /// The subtree as a reader could see it, nothing dropped for what it is.
    pub(super) seen: Seen,
}

/// What can be seen of a subtree.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// Characters, white space left out.
    pub(super) chars: u32,
    /// Of these, in links.
    pub(super) link_chars: u32,
    /// Of these, in blocks that read like running text.
    pub(super) good: u32,
    /// Links.
    pub(super) links: u32,
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
    /// Its first and its last node with text.
    pub(super) first: u32,
    /// See `first`.
    pub(super) last: u32,
    /// What it holds.
    pub(super) text: Text,
    /// Of its characters, those in links.
    pub(super) link_chars: u32,
    /// Links that hold some of its text.
    pub(super) links: u32,
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
    /// The blocks that a reader could see.
    pub(super) seen_blocks: Vec<TextBlock>,
    owners: Vec<u32>,
    /// What each run of text holds, counted once.
    texts: Vec<Text>,
    hint_cache: Vec<(u64, Hints, Said)>,
}

/// Entries of the cache of class lists.
const CACHE: usize = 4096;

impl Features {
    /// Reads classes and ids, the same for every attempt on a page.
    pub(super) fn read_hints(&mut self, dom: Dom<'_>, class_words: &Weights) {
        self.texts.clear();
        self.texts.extend((0..dom.len()).map(|node| match dom.tag(node) {
            Tag::Text => Text::of(dom.text(node)),
            Tag::Script | Tag::Img => silent_text(dom, node).map_or_else(Text::default, Text::of),
            _ => Text::default(),
        }));
        self.facts.clear();
        self.facts.resize(dom.len(), Facts::default());
        for node in (1..dom.len()).rev() {
            if dom.tag(node) == Tag::H1 || self.facts[node].has_h1 {
                self.facts[dom.parent(node)].has_h1 = true;
            }
        }
        // Sites and their tools use the same class lists again and again: the cache lives from page to page.
        self.hint_cache.resize(CACHE, (0, Hints::default(), Said::default()));
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
                        *entry = (hash, Hints::default(), Said::default());
                        hints::words(value, |word| {
                            entry.1 = entry.1.with(hints::of(word));
                            class_words.read(word, &mut entry.2);
                        });
                    }
                    let facts = &mut self.facts[node];
                    facts.is_named = true;
                    facts.hints = facts.hints.with(entry.1);
                    facts.said = facts.said.with(entry.2);
                }
            }
        }
    }

    /// Forgets what class lists say: another model may weigh their words differently.
    pub(super) fn forget_hints(&mut self) {
        self.hint_cache.clear();
    }

    /// Counts text; dropped subtrees count nothing.
    pub(super) fn count(&mut self, dom: Dom<'_>) {
        for facts in &mut self.facts {
            (facts.chars, facts.link_chars, facts.good, facts.commas, facts.links) = (0, 0, 0, 0, 0);
        }
        self.blocks.clear();
        self.owners.clear();
        self.owners.resize(dom.len(), 0);
        let mut block = TextBlock::default();
        let (mut link, mut link_end) = (0, 0);
        let mut node = 0;
        while node < dom.len() {
            let tag = dom.tag(node);
            let owner = if node == 0 { 0 } else { self.owners[dom.parent(node)] };
            if self.facts[node].is_dropped {
                node = dom.end(node);
                continue;
            }
            self.owners[node] = if tag.is_block() { index(node) } else { owner };
            if tag.is_block() {
                self.end_block(&mut block);
            }
            if tag == Tag::A {
                (link, link_end) = (node, dom.end(node));
                self.facts[node].links += 1;
            }
            let text = self.texts[node];
            if text.chars > 0 {
                if block.owner != owner {
                    self.end_block(&mut block);
                    block.owner = owner;
                }
                if block.text.chars == 0 {
                    block.first = index(node);
                }
                block.last = index(node);
                block.text.add(text);
                let mut facts = Facts { chars: text.chars, commas: text.commas, ..self.facts[node] };
                if node < link_end {
                    facts.link_chars = text.chars;
                    block.link_chars += text.chars;
                    block.links += u32::from(link != 0);
                    link = 0; // counted
                }
                self.facts[node] = facts;
            }
            node += 1;
        }
        self.end_block(&mut block);
        for node in (1..dom.len()).rev() {
            let facts = self.facts[node];
            self.facts[dom.parent(node)].add(&facts);
        }
    }

    /// Keeps the counts of now as what a reader could see, and the blocks apart from those of the next count.
    pub(super) fn keep_as_seen(&mut self) {
        std::mem::swap(&mut self.blocks, &mut self.seen_blocks);
        for facts in &mut self.facts {
            let Facts { chars, link_chars, good, links, .. } = *facts;
            facts.seen = Seen { chars, link_chars, good, links };
        }
    }

    /// Goes back to what a reader could see.
    pub(super) fn restore_seen(&mut self) {
        for facts in &mut self.facts {
            let Seen { chars, link_chars, good, links } = facts.seen;
            (facts.chars, facts.link_chars, facts.good, facts.links) = (chars, link_chars, good, links);
            facts.is_dropped = facts.is_unseen;
        }
    }

    fn end_block(&mut self, block: &mut TextBlock) {
        let Text { chars, commas, ends_sentence, .. } = block.text;
        if chars > 0 {
            let own = chars - block.link_chars;
            let is_prose = own >= 80 || (own >= 25 && (ends_sentence || commas > 0));
            block.is_good = is_prose && block.link_chars * 2 <= chars;
            if block.is_good {
                self.facts[block.owner as usize].good += chars;
            }
            self.blocks.push(*block);
        }
        *block = TextBlock { owner: block.owner, ..TextBlock::default() };
    }
}

/// Text that is no text of the page's source and yet may come out: TeX in scripts, descriptions of figures and formulas.
fn silent_text(dom: Dom<'_>, node: usize) -> Option<&str> {
    match dom.tag(node) {
        Tag::Script => {
            let kind = dom.attribute(node, Name::Type)?.trim_start();
            if kind.starts_with("math/") { dom.attribute(node, Name::Raw) } else { None }
        }
        _ => dom
            .attribute(node, Name::Alt)
            .filter(|_| dom.tag(dom.parent(node)) == Tag::Figure || super::formula::at(dom, node).is_some()),
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
    /// Words: runs of characters that are no white space.
    pub(super) words: u32,
    /// Commas of all scripts.
    pub(super) commas: u32,
    /// ASCII digits.
    pub(super) digits: u32,
    /// ASCII capitals.
    pub(super) capitals: u32,
    /// Full stops, question and exclamation marks.
    pub(super) stops: u32,
    /// Other ASCII punctuation.
    pub(super) marks: u32,
    /// Whether it ends like a sentence.
    pub(super) ends_sentence: bool,
}

/// Bytes that are counted at once: no count of theirs goes beyond a byte.
const LONGEST_PIECE: usize = 255;

/// What each byte adds, a count in each byte of a number: all are counted with one addition.
const COUNTS: [u64; 256] = {
    let mut counts = [0; 256];
    let mut at = 0;
    while at < counts.len() {
        #[expect(clippy::cast_possible_truncation, reason = "below 256")]
        let byte = at as u8;
        counts[at] = (byte > b' ') as u64
            | ((byte == b',') as u64) << 8
            | (byte.is_ascii_digit() as u64) << 16
            | (byte.is_ascii_uppercase() as u64) << 24
            | (matches!(byte, b'.' | b'!' | b'?') as u64) << 32
            | (byte.is_ascii_punctuation() as u64) << 40;
        at += 1;
    }
    counts
};

impl Text {
    pub(super) fn of(text: &str) -> Self {
        let mut found = Self::default();
        let mut was_space = true;
        for piece in text.as_bytes().chunks(LONGEST_PIECE) {
            let mut counts = 0;
            for byte in piece {
                counts += COUNTS[usize::from(*byte)];
                let is_space = *byte <= b' ';
                found.words += u32::from(was_space && !is_space);
                was_space = is_space;
            }
            let [chars, commas, digits, capitals, stops, marks, ..] = counts.to_le_bytes().map(u32::from);
            found.chars += chars;
            found.commas += commas;
            found.digits += digits;
            found.capitals += capitals;
            found.stops += stops;
            found.marks += marks;
        }
        if found.chars == 0 {
            return found;
        }
        if !text.is_ascii() {
            (found.chars, found.words) = (0, 0);
            found.count_characters(text);
        }
        let end = text
            .trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '”' | '’' | '»' | ')' | '」'));
        found.ends_sentence = end.ends_with(['.', '!', '?', '…', ':', '。', '！', '？', '।', '۔', '؟']);
        found
    }

    /// Counts what bytes do not say of a text beyond ASCII.
    fn count_characters(&mut self, text: &str) {
        let mut was_space = true;
        for character in text.chars() {
            let is_space = character.is_whitespace();
            let is_unspaced = !character.is_ascii() && filters::text::is_unspaced(character);
            self.words += u32::from((was_space && !is_space) || is_unspaced);
            was_space = is_space;
            self.chars += u32::from(!is_space);
            if character.is_ascii() {
                continue;
            }
            match character {
                '，' | '、' | '،' | '؛' => self.commas += 1,
                '。' | '！' | '？' | '；' | '۔' | '।' | '؟' => {
                    self.commas += 1;
                    self.stops += 1;
                }
                _ => self.chars += u32::from(is_unspaced),
            }
        }
    }

    fn add(&mut self, other: Self) {
        self.chars += other.chars;
        self.words += other.words;
        self.commas += other.commas;
        self.digits += other.digits;
        self.capitals += other.capitals;
        self.stops += other.stops;
        self.marks += other.marks;
        self.ends_sentence = other.ends_sentence;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_counted() {
        let text = Text::default();
        for (what, expected) in [
            ("", text),
            (" a, b.\n", Text { chars: 4, words: 2, commas: 1, stops: 1, marks: 2, ends_sentence: true, ..text }),
            (
                "He said “no”. ",
                Text { chars: 11, words: 3, capitals: 1, stops: 1, marks: 1, ends_sentence: true, ..text },
            ),
            ("我们，去。", Text { chars: 8, words: 3, commas: 2, stops: 1, ends_sentence: true, ..text }),
            ("é\u{a0}è 12", Text { chars: 4, words: 3, digits: 2, ..text }),
        ] {
            assert_eq!(Text::of(what), expected, "{what:?}");
        }
    }
}
