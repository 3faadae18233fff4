//! `filter` in a recipe: filters by id with their bounds.

use std::collections::BTreeMap;
use std::path::Path;

use filters::Bounds;
use serde::{Deserialize, Serialize};

/// `filter` in a recipe. A filter that is named judges; all others measure only.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FilterConfig {
    /// Files of dirty words in place of the embedded lists, one word or phrase a line, each named after its language
    /// (`en`, `en.txt`): the layout of LDNOOBW.
    #[serde(default)]
    pub dirty_words: Vec<String>,
    /// Files of what is allowed, named and written as those of dirty words: such a word is taken out of its language's
    /// list, and a dirty word within such a phrase (`cock-a-leekie`) does not count.
    #[serde(default)]
    pub allowed_words: Vec<String>,
    /// A model of unsafe text, which `model.unsafe` asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsafe_model: Option<UnsafeModelConfig>,
    /// A file of token references by `trommel train kl`, in place of the run's own: measured against another corpus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub references: Option<String>,
    /// Bounds for documents of one language, in place of the ones for all: by label (`zho_Hans`) or its language
    /// (`zho`), the label first. `{}` bounds nothing.
    #[serde(default)]
    pub languages: BTreeMap<String, BTreeMap<FilterId, Bounds>>,
    /// Bounds by filter id, inclusive.
    #[serde(flatten)]
    bounds: BTreeMap<FilterId, Bounds>,
}

/// A fastText model by name, and the label whose probability is the measure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnsafeModelConfig {
    /// The model, by name or path.
    pub model: String,
    /// The label of unsafe text.
    pub label: String,
}

/// The id of a filter that there is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct FilterId(String);

impl TryFrom<String> for FilterId {
    type Error = String;

    fn try_from(id: String) -> Result<Self, String> {
        match filters::find(&id) {
            Some(_) => Ok(Self(id)),
            None => Err(format!("there is no filter `{id}`")),
        }
    }
}

impl FilterConfig {
    /// The bounds of a filter for documents of a language, if it judges them.
    #[must_use]
    pub fn bounds_of(&self, id: &str, language: Option<&str>) -> Option<Bounds> {
        let id = FilterId(id.to_owned());
        let of = |label: &str| self.languages.get(label)?.get(&id).copied();
        let own = language.and_then(|label| of(label).or_else(|| of(label.split('_').next().unwrap_or(label))));
        own.or_else(|| self.bounds.get(&id).copied())
    }

    /// Sets or lifts the bounds of a filter.
    ///
    /// # Errors
    /// A message when there is no such filter.
    pub fn set_bounds(&mut self, id: &str, bounds: Option<Bounds>) -> Result<(), String> {
        let id = FilterId::try_from(id.to_owned())?;
        match bounds {
            Some(bounds) => self.bounds.insert(id, bounds),
            None => self.bounds.remove(&id),
        };
        Ok(())
    }

    /// Sets the bounds of a filter for documents of one language, by label or its language; no bounds at all are
    /// another thing than those for all languages.
    ///
    /// # Errors
    /// A message when there is no such filter.
    pub fn set_language_bounds(&mut self, language: &str, id: &str, bounds: Bounds) -> Result<(), String> {
        let id = FilterId::try_from(id.to_owned())?;
        self.languages.entry(language.to_owned()).or_default().insert(id, bounds);
        Ok(())
    }

