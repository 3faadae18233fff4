//! Extraction of one page: parse, choose, write.

use std::sync::Arc;

use filters::Block;

use super::columns::{Columns, PageFacts};
use super::emit::Emitter;
use super::features::{Facts, Features};
use super::hints::{self, Hints};
use super::keep::Keeper;
use super::meta::Meta;
use super::model::{Model, ModelFile};
use super::parser::Parser;
use super::pieces::Pieces;
use super::tree::{Dom, Tree};
use super::{columns, json_ld, meta, prune, score, words};

/// What a page says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The main content: blocks with a blank line between them.
    pub text: String,
    /// What the stretches of the text are.
    pub blocks: Vec<Block>,
    /// The page's title.
    pub title: Option<String>,
    /// When it was published, as the page writes it.
    pub published: Option<String>,
    /// The language that the page says it is in, as the page writes it: `en`, `pt-BR`.
    pub language_hint: Option<String>,
}

/// Why a page could not be extracted.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// The page has more elements and runs of text than the budget.
    #[error("more than {limit} nodes")]
    TooManyNodes {
        /// The budget.
        limit: usize,
    },
    /// The page is longer than the budget.
    #[error("{bytes} bytes, more than {limit}")]
    TooLong {
        /// Bytes of the page.
        bytes: usize,
        /// The budget.
        limit: usize,
    },
    /// The page gives more text than the budget.
    #[error("{bytes} bytes of text, more than {limit}")]
    TooMuchText {
        /// Bytes of text.
        bytes: usize,
        /// The budget.
        limit: usize,
    },
}

impl ExtractError {
    /// The error's kind, for the table of failures.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::TooManyNodes { .. } => "too_many_nodes",
            Self::TooLong { .. } => "too_long",
            Self::TooMuchText { .. } => "too_much_text",
        }
    }
}

/// Bytes of a page: offsets are kept in 32 bits, and decoded text may be a little longer than the page.
const MAX_BYTES: usize = 1 << 30;
/// Bytes of a page's text: blocks are counted in 32 bits, and lists in lists give more text than the page has bytes.
const MAX_TEXT: usize = 1 << 30;
/// Characters of text that make a page worth no further attempt.
const ENOUGH: u32 = 250;

/// A page that hides so many times what it shows hides its content until a script shows it.
const MOSTLY_HIDDEN: u32 = 4;

/// Extracts pages, one after the other. Its buffers are used again: keep one for each thread.
#[derive(Debug, Default)]
pub struct Extractor {
    tree: Tree,
    parser: Parser,
    features: Features,
    columns: Columns,
    leaves: Vec<u32>,
    probabilities: Vec<f32>,
    pieces: Pieces,
    keeper: Keeper,
    emitter: Emitter,
    /// In place of the embedded model.
    model: Option<Arc<Model>>,
}

/// What becomes of one block.
#[derive(Clone, Debug, PartialEq)]
pub struct JudgedBlock {
    /// The element that it stands in.
    pub tag: String,
    /// Its text, as in the page.
    pub text: String,
    /// How likely it belongs to the content, 0 to 1.
    pub probability: f32,
    /// Whether it is kept.
    pub is_kept: bool,
}

/// What the model sees of a page, for its training.
#[derive(Clone, Debug, Default)]
pub struct Observation {
    /// Names of the columns.
    pub names: Vec<String>,
    /// Column after column, a value for each block; those of words, the last six, are 0: training fills them from
    /// [`Observation::text_words`] and [`Observation::class_words`].
    pub columns: Vec<f32>,
    /// The text of each block.
    pub texts: Vec<String>,
    /// The words of each block's text that have weights.
    pub text_words: Vec<Vec<String>>,
    /// The words of the classes and ids around each block that have weights.
    pub class_words: Vec<Vec<String>>,
}

impl Extractor {
    /// With empty buffers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With a model of one's own; `None` when it asks for columns that there are not.
    #[must_use]
    pub fn with_model(model: &ModelFile) -> Option<Self> {
        Some(Self { model: Some(Arc::new(Model::new(model)?)), ..Self::default() })
    }

