//! text: documents that are text already, taken as they are.
//!
//! What `extract` and `language` do for pages, for corpora that have been through it elsewhere: JSON lines, Parquet and
//! WET. The language is the input's own, and empty where it gives none.

use std::sync::Arc;

use arrow::array::{Array, StringBuilder};
use filters::Block;
use filters::language::Basis;
use serde::{Deserialize, Serialize};

use crate::batch::{Batch, BlocksBuilder};
use crate::error::Result;
use crate::extract::plain_blocks;
use crate::fate::Fate;
use crate::schema;
use crate::stage::{DocumentStage, StageCard};

/// `text` in a recipe.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextConfig {
    /// The language label of texts for which the input gives none, such as `eng_Latn`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// Takes texts as they are.
#[derive(Debug)]
pub struct Text {
    config: TextConfig,
}

impl Text {
    /// The stage of these settings.
    #[must_use]
    pub fn new(config: &TextConfig) -> Self {
        Self { config: config.clone() }
    }
}

/// What is said of this stage.
pub static CARD: StageCard = StageCard {
    id: "text",
    summary: "Takes texts as they are, with the language that the input gives; rejects pages.",
    reads: &[&schema::HTML],
    adds: &[&schema::TEXT, &schema::BLOCKS, &schema::LANGUAGE, &schema::LANGUAGE_BASIS],
    memory: "one batch",
};

impl DocumentStage for Text {
    fn card(&self) -> &'static StageCard {
        &CARD
    }

    fn apply(&self, batch: &mut Batch) -> Result<()> {
        let texts = batch.strings(&schema::TEXT)?;
        let hints = batch.strings(&schema::LANGUAGE_HINT)?;
        let [mut languages, mut bases] = [(); 2].map(|()| StringBuilder::new());
        let (mut blocks, mut fates) = (BlocksBuilder::default(), Vec::new());
        for row in 0..batch.len() {
            let hint = hints.is_valid(row).then(|| hints.value(row)).filter(|hint| !hint.is_empty());
            let given = hint.or(self.config.language.as_deref());
            languages.append_value(given.unwrap_or_default());
            bases.append_option(given.map(|_| Basis::Given.name()));
            let text = texts.is_valid(row).then(|| texts.value(row));
            let whole: Vec<Block> = text.filter(|text| !text.is_empty()).map(plain_blocks).unwrap_or_default();
            blocks.append(&whole);
            if batch.is_alive(row) && text.is_none() {
                fates.push((row, Fate::rejected(CARD.id, "text.page", "a page, from which no text was extracted")));
            }
        }
        batch.set(&schema::LANGUAGE, Arc::new(languages.finish()))?;
        batch.set(&schema::LANGUAGE_BASIS, Arc::new(bases.finish()))?;
        batch.set(&schema::BLOCKS, blocks.finish())?;
        batch.drop_column(&schema::HTML);
        for (row, fate) in fates {
            batch.end(row, fate);
        }
        Ok(())
    }
}
