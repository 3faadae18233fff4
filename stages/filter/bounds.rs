//! A recipe's bounds, laid out for judging many documents.

use std::collections::BTreeMap;

use filters::{Bounds, FILTERS};

use super::FilterConfig;

/// Bounds in the registry's order, for any language and for those that have their own.
#[derive(Clone, Debug)]
pub(crate) struct BoundsTable {
    all: Vec<Option<Bounds>>,
    of_language: BTreeMap<String, Vec<Option<Bounds>>>,
}

impl BoundsTable {
    /// The bounds of these settings.
    pub(crate) fn new(config: &FilterConfig) -> Self {
        let bounds = |language: Option<&str>| {
            FILTERS.iter().map(|filter| config.bounds_of(filter.card().id, language)).collect::<Vec<_>>()
        };
        let of_language = config.languages.keys().map(|language| (language.clone(), bounds(Some(language)))).collect();
        Self { all: bounds(None), of_language }
    }

    /// Those for documents of a language: of its label, else of the language in it, else of all.
    pub(crate) fn of(&self, language: Option<&str>) -> &[Option<Bounds>] {
        let of = |label: &str| self.of_language.get(label);
        let own = language.and_then(|label| of(label).or_else(|| of(label.split('_').next()?)));
        own.unwrap_or(&self.all)
    }

    /// Whether the filter at this place of the registry judges documents of any language.
    pub(crate) fn judges(&self, place: usize) -> bool {
        let bounded = |bounds: &[Option<Bounds>]| bounds.get(place).copied().flatten().is_some();
        bounded(&self.all) || self.of_language.values().any(|bounds| bounded(bounds))
    }
}
