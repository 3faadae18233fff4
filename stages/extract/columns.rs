//! What is known of each block of a page, as numbers: one column for each fact, one row for each block.
//!
//! The blocks are the runs of text that a reader could see. The model judges them by these columns, whose names it
//! holds; what the rules of [`super::prune`] and [`super::score`] would do with a block is one fact among others.

use super::features::{Facts, Text, TextBlock};
use super::json_ld;
use super::paths::{KINDS, Paths};
use super::score::Container;
use super::tags::Tag;
use super::tree::{Dom, Name};
use super::words::{Said, Weights};

/// Elements around a block, each with more text than the one before, that are described.
const LEVELS: [&str; 4] = ["^1", "^2", "^3", "^4"];
/// Elements with classes around a block whose words are read.
const NAMED: usize = 4;
/// Blocks of a page beyond which it gets no columns: they would take more memory than the page.
const MOST_ROWS: usize = 50_000;
/// Counts beyond say no more.
const FAR: f32 = 200.0;

/// What is known of a page as a whole.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PageFacts {
    /// Whether its address or its classes say that it is a discussion.
    pub(super) is_discussion: bool,
    /// Where the rules see the content.
    pub(super) container: Option<Container>,
    /// Parts of the address' path.
    pub(super) url_depth: u32,
    /// Digits in the address' path.
    pub(super) url_digits: u32,
}

impl PageFacts {
    /// Reads an address.
    pub(super) fn with_url(mut self, url: Option<&str>) -> Self {
        let path = url.and_then(|url| url.split_once("://")?.1.split_once('/')).map_or("", |(_, path)| path);
        self.url_depth = count(path.split('/').filter(|part| !part.is_empty()).count());
        self.url_digits = count(path.bytes().filter(u8::is_ascii_digit).count());
        self
    }
}

/// The table; its buffers are used again from page to page.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// Name of each column, in two parts: what, and of which neighbour.
    pub(super) names: Vec<(&'static str, &'static str)>,
    /// Column after column.
    pub(super) values: Vec<f32>,
    /// How many rows there are.
    pub(super) n_rows: usize,
    /// Hash of each block's text.
    pub(super) hashes: Vec<u64>,
    paths: Paths,
    sorted: Vec<u64>,
    /// Sums over all blocks before: characters; of these good ones, ones in links, ones that the rules keep.
    before: Vec<[u32; 4]>,
    is_kept: Vec<bool>,
}

impl Columns {
    /// Fills the table.
    pub(super) fn fill(
        &mut self,
        dom: Dom<'_>,
        facts: &[Facts],
        blocks: &[TextBlock],
        page: PageFacts,
        title: Option<&str>,
    ) {
        self.names.clear();
        self.values.clear();
        self.n_rows = blocks.len();
        self.paths.read(dom, facts);
        self.prepare(dom, blocks, page);
        if blocks.len() > MOST_ROWS {
            // The rules alone decide: without a container, what is no noise stays.
            if page.container.is_none() {
                let is_kept = |block: &TextBlock| !self.paths.is_dropped[block.first as usize];
                self.is_kept.clear();
                self.is_kept.extend(blocks.iter().map(is_kept));
            }
            return;
        }
        self.surroundings(blocks);
        self.texts(dom, blocks);
        self.levels(facts, dom, blocks);
        self.places(dom, blocks, page, title);
        self.page(dom, facts, page);
    }

    /// What the rules make of each block of a page that is too large for the model; `None` of any other page.
    pub(super) fn by_rules(&self) -> Option<&[bool]> {
        (self.n_rows > MOST_ROWS).then_some(&self.is_kept)
    }

    /// Adds what the words of texts and of classes say.
    pub(super) fn fill_words(&mut self, dom: Dom<'_>, facts: &[Facts], blocks: &[TextBlock], text_words: &Weights) {
        if self.by_rules().is_some() {
            return;
        }
        let of_text =
            |block: &TextBlock| text_words.of_text(dom.text_between(block.first as usize, block.last as usize));
        self.add_said("text_word", blocks.iter().map(of_text));
        self.add_said("class_word", blocks.iter().map(|block| of_classes(dom, facts, block.first as usize)));
    }

