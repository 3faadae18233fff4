//! `classify` in a recipe: models, and what of their scores takes documents out.

use std::collections::BTreeMap;

use filters::Bounds;
use filters::classes::Thresholds;
use serde::{Deserialize, Serialize};

use super::keep::Keep;
use crate::encoder::EncoderConfig;

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
    /// Scores that part documents into buckets by quality, rising: a document's bucket is how many of them it reaches.
    pub quality_buckets: Vec<f64>,
    /// The same for documents of one language, in place of the ones for all: by label (`zho_Hans`) or its language
    /// (`zho`), the label first. Scores of one model are spread otherwise in every language.
    pub languages: BTreeMap<String, LanguageQuality>,
    /// Encoder models, each by the name of its score: they see the documents that the models above keep.
    pub encoders: BTreeMap<String, EncoderConfig>,
    /// The share of documents that stays, by topic (`Entertainment`) or class (`general`), 0 to 1; of two that hold, the
    /// lower. Drawn by the document's id; what is not named stays.
    pub keep: BTreeMap<String, f64>,
    /// From where on evidence decides the class.
    pub thresholds: Thresholds,
}

/// What holds for the quality of documents of one language; what is absent is that of all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LanguageQuality {
    /// The quality score that keeps a document; `{}` bounds nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Bounds>,
    /// Scores that part documents into buckets, rising.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality_buckets: Option<Vec<f64>>,
}

impl Default for ClassifyConfig {
    fn default() -> Self {
        Self {
            class: "embedded:class".into(),
            topic: "embedded:topic".into(),
            quality_model: "embedded:quality".into(),
            quality: Bounds::NONE,
            quality_buckets: Vec::new(),
            languages: BTreeMap::new(),
            encoders: BTreeMap::new(),
            keep: BTreeMap::new(),
            thresholds: Thresholds::default(),
        }
    }
}

impl ClassifyConfig {
    /// Everything that cannot be meant.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems: Vec<String> = Vec::new();
        let mut check = |place: &str, bounds: Option<&Bounds>, buckets: Option<&[f64]>| {
            let twisted = bounds.and_then(Bounds::problem);
            let beyond = || [bounds?.min, bounds?.max].into_iter().flatten().find(|bound| !is_score(*bound));
            let problem = twisted.or_else(|| Some(format!("{} is no score: these are 0 to 1", beyond()?)));
            problems.extend(problem.map(|problem| format!("classify.{place}quality: {problem}")));
            let rises =
                |scores: &[f64]| scores.is_sorted_by(|one, two| one < two) && scores.iter().copied().all(is_score);
            if buckets.is_some_and(|buckets| !rises(buckets)) {
                problems
                    .push(format!("classify.{place}quality_buckets: write scores from 0 to 1, each above the last"));
            }
        };
        check("", Some(&self.quality), Some(&self.quality_buckets));
        for (language, own) in &self.languages {
            check(&format!("languages.{language}."), own.quality.as_ref(), own.quality_buckets.as_deref());
        }
        for (name, encoder) in &self.encoders {
            if ["quality", "keep"].contains(&name.as_str()) {
                problems.push(format!("classify.encoders.{name}: the name is that of another rule"));
            }
            problems.extend(encoder.problems().map(|problem| format!("classify.encoders.{name}: {problem}")));
        }
        problems.into_iter().chain(Keep::problems(&self.keep)).chain(self.thresholds.problems()).collect()
    }

    /// The quality score that keeps a document of this language.
    #[must_use]
    pub fn quality_of(&self, language: Option<&str>) -> Bounds {
        self.own(language, |own| own.quality).unwrap_or(self.quality)
    }

    /// The bucket of a quality score in this language, 0 for the worst; none where nothing parts them.
    #[must_use]
    pub fn bucket_of(&self, language: Option<&str>, score: f32) -> Option<u32> {
        let buckets = self.own(language, |own| own.quality_buckets.as_ref()).unwrap_or(&self.quality_buckets);
        let reached = buckets.partition_point(|bound| *bound <= f64::from(score));
        if buckets.is_empty() { None } else { u32::try_from(reached).ok() }
    }

    /// What a language has of its own: its label's, else that of the language in the label.
    fn own<'a, T>(&'a self, language: Option<&str>, of: impl Fn(&'a LanguageQuality) -> Option<T>) -> Option<T> {
        let label = language?;
        let find = |name: &str| self.languages.get(name).and_then(&of);
        find(label).or_else(|| find(label.split('_').next().unwrap_or(label)))
    }

    /// Whether it takes documents out, and not only tells of them.
    #[must_use]
    pub fn rejects(&self) -> bool {
        let bounds = self.languages.values().filter_map(|own| own.quality.as_ref()).chain([&self.quality]);
        let bounds = bounds.chain(self.encoders.values().map(|encoder| &encoder.score));
        !self.keep.is_empty() || bounds.into_iter().any(|bounds| *bounds != Bounds::NONE)
    }

    /// The models.
    #[must_use]
    pub fn resources(&self) -> Vec<&str> {
        let encoders = self.encoders.values().map(|encoder| &encoder.folder);
        [&self.class, &self.topic, &self.quality_model].into_iter().chain(encoders).map(String::as_str).collect()
    }
}

