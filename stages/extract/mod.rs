//! extract: the main content of a page as plain text.
//!
//! Documents that come as text pass through: their whole text is one block of prose. Those that are Markdown become
//! plain text with blocks.

mod asciimath;
mod attributes;
mod code;
mod code_label;
mod code_lines;
mod code_space;
mod code_table;
mod columns;
mod emit;
mod entities;
mod extractor;
mod features;
mod foreign;
mod formula;
mod foster;
mod gutter;
mod hints;
#[cfg(test)]
mod hostile;
mod implied;
#[cfg(test)]
mod invariants;
mod json_ld;
mod keep;
mod markdown;
mod math;
mod math_symbols;
mod mathml;
mod meta;
mod model;
#[cfg(test)]
mod nasty;
#[cfg(test)]
mod parity;
mod parser;
mod paths;
mod pieces;
mod prune;
mod score;
mod script;
mod table;
mod tags;
mod tokenizer;
mod tree;
mod words;
mod writer;

pub use extractor::{ExtractError, Extractor, JudgedBlock, Observation, Page};
pub use model::{ModelFile, Tree as ModelTree};
pub use words::Weights as WordWeights;

use std::cell::RefCell;
use std::sync::Arc;

use arrow::array::{Array, StringBuilder};
use filters::{Block, BlockKind};
use serde::{Deserialize, Serialize};

use crate::batch::{Batch, BlocksBuilder};
use crate::error::Result;
use crate::fate::Fate;
use crate::schema;
use crate::stage::{DocumentStage, StageCard};

/// `extract` in a recipe.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExtractConfig {}

/// Extracts main content.
#[derive(Debug)]
pub struct Extract;

/// What is said of this stage.
pub static CARD: StageCard = StageCard {
    id: "extract",
    summary: "Turns HTML into plain text: main content, with maths, code and tables.",
    reads: &[&schema::HTML, &schema::URL],
    adds: &[&schema::TEXT, &schema::BLOCKS, &schema::TITLE, &schema::PUBLISHED, &schema::LANGUAGE_HINT],
    memory: "one page a thread",
};

thread_local! {
    /// Buffers that are used again from page to page.
    static EXTRACTOR: RefCell<Extractor> = RefCell::new(Extractor::new());
}

impl Extract {
    /// The stage of these settings.
    #[must_use]
    pub fn new(_: &ExtractConfig) -> Self {
        Self
    }

    /// Extracts one page.
    ///
    /// # Errors
    /// [`ExtractError`] when the page is beyond a budget.
    pub fn page(html: &str, url: Option<&str>) -> Result<Page, ExtractError> {
        EXTRACTOR.with_borrow_mut(|extractor| extractor.extract(html, url))
    }
}

impl DocumentStage for Extract {
    fn card(&self) -> &'static StageCard {
        &CARD
    }

    fn apply(&self, batch: &mut Batch) -> Result<()> {
        let (pages, urls) = (batch.strings(&schema::HTML)?, batch.strings(&schema::URL)?);
        let given = batch.has(&schema::TEXT).then(|| batch.strings(&schema::TEXT)).transpose()?;
        let titles_given = batch.has(&schema::TITLE).then(|| batch.strings(&schema::TITLE)).transpose()?;
        let hints_given =
            batch.has(&schema::LANGUAGE_HINT).then(|| batch.strings(&schema::LANGUAGE_HINT)).transpose()?;
        let [mut texts, mut titles, mut published, mut hints] = [(); 4].map(|()| StringBuilder::new());
        let mut blocks = BlocksBuilder::default();
        let mut fates = Vec::new();
        for row in 0..batch.len() {
            let mut page = Page::default();
            if batch.is_alive(row) {
                let url = urls.is_valid(row).then(|| urls.value(row));
                match given.filter(|texts| texts.is_valid(row)) {
                    Some(texts) => page = plain(texts.value(row), url),
                    None => match Self::page(pages.value(row), url) {
                        Ok(extracted) => page = extracted,
                        Err(error) => fates.push((row, Fate::failed(CARD.id, error.kind(), error.to_string()))),
                    },
                }
                if page.text.trim().is_empty() && fates.last().is_none_or(|(failed, _)| *failed != row) {
                    fates.push((row, Fate::broke(CARD.id, "extract.chars", 0.0, 1.0)));
                }
            }
            texts.append_value(&page.text);
            blocks.append(&page.blocks);
            let given = |column: Option<&arrow::array::StringArray>| {
                column.filter(|column| column.is_valid(row)).map(|column| column.value(row).to_owned())
            };
            titles.append_option(page.title.or_else(|| given(titles_given)));
            published.append_option(page.published);
            hints.append_option(page.language_hint.or_else(|| given(hints_given)));
        }
        batch.set(&schema::TEXT, Arc::new(texts.finish()))?;
        batch.set(&schema::BLOCKS, blocks.finish())?;
        batch.set(&schema::TITLE, Arc::new(titles.finish()))?;
        batch.set(&schema::PUBLISHED, Arc::new(published.finish()))?;
        batch.set(&schema::LANGUAGE_HINT, Arc::new(hints.finish()))?;
        batch.drop_column(&schema::HTML);
        for (row, fate) in fates {
            batch.end(row, fate);
        }
        Ok(())
    }
}

/// A document that came as text.
fn plain(text: &str, url: Option<&str>) -> Page {
    if markdown::is_markdown(text, url) {
        let markdown::Plain { text, blocks, title } = markdown::to_plain(text);
        return Page { text, blocks, title, ..Page::default() };
    }
    Page { text: text.to_owned(), blocks: plain_blocks(text), ..Page::default() }
}

/// The blocks of a text of which no structure is known: one of prose.
#[must_use]
pub fn plain_blocks(text: &str) -> Vec<Block> {
    vec![Block { kind: BlockKind::Prose, start: 0, end: u32::try_from(text.len()).unwrap_or(u32::MAX) }]
}
