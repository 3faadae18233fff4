//! language: which language and script a text is in, by fastText.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Float64Builder, StringBuilder};
use filters::fasttext::Model;
use filters::language::{Identified, Second, identify, identify_second};
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
    /// Languages whose documents stay, by label (`zho_Hans`) or language (`zho`); empty, all do.
    pub only: Vec<String>,
    /// The confidence that keeps a document.
    pub confidence: Bounds,
    /// The same for documents of one language, in its place: by label (`zho_Hans`) or its language (`zho`), the label
    /// first. `{}` bounds nothing.
    pub languages: BTreeMap<String, Bounds>,
}

impl Default for LanguageConfig {
    fn default() -> Self {
        Self {
            model: "embedded:language".into(),
            only: Vec::new(),
            confidence: Bounds::at_least(0.5),
            languages: BTreeMap::new(),
        }
    }
}

impl LanguageConfig {
    /// Everything that cannot be meant.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let own = self.languages.iter().map(|(label, bounds)| (format!("language.languages.{label}"), bounds));
        std::iter::once((CONFIDENCE.to_owned(), &self.confidence))
            .chain(own)
            .filter_map(|(name, bounds)| Some(format!("{name}: {}", bounds.problem()?)))
            .collect()
    }

    /// The confidence that keeps a document of this label.
    #[must_use]
    pub fn confidence_of(&self, label: &str) -> Bounds {
        let language = label.split('_').next().unwrap_or(label);
        let own = self.languages.get(label).or_else(|| self.languages.get(language));
        own.copied().unwrap_or(self.confidence)
    }

    /// Whether documents of this label may stay.
    #[must_use]
    pub fn wants(&self, label: &str) -> bool {
        let language = label.split('_').next().unwrap_or(label);
        self.only.is_empty() || self.only.iter().any(|only| only == label || only == language)
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
    config: LanguageConfig,
}

/// The rule that a document of too little confidence breaks.
pub(crate) const CONFIDENCE: &str = "language.confidence";

/// What is said of this stage.
pub static CARD: StageCard = StageCard {
    id: "language",
    summary: "Identifies language, script and second language, code and formulas left out.",
    reads: &[&schema::TEXT, &schema::BLOCKS],
    adds: &[
        &schema::LANGUAGE,
        &schema::SCRIPT,
        &schema::LANGUAGE_CONFIDENCE,
        &schema::LANGUAGE_BASIS,
        &schema::SECOND_LANGUAGE,
        &schema::SECOND_LANGUAGE_SHARE,
    ],
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
        Ok(Self { model, config: config.clone() })
    }

    /// The language of one text.
    #[must_use]
    pub fn identify(&self, text: &str, blocks: &[Block]) -> Identified {
        identify(&self.model, text, blocks)
    }

    /// The second language of a text whose first is known.
    #[must_use]
    pub fn identify_second(&self, text: &str, blocks: &[Block], first: &Identified) -> Second {
        identify_second(&self.model, text, blocks, first)
    }
}

impl DocumentStage for Language {
    fn card(&self) -> &'static StageCard {
        &CARD
    }

    fn apply(&self, batch: &mut Batch) -> Result<()> {
        let texts = batch.strings(&schema::TEXT)?;
        let block_column = batch.blocks()?;
        let [mut labels, mut scripts, mut bases, mut seconds] = [(); 4].map(|()| StringBuilder::new());
        let mut shares = Float64Builder::new();
        let (mut confidences, mut fates) = (Vec::with_capacity(batch.len()), Vec::new());
        let mut blocks = Vec::new();
        for row in 0..batch.len() {
            if !batch.is_alive(row) {
                labels.append_null();
                scripts.append_null();
                bases.append_null();
                seconds.append_null();
                shares.append_null();
                confidences.push(None);
                continue;
            }
            block_column.read(row, &mut blocks);
            let found = self.identify(texts.value(row), &blocks);
            let bounds = self.config.confidence_of(&found.label);
            if let filters::Verdict::Reject { value, bound } = bounds.judge(Some(found.confidence.into())) {
                let fate = Fate::broke(CARD.id, CONFIDENCE, value, bound);
                fates.push((row, fate.because(found.label.clone())));
            }
            if !self.config.wants(&found.label) {
                fates.push((row, Fate::rejected(CARD.id, "language.only", found.label.clone())));
            }
            labels.append_value(&found.label);
            scripts.append_value(&found.script);
            bases.append_value(found.basis.name());
            let second = self.identify_second(texts.value(row), &blocks, &found);
            seconds.append_option(second.label);
            shares.append_option(second.share);
            confidences.push(Some(found.confidence));
        }
        batch.set(&schema::LANGUAGE, Arc::new(labels.finish()))?;
        batch.set(&schema::SCRIPT, Arc::new(scripts.finish()))?;
        batch.set(&schema::LANGUAGE_CONFIDENCE, batch::floats(confidences))?;
        batch.set(&schema::LANGUAGE_BASIS, Arc::new(bases.finish()))?;
        batch.set(&schema::SECOND_LANGUAGE, Arc::new(seconds.finish()))?;
        batch.set(&schema::SECOND_LANGUAGE_SHARE, Arc::new(shares.finish()))?;
        for (row, fate) in fates {
            batch.end(row, fate);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_has_its_own_confidence() {
        let config: LanguageConfig = serde_json::from_value(serde_json::json!({
            "confidence": { "min": 0.5 },
            "languages": { "ara": { "min": 0.8 }, "zho": { "min": 0.6 }, "zho_Hant": {}, "swa": { "min": 0.3 } },
        }))
        .unwrap();
        for (label, expected) in [
            ("deu_Latn", Bounds::at_least(0.5)),
            ("ara_Arab", Bounds::at_least(0.8)),
            ("zho_Hans", Bounds::at_least(0.6)),
            ("zho_Hant", Bounds::NONE),
            ("swa_Latn", Bounds::at_least(0.3)),
            ("und_Zyyy", Bounds::at_least(0.5)),
        ] {
            assert_eq!(config.confidence_of(label), expected, "{label}");
        }
        assert!(config.problems().is_empty() && config.wants("deu_Latn"));
        let only: LanguageConfig = serde_json::from_value(serde_json::json!({ "only": ["eng", "zho_Hant"] })).unwrap();
        let wanted = ["eng_Latn", "zho_Hant", "zho_Hans", "deu_Latn"].map(|label| only.wants(label));
        assert_eq!(wanted, [true, true, false, false]);
        let twisted = serde_json::json!({ "languages": { "zho": { "min": 0.5, "max": 0.3 } } });
        let problems = serde_json::from_value::<LanguageConfig>(twisted).unwrap().problems();
        assert!(problems.len() == 1 && problems[0].starts_with("language.languages.zho: "), "{problems:?}");
    }
}