fn is_score(number: f64) -> bool {
    (0.0..=1.0).contains(&number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(json: serde_json::Value) -> ClassifyConfig {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_language_has_its_own_quality() {
        let config = config(serde_json::json!({
            "quality": { "min": 0.5 },
            "quality_buckets": [0.25, 0.75],
            "languages": {
                "deu": { "quality": { "min": 0.3 }, "quality_buckets": [0.1, 0.2, 0.3] },
                "zho": { "quality": {} },
                "zho_Hant": { "quality_buckets": [] },
            },
        }));
        assert!(config.problems().is_empty() && config.rejects());
        for (language, bounds, bucket) in [
            (None, Bounds::at_least(0.5), Some(1)),
            (Some("eng_Latn"), Bounds::at_least(0.5), Some(1)),
            (Some("deu_Latn"), Bounds::at_least(0.3), Some(3)),
            (Some("zho_Hans"), Bounds::NONE, Some(1)),
            (Some("zho_Hant"), Bounds::NONE, None),
        ] {
            assert_eq!(
                (config.quality_of(language), config.bucket_of(language, 0.5)),
                (bounds, bucket),
                "{language:?}"
            );
        }
        assert_eq!([0.1, 0.25, 0.8].map(|score| config.bucket_of(None, score)), [Some(0), Some(1), Some(2)]);
    }

    #[test]
    fn settings_that_cannot_be_meant() {
        assert!(ClassifyConfig::default().problems().is_empty() && !ClassifyConfig::default().rejects());
        for (what, json) in [
            ("classify.quality:", serde_json::json!({ "quality": { "min": 0.9, "max": 0.1 } })),
            ("classify.quality: 5 is no score", serde_json::json!({ "quality": { "min": 5 } })),
            ("classify.quality: -1 is no score", serde_json::json!({ "quality": { "max": -1 } })),
            ("classify.quality_buckets:", serde_json::json!({ "quality_buckets": [0.5, 0.2] })),
            ("classify.quality_buckets:", serde_json::json!({ "quality_buckets": [0.1, 0.1] })),
            ("classify.quality_buckets:", serde_json::json!({ "quality_buckets": [0.4, 2] })),
            (
                "classify.languages.deu.quality:",
                serde_json::json!({ "languages": { "deu": { "quality": { "min": 0.9, "max": 0.1 } } } }),
            ),
            (
                "classify.languages.deu.quality_buckets:",
                serde_json::json!({ "languages": { "deu": { "quality_buckets": [1, 0] } } }),
            ),
            ("classify.encoders.edu:", serde_json::json!({ "encoders": { "edu": {} } })),
            ("classify.encoders.quality:", serde_json::json!({ "encoders": { "quality": { "folder": "edu" } } })),
            ("classify.keep.Health:", serde_json::json!({ "keep": { "Health": -1 } })),
        ] {
            let problems = config(json).problems();
            assert!(problems.len() == 1 && problems[0].starts_with(what), "{what}: {problems:?}");
        }
        let by_language = config(serde_json::json!({ "languages": { "deu": { "quality": { "min": 0.1 } } } }));
        assert!(by_language.rejects());
    }
}