    fn add_said(&mut self, what: &'static str, said: impl Iterator<Item = Said>) {
        let from = self.values.len();
        self.values.resize(from + 3 * self.n_rows, 0.0);
        for (row, said) in said.enumerate() {
            for (at, value) in said.columns().into_iter().enumerate() {
                self.values[from + at * self.n_rows + row] = value;
            }
        }
        self.names.extend(["_mean", "_least", "_most"].map(|part| (what, part)));
    }

    /// One column.
    fn column(&mut self, name: &'static str, of: &'static str, value: impl Fn(&Self, usize) -> f32) {
        self.names.push((name, of));
        let mut values = std::mem::take(&mut self.values); // so that the closure may read the rest
        values.extend((0..self.n_rows).map(|row| value(self, row)));
        self.values = values;
    }

    /// Copies the columns from `first` on, shifted by so many rows: what a neighbour has.
    fn shifted(&mut self, columns: std::ops::Range<usize>, offset: isize, of: &'static str) {
        let n = self.n_rows;
        let missing = offset.unsigned_abs().min(n);
        for column in columns {
            self.names.push((self.names[column].0, of));
            let (start, end) = (column * n, (column + 1) * n);
            if offset < 0 {
                self.values.extend(std::iter::repeat_n(-1.0, missing));
                self.values.extend_from_within(start..end - missing);
            } else {
                self.values.extend_from_within(start + missing..end);
                self.values.extend(std::iter::repeat_n(-1.0, missing));
            }
        }
    }

    fn prepare(&mut self, dom: Dom<'_>, blocks: &[TextBlock], page: PageFacts) {
        let paths = &self.paths;
        let is_in =
            |node: usize| page.container.is_some_and(|found| (found.whole..dom.end(found.whole)).contains(&node));
        self.is_kept.clear();
        self.is_kept
            .extend(blocks.iter().map(|block| is_in(block.first as usize) && !paths.is_dropped[block.first as usize]));
        self.before.clear();
        let mut sums = [0; 4];
        self.before.push(sums);
        for (block, is_kept) in blocks.iter().zip(&self.is_kept) {
            let chars = block.text.chars;
            sums[0] += chars;
            sums[1] += if block.is_good { chars } else { 0 };
            sums[2] += block.link_chars;
            sums[3] += if *is_kept { chars } else { 0 };
            self.before.push(sums);
        }
        self.hashes.clear();
        self.hashes.extend(blocks.iter().map(|block| {
            filters::text::hash(dom.text_between(block.first as usize, block.last as usize).trim().as_bytes())
        }));
        self.sorted.clear();
        self.sorted.extend_from_slice(&self.hashes);
        self.sorted.sort_unstable();
    }

    /// The nearest elements of each kind.
    fn surroundings(&mut self, blocks: &[TextBlock]) {
        let from = self.values.len();
        self.values.resize(from + KINDS.len() * self.n_rows, 0.0);
        for (row, block) in blocks.iter().enumerate() {
            let near = &self.paths.near[block.first as usize];
            for (kind, levels) in near[..KINDS.len()].iter().enumerate() {
                self.values[from + kind * self.n_rows + row] = f32::from(*levels);
            }
        }
        self.names.extend(KINDS.map(|name| (name, "")));
        self.column("depth", "", |table, row| f32::from(table.paths.depth[blocks[row].owner as usize]));
        self.column("alike", "", |table, row| number(u32::from(table.paths.alike[blocks[row].owner as usize])));
    }

    /// What a block's text is made of, and its neighbours'.
    fn texts(&mut self, dom: Dom<'_>, blocks: &[TextBlock]) {
        let text = |row: usize| -> &Text { &blocks[row].text };
        let first = self.names.len();
        self.column("chars", "", |_, row| number(text(row).chars));
        self.column("link_share", "", |_, row| ratio(blocks[row].link_chars, text(row).chars));
        self.column("is_good", "", |_, row| flag(blocks[row].is_good));
        self.column("ends_sentence", "", |_, row| flag(text(row).ends_sentence));
        self.column("tag", "", |_, row| tag_code(dom.tag(blocks[row].owner as usize)));
        self.column("is_kept", "", |table, row| flag(table.is_kept[row]));
        let shared = first..self.names.len();
        for (offset, of) in [(-2, "-2"), (-1, "-1"), (1, "+1"), (2, "+2")] {
            self.shifted(shared.clone(), offset, of);
        }
        self.column("word_length", "", |_, row| ratio(text(row).chars, text(row).words));
        self.column("stops", "", |_, row| ratio(text(row).stops, text(row).words));
        self.column("commas", "", |_, row| ratio(text(row).commas, text(row).words));
        self.column("digits", "", |_, row| ratio(text(row).digits, text(row).chars));
        self.column("capitals", "", |_, row| ratio(text(row).capitals, text(row).words));
        self.column("marks", "", |_, row| ratio(text(row).marks, text(row).words));
    }