    /// The main content of a page. Of the URL, words that name a forum and the shape of its path are read: no rule is
    /// made for single sites.
    ///
    /// # Errors
    /// [`ExtractError`] when the page is beyond a budget.
    pub fn extract(&mut self, html: &str, url: Option<&str>) -> Result<Page, ExtractError> {
        let facts = self.choose(html, url)?;
        let dom = Dom { html, tree: &self.tree };
        self.keeper.apply(dom, &mut self.features.facts, &self.features.seen_blocks);
        self.emitter.emit(dom, &self.features.facts);
        if self.emitter.n_chars() < ENOUGH as usize
            && let Some(body) = json_ld::article_body(dom).filter(|body| body.len() > 2 * self.emitter.text().len())
        {
            self.emitter.plain(&body);
        }
        within_budgets(0, self.emitter.text().len())?;
        let (text, blocks) = self.emitter.take();
        Ok(Page { text, blocks, title: facts.title, published: facts.published, language_hint: facts.language })
    }

    /// The blocks of a page that a reader could see, with what becomes of each.
    ///
    /// # Errors
    /// [`ExtractError`] when the page is beyond a budget.
    pub fn judge(&mut self, html: &str, url: Option<&str>) -> Result<Vec<JudgedBlock>, ExtractError> {
        self.choose(html, url)?;
        let dom = Dom { html, tree: &self.tree };
        let blocks = self.features.seen_blocks.iter().zip(&self.probabilities).zip(&self.keeper.is_kept);
        let judged = blocks.map(|((block, probability), is_kept)| JudgedBlock {
            tag: format!("{:?}", dom.tag(block.owner as usize)).to_lowercase(),
            text: dom.text_between(block.first as usize, block.last as usize).to_owned(),
            probability: *probability,
            is_kept: *is_kept,
        });
        Ok(judged.collect())
    }

    /// What the model would see of a page.
    ///
    /// # Errors
    /// [`ExtractError`] when the page is beyond a budget.
    pub fn observe(&mut self, html: &str, url: Option<&str>) -> Result<Observation, ExtractError> {
        self.features.forget_hints();
        let read = self.read(html, url, &Model::default());
        self.features.forget_hints();
        read?;
        let dom = Dom { html, tree: &self.tree };
        let blocks = &self.features.seen_blocks;
        let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut seen = Observation {
            names: self.columns.names.iter().map(|(what, of)| format!("{what}{of}")).collect(),
            columns: self.columns.values.clone(),
            ..Observation::default()
        };
        for block in blocks {
            let text = dom.text_between(block.first as usize, block.last as usize);
            let (mut of_text, mut of_classes) = (vec![], vec![]);
            words::each_of_text(text, |word| of_text.push(words(word)));
            columns::class_words(dom, block.first as usize, |word| of_classes.push(words(word)));
            seen.texts.push(text.to_owned());
            seen.text_words.push(of_text);
            seen.class_words.push(of_classes);
        }
        Ok(seen)
    }

    /// Reads a page and chooses its blocks.
    fn choose(&mut self, html: &str, url: Option<&str>) -> Result<Meta, ExtractError> {
        let model = self.model.clone().unwrap_or_else(Model::embedded);
        let meta = self.read(html, url, &model)?;
        let dom = Dom { html, tree: &self.tree };
        let blocks = &self.features.seen_blocks;
        if let Some(is_kept) = self.columns.by_rules() {
            self.probabilities.clear();
            self.probabilities.extend(is_kept.iter().map(|is_kept| f32::from(u8::from(*is_kept))));
        } else {
            model.predict(&self.columns, &mut self.leaves, &mut self.probabilities);
        }
        self.pieces.find(dom, &self.features.facts, blocks);
        self.pieces.judge(blocks, &mut self.probabilities);
        self.keeper.choose(dom, blocks, &self.pieces, &self.columns.hashes, &self.probabilities);
        Ok(meta)
    }

