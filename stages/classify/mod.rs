//! classify: quality, topic and class of each document, by fastText models and the document's blocks.

use std::sync::Arc;

use arrow::array::{StringBuilder, StructArray};
use filters::classes::{self, Classified, Models, Thresholds};
use filters::fasttext::{Model, Scratch};
use filters::{Block, Bounds, Document, Verdict};
use serde::{Deserialize, Serialize};

use crate::batch::{self, Batch};
use crate::error::Result;
use crate::fate::Fate;
use crate::models::ModelStore;
use crate::schema;
use crate::stage::{DocumentStage, StageCard};

/// `classify` in a recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClassifyConfig {
    /// The fastText model with labels `general`, `math` and `code`, by name.
    pub class: String,
    /// The fastText model whose labels are topics, by name.
    pub topic: String,
    /// The fastText model with labels `high` and `low`, by name.
    pub quality_model: String,
    /// The quality score that keeps a document; without a bound it is only recorded.
    pub quality: Bounds,
    /// From where on evidence decides the class.
    pub thresholds: Thresholds,
}

impl Default for ClassifyConfig {
    fn default() -> Self {
        Self {
            class: "embedded:class".into(),
            topic: "embedded:topic".into(),
            quality_model: "embedded:quality".into(),
            quality: Bounds::NONE,
            thresholds: Thresholds::default(),
        }
    }
}

impl ClassifyConfig {
    /// Everything that cannot be meant.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let quality = self.quality.problem().map(|problem| format!("classify.quality: {problem}"));
        quality.into_iter().chain(self.thresholds.problems()).collect()
    }

    /// The models.
    #[must_use]
    pub fn resources(&self) -> Vec<&str> {
        vec![&self.class, &self.topic, &self.quality_model]
    }
}

/// Classifies documents.
#[derive(Debug)]
pub struct Classify {
    class: Arc<Model>,
    topic: Arc<Model>,
    quality: Arc<Model>,
    bounds: Bounds,
    thresholds: Thresholds,
}

/// What is said of this stage.
pub static CARD: StageCard = StageCard {
    id: "classify",
    summary: "Scores quality, names the topic, and decides the class that mixes draw from.",
    reads: &[&schema::TEXT, &schema::BLOCKS, &schema::LANGUAGE],
    adds: &[&schema::TOPIC, &schema::CLASS, &schema::SCORES],
    memory: "the models",
};

impl Classify {
    /// The stage of these settings.
    ///
    /// # Errors
    /// [`crate::StageError::Model`] when a model cannot be loaded.
    pub fn new(config: &ClassifyConfig, models: &ModelStore) -> Result<Self> {
        Ok(Self {
            class: models.fasttext(&config.class)?,
            topic: models.fasttext(&config.topic)?,
            quality: models.fasttext(&config.quality_model)?,
            bounds: config.quality,
            thresholds: config.thresholds,
        })
    }

    /// Class, topic and scores of one text.
    #[must_use]
    pub fn classify(
        &self,
        text: &str,
        blocks: &[Block],
        language: Option<&str>,
        url: Option<&str>,
        scratch: &mut Scratch,
    ) -> Classified {
        let models = Models { class: &self.class, topic: &self.topic, quality: &self.quality };
        let document = Document::new(text).with_blocks(blocks).with_language(language);
        classes::classify(models, &self.thresholds, &document, url, scratch)
    }
}

impl DocumentStage for Classify {
    fn card(&self) -> &'static StageCard {
        &CARD
    }

    fn apply(&self, batch: &mut Batch) -> Result<()> {
        let texts = batch.strings(&schema::TEXT)?;
        let block_column = batch.has(&schema::BLOCKS).then(|| batch.blocks()).transpose()?;
        let languages = batch.has(&schema::LANGUAGE).then(|| batch.strings(&schema::LANGUAGE)).transpose()?;
        let urls = batch.has(&schema::URL).then(|| batch.strings(&schema::URL)).transpose()?;
        let (mut topics, mut labels) = (StringBuilder::new(), StringBuilder::new());
        let mut scores = schema::SCORES_NAMED.map(|_| Vec::with_capacity(batch.len()));
        let (mut fates, mut blocks, mut scratch) = (Vec::new(), Vec::new(), Scratch::default());
        for row in 0..batch.len() {
            if !batch.is_alive(row) {
                topics.append_null();
                labels.append_null();
                scores.iter_mut().for_each(|column| column.push(None));
                continue;
            }
            blocks.clear();
            if let Some(column) = &block_column {
                column.read(row, &mut blocks);
            }
            let (language, url) = (text_at(languages, row), text_at(urls, row));
            let found = self.classify(texts.value(row), &blocks, language, url, &mut scratch);
            if let Verdict::Reject { value, bound } = self.bounds.judge(found.scores.quality.map(f64::from)) {
                fates.push((row, Fate::broke(CARD.id, "classify.quality", value, bound)));
            }
            topics.append_option(found.topic);
            labels.append_value(found.class.name());
            let said = found.scores;
            for (column, score) in scores.iter_mut().zip([said.quality, said.math, said.code, said.topic]) {
                column.push(score);
            }
        }
        let scores = scores.map(batch::floats).to_vec();
        batch.set(&schema::TOPIC, Arc::new(topics.finish()))?;
        batch.set(&schema::CLASS, Arc::new(labels.finish()))?;
        batch.set(&schema::SCORES, Arc::new(StructArray::new(schema::score_fields(), scores, None)))?;
        for (row, fate) in fates {
            batch.end(row, fate);
        }
        Ok(())
    }
}

/// The row's text in a column that may be missing.
fn text_at(column: Option<&arrow::array::StringArray>, row: usize) -> Option<&str> {
    use arrow::array::Array;
    column.filter(|column| column.is_valid(row)).map(|column| column.value(row))
}