    /// The elements around a block, from the first that holds more than it.
    fn levels(&mut self, facts: &[Facts], dom: Dom<'_>, blocks: &[TextBlock]) {
        const WHAT: [&str; 6] =
            ["around_chars", "around_links", "around_good", "around_share", "around_per_link", "around_growth"];
        let total = facts[0].seen.chars;
        let from = self.values.len();
        self.values.resize(from + LEVELS.len() * WHAT.len() * self.n_rows, 0.0);
        for (row, block) in blocks.iter().enumerate() {
            let mut node = block.owner as usize;
            let mut inner = block.text.chars;
            for level in 0..LEVELS.len() {
                while node != 0 && facts[node].seen.chars <= inner {
                    node = dom.parent(node);
                }
                let seen = facts[node].seen;
                let values = [
                    number(seen.chars),
                    ratio(seen.link_chars, seen.chars),
                    ratio(seen.good, seen.chars),
                    ratio(seen.chars, total),
                    number((seen.chars - seen.link_chars) / seen.links.max(1)),
                    ratio(seen.chars, inner),
                ];
                inner = seen.chars;
                for (at, value) in values.into_iter().enumerate() {
                    self.values[from + (level * WHAT.len() + at) * self.n_rows + row] = value;
                }
            }
        }
        for level in LEVELS {
            self.names.extend(WHAT.map(|what| (what, level)));
        }
    }

    /// Where a block stands on the page.
    fn places(&mut self, dom: Dom<'_>, blocks: &[TextBlock], page: PageFacts, title: Option<&str>) {
        let n = self.n_rows;
        let is_in = |node: usize, row: usize| (node..dom.end(node)).contains(&(blocks[row].first as usize));
        self.column("index", "", |_, row| ratio(count(row), count(n)));
        self.column("from_start", "", |_, row| far(row));
        self.column("from_end", "", |_, row| far(n - row));
        self.column("chars_before", "", |table, row| ratio(table.before[row][0], table.before[n][0]));
        let h1 = blocks.iter().position(|block| {
            let owner = block.owner as usize;
            dom.tag(owner) == Tag::H1 || dom.tag(dom.parent(owner)) == Tag::H1
        });
        self.column("since_h1", "", |_, row| {
            h1.map_or(-FAR - 1.0, |h1| if row >= h1 { far(row - h1) } else { -far(h1 - row) })
        });
        let from = self.values.len();
        let mut heading = None;
        for (row, block) in blocks.iter().enumerate() {
            if dom.tag(block.owner as usize).is_heading() {
                heading = Some(row);
            }
            self.values.push(heading.map_or(-1.0, |heading| far(row - heading)));
        }
        debug_assert_eq!(self.values.len(), from + n);
        self.names.push(("since_heading", ""));
        self.column("repeats", "", |table, row| {
            let at = table.sorted.partition_point(|hash| *hash < table.hashes[row]);
            far(table.sorted[at..].iter().take(10).take_while(|hash| **hash == table.hashes[row]).count())
        });
        self.column("is_in_core", "", |_, row| page.container.map_or(-1.0, |found| flag(is_in(found.core, row))));
        self.column("is_in_whole", "", |_, row| page.container.map_or(-1.0, |found| flag(is_in(found.whole, row))));
        self.column("is_dropped", "", |table, row| flag(table.paths.is_dropped[blocks[row].first as usize]));
        for (what, of, reach, sum) in [
            ("kept_near", "5", 5, 3),
            ("good_near", "5", 5, 1),
            ("links_near", "5", 5, 2),
            ("kept_near", "20", 20, 3),
            ("good_near", "20", 20, 1),
        ] {
            self.column(what, of, |table, row| {
                let (from, to) = (table.before[row.saturating_sub(reach)], table.before[(row + reach + 1).min(n)]);
                ratio(to[sum] - from[sum], to[0] - from[0])
            });
        }
        self.column("chars_near", "5", |table, row| {
            number(table.before[(row + 6).min(n)][0] - table.before[row.saturating_sub(5)][0])
        });
        let (first, last) = (self.is_kept.iter().position(|kept| *kept), self.is_kept.iter().rposition(|kept| *kept));
        self.column("after_kept", "", |_, row| last.map_or(FAR, |last| far(row.saturating_sub(last))));
        self.column("until_kept", "", |_, row| first.map_or(FAR, |first| far(first.saturating_sub(row))));
        self.column("is_title", "", |_, row| {
            let text = dom.text_between(blocks[row].first as usize, blocks[row].last as usize).trim();
            let may_be = |title: &&str| (title.len().div_ceil(2)..=title.len()).contains(&text.len());
            flag(title.filter(may_be).is_some_and(|title| title.contains(text)))
        });
    }