    /// Reads a page, and fills the table of its blocks.
    fn read(&mut self, html: &str, url: Option<&str>, model: &Model) -> Result<Meta, ExtractError> {
        within_budgets(html.len(), 0)?;
        self.parser.parse(html, &mut self.tree)?;
        let dom = Dom { html, tree: &self.tree };
        let features = &mut self.features;
        let meta = meta::read(dom);
        features.read_hints(dom, &model.class_words);
        prune::hide(dom, &mut features.facts, false);
        features.count(dom);
        let seen = features.facts[0].chars;
        if seen < ENOUGH {
            prune::hide(dom, &mut features.facts, true);
            features.count(dom);
            if features.facts[0].chars < ENOUGH.max(MOSTLY_HIDDEN * seen) {
                prune::hide(dom, &mut features.facts, false);
                features.count(dom);
            }
        }
        features.keep_as_seen();
        let is_discussion = is_discussion(&features.facts, url);
        prune::prune(dom, &mut features.facts, is_discussion);
        features.count(dom);
        let container = score::container(dom, features).filter(|found| features.facts[found.whole].good >= ENOUGH);
        let page = PageFacts { is_discussion, container, ..PageFacts::default() }.with_url(url);
        self.columns.fill(dom, &features.facts, &features.seen_blocks, page, meta.title.as_deref());
        self.columns.fill_words(dom, &features.facts, &features.seen_blocks, &model.text_words);
        features.restore_seen();
        Ok(meta)
    }
}

/// Whether a page and its text have no more bytes than they may.
const fn within_budgets(page: usize, text: usize) -> Result<(), ExtractError> {
    if page > MAX_BYTES {
        return Err(ExtractError::TooLong { bytes: page, limit: MAX_BYTES });
    }
    if text > MAX_TEXT {
        return Err(ExtractError::TooMuchText { bytes: text, limit: MAX_TEXT });
    }
    Ok(())
}

/// Whether a page is a discussion: by its address, or by the class of what holds most of its text.
fn is_discussion(facts: &[Facts], url: Option<&str>) -> bool {
    url.is_some_and(hints::is_discussion)
        || facts.iter().any(|found| found.hints.has(Hints::FORUM) && found.seen.good * 2 > facts[0].seen.good)
}

#[cfg(test)]
mod tests {
    use filters::BlockKind;

    use super::*;

    fn extract(html: &str) -> Page {
        Extractor::new().extract(html, None).unwrap()
    }

    fn blocks(html: &str) -> Vec<(BlockKind, String)> {
        let page = extract(html);
        page.blocks.iter().map(|block| (block.kind, page.text[block.range()].to_owned())).collect()
    }