    /// Everything that cannot be meant.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let problem = |(id, bounds): (&FilterId, &Bounds)| Some(format!("{}: {}", id.0, bounds.problem()?));
        let twisted = self.bounds.iter().chain(self.languages.values().flatten()).filter_map(problem);
        let is_blind = self.unsafe_model.is_none() && self.judges_by("model.unsafe");
        let blind = is_blind.then(|| {
            "model.unsafe: it judges, and no model is named; add unsafe_model = { model = \"…\", label = \"…\" }"
                .to_owned()
        });
        twisted.chain(blind).collect()
    }

    /// The word lists, the model of unsafe text, and the file of token references.
    #[must_use]
    pub fn resources(&self) -> Vec<&str> {
        let lists = self.dirty_words.iter().chain(&self.allowed_words);
        let model = self.unsafe_model.iter().map(|named| &named.model);
        lists.chain(model).chain(&self.references).map(String::as_str).collect()
    }

    /// Whether it judges by token distributions.
    #[must_use]
    pub fn judges_tokens(&self) -> bool {
        ["tokens.kl", "tokens.outlier_mass"].into_iter().any(|id| self.judges_by(id))
    }

    /// Whether a filter judges documents of any language.
    pub(crate) fn judges_by(&self, id: &str) -> bool {
        let id = FilterId(id.into());
        self.bounds.contains_key(&id) || self.languages.values().any(|bounds| bounds.contains_key(&id))
    }

    /// Whether it judges by the run's own token distribution.
    #[must_use]
    pub fn needs_token_references(&self) -> bool {
        self.references.is_none() && self.judges_tokens()
    }
}

/// The language that a list's file is named after.
pub(super) fn language_of(name: &str) -> String {
    let plain = name.split_once("#sha256=").map_or(name, |(plain, _)| plain);
    Path::new(plain).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_named_by_id() {
        let config: FilterConfig =
            serde_json::from_value(serde_json::json!({ "length.words": { "min": 50 }, "tokens.kl": { "max": 5 } }))
                .unwrap();
        assert_eq!(config.bounds_of("length.words", None), Some(Bounds::at_least(50.0)));
        assert!(config.needs_token_references() && config.problems().is_empty());
        let unknown = serde_json::json!({ "length.wrods": { "min": 50 } });
        assert!(serde_json::from_value::<FilterConfig>(unknown).unwrap_err().to_string().contains("length.wrods"));
    }

    #[test]
    fn a_language_has_its_own_bounds() {
        let config: FilterConfig = serde_json::from_value(serde_json::json!({
            "length.words": { "min": 50 }, "length.mean_word": { "min": 3 },
            "languages": { "zho": { "length.mean_word": { "max": 5 } }, "zho_Hant": { "length.mean_word": {} } },
        }))
        .unwrap();
        let mean = |language| config.bounds_of("length.mean_word", language);
        assert_eq!(mean(None), Some(Bounds::at_least(3.0)));
        assert_eq!(mean(Some("deu_Latn")), Some(Bounds::at_least(3.0)));
        assert_eq!(mean(Some("zho_Hans")), Some(Bounds::at_most(5.0)));
        assert_eq!(mean(Some("zho_Hant")), Some(Bounds::NONE));
        assert_eq!(config.bounds_of("length.words", Some("zho_Hans")), Some(Bounds::at_least(50.0)));
        let twisted = serde_json::json!({ "languages": { "zho": { "length.words": { "min": 5, "max": 3 } } } });
        assert_eq!(serde_json::from_value::<FilterConfig>(twisted).unwrap().problems().len(), 1);
    }

    #[test]
    fn a_bound_on_a_model_needs_one() {
        let config = |value| serde_json::from_value::<FilterConfig>(value).unwrap();
        let blind = config(serde_json::json!({ "model.unsafe": { "max": 0.5 } }));
        assert!(blind.problems()[0].contains("unsafe_model"), "{:?}", blind.problems());
        let of_language = config(serde_json::json!({ "languages": { "eng": { "model.unsafe": { "max": 0.5 } } } }));
        assert_eq!(of_language.problems().len(), 1);
        let named =
            serde_json::json!({ "unsafe_model": { "model": "nsfw", "label": "nsfw" }, "model.unsafe": { "max": 0.5 } });
        let named = config(named);
        assert!(named.problems().is_empty() && named.resources() == ["nsfw"]);
        let unknown = serde_json::json!({ "unsafe_model": { "model": "nsfw", "label": "nsfw", "threshold": 1 } });
        assert!(serde_json::from_value::<FilterConfig>(unknown).is_err());
    }

    #[test]
    fn lists_are_named_after_their_language() {
        for (name, expected) in [("lists/en", "en"), ("fr.txt", "fr"), ("./de.txt#sha256=00", "de")] {
            assert_eq!(language_of(name), expected);
        }
    }
}