    /// What holds of all blocks of the page.
    fn page(&mut self, dom: Dom<'_>, facts: &[Facts], page: PageFacts) {
        const COUNTED: [(&str, &[Tag]); 8] = [
            ("n_articles", &[Tag::Article]),
            ("n_h1", &[Tag::H1]),
            ("n_h2", &[Tag::H2]),
            ("n_items", &[Tag::Li]),
            ("n_paragraphs", &[Tag::P]),
            ("n_controls", &[Tag::Form, Tag::Input, Tag::Button]),
            ("n_images", &[Tag::Img]),
            ("n_times", &[Tag::Time]),
        ];
        let mut counts = [0; Tag::COUNT];
        let mut kind = None;
        for node in 0..dom.len() {
            let tag = dom.tag(node);
            counts[tag as usize] += 1;
            if tag == Tag::Meta && dom.is(node, Name::Property, "og:type") {
                kind = dom.attribute(node, Name::Content);
            }
        }
        for (name, tags) in COUNTED {
            let total = tags.iter().map(|tag| counts[*tag as usize]).sum();
            self.column(name, ".page", |_, _| number(total));
        }
        let seen = facts[0].seen;
        let n_rows = self.n_rows;
        let kept = self.before[n_rows][3];
        let whole = page.container.map_or(0, |found| facts[found.whole].seen.good);
        let prices = memchr::memchr_iter(b'$', dom.tree.text.as_bytes()).count()
            + ["€", "£"]
                .map(|sign| memchr::memmem::find_iter(dom.tree.text.as_bytes(), sign).count())
                .iter()
                .sum::<usize>();
        let by_json = f32::from(json_ld::kind(dom));
        let by_graph = match kind {
            None => 0.0,
            Some("article") => 1.0,
            Some("website") => 2.0,
            Some("product" | "og:product" | "product.item") => 3.0,
            Some(_) => 4.0,
        };
        for (name, value) in [
            ("chars", number(seen.chars)),
            ("n_blocks", number(count(n_rows))),
            ("link_share", ratio(seen.link_chars, seen.chars)),
            ("good_share", ratio(seen.good, seen.chars)),
            ("kept_share", ratio(kept, seen.chars)),
            ("whole_share", ratio(whole, seen.good)),
            ("is_discussion", flag(page.is_discussion)),
            ("og_type", by_graph),
            ("json_type", by_json),
            ("url_depth", far(page.url_depth as usize)),
            ("url_digits", far(page.url_digits as usize)),
            ("n_prices", number(count(prices))),
        ] {
            self.column(name, ".page", |_, _| value);
        }
    }
}

/// The names of all columns, in order.
pub(super) fn names() -> Vec<String> {
    let tree = super::tree::Tree::with_root();
    let dom = Dom { html: "", tree: &tree };
    let mut columns = Columns::default();
    columns.fill(dom, &[Facts::default()], &[], PageFacts::default(), None);
    let nothing = Weights::new(&std::collections::BTreeMap::new());
    columns.fill_words(dom, &[], &[], &nothing);
    columns.names.iter().map(|(what, of)| format!("{what}{of}")).collect()
}

/// What the classes and ids of the nearest elements that have some say.
fn of_classes(dom: Dom<'_>, facts: &[Facts], mut node: usize) -> Said {
    let (mut said, mut n_named) = (Said::default(), 0);
    loop {
        said = said.with(facts[node].said);
        n_named += usize::from(facts[node].is_named);
        if node == 0 || n_named == NAMED {
            return said;
        }
        node = dom.parent(node);
    }
}