    #[test]
    fn elements_become_blocks() {
        use BlockKind::{Code, Heading, List, Math, Prose, Quote, Table};
        for (what, html, expected) in [
            ("nothing", "", vec![]),
            ("paragraphs", "<p>a\n b<p>c<br>d<br><br>e", vec![(Prose, "a b"), (Prose, "c\nd"), (Prose, "e")]),
            ("inline", "<p>a<b>b</b> <i> c</i>&nbsp;<code>d  e</code>", vec![(Prose, "ab c d e")]),
            ("headings", "<h1>a<br>b</h1>c<h2>d</h2>", vec![(Heading, "a b"), (Prose, "c")]),
            (
                "headings of what is left out",
                "<h2>a</h2><p hidden>x</p><h2>b</h2>c<h3>d</h3>",
                vec![(Heading, "b"), (Prose, "c")],
            ),
            (
                "lists",
                "<ul><li>a<li>b<ul><li>c</ul><li><p>d<p>e</ul><ol start=3><li>f<li>g</ol>",
                vec![(List, "a\nb\n  c\nd\ne"), (List, "3. f\n4. g")],
            ),
            ("definitions", "<dl><dt>a<dd>b<dt>c<dd>d</dl>", vec![(List, "a\n  b\nc\n  d")]),
            (
                "tables",
                "<table><caption>t</caption><tr><th>a<th>b<tr><td><td>c<p>d</table>e",
                vec![(Table, "t\na | b\n| c d"), (Prose, "e")],
            ),
            ("tables that only place things", "<table><tr><td><p>a<td>b</table>", vec![(Prose, "a"), (Prose, "b")]),
            ("quotes", "<blockquote><p>a</blockquote>b", vec![(Quote, "a"), (Prose, "b")]),
            (
                "code",
                "<p>a</p><pre>\n<span>if</span> x:\n\n    y&lt;z\n</pre>b",
                vec![(Prose, "a"), (Code, "if x:\n\n    y<z"), (Prose, "b")],
            ),
            (
                "code in a table with numbers",
                "<table><tr><td class=gutter><pre>1\n2</pre><td class=code><pre>a\n b</pre></table>",
                vec![(Code, "a\n b")],
            ),
            ("code of lines", "<pre><code><div>a</div><div>  b</div></code></pre>", vec![(Code, "a\n  b")]),
            (
                "formulas",
                "<p>let <math><mi>x</mi></math> be <script type='math/tex'>y</script>\
                 <p><script type='math/tex; mode=display'>z</script><p>\\[w\\]",
                vec![(Prose, "let $x$ be $y$"), (Math, "$$z$$"), (Math, "$$w$$")],
            ),
            (
                "one copy of KaTeX",
                "<span class=katex><span class=katex-mathml><math><semantics><mi>x</mi>\
                 <annotation encoding='application/x-tex'>x_1</annotation></semantics></math></span>\
                 <span class=katex-html aria-hidden=true>x1</span></span>",
                vec![(Prose, "$x_1$")],
            ),
            ("ruby", "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>字", vec![(Prose, "漢字")]),
            (
                "what cannot be seen",
                "a<b hidden>b</b><i style='display: none'>c</i><script>d</script>",
                vec![(Prose, "a")],
            ),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|(kind, text)| (kind, text.to_owned())).collect();
            assert_eq!(blocks(html), expected, "{what}");
        }
    }

    /// A page with an article, in the middle of everything else.
    fn page(article: &str) -> String {
        format!(
            "<html lang=en><head><title>The title - Site</title></head><body><nav><a href=/>Home</a></nav>\
             <div class=sidebar><p>Buy our newest thing, it is great, and it is cheap, so buy it now.</p></div>\
             <div id=content><h1>The title</h1>{article}<ul class=related><li><a href=1>One more story</a>\
             <li><a href=2>Two</a></ul></div>\
             <div class=comments><p>I do not agree with this, said a reader, and went on for a while, as readers do.</p></div>\
             <footer>All rights reserved, by the way, and nothing may be copied.</footer></body></html>"
        )
    }

    #[test]
    fn the_article_stays_and_the_rest_goes() {
        let sentence = "The ferry leaves at nine, and the deck is cold, so bring a coat and a hat. ";
        let twice = sentence.repeat(2);
        let page = extract(&page(&format!("<p>{sentence}</p><p>{twice}</p><h2>Then</h2><p>{twice}</p>")));
        let sentence = sentence.trim();
        assert_eq!(
            page.text,
            format!("The title\n\n{sentence}\n\n{sentence} {sentence}\n\nThen\n\n{sentence} {sentence}")
        );
        assert_eq!((page.title.as_deref(), page.language_hint.as_deref()), (Some("The title"), Some("en")));
    }

    #[test]
    fn budgets_say_what_is_too_much() {
        let kind = |page, text| within_budgets(page, text).map_err(|error| error.kind());
        assert_eq!(kind(MAX_BYTES, MAX_TEXT), Ok(()));
        assert_eq!(kind(MAX_BYTES + 1, 0), Err("too_long"));
        assert_eq!(kind(0, MAX_TEXT + 1), Err("too_much_text"));
    }

    #[test]
    fn pages_that_a_script_shows_are_read() {
        let text = "The ferry leaves at nine, and the deck is cold, so bring a coat. ".repeat(9);
        let text = text.trim();
        for html in [
            format!("<div style='visibility: hidden'><p>{text}</div>"),
            format!("<p>{text}</p>").replace("<p>", "<main hidden><p>"),
            format!(
                "<nav>{}</nav><div hidden id='S:0'><p>{text}</p></div>",
                "<a href=x>A part of the site</a> ".repeat(30)
            ),
        ] {
            assert_eq!(extract(&html).text, text, "{html}");
        }
    }

    #[test]
    fn rules_alone_decide_on_pages_of_very_many_blocks() {
        let sentence = "The ferry leaves at nine, and the deck is cold, so bring a coat and a hat, it says. ";
        let items = "<li>a".repeat(60_000);
        for n_sentences in [1, 9] {
            let page = extract(&page(&format!("<p>{}</p><ul>{items}</ul>", sentence.repeat(n_sentences))));
            assert!(page.text.contains(sentence.trim()), "{n_sentences}");
            assert!(!page.text.contains("Buy our newest"), "{n_sentences}");
        }
    }

    #[test]
    fn json_ld_speaks_for_empty_pages() {
        let html =
            "<script type='application/ld+json'>{\"articleBody\": \"One line.\\n\\nTwo &amp; lines.\"}</script><p>x";
        assert_eq!(extract(html).text, "One line.\n\nTwo & lines.");
    }
}
