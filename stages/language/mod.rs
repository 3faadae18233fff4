//! language: which language and script a text is in, by fastText.

use std::sync::Arc;

use arrow::array::StringBuilder;
use filters::fasttext::Model;
use filters::language::{Identified, identify};
use filters::{Block, Bounds};
use serde::{Deserialize, Serialize};

use crate::batch::{self, Batch};
use crate::error::{Result, StageError};
use crate::fate::Fate;
use crate::models::ModelStore;
use crate::schema;
use crate::stage::{DocumentStage, StageCard};

/// `language` in a recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LanguageConfig {
    /// The fastText model, by name.
    pub model: String,
    /// The confidence that keeps a document.
    pub confidence: Bounds,
}

impl Default for LanguageConfig {
    fn default() -> Self {
        Self { model: "embedded:language".into(), confidence: Bounds::at_least(0.5) }
    }
}

impl LanguageConfig {
    /// Everything that cannot be meant.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        self.confidence.problem().map(|problem| format!("language.confidence: {problem}")).into_iter().collect()
    }

    /// The model.
    #[must_use]
    pub fn resources(&self) -> Vec<&str> {
        vec![&self.model]
    }
}

/// Identifies languages.
#[derive(Debug)]
pub struct Language {
    model: Arc<Model>,
    confidence: Bounds,
}

/// What is said of this stage.
pub static CARD: StageCard = StageCard {
    id: "language",
    summary: "Identifies language and script, code and formulas left out.",
    reads: &[&schema::TEXT, &schema::BLOCKS],
    adds: &[&schema::LANGUAGE, &schema::SCRIPT, &schema::LANGUAGE_CONFIDENCE],
    memory: "the model",
};

impl Language {
    /// The stage of these settings.
    ///
    /// # Errors
    /// [`crate::StageError::Model`] when the model cannot be loaded.
    pub fn new(config: &LanguageConfig, models: &ModelStore) -> Result<Self> {
        let model = models.fasttext(&config.model)?;
        let is_language = |label: &&str| {
            let code = label.split(['_', '-']).next().unwrap_or_default();
            matches!(code.len(), 2 | 3) && code.bytes().all(|byte| byte.is_ascii_lowercase())
        };
        if model.labels().filter(is_language).count() * 2 < model.labels().count() {
            let label = model.labels().next().unwrap_or_default();
            return Err(StageError::Model {
                name: config.model.clone(),
                message: format!("its labels, such as `{label}`, are no language codes"),
            });
        }
        Ok(Self { model, confidence: config.confidence })
    }

    /// The language of one text.
    #[must_use]
    pub fn identify(&self, text: &str, blocks: &[Block]) -> Identified {
        identify(&self.model, text, blocks)
    }
}

impl DocumentStage for Language {
    fn card(&self) -> &'static StageCard {
        &CARD
    }

    fn apply(&self, batch: &mut Batch) -> Result<()> {
        let texts = batch.strings(&schema::TEXT)?;
        let block_column = batch.blocks()?;
        let (mut labels, mut scripts) = (StringBuilder::new(), StringBuilder::new());
        let (mut confidences, mut fates) = (Vec::with_capacity(batch.len()), Vec::new());
        let mut blocks = Vec::new();
        for row in 0..batch.len() {
            if !batch.is_alive(row) {
                labels.append_null();
                scripts.append_null();
                confidences.push(None);
                continue;
            }
            block_column.read(row, &mut blocks);
            let found = self.identify(texts.value(row), &blocks);
            if let filters::Verdict::Reject { value, bound } = self.confidence.judge(Some(found.confidence.into())) {
                let fate = Fate::broke(CARD.id, "language.confidence", value, bound);
                fates.push((row, fate.because(found.label.clone())));
            }
            labels.append_value(&found.label);
            scripts.append_value(&found.script);
            confidences.push(Some(found.confidence));
        }
        batch.set(&schema::LANGUAGE, Arc::new(labels.finish()))?;
        batch.set(&schema::SCRIPT, Arc::new(scripts.finish()))?;
        batch.set(&schema::LANGUAGE_CONFIDENCE, batch::floats(confidences))?;
        for (row, fate) in fates {
            batch.end(row, fate);
        }
        Ok(())
    }
}