/// The words that [`of_classes`] weighs.
pub(super) fn class_words(dom: Dom<'_>, mut node: usize, mut each: impl FnMut(&[u8])) {
    let mut n_named = 0;
    loop {
        let names = [Name::Class, Name::Id].into_iter().filter_map(|name| dom.attribute(node, name));
        let mut is_named = false;
        for names in names.filter(|names| !names.is_empty()) {
            super::hints::words(names, &mut each);
            is_named = true;
        }
        n_named += usize::from(is_named);
        if node == 0 || n_named == NAMED {
            return;
        }
        node = dom.parent(node);
    }
}

/// Tags as numbers, those alike side by side: a tree splits between them.
const fn tag_code(tag: Tag) -> f32 {
    match tag {
        Tag::P => 0.0,
        Tag::Blockquote => 1.0,
        Tag::Pre | Tag::Code => 2.0,
        Tag::Li => 3.0,
        Tag::Dd | Tag::Dt => 4.0,
        Tag::Td => 5.0,
        Tag::Th => 6.0,
        Tag::Figcaption | Tag::Caption => 7.0,
        Tag::H1 => 8.0,
        Tag::H2 => 9.0,
        Tag::H3 => 10.0,
        Tag::H4 | Tag::H5 | Tag::H6 => 11.0,
        Tag::Div => 12.0,
        Tag::Section | Tag::Article | Tag::Main => 13.0,
        Tag::Body | Tag::Html => 14.0,
        _ => 15.0,
    }
}

const fn flag(value: bool) -> f32 {
    if value { 1.0 } else { 0.0 }
}

fn count(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn far(value: usize) -> f32 {
    (value as f32).min(FAR)
}

/// A count as it is: only the order of values counts in a tree.
#[expect(clippy::cast_precision_loss, reason = "only its size counts")]
const fn number(value: u32) -> f32 {
    value as f32
}

#[expect(clippy::cast_precision_loss, reason = "a ratio of counts")]
fn ratio(part: u32, whole: u32) -> f32 {
    if whole == 0 { 0.0 } else { part as f32 / whole as f32 }
}

#[cfg(test)]
mod tests {
    use super::super::features::Features;
    use super::super::parser::Parser;
    use super::super::prune;
    use super::super::tree::Tree;
    use super::*;

    #[test]
    fn each_block_has_a_row() {
        let html = "<title>A day</title><h1>A day</h1><p>It rained, <a href=x>said one</a>.<ul><li>a<li>a<li>b</ul>";
        let mut tree = Tree::default();
        Parser::default().parse(html, &mut tree).unwrap();
        let dom = Dom { html, tree: &tree };
        let mut features = Features::default();
        features.read_hints(dom, &Weights::default());
        prune::hide(dom, &mut features.facts, false);
        features.count(dom);
        features.keep_as_seen();
        let mut columns = Columns::default();
        let page = PageFacts::default().with_url(Some("https://a.example/b/c12"));
        columns.fill(dom, &features.facts, &features.seen_blocks, page, Some("A day"));
        columns.fill_words(dom, &features.facts, &features.seen_blocks, &Weights::default());
        let names = names();
        assert_eq!(columns.values.len(), names.len() * columns.n_rows);
        assert_eq!(names.iter().collect::<std::collections::BTreeSet<_>>().len(), names.len(), "each name once");
        for (name, expected) in [
            ("chars", "[4.0, 17.0, 1.0, 1.0, 1.0]"),
            ("chars-1", "[-1.0, 4.0, 17.0, 1.0, 1.0]"),
            ("chars+2", "[1.0, 1.0, 1.0, -1.0, -1.0]"),
            ("is_title", "[1.0, 0.0, 0.0, 0.0, 0.0]"),
            ("since_heading", "[0.0, 1.0, 2.0, 3.0, 4.0]"),
            ("repeats", "[1.0, 1.0, 2.0, 2.0, 1.0]"),
            ("alike", "[1.0, 1.0, 3.0, 3.0, 3.0]"),
            ("ends_sentence", "[0.0, 1.0, 0.0, 0.0, 0.0]"),
            ("n_items.page", "[3.0, 3.0, 3.0, 3.0, 3.0]"),
            ("url_depth.page", "[2.0, 2.0, 2.0, 2.0, 2.0]"),
            ("url_digits.page", "[2.0, 2.0, 2.0, 2.0, 2.0]"),
        ] {
            let column = names.iter().position(|found| found == name).unwrap();
            let values = &columns.values[column * columns.n_rows..][..columns.n_rows];
            assert_eq!(format!("{values:?}"), expected, "{name}");
        }
    }
}
